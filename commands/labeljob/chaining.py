"""The form of a job that comes after one that is over: what the four words for it share."""

from bot.jobs.actions import Shown
from bot.jobs.form import pages
from bot.people.action import Action
from commands.doing import Answer, Ask, Opens


def begun(ask: Ask, action: Action[Shown]) -> Answer:
    """The page over a draft filled with what chaining demands (the action's word says how);
    the new job belongs to the same channel.
    """
    job, jobs = ask.named, ask.jobs
    ask.access.require(action.right, ask.at_home())
    ask.access.check_here(job.channel)
    draft_id, draft = jobs.chains.begin(job, action.word, ask.who.user_id)
    page = jobs.accept.page(draft, draft_id)
    return Opens(pages.numbered(page, ask.stories.new_id()))
