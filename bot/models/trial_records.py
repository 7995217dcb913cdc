"""The window on the database for pictures that a model is to look at."""

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, delete, select

from bot.base.db import Database
from bot.models.trial import Trial
from bot.work.tries import Tried, TriedRow, columns, due, write_version

_TRIAL = msgspec.json.Decoder(Trial)


class TrialRow(TriedRow, table=True):
    """A picture that somebody wants a model to look at; `content` is a `Trial` as JSON."""

    __tablename__ = "trial"

    id: str = Field(primary_key=True)
    user_id: str
    content: str
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Tried):
    """What is wanted (see `TrialRow`)."""

    user_id: str
    trial: Trial
    asked_at: float


class TrialRecords:
    """What is to be looked at. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, request_key: str, user_id: str, trial: Trial) -> bool:
        """Write a wish down; False when it waits already."""
        kept = msgspec.structs.replace(trial, runs=(), files=())
        row = TrialRow(
            id=request_key,
            user_id=user_id,
            content=msgspec.json.encode(kept).decode(),
            asked_at=self._db.time(),
        )
        with self._db.write() as session:
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:
                return False
        return True

    def get(self, row_id: str) -> Wanted | None:
        """The wish of that id."""
        with self._db.read() as session:
            row = session.get(TrialRow, row_id)
            return _wanted(row) if row else None

    def waiting(self) -> list[Wanted]:
        """Wishes whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(TrialRow).where(self._db.sql(due("trial"))).order_by(col(TrialRow.asked_at))
            ).all()
            return [_wanted(row) for row in rows]

    def save(self, wanted: Wanted) -> None:
        """Write down a failed try.

        Raises:
            Stale: somebody else has tried it meanwhile.

        """
        after = replace(wanted, version=wanted.version + 1)
        with self._db.write() as session:
            write_version(session, TrialRow, wanted, columns(after))

    def over(self, session: Session, wanted: Wanted) -> None:
        """It was looked at, or never can be."""
        session.exec(delete(TrialRow).where(col(TrialRow.id) == wanted.id))


def _wanted(row: TrialRow) -> Wanted:
    return Wanted(
        **columns(row),  # type: ignore[arg-type]
        user_id=row.user_id,
        trial=_TRIAL.decode(row.content),
        asked_at=row.asked_at,
    )
