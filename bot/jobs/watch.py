"""Watch: what the engine says of every job that is not over, once a round for all of them together.

One list of all that runs; a job that is listed no more is asked for by itself to learn its end.
Unchanged jobs write nothing. Why objects of an ended job failed is found out beside the round: that
may take seconds, and others wait for the round. A job that cannot be looked at does not stop the
others; after `set_aside_after` failures in a row, or after looks for `set_aside_silence` to which
the engine gave no answer though it answers otherwise, it is set aside and its thread told once.
Where it answers nothing for two minutes, the cards say since when.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.base.blocks import duration
from bot.base.clock import Clock
from bot.base.errors import LabeljobError, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.base.settings import Settings
from bot.engines.protocol import Engine, Known, Report
from bot.jobs.cards import thread_lines
from bot.jobs.ends import Ends
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import Change, JobState, observe, repeats
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.work.leases import LeaseGuard
from bot.work.tries import Stale, Tries, attempt, counts

_TOLD_AFTER_S = 120.0  # ours: AWS asks everybody to wait a moment now and then

log = logging.getLogger(__name__)


class Watch:
    """Polls the engine."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: JobStore,
        facts: Facts,
        engine: Engine,
        ends: Ends,
        tries: Tries,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._records = records
        self._store = store
        self._facts = facts
        self._engine = engine
        self._ends = ends
        self._tries = tries
        self._clock = clock
        self._silence = settings.set_aside_silence
        self._gap = settings.poll_gap
        self._unheard = 0  # rounds in a row to which nothing was answered

    def round(self, start: Start = at_once) -> None:
        """Look at every job that is not over; nothing is asked while there is none. `start` begins
        what takes long.
        """
        jobs = self._records.watched()
        if not jobs:
            return
        with self._tries.hold("watch") as hold:
            if hold is None:
                return
            try:
                running = self._engine.running()
            except Transient:
                self._nobody_answers(hold.through(jobs))
                raise
            self._unheard = 0
            for job in hold.through(jobs):
                listed = running.get(job.arn)
                if listed and repeats(job.state, listed) and not _missed(job):
                    continue
                count = partial(self._count_failure, job)
                with about(job=job.id):
                    look = partial(self._look, job, listed, start)
                    attempt(f"looking at {job.name}", hold, look, refused=count, failed=count)

    def _look(self, job: Job, listed: Report | None, start: Start) -> None:
        report = listed or self._engine.report(Known(job.arn, job.name))
        state, changes = self._observed(job, report)
        if state.ended:
            start(f"end:{job.id}", partial(self._take_up_end, job, report))
        elif state != job.state or job.fails or job.silent:
            self._store.change(replace(job, fails=0, silent=0), state, changes)

    def _observed(self, job: Job, report: Report | None) -> tuple[JobState, tuple[Change, ...]]:
        state, changes = observe(job.state, report, self._clock())
        return msgspec.structs.replace(state, unanswered_since=None), changes

    def _take_up_end(self, ended: Job, report: Report | None) -> None:
        """The end of a job: its results are put together, and what failed is looked at."""
        with about(job=ended.id):
            self._tries.take_up(
                f"end:{ended.id}",
                ended,
                self._records.get,
                partial(self._end, report),
                what=f"telling the end of {ended.name}",
                refused=self._count_failure,
                failed=self._count_failure,
            )

    def _end(self, report: Report | None, job: Job, hold: LeaseGuard) -> None:
        state, changes = self._observed(job, report)
        state = self._ends.of(job, state, hold.keep)
        self._store.change(replace(job, fails=0, silent=0), state, changes)

    def _count_failure(self, job: Job, error: LabeljobError) -> None:
        """A failure that says something about this job counts; silence counts for much less, and
        only by itself.
        """
        log.warning("looking at %s failed: %s", job.name, error.words)
        after = self._tries.counted(job, error.words) if counts(error) else self._silent(job)
        line = None
        if after.set_aside:
            line = thread_lines.set_aside_line(
                self._facts.heard(after), after.state, after.set_aside
            )
        self._store.change(after, after.state, line=line)

    def _nobody_answers(self, jobs: Iterable[Job]) -> None:
        """The list of all that runs was not given: when that has lasted, each card says so."""
        self._unheard += 1
        if self._unheard * self._gap < _TOLD_AFTER_S:
            return
        since = self._since(self._unheard)
        for job in jobs:
            if job.state.unanswered_since is None:
                with about(job=job.id), suppress(Stale):
                    self._store.change(job, _unanswered(job.state, since))

    def _since(self, looks: int) -> datetime:
        """When the first of so many looks was."""
        return self._clock() - timedelta(seconds=looks * self._gap)

    def _silent(self, job: Job) -> Job:
        """After one more look without an answer. Looks are counted, so that no time counts in which
        nobody looked.
        """
        after = replace(job, silent=job.silent + 1)
        if after.silent * self._gap >= _TOLD_AFTER_S and job.state.unanswered_since is None:
            after = replace(after, state=_unanswered(job.state, self._since(after.silent)))
        if after.silent * self._gap < self._silence:
            return after
        why = (
            f"{self._engine.names.place} gave no answer about this job for "
            f"{duration(self._silence)}, though it answers otherwise."
        )
        return replace(after, set_aside=why)


def _missed(job: Job) -> bool:
    """Whether an earlier look came to nothing, which is to be forgotten now."""
    return bool(job.fails or job.silent or job.state.unanswered_since)


def _unanswered(state: JobState, since: datetime) -> JobState:
    return msgspec.structs.replace(state, unanswered_since=since)
