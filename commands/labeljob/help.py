"""What can be typed."""

from bot.jobs.actions import HELP
from bot.jobs.cards import status_card
from commands.doing import Answer, Ask, Shows, does


@does(HELP)
def helped(ask: Ask) -> Answer:
    """The words of the command, each with what it does."""
    return Shows(status_card.help_message(ask.jobs.engine.names.place))
