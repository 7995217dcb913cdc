"""The window on the database for people's answers: what was read of a job, and what each labeler
did in it.

Promises to labelers: nothing about a person is written while LABELJOB_PEOPLE is off, and what was
written before that is forgotten.
"""

from collections.abc import Callable, Sequence

import msgspec
from sqlmodel import Field, Session, SQLModel, col, delete, select

from bot.answers.figures import Labeler, Work
from bot.base.db import Database
from bot.jobs.answered.read import Reading
from bot.jobs.records import Job, Records
from bot.work.tries import due

_NOT_OLDER_S = 90 * 86_400  # ours: what was asked for longer ago is not read by itself
_AT_A_LOOK = 20

_UNREAD = f"""
SELECT job.id FROM job LEFT JOIN job_answers ON job_answers.job_id = job.id
WHERE job.state IN ('completed', 'failed', 'stopped') AND job.arn <> ''
AND job.asked_at > :now - {_NOT_OLDER_S}
AND (job_answers.job_id IS NULL OR ({due("job_answers")} AND (NOT job_answers.done
  OR (:people AND NOT job_answers.people))))
ORDER BY job.asked_at DESC LIMIT {_AT_A_LOOK}"""


_READING = msgspec.json.Decoder(Reading)
_WORK = msgspec.json.Decoder(Work)


class JobAnswersRow(SQLModel, table=True):
    """How far the answers of a job are read. `people`: what each person did was kept. `content` is
    a `Reading`.
    """

    __tablename__ = "job_answers"

    job_id: str = Field(primary_key=True)
    done: bool = False
    people: bool = False
    fails: int = 0
    next_try_at: float = 0.0
    content: str = "{}"


class LabelerWorkRow(SQLModel, table=True):
    """What one labeler did in one job (see `Labeler`); `content` is a `Work`."""

    __tablename__ = "labeler_work"

    job_id: str = Field(primary_key=True)
    worker: str = Field(primary_key=True)
    team_id: str
    email: str = Field(index=True)
    user_id: str
    content: str


class AnswerRecords:
    """What was read, by job and by person."""

    def __init__(self, db: Database, records: Records) -> None:
        self._db = db
        self._records = records

    def unread(self, *, people: bool) -> list[Job]:
        """Jobs that are over and whose answers are to be read now, the newest first; with `people`
        also those of which people's figures were not kept.
        """
        with self._db.read() as session:
            rows = session.connection().execute(self._db.sql(_UNREAD), {"people": people}).all()
        found = [self._records.get(str(row[0])) for row in rows]
        return [job for job in found if job is not None]

    def is_unread(self, job_id: str, *, people: bool) -> bool:
        """Whether nobody else has read the job's answers meanwhile."""
        with self._db.read() as session:
            row = session.get(JobAnswersRow, job_id)
            return row is None or not row.done or (people and not row.people)

    def fails(self, job_id: str) -> int:
        """How often the reading of a job's answers failed so far."""
        with self._db.read() as session:
            row = session.get(JobAnswersRow, job_id)
            return row.fails if row else 0

    def put_off(self, job_id: str, fails: int, until: float) -> None:
        """Nothing was read; it is tried again from `until` on, by the database's clock."""
        row = JobAnswersRow(job_id=job_id, fails=fails, next_try_at=until)
        with self._db.write() as session:
            session.merge(row)

    def keep(
        self,
        job: Job,
        reading: Reading,
        people: Sequence[Labeler] | None,
        also: Callable[[Session, Job], None] = lambda _session, _job: None,
    ) -> None:
        """Write what was read, and what each person did; None where that is not to be kept. `also`
        writes what follows from it, in the same commit.
        """
        content = msgspec.json.encode(reading).decode()
        done = JobAnswersRow(job_id=job.id, done=True, people=people is not None, content=content)
        with self._db.write() as session:
            session.exec(delete(LabelerWorkRow).where(col(LabelerWorkRow.job_id) == job.id))
            session.merge(done)
            for each in people or ():
                row = LabelerWorkRow(
                    job_id=job.id,
                    worker=each.work.worker,
                    team_id=job.team_id,
                    email=each.email,
                    user_id=each.user_id,
                    content=msgspec.json.encode(each.work).decode(),
                )
                session.add(row)
            also(session, job)

    def reading(self, job_id: str) -> Reading | None:
        """What was read of a job; None where nothing was yet."""
        with self._db.read() as session:
            row = session.get(JobAnswersRow, job_id)
            return _READING.decode(row.content) if row and row.done else None

    def of_job(self, job_id: str) -> list[Labeler]:
        """What each person did in the job; who did most comes first."""
        with self._db.read() as session:
            rows = session.exec(select(LabelerWorkRow).where(LabelerWorkRow.job_id == job_id)).all()
            found = [Labeler(_WORK.decode(row.content), row.user_id, row.email) for row in rows]
        return sorted(found, key=lambda each: (-each.work.objects, each.work.worker))

    def of_person(self, team_id: str, emails: Sequence[str]) -> list[tuple[str, Work]]:
        """What the person of these addresses did, by the job's id; the newest first."""
        with self._db.read() as session:
            query = select(LabelerWorkRow).where(
                LabelerWorkRow.team_id == team_id, col(LabelerWorkRow.email).in_(emails)
            )
            rows = session.exec(query).all()
            found = [(row.job_id, _WORK.decode(row.content)) for row in rows if row.email]
        return sorted(found, key=lambda each: -each[1].last)

    def forget_people(self) -> None:
        """What people did is not known any more."""
        with self._db.read() as session:
            known = session.exec(select(LabelerWorkRow.job_id).limit(1)).first()
        if known is None:
            return
        with self._db.write() as session:
            session.exec(delete(LabelerWorkRow))
