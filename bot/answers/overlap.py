"""Which of the figures that two people drew are the same thing (pure), and how well they cover each
other.

Promises to agreement: boxes, spans of a text (boxes one high), polygons and lines (by the boxes
round them) are matched one to one, the best first; key points have no area and match nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.manifests.shapes import Told

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


def marks(said: Told) -> tuple[Mark, ...]:
    """The figures of an answer."""
    boxes = [
        Mark(box.label, box.left, box.top, box.left + box.width, box.top + box.height)
        for box in said.boxes
    ]
    spans = [Mark(span.label, span.start, 0, span.end, 1) for span in said.spans]
    drawn = [_round(drawing.label, drawing.points) for drawing in said.drawings]
    return (*boxes, *spans, *drawn)


def _round(label: str, points: Sequence[tuple[float, float]]) -> Mark:
    across, down = zip(*points, strict=True)
    return Mark(label, min(across), min(down), max(across), max(down))


def overlap(one: Mark, other: Mark) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(one) + _area(other) - shared)


def matched(ours: Sequence[Mark], theirs: Sequence[Mark]) -> list[tuple[Mark, Mark, float]]:
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
