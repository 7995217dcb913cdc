"""Several workers' answers for one object become one: the label attribute and its metadata.

Promised to the output manifest: values and metadata as real Ground Truth files have them. The class
value is a JSON integer, class-map holds only the classes used on this line, job-name is
``labeling-job/<lower case>``, dates are UTC ISO without a zone, and with a single worker every
confidence is 0.

UNSURE: AWS publishes no formula for confidence. Here it is the share of workers that agree, never
above 0.95.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from bot.sandbox.crowd import masks
from bot.sandbox.crowd.answers import Answer, Box, Boxes, Classes, Custom, Spans
from bot.sandbox.crowd.functions import most_given
from bot.sandbox.crowd.masks import Mask
from bot.sandbox.crowd.scene_results import Keep, result_of
from bot.sandbox.crowd.scenes import PointClasses, Scene
from bot.sandbox.crowd.task_kinds import MERGED, TaskKind

_CERTAIN = 0.95
_SIDES = ("left", "top", "width", "height")
_SAME_THING = 0.5  # boxes that overlap by half of their union are taken for the same thing


Before = Boxes | Mask | Scene | PointClasses
Value = tuple[Any, dict[str, Any]]
"""A label attribute's value and its metadata."""


@dataclass(frozen=True)
class Labels:
    """The label category file: names in order (the class is the place in it) and the short names
    for entities.
    """

    names: tuple[str, ...]
    short: Mapping[str, str]

    def place(self, label: str) -> int:
        """The class number of a label."""
        return self.names.index(label)


@dataclass(frozen=True)
class Frame:
    """What the metadata says beside the answer: attribute and job name, the moment (epoch seconds),
    who labeled.
    """

    attribute: str
    job_name: str
    at: float
    human: bool = True
    keep: Keep | None = None
    """Stores a file of this kind (png, json, zlib) among the results and gives its URI; label maps,
    frames and clouds need it.
    """
    drawn: str = "BoundingBox"
    """The annotation type of video frames."""


@dataclass(frozen=True)
class Vote:
    """One worker's answer."""

    worker: str
    answer: Answer


def consolidate(
    kind: TaskKind,
    labels: Labels,
    votes: Sequence[Vote],
    frame: Frame,
    before: Before | None = None,
) -> dict[str, Any]:
    """The pair ``{attribute: value, attribute-metadata: {...}}`` for one object.

    ``before`` holds what an adjustment job started from. At least one
    vote is needed.
    """
    value, metadata = _consolidated(kind, labels, votes, frame)
    if kind.audit == "adjustment":
        metadata["adjustment-status"] = "unadjusted" if _unchanged(votes, before) else "adjusted"
    common = {
        "type": kind.written_type,
        # Custom jobs write the bare name, every built-in type the prefixed one.
        "job-name": frame.job_name.lower()
        if kind.shape == "any"
        else f"labeling-job/{frame.job_name.lower()}",
        "human-annotated": "yes" if frame.human else "no",
        "creation-date": iso(frame.at),
    }
    return {frame.attribute: value, f"{frame.attribute}-metadata": metadata | common}


def iso(at: float) -> str:
    """UTC, ISO, microseconds, no zone: the form of creation-date."""
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def confidence(agree: int, of: int) -> float:
    """The share of workers that agree, scaled to at most 0.95; 0 with one worker, as AWS
    documents.
    """
    return 0 if of <= 1 else round(_CERTAIN * agree / of, 2)


def _consolidated(
    kind: TaskKind, labels: Labels, votes: Sequence[Vote], frame: Frame
) -> tuple[Any, dict[str, Any]]:
    given = [vote.answer for vote in votes]
    match given[0]:
        case Classes():
            return _picked(kind, labels, [each for each in given if isinstance(each, Classes)])
        case Boxes():
            return _boxes(labels, [answer for answer in given if isinstance(answer, Boxes)])
        case Mask():
            return _mask([answer for answer in given if isinstance(answer, Mask)], frame)
        case Spans():
            return _spans(labels, [answer for answer in given if isinstance(answer, Spans)])
        case (Scene() | PointClasses()) as first:
            assert frame.keep is not None
            return result_of(kind, labels.names, first, frame.drawn, frame.keep)
        case Custom():
            return _custom(kind, votes), {}


def _picked(kind: TaskKind, labels: Labels, given: Sequence[Classes]) -> Value:
    return _one(kind, labels, given) if kind.shape == "one" else _several(labels, given)


def _one(kind: TaskKind, labels: Labels, given: Sequence[Classes]) -> tuple[int, dict[str, Any]]:
    counts = Counter(answer.labels[0] for answer in given)
    best, agree = max(counts.items(), key=lambda item: (item[1], -labels.place(item[0])))
    metadata: dict[str, Any] = {"class-name": best, "confidence": confidence(agree, len(given))}
    comments = [{"comment": answer.comment} for answer in given if answer.comment]
    if kind.audit == "verification" and comments:
        metadata["worker-feedback"] = comments
    return labels.place(best), metadata


def _several(labels: Labels, given: Sequence[Classes]) -> tuple[list[int], dict[str, Any]]:
    counts = Counter(label for answer in given for label in answer.labels)
    chosen = sorted((label for label, n in counts.items() if 2 * n > len(given)), key=labels.place)
    nothing = sum(not answer.labels for answer in given)
    if not chosen and counts and 2 * nothing <= len(given):
        chosen = [min(counts, key=lambda label: (-counts[label], labels.place(label)))]
    return [labels.place(label) for label in chosen], {
        "class-map": {str(labels.place(label)): label for label in chosen},
        "confidence-map": {
            str(labels.place(label)): confidence(counts[label], len(given)) for label in chosen
        },
    }


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


def _clusters(given: Sequence[Boxes]) -> list[list[Box]]:
    """Boxes of the same label that lie on each other, at most one per worker in a cluster."""
    clusters: list[list[Box]] = []
    for answer in given:
        free = list(clusters)
        for box in answer.boxes:
            near = [
                c for c in free if c[0].label == box.label and overlap(c[0], box) >= _SAME_THING
            ]
            if near:
                home = max(near, key=lambda c: overlap(c[0], box))
                home.append(box)
                free = [c for c in free if c is not home]
            else:
                clusters.append([box])
    return clusters


def _mean(boxes: Sequence[Box]) -> dict[str, float]:
    """Where the box lies: the average of what several people drew, in fractions of pixels as real
    files have it.
    """
    if len(boxes) == 1:
        return {side: getattr(boxes[0], side) for side in _SIDES}
    # UNSURE: how an average that is a whole number is written; here as 416.0.
    return {side: sum(getattr(box, side) for box in boxes) / len(boxes) for side in _SIDES}


def _closeness(boxes: Sequence[Box]) -> float:
    pairs = [overlap(one, other) for one, other in combinations(boxes, 2)]
    return sum(pairs) / len(pairs) if pairs else 0.5


def _boxes(labels: Labels, given: Sequence[Boxes]) -> tuple[dict[str, Any], dict[str, Any]]:
    kept = [cluster for cluster in _clusters(given) if 2 * len(cluster) > len(given)]
    annotations, objects = [], []
    for cluster in kept:
        annotations.append({"class_id": labels.place(cluster[0].label), **_mean(cluster)})
        objects.append(
            {"confidence": round(confidence(len(cluster), len(given)) * _closeness(cluster), 2)}
        )
    size = {"width": given[0].width, "height": given[0].height, "depth": 3}
    used = sorted({cluster[0].label for cluster in kept}, key=labels.place)
    return (
        {"image_size": [size], "annotations": annotations},
        {"objects": objects, "class-map": {str(labels.place(label)): label for label in used}},
    )


def _mask(given: Sequence[Mask], frame: Frame) -> tuple[str, dict[str, Any]]:
    """The URI of the label map that the workers agree on, and what its numbers mean.

    UNSURE: whether the color map lists labels that this picture does not have; here, as with boxes,
    it does not.
    """
    same_size = [
        mask for mask in given if (mask.width, mask.height) == (given[0].width, given[0].height)
    ]
    agreed, share = masks.vote(same_size)
    # AWS scores a picture as a whole: every class of it has the same confidence.
    sure = 0 if len(given) <= 1 else round(_CERTAIN * share, 2)
    names = (masks.BACKGROUND, *agreed.labels)
    colour_map = {
        str(number): {
            "class-name": names[number],
            "hex-color": masks.colour_of(number),
            "confidence": sure,
        }
        for number in sorted({0, *agreed.present})
    }
    assert frame.keep is not None
    return frame.keep("png", masks.to_png(agreed)), {"internal-color-map": colour_map}


def _spans(labels: Labels, given: Sequence[Spans]) -> tuple[dict[str, Any], dict[str, Any]]:
    counts = Counter(span for answer in given for span in answer.spans)
    kept = sorted(span for span, n in counts.items() if 2 * n > len(given))
    listed = [
        {"label": name, "shortDisplayName": labels.short.get(name, name)} for name in labels.names
    ]
    entities = [
        {"label": span.label, "startOffset": span.start, "endOffset": span.end} for span in kept
    ]
    sure = [{"confidence": confidence(counts[span], len(given))} for span in kept]
    return {"annotations": {"labels": listed, "entities": entities}}, {"entities": sure}


def _custom(kind: TaskKind, votes: Iterable[Vote]) -> dict[str, Any]:
    """What the service's PassThrough function hands on: every worker's content as a JSON string.
    The practice function makes them one.
    """
    if kind is MERGED:
        return most_given([v.answer.content for v in votes if isinstance(v.answer, Custom)])
    return {
        "annotationsFromAllWorkers": [
            {
                "workerId": vote.worker,
                "annotationData": {"content": json.dumps(vote.answer.content, ensure_ascii=False)},
            }
            for vote in votes
            if isinstance(vote.answer, Custom)
        ]
    }


def _unchanged(votes: Sequence[Vote], before: Before | None) -> bool:
    """Whether every worker left things as they were; one who moved something makes the object
    adjusted.
    """
    if isinstance(before, Boxes):
        return all(
            isinstance(vote.answer, Boxes) and set(vote.answer.boxes) == set(before.boxes)
            for vote in votes
        )
    return before is not None and all(vote.answer == before for vote in votes)
