"""Delete: a dataset is deleted at AWS a minute after somebody has said so, unless it is undone.

The minute is kept by the database, so that a bot that is killed meanwhile neither forgets it nor
deletes too soon.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

import msgspec
from sqlmodel import Session

from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.datasets import card
from bot.datasets.actions import DELETE_RIGHT
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.lifecycle import DELETED, DELETING, DatasetState, with_project
from bot.datasets.records import Dataset, Records
from bot.datasets.store import DatasetStore, subject
from bot.delivery.outbox import Subject
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

UNDO_SECONDS = 60.0


class NoSuchDataset(Refusal):
    """This dataset is not known here (any more). /dataset list shows those there are."""


class NotDeletable(Refusal):
    """This dataset is not there to be deleted: it is being imported, was never made, or is gone."""


class OtherName(Refusal):
    """This is not the dataset's name. Type it letter by letter."""

    field = card.NAME_FIELD


class TooLate(Refusal):
    """The minute to undo it is over, or somebody undid it already."""


class Delete:
    """Deletes datasets, for people who may."""

    def __init__(
        self,
        *,
        records: Records,
        store: DatasetStore,
        custom_labels: CustomLabels,
        access: Access,
        tries: Tries,
    ) -> None:
        self._records = records
        self._store = store
        self._custom_labels = custom_labels
        self._access = access
        self._tries = tries

    def deletable(self, dataset_id: str, who: Who) -> Dataset:
        """The dataset, if this person may delete it now.

        Raises: NoSuchDataset, NotDeletable, NotAllowed: with words.

        """
        dataset = self._allowed(dataset_id, who)
        if not dataset.state.stands or not dataset.arn:
            raise NotDeletable
        return dataset

    def delete(self, dataset_id: str, who: Who, typed: str) -> Dataset:
        """Write down that it is to be deleted in a minute.

        Raises: OtherName, and as `deletable`.

        """
        dataset = self.deletable(dataset_id, who)
        if typed.strip() != dataset.source.called:
            raise OtherName
        state = msgspec.structs.replace(dataset.state, deletion=DELETING, deleted_by=who.name)
        due = self._tries.due_in(UNDO_SECONDS)
        return self._store.change(replace(dataset, next_try_at=due, fails=0), state)

    def undo(self, dataset_id: str, who: Who) -> Dataset:
        """It stays.

        Raises: NoSuchDataset, TooLate, NotAllowed: with words.

        """
        dataset = self._allowed(dataset_id, who)
        if dataset.state.deletion != DELETING:
            raise TooLate
        return self._store.change(replace(dataset, next_try_at=0.0), _kept(dataset.state))

    def round(self) -> None:
        """Delete what nobody has undone within its minute."""
        for dataset in self._records.to_delete():
            with about(dataset=dataset.id):
                self._tries.take_up(
                    f"delete dataset:{dataset.id}",
                    dataset,
                    self._records.get,
                    self._delete,
                    what=f"deleting dataset {dataset.source.called}",
                    refused=self._refused,
                    failed=self._again,
                )

    def with_project(  # noqa: PLR0913 - see `bot.models.delete_project.PartsGone`
        self,
        team_id: str,
        project: str,
        project_arn: str,
        left: Collection[str],
        *,
        by: str,
        tell: Callable[[Subject, str], Callable[[Session], None]],
    ) -> None:
        """The cards of a project's datasets say that they went with it, in whichever channel they
        are told; see `bot.models.delete_project.PartsGone`.
        """
        for dataset in self._records.at_aws(team_id, project):
            if dataset.arn in left or (project_arn and dataset.project_arn != project_arn):
                continue
            self._store.change(
                replace(dataset, fails=0, set_aside=None),
                with_project(dataset.state, by),
                also=tell(subject(dataset), dataset.source.channel),
            )

    def _allowed(self, dataset_id: str, who: Who) -> Dataset:
        dataset = self._records.get(dataset_id)
        if dataset is None:
            raise NoSuchDataset
        self._access.require(DELETE_RIGHT, who, asked_by=dataset.source.asked_by)
        return dataset

    def _delete(self, dataset: Dataset, hold: LeaseGuard) -> None:
        if dataset.state.deletion != DELETING:
            return
        hold.confirm()
        self._custom_labels.delete(dataset.arn)
        state = msgspec.structs.replace(dataset.state, deletion=DELETED)
        self._store.change(replace(dataset, fails=0), state)

    def _refused(self, dataset: Dataset, refusal: Refusal) -> None:
        """AWS will not: it stays, and people are told."""
        line = card.not_deleted_line(dataset.source, redact(refusal.words))
        self._store.change(replace(dataset, next_try_at=0.0), _kept(dataset.state), line=line)

    def _again(self, dataset: Dataset, pause: Transient) -> None:
        """Another try later; after too many it stays, and people are told."""
        after = self._tries.paused(dataset, pause.words)
        if not after.set_aside:
            self._store.change(after, after.state)
            return
        line = card.not_deleted_line(dataset.source, pause.words)
        fresh = replace(after, set_aside=None, fails=0, next_try_at=0.0)
        self._store.change(fresh, _kept(dataset.state), line=line)


def _kept(state: DatasetState) -> DatasetState:
    return msgspec.structs.replace(state, deletion="", deleted_by="")
