"""What somebody asked of a job and a worker makes: made once, tried again after failures, and given
to whoever asked, or told why not.

Promises to who asked: they get something or words; who may no longer see the job gets nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlmodel import Session

from bot.base.db import Database
from bot.base.pool import Start
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.jobs.facts import Facts
from bot.jobs.job_facts import JobFacts
from bot.jobs.records import Job, Records
from bot.jobs.store import subject
from bot.people.access import Access, NotHere
from bot.work.leases import LeaseGuard
from bot.work.tries import Tried, Tries
from bot.work.wishes import Wishes, WishRecords

SEE = "see"  # the right to look at a job
_EDITED_EVERY = 20.0  # ours: seconds between two edits; Slack takes some 50 a minute of all cards


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor(Tried):
    """Something that a person (or, with an empty `user_id`, the job's thread in `channel`) waits
    for; the person sees the job in `channel`.
    """

    job_id: str
    user_id: str
    channel: str
    asked_at: float


A = TypeVar("A", bound=AskedFor)


class AskedRecords(WishRecords[A], Protocol[A]):
    """Where it is written down."""

    def over(self, session: Session, asked: A, /) -> None:
        """It is given, or never can be."""


@dataclass(frozen=True, slots=True)
class Giving(Generic[A]):
    """Gives; `name` begins its leases and its lines' keys, `what` is what is done, in words, and
    `not_made` what is told where that does not work.
    """

    name: str
    what: str
    not_made: Callable[[JobFacts, str], Message]
    wanted: AskedRecords[A]
    records: Records
    facts: Facts
    outbox: Outbox
    access: Access
    tries: Tries
    db: Database

    def round(self, make: Callable[[A, LeaseGuard], None], start: Start) -> None:
        """Make everything that is wanted; what takes long does not stop the others."""
        Wishes(
            name=self.name,
            what=self.what,
            records=self.wanted,
            of=lambda one: {"job": one.job_id},
            tries=self.tries,
        ).round(make, self._tell, start)

    def may(self, job: Job, one: A) -> bool:
        """Whether the person may see the job still."""
        home = one.channel or job.channel
        try:
            who = self.access.at_home(job.team_id, one.user_id, home, one.channel)
        except NotHere:
            return False
        return self.access.may(SEE, who)

    def on_the_way(self, session: Session, one: A, job: Job, message: Message) -> None:
        """How far it is, in one message that is edited and becomes the last words; written in the
        caller's commit.
        """
        about = self._news(one, job)
        self.outbox.show(session, about, one.user_id, message, urgent=False, gap=_EDITED_EVERY)

    def over(self, one: A, job: Job | None = None, message: Message | None = None) -> None:
        """It is done; the last words about it, if any, in the same commit."""
        with self.db.write() as session:
            self.wanted.over(session, one)
            if job is None or message is None:
                return
            about, there = self._news(one, job), one.user_id or one.channel
            if there in self.outbox.channels(session, about):
                self.outbox.show(session, about, there, message)
                return
            self.outbox.say(
                session,
                subject(job),
                there,
                message,
                key=f"{self.name}:{one.id}:{one.asked_at}",
                in_thread=not one.user_id,
                priority=1,
            )

    def _news(self, one: A, job: Job) -> Subject:
        """Whom the message that says how far it is speaks about."""
        return Subject(job.team_id, f"{self.name} news", f"{one.id}:{one.asked_at}")

    def _tell(self, one: A, why: str) -> None:
        """It cannot be made: whoever asked is told why."""
        job = self.records.get(one.job_id)
        if job is None:
            self.over(one)
            return
        self.over(one, job, self.not_made(self.facts.of(job), why))
