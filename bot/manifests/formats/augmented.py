"""Ground Truth's augmented manifest (pure): JSON Lines, each label beside its metadata.

Class numbers are given in the order in which labels are met, the same in every line; each line's
class-map has its own. Boxes keep their fractions. A polygon has no place in a manifest of boxes: it
is written as its box, and noted.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    Numbers,
    Piece,
    extent,
    note_figure,
    note_others,
    only,
    plain,
)
from bot.manifests.json_lines import LINE_LIMIT, numbered, written
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.shapes import INLINE, Box, Cuboid, Line, Mask, Span, Told
from bot.manifests.told import GROUND_TRUTH, METADATA, told_line

_TITLE = "the augmented manifest"
_FILE = "output.manifest"
_YES_NO = {True: "yes", False: "no"}
_TYPES = {
    "boxes": "object-detection",
    "drawings": "object-detection",
    "mask": "semantic-segmentation",
    "spans": "text-span",
    "opinion": "label-verification",
}
_BACKGROUND = {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0}
_CUSTOM = "custom"
_Made = tuple[Any, Object]
"""A label's value, and what its metadata say of it."""


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """A line of the manifest per line."""
    writer = Writer(attribute, findings)
    for line in lines:
        note_others(line, _TITLE, findings)
        body = written(writer.of(line))
        if len(body) > LINE_LIMIT and len(body.decode()) > LINE_LIMIT:
            words = f"is longer than the {LINE_LIMIT:,} letters that are read; left out"
            findings.note(line.number, "long", words)
            continue
        yield Piece(_FILE, body + b"\n", 0)


class Writer:
    """Makes lines of a manifest; knows the number of each label that it has met."""

    def __init__(self, attribute: str, findings: Findings) -> None:
        self._attribute = attribute
        self._findings = findings
        self._numbers: dict[str, Numbers] = {}

    def of(self, line: Line) -> Object:
        """The line as an object, with every answer, or the attribute's alone."""
        made: Object = {"source-ref": line.address} if line.address else {"source": line.text}
        for told in line.told:
            if self._attribute in ("", told.attribute):
                made |= self._pair(line, told)
        return made

    def _pair(self, line: Line, told: Told) -> Object:
        """The label and its metadata; metadata alone for an object without a label."""
        metadata = _common(told, told.type or _type(line, told))
        if not told.labeled:
            reason = {"failure-reason": told.failure} if told.failure else {}
            return {told.attribute + METADATA: reason | metadata}
        made = self._made(line.number, told)
        if made is None:
            return {}
        value, more = made
        return {told.attribute: value, told.attribute + METADATA: more | metadata}

    def _made(self, place: int, told: Told) -> _Made | None:
        """The label's value and what its metadata say of it; None, noted, for what has none."""
        numbers = self._numbers.setdefault(told.attribute, Numbers())
        if told.mask and not told.mask.address.startswith(INLINE):
            return told.mask.address, _colours(told.mask)
        if told.address:
            return told.address, _classes_there(told, numbers)
        if told.type == _CUSTOM and (told.boxes or told.drawings):
            return _drawn(told), {}
        return self._of_kind(place, told, numbers)

    def _of_kind(self, place: int, told: Told, numbers: Numbers) -> _Made | None:
        if told.kind in {"classes", "opinion"}:
            return self._classes(place, told, numbers)
        if told.kind in {"boxes", "drawings"}:
            return self._boxes(place, told, numbers)
        if told.kind == "spans":
            return _spans(told)
        if told.kind == "cloud":
            return _cuboids(told, numbers)
        if told.kind == "mask":
            words = f"“{short(told.attribute)}” is painted, and has no file of its own; left out"
            self._findings.note(place, "mask", words)
            return None
        words = f"“{short(told.attribute)}” has a form that only its maker knows; left out"
        self._findings.note(place, "kind", words)
        return None

    def _classes(self, place: int, told: Told, numbers: Numbers) -> _Made | None:
        listed = [(numbers.of(each.name), each) for each in told.classes]
        if _several(told):
            sure = {str(at): each.confidence for at, each in listed if each.confidence is not None}
            names = {str(at): each.name for at, each in listed}
            return [at for at, _ in listed], {"class-map": names, "confidence-map": sure}
        if not listed:
            words = f"“{short(told.attribute)}” has no class; left out"
            self._findings.note(place, "unlabeled", words)
            return None
        at, only_one = listed[0]
        return at, {"class-name": only_one.name, "confidence": only_one.confidence or 0}

    def _boxes(self, place: int, told: Told, numbers: Numbers) -> _Made | None:
        if told.size is None:
            words = f"“{short(told.attribute)}”: a picture of unknown size has no boxes; left out"
            self._findings.note(place, "size", words)
            return None
        boxes = [*told.boxes, *self._boxed(place, told)]
        for box in told.boxes:
            if box.attributes:
                note_figure(place, f"attributes of “{short(box.label)}”", _TITLE, self._findings)
        width, height = told.size
        annotations = [{"class_id": numbers.of(box.label)} | _sides(box) for box in boxes]
        value = {
            "image_size": [{"width": width, "height": height, "depth": 3}],
            "annotations": annotations,
        }
        names = {str(numbers.of(box.label)): box.label for box in boxes}
        return value, {"objects": _sure(boxes), "class-map": names}

    def _boxed(self, place: int, told: Told) -> Iterator[Box]:
        """The boxes round polygons."""
        for drawing in told.drawings:
            what = f"the {drawing.form} of “{short(drawing.label)}”"
            if drawing.form == "polygon" and drawing.points:
                self._findings.note(place, "boxed", f"{what} is written as its box")
                yield Box(drawing.label, *extent(drawing.points), drawing.confidence)
            else:
                note_figure(place, what, _TITLE, self._findings)


def _several(told: Told) -> bool:
    """Whether it is a list of classes: its type says so, or their number does."""
    if told.type:
        return told.type.endswith("multilabel")
    return len(told.classes) != 1


def _type(line: Line, told: Told) -> str:
    """The type of labels that come from another tool's file."""
    if told.kind == "classes":
        what = "image" if line.address else "text"
        return f"{what}-classification" + ("-multilabel" if _several(told) else "")
    return _TYPES.get(told.kind, _CUSTOM)


def _common(told: Told, kind: str) -> Object:
    """What the metadata of every label say."""
    metadata: Object = {"type": GROUND_TRUTH + kind}
    if told.human is not None:
        metadata["human-annotated"] = _YES_NO[told.human]
    if told.created:
        metadata["creation-date"] = told.created
    if told.job:
        metadata["job-name"] = f"labeling-job/{told.job}"
    if told.adjusted is not None:
        metadata["adjustment-status"] = "adjusted" if told.adjusted else "unadjusted"
    if told.comments:
        metadata["worker-feedback"] = [{"comment": words} for words in told.comments]
    return metadata


def _sides(box: Box) -> Object:
    return {
        "left": plain(box.left),
        "top": plain(box.top),
        "width": plain(box.width),
        "height": plain(box.height),
    }


def _sure(figures: Iterable[Box | Span | Cuboid]) -> list[Object]:
    """Confidences; 0, as Ground Truth writes of one worker's labels, where nobody told any."""
    return [{"confidence": figure.confidence or 0} for figure in figures]


def _colours(mask: Mask) -> Object:
    """The colours of a mask by number, the background first."""
    colours = {
        str(at): {"class-name": label, "hex-color": colour, "confidence": 0}
        for at, (colour, label) in enumerate(mask.colours, 1)
    }
    return {"internal-color-map": {"0": _BACKGROUND} | colours}


def _classes_there(told: Told, numbers: Numbers) -> Object:
    """The classes that occur in a file of its own."""
    if not told.classes:
        return {}
    known = told.class_numbers or tuple(str(numbers.of(each.name)) for each in told.classes)
    names = {at: each.name for at, each in zip(known, told.classes, strict=False)}
    if told.kind == "cloud" and told.type.endswith("segmentation"):
        return {"color-map": {at: {"class-name": name} for at, name in names.items()}}
    return {"class-map": names}


def _drawn(told: Told) -> Object:
    """The answer of a page of AWS's elements, as its PassThrough hands it on."""
    answer: dict[str, Any] = {}
    if told.size:
        width, height = told.size
        answer["inputImageProperties"] = {"width": width, "height": height}
    for box in told.boxes:
        answer.setdefault("boundingBoxes", []).append({"label": box.label} | _sides(box))
    for drawing in told.drawings:
        points = [{"x": plain(x), "y": plain(y)} for x, y in drawing.points]
        if drawing.form == "keypoint":
            listed: list[Any] = [{"label": drawing.label} | point for point in points]
        else:
            listed = [{"label": drawing.label, "vertices": points}]
        answer.setdefault(f"{drawing.form}s", []).extend(listed)
    return answer


def _spans(told: Told) -> _Made:
    labels = [{"label": label} for label in dict.fromkeys(span.label for span in told.spans)]
    entities = [
        {"label": span.label, "startOffset": span.start, "endOffset": span.end}
        for span in told.spans
    ]
    value = {"annotations": {"labels": labels, "entities": entities}}
    return value, {"entities": _sure(told.spans)}


def _cuboids(told: Told, numbers: Numbers) -> _Made:
    annotations = [
        {
            "class-id": numbers.of(each.label),
            **dict(zip(("center-x", "center-y", "center-z"), each.center, strict=True)),
            **dict(zip(("length", "width", "height"), each.size, strict=True)),
            "yaw": each.yaw,
        }
        for each in told.cuboids
    ]
    names = {str(numbers.of(each.label)): each.label for each in told.cuboids}
    return {"annotations": annotations}, {"objects": _sure(told.cuboids), "class-map": names}


def read(files: Files, _naming: Naming, findings: Findings) -> Iterator[Line]:
    """The lines that can be read; the others are noted."""
    for number, body in numbered(files.chunks(only(files, ".manifest"))):
        try:
            line = told_line(number, body)
        except BadLine as fault:
            findings.note(number, fault.code, fault.text() or "cannot be read")
            continue
        for odd in line.odd:
            findings.note(odd.line, odd.code, odd.text)
        if line.address or line.text:
            yield line


AUGMENTED = Format(
    name="augmented",
    title=_TITLE,
    file=_FILE,
    media_type="application/x-ndjson",
    unheld="",
    write=write,
    read=read,
)
