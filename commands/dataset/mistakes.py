"""[Mistakes] of a model: what it takes for what, with the pictures."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.models import mistake_cards
from bot.models.actions import MODELS
from bot.models.delete import NoSuchModel
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(mistake_cards.MISTAKES_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """They are on their way; for whoever pressed alone."""
    ack()
    who, access = asking(body), stories.access
    model = stories.models.status.model(str(body["actions"][0].get("value") or ""))
    if model is None:
        raise NoSuchModel
    home = model.training.channel
    access.require(MODELS.right, access.at_home(access.team_id, who.user_id, home, who.channel))
    said = stories.models.mistakes.want(model, who.user_id)
    respond(text=said, response_type="ephemeral", replace_original=False)
