"""`/labeljob`, the buttons of a job's card, and mentions: a file for each action, and those that
find them.
"""

from bot.delivery.message import Message
from bot.jobs.actions import JOB_ACTIONS, LABELJOB
from bot.jobs.cards import status_card
from bot.slack.app import SlackApp
from commands import front
from commands.doing import Stories, read_handlers
from commands.labeljob import (
    create,
    defaults,
    export,
    label_these,
    mention,
    people,
    presets,
    press,
    results,
    send,
    status,
    stop,
    store,
)

read_handlers(__name__, __path__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the command, its forms, the card's buttons and mentions."""
    # first: Bolt tries listeners in this order
    front.register(
        app,
        LABELJOB,
        JOB_ACTIONS,
        stories,
        unknown=lambda word: status_card.help_message(
            stories.jobs.engine.names.place, unknown=word
        ),
    )
    forms = (create, defaults, presets, store, label_these, people, send, stop)
    for part in (*forms, press, results, export, status, mention):
        part.register(app, stories)


def _unknown(stories: Stories, word: str) -> Message:
    """What can be typed in place of a word that is no action."""
    return status_card.help_message(stories.jobs.engine.names.place, unknown=word)
