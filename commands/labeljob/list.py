"""Every job of the channel, or those that fit."""

from bot.jobs.actions import LIST
from commands.doing import Answer, Ask, Shows, does


@does(LIST)
def listed(ask: Ask) -> Answer:
    """The jobs that fit the words behind `list`, newest first."""
    who = ask.who
    return Shows(ask.jobs.status.listed(ask.team_id, who.channel, ask.said, who.user_id))
