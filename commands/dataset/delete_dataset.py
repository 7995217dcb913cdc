"""Delete a dataset: a window where its name is typed; then there is a minute to undo it."""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base import forms
from bot.base.errors import Refusal
from bot.base.forms import VALUE
from bot.datasets import card
from bot.datasets.delete import NoSuchDataset
from bot.datasets.records import Dataset
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking, asking
from commands.doing import Opens, Stories
from commands.front import open_window


def window(dataset: Dataset, who: Asking, stories: Stories) -> Opens:
    """The confirmation, for whoever may delete it."""
    found = stories.datasets.delete.deletable(dataset.id, _person(dataset, who, stories))
    return Opens(card.delete_window(found.source, found.id))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the window."""
    app.action(card.DELETE_ID)(partial(pressed, stories=stories))
    app.action(card.UNDO_ID)(partial(undone, stories=stories))
    app.view(card.DELETE_VIEW)(partial(confirmed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Delete…] of a dataset's card."""
    ack()
    open_window(client, body, window(_dataset(_value(body), stories), asking(body), stories))


def undone(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """[Undo]: its card says the rest."""
    ack()
    dataset = _dataset(_value(body), stories)
    stories.datasets.delete.undo(dataset.id, _person(dataset, asking(body), stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The name was typed; the right is asked again, for time has passed."""
    kept = json.loads(view.get("private_metadata") or "{}")
    dataset = _dataset(str(kept.get("dataset") or ""), stories)
    given = forms.answers(view).get(card.NAME_FIELD) or {}
    typed = str((given.get(VALUE) or {}).get("value") or "")
    person = _person(dataset, asking(body), stories)
    try:
        stories.datasets.delete.delete(dataset.id, person, typed)
    except Refusal as refusal:
        ack(response_action="errors", errors={card.NAME_FIELD: refusal.words})
        return
    ack()


def _person(dataset: Dataset, who: Asking, stories: Stories) -> Who:
    source = dataset.source
    return stories.access.at_home(source.team_id, who.user_id, source.channel, who.channel)


def _dataset(dataset_id: str, stories: Stories) -> Dataset:
    dataset = stories.datasets.status.dataset(dataset_id)
    if dataset is None:
        raise NoSuchDataset
    return dataset


def _value(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")
