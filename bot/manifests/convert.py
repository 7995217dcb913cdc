"""Ground Truth's output becomes Rekognition's input (pure): one line at a time.

Promises to the dataset import: one label attribute stays (of classes all that one answer gave),
older ones and verification columns go, multi-label lists become one pair per class, boxes lie on
whole pixels, and whatever Rekognition would hold against the line is named in its own codes
beforehand.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.base.s3_uri import BadAddress, S3Uri
from bot.manifests import rekognition_rules as rules
from bot.manifests.json_lines import LINE_LIMIT, numbered, parse, written
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.whole_pixels import placed

METADATA = "-metadata"  # the end of a key beside a label
GROUND_TRUTH = "groundtruth/"  # the beginning of a label's type
CLASSIFICATION = "image-classification"
BOXES = "object-detection"
MULTI_LABEL = "image-classification-multilabel"
VERIFICATION = "label-verification"
IMPORTABLE = {CLASSIFICATION, BOXES, MULTI_LABEL}

_NO_OBJECT = {"long": "line_too_long", "blank": "blank_line"}
_NOT_IMPORTABLE = {
    "semantic-segmentation": (
        "Rekognition takes no masks. Label the pictures with boxes or classes instead."
    ),
    "text-classification": "Rekognition takes pictures only; these are texts.",
    "text-classification-multilabel": "Rekognition takes pictures only; these are texts.",
    "text-span": "Rekognition takes pictures only; these are texts.",
    "label-verification": (
        "A verification holds opinions on labels, no labels. Import the job that it checked."
    ),
    "video-object-detection": "Rekognition takes pictures; these are video frames.",
    "video-object-tracking": "Rekognition takes pictures; these are video frames.",
}


def refusal(kind: str) -> str:
    """Why labels of this kind (metadata type without `groundtruth/`) cannot be imported; empty when
    they can.
    """
    if kind in IMPORTABLE:
        return ""
    return _NOT_IMPORTABLE.get(
        kind, "Rekognition takes image classification and bounding boxes only."
    )


@dataclass(frozen=True, slots=True)
class Converted:
    """A line as it is sent, or None when Rekognition would drop it silently.

    `faults` are (code, detail); `labels` the class names on the picture, each once; `boxes` their
    number, of which so many were `rounded` to whole pixels and so many `clipped` to the picture;
    `kind` what the line was (metadata type without `groundtruth/`), empty for an unlabeled picture.
    """

    line: Object | None
    faults: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    boxes: int = 0
    kind: str = ""
    rounded: int = 0
    clipped: int = 0


def for_rekognition(  # noqa: PLR0911 - one answer per way a line can fall out
    line: Object, *, attribute: str | None = None, task: str | None = None, pair: bool = False
) -> Converted:
    """The line for Custom Labels.

    `attribute` names the label to keep; without it the newest of the kinds that can be imported
    stays. `task` (one of `image-classification`, `object-detection`,
    `image-classification-multilabel`) keeps that kind only. Nothing is invented except a missing
    confidence, or one that is an empty list: it becomes 0 (what Ground Truth writes for one
    worker). `pair` takes a label and
    metadata of another name for one, where the line has one of each that fit.
    """
    source = line.get("source-ref")
    if source is None:
        return Converted(
            None, (("ERROR_MISSING_SOURCE_REF", "it holds text" if "source" in line else ""),)
        )
    if not _picture(source):
        return Converted(None, (("ERROR_INVALID_SOURCE_REF_FORMAT", _shown(source)),))
    labels = _labels(line)
    chosen = attribute or _newest(labels, task)
    if chosen is None or chosen not in labels or line.get(chosen) is None:
        names = _two_names(line, labels)
        if names and pair:
            return for_rekognition(_paired(line, *names), attribute=names[0], task=task)
        if names:
            words = f"“{short(names[0])}” and “{short(names[1])}” do not have the same name"
            return Converted({"source-ref": source}, (("ERROR_NO_LABEL_ATTRIBUTES", words),))
    if chosen is None or (chosen not in labels and chosen not in line):
        return _unlabeled(source, labels, attribute)
    if chosen not in labels:
        return Converted(
            {"source-ref": source}, (("ERROR_NO_LABEL_ATTRIBUTES", f"“{short(chosen)}”"),)
        )
    value, metadata = line.get(chosen), labels[chosen]
    kind = metadata["type"].removeprefix(GROUND_TRUTH)
    if value is None:  # Ground Truth writes metadata alone for an object that failed
        return _unlabeled(source, {}, attribute)
    if kind not in IMPORTABLE or (task is not None and kind != task):
        return Converted(
            {"source-ref": source}, (("ERROR_UNSUPPORTED_USE_CASE_TYPE", kind),), kind=kind
        )
    made = _MAKERS[kind](source, chosen, value, dict(metadata))
    return made if attribute else _with_others(made, line, labels, chosen)


def _with_others(
    made: Converted, line: Object, labels: dict[str, Object], chosen: str
) -> Converted:
    """Several labels of one picture are a pair each in Custom Labels' own manifests: those of the
    moment of the newest stay beside it. What is of another moment is an older answer.
    """
    if made.kind != CLASSIFICATION:
        return made
    moment = labels[chosen].get("creation-date")
    parts = [made]
    for name, metadata in labels.items():
        kind = metadata["type"].removeprefix(GROUND_TRUTH)
        if name == chosen or kind != CLASSIFICATION or line.get(name) is None:
            continue
        if metadata.get("creation-date") == moment:
            parts.append(_one_class(line["source-ref"], name, line[name], dict(metadata)))
    if len(parts) == 1:
        return made
    merged: Object = {}
    for part in parts:
        merged |= part.line or {}
    faults = [fault for part in parts for fault in part.faults]
    found = [label for part in parts for label in part.labels]
    if len(parts) > rules.LABELS_PER_IMAGE:
        faults.append(_too_many(len(parts)))
    unique = tuple(dict.fromkeys(faults))
    return Converted(merged, unique, tuple(dict.fromkeys(found)), kind=CLASSIFICATION)


def _too_many(labels: int) -> tuple[str, str]:
    return ("ERROR_NO_VALID_LABEL_ATTRIBUTES", f"{labels} labels on one picture; 50 at most")


@dataclass(frozen=True, slots=True)
class Each:
    """A line of a manifest on its way to Rekognition: its number, its picture ("" where it names
    none), the bytes that are sent of it (None where it is left out) and what is wrong with it, as
    (code, detail).
    """

    number: int
    picture: str
    sent: bytes | None
    faults: tuple[tuple[str, str], ...]


def each_line(
    chunks: Iterable[bytes],
    *,
    attribute: str | None = None,
    task: str | None = None,
    pair: bool = False,
    faultless: bool = False,
) -> Iterator[Each]:
    """Every line, converted; each picture is sent once, and nothing that Rekognition would drop.

    `faultless` leaves out the lines, too, that it would keep and list with an error.
    """
    seen: dict[int, int] = {}
    for number, body in numbered(chunks):
        try:
            converted = for_rekognition(parse(body), attribute=attribute, task=task, pair=pair)
        except BadLine as fault:
            yield Each(number, "", None, ((code_of(fault), ""),))
            continue
        line, faults = converted.line, tuple(converted.faults)
        if line is None:
            yield Each(number, "", None, faults)
            continue
        picture, encoded = str(line["source-ref"]), encode(line)
        if encoded is None:
            yield Each(number, picture, None, (("line_too_long", ""),))
        elif (earlier := seen.get(hash(picture))) is not None:
            words = f"line {earlier:,} has it too"
            yield Each(number, picture, None, (("source_ref_repeated", words),))
        elif faultless and has_error(converted):
            yield Each(number, picture, None, faults)
        else:
            seen[hash(picture)] = number
            yield Each(number, picture, encoded, faults)


def converted_lines(
    chunks: Iterable[bytes],
    *,
    attribute: str | None = None,
    task: str | None = None,
    pair: bool = False,
    faultless: bool = False,
) -> Iterator[bytes]:
    """The manifest to send: see `each_line`."""
    told = {"attribute": attribute, "task": task}
    for each in each_line(chunks, **told, pair=pair, faultless=faultless):
        if each.sent is not None:
            yield each.sent


def code_of(fault: BadLine) -> str:
    """The code of a line that is no JSON object: Rekognition's, or ours where it has none."""
    return _NO_OBJECT.get(fault.code, "ERROR_INVALID_JSON_LINE")


def encode(line: Object) -> bytes | None:
    """The line's bytes with its end; None when it is longer than Rekognition reads."""
    encoded = written(line)
    if len(encoded) > LINE_LIMIT and len(encoded.decode()) > LINE_LIMIT:
        return None
    return encoded + b"\n"


def has_error(converted: Converted) -> bool:
    """Whether Rekognition would list an error of the line, or drop it."""
    return any(code.startswith("ERROR_") for code, _ in converted.faults)


def _picture(source: Any) -> bool:
    """Whether this is the S3 address of a file."""
    if not isinstance(source, str) or not source.startswith("s3://"):
        return False
    try:
        return not S3Uri.parse(source).is_folder
    except BadAddress:
        return False


def _labels(line: Object) -> dict[str, Object]:
    """Metadata by label: what ends in -metadata is a label's only when its type is Ground
    Truth's.
    """
    found = {}
    for key, metadata in line.items():
        if key.endswith(METADATA) and isinstance(metadata, dict):
            kind = metadata.get("type")
            if isinstance(kind, str) and kind.startswith(GROUND_TRUTH):
                found[key[: -len(METADATA)]] = metadata
    return found


def _two_names(line: Object, labels: dict[str, Object]) -> tuple[str, str] | None:
    """The keys of a label and of metadata that have different names and may belong together: the
    only two on the line that are alone and fit each other.
    """
    alone = [name for name in labels if name not in line]
    if len(alone) != 1:
        return None
    fits = _FITTING.get(labels[alone[0]]["type"].removeprefix(GROUND_TRUTH))
    values = [
        name
        for name, value in line.items()
        if fits and name + METADATA not in line and name not in _NO_LABELS and fits(value)
    ]
    return (values[0], alone[0] + METADATA) if len(values) == 1 else None


def _paired(line: Object, label: str, metadata: str) -> Object:
    """The line with the metadata under its label's name."""
    others = {name: value for name, value in line.items() if name != metadata}
    return {**others, label + METADATA: line[metadata]}


_NO_LABELS = {"source-ref", "source-ref-metadata"}
_FITTING: dict[str, Callable[[Any], bool]] = {
    CLASSIFICATION: lambda value: isinstance(value, int) and not isinstance(value, bool),
    MULTI_LABEL: lambda value: isinstance(value, list),
    BOXES: lambda value: isinstance(value, dict) and "annotations" in value,
}


def _newest(labels: dict[str, Object], task: str | None) -> str | None:
    """The label made last of those that can be imported; of several on one date the last on the
    line.
    """
    wanted = {task} if task else IMPORTABLE
    fit = [
        name
        for name, metadata in labels.items()
        if metadata["type"].removeprefix(GROUND_TRUTH) in wanted
    ]
    dated = [
        (str(labels[name].get("creation-date", "")), place, name) for place, name in enumerate(fit)
    ]
    return max(dated)[2] if dated else None


def _unlabeled(source: str, labels: dict[str, Object], attribute: str | None) -> Converted:
    """A picture without the wanted label; other kinds on it are named when none was asked for."""
    kinds = [metadata["type"].removeprefix(GROUND_TRUTH) for metadata in labels.values()]
    others = [kind for kind in kinds if kind not in IMPORTABLE and kind != VERIFICATION]
    if others and attribute is None:
        return Converted(
            {"source-ref": source},
            (("ERROR_UNSUPPORTED_USE_CASE_TYPE", others[0]),),
            kind=others[0],
        )
    return Converted({"source-ref": source}, (("WARNING_UNANNOTATED_RECORD", ""),))


def _one_class(source: str, name: str, value: Any, metadata: Object) -> Converted:
    """A single class stays as it is; the value may be a text in old files and must be a whole
    number here.
    """
    number = _index(value) if isinstance(value, str) else value
    metadata["confidence"] = _sure(metadata.get("confidence", 0))
    faults = tuple(rules.classification(number, metadata))
    label = metadata.get("class-name")
    line = {"source-ref": source, name: number, name + METADATA: metadata}
    return Converted(line, faults, (label,) if isinstance(label, str) else (), kind=CLASSIFICATION)


def _sure(confidence: Any) -> Any:
    """A confidence; 0 for an empty list, which Ground Truth writes where it has none."""
    return 0 if confidence == [] else confidence


def _with_confidence(box: Any) -> Any:
    """What is said of a box, its confidence as a number."""
    if not isinstance(box, dict) or "confidence" not in box:
        return box
    return {**box, "confidence": _sure(box["confidence"])}


def _index(text: str) -> int | None:
    return int(text) if len(text) < 10 and text.isdecimal() and text.isascii() else None  # noqa: PLR2004


def _shown(source: Any) -> str:
    return f"“{short(source)}”" if isinstance(source, str) else "it is not a text"


def _several_classes(source: str, name: str, value: Any, metadata: Object) -> Converted:
    """A list of classes becomes a pair per class.

    AWS's published script keeps the multi-label type, which Rekognition refuses, and fails where a
    class has no confidence (real files leave some out): here the type is the single-label one and
    the confidence 0.
    """
    names, sure = metadata.get("class-map"), metadata.get("confidence-map")
    sure = sure if isinstance(sure, dict) else {}
    if not isinstance(value, list) or not isinstance(names, dict):
        fault = (
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            "a list of classes and a class-map belong together",
        )
        return Converted({"source-ref": source}, (fault,), kind=MULTI_LABEL)
    line: Object = {"source-ref": source}
    faults: list[tuple[str, str]] = []
    labels: list[str] = []
    kept = {
        key: metadata[key]
        for key in ("human-annotated", "creation-date", "job-name")
        if key in metadata
    }
    for index in dict.fromkeys(str(index) for index in value):
        if not isinstance(names.get(index), str):
            faults.append(("ERROR_MISSING_CLASS_MAP_ID", f"class {short(index)}"))
            continue
        pair = {
            "class-name": names[index],
            "confidence": _sure(sure.get(index, 0)),
            "type": GROUND_TRUTH + CLASSIFICATION,
        }
        number = _index(index)
        number = len(labels) if number is None else number
        line[f"{name}{number}"], line[f"{name}{number}{METADATA}"] = number, pair | kept
        faults += rules.classification(number, pair | kept)
        labels.append(names[index])
    if len(labels) > rules.LABELS_PER_IMAGE:
        faults.append(_too_many(len(labels)))
    if not value:
        faults.append(("WARNING_UNANNOTATED_RECORD", ""))
    return Converted(
        line, tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(labels)), kind=MULTI_LABEL
    )


def _drawn_boxes(source: str, name: str, value: Any, metadata: Object) -> Converted:
    """Boxes stay as they are, but for their pixels."""
    value, rounded, clipped = placed(value)
    objects = metadata.get("objects")
    if isinstance(objects, list):
        metadata["objects"] = [_with_confidence(each) for each in objects]
    faults = tuple(rules.boxes(value, metadata))
    names = metadata.get("class-map")
    drawn = value.get("annotations") if isinstance(value, dict) else None
    boxes = [box for box in drawn if isinstance(box, dict)] if isinstance(drawn, list) else []
    found = [
        str((names if isinstance(names, dict) else {}).get(str(box.get("class_id")), ""))
        for box in boxes
    ]
    line = {"source-ref": source, name: value, name + METADATA: metadata}
    labels = tuple(dict.fromkeys(label for label in found if label))
    return Converted(line, faults, labels, len(boxes), BOXES, rounded, clipped)


_MAKERS = {CLASSIFICATION: _one_class, MULTI_LABEL: _several_classes, BOXES: _drawn_boxes}
