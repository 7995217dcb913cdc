"""APScheduler by the monotonic clock: a wall clock that is set back or ahead moves no round.

APScheduler 3 compares moments of the wall clock. Set back by an hour, it would start nothing for an
hour; set ahead by years (a board without a battery, once it has found a time server), it would
count every round between for a missed one. Promises: what is due, and how long is slept until then,
is told by a clock that only goes on.
"""

import time
from collections.abc import Callable
from datetime import datetime

from apscheduler.job import Job
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED

_LOOK = 0.2  # seconds that one sleep lasts at most, so that an end is noticed


class MonotonicJobs(MemoryJobStore):  # type: ignore[misc]
    """Jobs with interval triggers. Each is due at once, and then in its interval after each
    start.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._due: dict[str, float] = {}

    def add_job(self, job: Job) -> None:
        """Take a job in, due now."""
        super().add_job(job)
        self._due[job.id] = self._clock()

    def update_job(self, job: Job) -> None:
        """Note that a job was started: it is due again after its interval."""
        super().update_job(job)
        self._due[job.id] = self._clock() + job.trigger.interval_length

    def get_due_jobs(self, now: datetime) -> list[Job]:
        """The jobs whose time has come. Whatever the wall clock says, each was planned for this
        very moment of it.
        """
        due = [job for job in self.get_all_jobs() if self._due[job.id] <= self._clock()]
        for job in due:
            job.next_run_time = now
        return due

    def left(self) -> float:
        """Seconds until the next job is due."""
        return max(0.0, min(self._due.values(), default=_LOOK) - self._clock())


class MonotonicScheduler(BackgroundScheduler):  # type: ignore[misc]
    """A scheduler that sleeps by the monotonic clock. `options` are APScheduler's own, without job
    stores.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, **options: object) -> None:
        self._jobs = MonotonicJobs(clock)
        super().__init__(jobstores={"default": self._jobs}, **options)

    def _main_loop(self) -> None:
        """Start what is due, and sleep, until the end.

        Not in a lock's timeout, as APScheduler does: that goes by the wall clock too where Python
        was built for a C library without sem_clockwait (glibc before 2.30).
        """
        while self.state != STATE_STOPPED:
            self._process_jobs()
            time.sleep(min(self._jobs.left(), _LOOK))
