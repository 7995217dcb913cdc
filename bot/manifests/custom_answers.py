"""What a custom job's answer draws (pure), where its page is made of AWS's elements.

Promises to `told.py`: the answer of crowd-bounding-box, crowd-polygon, crowd-polyline,
crowd-keypoint, crowd-semantic-segmentation and crowd-instance-segmentation is read, whether a
function of one's own wrote it or AWS's PassThrough did (each worker's content as JSON in a text; of
one worker it is the label, of several nobody made one). Anything else draws nothing.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from bot.manifests.plain_values import items, member, numbers, text
from bot.manifests.shapes import INLINE, Box, Drawing, Kind, Mask, Point

_FORMS: tuple[tuple[str, Literal["polygon", "polyline", "keypoint"]], ...] = (
    ("polygons", "polygon"),
    ("polylines", "polyline"),
    ("keypoints", "keypoint"),
)
_BOXES = "boundingBoxes"


def drawn_in(value: Any) -> dict[str, Any]:
    """The members of `Told` that the answer gives: `kind`, `boxes` or `drawings` and `size`, or a
    `mask`.
    """
    for answer in (value, *_within(_content(value))):
        image = text(member(member(answer, "labeledImage"), "pngImageData"))
        if image:
            return {"kind": "mask", "mask": Mask(INLINE + image, tuple(colours_in(answer)))}
        boxes = tuple(_boxes(answer))
        drawings = tuple(_drawings(answer))
        if not boxes and not drawings:
            continue
        kind: Kind = "drawings" if drawings else "boxes"
        size = pixels(member(answer, "inputImageProperties"))
        return {"kind": kind, "boxes": boxes, "drawings": drawings, "size": size}
    return {}


def colours_in(answer: Any) -> Iterator[tuple[str, str]]:
    """Each colour ("#rrggbb") of a painted picture with its label: of labels, or of things one by
    one.
    """
    labels = member(answer, "labelMappings")
    for label, said in labels.items() if isinstance(labels, dict) else ():
        yield text(member(said, "color")), label
    for each in items(member(answer, "instances")):
        yield text(member(each, "color")), text(member(each, "label"))


def _content(value: Any) -> Any:
    """The one worker's content of a PassThrough answer; any other value as it is."""
    workers = items(member(value, "annotationsFromAllWorkers"))
    if len(workers) != 1:
        return value
    content = text(member(member(workers[0], "annotationData"), "content"))
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _within(value: Any) -> Iterator[Any]:
    """The answer itself and what its elements, by their names, say."""
    yield value
    if isinstance(value, dict):
        yield from value.values()


def _boxes(answer: Any) -> Iterator[Box]:
    for each in items(member(answer, _BOXES)):
        sides = numbers(each, ("left", "top", "width", "height"))
        if sides:
            left, top, width, height = sides
            yield Box(text(member(each, "label")), left, top, width, height)


def _drawings(answer: Any) -> Iterator[Drawing]:
    for name, form in _FORMS:
        for each in items(member(answer, name)):
            places = [each] if form == "keypoint" else items(member(each, "vertices"))
            points = tuple(point for place in places for point in _point(place))
            if points:
                yield Drawing(text(member(each, "label")), form, points)


def _point(place: Any) -> Iterator[Point]:
    found = numbers(place, ("x", "y"))
    if found:
        x, y = found
        yield x, y


def pixels(said: Any) -> tuple[int, int] | None:
    """A picture's width and height; None where they are not told."""
    found = numbers(said, ("width", "height"))
    if not found or min(found) < 1:
        return None
    width, height = found
    return int(width), int(height)
