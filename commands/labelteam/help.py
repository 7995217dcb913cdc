"""What can be typed."""

from bot.base.blocks import code
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_ACTIONS, TEAM_HELP
from bot.people.action import help_lines
from commands.doing import Answer, Ask, Shows, Stories, does


def help_message(place: str, lead: str = "") -> Message:
    """The words of the command, each with what it does, below the lead; `place` is where labeling
    happens.
    """
    lines = [f"{code(typed)} {words}" for typed, words in help_lines(TEAM_ACTIONS, place)]
    return Message("\n".join(filter(None, [lead, *lines])))


def help_of(stories: Stories) -> Message:
    """The words of the command where these stories play."""
    return help_message(stories.jobs.engine.names.place)


@does(TEAM_HELP)
def helped(ask: Ask) -> Answer:
    """The words of the command."""
    return Shows(help_of(ask.stories))
