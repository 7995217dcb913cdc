"""The window on the database for forms of datasets that stand open: what was typed so far, and
which of them a worker is to look at.

Promises to the command: what was typed for one source comes back when it is chosen again, and a
form is nobody's but its own person's. What was left for a day is forgotten.
"""

from dataclasses import dataclass

import msgspec
from sqlmodel import Field, SQLModel, col, delete, select

from bot.base.db import Database
from bot.base.errors import Refusal
from bot.datasets.source import Source

_LIFE_S = 86_400.0  # ours: nobody has a window of Slack open for so long
_ANSWERED_S = 3.0  # Slack: the answer that opens a review may be on its way for so long
_READ_S = 3_600.0  # ours: whoever waits for longer has left

# here, and not when it is needed: see bot.datasets.records
_SOURCE = msgspec.json.Decoder(Source)


class FormGone(Refusal):
    """This form is too old, or not yours. Type /dataset create for a new one."""


class DraftRow(SQLModel, table=True):
    """The form of a dataset that stands open; `content` is a `Source` as JSON. `look_at` is when a
    worker is to look at it for the review in the window `view_id` (0: not at all).
    """

    __tablename__ = "dataset_draft"

    id: str = Field(primary_key=True)
    user_id: str
    content: str
    kept_at: float
    view_id: str = ""
    look_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review that stands open and is to be filled."""

    draft_id: str
    source: Source
    view_id: str
    look_at: float


class Drafts:
    """Forms that stand open, by the number of their first showing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, draft_id: str, source: Source, *, look_in: str = "") -> None:
        """Write down what was typed; `source.asked_by` is whose form it is. `look_in` is the window
        of a review that a worker is to fill; without it nobody is to look any more.
        """
        now = self._db.time()
        row = DraftRow(
            id=draft_id,
            user_id=source.asked_by,
            content=msgspec.json.encode(source).decode(),
            kept_at=now,
            view_id=look_in,
            look_at=now + _ANSWERED_S if look_in else 0.0,
        )
        with self._db.write() as session:
            session.exec(delete(DraftRow).where(col(DraftRow.kept_at) < now - _LIFE_S))
            session.merge(row)

    def get(self, draft_id: str, user_id: str) -> Source | None:
        """What was typed so far; None where nothing was kept, or for somebody else's form."""
        with self._db.read() as session:
            row = session.get(DraftRow, draft_id)
            return _SOURCE.decode(row.content) if row and row.user_id == user_id else None

    def waiting(self) -> list[Waiting]:
        """The reviews that are to be filled now, oldest first."""
        now = self._db.time()
        with self._db.read() as session:
            rows = session.exec(
                select(DraftRow)
                .where(DraftRow.look_at > 0, DraftRow.look_at <= now)
                .where(col(DraftRow.kept_at) > now - _READ_S)
                .order_by(col(DraftRow.kept_at))
            ).all()
            return [_waiting(row) for row in rows]

    def still(self, one: Waiting) -> bool:
        """Whether the review stands open as it did."""
        with self._db.read() as session:
            row = session.get(DraftRow, one.draft_id)
            return row is not None and _waiting(row) == one

    def looked(self, one: Waiting) -> None:
        """The review was filled, or left."""
        with self._db.write() as session:
            row = session.get(DraftRow, one.draft_id)
            if row is not None and _waiting(row) == one:
                row.look_at = 0.0
                session.add(row)


def _waiting(row: DraftRow) -> Waiting:
    return Waiting(row.id, _SOURCE.decode(row.content), row.view_id, row.look_at)
