"""A dataset: its form, empty."""

from bot.datasets.actions import CREATE
from bot.datasets.source import Source
from commands.dataset.form import page
from commands.doing import Answer, Ask, Opens, does


@does(CREATE)
def create(ask: Ask) -> Answer:
    """The form; what is written for a dataset lies where the channel's results do, unless somebody
    says another place.
    """
    channel, team_id = ask.who.channel, ask.team_id
    ask.access.check_here(channel)
    store = ask.jobs.begin.output_place(team_id, channel)
    source = Source(channel=channel, team_id=team_id, asked_by=ask.who.user_id, store=store)
    draft_id = ask.stories.new_id()
    ask.datasets.drafts.keep(draft_id, source)
    return Opens(page(source, ask.stories, draft=draft_id))
