"""The life of a labeling job: states, transitions and what changed (pure).

Promises to the watcher: `observe` takes what was known and what AWS says now and returns what is known afterwards and
each change exactly once. Late, repeated and out-of-order reports change nothing, and an ended job stays ended.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

ASKED, LAUNCHING = "asked", "launching"
INITIALIZING, IN_PROGRESS, STOPPING = "initializing", "in_progress", "stopping"
COMPLETED, FAILED, STOPPED, REFUSED = "completed", "failed", "stopped", "refused"

ENDED: tuple[str, ...] = (COMPLETED, FAILED, STOPPED, REFUSED)
LIVE: tuple[str, ...] = (INITIALIZING, IN_PROGRESS, STOPPING)
STOPPABLE: tuple[str, ...] = (INITIALIZING, IN_PROGRESS)

MILESTONES = (25, 50, 75)
PAUSE_S = 900.0  # a longer gap between two labels is a pause, not work
RATE_AFTER_LABELS, RATE_AFTER_S = 5, 60.0  # before that a rate would be a guess
_NO_TIME = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What one ListLabelingJobs summary (or DescribeLabelingJob) says; `total_labeled` includes human and machine."""

    aws_status: str
    total_labeled: int = 0
    human: int = 0
    machine: int = 0
    failed: int = 0
    unlabeled: int = 0
    failure_reason: str = ""
    output_uri: str = ""
    modified: datetime = _NO_TIME


UNDER_WAY, READY, NOT_MADE = "under way", "ready", "not made"


class MadeDataset(msgspec.Struct, frozen=True):
    """A Rekognition dataset made of the job's labels. `kind` is training or test, `state` one of the three above."""

    id: str
    name: str
    project: str
    kind: str
    state: str


class JobState(msgspec.Struct, frozen=True):
    """What is known of a job's life.

    `labeled + failed + unlabeled` is the total; all zero means that AWS has not counted yet. `worked_s` are the
    seconds during which labels came in (pauses left out), `first_count` the people's labels that the rate leaves out
    (those before the first look, and those of pauses). `cause` is why it failed or was refused, in AWS's or our words.
    `stopped_by` is who had it stopped. `datasets` are those made of its labels, oldest first.
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
    modified: datetime = _NO_TIME
    datasets: tuple[MadeDataset, ...] = ()

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
        """The kinds of dataset that its labels can still become: one of each (what failed does not count)."""
        there = {one.kind for one in self.datasets if one.state != NOT_MADE}
        return tuple(kind for kind in ("training", "test") if kind not in there)

    @property
    def has_errors(self) -> bool:
        """A completed job in which some objects could not be labeled (the console's "Complete with errors")."""
        return self.state == COMPLETED and self.failed > 0


class Kind(StrEnum):
    """What can change in a job's life."""

    LAUNCHED = "launched"
    COUNTED = "counted"
    PROGRESS = "progress"
    FIRST_LABEL = "first_label"
    MILESTONE = "milestone"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `percent` is 25, 50 or 75 for a milestone; `warning` marks a completion with errors."""

    kind: Kind
    percent: int = 0
    warning: bool = False


_AWS = {
    "Initializing": INITIALIZING,
    "InProgress": IN_PROGRESS,
    "Stopping": STOPPING,
    "Stopped": STOPPED,
    "Completed": COMPLETED,
    "Failed": FAILED,
}
_IN_AWS_WORDS = {ours: theirs for theirs, ours in _AWS.items()}

TRANSITIONS: dict[tuple[str, str], str] = {
    (ASKED, LAUNCHING): "The launch has begun; AWS may or may not know the job.",
    (ASKED, REFUSED): "The launch found a fault before anything was sent.",
    (ASKED, STOPPED): "It was withdrawn before anything was sent.",
    (LAUNCHING, REFUSED): "AWS did not take the job as it was asked.",
    (LAUNCHING, INITIALIZING): "AWS took the job and reads its manifest.",
    (LAUNCHING, IN_PROGRESS): "AWS took the job and was quick: workers have tasks already.",
    (LAUNCHING, STOPPING): "Somebody stopped it in the console at once.",
    (LAUNCHING, STOPPED): "It was withdrawn and AWS has no such job, or somebody stopped it in the console at once.",
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
"""Every step that a job may take, with its meaning. What is not here does not happen (late or out of order)."""

_ENTRY = {
    STOPPING: Kind.STOPPING,
    STOPPED: Kind.STOPPED,
    COMPLETED: Kind.COMPLETED,
    FAILED: Kind.FAILED,
}


def may_become(before: str, after: str) -> bool:
    """Whether a job may go from one state to the other."""
    return (before, after) in TRANSITIONS


def observe(before: JobState, report: Report | None, now: datetime) -> tuple[JobState, tuple[Change, ...]]:
    """What is known after a report, and what changed by it, in the order in which people are to hear it.

    None (AWS did not list the job) tells nothing: the watcher describes such a job to learn its end.
    """
    if report is None or not _is_news(before, report):
        return before, ()
    state = _AWS[report.aws_status]
    after = _counted(before, report, now)
    changes: list[Change] = []
    if before.state == LAUNCHING:
        changes.append(Change(Kind.LAUNCHED))
    after = msgspec.structs.replace(
        after,
        state=state,
        launched_at=before.launched_at or now,
        ended_at=now if state in ENDED else None,
        cause=report.failure_reason if state == FAILED else before.cause,
        output_uri=report.output_uri or before.output_uri,
        modified=max(before.modified, report.modified),
    )
    changes += _number_changes(before, after)
    if after.state != before.state and after.state in _ENTRY:
        changes.append(Change(_ENTRY[after.state], warning=after.has_errors))
    told = (*before.milestones, *(m for m in MILESTONES if m <= after.percent and m not in before.milestones))
    return msgspec.structs.replace(after, milestones=told), tuple(changes)


def repeats(state: JobState, report: Report) -> bool:
    """Whether a report says only what is known, so that there is nothing to observe. Never raises, whatever it says."""
    return (
        report.modified == state.modified
        and report.aws_status == _IN_AWS_WORDS.get(state.state)
        and report.total_labeled == state.labeled
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
    """Seconds of such work that the rest would take; None when there is no rate, or nothing left."""
    per_hour = rate(state)
    return state.unlabeled * 3600 / per_hour if per_hour and state.unlabeled else None


def remedy(cause: str) -> str:
    """What to do about a failure, from AWS's words for it; "" when its words are no help."""
    words = cause.lower()
    return next((text for marks, text in _REMEDIES if any(mark in words for mark in marks)), "")


# UNSURE: AWS documents no texts for FailureReason; these are words met in public threads.
_REMEDIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("access denied", "accessdenied", "not authorized", "permission"), (
        "Give the labeling role the right to read the data and to write the results, then ask for the job again.")),
    (("expire",), "A job lives for 30 days. Ask for a new job with the rest."),
    (("nosuchbucket", "no such key", "nosuchkey", "does not exist", "not found"), (
        "Check that manifest and data are still where they were, then ask for the job again.")),
    (("manifest",), "Check the manifest: one JSON object per line, each with its source."),
    (("template", "uitemplate", "liquid"), "The worker page was not accepted. An administrator can look at the log."),
    (("personally", "pii"), "Public workers need a declaration about personal data. Choose a private team."),
)  # fmt: skip


def _is_news(before: JobState, report: Report) -> bool:
    """Whether a report can be later than what is known."""
    state = _AWS.get(report.aws_status)
    if state is None or (state != before.state and not may_become(before.state, state)) or before.ended:
        return False
    if _NO_TIME < report.modified < before.modified:
        return False
    # Counters only grow while a job lives; the last report of an ended job is final, whatever it says.
    done = report.total_labeled + report.failed
    return state in ENDED or done >= before.done or done + report.unlabeled == 0


def _counted(before: JobState, report: Report, now: datetime) -> JobState:
    """The counters, and the times of labels that follow from them."""
    if report.total_labeled + report.failed + report.unlabeled == 0:
        return before
    people = report.total_labeled - report.machine
    first, last, worked, start = before.first_label_at, before.last_label_at, before.worked_s, before.first_count
    if report.total_labeled > before.labeled:
        gap = (now - last).total_seconds() if last else 0.0
        if last is None:
            # A job that was followed late had labels before we looked; nobody knows since when.
            first, start = (None if before.labeled else now), people
        elif 0 < gap <= PAUSE_S:
            worked += gap
        else:  # nobody knows how long people worked in a pause: its labels do not count for the rate either
            start += people - (before.labeled - before.machine)
        last = now
    return msgspec.structs.replace(
        before,
        labeled=report.total_labeled,
        human=report.human,
        machine=report.machine,
        failed=report.failed,
        unlabeled=report.unlabeled,
        first_label_at=first,
        last_label_at=last,
        first_count=start,
        worked_s=worked,
    )


def _number_changes(before: JobState, after: JobState) -> list[Change]:
    changes: list[Change] = []
    if after.total and not before.total:
        changes.append(Change(Kind.COUNTED))
    elif (after.done, after.total, after.machine) != (before.done, before.total, before.machine):
        changes.append(Change(Kind.PROGRESS))
    if after.labeled and not before.labeled:
        changes.append(Change(Kind.FIRST_LABEL))
    fresh = [m for m in MILESTONES if m <= after.percent and m not in before.milestones]
    if fresh and not after.ended:
        changes.append(Change(Kind.MILESTONE, percent=fresh[-1]))
    return changes
