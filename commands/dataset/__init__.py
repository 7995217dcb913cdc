"""`/dataset`, and [Make dataset] of a finished job's card: a file for each action. Models are made
of datasets and share the command.
"""

from bot.datasets import card
from bot.datasets.actions import DATASET
from bot.slack.app import SlackApp
from commands import front
from commands.actions import ACTIONS
from commands.doing import Stories, read_handlers

_PARTS = read_handlers(__name__, __path__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the command, and of the forms and buttons of its files."""
    known = ACTIONS[DATASET]
    front.register(app, DATASET, known, stories, unknown=lambda _word: card.help_message(known))
    for part in _PARTS:
        if hasattr(part, "register"):
            part.register(app, stories)
