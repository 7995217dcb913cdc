"""The window on the database for what is sent to streaming jobs.

Promises: an object's id stands once for a job, whoever sends it and however often; what was asked
for is taken up until it is through.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from bot.base.db import Database
from bot.jobs.lifecycle import ENDED
from bot.jobs.records import JobRow
from bot.jobs.stream.what import What
from bot.work.tries import Tried, TriedRow, columns, due, write_version

OPEN, WAITING, DONE, REFUSED = "open", "waiting", "done", "refused"
_KEPT_S = 86_400.0  # ours: a window that nobody sent for a day is forgotten


class SendingRow(TriedRow, table=True):
    """Objects that somebody sends to a job; `state` is open while the window stands, then waiting,
    done or refused. `content` is a `What` as JSON.
    """

    __tablename__ = "sending"

    id: str = Field(primary_key=True)
    team_id: str
    channel: str
    job_id: str
    user_id: str
    user_name: str
    state: str = Field(index=True)
    content: str
    asked_at: float


class SentRow(SQLModel, table=True):
    """An object that is or was on its way to a job, and with which sending it came first."""

    __tablename__ = "sent_object"

    job_id: str = Field(primary_key=True)
    object_id: str = Field(primary_key=True)
    sending_id: str
    sent: bool = False


_WHAT = msgspec.json.Decoder(What)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Tried):
    """Objects that somebody sends to a job (see `SendingRow`)."""

    team_id: str
    channel: str
    job_id: str
    user_id: str
    user_name: str
    state: str
    what: What
    asked_at: float


class Sendings:
    """What is sent, in the database. Times go by the database's clock."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, sending: Sending) -> None:
        """Keep what a window is about; windows of days ago are forgotten."""
        old = (col(SendingRow.state) == OPEN, col(SendingRow.asked_at) < self._db.time() - _KEPT_S)
        with self._db.write() as session:
            session.exec(delete(SendingRow).where(*old))
            session.add(_row(replace(sending, asked_at=self._db.time())))

    def get(self, sending_id: str) -> Sending | None:
        """The sending of that id."""
        with self._db.read() as session:
            row = session.get(SendingRow, sending_id)
            return _sending(row) if row else None

    def waiting(self) -> list[Sending]:
        """What waits and is due, oldest first."""
        with self._db.read() as session:
            rows = session.exec(
                select(SendingRow)
                .where(col(SendingRow.state) == WAITING, self._db.sql(due("sending")))
                .order_by(col(SendingRow.asked_at))
            ).all()
            return [_sending(row) for row in rows]

    def save(self, session: Session, sending: Sending) -> Sending:
        """Write a changed sending.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(sending, version=sending.version + 1)
        write_version(session, SendingRow, sending, _row(after).model_dump(exclude={"id"}))
        return after

    def note(self, session: Session, job_id: str, sending_id: str, ids: Sequence[str]) -> set[str]:
        """Write down that these objects are to be sent; those that have not been sent yet."""
        mine = col(SentRow.job_id) == job_id
        found = session.exec(select(SentRow).where(mine, col(SentRow.object_id).in_(ids))).all()
        known = {row.object_id for row in found}
        new = [each for each in dict.fromkeys(ids) if each not in known]
        session.add_all(
            SentRow(job_id=job_id, object_id=each, sending_id=sending_id) for each in new
        )
        return {*new, *(row.object_id for row in found if not row.sent)}

    def sent(self, session: Session, job_id: str, ids: Sequence[str]) -> None:
        """Write down that these objects were sent."""
        those = (col(SentRow.job_id) == job_id, col(SentRow.object_id).in_(ids))
        session.exec(update(SentRow).where(*those).values(sent=True))

    def forget_what_is_over(self) -> None:
        """Forget what was sent to jobs that are over: nothing can come to them twice any more."""
        over = (
            select(SendingRow.job_id)
            .join(JobRow, col(JobRow.id) == col(SendingRow.job_id))
            .where(col(SendingRow.state).in_((DONE, REFUSED)), col(JobRow.state).in_(ENDED))
            .distinct()
        )
        with self._db.read() as session:
            jobs = session.exec(over).all()
        if not jobs:
            return
        with self._db.write() as session:
            session.exec(delete(SentRow).where(col(SentRow.job_id).in_(jobs)))
            through = col(SendingRow.state).in_((DONE, REFUSED))
            session.exec(delete(SendingRow).where(col(SendingRow.job_id).in_(jobs), through))

    def counted(self, session: Session, job_id: str, sending_id: str) -> tuple[int, int]:
        """How many objects were sent to the job in all, and how many of them came with this
        sending.
        """
        sent = (col(SentRow.job_id) == job_id, col(SentRow.sent).is_(True))
        number = select(func.count()).select_from(SentRow)
        own = number.where(*sent, col(SentRow.sending_id) == sending_id)
        return session.exec(number.where(*sent)).one(), session.exec(own).one()


def _sending(row: SendingRow) -> Sending:
    shared = row.model_dump(exclude={"content"})
    return Sending(**shared, what=_WHAT.decode(row.content))


def _row(sending: Sending) -> SendingRow:
    return SendingRow(
        **columns(sending),
        team_id=sending.team_id,
        channel=sending.channel,
        job_id=sending.job_id,
        user_id=sending.user_id,
        user_name=sending.user_name,
        state=sending.state,
        content=msgspec.json.encode(sending.what).decode(),
        asked_at=sending.asked_at,
    )
