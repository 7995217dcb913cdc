"""The window on the database for preflights: which reviews stand open, and what is wanted for
them.
"""

from dataclasses import dataclass

from sqlmodel import Field, SQLModel, col, delete, select

from bot.base.db import Database

CHECK, PREVIEW, STORE, OF_JOB = "check", "preview", "store", "preview of a job"
ELSEWHERE = {STORE, OF_JOB}
"""What is wanted where no review stands open."""
_LIFE_S = 60.0  # ours: whoever reads a review for longer has seen what there is to see
_KEPT_S = 3_600.0  # what was begun in time goes on, and is shown, however long it takes


class PreflightRow(SQLModel, table=True):
    """A review that stands open: the draft, whose it is, the window, and what is wanted: `check`,
    `preview` or the name of a fix; or a window of *Store data*, where it is `store`; or
    a job whose preview somebody wants: `draft_id` is theirs and the job's, `view_id` the job's id.
    """

    __tablename__ = "preflight"

    draft_id: str = Field(primary_key=True)
    user_id: str
    view_id: str
    wanted: str
    asked_at: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted for an open review (see `PreflightRow`)."""

    draft_id: str
    user_id: str
    view_id: str
    wanted: str
    asked_at: float


class PreflightRecords:
    """What is wanted, one thing a draft. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, draft_id: str, user_id: str, view_id: str, wanted: str = CHECK) -> None:
        """Write down that a review stands open, or that a fix of it was pressed."""
        row = PreflightRow(
            draft_id=draft_id,
            user_id=user_id,
            view_id=view_id,
            wanted=wanted,
            asked_at=self._db.time(),
        )
        with self._db.write() as session:
            session.merge(row)

    def over(self, draft_id: str, asked_at: float | None = None) -> None:
        """Nothing is wanted for the draft any more; with `asked_at` only what was asked then."""
        those = delete(PreflightRow).where(col(PreflightRow.draft_id) == draft_id)
        if asked_at is not None:
            those = those.where(col(PreflightRow.asked_at) == asked_at)
        with self._db.write() as session:
            session.exec(those)

    def get(self, draft_id: str) -> Wanted | None:
        """What is wanted for the draft now."""
        with self._db.read() as session:
            row = session.get(PreflightRow, draft_id)
            return _wanted(row) if row else None

    def waiting(self) -> list[Wanted]:
        """What is wanted of the last minute, oldest first; what is older than an hour is
        forgotten.
        """
        now = self._db.time()
        with self._db.read() as session:
            rows = session.exec(select(PreflightRow).order_by(col(PreflightRow.asked_at))).all()
            found = [_wanted(row) for row in rows]
        if any(one.asked_at < now - _KEPT_S for one in found):
            with self._db.write() as session:
                session.exec(delete(PreflightRow).where(col(PreflightRow.asked_at) < now - _KEPT_S))
        return [one for one in found if one.asked_at >= now - _LIFE_S]


def _wanted(row: PreflightRow) -> Wanted:
    return Wanted(row.draft_id, row.user_id, row.view_id, row.wanted, row.asked_at)
