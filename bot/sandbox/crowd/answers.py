"""Workers' answers: the JSON that the crowd elements submit, read strictly into plain values, and
written back.

Promised to the consolidation and to the worker pages: ``read`` either returns a value of the task's
shape or raises ``AnswerFault`` in words for the worker. Boxes are in image pixels, offsets of spans
are Unicode code points.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.crowd import masks, scenes
from bot.sandbox.crowd.masks import Mask
from bot.sandbox.crowd.scenes import NotAScene, PointClasses, Scene
from bot.sandbox.crowd.task_kinds import TaskKind


class AnswerFault(Exception):
    """The answer cannot be recorded; the message tells the worker why."""


@dataclass(frozen=True)
class Box:
    """A rectangle in image pixels with its label."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Boxes:
    """All boxes of one picture, with the picture's size in pixels."""

    boxes: tuple[Box, ...]
    width: int
    height: int


@dataclass(frozen=True, order=True)
class Span:
    """A labeled run of characters; ``end`` is the first character after it."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Classes:
    """The classes picked: one for a single-label task, any number for a multi-label one."""

    labels: tuple[str, ...]
    comment: str = ""


@dataclass(frozen=True)
class Spans:
    """The entities marked in a text, in reading order."""

    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Custom:
    """The whole content of a custom page, as submitted."""

    content: Mapping[str, Any]


Answer = Classes | Boxes | Mask | Spans | Scene | PointClasses | Custom


def read(kind: TaskKind, labels: Sequence[str], content: Any) -> Answer:
    """Read a submitted answer: ``{"<element name>": {...}}`` with the member that the task type
    asks for.

    ``labels`` are the names in the label category file. Raises AnswerFault.
    """
    if not isinstance(content, dict):
        raise AnswerFault("The page sent no answer. Reload the page and try again.")
    if kind.is_scene:
        return _scene(kind, labels, content)
    reader = _READERS.get(kind.shape)
    return Custom(content) if reader is None else reader(labels, content)


def write(kind: TaskKind, answer: Answer) -> dict[str, Any]:
    """The JSON that the task type's own crowd element submits for this answer; ``read`` reads it
    back.
    """
    match answer:
        case Classes(labels, comment):
            picked: dict[str, Any] = (
                {"labels": list(labels)} if kind.shape == "several" else {"label": labels[0]}
            )
            return {kind.element: picked | ({"workerComment": comment} if comment else {})}
        case Boxes(boxes, width, height):
            drawn = [
                {
                    "height": b.height,
                    "label": b.label,
                    "left": b.left,
                    "top": b.top,
                    "width": b.width,
                }
                for b in boxes
            ]
            return {
                kind.element: {
                    "boundingBoxes": drawn,
                    "inputImageProperties": {"height": height, "width": width},
                }
            }
        case Mask(labels, width, height):
            mappings = {
                label: {"color": masks.colour_of(number)}
                for number, label in enumerate(labels, start=1)
            }
            return {
                kind.element: {
                    "inputImageProperties": {"height": height, "width": width},
                    "labelMappings": mappings,
                    "labeledImage": {"pngImageData": masks.to_text(answer)},
                }
            }
        case Spans(spans):
            found = [{"endOffset": s.end, "label": s.label, "startOffset": s.start} for s in spans]
            return {kind.element: {"entities": found}}
        case Scene() | PointClasses():
            return scenes.write(answer)
        case Custom(content):
            return dict(content)


def _part(content: Mapping[str, Any], member: str, wanted: str) -> Mapping[str, Any]:
    for value in content.values():
        if isinstance(value, dict) and member in value:
            return value
    raise AnswerFault(wanted)


def _known(labels: Sequence[str], label: Any) -> str:
    if not isinstance(label, str) or label not in labels:
        raise AnswerFault(f"{label!r} is not one of this job's labels: {', '.join(labels)}.")
    return label


def _one(labels: Sequence[str], content: Mapping[str, Any]) -> Classes:
    part = _part(content, "label", "Pick one of the labels before you submit.")
    return Classes((_known(labels, part["label"]),), str(part.get("workerComment", "")))


def _several(labels: Sequence[str], content: Mapping[str, Any]) -> Classes:
    picked = _part(content, "labels", "Pick the labels that fit before you submit.")["labels"]
    if not isinstance(picked, list):
        raise AnswerFault("The labels picked must be a list.")
    return Classes(tuple(dict.fromkeys(_known(labels, label) for label in picked)))


def _whole(box: Any, member: str) -> int:
    value = box.get(member) if isinstance(box, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerFault(f"A box has no {member}. Draw it again.")
    return round(value)


def _boxes(labels: Sequence[str], content: Mapping[str, Any]) -> Boxes:
    part = _part(
        content,
        "boundingBoxes",
        "The picture has not loaded, so no boxes could be drawn. Return the task.",
    )
    size = part.get("inputImageProperties")
    width, height = _whole(size, "width"), _whole(size, "height")
    drawn = part["boundingBoxes"]
    if not isinstance(drawn, list):
        raise AnswerFault("The boxes must be a list.")
    boxes = []
    for box in drawn:
        left, top = _whole(box, "left"), _whole(box, "top")
        box_width, box_height = _whole(box, "width"), _whole(box, "height")
        inside = left >= 0 and top >= 0 and left + box_width <= width and top + box_height <= height
        if not inside or box_width < 1 or box_height < 1:
            raise AnswerFault(
                f"A box lies outside the picture of {width} by {height} pixels. Draw it again."
            )
        boxes.append(Box(_known(labels, box.get("label")), left, top, box_width, box_height))
    return Boxes(tuple(boxes), width, height)


def _mask(labels: Sequence[str], content: Mapping[str, Any]) -> Mask:
    part = _part(
        content,
        "labeledImage",
        "The picture has not loaded, so nothing could be painted. Return the task.",
    )
    size = part.get("inputImageProperties")
    width, height = _whole(size, "width"), _whole(size, "height")
    mappings, image = part.get("labelMappings"), part["labeledImage"]
    if not isinstance(mappings, dict) or not isinstance(image, dict):
        raise AnswerFault("The page sent no painted picture. Reload the page and try again.")
    colours = {
        _known(labels, label): str(given.get("color", "")) for label, given in mappings.items()
    }
    try:
        return masks.from_text(str(image.get("pngImageData", "")), (width, height), labels, colours)
    except masks.NoMask as fault:
        raise AnswerFault(
            f"The painted picture cannot be read: {fault}. Paint it again."
        ) from fault


def _spans(labels: Sequence[str], content: Mapping[str, Any]) -> Spans:
    found = _part(content, "entities", "The text was not marked. Reload the page and try again.")[
        "entities"
    ]
    if not isinstance(found, list):
        raise AnswerFault("The entities must be a list.")
    spans = []
    for entity in found:
        start, end = _whole(entity, "startOffset"), _whole(entity, "endOffset")
        if start < 0 or end <= start:
            raise AnswerFault("A marked passage is empty. Mark it again.")
        spans.append(Span(start, end, _known(labels, entity.get("label"))))
    return Spans(tuple(sorted(set(spans))))


def _scene(
    kind: TaskKind, labels: Sequence[str], content: Mapping[str, Any]
) -> Scene | PointClasses:
    try:
        return scenes.read(labels, content, kind.shape)
    except NotAScene as fault:
        raise AnswerFault(f"The answer cannot be read: {fault}. Do the task again.") from fault


_READERS: Mapping[str, Callable[[Sequence[str], Mapping[str, Any]], Answer]] = {
    "one": _one,
    "several": _several,
    "boxes": _boxes,
    "mask": _mask,
    "spans": _spans,
}
