"""`/dataset`, and [Make dataset] of a finished job's card: a file for each action."""

from bot.datasets import card
from bot.datasets.actions import DATASET, DATASET_ACTIONS
from bot.slack.app import SlackApp
from commands import front
from commands.dataset import form
from commands.doing import Stories, read_handlers

read_handlers(__name__, __path__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the command and its form."""
    front.register(
        app, DATASET, DATASET_ACTIONS, stories, unknown=lambda _word: card.help_message()
    )
    form.register(app, stories)
