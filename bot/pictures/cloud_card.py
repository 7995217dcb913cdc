"""A point cloud from above: its points, coloured by class where each has one, and its cuboids as
they stand on the ground.
"""

import math
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from bot.manifests.shapes import Cuboid
from bot.pictures.lettering import blank, tag
from bot.pictures.opened import Undrawable
from bot.pictures.palette import PAPER, Colours

_POINTS_MOST = 60_000  # ours: more than that are one spot
_POINTS_FEW = 6_000  # ours: fewer than these are drawn larger, to be seen
_CUBOIDS_MOST = 500
_ROOM = 8
_GROUND = (24, 26, 31)
_UNNAMED = (150, 155, 165)
_FAR = 1e7

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of a cloud as far as they are drawn: x and y of each, and its number in the file, from
    0.
    """

    points: list[Point]
    numbers: list[int]


def points_of(body: bytes, form: str) -> Cloud:
    """The cloud of a file; of many points, some evenly spaced. `form` is a manifest's format
    ("text/xyzi"), or the end of the file's name.

    Raises:
        Undrawable: it is no such cloud.

    """
    is_text = form.startswith("text/") or form.endswith((".txt", ".xyz", ".csv"))
    members = len(form.partition("/")[2]) if form.startswith(("text/", "binary/")) else 4
    try:
        found = list(_texts(body) if is_text else _packed(body, members))
    except (ValueError, UnicodeDecodeError) as error:
        raise Undrawable("not a point cloud that can be read") from error
    kept = [each for each in found if abs(each[1]) < _FAR and abs(each[2]) < _FAR]
    if not kept:
        raise Undrawable("a point cloud without points")
    return Cloud([(x, y) for _, x, y in kept], [number for number, _, _ in kept])


def classes_of(body: bytes, cloud: Cloud) -> list[int]:
    """The number of the class of each point drawn (Ground Truth's .zlib file, a byte a point). No
    more is unpacked than the cloud has points.

    Raises:
        Undrawable: it is no such file.

    """
    try:
        classes = zlib.decompressobj().decompress(body, cloud.numbers[-1] + 1)
    except zlib.error as error:
        raise Undrawable("its file of classes is broken") from error
    return [classes[each] if each < len(classes) else 0 for each in cloud.numbers]


def cloud_card(  # noqa: PLR0913 - what lies in the cloud, and what it is drawn with
    cloud: Cloud,
    cuboids: Sequence[Cuboid],
    colours: Colours,
    size: tuple[int, int],
    *,
    letter: int,
    labels: Sequence[str] = (),
) -> Image.Image:
    """The cloud, x to the right and y up. `labels` are the classes of its points, one a point, ""
    for none.
    """
    image, draw = blank(size, _GROUND)
    place = _Place(cloud.points, size)
    spot = 1 if len(cloud.points) < _POINTS_FEW else 0
    for number, point in enumerate(cloud.points):
        label = labels[number] if labels else ""
        x, y = place.of(point)
        colour = colours.of(label) if label else _UNNAMED
        draw.rectangle((x, y, x + spot, y + spot), fill=colour)
    names = []
    for cuboid in cuboids[:_CUBOIDS_MOST]:
        corners = [place.of(corner) for corner in _corners(cuboid)]
        draw.line([*corners, corners[0]], fill=PAPER, width=4)
        draw.line([*corners, corners[0]], fill=colours.of(cuboid.label), width=2)
        names.append((cuboid.label, (min(x for x, _ in corners), min(y for _, y in corners))))
    _name(image, names, colours, letter)
    return image


def _name(
    image: Image.Image,
    names: Sequence[tuple[str, Point]],
    colours: Colours,
    letter: int,
) -> None:
    for label, at in names[:12]:
        tag(image, at, label, letter, colours.of(label))


class _Place:
    """Where a point of the cloud lies on the card."""

    def __init__(self, points: Sequence[Point], size: tuple[int, int]) -> None:
        self._left, self._bottom = min(x for x, _ in points), min(y for _, y in points)
        wide = max(x for x, _ in points) - self._left
        high = max(y for _, y in points) - self._bottom
        room = size[0] - 2 * _ROOM, size[1] - 2 * _ROOM
        self._scale = min(room[0] / max(wide, 1e-6), room[1] / max(high, 1e-6))
        self._x = (size[0] - wide * self._scale) / 2
        self._y = (size[1] - high * self._scale) / 2
        self._high = size[1]

    def of(self, point: Point) -> Point:
        """In pixels of the card; what lies far outside is drawn at some far place."""
        x = self._x + (point[0] - self._left) * self._scale
        y = self._y + (point[1] - self._bottom) * self._scale
        return min(_FAR, max(-_FAR, x)), min(_FAR, max(-_FAR, self._high - y))


def _corners(cuboid: Cuboid) -> list[Point]:
    """The four corners on the ground, turned by its yaw."""
    (x, y, _), (long, wide, _) = cuboid.center, cuboid.size
    cos, sin = math.cos(cuboid.yaw), math.sin(cuboid.yaw)
    return [
        (x + a * long / 2 * cos - b * wide / 2 * sin, y + a * long / 2 * sin + b * wide / 2 * cos)
        for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]


def _texts(body: bytes) -> Iterator[tuple[int, float, float]]:
    """Number, x and y of some of the lines of numbers."""
    step = max(1, body.count(b"\n") // _POINTS_MOST)
    for number, line in enumerate(BytesIO(body)):
        row = line[:200].split() if number % step == 0 else []
        if len(row) > 1:
            yield number, float(row[0]), float(row[1])


def _packed(body: bytes, members: int) -> Iterator[tuple[int, float, float]]:
    """The same of floats of four bytes, little end first, so many to a point."""
    numbers = array("f")
    numbers.frombytes(body[: len(body) - len(body) % (4 * members)])
    if sys.byteorder == "big":
        numbers.byteswap()
    many = len(numbers) // members
    for number in range(0, many, max(1, many // _POINTS_MOST)):
        yield number, numbers[number * members], numbers[number * members + 1]
