"""What can be typed."""

from bot.jobs import status_card
from bot.jobs.actions import HELP
from commands.doing import Answer, Ask, Shows, does


@does(HELP)
def helped(_ask: Ask) -> Answer:
    """The words of the command, each with what it does."""
    return Shows(status_card.help_message())
