"""[Lines] of a dataset: a link to the table of what became of every line."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.datasets import card
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(card.LINES_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """For whoever pressed alone."""
    ack()
    who = asking(body)
    about = str(body["actions"][0].get("value") or "")
    said = stories.datasets.ledgers.link(about, who.user_id, who.channel)
    respond(**to_one(said), replace_original=False)
