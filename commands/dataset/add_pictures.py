"""[Add pictures…] of a sheet: a window that takes files for the dataset."""

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.datasets.gallery import adding
from bot.delivery.windows import show
from bot.slack.app import SlackApp
from commands.dataset.labels import sheet_seen
from commands.doing import Stories
from commands.labeljob.label_these import FilesClosed


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button and the window."""
    app.action(adding.ADD_ID)(partial(pressed, stories=stories))
    app.view(adding.ADD_VIEW)(partial(submitted, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The window, for whoever may change the dataset."""
    ack()
    sheet_id = str(body["actions"][0].get("value") or "")
    sheet, dataset, person = sheet_seen(sheet_id, body, stories)
    stories.datasets.assign.check(dataset, person)
    if not stories.datasets.ground.files.may_read:
        raise FilesClosed
    page = adding.window(adding.blank(dataset.source, sheet.entries), sheet.id)
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Add: faults at their fields, or the files are on their way."""
    sheet, dataset, person = sheet_seen(adding.sheet_of(view), body, stories)
    assign = stories.datasets.assign
    source, errors = assign.brought(dataset, view, sheet.entries)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    first = assign.pictures(dataset, source, person)
    page = adding.taken(dataset.source, source.brought, first=first)
    ack(response_action="update", view=page)
