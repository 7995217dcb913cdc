"""The window on the database for mistakes of models that are to be shown."""

from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, delete, select

from bot.base.db import Database
from bot.work.tries import Tried, TriedRow, columns, due, write_version


class MistakesRow(TriedRow, table=True):
    """A model whose mistakes somebody wants to see; without `user_id` they go below its card."""

    __tablename__ = "mistakes"

    id: str = Field(primary_key=True)
    model_id: str
    user_id: str
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Tried):
    """What is wanted (see `MistakesRow`)."""

    model_id: str
    user_id: str
    asked_at: float


class MistakeRecords:
    """What is to be shown. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, model_id: str, user_id: str = "") -> bool:
        """Write a wish down; False when it waits already."""
        row = MistakesRow(
            id=f"{model_id}:{user_id}",
            model_id=model_id,
            user_id=user_id,
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
            row = session.get(MistakesRow, row_id)
            return _wanted(row) if row else None

    def waiting(self) -> list[Wanted]:
        """Wishes whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(MistakesRow)
                .where(self._db.sql(due("mistakes")))
                .order_by(col(MistakesRow.asked_at))
            ).all()
            return [_wanted(row) for row in rows]

    def save(self, wanted: Wanted) -> None:
        """Write down a failed try.

        Raises:
            Stale: somebody else has tried it meanwhile.

        """
        after = replace(wanted, version=wanted.version + 1)
        with self._db.write() as session:
            write_version(session, MistakesRow, wanted, columns(after))

    def over(self, session: Session, wanted: Wanted) -> None:
        """It was shown, or never can be."""
        session.exec(delete(MistakesRow).where(col(MistakesRow.id) == wanted.id))


def _wanted(row: MistakesRow) -> Wanted:
    return Wanted(
        **columns(row),  # type: ignore[arg-type]
        model_id=row.model_id,
        user_id=row.user_id,
        asked_at=row.asked_at,
    )
