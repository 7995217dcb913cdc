"""Feeds: a folder whose new objects S3 tells a streaming job's topic of.

Promises to launch and people: the entry in the bucket is written down before it is made, and taken
away again when the job is over or somebody says so; what else the bucket tells to others stays.
"""

import logging
from functools import partial

import msgspec
from sqlmodel import Field, SQLModel, col, delete, select

from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.base.s3_uri import S3Uri
from bot.delivery.message import Message
from bot.engines.protocol import Engine
from bot.jobs.cards import thread_lines
from bot.jobs.facts import Facts
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.jobs.stream.state import Stream
from bot.people.access import Access, Who
from bot.work.tries import Tries

log = logging.getLogger(__name__)


class NotFed(Refusal):
    """No folder feeds this job."""


class FeedRow(SQLModel, table=True):
    """A folder that feeds a job, under a name in its bucket; `over` once somebody wants it so."""

    __tablename__ = "feed"

    job_id: str = Field(primary_key=True)
    folder: str
    name: str
    over: bool = False


class Feeds:
    """Begins and ends feeds."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        store: JobStore,
        facts: Facts,
        engine: Engine,
        access: Access,
        tries: Tries,
    ) -> None:
        self._db = db
        self._records = records
        self._store = store
        self._facts = facts
        self._engine = engine
        self._access = access
        self._tries = tries

    def begin(self, job: Job) -> None:
        """Have the job's folder feed it, where it names one. It comes before the job is made: S3
        tries a new entry with a message that a job would take for an object.

        Raises:
            CannotFeed: with what hinders it.

        """
        extras, streams = job.draft.extras, self._engine.streams
        if not extras.feed_folder or streams is None:
            return
        name = f"labeljob-{job.id}"
        with self._db.write() as session:
            session.merge(FeedRow(job_id=job.id, folder=extras.feed_folder, name=name))
        try:
            streams.feed(S3Uri.parse(extras.feed_folder), extras.input_topic, name)
        except Refusal:
            with self._db.write() as session:
                session.exec(delete(FeedRow).where(col(FeedRow.job_id) == job.id))
            raise

    def end(self, job: Job, who: Who) -> None:
        """Write down that the folder is to feed the job no more.

        Raises:
            NotFed, NotAllowed: with words.

        """
        self._access.require("end feed", who, asked_by=job.asked_by)
        with self._db.write() as session:
            row = session.get(FeedRow, job.id)
            if row is None:
                raise NotFed
            row.over = True
            session.add(row)

    def round(self) -> None:
        """Take away the entries of jobs that are over, and those that people want no more."""
        with self._db.read() as session:
            rows = session.exec(select(FeedRow)).all()
        for row in rows:
            job = self._records.get(row.job_id)
            if job is not None and not job.ended and not row.over:
                continue
            with about(job=row.job_id), self._tries.hold(f"feed:{row.job_id}") as hold:
                if hold:
                    self._take_away(row, job)

    def _take_away(self, row: FeedRow, job: Job | None) -> None:
        streams, folder, line = self._engine.streams, S3Uri.parse(row.folder), None
        try:
            if streams is not None:
                streams.feed_no_more(folder, row.name)
            if row.over:
                line = thread_lines.fed_no_more_line(row.folder)
        except Transient as pause:
            log.info("the events of %s are not taken away yet: %s", row.folder, pause.words)
            return
        except Refusal as refusal:
            why = redact(refusal.words)
            if job is not None:
                facts = self._facts.heard(job)
                line = thread_lines.still_fed_line(facts, row.folder, row.name, why)
        self._forget(row, job, line)

    def _forget(self, row: FeedRow, job: Job | None, line: Message | None) -> None:
        with self._db.write() as session:
            session.exec(delete(FeedRow).where(col(FeedRow.job_id) == row.job_id))
            self._store.note_stream(session, row.job_id, partial(_fed, now=False))
            if job is not None and line is not None:
                self._store.say(session, job, line, key=f"feed:{row.job_id}")


def _fed(stream: Stream, *, now: bool) -> Stream:
    return msgspec.structs.replace(stream, fed=now)
