"""The window on the database for preflights: which reviews stand open, and what is wanted for
them.
"""

from dataclasses import dataclass

from sqlmodel import Field, SQLModel, col, delete, select

from bot.base.db import Database

CHECK, PREVIEW, AGAIN = "check", "preview", "again"
STORE, OF_JOB = "store", "preview of a job"
ELSEWHERE = {STORE, OF_JOB}
"""What is wanted where no review stands open."""
_ANSWERED_S = 5.0  # Slack: the answer that opens a review may be on its way for 3
_LIFE_S = 60.0  # ours: whoever reads a review for longer has seen what there is to see
_KEPT_S = 3_600.0  # what was begun in time goes on, and is shown, however long it takes


class PreflightRow(SQLModel, table=True):
    """A review that stands open: the draft, whose it is, the window, and what is wanted: `check`,
    `preview`, the name of a fix, or that it is shown `again`; or a window of *Store data*, where
    it is `store`; or a job whose preview somebody wants: `draft_id` is theirs and the job's,
    `view_id` the job's id.
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

    def looked(self, one: Wanted) -> None:
        """What was wanted is done. A review that was opened a moment ago is to be shown again: the
        answer that opens it may come after all that was shown, and would hide it.
        """
        if one.wanted != CHECK or self._db.time() - one.asked_at >= _ANSWERED_S:
            self.over(one.draft_id, one.asked_at)
            return
        with self._db.write() as session:
            row = session.get(PreflightRow, one.draft_id)
            if row is not None and _wanted(row) == one:
                row.wanted = AGAIN
                session.add(row)

    def get(self, draft_id: str) -> Wanted | None:
        """What is wanted for the draft now."""
        with self._db.read() as session:
            row = session.get(PreflightRow, draft_id)
            return _wanted(row) if row else None

    def waiting(self) -> list[Wanted]:
        """What is wanted of the last minute and due, oldest first; files are stored whoever looks.
        What is older than an hour is forgotten.
        """
        now = self._db.time()
        with self._db.read() as session:
            rows = session.exec(select(PreflightRow).order_by(col(PreflightRow.asked_at))).all()
            found = [_wanted(row) for row in rows]
        if any(one.asked_at < now - _KEPT_S for one in found):
            with self._db.write() as session:
                session.exec(delete(PreflightRow).where(col(PreflightRow.asked_at) < now - _KEPT_S))
        recent = [one for one in found if one.wanted == STORE or one.asked_at >= now - _LIFE_S]
        return [one for one in recent if one.wanted != AGAIN or one.asked_at <= now - _ANSWERED_S]


def _wanted(row: PreflightRow) -> Wanted:
    return Wanted(row.draft_id, row.user_id, row.view_id, row.wanted, row.asked_at)
