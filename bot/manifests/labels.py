"""What an output manifest holds (pure, streaming): label attributes, classes, boxes, who labeled.

Promises to results and datasets: a `…-metadata` key counts as a label only when it is an object whose `type` begins
with `groundtruth/` (real files also carry `source-ref-metadata` and names that do not match); what cannot be counted
is reported with its line, never raised. Lines are read twice as fast by decoding only the members that are counted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.manifests.json_lines import LineFault, numbered

METADATA = "-metadata"
GROUND_TRUTH = "groundtruth/"
FAULTS_KEPT = 200


@dataclass(slots=True)
class Attribute:
    """One label attribute over the whole manifest.

    `kind` is the metadata type without `groundtruth/` (`image-classification`, `object-detection`, …); `labeled`
    counts objects that have it, `human` and `machine` split them by `human-annotated`. `classes` counts objects per
    class, `boxes` boxes per class (for spans: entities per class); `empty` are labeled objects without any box or
    class. `failed` are objects with metadata but no label. `newest` is the latest creation date as written (UTC).
    """

    name: str
    kind: str
    labeled: int = 0
    human: int = 0
    machine: int = 0
    empty: int = 0
    failed: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    boxes: Counter[str] = field(default_factory=Counter)
    confidence_sum: float = 0.0
    confidences: int = 0
    newest: str = ""
    jobs: set[str] = field(default_factory=set)

    @property
    def mean_confidence(self) -> float | None:
        """Between 0 and 1; None where nothing gave one. One worker per object makes every confidence 0."""
        return self.confidence_sum / self.confidences if self.confidences else None


@dataclass(slots=True)
class Summary:
    """An output manifest in numbers. `lines` counts what holds something, `broken` those that are not JSON objects.

    `loose` counts names that end in -metadata but belong to no label (or whose label is missing throughout).
    """

    lines: int = 0
    broken: int = 0
    attributes: dict[str, Attribute] = field(default_factory=dict)
    loose: Counter[str] = field(default_factory=Counter)
    faults: list[LineFault] = field(default_factory=list)

    @property
    def current(self) -> Attribute | None:
        """The attribute made last, verification columns aside; None when the manifest holds no label."""
        made = [one for one in self.attributes.values() if one.kind != "label-verification"]
        return max(made or self.attributes.values(), key=lambda one: (one.newest, one.labeled), default=None)

    def unlabeled(self, name: str) -> int:
        """Lines without this label."""
        return self.lines - (self.attributes[name].labeled if name in self.attributes else 0)

    def _fault(self, line: int, code: str, text: str) -> None:
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(LineFault(line, code, text))


class _Confidence(msgspec.Struct, gc=False):
    confidence: float | None = None


class _Metadata(msgspec.Struct, rename="kebab"):
    """The members of a label's metadata that are counted; `objects` and `entities` carry a confidence each."""

    type: str = ""
    class_name: str | None = None
    class_map: dict[str, str] | None = None
    confidence: float | None = None
    confidence_map: dict[str, float] | None = None
    objects: list[_Confidence] | None = None
    entities: list[_Confidence] | None = None
    internal_color_map: dict[str, dict[str, Any]] | None = None
    human_annotated: str = ""
    creation_date: str = ""
    job_name: str = ""


class _Box(msgspec.Struct, gc=False):
    class_id: int | str


class _Boxes(msgspec.Struct):
    annotations: list[_Box]


class _Span(msgspec.Struct, gc=False):
    label: str


class _Spans(msgspec.Struct):
    entities: list[_Span]


class _Text(msgspec.Struct):
    annotations: _Spans


_LINE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_METADATA = msgspec.json.Decoder(_Metadata)
_BOXES = msgspec.json.Decoder(_Boxes)
_TEXT = msgspec.json.Decoder(_Text)
_CLASSES = msgspec.json.Decoder(list[int | str])
_CLASS = msgspec.json.Decoder(int | float | str)


def labels_in(chunks: Iterable[bytes], attribute: str | None = None) -> Summary:
    """The summary of an output manifest that arrives in pieces; `attribute` counts that label alone.

    Memory holds one line and the counts. Nothing in the file can make this raise.
    """
    summary = Summary()
    for number, body in numbered(chunks):
        if body is not None and not body.strip():
            continue
        summary.lines += 1
        try:
            line = _LINE.decode(body or b"")
        except (ValueError, RecursionError):
            summary.broken += 1
            summary._fault(number, "json", "")  # noqa: SLF001 - filled here alone
            continue
        for name in line:
            if name.endswith(METADATA) and attribute in (None, name[: -len(METADATA)]):
                _count(summary, number, name, line)
    return summary


def _count(summary: Summary, number: int, key: str, line: dict[str, msgspec.Raw]) -> None:
    """One label of one line enters the summary."""
    name = key[: -len(METADATA)]
    try:
        metadata = _METADATA.decode(line[key])
    except (ValueError, RecursionError) as error:
        if b'"groundtruth/' in bytes(line[key]):
            summary._fault(number, "metadata", f"“{key}”: {error}")  # noqa: SLF001 - filled here alone
        summary.loose[key] += 1
        return
    if not metadata.type.startswith(GROUND_TRUTH):
        summary.loose[key] += 1
        return
    kind = metadata.type.removeprefix(GROUND_TRUTH)
    one = summary.attributes.get(name)
    if one is None:
        one = summary.attributes[name] = Attribute(name, kind)
    if name not in line:
        one.failed += 1
        summary.loose[key] += 1
        return
    _count_people(one, metadata)
    try:
        fault = _COUNTERS.get(kind, _nothing)(one, metadata, line[name])
    except (ValueError, RecursionError) as error:
        fault = str(error)
    if fault:
        summary._fault(number, "label", f"“{name}”: {fault}")  # noqa: SLF001 - filled here alone


def _count_people(one: Attribute, metadata: _Metadata) -> None:
    one.labeled += 1
    if metadata.human_annotated == "yes":
        one.human += 1
    elif metadata.human_annotated == "no":
        one.machine += 1
    one.newest = max(one.newest, metadata.creation_date)
    if len(one.jobs) < FAULTS_KEPT and metadata.job_name:
        one.jobs.add(metadata.job_name)


def _sure(one: Attribute, confidences: Iterable[float | None]) -> None:
    for confidence in confidences:
        if confidence is not None:
            one.confidence_sum += confidence
            one.confidences += 1


def _class(one: Attribute, metadata: _Metadata, value: msgspec.Raw) -> str:
    one.classes[metadata.class_name or str(_CLASS.decode(value))] += 1
    _sure(one, [metadata.confidence])
    return ""


def _classes(one: Attribute, metadata: _Metadata, value: msgspec.Raw) -> str:
    """Multi-label: a list of indexes; real files leave some out of the class map."""
    indexes = [str(index) for index in _CLASSES.decode(value)]
    names = metadata.class_map or {}
    one.classes.update({names.get(index, index) for index in indexes})
    one.empty += not indexes
    _sure(one, (metadata.confidence_map or {}).values())
    missing = [index for index in indexes if index not in names]
    return f"class {missing[0]} is not in the class map" if missing else ""


def _boxes(one: Attribute, metadata: _Metadata, value: msgspec.Raw) -> str:
    indexes = [box.class_id for box in _BOXES.decode(value).annotations]
    names, objects = metadata.class_map or {}, metadata.objects or []
    missing = None
    for index, many in Counter(indexes).items():
        name = names.get(str(index))
        missing = index if name is None else missing
        one.boxes[name or str(index)] += many
        one.classes[name or str(index)] += 1
    one.empty += not indexes
    _sure(one, [each.confidence for each in objects])
    if len(objects) != len(indexes):
        return f"{len(indexes)} boxes, but {len(objects)} confidences"
    return "" if missing is None else f"class {missing} is not in the class map"


def _spans(one: Attribute, metadata: _Metadata, value: msgspec.Raw) -> str:
    spans = [span.label for span in _TEXT.decode(value).annotations.entities]
    one.boxes.update(spans)
    one.classes.update(set(spans))
    one.empty += not spans
    _sure(one, (each.confidence for each in metadata.entities or []))
    return ""


def _masks(one: Attribute, metadata: _Metadata, _value: msgspec.Raw) -> str:
    named = [colour.get("class-name") for colour in (metadata.internal_color_map or {}).values()]
    classes = {name for name in named if isinstance(name, str) and name != "BACKGROUND"}
    one.classes.update(classes)
    one.empty += not classes
    return ""


def _nothing(_one: Attribute, _metadata: _Metadata, _value: msgspec.Raw) -> str:
    """Frames, points and custom labels: their content lies in other files."""
    return ""


_COUNTERS = {
    "image-classification": _class,
    "text-classification": _class,
    "label-verification": _class,
    "image-classification-multilabel": _classes,
    "text-classification-multilabel": _classes,
    "object-detection": _boxes,
    "text-span": _spans,
    "semantic-segmentation": _masks,
}
