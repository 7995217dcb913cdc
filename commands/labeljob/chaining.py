"""The form of a job that comes after one that is over, or over a manifest that has labels already:
what the four words for it share.
"""

from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress
from bot.jobs.actions import Shown
from bot.jobs.form import pages
from bot.jobs.places import read_place
from bot.people.action import Action
from commands.doing import Answer, Ask, Opens


def begun(ask: Ask, action: Action[Shown]) -> Answer:
    """The page over a draft filled with what chaining demands (the action's word says how);
    the new job belongs to the same channel.
    """
    if ask.job is None:
        return _over(ask, action)
    job, jobs = ask.named, ask.jobs
    ask.access.require(action.right, ask.at_home())
    ask.access.check_here(job.channel)
    draft_id, draft = jobs.chains.begin(job, action.word, ask.who.user_id)
    page = jobs.accept.page(draft, draft_id)
    return Opens(pages.numbered(page, ask.stories.new_id()))


def _over(ask: Ask, action: Action[Shown]) -> Answer:
    """The same over a manifest: a model's predictions are drafts that people correct."""
    jobs, channel = ask.jobs, ask.who.channel
    ask.access.require(action.right, ask.here())
    ask.access.check_here(channel)
    try:
        manifest = str(read_place(ask.said))
    except BadAddress as bad:
        raise Refusal(str(bad)) from bad
    draft_id, draft = jobs.begin.form(ask.team_id, channel, ask.who.user_id)
    filled = jobs.chains.over(action.word, draft_id, draft, manifest)
    page = jobs.accept.page(filled, draft_id)
    return Opens(pages.numbered(page, ask.stories.new_id()))
