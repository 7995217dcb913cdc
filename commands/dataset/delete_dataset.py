"""Delete a dataset: a window where its name is typed; then there is a minute to undo it."""

from collections.abc import Mapping
from typing import Any

from bot.datasets import card
from bot.datasets.delete import NoSuchDataset
from bot.datasets.records import Dataset
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking
from commands.dataset.deleting import Deleting, opening
from commands.doing import Opens, Stories


def window(dataset_id: str, who: Asking, stories: Stories) -> Opens:
    """The confirmation, for whoever may delete it."""
    dataset = _dataset(dataset_id, stories)
    found = stories.datasets.delete.deletable(dataset.id, _person(dataset, who, stories))
    return Opens(card.delete_window(found.source, found.id))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the window."""
    opening(app, stories, card.DELETE_ID, window)
    DELETING.register(app, stories)


def delete(stories: Stories, who: Asking, kept: Mapping[str, Any], typed: str) -> None:
    """The name was typed."""
    dataset = _dataset(str(kept.get("dataset") or ""), stories)
    stories.datasets.delete.delete(dataset.id, _person(dataset, who, stories), typed)


def undo(stories: Stories, who: Asking, dataset_id: str) -> None:
    """[Undo] on its card."""
    dataset = _dataset(dataset_id, stories)
    stories.datasets.delete.undo(dataset.id, _person(dataset, who, stories))


DELETING = Deleting(
    undo_id=card.UNDO_ID,
    view_id=card.DELETE_VIEW,
    field=card.NAME_FIELD,
    delete=delete,
    undo=undo,
)


def _person(dataset: Dataset, who: Asking, stories: Stories) -> Who:
    source = dataset.source
    return stories.access.at_home(source.team_id, who.user_id, source.channel, who.channel)


def _dataset(dataset_id: str, stories: Stories) -> Dataset:
    dataset = stories.datasets.status.dataset(dataset_id)
    if dataset is None:
        raise NoSuchDataset
    return dataset
