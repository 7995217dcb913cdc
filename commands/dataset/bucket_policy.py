"""[Let Rekognition in] of a dataset that failed for its bucket's policy."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.datasets import card
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(card.POLICY_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """For whoever pressed alone."""
    ack()
    who = asking(body)
    dataset_id = str(body["actions"][0].get("value") or "")
    said = stories.datasets.let_in.let_in(dataset_id, who.user_id, who.channel)
    respond(text=said, response_type="ephemeral", replace_original=False)
