"""Delete a dataset or a model: a window where its name is typed; then there is a minute to undo
it.
"""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base import forms
from bot.base.errors import Refusal
from bot.base.forms import VALUE
from bot.models import model_cards
from bot.models.actions import DELETE
from bot.models.delete import NoSuchModel
from bot.models.model_records import Model
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking, asking
from commands.dataset import delete_dataset, delete_project
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import open_window


@does(DELETE)
def delete(ask: Ask) -> Answer:
    """Offer the confirmation for the project, else the dataset of that name, else for the one model
    that bears it.
    """
    word, _, project = ask.said.partition(" ")
    if word.lower() == "project" and project:
        return delete_project.window(project, ask.who, ask.stories)
    dataset = ask.datasets.status.standing(ask.team_id, ask.who.channel, ask.said)
    if dataset is not None:
        return delete_dataset.window(dataset, ask.who, ask.stories)
    model = ask.models.status.named(ask.team_id, ask.who.channel, ask.said)
    return _window(model, ask.who, ask.stories)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the window."""
    app.action(model_cards.DELETE_ID)(partial(pressed, stories=stories))
    app.action(model_cards.UNDO_ID)(partial(undone, stories=stories))
    app.view(model_cards.DELETE_VIEW)(partial(confirmed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Delete…] of a model's card."""
    ack()
    open_window(client, body, _window(_model(_value(body), stories), asking(body), stories))


def undone(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """[Undo]: its card says the rest."""
    ack()
    model = _model(_value(body), stories)
    stories.models.delete.undo(model.id, _person(model, asking(body), stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The name was typed; the right is asked again, for time has passed."""
    kept = json.loads(view.get("private_metadata") or "{}")
    model = _model(str(kept.get("model") or ""), stories)
    given = forms.answers(view).get(model_cards.NAME_FIELD) or {}
    typed = str((given.get(VALUE) or {}).get("value") or "")
    person = _person(model, asking(body), stories)
    try:
        stories.models.delete.delete(model.id, person, typed)
    except Refusal as refusal:
        ack(response_action="errors", errors={model_cards.NAME_FIELD: refusal.words})
        return
    ack()


def _window(model: Model, who: Asking, stories: Stories) -> Opens:
    found = stories.models.delete.deletable(model.id, _person(model, who, stories))
    return Opens(model_cards.delete_window(found.training, found.id))


def _person(model: Model, who: Asking, stories: Stories) -> Who:
    home = model.training.channel
    return stories.access.at_home(model.training.team_id, who.user_id, home, who.channel)


def _model(model_id: str, stories: Stories) -> Model:
    model = stories.models.status.model(model_id)
    if model is None:
        raise NoSuchModel
    return model


def _value(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")
