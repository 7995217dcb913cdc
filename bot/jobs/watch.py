"""Watch: what AWS says of every job that is not over, once a round for all of them together.

One list call per 100 jobs and status; a job that is listed no more is described to learn its end. Unchanged jobs write
nothing. A job that cannot be looked at does not stop the others; after `quarantine_after` failures in a row it is set
aside and its thread told once.
"""

import logging
from dataclasses import replace

from bot.base.clock import Clock
from bot.base.errors import LabeljobError, Refusal
from bot.base.leases import Leases
from bot.base.log import about
from bot.base.settings import Settings
from bot.jobs import card
from bot.jobs.facts import Facts
from bot.jobs.ground_truth import GroundTruth
from bot.jobs.lifecycle import Report, observe
from bot.jobs.records import Job, Records, Stale
from bot.jobs.tell import Tell

_LEASES = 4  # a sending lease is 30 s; a round of 10,000 jobs takes some of the 120

log = logging.getLogger(__name__)


class Watch:
    """Polls AWS for one account and Region."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        tell: Tell,
        facts: Facts,
        ground_truth: GroundTruth,
        leases: Leases,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._records = records
        self._tell = tell
        self._facts = facts
        self._ground_truth = ground_truth
        self._leases = leases
        self._settings = settings
        self._clock = clock

    def round(self) -> None:
        """Look at every job that is not over; nothing is asked while there is none."""
        jobs = self._records.watched()
        lease = self._leases.take("watch", _LEASES * self._settings.lease) if jobs else None
        if lease is None:
            return
        try:
            active = self._ground_truth.active()
            for job in jobs:
                with about(job=job.id):
                    self._look(job, active.get(job.name.lower()))
        finally:
            self._leases.release(lease)

    def _look(self, job: Job, listed: Report | None) -> None:
        try:
            report = listed or self._ground_truth.describe(job.name).report
            state, changes = observe(job.state, report, self._clock())
            if state != job.state or job.fails:
                self._tell.record(replace(job, fails=0), state, changes)
        except Stale:
            log.info("job %s was changed by somebody else; the next round looks again", job.name)
        except LabeljobError as error:
            self._count_failure(job, error)

    def _count_failure(self, job: Job, error: LabeljobError) -> None:
        log.warning("looking at %s failed: %s", job.name, error.words)
        after = replace(job, fails=job.fails + 1)
        # What AWS refuses for this job counts; AWS being busy says nothing about the job.
        if not isinstance(error, Refusal):
            return
        if after.fails < self._settings.quarantine_after:
            self._tell.record(after, after.state)
            return
        after = replace(after, quarantine_reason=error.words)
        line = card.set_aside_line(self._facts.of(after), after.state, error.words)
        self._tell.record(after, after.state, line=line)
