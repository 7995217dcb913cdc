"""Reading what people answered, once a job is over: by the worker, beside everything that people
wait for.

Promises: of one job 20,000 objects and five minutes at most are read, and what is missing then is
said; memory stays flat; what fails for now is tried again, and given up with words in the end.
"""

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial

from sqlmodel import Session

from bot.answers.agreement import agreement
from bot.answers.figures import Counted, Labeler
from bot.base.blocks import count
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.engines.protocol import Answered, Engine, Known
from bot.jobs.answered.read import Reading
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.records import Job
from bot.manifests.shapes import Told
from bot.people.workers import Workers
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries, attempt

OBJECTS_MAX = 20_000
_SECONDS = 300.0
_PAUSE_S, _PAUSE_MAX_S = 60.0, 300.0
_KNOWN_MAX = 50  # ours: people of a job who are looked up at AWS and at Slack

log = logging.getLogger(__name__)


class Readings:
    """Reads; `people` says whether what each person did is kept, `give_up` after how many failures
    a job's answers are left alone; `also` writes what follows from a reading, in its commit.
    `clock` gives seconds and only goes on.
    """

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: AnswerRecords,
        engine: Engine,
        workers: Workers,
        tries: Tries,
        people: bool,
        give_up: int,
        also: Callable[[Session, Job], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._engine = engine
        self._workers = workers
        self._tries = tries
        self._people = people
        self._give_up = give_up
        self._also = also
        self._clock = clock

    def round(self, start: Start = at_once) -> None:
        """Read the answers of every job that is over and whose answers were not read yet."""
        if not self._people:
            self._records.forget_people()
        for job in self._records.unread(people=self._people):
            start(f"answers:{job.id}", partial(self._take_up, job))

    def _take_up(self, job: Job) -> None:
        with about(job=job.id), self._tries.hold(f"answers:{job.id}") as hold:
            if hold is None or not self._records.is_unread(job.id, people=self._people):
                return
            attempt(
                f"reading the answers of {job.name}",
                hold,
                partial(self._read, job, hold),
                refused=partial(self._give_in, job),
                failed=partial(self._put_off, job),
            )

    def _read(self, job: Job, hold: LeaseGuard) -> None:
        """All of it in one go: what is compared goes on to what is counted."""
        if job.draft.workers_per_object < 2 and not self._people:  # noqa: PLR2004 - nobody to agree with
            self._records.keep(job, Reading(), None, self._also)
            return
        counted, seen = Counted(), _Seen(self._clock() + _SECONDS, self._clock)

        def told() -> Iterator[tuple[int, list[Told]]]:
            for one in seen.through(self._answers(job, hold)):
                if self._people:
                    counted.add(one.number, one.answers)
                yield one.number, [answer.said for answer in one.answers]

        found = agreement(told())
        people = self._labelers(job, counted, hold) if self._people else None
        reading = Reading(found, seen.objects, seen.answers, seen.partial, seen.odd, seen.odd_words)
        hold.confirm()
        self._records.keep(job, reading, people, self._also)

    def _answers(self, job: Job, hold: LeaseGuard) -> Iterator[Answered]:
        known = Known(job.arn, job.name)
        return self._engine.answers(known, job.draft.output_uri, hold.keep)

    def _labelers(self, job: Job, counted: Counted, hold: LeaseGuard) -> list[Labeler]:
        """What each did, who did most first, and who they are."""
        try:
            declined = self._engine.declined(Known(job.arn, job.name))
        except Refusal as refusal:
            log.info("who declined tasks of %s is not known: %s", job.name, refusal.words)
            declined = {}
        works = sorted(counted.works(declined), key=lambda work: -work.objects)
        found = []
        for place, work in enumerate(hold.through(works)):
            email = self._address(work.sub) if place < _KNOWN_MAX else ""
            user_id = self._workers.person(job.team_id, email) if email else ""
            found.append(Labeler(work, user_id, email))
        return found

    def _address(self, sub: str) -> str:
        if not sub or self._engine.workforce is None:
            return ""
        try:
            return self._engine.workforce.address(sub)
        except Refusal as refusal:
            log.info("the address of a labeler is not known: %s", refusal.words)
            return ""

    def _give_in(self, job: Job, error: LabeljobError) -> None:
        """Nothing is read, and people are told why."""
        log.info("the answers of %s cannot be read: %s", job.name, error.words)
        nobody: list[Labeler] | None = [] if self._people else None
        self._records.keep(job, Reading(failed=error.words), nobody, self._also)

    def _put_off(self, job: Job, error: Transient) -> None:
        fails = self._records.fails(job.id) + 1
        if fails >= self._give_up:
            self._give_in(job, error)
            return
        pause = min(_PAUSE_MAX_S, _PAUSE_S * fails)
        self._records.put_off(job.id, fails, self._tries.due_in(pause))


class _Seen:
    """Counts what goes by, and ends it when there is no time left or enough was read."""

    def __init__(self, end: float, clock: Callable[[], float]) -> None:
        self._end = end
        self._clock = clock
        self.objects = self.answers = self.odd = 0
        self.odd_words = self.partial = ""

    def through(self, answered: Iterator[Answered]) -> Iterator[Answered]:
        for one in answered:
            late = self._clock() > self._end
            if late or self.objects >= OBJECTS_MAX:
                read = f"Only {count(self.objects, 'object')} were read"
                self.partial = f"{read}: more than {OBJECTS_MAX:,} are not read."
                if late:
                    self.partial = f"{read}, as many as five minutes were enough for."
                return
            self.objects += 1
            self.answers += len(one.answers)
            self.odd += len(one.odd)
            self.odd_words = self.odd_words or "".join(one.odd[:1])
            yield one
