"""The window on the database of the dataset story.

Promises: a change of a dataset is written only on the version it was read at (`save` refuses a
stale one), so that two replicas never overwrite each other, and a request becomes one dataset
however often it comes. Times in rows are seconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.datasets.lifecycle import (
    DELETED,
    DELETING,
    FAILED,
    IMPORTING,
    REFUSED,
    TO_LOAD,
    DatasetState,
)
from bot.datasets.source import Source
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_SOURCE = msgspec.json.Decoder(Source)
_STATE = msgspec.json.Decoder(DatasetState)


class DatasetRow(TriedRow, table=True):
    """A Rekognition Custom Labels dataset. `content` is a `Source`, `story` a `DatasetState`, both
    as JSON; `state` is its stage.
    """

    __tablename__ = "dataset"

    id: str = Field(primary_key=True)
    team_id: str
    channel: str = Field(index=True)
    name: str
    request_key: str = Field(unique=True)
    asked_by: str
    asked_at: float
    content: str
    state: str = Field(index=True)
    story: str
    sent_uri: str = ""
    project_arn: str = ""
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Tried):
    """A dataset as the story knows it. `sent_uri` is the manifest as it was sent."""

    request_key: str
    asked_at: datetime
    source: Source
    state: DatasetState
    sent_uri: str = ""
    project_arn: str = ""
    arn: str = ""


class Records:
    """Datasets in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, dataset: Dataset) -> bool:
        """Take a dataset in; False when its request was taken in before (a form submitted
        twice).
        """
        try:
            with session.begin_nested():
                session.add(_row(dataset))
        except IntegrityError:
            return False
        return True

    def of_request(self, request_key: str) -> Dataset | None:
        """The dataset that a request became."""
        return next(iter(self._many(DatasetRow.request_key == request_key)), None)

    def get(self, dataset_id: str) -> Dataset | None:
        """The dataset of that id."""
        return next(iter(self._many(DatasetRow.id == dataset_id)), None)

    def in_channel(self, team_id: str, channel: str) -> list[Dataset]:
        """Every dataset of a channel, newest first."""
        return self._many(DatasetRow.team_id == team_id, DatasetRow.channel == channel)

    def in_project(self, team_id: str, project: str) -> list[Dataset]:
        """The datasets of a project that stand or are being made, asked for in any channel."""
        there = (
            col(DatasetRow.state).not_in((FAILED, REFUSED, DELETED)),
            col(DatasetRow.set_aside).is_(None),
        )
        return self._of_project(team_id, project, *there)

    def at_aws(self, team_id: str, project: str) -> list[Dataset]:
        """The datasets of a project that were made at AWS and that nobody knows to be gone, failed
        ones that keep their place too.
        """
        there = (col(DatasetRow.state).not_in((REFUSED, DELETED)), DatasetRow.arn != "")
        return [
            each
            for each in self._of_project(team_id, project, *there)
            if each.state.state != FAILED or each.state.remains
        ]

    def to_load(self) -> list[Dataset]:
        """Datasets that are not at AWS yet and whose next try is due, oldest first."""
        return self._due(col(DatasetRow.state).in_(TO_LOAD))

    def watched(self) -> list[Dataset]:
        """Datasets that AWS is importing and whose next look is due, oldest first."""
        return self._due(DatasetRow.state == IMPORTING)

    def to_delete(self) -> list[Dataset]:
        """Datasets whose minute to undo their deletion is over, oldest first."""
        return self._due(DatasetRow.state == DELETING)

    def save(self, session: Session, dataset: Dataset) -> Dataset:
        """Write a changed dataset; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(dataset, version=dataset.version + 1)
        write_version(session, DatasetRow, dataset, _row(after).model_dump(exclude={"id"}))
        return after

    def _of_project(self, team_id: str, project: str, *conditions: Any) -> list[Dataset]:
        written = msgspec.json.encode(project).decode()
        named = col(DatasetRow.content).contains(written, autoescape=True)
        there = self._many(DatasetRow.team_id == team_id, named, *conditions)
        return [each for each in there if each.source.project == project]

    def _due(self, condition: Any) -> list[Dataset]:
        now = self._db.sql(due("dataset"))
        return list(reversed(self._many(condition, now, col(DatasetRow.set_aside).is_(None))))

    def _many(self, *conditions: Any) -> list[Dataset]:
        with self._db.read() as session:
            rows: Sequence[DatasetRow] = session.exec(
                select(DatasetRow)
                .where(*conditions)
                .order_by(col(DatasetRow.asked_at).desc(), col(DatasetRow.id).desc())
            ).all()
            return [_dataset(row) for row in rows]


def _dataset(row: DatasetRow) -> Dataset:
    own = {"team_id", "channel", "name", "asked_by", "content", "story", "state", "asked_at"}
    return Dataset(
        **row.model_dump(exclude=own),
        asked_at=datetime.fromtimestamp(row.asked_at, UTC),
        source=_SOURCE.decode(row.content),
        state=_STATE.decode(row.story),
    )


def _row(dataset: Dataset) -> DatasetRow:
    source = dataset.source
    return DatasetRow(
        **columns(dataset),
        team_id=source.team_id,
        channel=source.channel,
        name=source.called,
        request_key=dataset.request_key,
        asked_by=source.asked_by,
        asked_at=dataset.asked_at.timestamp(),
        content=msgspec.json.encode(source).decode(),
        state=dataset.state.stage,
        story=msgspec.json.encode(dataset.state).decode(),
        sent_uri=dataset.sent_uri,
        project_arn=dataset.project_arn,
        arn=dataset.arn,
    )
