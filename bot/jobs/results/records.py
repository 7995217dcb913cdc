"""The window on the database for results that somebody waits for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec
from sqlmodel import Field, Session, col, delete, select

from bot.base.db import Database
from bot.jobs.giving import AskedFor
from bot.jobs.results.wish import Wish
from bot.work.tries import TriedRow, columns, due, write_version

_WISH = msgspec.json.Decoder(Wish)
_NOT_READ = "how far people agree is not read yet"


class ResultsRow(TriedRow, table=True):
    """What one person wants of a job's results, or (with an empty `user_id`) the thread in
    `channel`; the newest wish counts. Counts that are set aside wait for what people agree upon.
    """

    __tablename__ = "results"

    id: str = Field(primary_key=True)
    job_id: str
    user_id: str
    channel: str
    wish: str
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(AskedFor):
    """What is wanted (see `ResultsRow`)."""

    wish: Wish


class ResultsRecords:
    """What is wanted of results. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want_counts(self, session: Session, job_id: str, channels: Iterable[str]) -> None:
        """Write down, in the caller's commit, that the counts in these threads are to be told anew,
        and those that people were told alone; also of those that are only on their way.
        """
        alone = select(ResultsRow).where(ResultsRow.job_id == job_id, ResultsRow.user_id != "")
        for row in session.exec(alone).all():
            if row.set_aside:
                row.set_aside = None
                session.add(row)
            elif _WISH.decode(row.wish) == Wish():
                session.merge(self._counts(job_id, row.channel, row.user_id))
        on_their_way = select(ResultsRow.channel).where(
            ResultsRow.job_id == job_id, ResultsRow.user_id == ""
        )
        for channel in {*channels, *session.exec(on_their_way)}:
            session.merge(self._counts(job_id, channel))

    def agreement_waits(self, session: Session, told: Wanted) -> None:
        """Write down, in the caller's commit, that this person was told counts without what people
        agree upon.
        """
        wanted = self._counts(told.job_id, told.channel, told.user_id)
        row = session.get(ResultsRow, wanted.id)
        if row is None or row.set_aside:  # else it is known by now, and on its way
            wanted.set_aside = _NOT_READ
            session.merge(wanted)

    def _counts(self, job_id: str, channel: str, user_id: str = "") -> ResultsRow:
        return ResultsRow(
            id=f"{job_id}:{user_id or channel}:counts",
            job_id=job_id,
            user_id=user_id,
            channel=channel,
            wish=msgspec.json.encode(Wish(only_counts=True)).decode(),
            asked_at=self._db.time(),
        )

    def waits(self, job_id: str, whose: str) -> bool:
        """Whether results are on their way to the thread of a channel, or to a person."""
        return self.get(f"{job_id}:{whose}") is not None

    def want(self, job_id: str, user_id: str, channel: str, wish: Wish) -> None:
        """Write down a wish, in place of an earlier one that was not fulfilled yet."""
        now = self._db.time()
        row_id = f"{job_id}:{user_id or channel}"
        with self._db.write() as session:
            before = session.get(ResultsRow, row_id)
            version = before.version + 1 if before else 0
            row = ResultsRow(
                id=row_id,
                job_id=job_id,
                user_id=user_id,
                channel=channel,
                wish=msgspec.json.encode(wish).decode(),
                asked_at=now,
                version=version,
            )
            session.merge(row)

    def get(self, row_id: str) -> Wanted | None:
        """The wish of that id."""
        with self._db.read() as session:
            row = session.get(ResultsRow, row_id)
            return _wanted(row) if row else None

    def waiting(self) -> list[Wanted]:
        """Wishes whose next try is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(ResultsRow)
                .where(self._db.sql(due("results")), col(ResultsRow.set_aside).is_(None))
                .order_by(col(ResultsRow.asked_at))
            ).all()
            return [_wanted(row) for row in rows]

    def save(self, wanted: Wanted) -> None:
        """Write down a failed try.

        Raises:
            Stale: something else is wanted by now.

        """
        after = replace(wanted, version=wanted.version + 1)
        with self._db.write() as session:
            write_version(session, ResultsRow, wanted, columns(after))

    def over(self, session: Session, wanted: Wanted) -> None:
        """It was fulfilled, or never can be; another wish stays."""
        those = delete(ResultsRow).where(
            col(ResultsRow.id) == wanted.id, col(ResultsRow.asked_at) == wanted.asked_at
        )
        session.exec(those)


def _wanted(row: ResultsRow) -> Wanted:
    return Wanted(
        **columns(row),  # type: ignore[arg-type]
        job_id=row.job_id,
        user_id=row.user_id,
        channel=row.channel,
        wish=_WISH.decode(row.wish),
        asked_at=row.asked_at,
    )
