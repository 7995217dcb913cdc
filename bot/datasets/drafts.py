"""The window on the database for forms of datasets that stand open: what was typed so far.

Promises to the command: what was typed for one source comes back when it is chosen again, and a
form is nobody's but its own person's. What was left for a day is forgotten.
"""

import msgspec
from sqlmodel import Field, SQLModel, col, delete

from bot.base.db import Database
from bot.datasets.source import Source

_LIFE_S = 86_400.0  # ours: nobody has a window of Slack open for so long

# here, and not when it is needed: see bot.datasets.records
_SOURCE = msgspec.json.Decoder(Source)


class DraftRow(SQLModel, table=True):
    """The form of a dataset that stands open; `content` is a `Source` as JSON."""

    __tablename__ = "dataset_draft"

    id: str = Field(primary_key=True)
    user_id: str
    content: str
    kept_at: float


class Drafts:
    """Forms that stand open, by the number of their first showing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, draft_id: str, source: Source) -> None:
        """Write down what was typed; `source.asked_by` is whose form it is."""
        now = self._db.time()
        row = DraftRow(
            id=draft_id,
            user_id=source.asked_by,
            content=msgspec.json.encode(source).decode(),
            kept_at=now,
        )
        with self._db.write() as session:
            session.exec(delete(DraftRow).where(col(DraftRow.kept_at) < now - _LIFE_S))
            session.merge(row)

    def get(self, draft_id: str, user_id: str) -> Source | None:
        """What was typed so far; None where nothing was kept, or for somebody else's form."""
        with self._db.read() as session:
            row = session.get(DraftRow, draft_id)
            return _SOURCE.decode(row.content) if row and row.user_id == user_id else None
