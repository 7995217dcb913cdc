"""Every dataset of the channel."""

from bot.datasets.actions import LIST
from commands.doing import Answer, Ask, Shows, does


@does(LIST)
def listed(ask: Ask) -> Answer:
    """All of them, newest first."""
    return Shows(ask.datasets.status.every(ask.team_id, ask.who.channel))
