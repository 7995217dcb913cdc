"""The window on the database of projects that are being deleted.

Promises: a change is written only on the version it was read at, and a request becomes one deletion
however often it comes.
"""

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.models.going import DELETING, WAITING, Going
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_GOING = msgspec.json.Decoder(Going)


class GoingRow(TriedRow, table=True):
    """A project that is being deleted; `content` is a `Going` as JSON, the id its request."""

    __tablename__ = "project_deletion"

    id: str = Field(primary_key=True)
    team_id: str
    state: str = Field(index=True)
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion(Tried):
    """A deletion as the story knows it."""

    team_id: str
    going: Going


class GoingRecords:
    """Deletions in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, deletion: Deletion) -> bool:
        """Take a deletion in; False when its request was taken in before."""
        try:
            with session.begin_nested():
                session.add(_row(deletion))
        except IntegrityError:
            return False
        return True

    def get(self, deletion_id: str) -> Deletion | None:
        """The deletion of that id."""
        with self._db.read() as session:
            row = session.get(GoingRow, deletion_id)
            return _deletion(row) if row else None

    def due(self) -> list[Deletion]:
        """Deletions whose minute is over, or whose next look is due."""
        with self._db.read() as session:
            rows = session.exec(
                select(GoingRow)
                .where(
                    col(GoingRow.state).in_((WAITING, DELETING)),
                    self._db.sql(due("project_deletion")),
                )
                .order_by(col(GoingRow.id))
            ).all()
            return [_deletion(row) for row in rows]

    def save(self, session: Session, deletion: Deletion) -> Deletion:
        """Write a changed deletion; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(deletion, version=deletion.version + 1)
        write_version(session, GoingRow, deletion, _row(after).model_dump(exclude={"id"}))
        return after


def _deletion(row: GoingRow) -> Deletion:
    return Deletion(
        **columns(row),  # type: ignore[arg-type]
        team_id=row.team_id,
        going=_GOING.decode(row.content),
    )


def _row(deletion: Deletion) -> GoingRow:
    return GoingRow(
        **columns(deletion),
        team_id=deletion.team_id,
        state=deletion.going.state,
        content=msgspec.json.encode(deletion.going).decode(),
    )
