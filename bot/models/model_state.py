"""The life of a model: its training, and how good it came out (pure).

Promises to the worker: `step` takes our own steps, `observe` what AWS reports; late and repeated
reports change nothing, and what has ended stays ended.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from bot.base.bucket_policy import Closed

ASKED, SPLITTING, CREATING, TRAINING = "asked", "splitting", "creating", "training"
TRAINED, FAILED, REFUSED = "trained", "failed", "refused"
DELETING, DELETED = "deleting", "deleted"

PROJECT = "project"  # stands for what it was, of a model that was deleted with its project

TO_TRAIN: tuple[str, ...] = (ASKED, SPLITTING, CREATING)
ENDED: tuple[str, ...] = (TRAINED, FAILED, REFUSED, DELETING, DELETED)

LABELS_KEPT = 250  # Rekognition: labels of a model at most
CONFUSIONS_KEPT = 5


class Score(msgspec.Struct, frozen=True):
    """How good a model is, in all or for one label: each from 0 to 1; None where AWS did not say.

    `pictures` are those it was tested with.
    """

    label: str = ""
    f1: float | None = None
    precision: float | None = None
    recall: float | None = None
    pictures: int = 0


class Confusion(msgspec.Struct, frozen=True):
    """Which label was taken for which other, for what share of its test pictures (0 to 1)."""

    label: str
    taken_for: str
    share: float


class ModelState(msgspec.Struct, frozen=True):
    """What is known of a model.

    `billed` are the seconds of training that AWS bills; `training` and `testing` count pictures;
    `cause` is why it failed or was refused, in AWS's or our words. `deleted_by` names who wants it
    deleted, `was` the state to which it returns when that is undone. `codes` are Rekognition's for
    why it failed, `closed` the buckets that it could not use, as far as they are known.
    """

    state: str = ASKED
    whole: Score = Score()
    labels: tuple[Score, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    training: int = 0
    testing: int = 0
    billed: int = 0
    cause: str = ""
    began_at: float = 0.0
    deleted_by: str = ""
    was: str = ""
    codes: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing will happen by itself any more."""
        return self.state in ENDED


class Change(StrEnum):
    """What can change in a model's life."""

    STEP = "step"
    TRAINED = "trained"
    FAILED = "failed"
    REFUSED = "refused"
    DELETED = "deleted"


_TRANSITIONS: frozenset[tuple[str, str]] = frozenset(
    {
        (ASKED, SPLITTING),
        (ASKED, CREATING),
        (ASKED, REFUSED),
        (SPLITTING, CREATING),
        (SPLITTING, REFUSED),
        (CREATING, TRAINING),
        (CREATING, REFUSED),
        (TRAINING, TRAINED),
        (TRAINING, FAILED),
        (TRAINED, DELETING),
        (FAILED, DELETING),
        (DELETING, TRAINED),
        (DELETING, FAILED),
        (DELETING, DELETED),
    }
)
_AWS = {
    "TRAINING_IN_PROGRESS": TRAINING,
    "TRAINING_FAILED": FAILED,
    "COPYING_IN_PROGRESS": TRAINING,
    "COPYING_FAILED": FAILED,
}
_GONE = "Somebody deleted the model at AWS before it was trained."
_SILENT = "AWS gave no reason."
_ENTRY = {
    TRAINED: Change.TRAINED,
    FAILED: Change.FAILED,
    REFUSED: Change.REFUSED,
    DELETED: Change.DELETED,
}


def may_become(before: str, after: str) -> bool:
    """Whether a model may go from one state to the other."""
    return (before, after) in _TRANSITIONS


def step(
    before: ModelState, state: str, *, cause: str = ""
) -> tuple[ModelState, tuple[Change, ...]]:
    """What is known after a step of ours; a step that may not be taken changes nothing."""
    if not may_become(before.state, state):
        return before, ()
    after = msgspec.structs.replace(before, state=state, cause=cause)
    return after, (_ENTRY.get(state, Change.STEP),)


def deleting(before: ModelState, by: str) -> tuple[ModelState, tuple[Change, ...]]:
    """Somebody wants it deleted; what it was is kept, to be undone."""
    after, changes = step(before, DELETING, cause=before.cause)
    if changes:
        after = msgspec.structs.replace(after, deleted_by=by, was=before.state)
    return after, changes


def with_project(before: ModelState, by: str) -> ModelState:
    """Its project was deleted with all that was in it."""
    return msgspec.structs.replace(before, state=DELETED, deleted_by=by, was=PROJECT)


def undone(before: ModelState, *, cause: str = "") -> tuple[ModelState, tuple[Change, ...]]:
    """It stays as it was; `cause` is why it could not be deleted, if that was it."""
    if before.state != DELETING:
        return before, ()
    kept = msgspec.structs.replace(
        before, state=before.was, cause=cause or before.cause, deleted_by="", was=""
    )
    return kept, (Change.STEP,)


def observe(
    before: ModelState, status: str | None, message: str
) -> tuple[ModelState, tuple[Change, ...]]:
    """What is known after AWS's status; None when the model is gone. Whatever comes after a
    training (a start, a stop) says that it was trained.
    """
    if before.state != TRAINING:
        return before, ()
    if status in {None, "DELETING"}:
        return step(before, FAILED, cause=_GONE)
    after = _AWS.get(str(status), TRAINED)
    cause = (message or _SILENT) if after == FAILED else ""
    return step(before, after, cause=cause)


def evaluated(state: ModelState, summary: Mapping[str, Any]) -> ModelState:
    """The state with what AWS's summary file says; what is missing there, or has another form,
    stays as it was.

    Source: "Training results summary file" of the Custom Labels guide. Its reference nests the
    numbers under Metrics, its example does not: both are read.
    """
    details = _thing(summary.get("EvaluationDetails"))
    whole = _thing(summary.get("AggregatedEvaluationResults"))
    results = [_thing(each) for each in _list(summary.get("LabelEvaluationResults"))]
    labels = [_score(each, str(each["Label"])) for each in results if each.get("Label")]
    matrix = whole.get("ConfusionMatrix", _thing(whole.get("Metrics")).get("ConfusionMatrix"))
    score = _score(whole, "")
    if score.f1 is None:
        score = msgspec.structs.replace(score, f1=state.whole.f1)
    return msgspec.structs.replace(
        state,
        whole=score,
        labels=tuple(sorted(labels, key=_worst))[:LABELS_KEPT],
        confusions=_confusions(_list(matrix)),
        training=_whole(details.get("NumberOfTrainingImages")),
        testing=_whole(details.get("NumberOfTestingImages")),
    )


def _worst(score: Score) -> tuple[float, str]:
    """The worst first: that is where there is something to do."""
    return (score.f1 if score.f1 is not None else 2.0, score.label)


def _score(found: Mapping[str, Any], label: str) -> Score:
    numbers = {**found, **_thing(found.get("Metrics"))}
    return Score(
        label,
        _share(numbers.get("F1Score")),
        _share(numbers.get("Precision")),
        _share(numbers.get("Recall")),
        _whole(found.get("NumberOfTestingImages")),
    )


def _confusions(matrix: Iterable[Any]) -> tuple[Confusion, ...]:
    """The worst of what is taken for something else."""
    cells = [_thing(each) for each in matrix]
    found = [
        Confusion(str(each.get("GroundTruthLabel")), str(each.get("PredictedLabel")), share)
        for each in cells
        if (share := _share(each.get("Value")) or 0.0) > 0
        and each.get("GroundTruthLabel") != each.get("PredictedLabel")
    ]
    found.sort(key=lambda each: (-each.share, each.label, each.taken_for))
    return tuple(found[:CONFUSIONS_KEPT])


def _thing(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _share(value: Any) -> float | None:
    """A number from 0 to 1; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
