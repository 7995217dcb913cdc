"""The files of frames (pure): which frames a sequence has, and what was marked in each of them.

Promises to drawing: whatever such a file holds, what can be read of it is given and nothing raises;
names are matched as Ground Truth writes them (`class-id` is a text in files of pictures, a whole
number in those of clouds).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bot.manifests.plain_values import items, member, number, text
from bot.manifests.shapes import Box, Cuboid, Drawing, FrameMarks

_LISTS = ("detection-annotations", "tracking-annotations")
_FORMS = (("polygons", "polygon"), ("polylines", "polyline"), ("keypoints", "keypoint"))
_FRAMES_MOST = 2_000  # Ground Truth: frames of a sequence
_DECODE = msgspec.json.Decoder().decode


def frame_addresses(body: bytes) -> tuple[tuple[str, str], ...]:
    """Name and address of each frame that a sequence file lists, in its order."""
    content = _content(body)
    prefix = text(member(content, "prefix"))
    names = (text(member(each, "frame")) for each in items(member(content, "frames")))
    return tuple((name, prefix + name) for name in names if name)[:_FRAMES_MOST]


def frame_marks(body: bytes, names: Mapping[str, str]) -> tuple[FrameMarks, ...]:
    """What a file of labels (SeqLabel.json) says of each frame; `names` are those of class
    numbers.
    """
    content = _content(body)
    found = [items(member(content, each)) for each in _LISTS]
    frames = next((each for each in found if each), [])
    return tuple(_frame(each, names) for each in frames[:_FRAMES_MOST])


def frames_answered(given: Sequence[Any]) -> tuple[FrameMarks, ...]:
    """What one person marked in each frame, where labels stand by their names.

    UNSURE: how the pages of AWS for frames and point clouds keep their answers.
    """
    return tuple(_frame(each, {}) for each in given[:_FRAMES_MOST])


def _content(body: bytes) -> Any:
    try:
        return _DECODE(body)
    except (msgspec.DecodeError, RecursionError):
        return None


def _frame(given: Any, names: Mapping[str, str]) -> FrameMarks:
    name = text(member(given, "frame")) or text(member(given, "frame-name"))
    marks = items(member(given, "annotations"))
    return FrameMarks(
        name,
        tuple(box for each in marks for box in _box(each, names)),
        (*_drawings(given, names), *(line for each in marks for line in _line(each, names))),
        tuple(cuboid for each in marks for cuboid in _cuboid(each, names)),
    )


def _box(mark: Any, names: Mapping[str, str]) -> Iterator[Box]:
    left, top, width, height = (
        number(member(mark, side)) for side in ("left", "top", "width", "height")
    )
    if left is not None and top is not None and width is not None and height is not None:
        yield Box(_label(mark, names), left, top, width, height)


def _drawings(given: Any, names: Mapping[str, str]) -> Iterator[Drawing]:
    for key, form in _FORMS:
        for each in items(member(given, key)):
            points = [_point(one) for one in items(member(each, "vertices"))] or [_point(each)]
            kept = tuple(point for point in points if point is not None)
            if kept:
                yield Drawing(_label(each, names), form, kept)  # type: ignore[arg-type]


def _line(mark: Any, names: Mapping[str, str]) -> Iterator[Drawing]:
    """What is drawn by points and stands among the marks, whose forms nobody tells."""
    points = [_point(one) for one in items(member(mark, "vertices"))]
    kept = tuple(point for point in points if point is not None)
    if kept:
        yield Drawing(_label(mark, names), "polyline", kept)


def _point(given: Any) -> tuple[float, float] | None:
    x, y = number(member(given, "x")), number(member(given, "y"))
    return None if x is None or y is None else (x, y)


def _cuboid(mark: Any, names: Mapping[str, str]) -> Iterator[Cuboid]:
    keys = ("center-x", "center-y", "center-z", "length", "width", "height")
    where = [number(member(mark, key)) for key in keys]
    known = [each for each in where if each is not None]
    if len(known) == len(keys):
        x, y, z, long, wide, high = known
        yaw = number(member(mark, "yaw")) or 0.0
        yield Cuboid(_label(mark, names), (x, y, z), (long, wide, high), yaw)


def _label(mark: Any, names: Mapping[str, str]) -> str:
    """The name of its class; of what is followed, what stands before the colon of its own name."""
    known = names.get(str(member(mark, "class-id"))) or text(member(mark, "label"))
    return known or text(member(mark, "object-name")).rpartition(":")[0] or "?"
