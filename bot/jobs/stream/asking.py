"""Who sends objects to a streaming job, and what: taken in at once, sent by the worker.

Promises to the commands: one sending for each window, however often it is submitted; only to a job
that takes objects, and only what could be labeled.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.brought.brought import Brought
from bot.engines.protocol import Engine
from bot.jobs.form.asked import Asked
from bot.jobs.records import Job, NoSuchJob, Records
from bot.jobs.stream.records import OPEN, WAITING, Sending, Sendings
from bot.jobs.stream.what import What, as_data, fault_of
from bot.people.access import Access, Who


class NotStreaming(Refusal):
    """This job takes no objects while it runs: it is no streaming job. Whoever asks for one ticks
    Streaming behind More….
    """


class NoStreams(Refusal):
    """No streaming job of this channel runs. /labeljob create asks for one: tick Streaming behind
    More….
    """


class JobOver(Refusal):
    """This job is over and takes no more objects. /labeljob create asks for a new one."""


class WindowGone(Refusal):
    """This window is too old, or not yours. Type /labeljob send and the job's name for a new
    one.
    """


class Sends:
    """Takes in what is to be sent."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        sendings: Sendings,
        engine: Engine,
        access: Access,
        open_places: OpenPlaces,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._records = records
        self._sendings = sendings
        self._engine = engine
        self._access = access
        self._open = open_places
        self._new_id = new_id

    def open(self, who: Who, channel: str, brought: Sequence[Brought] = ()) -> str:
        """Keep a window that is about to open, with the files that it is about; its id."""
        sending = Sending(
            id=self._new_id(),
            team_id=self._access.team_id,
            channel=channel,
            job_id="",
            user_id=who.user_id,
            user_name=who.name,
            state=OPEN,
            what=What(brought=tuple(brought)),
            asked_at=0.0,
        )
        self._sendings.open(sending)
        return sending.id

    def jobs(self, channel: str) -> list[tuple[str, str]]:
        """The jobs of a channel that take objects: their ids and titles, newest first.

        Raises:
            NoStreams: there is none.

        """
        found = [
            (job.id, job.draft.title or job.name)
            for job in self._records.in_channel(self._access.team_id, channel)
            if job.state.stream is not None and not job.ended
        ]
        if not found:
            raise NoStreams
        return found

    def check(self, job: Job) -> None:
        """Refuse a job that takes no objects.

        Raises:
            NotStreaming, JobOver: with words.

        """
        if job.state.stream is None:
            raise NotStreaming
        if job.ended or job.stop_wanted:
            raise JobOver

    def own(self, sending_id: str, user_id: str) -> Sending:
        """What a window of this person's is about.

        Raises:
            WindowGone: it is too old, or somebody else's.

        """
        sending = self._sendings.get(sending_id)
        if sending is None or sending.user_id != user_id:
            raise WindowGone
        return sending

    def accept(self, sending_id: str, job_id: str, what: What, who: Who) -> Job:
        """Take in what a window says; its own files where it has some. A second time changes
        nothing.

        Raises:
            WindowGone, NoSuchJob, NotStreaming, JobOver, NotAllowed: with words.
            Refusal: what is wrong with what is sent.

        """
        sending, job = self.own(sending_id, who.user_id), self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        if sending.state != OPEN:
            return job
        self._access.require("send", who)
        self.check(job)
        what = sending.what if sending.what.brought else what
        asked = Asked(as_data(job.draft, what), self._engine.names, self._engine.task_types)
        if fault := fault_of(asked, self._open.of(job.channel)):
            raise Refusal(fault)
        after = replace(
            sending,
            state=WAITING,
            channel=job.channel,
            job_id=job.id,
            user_name=who.name,
            what=what,
        )
        with self._db.write() as session:
            self._sendings.save(session, after)
        return job
