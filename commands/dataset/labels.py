"""[Labels…] of a sheet of pictures: a window in which some of them get other labels."""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.datasets.gallery import classes
from bot.datasets.gallery.records import Sheet
from bot.datasets.records import Dataset
from bot.delivery.windows import show
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.dataset.show import dataset_seen
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button and the window."""
    app.action(classes.CLASSES_ID)(partial(pressed, stories=stories))
    app.view(classes.CLASSES_VIEW)(partial(submitted, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The window over the pictures of the sheet."""
    ack()
    sheet_id = str(body["actions"][0].get("value") or "")
    sheet, dataset, person = sheet_seen(sheet_id, body, stories)
    stories.datasets.assign.check(dataset, person)
    page = classes.window(dataset.source, sheet.id, sheet.entries, dataset.state.names_to_give)
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Set labels: faults at their fields, or they are on their way."""
    kept = json.loads(view.get("private_metadata") or "{}")
    sheet, dataset, person = sheet_seen(str(kept.get("sheet") or ""), body, stories)
    chosen, errors = classes.read(view, sheet.entries, dataset.state.names_to_give)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    first = stories.datasets.assign.classes(dataset, chosen, person)
    ack(response_action="update", view=classes.taken(dataset.source, chosen, first=first))


def sheet_seen(sheet_id: str, body: dict[str, Any], stories: Stories) -> tuple[Sheet, Dataset, Who]:
    """The sheet of whoever presses, its dataset, and the person in the dataset's channel."""
    sheet = stories.datasets.gallery.sheet(sheet_id, asking(body).user_id)
    dataset, person = dataset_seen(sheet.dataset_id, body, stories)
    return sheet, dataset, person
