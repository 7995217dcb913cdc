"""The window on the database of batches that a model makes drafts for.

Promises: a change is written only on the version it was read at, and a request becomes one batch
however often it comes.
"""

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.base.s3_uri import S3Uri
from bot.models.batch import WORKING, Batch, Progress
from bot.models.batch_cards import BatchFacts
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_LABELS = msgspec.json.Decoder(list[str])
_BATCH = msgspec.json.Decoder(Batch)
_PROGRESS = msgspec.json.Decoder(Progress)


class BatchRow(TriedRow, table=True):
    """A batch. `content` is a `Batch`, `story` a `Progress`, both as JSON; `arn` names the model,
    `labels` are its labels as JSON.
    """

    __tablename__ = "draft_batch"

    id: str = Field(primary_key=True)
    team_id: str
    request_key: str = Field(unique=True)
    asked_by: str
    asked_by_name: str
    asked_at: float
    model: str
    arn: str
    labels: str
    content: str
    state: str = Field(index=True)
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted(Tried):
    """A batch as the story knows it."""

    team_id: str
    request_key: str
    asked_by: str
    asked_by_name: str
    asked_at: float
    model: str
    arn: str
    labels: tuple[str, ...]
    batch: Batch
    progress: Progress

    @property
    def folder(self) -> S3Uri:
        """Where all that is written about it lies."""
        return S3Uri.parse(self.batch.output_uri).join(f"drafts/{self.id}")

    @property
    def drafts(self) -> S3Uri:
        """The manifest of the pictures with drafts."""
        return self.folder.join("drafts.manifest")

    @property
    def rest(self) -> S3Uri:
        """The manifest of the pictures without."""
        return self.folder.join("left-out.manifest")

    @property
    def facts(self) -> BatchFacts:
        """What its card and its line are made of."""
        return BatchFacts(
            id=self.id,
            model=self.model,
            batch=self.batch,
            progress=self.progress,
            drafts=str(self.drafts),
            rest=str(self.rest),
            asked_by=self.asked_by,
            asked_by_name=self.asked_by_name,
        )


class BatchRecords:
    """Batches in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, drafted: Drafted) -> bool:
        """Take a batch in; False when its request was taken in before."""
        try:
            with session.begin_nested():
                session.add(_row(drafted))
        except IntegrityError:
            return False
        return True

    def get(self, batch_id: str) -> Drafted | None:
        """The batch of that id."""
        with self._db.read() as session:
            row = session.get(BatchRow, batch_id)
            return _drafted(row) if row else None

    def at_work(self) -> list[Drafted]:
        """Batches that are not ended and whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(BatchRow)
                .where(BatchRow.state == WORKING, self._db.sql(due("draft_batch")))
                .order_by(col(BatchRow.asked_at))
            ).all()
            return [_drafted(row) for row in rows]

    def save(self, session: Session, drafted: Drafted) -> Drafted:
        """Write a changed batch; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(drafted, version=drafted.version + 1)
        write_version(session, BatchRow, drafted, _row(after).model_dump(exclude={"id"}))
        return after


def _drafted(row: BatchRow) -> Drafted:
    return Drafted(
        **row.model_dump(exclude={"content", "story", "state", "labels"}),
        labels=tuple(_LABELS.decode(row.labels)),
        batch=_BATCH.decode(row.content),
        progress=_PROGRESS.decode(row.story),
    )


def _row(drafted: Drafted) -> BatchRow:
    kept = msgspec.structs.replace(drafted.batch, runs=())
    return BatchRow(
        **columns(drafted),
        team_id=drafted.team_id,
        request_key=drafted.request_key,
        asked_by=drafted.asked_by,
        asked_by_name=drafted.asked_by_name,
        asked_at=drafted.asked_at,
        model=drafted.model,
        arn=drafted.arn,
        labels=msgspec.json.encode(drafted.labels).decode(),
        content=msgspec.json.encode(kept).decode(),
        state=drafted.progress.state,
        story=msgspec.json.encode(drafted.progress).decode(),
    )
