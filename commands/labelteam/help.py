"""What can be typed."""

from bot.base.blocks import code
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_ACTIONS, TEAM_HELP
from bot.people.action import help_lines
from commands.doing import Answer, Ask, Shows, does


def help_message(lead: str = "") -> Message:
    """The words of the command, each with what it does, below the lead."""
    lines = [f"{code(typed)} {words}" for typed, words in help_lines(TEAM_ACTIONS)]
    return Message("\n".join(filter(None, [lead, *lines])))


@does(TEAM_HELP)
def helped(_ask: Ask) -> Answer:
    """The words of the command."""
    return Shows(help_message())
