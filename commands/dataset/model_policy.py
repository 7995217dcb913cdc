"""[Let Rekognition in] of a training that failed for its buckets."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.models import model_cards
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(model_cards.POLICY_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """For whoever pressed alone."""
    ack()
    who = asking(body)
    model_id = str(body["actions"][0].get("value") or "")
    said = stories.models.let_in.let_in(model_id, who.user_id, who.channel)
    respond(text=said, response_type="ephemeral", replace_original=False)
