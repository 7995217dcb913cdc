"""What can be typed."""

from bot.datasets import card
from bot.datasets.actions import DATASET, HELP
from commands.actions import ACTIONS
from commands.doing import Answer, Ask, Shows, does


@does(HELP)
def helped(_ask: Ask) -> Answer:
    """The words of the command, each with what it does."""
    return Shows(card.help_message(ACTIONS[DATASET]))
