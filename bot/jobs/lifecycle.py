"""The life of a labeling job: states, transitions and what changed (pure).

Promises to the watcher: `observe` takes what was known and what AWS says now and returns what is
known afterwards and each change exactly once. Late, repeated and out-of-order reports change
nothing, and an ended job stays ended.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.brought.brought import Stored
from bot.engines.protocol import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    INITIALIZING,
    NO_TIME,
    STOPPED,
    STOPPING,
    Report,
)
from bot.jobs.stream.state import Stream
from bot.manifests.looked import Looked

__all__ = [
    "ASKED",
    "COMPLETED",
    "ENDED",
    "FAILED",
    "INITIALIZING",
    "IN_PROGRESS",
    "LAUNCHING",
    "LIVE",
    "MILESTONES",
    "NOT_MADE",
    "READY",
    "REFUSED",
    "STOPPABLE",
    "STOPPED",
    "STOPPING",
    "TRANSITIONS",
    "UNDER_WAY",
    "Change",
    "JobState",
    "Kind",
    "MadeDataset",
    "Report",
    "may_become",
    "observe",
    "rate",
    "remedy",
    "repeats",
    "seconds_left",
]

# The bot's own; the others are the engines' words.
ASKED, LAUNCHING, REFUSED = "asked", "launching", "refused"

ENDED: tuple[str, ...] = (COMPLETED, FAILED, STOPPED, REFUSED)
LIVE: tuple[str, ...] = (INITIALIZING, IN_PROGRESS, STOPPING)
STOPPABLE: tuple[str, ...] = (INITIALIZING, IN_PROGRESS)

MILESTONES = (25, 50, 75)
PAUSE_S = 900.0  # a longer gap between two labels is a pause, not work
RATE_AFTER_LABELS, RATE_AFTER_S = 5, 60.0  # before that a rate would be a guess


UNDER_WAY, READY, NOT_MADE = "under way", "ready", "not made"


class MadeDataset(msgspec.Struct, frozen=True):
    """A Rekognition dataset made of the job's labels. `kind` is training or test, `state` one of
    the three above.
    """

    id: str
    name: str
    project: str
    kind: str
    state: str


class Next(msgspec.Struct, frozen=True):
    """A job that began with the job's results: its id, its name, and how it goes on."""

    id: str
    name: str
    how: str


class JobState(msgspec.Struct, frozen=True):
    """What is known of a job's life.

    `labeled + failed + unlabeled` is the total; all zero means that AWS has not counted yet.
    `worked_s` are the seconds during which labels came in (pauses left out), `first_count` the
    people's labels that the rate leaves out (those before the first look, and those of pauses).
    `cause` is why it failed or was refused, in AWS's or our words. `stopped_by` is who had it
    stopped. `datasets` are those made of its labels, `nexts` the jobs that began with
    them, oldest first. `steps` is what its engine has
    kept of the submission (see `bot.engines.protocol.Steps`), `looked` how far the look at its
    objects is that comes before it, `stored` how far the storing of files that were brought.
    `stream` is what is known of the objects of a streaming job, None for any other.
    `why_unlabeled` says which objects have no label and why, once it is over and some failed, and
    what became of its results.
    `trouble` is why the last try to launch it came to nothing, in
    words; `unanswered_since` is when its engine ceased to answer, once that has lasted for minutes.
    """

    state: str = ASKED
    labeled: int = 0
    human: int = 0
    machine: int = 0
    failed: int = 0
    unlabeled: int = 0
    first_label_at: datetime | None = None
    last_label_at: datetime | None = None
    first_count: int = 0
    worked_s: float = 0.0
    launched_at: datetime | None = None
    ended_at: datetime | None = None
    milestones: tuple[int, ...] = ()
    cause: str = ""
    stopped_by: str = ""
    output_uri: str = ""
    modified: datetime = NO_TIME
    datasets: tuple[MadeDataset, ...] = ()
    nexts: tuple[Next, ...] = ()
    steps: dict[str, str] = {}
    looked: Looked | None = None
    stored: Stored | None = None
    stream: Stream | None = None
    why_unlabeled: str = ""
    trouble: str = ""
    unanswered_since: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED

    @property
    def done(self) -> int:
        """Objects that are through: labeled, or failed for good."""
        return self.labeled + self.failed

    @property
    def total(self) -> int:
        """All objects; 0 as long as AWS has not counted."""
        return self.labeled + self.failed + self.unlabeled

    @property
    def percent(self) -> int:
        """0 to 100, rounded down; 100 only when all are through."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def withdrawn(self) -> bool:
        """Whether it was stopped before AWS had it."""
        return self.state == STOPPED and self.launched_at is None

    @property
    def datasets_left(self) -> tuple[str, ...]:
        """The kinds of dataset that its labels can still become: one of each (what failed does not
        count).
        """
        there = {one.kind for one in self.datasets if one.state != NOT_MADE}
        return tuple(kind for kind in ("training", "test") if kind not in there)

    @property
    def has_errors(self) -> bool:
        """A completed job in which some objects could not be labeled (the console's "Complete with
        errors").
        """
        return self.state == COMPLETED and self.failed > 0


class Kind(StrEnum):
    """What can change in a job's life."""

    LAUNCHED = "launched"
    MILESTONE = "milestone"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `percent` is 25, 50 or 75 for a milestone."""

    kind: Kind
    percent: int = 0


TRANSITIONS: dict[tuple[str, str], str] = {
    (ASKED, LAUNCHING): "The launch has begun; AWS may or may not know the job.",
    (ASKED, REFUSED): "The launch found a fault before anything was sent.",
    (ASKED, STOPPED): "It was withdrawn before anything was sent.",
    (LAUNCHING, REFUSED): "AWS did not take the job as it was asked.",
    (LAUNCHING, INITIALIZING): "AWS took the job and reads its manifest.",
    (LAUNCHING, IN_PROGRESS): "AWS took the job and was quick: workers have tasks already.",
    (LAUNCHING, STOPPING): "Somebody stopped it in the console at once.",
    (
        LAUNCHING,
        STOPPED,
    ): "It was withdrawn and AWS has no such job, or somebody stopped it in the console at once.",
    (LAUNCHING, COMPLETED): "It ended before we looked.",
    (LAUNCHING, FAILED): "AWS took the job and gave it up before we looked.",
    (INITIALIZING, IN_PROGRESS): "Workers have tasks.",
    (INITIALIZING, STOPPING): "It is being stopped before workers had tasks.",
    (INITIALIZING, STOPPED): "It was stopped between two looks.",
    (INITIALIZING, COMPLETED): "It was completed between two looks.",
    (INITIALIZING, FAILED): "AWS could not read what it needs.",
    (IN_PROGRESS, STOPPING): "A stop was asked for; tasks in hand may still come in.",
    (IN_PROGRESS, STOPPED): "It was stopped between two looks.",
    (IN_PROGRESS, COMPLETED): "Every object is through.",
    (IN_PROGRESS, FAILED): "AWS gave the job up.",
    (STOPPING, STOPPED): "It is stopped; what was labeled is kept.",
    (STOPPING, COMPLETED): "The last tasks came in before the stop did.",
    (STOPPING, FAILED): "AWS gave the job up while it was stopping.",
}
"""Every step that a job may take, with its meaning. What is not here does not happen (late or out
of order).
"""

_ENTRY = {
    STOPPED: Kind.STOPPED,
    COMPLETED: Kind.COMPLETED,
    FAILED: Kind.FAILED,
}


def may_become(before: str, after: str) -> bool:
    """Whether a job may go from one state to the other."""
    return (before, after) in TRANSITIONS


def observe(
    before: JobState, report: Report | None, now: datetime
) -> tuple[JobState, tuple[Change, ...]]:
    """What is known after a report, and what changed by it, in the order in which people are to
    hear it.

    None (AWS did not list the job) tells nothing: the watcher describes such a job to learn its
    end.
    """
    state = _state(report) if report is not None else ""
    if report is None or not _is_news(before, report, state):
        return before, ()
    after = _counted(before, report, now)
    changes: list[Change] = []
    if before.state == LAUNCHING:
        changes.append(Change(Kind.LAUNCHED))
    after = msgspec.structs.replace(
        after,
        state=state,
        launched_at=before.launched_at or now,
        ended_at=now if state in ENDED else None,
        cause=report.cause if state == FAILED else before.cause,
        output_uri=report.output_uri or before.output_uri,
        modified=max(before.modified, report.modified),
    )
    changes += _milestones(before, after)
    if after.state != before.state and after.state in _ENTRY:
        changes.append(Change(_ENTRY[after.state]))
    told = (
        *before.milestones,
        *(m for m in MILESTONES if m <= after.percent and m not in before.milestones),
    )
    return msgspec.structs.replace(after, milestones=told), tuple(changes)


def repeats(state: JobState, report: Report) -> bool:
    """Whether a report says only what is known, so that there is nothing to observe. Never raises,
    whatever it says.
    """
    return (
        report.modified == state.modified
        and report.state == state.state
        and report.labeled == state.labeled
        and report.human == state.human
        and report.machine == state.machine
        and report.failed == state.failed
        and report.unlabeled == state.unlabeled
        and report.output_uri in ("", state.output_uri)
    )


def rate(state: JobState) -> float | None:
    """Labels per hour while people work; None as long as there is too little to tell."""
    people = (state.labeled - state.machine) - state.first_count
    if people < RATE_AFTER_LABELS or state.worked_s < RATE_AFTER_S:
        return None
    return people * 3600 / state.worked_s


def seconds_left(state: JobState) -> float | None:
    """Seconds of such work that the rest would take; None when there is no rate, or nothing
    left.
    """
    per_hour = rate(state)
    return state.unlabeled * 3600 / per_hour if per_hour and state.unlabeled else None


def remedy(cause: str) -> str:
    """What to do about a failure, from AWS's words for it; "" when its words are no help."""
    words = cause.lower()
    return next((text for marks, text in _REMEDIES if any(mark in words for mark in marks)), "")


# UNSURE: AWS documents no texts for FailureReason; these are words met in public threads.
_REMEDIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("access denied", "accessdenied", "not authorized", "permission"),
        (
            "Give the labeling role the right to read the data and to write the results, then ask "
            "for the job again."
        ),
    ),
    (("expire",), "A job lives for 30 days. Ask for a new job with the rest."),
    (
        ("nosuchbucket", "no such key", "nosuchkey", "does not exist", "not found"),
        ("Check that manifest and data are still where they were, then ask for the job again."),
    ),
    (("manifest",), "Check the manifest: one JSON object per line, each with its source."),
    (
        ("template", "uitemplate", "liquid"),
        "The worker page was not accepted. An administrator can look at the log.",
    ),
    (
        ("personally", "pii"),
        "Public workers need a declaration about personal data. Choose a private team.",
    ),
)


def _state(report: Report) -> str:
    """The state that a report names; of an engine without states, the one that follows from what it
    counts.
    """
    if report.state is not None:
        return report.state
    if report.unlabeled == 0 and report.labeled + report.failed > 0:
        return COMPLETED
    return IN_PROGRESS


def _is_news(before: JobState, report: Report, state: str) -> bool:
    """Whether a report can be later than what is known."""
    if before.ended or (state != before.state and not may_become(before.state, state)):
        return False
    if NO_TIME < report.modified < before.modified:
        return False
    if state not in (*LIVE, *ENDED):
        return False
    # Counters only grow while a job lives; the last report of an ended job is final, whatever it
    # says.
    done = report.labeled + report.failed
    return state in ENDED or done >= before.done or done + report.unlabeled == 0


def _counted(before: JobState, report: Report, now: datetime) -> JobState:
    """The counters, and the times of labels that follow from them."""
    if report.labeled + report.failed + report.unlabeled == 0:
        return before
    people = report.labeled - report.machine
    first, last, worked, start = (
        before.first_label_at,
        before.last_label_at,
        before.worked_s,
        before.first_count,
    )
    if report.labeled > before.labeled:
        gap = (now - last).total_seconds() if last else 0.0
        if last is None:
            # A job that was followed late had labels before we looked; nobody knows since when.
            first, start = (None if before.labeled else now), people
        elif 0 < gap <= PAUSE_S:
            worked += gap
        # nobody knows how long people worked in a pause: its labels do not count for the rate
        # either
        else:
            start += people - (before.labeled - before.machine)
        last = now
    return msgspec.structs.replace(
        before,
        stream=_stream(before, report, now),
        labeled=report.labeled,
        human=report.human,
        machine=report.machine,
        failed=report.failed,
        unlabeled=report.unlabeled,
        first_label_at=first,
        last_label_at=last,
        first_count=start,
        worked_s=worked,
    )


def _stream(before: JobState, report: Report, now: datetime) -> Stream | None:
    """Of a streaming job: an object came or was labeled, so it is not idle."""
    total = report.labeled + report.failed + report.unlabeled
    same = (report.labeled, total) == (before.labeled, before.total)
    if before.stream is None or same:
        return before.stream
    return before.stream.active(now)


def _milestones(before: JobState, after: JobState) -> list[Change]:
    """The highest milestone that was passed; an end is told by itself."""
    fresh = [m for m in MILESTONES if m <= after.percent and m not in before.milestones]
    if not fresh or after.ended:
        return []
    return [Change(Kind.MILESTONE, percent=fresh[-1])]
