"""Copy a trained model into another project of the account: the form, and what comes back of it."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Refused
from bot.models import model_cards, train_form
from bot.models.actions import COPY
from bot.models.delete import NoSuchModel
from bot.models.model_records import Model
from bot.models.model_state import TRAINED
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import open_window


@does(COPY)
def copy(ask: Ask) -> Answer:
    """The form for the one trained model of that name."""
    ask.access.check_here(ask.who.channel)
    named = ask.models.status.named(ask.team_id, ask.who.channel, ask.said)
    return _window(_trained(named), ask.stories)


def _trained(model: Model | None) -> Model:
    if model is None or model.state.state != TRAINED:
        raise NoSuchModel
    return model


def _window(model: Model, stories: Stories) -> Opens:
    blank = stories.models.accept_training.copied(model)
    called, nonce = model.training.called, stories.new_id()
    return Opens(train_form.copy_page(blank, called, model_id=model.id, nonce=nonce))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button and the form."""
    app.action(model_cards.COPY_ID)(partial(pressed, stories=stories))
    app.view(train_form.COPY_FORM)(partial(submit, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Copy…] of a model's card: the form, in the model's own channel."""
    ack()
    who, access = asking(body), stories.access
    model = stories.models.status.model(str(body["actions"][0].get("value") or ""))
    if model is None:
        raise NoSuchModel
    home = model.training.channel
    access.require(COPY.right, access.at_home(access.team_id, who.user_id, home, who.channel))
    open_window(client, body, _window(_trained(model), stories))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the copy in."""
    who, access, accept = asking(body), stories.access, stories.models.accept_training
    carried = train_form.carried(view)
    model = stories.models.status.model(carried["model"])
    if model is None:
        raise NoSuchModel
    home = model.training.channel
    person = access.at_home(access.team_id, who.user_id, home, who.channel)
    access.require(COPY.right, person)
    access.check_here(home)
    training = train_form.read_copy(view, accept.copied(_trained(model)))
    if wrong := accept.faults(training):
        ack(response_action="errors", errors=train_form.errors(wrong))
        return
    training = msgspec.structs.replace(
        training, team_id=access.team_id, asked_by=who.user_id, asked_by_name=person.name
    )
    try:
        new = accept.accept(training, f"copy:{access.team_id}:{who.user_id}:{carried['nonce']}")
    except Refused as refused:
        ack(response_action="errors", errors=train_form.errors(refused.faults))
        return
    ack(response_action="update", view=thanked(train_form.thanks(training), new=new))
