"""Stop: a stop is written down, shown at once, and done by the worker's `round`. Nothing here waits
for the engine.
"""

import logging
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.clock import Clock
from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.engines.protocol import (
    COMPLETED,
    FAILED,
    INITIALIZING,
    STOPPED,
    STOPPING,
    Engine,
    JobGone,
    Known,
)
from bot.jobs.cards import thread_lines
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import LAUNCHING, Change, Kind, observe
from bot.jobs.records import Job, NoSuchJob, Records
from bot.jobs.store import JobStore
from bot.people.access import Access, Who
from bot.work.tries import Tries, attempt

_SETTLED = 10.0  # seconds after which a request that AWS took can be seen there
_OVER = {COMPLETED, FAILED, STOPPED}
_REST = 5.0  # seconds between two looks at a job that is to be stopped

log = logging.getLogger(__name__)


class NotRunning(Refusal):
    """This job is over already; there is nothing to stop."""


class Stopping(Refusal):
    """This job is being stopped already; what is labeled is kept. Its card tells when it is
    over.
    """


class ReadOnly(Refusal):
    """This job was not made here and is only followed. A manager can take it over; then it can be
    stopped.
    """


class Stop:
    """Stops jobs, for people who may."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: JobStore,
        facts: Facts,
        access: Access,
        engine: Engine,
        tries: Tries,
        clock: Clock,
    ) -> None:
        self._records = records
        self._store = store
        self._facts = facts
        self._access = access
        self._engine = engine
        self._tries = tries
        self._clock = clock

    def stoppable(self, job: Job | None, who: Who) -> Job:
        """The job, if this person may stop it now.

        Raises: NoSuchJob, NotRunning, Stopping, ReadOnly, NotAllowed: with words that say who can,
            or what to do.

        """
        if job is None:
            raise NoSuchJob
        self._access.require("stop", who, asked_by=None if job.followed else job.asked_by)
        if job.followed:
            raise ReadOnly
        set_aside = job.set_aside is not None
        if job.state.state == STOPPING or (job.stop_wanted and not job.ended and not set_aside):
            raise Stopping
        if job.ended:
            raise NotRunning
        return job

    def stop(self, job_id: str, who: Who) -> Job:
        """Write the stop down; the worker does it. A second press finds nothing to stop.

        A job that was set aside is taken up again for it: whoever gives it up is told what became
        of it.
        """
        job = self.stoppable(self._records.get(job_id), who)
        state = msgspec.structs.replace(job.state, stopped_by=who.name)
        due = self._tries.due_in(_SETTLED) if job.state.state == LAUNCHING else 0.0
        after = replace(job, stop_wanted=True, fails=0, silent=0, set_aside=None, next_try_at=due)
        return self._store.change(after, state)

    def round(self) -> None:
        """Do the stops that people asked for; AWS being busy leaves them for the next round."""
        for job in filter(_may_be_asked, self._records.to_stop()):
            with about(job=job.id), self._tries.hold(f"stop:{job.id}", rest=_REST) as hold:
                if hold:
                    attempt(
                        f"stopping {job.name}",
                        hold,
                        partial(self._stop, job),
                        refused=partial(self._not_stopped, job),
                        failed=partial(_wait, job),
                    )

    def _stop(self, job: Job) -> None:
        """One stop at the engine, and what is known after it."""
        known, now = Known(job.arn, job.name), self._clock()
        try:
            self._engine.stop(known)
            report = self._engine.report(known)
        except JobGone as gone:
            state = msgspec.structs.replace(
                job.state, state=STOPPED, cause=gone.words, ended_at=now
            )
            self._store.change(job, state, (Change(Kind.STOPPED),))
            return
        if report.state in _OVER:
            return  # the watch tells an end, which may have to be put together first
        # an engine without states: what we did is all that there is to know
        if report.state is None:
            report = replace(report, state=STOPPED)
        state, changes = observe(job.state, report, now)
        if state != job.state:
            self._store.change(job, state, changes)

    def _not_stopped(self, job: Job, refusal: Refusal) -> None:
        """AWS will not stop it: people are told, and may press again when the cause is mended."""
        line = thread_lines.not_stopped_line(self._facts.heard(job), redact(refusal.words))
        state = msgspec.structs.replace(job.state, stopped_by="")
        self._store.change(replace(job, stop_wanted=False), state, line=line)


def _may_be_asked(job: Job) -> bool:
    """Whether AWS takes a stop by now: a streaming job none while it gets ready (its guide says
    so).
    """
    return job.state.stream is None or job.state.state != INITIALIZING


def _wait(job: Job, pause: Transient) -> None:
    log.warning("stopping %s failed for now: %s", job.name, pause.words)
