"""[Add pictures…] of a sheet: a window that takes files for the dataset; and the same window for
those of a message.
"""

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.datasets.drafts import FormGone
from bot.datasets.gallery import adding
from bot.datasets.records import Dataset
from bot.datasets.source import Source
from bot.delivery.windows import show
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.dataset.labels import sheet_seen
from commands.dataset.show import dataset_seen
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
    begun, dataset, person = _of_sheet(sheet_id, body, stories)
    stories.datasets.assign.check(dataset, person)
    if not stories.datasets.ground.files.may_read:
        raise FilesClosed
    page = adding.window(begun, {"sheet": sheet_id})
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Add: faults at their fields, or the files are on their way."""
    kept, assign = adding.carried(view), stories.datasets.assign
    if kept["draft"]:
        begun, dataset, person = _of_message(kept, body, stories)
    else:
        begun, dataset, person = _of_sheet(kept["sheet"], body, stories)
    source, errors = assign.brought(begun, view)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    first = assign.pictures(dataset, source, person)
    page = adding.taken(dataset.source, source.brought, first=first)
    ack(response_action="update", view=page)


def _of_sheet(sheet_id: str, body: dict[str, Any], stories: Stories) -> tuple[Source, Dataset, Who]:
    """What the window begins with below a sheet, its dataset, and the person there."""
    sheet, dataset, person = sheet_seen(sheet_id, body, stories)
    begun = adding.blank(dataset.source, [one.address for one in sheet.entries])
    return begun, dataset, person


def _of_message(
    kept: dict[str, str], body: dict[str, Any], stories: Stories
) -> tuple[Source, Dataset, Who]:
    """The same for the files of a message.

    Raises:
        FormGone: the window is somebody else's, or too old.

    """
    begun = stories.datasets.drafts.get(kept["draft"], asking(body).user_id)
    if begun is None:
        raise FormGone
    dataset, person = dataset_seen(kept["dataset"], body, stories)
    return begun, dataset, person
