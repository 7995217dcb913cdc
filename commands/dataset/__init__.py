"""`/dataset`, and [Make dataset] of a finished job's card: a file for each action. Models are made
of datasets and share the command.
"""

from bot.datasets import card
from bot.datasets.actions import DATASET
from bot.slack.app import SlackApp
from commands import front
from commands.actions import ACTIONS
from commands.dataset import (
    delete_dataset,
    delete_model,
    delete_project,
    draft,
    form,
    labels,
    lines,
    run,
    show,
    stop,
    train,
    trial,
)
from commands.doing import Stories, read_handlers

read_handlers(__name__, __path__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the command and its forms."""
    known = ACTIONS[DATASET]
    front.register(app, DATASET, known, stories, unknown=lambda _word: card.help_message(known))
    for part in (
        form,
        show,
        labels,
        lines,
        train,
        run,
        trial,
        draft,
        stop,
        delete_dataset,
        delete_model,
        delete_project,
    ):
        part.register(app, stories)
