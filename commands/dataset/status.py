"""How an import goes, or all that run in a channel."""

from bot.datasets.actions import STATUS
from commands.doing import Answer, Ask, Shows, does


@does(STATUS)
def status(ask: Ask) -> Answer:
    """The dataset that was named; else the channel's running ones."""
    if ask.said:
        return Shows(ask.datasets.status.named(ask.team_id, ask.who.channel, ask.said))
    return Shows(ask.datasets.status.running(ask.team_id, ask.who.channel))
