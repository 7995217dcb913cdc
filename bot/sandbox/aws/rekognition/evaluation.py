"""The evaluation manifest snapshots that a training leaves: what each picture shows, and for test
pictures what the model says of it.

Promises the form of the guide's example ("Evaluation manifest snapshot"), with as many mistakes as
the model's numbers say, always the same for one version and picture. As with AWS, what is counted
in a snapshot does not add up to the summary's numbers exactly.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from bot.sandbox.aws.rekognition.rules import BOXES, CLASSIFICATION, Entry

__all__ = ["Model", "Snapshot", "snapshot"]

THRESHOLD = 0.5
MISTAKEN = 0.8  # how often something that is not recognized is taken for something else
_TRAINING, _EVALUATION = (
    "rekognition-custom-labels-training",
    "rekognition-custom-labels-evaluation",
)
_JOB = "-job"
_SIDES = ("left", "top", "width", "height")
_JITTER = 4  # pixels


@dataclass(frozen=True)
class Model:
    """What is tested: its name, when, the kind of its labels, recall and precision of each."""

    name: str
    at: float
    kind: str
    labels: Mapping[str, tuple[float, float]]

    @property
    def names(self) -> list[str]:
        """Its labels in their order; the places are the class ids."""
        return sorted(self.labels)

    def following(self, label: str) -> str:
        """What a label is taken for: the next in the alphabet."""
        names = self.names
        return names[(names.index(label) + 1) % len(names)]


@dataclass
class Snapshot:
    """The lines, and how many test pictures of a label were given which label."""

    lines: list[str] = field(default_factory=list)
    given: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def body(self) -> str:
        """The file."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True)
class _Box:
    label: str
    place: tuple[int, int, int, int]


def snapshot(entries: Iterable[Entry], model: Model, *, tested: bool) -> Snapshot:
    """The snapshot of a set, of those pictures that have labels of the model's kind."""
    made = Snapshot()
    for number, entry in enumerate(entries, 1):
        content = json.loads(entry.line)
        line: dict[str, Any] = {
            "source-ref": entry.source_ref,
            "rekognition-custom-labels-object-id": number,
        }
        chance = Random(f"{model.name} {entry.source_ref}")
        if model.kind == "boxes":
            _of_boxes(line, content, model, chance, tested=tested)
        else:
            _of_classes(line, content, model, chance, made.given, tested=tested)
        made.lines.append(json.dumps(line, ensure_ascii=False))
    return made


def _columns(content: Mapping[str, Any], kind: str) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Value and metadata of each label attribute of that type."""
    for name, metadata in content.items():
        told = name.endswith("-metadata") and isinstance(metadata, dict)
        value = content.get(name.removesuffix("-metadata"))
        if told and value is not None and metadata.get("type") == kind:
            yield value, metadata


def _of_classes(  # noqa: PLR0913 - a picture, its model and what is counted
    line: dict[str, Any],
    content: Mapping[str, Any],
    model: Model,
    chance: Random,
    given: Counter[tuple[str, str]],
    *,
    tested: bool,
) -> None:
    found = (metadata.get("class-name") for _, metadata in _columns(content, CLASSIFICATION))
    shown = [label for label in dict.fromkeys(found) if label]
    for place, label in enumerate(shown):
        _column(line, f"{_TRAINING}-{place}", 1, _class_words(label, 1.0, model, _TRAINING))
    if not tested:
        return
    right = {
        each for each in shown if each in model.labels and chance.random() < _recall(model, each)
    }
    missed = [each for each in shown if each in model.labels and each not in right]
    taken = {model.following(each) for each in missed if chance.random() < MISTAKEN} - set(shown)
    taken |= {
        label
        for label, (_, precision) in model.labels.items()
        if label not in shown and chance.random() < (1 - precision) / 3
    }
    # UNSURE: whether every label of the model is listed with every picture; here it is, since there
    # is a member for true negatives.
    for place, label in enumerate(model.names):
        above = label in right or label in taken
        words = _class_words(label, _confidence(chance, above=above), model, _EVALUATION)
        words[f"{_EVALUATION}-details"] = _details(above=above, there=label in shown)
        _column(line, f"{_EVALUATION}-{place}", 1, words)
    for label in shown:
        given.update((label, each) for each in taken | (right & {label}))


def _class_words(label: str, confidence: float, model: Model, job: str) -> dict[str, Any]:
    return {
        "confidence": confidence,
        "class-name": label,
        **_common(model, job),
        "type": CLASSIFICATION,
    }


def _of_boxes(
    line: dict[str, Any], content: Mapping[str, Any], model: Model, chance: Random, *, tested: bool
) -> None:
    shown: list[_Box] = []
    size: Mapping[str, Any] = {}
    for value, metadata in _columns(content, BOXES):
        size = value["image_size"][0]
        for each in value["annotations"]:
            label = metadata["class-map"].get(str(each["class_id"]))
            if label in model.labels:
                shown.append(_Box(label, tuple(each[side] for side in _SIDES)))
    objects: list[dict[str, Any]] = [{"confidence": 1.0} for _ in shown]
    _column(
        line, f"{_TRAINING}-0", _drawn(shown, size, model), _box_words(objects, model, _TRAINING)
    )
    if not tested:
        return
    seen, said = _seen(shown, (size["width"], size["height"]), model, chance)
    words = _box_words(said, model, _EVALUATION)
    _column(line, _EVALUATION, _drawn(seen, size, model), words)


def _seen(
    shown: Sequence[_Box], size: tuple[int, int], model: Model, chance: Random
) -> tuple[list[_Box], list[dict[str, Any]]]:
    """The boxes that the model draws, sure enough or not, with what they come to."""
    seen: list[_Box] = []
    said: list[dict[str, Any]] = []

    def add(label: str, place: Sequence[float], *, above: bool, there: bool) -> None:
        seen.append(_Box(label, _inside(place, size)))
        details = _details(above=above, there=there)
        confidence = _confidence(chance, above=above)
        said.append({"confidence": confidence, f"{_EVALUATION}-details": details})

    for box in shown:
        place = [side + chance.randint(-_JITTER, _JITTER) for side in box.place]
        found = chance.random() < _recall(model, box.label)
        # UNSURE: whether a box that the model has not seen at all is listed; here each of people's
        # boxes is, found or with a low confidence.
        add(box.label, place, above=found, there=True)
        if not found and len(model.labels) > 1 and chance.random() < MISTAKEN:
            add(model.following(box.label), place, above=True, there=False)
    for label, (_, precision) in model.labels.items():
        if chance.random() < (1 - precision) / 2:
            corner = (chance.uniform(0, 0.7) * size[0], chance.uniform(0, 0.7) * size[1])
            add(label, (*corner, size[0] / 5, size[1] / 5), above=True, there=False)
    return seen, said


def _inside(place: Sequence[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels within the picture."""
    left = min(max(0, round(place[0])), size[0] - 2)
    top = min(max(0, round(place[1])), size[1] - 2)
    width = min(max(2, round(place[2])), size[0] - left)
    return left, top, width, min(max(2, round(place[3])), size[1] - top)


def _drawn(boxes: Sequence[_Box], size: Mapping[str, Any], model: Model) -> dict[str, Any]:
    annotations = [
        {"class_id": model.names.index(box.label), **dict(zip(_SIDES, box.place, strict=True))}
        for box in boxes
    ]
    return {"annotations": annotations, "image_size": [dict(size)]}


def _box_words(objects: list[dict[str, Any]], model: Model, job: str) -> dict[str, Any]:
    return {
        **_common(model, job),
        "class-map": {str(place): name for place, name in enumerate(model.names)},
        "objects": objects,
        "type": BOXES,
    }


def _common(model: Model, job: str) -> dict[str, Any]:
    written = datetime.fromtimestamp(model.at, UTC).replace(tzinfo=None)
    return {
        "job-name": job + _JOB,
        "human-annotated": "yes" if job == _TRAINING else "no",
        "creation-date": written.isoformat(timespec="microseconds"),
    }


def _details(*, above: bool, there: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "ground-truth-labelling-jobs": [_TRAINING + _JOB],
        "is-true-positive": above and there,
        "is-true-negative": not above and not there,
        "is-false-positive": above and not there,
        "is-false-negative": not above and there,
        "is-present-in-ground-truth": there,
    }


def _recall(model: Model, label: str) -> float:
    return model.labels[label][0]


def _confidence(chance: Random, *, above: bool) -> float:
    if above:
        return round(chance.uniform(THRESHOLD + 0.1, 0.999), 5)
    return round(chance.uniform(0.001, THRESHOLD - 0.02), 5)


def _column(line: dict[str, Any], name: str, value: Any, metadata: dict[str, Any]) -> None:
    line[name] = value
    line[f"{name}-metadata"] = metadata
