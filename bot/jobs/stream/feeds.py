"""Feeds: a folder whose new objects S3 tells a streaming job's topic of.

Promises to launch and people: the entry in the bucket is written down before it is made, and taken
away again when the job is over or somebody says so; what else the bucket tells to others stays.
"""

import logging
from dataclasses import dataclass
from functools import partial
from math import inf

import msgspec
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.base.s3_uri import S3Uri
from bot.delivery.message import Message
from bot.engines.protocol import IN_PROGRESS, Engine
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
    """A folder that feeds a job, under a name in its bucket; `over` once somebody wants it so. What
    came into it from `since` on (seconds by the database's clock; None as long as the job takes no
    objects) until `until` (None: it goes on) has come to the job.
    """

    __tablename__ = "feed"

    job_id: str = Field(primary_key=True)
    folder: str
    name: str
    over: bool = False
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """What a folder has brought to a job: objects that were written from `since` until `until`, in
    seconds.
    """

    folder: S3Uri
    since: float
    until: float = inf

    def holds(self, uri: S3Uri) -> bool:
        """Whether the address lies beneath the folder."""
        return uri.bucket == self.folder.bucket and uri.key.startswith(self.folder.key)

    def brought(self, written_at: float) -> bool:
        """Whether an object beneath the folder that was written then, which S3 says in whole
        seconds, has come by itself.
        """
        return int(self.since) <= written_at <= self.until


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
            if row is None or row.until is not None:
                raise NotFed
            row.over = True
            session.add(row)

    def of(self, job_id: str) -> Fed | None:
        """What a folder has brought to the job; None where none has fed it yet."""
        with self._db.read() as session:
            row = session.get(FeedRow, job_id)
        if row is None or row.since is None:
            return None
        return Fed(S3Uri.parse(row.folder), row.since, inf if row.until is None else row.until)

    def round(self) -> None:
        """Write down since when jobs take what their folders bring; take away the entries of jobs
        that are over, and those that people want no more.
        """
        with self._db.read() as session:
            rows = session.exec(select(FeedRow)).all()
        for row in rows:
            job = self._records.get(row.job_id)
            if job is None or job.ended or (row.over and row.until is None):
                with about(job=row.job_id), self._tries.hold(f"feed:{row.job_id}") as hold:
                    if hold:
                        self._take_away(row, job)
            elif row.since is None and job.state.state == IN_PROGRESS:
                with self._db.write() as session:
                    self._note(session, row.job_id, since=self._db.time())

    def _take_away(self, row: FeedRow, job: Job | None) -> None:
        """The entry, where it has not been taken away before."""
        streams, folder = self._engine.streams, S3Uri.parse(row.folder)
        line, until = None, self._db.time()
        try:
            if streams is not None and row.until is None:
                streams.feed_no_more(folder, row.name)
            if row.over and row.until is None:
                line = thread_lines.fed_no_more_line(row.folder)
        except Transient as pause:
            log.info("the events of %s are not taken away yet: %s", row.folder, pause.words)
            return
        except Refusal as refusal:
            why, until = redact(refusal.words), inf
            if job is not None:
                facts = self._facts.heard(job)
                line = thread_lines.still_fed_line(facts, row.folder, row.name, why)
        self._taken_away(row, job, until, line)

    def _taken_away(
        self, row: FeedRow, job: Job | None, until: float, line: Message | None
    ) -> None:
        """Keep what came by itself as long as its job can be sent more."""
        with self._db.write() as session:
            if job is None or job.ended:
                session.exec(delete(FeedRow).where(col(FeedRow.job_id) == row.job_id))
            else:
                self._note(session, row.job_id, until=until)
            self._store.note_stream(session, row.job_id, partial(_fed, now=False))
            if job is not None and line is not None:
                self._store.say(session, job, line, key=f"feed:{row.job_id}")

    def _note(self, session: Session, job_id: str, **moments: float) -> None:
        session.exec(update(FeedRow).where(col(FeedRow.job_id) == job_id).values(**moments))


def _fed(stream: Stream, *, now: bool) -> Stream:
    return msgspec.structs.replace(stream, fed=now)
