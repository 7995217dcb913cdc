"""A dataset: its form, empty."""

from bot.datasets.actions import CREATE
from bot.datasets.source import Source
from commands.asking import Asking
from commands.dataset.form import page
from commands.doing import Answer, Ask, Opens, Stories, does


@does(CREATE)
def create(ask: Ask) -> Answer:
    """The form."""
    ask.access.check_here(ask.who.channel)
    source = blank(ask.who, ask.stories)
    draft_id = ask.stories.new_id()
    ask.datasets.drafts.keep(draft_id, source)
    return Opens(page(source, ask.stories, draft=draft_id))


def blank(who: Asking, stories: Stories) -> Source:
    """What a form begins with: what is written for a dataset lies where the channel's results do,
    unless somebody says another place.
    """
    channel, team_id = who.channel, stories.access.team_id
    store = stories.jobs.begin.output_place(team_id, channel)
    return Source(channel=channel, team_id=team_id, asked_by=who.user_id, store=store)
