"""[Change labels…] of a sheet: labels of a dataset get other names, or become one, and new ones are
named.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.datasets.gallery import names, new_labels
from bot.datasets.records import Dataset
from bot.delivery.windows import show
from bot.slack.app import SlackApp
from commands.dataset.show import dataset_seen
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button and the window."""
    app.action(names.NAMES_ID)(partial(pressed, stories=stories))
    app.view(names.NAMES_VIEW)(partial(submitted, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The window, for whoever may change the dataset."""
    ack()
    dataset_id = str(body["actions"][0].get("value") or "")
    dataset, person = dataset_seen(dataset_id, body, stories)
    stories.datasets.assign.check(dataset, person)
    waiting = dataset.state.new_labels
    page = names.window(dataset.source, dataset.id, dataset.state.names, waiting)
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Change: faults at their fields, or it is on its way."""
    carried = json.loads(view.get("private_metadata") or "{}")
    dataset, person = dataset_seen(str(carried.get("dataset") or ""), body, stories)
    waiting, assign = dataset.state.new_labels, stories.datasets.assign
    found, new, errors = names.changes(view, dataset.state.names, waiting)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    first = assign.names(dataset, found, person) if found else False
    note = "" if found else "Nothing was changed."
    if new != waiting:
        assign.new_labels(dataset, new, person)
        note = _note(dataset, new)
    page = names.taken(dataset.source, found, first=first, note=note)
    ack(response_action="update", view=page)


def _note(dataset: Dataset, new: Sequence[str]) -> str:
    """What is said of the labels that wait for a picture now."""
    if not new:
        return "No label waits for its first picture any more."
    return f"{new_labels.words(new)} {new_labels.look_again(dataset.source, dataset.state, new)}"
