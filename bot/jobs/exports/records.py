"""The window on the database for exports that somebody waits for."""

from dataclasses import dataclass, replace

import msgspec
from sqlmodel import Field, Session, col, delete, select, update

from bot.base.db import Database
from bot.jobs.exports.wish import Wish
from bot.jobs.giving import AskedFor
from bot.work.tries import TriedRow, columns, due, write_version

_WISH = msgspec.json.Decoder(Wish)


class ExportRow(TriedRow, table=True):
    """What one person wants exported of a job, who sees it in `channel`; `done` objects are written
    so far.
    """

    __tablename__ = "export"

    id: str = Field(primary_key=True)
    job_id: str
    user_id: str
    channel: str
    wish: str
    asked_at: float
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(AskedFor):
    """What is wanted (see `ExportRow`)."""

    wish: Wish
    done: int = 0


def wish_id(job_id: str, user_id: str, wish: Wish) -> str:
    """One person waits for the same file of a job once."""
    return f"{job_id}:{user_id}:{wish.format}:{wish.every}"


class ExportRecords:
    """What is to be exported. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, job_id: str, user_id: str, channel: str, wish: Wish) -> Export | None:
        """Write down a wish; the same one that waits already, None where it is new."""
        row_id = wish_id(job_id, user_id, wish)
        now = self._db.time()
        with self._db.write() as session:
            before = session.get(ExportRow, row_id)
            if before is not None:
                return _export(before)
            session.add(
                ExportRow(
                    id=row_id,
                    job_id=job_id,
                    user_id=user_id,
                    channel=channel,
                    wish=msgspec.json.encode(wish).decode(),
                    asked_at=now,
                )
            )
            return None

    def get(self, row_id: str) -> Export | None:
        """The wish of that id."""
        with self._db.read() as session:
            row = session.get(ExportRow, row_id)
            return _export(row) if row else None

    def waiting(self) -> list[Export]:
        """Wishes whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(ExportRow)
                .where(self._db.sql(due("export")))
                .order_by(col(ExportRow.asked_at))
            ).all()
            return [_export(row) for row in rows]

    def tell(self, session: Session, export: Export, done: int) -> None:
        """Write down how many objects are written so far, in the caller's commit."""
        session.exec(update(ExportRow).where(col(ExportRow.id) == export.id).values(done=done))

    def save(self, export: Export) -> None:
        """Write down a failed try.

        Raises:
            Stale: somebody else tried meanwhile.

        """
        after = replace(export, version=export.version + 1)
        with self._db.write() as session:
            write_version(session, ExportRow, export, columns(after))

    def over(self, session: Session, export: Export) -> None:
        """It is written, or never can be."""
        session.exec(delete(ExportRow).where(col(ExportRow.id) == export.id))


def _export(row: ExportRow) -> Export:
    return Export(
        **columns(row),  # type: ignore[arg-type]
        job_id=row.job_id,
        user_id=row.user_id,
        channel=row.channel,
        wish=_WISH.decode(row.wish),
        asked_at=row.asked_at,
        done=row.done,
    )
