"""Every dataset of the channel, or those that fit."""

from bot.datasets.actions import LIST
from commands.doing import Answer, Ask, Shows, does


@does(LIST)
def listed(ask: Ask) -> Answer:
    """Those that fit the words behind `list`, newest first."""
    who = ask.who
    return Shows(ask.datasets.status.every(ask.team_id, who.channel, ask.said, who.user_id))
