"""Which of the figures that two people drew are the same thing (pure), and how well they cover each
other.

Promises to agreement: boxes, spans of a text (boxes one high), polygons and lines (by the boxes
round them) and cuboids (by their volumes, however they are turned round the upright axis) are
matched one to one, the best first; key points have no area and match nothing.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.manifests.shapes import Cuboid, FrameMarks, Point, Told

LEAST = 0.5
"""How much of their common area two figures must share to be one thing: the measure of PASCAL VOC,
which the field has used since 2005."""


class Mark(NamedTuple):
    """A figure and its label."""

    label: str
    left: float
    top: float
    right: float
    bottom: float


class Solid(NamedTuple):
    """A cuboid and its label: its corners from above, anticlockwise, and its ends."""

    label: str
    corners: tuple[Point, ...]
    bottom: float
    top: float


Figure = Mark | Solid


def marks(said: Told | FrameMarks) -> tuple[Figure, ...]:
    """The figures of an answer, or of one frame."""
    boxes = [
        Mark(box.label, box.left, box.top, box.left + box.width, box.top + box.height)
        for box in said.boxes
    ]
    drawn = [_round(drawing.label, drawing.points) for drawing in said.drawings]
    solid = [_solid(cuboid) for cuboid in said.cuboids]
    if isinstance(said, FrameMarks):
        return (*boxes, *drawn, *solid)
    spans = [Mark(span.label, span.start, 0, span.end, 1) for span in said.spans]
    return (*boxes, *spans, *drawn, *solid)


def _round(label: str, points: Sequence[tuple[float, float]]) -> Mark:
    across, down = zip(*points, strict=True)
    return Mark(label, min(across), min(down), max(across), max(down))


def _solid(cuboid: Cuboid) -> Solid:
    """The cuboid from above, and how high it stands."""
    x, y, z = cuboid.center
    length, width, height = cuboid.size
    along, across = math.cos(cuboid.yaw), math.sin(cuboid.yaw)
    corners = tuple(
        (x + ahead * along - aside * across, y + ahead * across + aside * along)
        for ahead, aside in (
            (length / 2, width / 2),
            (-length / 2, width / 2),
            (-length / 2, -width / 2),
            (length / 2, -width / 2),
        )
    )
    return Solid(cuboid.label, corners, z - height / 2, z + height / 2)


def overlap(one: Figure, other: Figure) -> float:
    """Intersection over union, 0 to 1: of areas, or of volumes."""
    if isinstance(one, Solid):
        return _solids(one, other) if isinstance(other, Solid) else 0.0
    return 0.0 if isinstance(other, Solid) else _flats(one, other)


def _solids(one: Solid, other: Solid) -> float:
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    shared = _surface(_clipped(one.corners, other.corners)) * height
    if height <= 0 or shared <= 0:
        return 0.0
    both = sum(_surface(each.corners) * (each.top - each.bottom) for each in (one, other))
    return _share(shared, both - shared)


def _clipped(polygon: Sequence[Point], window: Sequence[Point]) -> list[Point]:
    """What of a polygon lies in a window, whose corners go anticlockwise (Sutherland, Hodgman)."""
    left = list(polygon)
    for begin, end in pairwise((*window, window[0])):
        sides = [_side(begin, end, point) for point in left]
        kept: list[Point] = []
        for at, (point, side) in enumerate(zip(left, sides, strict=True)):
            before, other = left[at - 1], sides[at - 1]
            if (side < 0) != (other < 0):
                share = other / (other - side)
                kept.append(
                    (
                        before[0] + share * (point[0] - before[0]),
                        before[1] + share * (point[1] - before[1]),
                    )
                )
            if side >= 0:
                kept.append(point)
        left = kept
    return left


def _side(begin: Point, end: Point, point: Point) -> float:
    """Above 0 to the left of the line from `begin` to `end`, below 0 to its right."""
    across, up = end[0] - begin[0], end[1] - begin[1]
    return across * (point[1] - begin[1]) - up * (point[0] - begin[0])


def _surface(polygon: Sequence[Point]) -> float:
    edges = pairwise((*polygon, polygon[0])) if polygon else ()
    return sum(x * upper - right * y for (x, y), (right, upper) in edges) / 2


def _flats(one: Mark, other: Mark) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return _share(shared, _area(one) + _area(other) - shared)


def _share(shared: float, union: float) -> float:
    """Of two things one of which is a point or a plane, or so small that it counts as one: 0."""
    return min(1.0, shared / union) if union > 0 else 0.0


def matched(ours: Sequence[Figure], theirs: Sequence[Figure]) -> list[tuple[Figure, Figure, float]]:
    """Pairs of figures that are one thing, with how well they cover each other; each figure is in
    one pair at most. Of equals, those of one label come first.
    """
    close = [
        (share, one.label == other.label, mine, yours)
        for mine, one in enumerate(ours)
        for yours, other in enumerate(theirs)
        if (share := overlap(one, other)) >= LEAST
    ]
    close.sort(key=lambda pair: (-pair[0], not pair[1], pair[2], pair[3]))
    found, taken, gone = [], set[int](), set[int]()
    for share, _same, mine, yours in close:
        if mine not in taken and yours not in gone:
            taken.add(mine)
            gone.add(yours)
            found.append((ours[mine], theirs[yours], share))
    return found


def _area(mark: Mark) -> float:
    return (mark.right - mark.left) * (mark.bottom - mark.top)
