"""Idle: a streaming job that gets no objects is stopped by AWS after ten days; its requester is
told after seven, and after nine.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from bot.base.clock import Clock
from bot.jobs.cards import thread_lines
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import IN_PROGRESS, JobState
from bot.jobs.records import Records
from bot.jobs.store import JobStore
from bot.jobs.stream.records import Sendings
from bot.work.tries import Stale, Tries

IDLE_DAYS = 10  # Ground Truth: a streaming job that is idle for longer is stopped
WARNED = (7, 9)  # ours: days after which there is still time to do something


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Warns of jobs that will be stopped."""

    records: Records
    sendings: Sendings
    store: JobStore
    facts: Facts
    tries: Tries
    clock: Clock

    def round(self) -> None:
        """Warn the requester of each job that has been idle for long, once for each number of days;
        what was sent to jobs that are over is forgotten.
        """
        with self.tries.hold("idle") as hold:
            if hold is None:
                return
            self.sendings.forget_what_is_over()
            for job in hold.through(self.records.streaming()):
                days, state = due_warning(job.state, self.clock()), job.state
                if not days or state.stream is None:
                    continue
                warned = tuple(each for each in WARNED if each <= days)
                stream = msgspec.structs.replace(state.stream, warned=warned)
                ends = idle_since(state) + timedelta(days=IDLE_DAYS)
                line = thread_lines.idle_line(self.facts.heard(job), days, ends)
                with suppress(Stale):
                    after = msgspec.structs.replace(state, stream=stream)
                    self.store.change(job, after, line=line)


def idle_since(state: JobState) -> datetime:
    """When an object came or was labeled last, or else when the job began."""
    moments = [state.launched_at, state.last_label_at, state.stream and state.stream.active_at]
    return max(each for each in moments if each)


def due_warning(state: JobState, now: datetime) -> int:
    """Of how many idle days the requester is to be warned now; 0 for none. A job with objects that
    wait for people is idle too when nobody labels them.
    """
    if state.stream is None or state.state != IN_PROGRESS or state.launched_at is None:
        return 0
    idle = now - idle_since(state)
    passed = [days for days in WARNED if idle >= timedelta(days=days)]
    if not passed or passed[-1] in state.stream.warned:
        return 0
    return passed[-1]
