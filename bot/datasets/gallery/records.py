"""The window on the database for the sheets of datasets that people look at.

A sheet is kept for a week: the buttons below it speak of its pictures.
"""

from dataclasses import dataclass, replace

import msgspec
from sqlmodel import Field, Session, col, delete, or_, select

from bot.base.db import Database
from bot.datasets.gallery.entry import Entry, entry_of
from bot.datasets.gallery.wish import Wish
from bot.pictures.limits import TILES
from bot.work.tries import Tried, TriedRow, columns, due, write_version

_WISH = msgspec.json.Decoder(Wish)
_SHOWN = msgspec.json.Decoder(tuple[str, ...])
_KEPT = 7 * 86400.0  # seconds


class GalleryRow(TriedRow, table=True):
    """A sheet that one person wants to see of a dataset, and (as JSON) the lines of the pictures
    on it once it was shown; `waits` until then.
    """

    __tablename__ = "gallery"

    id: str = Field(primary_key=True)
    dataset_id: str = Field(index=True)
    user_id: str
    wish: str
    waits: bool = Field(index=True)
    shown: str
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Tried):
    """What is wanted (see `GalleryRow`)."""

    dataset_id: str
    user_id: str
    wish: Wish
    waits: bool
    shown: tuple[str, ...]
    asked_at: float

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The pictures that were shown, with their places in the list."""
        first = self.wish.at or (self.wish.page - 1) * TILES + 1
        listed = (msgspec.json.decode(line) for line in self.shown)
        return tuple(entry_of(number, each) for number, each in enumerate(listed, first))


class GalleryRecords:
    """What is wanted of datasets, and what was shown. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, sheet_id: str, dataset_id: str, user_id: str, wish: Wish) -> None:
        """Write down a wish, in place of one of this person's that was not fulfilled yet; sheets
        of theirs that are older than a week are forgotten.
        """
        now = self._db.time()
        theirs = (
            col(GalleryRow.dataset_id) == dataset_id,
            col(GalleryRow.user_id) == user_id,
            or_(col(GalleryRow.waits), col(GalleryRow.asked_at) < now - _KEPT),
        )
        with self._db.write() as session:
            session.exec(delete(GalleryRow).where(*theirs))
            row = GalleryRow(
                id=sheet_id,
                dataset_id=dataset_id,
                user_id=user_id,
                wish=msgspec.json.encode(wish).decode(),
                waits=True,
                shown="[]",
                asked_at=now,
            )
            session.add(row)

    def get(self, row_id: str) -> Sheet | None:
        """The sheet of that id."""
        with self._db.read() as session:
            row = session.get(GalleryRow, row_id)
            return _sheet(row) if row else None

    def waiting(self) -> list[Sheet]:
        """Wishes whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(GalleryRow)
                .where(col(GalleryRow.waits), self._db.sql(due("gallery")))
                .order_by(col(GalleryRow.asked_at))
            ).all()
            return [_sheet(row) for row in rows]

    def save(self, sheet: Sheet) -> None:
        """Write down a failed try.

        Raises:
            Stale: something else is wanted by now.

        """
        after = replace(sheet, version=sheet.version + 1)
        with self._db.write() as session:
            write_version(session, GalleryRow, sheet, columns(after))

    def over(self, session: Session, sheet: Sheet, shown: tuple[str, ...] = ()) -> None:
        """It was shown, or never can be.

        Raises:
            Stale: something else is wanted by now.

        """
        values = {
            "version": sheet.version + 1,
            "waits": False,
            "shown": msgspec.json.encode(shown).decode(),
        }
        write_version(session, GalleryRow, sheet, values)


def _sheet(row: GalleryRow) -> Sheet:
    return Sheet(
        **columns(row),  # type: ignore[arg-type]
        dataset_id=row.dataset_id,
        user_id=row.user_id,
        wish=_WISH.decode(row.wish),
        waits=row.waits,
        shown=_SHOWN.decode(row.shown),
        asked_at=row.asked_at,
    )
