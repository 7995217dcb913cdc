"""Take people into the workforce and a labeling team, by their e-mail addresses."""

from bot.base.blocks import section
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_INVITE
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.members import by, team_and_people


@does(TEAM_INVITE)
def invited(ask: Ask) -> Answer:
    """Each of the addresses behind the team's name."""
    name, people = team_and_people(ask)
    return Shows(said(ask.jobs.members.invite(ask.team_id, name, people, by(ask))))


def said(words: str) -> Message:
    """Words as the answer of a command."""
    return Message(words, [section(words)])
