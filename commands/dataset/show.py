"""The pictures of a dataset with their labels, in the direct message of whoever asks; and the
buttons below them, which lead to other pictures.
"""

import json
from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.datasets.actions import SHOW
from bot.datasets.delete import NoSuchDataset
from bot.datasets.gallery import gallery_card as card
from bot.datasets.gallery.gallery import NoSuchSheet
from bot.datasets.gallery.wish import AskedOf, Wish, read
from bot.datasets.records import Dataset
from bot.delivery.windows import show as show_window
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Answer, Ask, Shows, Stories, does


@does(SHOW)
def show(ask: Ask) -> Answer:
    """The first sheet of the dataset of that name."""
    status, channel = ask.datasets.status, ask.who.channel
    dataset = status.find(ask.team_id, channel, ask.said)
    if dataset is None:
        return Shows(status.named(ask.team_id, channel, ask.said))
    return Shows(ask.datasets.gallery.want(dataset, ask.who.user_id, Wish()))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons, and of the window that chooses."""
    app.action(card.SHOW_ID)(partial(pressed, stories=stories))
    for each in (card.EARLIER_ID, card.LATER_ID):
        app.action(each)(partial(other, stories=stories))
    app.action(card.LARGE_ID)(partial(large, stories=stories))
    app.action(card.CHOOSE_ID)(partial(choose, stories=stories))
    app.view(card.CHOOSE_VIEW)(partial(chosen, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[Pictures] of a dataset's card."""
    ack()
    dataset, _person = dataset_seen(str(body["actions"][0].get("value") or ""), body, stories)
    said = stories.datasets.gallery.want(dataset, asking(body).user_id, Wish())
    respond(**to_one(said), replace_original=False)


def other(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """Another page."""
    ack()
    asked = _asked(body)
    dataset, _person = dataset_seen(asked.dataset, body, stories)
    said = stories.datasets.gallery.want(dataset, asking(body).user_id, asked.wish)
    respond(**to_one(said), replace_original=False)


def large(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """One picture of a sheet large."""
    ack()
    gallery, user_id = stories.datasets.gallery, asking(body).user_id
    chosen_one = body["actions"][0].get("selected_option") or {}
    sheet_id, _, at = str(chosen_one.get("value") or "").partition(" ")
    sheet = gallery.sheet(sheet_id, user_id)
    if not at.isdecimal() or int(at) < 1:
        raise NoSuchSheet
    dataset, _person = dataset_seen(sheet.dataset_id, body, stories)
    said = gallery.want(dataset, user_id, msgspec.structs.replace(sheet.wish, at=int(at)))
    respond(**to_one(said), replace_original=False)


def choose(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Choose…]: the window with what is chosen now."""
    ack()
    asked = _asked(body)
    dataset, _person = dataset_seen(asked.dataset, body, stories)
    page = card.filter_page(dataset.source, asked, dataset.state.names)
    show_window(client.views_open, trigger_id=body["trigger_id"], view=page)


def chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Show: faults at their fields, or the pictures that were chosen are on their way."""
    kept = json.loads(view.get("private_metadata") or "{}")
    dataset, _person = dataset_seen(str(kept.get("dataset") or ""), body, stories)
    wish, errors = card.read_filter(view, dataset.state.names)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    stories.datasets.gallery.want(dataset, asking(body).user_id, wish)
    ack(response_action="update", view=card.being_drawn(dataset.source))


def dataset_seen(dataset_id: str, body: dict[str, Any], stories: Stories) -> tuple[Dataset, Who]:
    """The dataset, if whoever presses may see it still, and the person in its channel.

    Raises:
        NoSuchDataset: it is not known.
        NotAllowed, NotHere: the person may not see it (any more).

    """
    dataset = stories.datasets.status.dataset(dataset_id)
    if dataset is None:
        raise NoSuchDataset
    source, who = dataset.source, asking(body)
    person = stories.access.at_home(source.team_id, who.user_id, source.channel, who.channel)
    stories.access.require(SHOW.right, person)
    return dataset, person


def _asked(body: dict[str, Any]) -> AskedOf:
    """What the button carries."""
    asked = read(str(body["actions"][0].get("value") or ""))
    if asked is None:
        raise NoSuchSheet
    return asked
