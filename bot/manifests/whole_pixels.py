"""Boxes between pixels are put on whole ones (pure): what several people drew arrives as
Rekognition takes it.

Ground Truth writes the average of several people's boxes, so real files have `"left": 10.5`, and
scripts write 416.0. Promised to the conversion: edges go to the nearest pixel (halves to the right
and down, so that a box as wide as whole pixels stays as wide), a box is cut at the edges of its
picture and keeps one pixel at least, and a box that is not four numbers, or of which nothing lies
in its picture, is left to Rekognition's own rules.
"""

from math import floor
from typing import Any, NamedTuple, TypeGuard

from bot.manifests import rekognition_rules as rules

_SIDES = ("left", "top", "width", "height")
_READ = {*_SIDES, "class_id", "depth"}


class Placed(NamedTuple):
    """A label's boxes as they are sent: how many were `rounded` to whole pixels, how many `clipped`
    to the picture.
    """

    value: Any
    rounded: int = 0
    clipped: int = 0


class _Span(NamedTuple):
    """A box along one side of the picture, in whole pixels; `inside` when some of it lies in the
    picture.
    """

    start: int
    length: int
    inside: bool
    clipped: bool


def placed(value: Any) -> Placed:
    """The value of a box label on whole pixels; one without a picture's size and a list of boxes
    stays as it is.
    """
    sizes = value.get("image_size") if isinstance(value, dict) else None
    drawn = value.get("annotations") if isinstance(value, dict) else None
    if not isinstance(sizes, list) or not isinstance(drawn, list):
        return Placed(value)
    value = value | {"image_size": [_read(each) for each in sizes]}
    size = rules.image_size(value)
    if size is None:
        return Placed(value)
    boxes = [Placed(box) if _fits(box, size) else _box(_read(box), size) for box in drawn]
    rounded, clipped = sum(box.rounded for box in boxes), sum(box.clipped for box in boxes)
    return Placed(value | {"annotations": [box.value for box in boxes]}, rounded, clipped)


def _fits(box: Any, size: tuple[int, int]) -> bool:
    """Whether there is nothing to do: so it is with most boxes, and finding out is quicker than
    doing it.
    """
    if not isinstance(box, dict) or type(box.get("class_id")) is float:
        return False
    left, top, width, height = map(box.get, _SIDES)
    if not (type(left) is type(top) is type(width) is type(height) is int):
        return False
    return left >= 0 and top >= 0 and 0 < width <= size[0] - left and 0 < height <= size[1] - top


def _box(box: Any, size: tuple[int, int]) -> Placed:
    """One box; what is no box of four numbers stays as it is."""
    given = [box.get(side) for side in _SIDES] if isinstance(box, dict) else []
    numbers = [number for number in given if _number(number)]
    if len(numbers) != len(_SIDES):
        return Placed(box)
    left, top, width, height = numbers
    across, down = _span(left, width, size[0]), _span(top, height, size[1])
    usable = across.inside and down.inside
    if not usable:
        across, down = _outside(left, width), _outside(top, height)
    pixels = (across.start, down.start, across.length, down.length)
    fractions = any(isinstance(number, float) for number in numbers)
    value = box | dict(zip(_SIDES, pixels, strict=True))
    return Placed(value, usable and fractions, across.clipped or down.clipped)


def _span(start: float, length: float, limit: int) -> _Span:
    """One side of a box in a picture of `limit` pixels."""
    near, far = max(0, start), min(limit, start + length)
    if far <= near:
        return _outside(start, length)
    first, end = _nearest(near), _nearest(far)
    if first == end:  # thinner than a pixel: the pixel that holds its middle
        first = min(floor((near + far) / 2), limit - 1)
        end = first + 1
    return _Span(
        first,
        end - first,
        inside=True,
        clipped=_nearest(start) < 0 or _nearest(start + length) > limit,
    )


def _outside(start: float, length: float) -> _Span:
    """One side of a box that cannot be used: on whole pixels, so that it spoils no other box, and
    as wrong as it was.

    Its edges are rounded, not its length, or an edge at -0.5 would bring it into the picture.
    """
    first = _nearest(start)
    return _Span(first, _nearest(start + length) - first, inside=False, clipped=False)


def _nearest(edge: float) -> int:
    """The pixel edge that is nearest; of two equally near the greater one."""
    return floor(edge + 0.5)


def _read(part: Any) -> Any:
    """A box or a picture's size with its whole numbers read as such, however they are written
    (416.0 is 416).
    """
    if not isinstance(part, dict):
        return part
    whole = {
        name: int(number)
        for name, number in part.items()
        if name in _READ and isinstance(number, float) and number.is_integer() and _number(number)
    }
    return part | whole


def _number(number: Any) -> TypeGuard[float]:
    """Whether it is a number that every JSON reader reads alike."""
    return (
        isinstance(number, int | float)
        and not isinstance(number, bool)
        and abs(number) < rules.WHOLE_LIMIT
    )
