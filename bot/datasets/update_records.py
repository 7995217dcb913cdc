"""The window on the database of lines that are sent to datasets that stand.

Promises: the same lines wait for a dataset once; a change is written only on the version it was
read at; times go by the database's clock.
"""

import hashlib
from dataclasses import dataclass, field, replace

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.datasets.corrections import CORRECTED, OfJob, job_of
from bot.datasets.gallery.names import RENAMED
from bot.datasets.pieces import Progress
from bot.datasets.source import Source
from bot.work.tries import Tried, TriedRow, columns, due, write_version

WAITING, DONE, REFUSED = "waiting", "done", "refused"


# here, and not when they are needed: see bot.datasets.records
_SOURCE = msgspec.json.Decoder(Source)
_PROGRESS = msgspec.json.Decoder(Progress)


class UpdateRow(TriedRow, table=True):
    """Lines for a dataset. `content` is a `Source`: whose manifest, and who asked; `lines` are the
    lines themselves where there is no manifest. `live_key` tells one that waits from others.
    """

    __tablename__ = "dataset_update"

    id: str = Field(primary_key=True)
    dataset_id: str = Field(index=True)
    live_key: str | None = Field(default=None, unique=True)
    asked_at: float
    content: str
    lines: str
    state: str = Field(index=True)
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Tried):
    """Lines on their way to a dataset (see `UpdateRow`)."""

    dataset_id: str
    source: Source
    asked_at: float = 0.0
    lines: str = ""
    state: str = WAITING
    progress: Progress = field(default_factory=Progress)

    @property
    def open(self) -> bool:
        """Whether anything is still tried."""
        return self.state == WAITING and not self.set_aside


class UpdateRecords:
    """Updates in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, update: Update) -> bool:
        """Take an update in; False where the same lines wait for the dataset already."""
        try:
            with session.begin_nested():
                session.add(_row(replace(update, asked_at=self._db.time())))
        except IntegrityError:
            return False
        return True

    def get(self, update_id: str) -> Update | None:
        """The update of that id."""
        with self._db.read() as session:
            row = session.get(UpdateRow, update_id)
            return _update(row) if row else None

    def has(self, dataset_id: str, of: OfJob) -> bool:
        """Whether the labels of a job were sent to a dataset, and AWS has read them."""
        done = (UpdateRow.dataset_id == dataset_id, UpdateRow.state == DONE)
        with self._db.read() as session:
            sent = session.exec(select(UpdateRow.content).where(*done)).all()
        return any(job_of(_SOURCE.decode(each).more) == of for each in sent)

    def waiting(self) -> list[Update]:
        """Updates whose next try is due, oldest first; of a dataset only the first that waits."""
        there = (col(UpdateRow.state) == WAITING, col(UpdateRow.set_aside).is_(None))
        order = (col(UpdateRow.asked_at), col(UpdateRow.id))
        with self._db.read() as session:
            first: dict[str, str] = {}
            query = select(UpdateRow.dataset_id, UpdateRow.id)
            for dataset_id, update_id in session.exec(query.where(*there).order_by(*order)):
                first.setdefault(dataset_id, update_id)
            if not first:
                return []
            due_now = (col(UpdateRow.id).in_(first.values()), self._db.sql(due("dataset_update")))
            rows = session.exec(select(UpdateRow).where(*due_now).order_by(*order)).all()
            return [_update(row) for row in rows]

    def save(self, session: Session, update: Update) -> Update:
        """Write a changed update; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(update, version=update.version + 1)
        write_version(session, UpdateRow, update, _row(after).model_dump(exclude={"id"}))
        return after


def _update(row: UpdateRow) -> Update:
    own = {"content", "story", "live_key"}
    return Update(
        **row.model_dump(exclude=own),
        source=_SOURCE.decode(row.content),
        progress=_PROGRESS.decode(row.story),
    )


def _row(update: Update) -> UpdateRow:
    content = msgspec.json.encode(update.source).decode()
    more = update.source.more
    ours = more.get(RENAMED, "") or more.get(CORRECTED, "")
    where = update.source.place or ours or update.lines
    # where the manifest is our own, it is named when it is written
    manifest = "" if ours else update.source.manifest_uri
    given = f"{update.dataset_id}\n{manifest}\n{where}"
    key = hashlib.sha256(given.encode()).hexdigest() if update.open else None
    return UpdateRow(
        **columns(update),
        dataset_id=update.dataset_id,
        live_key=key,
        asked_at=update.asked_at,
        content=content,
        lines=update.lines,
        state=update.state,
        story=msgspec.json.encode(update.progress).decode(),
    )
