"""Label Studio's tasks (pure): one JSON array, a task per object, labels as its annotation.

Sides are percents of the picture, spans count letters; `from_name` is the label attribute. An area
of a mask is the stroke of a brush, which keeps every pixel. A task
without annotations is an object without a label, an annotation without results says that nothing is
there; `meta` keeps what was asked, with the picture's size, which only results have a place for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.manifests import brush
from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    Piece,
    addressed,
    decoded,
    note_figure,
    note_others,
    only,
    sized,
    whole,
)
from bot.manifests.json_words import short
from bot.manifests.plain_values import number
from bot.manifests.shapes import Area, Box, Class, Drawing, Kind, Line, Point, Span, Told

_TITLE = "Label Studio"
_FILE = "tasks.json"
_HOLDS: frozenset[Kind] = frozenset({"classes", "boxes", "drawings", "mask", "spans"})
_HUNDRED = 100.0
_NAMED = 5  # fields of a task that are named when they are left out
_BRUSH_MOST = 8_000_000  # ours: bytes of the strokes of one answer
_REF = "-ref"
_Result = dict[str, Any]
_Size = tuple[int, int] | None
_Figure = Class | Box | Drawing | Area | Span
_encode = msgspec.json.Encoder().encode


class _Annotation(msgspec.Struct):
    result: Any = None
    was_cancelled: Any = False
    created_at: Any = ""


class _Asked(msgspec.Struct):
    kind: Kind
    size: tuple[int, int] | None = None


class _Meta(msgspec.Struct):
    asked: dict[str, _Asked] = {}


class _Task(msgspec.Struct):
    data: dict[str, Any]
    meta: Any = None
    annotations: list[_Annotation] | None = None
    predictions: Any = None


_TASKS = msgspec.json.Decoder(list[_Task])


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """The tasks as they come."""
    comma = b"["
    for line in lines:
        note_others(line, _TITLE, findings)
        held = [
            each
            for each in line.told
            if attribute in ("", each.attribute) and _held(line.number, each, findings)
        ]
        data = {"image": line.address} if line.address else {"text": line.text}
        results = [result for each in held for result in _results(line, each, findings)]
        annotations = [{"result": results, "ground_truth": False}] if held else []
        asked = {each.attribute: {"kind": each.kind, "size": each.size} for each in held}
        task = {"data": data, "meta": {"asked": asked}, "annotations": annotations}
        yield Piece(_FILE, comma + _encode(task), 0)
        comma = b",\n"
    yield Piece(_FILE, b"]\n" if comma != b"[" else b"[]\n", 0)


def _held(place: int, told: Told, findings: Findings) -> bool:
    if not told.labeled:
        words = f"“{short(told.attribute)}” has no label: {told.failure[:160] or 'nobody said why'}"
        findings.note(place, "unlabeled", words)
        return False
    if told.kind not in _HOLDS:
        words = f"“{short(told.attribute)}”: {_TITLE} gets no labels of this kind ({told.kind})"
        findings.note(place, "kind", words)
        return False
    if told.kind == "mask" and told.size is None:
        why = told.failure or "its mask was not opened (that needs the extra “pictures”)"
        words = f"“{short(told.attribute)}” is left out: {short(why, 160)}"
        findings.note(place, "mask", words)
        return False
    if told.size is None and (told.boxes or told.drawings):
        words = f"“{short(told.attribute)}”: without the picture's size there are no percents"
        findings.note(place, "size", words)
        return False
    return True


def _results(line: Line, told: Told, findings: Findings) -> list[_Result]:
    common: _Result = {
        "from_name": told.attribute,
        "to_name": "image" if line.address else "text",
    }
    width, height = told.size or (1, 1)
    on_picture = common | {"original_width": width, "original_height": height}
    found: list[_Result] = []
    if told.classes:
        names = [each.name for each in told.classes]
        sure = [each.confidence for each in told.classes]
        found.append(common | {"type": "choices", "value": {"choices": names}})
        if any(one is not None for one in sure):
            found[0]["meta"] = {"confidences": sure}
    for box in told.boxes:
        if box.attributes:
            note_figure(line.number, f"attributes of “{short(box.label)}”", _TITLE, findings)
        sides = {
            "x": box.left / width * _HUNDRED,
            "y": box.top / height * _HUNDRED,
            "width": box.width / width * _HUNDRED,
            "height": box.height / height * _HUNDRED,
        }
        value = sides | {"rotation": 0, "rectanglelabels": [box.label]}
        found.append(_scored(on_picture | {"type": "rectanglelabels", "value": value}, box))
    for drawing in told.drawings:
        drawn = _drawn(drawing, width, height)
        if drawn:
            found += [_scored(on_picture | one, drawing) for one in drawn]
        else:
            what = f"a {drawing.form} of “{short(drawing.label)}”"
            note_figure(line.number, what, _TITLE, findings)
    found += [common | one for one in _strokes(line.number, told, findings)]
    for span in told.spans:
        value = {"start": span.start, "end": span.end, "labels": [span.label]}
        value["text"] = line.text[span.start : span.end]
        found.append(_scored(common | {"type": "labels", "value": value}, span))
    return found


def _strokes(place: int, told: Told, findings: Findings) -> Iterator[_Result]:
    """The areas of an answer, each a stroke of the brush."""
    left = _BRUSH_MOST
    for area in told.areas:
        body = brush.written(area)
        if body is None or len(body) > left:
            words = f"an area of “{short(area.label)}” is too large, or in too many pieces"
            findings.note(place, "mask", f"{words}; left out")
            continue
        left -= len(body)
        width, height = area.size
        value = {"format": "rle", "rle": list(body), "brushlabels": [area.label]}
        result = {"type": "brushlabels", "value": value}
        yield _scored(result | {"original_width": width, "original_height": height}, area)


def _scored(result: _Result, figure: Box | Drawing | Area | Span) -> _Result:
    return result if figure.confidence is None else result | {"score": figure.confidence}


def _drawn(drawing: Drawing, width: int, height: int) -> list[_Result]:
    """A polygon, or its points one by one; nothing for a line, which Label Studio does not draw."""
    points = [[x / width * _HUNDRED, y / height * _HUNDRED] for x, y in drawing.points]
    if drawing.form == "polygon":
        value: _Result = {"points": points, "closed": True, "polygonlabels": [drawing.label]}
        return [{"type": "polygonlabels", "value": value}]
    if drawing.form == "keypoint":
        values = [
            {"x": x, "y": y, "width": 1, "keypointlabels": [drawing.label]} for x, y in points
        ]
        return [{"type": "keypointlabels", "value": value} for value in values]
    return []


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per task, with an answer per `from_name` of its one annotation; where several people
    labeled, the first is read and the others are noted.
    """
    tasks = decoded(whole(files, only(files, ".json")), _TASKS, "export of Label Studio's tasks")
    left = brush.Left()
    for place, task in enumerate(tasks, 1):
        address, text = _object(task.data, naming)
        if not address and not text:
            findings.note(place, "source", "the task has no picture and no text; left out")
            continue
        _note_unread(place, task, address or text, findings)
        labeled = [each for each in task.annotations or () if not each.was_cancelled]
        if len(labeled) > 1:
            words = f"{len(labeled)} people labeled it; the first answer is read"
            findings.note(place, "several", words)
        told: tuple[Told, ...] = ()
        if labeled:
            left.begin()
            told = _told(place, labeled[0], _asked(task.meta), naming, _Reading(findings, left))
        yield Line(place, address, text, told)


def _note_unread(place: int, task: _Task, read: str, findings: Findings) -> None:
    """What a task tells beside its object and people's answers, which a line has no place for."""
    named = {name for name, value in task.data.items() if isinstance(value, str) and value}
    of_object = {name for name in named if task.data[name] == read} or {"image"}
    others = sorted(set(task.data) - of_object)
    if others:
        words = ", ".join(f"“{short(name)}”" for name in others[:_NAMED])
        findings.note(place, "data", f"left out of the task's data: {words}")
    if task.predictions:
        findings.note(place, "predictions", "a model's predictions are left out")


def _object(data: dict[str, Any], naming: Naming) -> tuple[str, str]:
    """The address of a task's picture, or its text."""
    text = data.get("text")
    if isinstance(text, str) and text:
        return "", text
    values = [value for value in data.values() if isinstance(value, str)]
    found = next((value for value in values if value.startswith("s3://")), "")
    name = found or data.get("image")
    if not isinstance(name, str) or not name:
        return "", ""
    return addressed(name if found else name.rpartition("/")[2], found, naming), ""


def _asked(meta: Any) -> dict[str, _Asked]:
    """What we wrote beside the task: what was asked of its object."""
    try:
        asked = msgspec.convert(meta, _Meta).asked
    except msgspec.ValidationError:
        return {}
    sizes = {name: sized(*each.size) if each.size else None for name, each in asked.items()}
    return {name: _Asked(each.kind, sizes[name]) for name, each in asked.items()}


def _told(
    place: int, said: _Annotation, asked: dict[str, _Asked], naming: Naming, reading: "_Reading"
) -> tuple[Told, ...]:
    created = said.created_at if isinstance(said.created_at, str) else ""
    by_name: dict[str, list[_Result]] = {name: [] for name in asked}
    listed = said.result if isinstance(said.result, list) else []
    for result in listed:
        if isinstance(result, dict) and isinstance(result.get("value"), dict):
            by_name.setdefault(str(result.get("from_name") or naming.attribute), []).append(result)
        else:
            kind = result.get("type") if isinstance(result, dict) else None
            reading.findings.note(
                place, "figure", f"a result of type {short(str(kind))} is left out"
            )
    answers = by_name or ({} if listed else {naming.attribute: []})
    dated = msgspec.structs.replace(naming, created=created or naming.created)
    made: list[Told] = []
    for name, results in answers.items():
        found = _read_all(place, results, reading)
        if found or all(result.get("type") == "choices" for result in results):
            about = asked.get(name) or _Asked("boxes", _size_of(results))
            made += _answers(found, about, msgspec.structs.replace(dated, attribute=name))
    return tuple(made)


def _read_all(place: int, results: list[_Result], reading: "_Reading") -> list[_Figure]:
    return [figure for result in results for figure in _read(place, result, reading)]


def _answers(found: list[_Figure], asked: _Asked, naming: Naming) -> Iterator[Told]:
    """What was said under one name. Areas are an answer of their own, under the name that Ground
    Truth wants for masks.
    """
    areas = tuple(each for each in found if isinstance(each, Area))
    if len(areas) < len(found) or not (areas or asked.kind == "mask"):
        yield _answer(found, asked, naming)
        if not areas:
            return
    ref = naming.attribute.removesuffix(_REF) + _REF
    size = areas[0].size if areas else asked.size
    made = _answer([], _Asked("mask", size), msgspec.structs.replace(naming, attribute=ref))
    yield msgspec.structs.replace(made, areas=areas)


def _answer(found: list[_Figure], asked: _Asked, naming: Naming) -> Told:
    drawings = tuple(each for each in found if isinstance(each, Drawing))
    spans = tuple(each for each in found if isinstance(each, Span))
    classes = tuple(each for each in found if isinstance(each, Class))
    there: dict[Kind, tuple[object, ...]] = {
        "classes": classes,
        "spans": spans,
        "drawings": drawings,
    }
    kind: Kind = next((kind for kind, figures in there.items() if figures), asked.kind)
    return Told(
        attribute=naming.attribute,
        type="",
        kind=kind,
        classes=classes,
        boxes=tuple(each for each in found if isinstance(each, Box)),
        drawings=drawings,
        spans=spans,
        size=asked.size,
        human=True,
        job=naming.job,
        created=naming.created,
    )


def _size_of(results: list[_Result]) -> _Size:
    """The picture's size, as the first result with one says it."""
    return next((size for result in results if (size := _size(result))), None)


def _size(result: _Result) -> tuple[int, int] | None:
    return sized(result.get("original_width"), result.get("original_height"))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is found in a file, and how much of its brush's strokes is still read."""

    findings: Findings
    left: brush.Left


def _read(place: int, result: _Result, reading: _Reading) -> Iterator[_Figure]:
    """The figures of one result."""
    findings = reading.findings
    value, kind = result["value"], str(result.get("type"))
    if kind == "choices":
        yield from _choices(value, result)
        return
    labels = value.get(kind)
    label = labels[0] if isinstance(labels, list) and labels else None
    for other in labels[1:] if isinstance(labels, list) else ():
        words = f"one figure has two labels; “{short(str(other))}” is left out"
        findings.note(place, "figure", words)
    if "rle" in value and kind in _BRUSHES and isinstance(label, str):
        area = _area(label, result, reading.left)
        if area is None:
            words = f"an area of “{short(label)}” is broken, huge, or in too many pieces; left out"
            findings.note(place, "mask", words)
        else:
            yield area
        return
    reader = _READERS.get(kind)
    figure = None
    if reader and isinstance(label, str):
        figure = reader(label, value, _size(result), number(result.get("score")))
    if figure is None:
        findings.note(place, "figure", f"a result of type {short(kind)} is left out")
        return
    if value.get("rotation"):
        findings.note(place, "rotation", f"“{short(str(label))}” is turned; its turn is left out")
    yield figure


def _area(label: str, result: _Result, left: brush.Left) -> Area | None:
    """The area of a stroke; None where it is none of its picture's."""
    size, packed = _size(result), result["value"]["rle"]
    try:
        body = bytes(packed) if isinstance(packed, list) else b""
    except (TypeError, ValueError):  # something else than numbers from 0 to 255
        return None
    runs = brush.read(body, size, left) if size else None
    return Area(label, size, runs, number(result.get("score"))) if size and runs else None


def _choices(value: _Result, result: _Result) -> Iterator[Class]:
    names = value.get("choices")
    meta = result.get("meta")
    sure = meta.get("confidences") if isinstance(meta, dict) else None
    for at, name in enumerate(names if isinstance(names, list) else ()):
        told = sure[at] if isinstance(sure, list) and at < len(sure) else None
        yield Class(str(name), number(told))


def _box(label: str, value: _Result, size: _Size, score: float | None) -> Box | None:
    sides = [number(value.get(name)) for name in ("x", "y", "width", "height")]
    if size is None or None in sides:
        return None
    x, y, across, down = (side for side in sides if side is not None)
    width, height = size[0] / _HUNDRED, size[1] / _HUNDRED
    left, top, across, down = map(_pixels, (x * width, y * height, across * width, down * height))
    return Box(label, left, top, across, down, score)


def _polygon(label: str, value: _Result, size: _Size, score: float | None) -> Drawing | None:
    listed = value.get("points")
    if size is None or not isinstance(listed, list):
        return None
    points = tuple(_point(each, size) for each in listed)
    whole_ones = tuple(point for point in points if point is not None)
    if not points or len(whole_ones) != len(points):
        return None
    return Drawing(label, "polygon", whole_ones, score)


def _keypoint(label: str, value: _Result, size: _Size, score: float | None) -> Drawing | None:
    point = _point([value.get("x"), value.get("y")], size) if size else None
    return Drawing(label, "keypoint", (point,), score) if point else None


def _point(pair: Any, size: tuple[int, int]) -> Point | None:
    sides = [number(side) for side in pair] if isinstance(pair, list) else []
    numbers = [side for side in sides if side is not None]
    if len(sides) != 2 or len(numbers) != 2:  # noqa: PLR2004 - x and y
        return None
    x, y = numbers
    return _pixels(x / _HUNDRED * size[0]), _pixels(y / _HUNDRED * size[1])


def _pixels(number: float) -> float:
    """Pixels to the millionth: the rest is what the division left."""
    return round(number, 6)


def _span(label: str, value: _Result, _size: _Size, score: float | None) -> Span | None:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    return Span(label, start, end, score)


_BRUSHES = {"brushlabels", "labels"}  # the second where labels stand beside a brush of their own
_READERS: dict[str, Any] = {
    "rectanglelabels": _box,
    "polygonlabels": _polygon,
    "keypointlabels": _keypoint,
    "labels": _span,
}

LABEL_STUDIO = Format(
    name="label-studio",
    title=_TITLE,
    file=_FILE,
    media_type="application/json",
    unheld="types, dates, jobs, and whether a person or a machine labeled",
    write=write,
    read=read,
    areas=True,
)
