"""The life of a dataset: states, transitions and what changed (pure).

Promises to load and watch: `step` takes our own steps, `observe` what AWS reports; both answer with
what is known afterwards and each change exactly once. Late and repeated reports change nothing, and
an ended dataset stays ended.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.base.bucket_policy import Closed
from bot.base.errors import Refusal
from bot.datasets.findings import Finding

ASKED, EXAMINING, CREATING, IMPORTING = "asked", "examining", "creating", "importing"
READY, FAILED, REFUSED = "ready", "failed", "refused"

ENDED: tuple[str, ...] = (READY, FAILED, REFUSED)
DELETING, DELETED = "deleting", "deleted"  # stages of what is ready, or failed and stands there
TO_LOAD: tuple[str, ...] = (ASKED, EXAMINING, CREATING)

GONE = "GONE"  # ours: AWS knows no such dataset (any more)


class GoneAtAws(Refusal):
    """Somebody deleted this dataset at AWS."""


@dataclass(frozen=True, slots=True)
class Report:
    """What DescribeDataset says; `GONE` when AWS knows none. `total` is 0 also where AWS does not
    say how many entries there are, which `counted` tells apart.
    """

    aws_status: str
    total: int = 0
    labeled: int = 0
    labels: int = 0
    errors: int = 0
    message: str = ""
    counted: bool = True


class LabelCount(msgspec.Struct, frozen=True):
    """How many pictures have a label, and how many boxes."""

    name: str
    pictures: int
    boxes: int = 0


class Updating(msgspec.Struct, frozen=True):
    """More lines on their way to a dataset that is ready: how many, and how many were sent."""

    lines: int
    sent: int


class DatasetState(msgspec.Struct, frozen=True):
    """What is known of a dataset's life.

    `lines` are those of the manifest as given, `sent` those that were sent to AWS (of
    a refused one: those that could be, without the others), `arrived` the
    entries AWS counts, `errors` the entries it lists with errors. `labels` are ours from the
    examination until AWS has its own. `rounded` and `clipped` count the boxes that were put on
    whole pixels and cut at the edges of their pictures on the way to AWS. `cause` is why it failed
    or was refused, in AWS's or our words. `adopted` marks a dataset that stood there when our
    request for it was unclear: its pictures decide whether it is ours. `remains` says that
    something stands at AWS although nothing was imported: the failed dataset (it keeps its place),
    or the project of a refused one. `deletion` is how far its deletion is ("" where nobody wants
    it), `deleted_by` who wants it ("" where somebody did it at AWS), `with_project` that it went
    with its whole project. `updating` are lines that are being added. `notes` are what the source
    had to say, in sentences. `closed`
    are the buckets that Custom Labels cannot use, as far as that is known. `ledger_uri` is the
    table of what became of every line, where any was not imported as it was. `new_labels` are
    labels that no picture has yet.
    """

    state: str = ASKED
    lines: int = 0
    sent: int = 0
    arrived: int = 0
    labeled: int = 0
    errors: int = 0
    labels: tuple[LabelCount, ...] = ()
    findings: tuple[Finding, ...] = ()
    rounded: int = 0
    clipped: int = 0
    cause: str = ""
    adopted: bool = False
    remains: bool = False
    ended_at: datetime | None = None
    deleted_by: str = ""
    deletion: str = ""
    with_project: bool = False
    updating: Updating | None = None
    notes: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()
    ledger_uri: str = ""
    new_labels: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The labels that pictures have, by name."""
        return sorted(label.name for label in self.labels)

    @property
    def names_to_give(self) -> list[str]:
        """Those that a picture may get: those that pictures have, and those that wait for their
        first one.
        """
        return sorted({*self.names, *self.new_labels})

    @property
    def stage(self) -> str:
        """Its state, or how far its deletion is."""
        return self.deletion or self.state

    @property
    def stands(self) -> bool:
        """Whether there is a dataset at AWS that could be deleted."""
        there = self.state == READY or (self.state == FAILED and self.remains)
        return there and not self.deletion

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED or self.deletion == DELETED


class Change(StrEnum):
    """What can change in a dataset's life."""

    STEP = "step"
    PROGRESS = "progress"
    READY = "ready"
    FAILED = "failed"
    REFUSED = "refused"


TRANSITIONS: dict[tuple[str, str], str] = {
    (ASKED, EXAMINING): "The manifest is being read; AWS knows nothing yet.",
    (ASKED, REFUSED): "Rights or places have changed since the form.",
    (
        EXAMINING,
        CREATING,
    ): "The manifest is fit, and written as it will be sent; AWS may or may not know the dataset.",
    (EXAMINING, REFUSED): "AWS would not take the manifest, so nothing was sent.",
    (CREATING, IMPORTING): "AWS took the dataset and reads its lines.",
    (CREATING, REFUSED): "AWS did not take the dataset as it was asked.",
    (IMPORTING, READY): "AWS has read every line.",
    (IMPORTING, FAILED): "AWS gave the import up, or somebody deleted the dataset.",
}
"""Every step that a dataset may take, with its meaning. What is not here does not happen (late or
out of order).
"""

_AWS = {
    "CREATE_IN_PROGRESS": IMPORTING,
    "CREATE_COMPLETE": READY,
    "CREATE_FAILED": FAILED,
    # Somebody adds entries already: the import is over, but AWS lists nothing while it is busy.
    "UPDATE_IN_PROGRESS": IMPORTING,
    "UPDATE_COMPLETE": READY,
    "UPDATE_FAILED": READY,
    "DELETE_IN_PROGRESS": FAILED,
    GONE: FAILED,
}
_DELETED = "Somebody deleted the dataset at AWS before it was ready."
_SILENT = "AWS gave no reason."
_ENTRY = {READY: Change.READY, FAILED: Change.FAILED, REFUSED: Change.REFUSED}


def may_become(before: str, after: str) -> bool:
    """Whether a dataset may go from one state to the other."""
    return (before, after) in TRANSITIONS


def step(
    before: DatasetState, state: str, now: datetime, *, cause: str = ""
) -> tuple[DatasetState, tuple[Change, ...]]:
    """What is known after a step of ours; a step that may not be taken changes nothing."""
    if not may_become(before.state, state):
        return before, ()
    ended = now if state in ENDED else None
    return msgspec.structs.replace(before, state=state, cause=cause, ended_at=ended), (
        _ENTRY.get(state, Change.STEP),
    )


def with_project(before: DatasetState, by: str) -> DatasetState:
    """Its project was deleted with all that was in it."""
    return msgspec.structs.replace(
        before, deletion=DELETED, deleted_by=by, with_project=True, updating=None
    )


def found_gone(before: DatasetState) -> DatasetState:
    """AWS knows it no more, and the bot did not delete it; who did is not known."""
    if before.deletion:
        return before
    return msgspec.structs.replace(before, deletion=DELETED, deleted_by="", updating=None)


def observe(
    before: DatasetState, report: Report | None, now: datetime
) -> tuple[DatasetState, tuple[Change, ...]]:
    """What is known after a report of AWS, and what changed by it. None and unknown statuses tell
    nothing.
    """
    if report is None or before.state != IMPORTING or report.aws_status not in _AWS:
        return before, ()
    state = _AWS[report.aws_status]
    after = before
    if state != FAILED:
        after = msgspec.structs.replace(
            before, arrived=report.total, labeled=report.labeled, errors=report.errors
        )
    if state == IMPORTING:
        return after, ((Change.PROGRESS,) if after != before else ())
    cause, remains = "", report.aws_status == "CREATE_FAILED"
    if state == FAILED:
        cause = (report.message or _SILENT) if remains else _DELETED
    return step(msgspec.structs.replace(after, remains=remains), state, now, cause=cause)
