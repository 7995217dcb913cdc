"""COCO's annotations (pure): one JSON file of images, annotations and categories.

Boxes are [left, top, width, height] in pixels, polygons are lists of x and y; an image without
annotations is one on which there is nothing. `coco_url` keeps the picture's S3 address, `score` a
confidence, `attributes` a box's own. Image and annotation ids count from 1.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    Numbers,
    Piece,
    addressed,
    chosen,
    decoded,
    drawn,
    extent,
    note_figure,
    only,
    picture,
    plain,
    sized,
    whole,
)
from bot.manifests.json_words import short
from bot.manifests.plain_values import items, number
from bot.manifests.shapes import Box, Drawing, Kind, Line, Point, Told

_TITLE = "COCO"
_FILE = "annotations.json"
_HOLDS: frozenset[Kind] = frozenset({"boxes", "drawings"})
_IMAGES, _ANNOTATIONS, _CATEGORIES = range(3)
_POLYGON_LEAST = 3  # points
_SIDES = 4  # left, top, width, height
_encode = msgspec.json.Encoder().encode


class _Image(msgspec.Struct, gc=False):
    id: int
    file_name: str
    width: Any = None
    height: Any = None
    coco_url: Any = ""


class _Annotation(msgspec.Struct):
    image_id: int
    category_id: int
    bbox: Any = None
    segmentation: Any = None
    iscrowd: Any = 0
    score: Any = None
    attributes: Any = None
    keypoints: Any = None


class _Category(msgspec.Struct, gc=False):
    id: int
    name: str


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


_FILES = msgspec.json.Decoder(_File)


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """One file in three sections, so that images and annotations can come mixed."""
    categories = Numbers(1)
    images = annotations = 0
    yield Piece(_FILE, b'{"info":{"description":"labels"},"images":[', _IMAGES)
    yield Piece(_FILE, b'],"annotations":[', _ANNOTATIONS)
    for line in lines:
        told = chosen(line, _HOLDS, attribute, _TITLE, findings)
        address = picture(line, _TITLE, findings) if told else None
        if told is None or address is None:
            continue
        figures = list(_figures(line.number, told, findings))
        comma = b"," if images else b""
        images += 1
        yield Piece(_FILE, comma + _encode(_image(images, line, address.key, told)), _IMAGES)
        drawn = [b""] if annotations else []
        for label, figure in figures:
            annotations += 1
            ids = {"id": annotations, "image_id": images, "category_id": categories.of(label)}
            drawn.append(_encode(ids | figure | {"iscrowd": 0}))
        if figures:
            yield Piece(_FILE, b",".join(drawn), _ANNOTATIONS)
    listed = [{"id": place, "name": label} for label, place in categories.items()]
    yield Piece(_FILE, b'],"categories":' + _encode(listed) + b"}\n", _CATEGORIES)


def _image(place: int, line: Line, key: str, told: Told) -> dict[str, Any]:
    said: dict[str, Any] = {"id": place, "file_name": key, "coco_url": line.address}
    if told.size:
        said |= {"width": told.size[0], "height": told.size[1]}
    return said


def _figures(place: int, told: Told, findings: Findings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each label with what its annotation says of it."""
    if told.size is None:
        findings.note(place, "size", "the picture's size is not known; COCO's tools want it")
    for box in told.boxes:
        figure: dict[str, Any] = {
            "bbox": [plain(side) for side in (box.left, box.top, box.width, box.height)],
            "area": box.width * box.height,
        }
        if box.attributes:
            figure["attributes"] = dict(box.attributes)
        yield box.label, figure | _score(box.confidence)
    for drawing in told.drawings:
        if drawing.form != "polygon" or len(drawing.points) < _POLYGON_LEAST:
            note_figure(place, f"a {drawing.form} of “{short(drawing.label)}”", _TITLE, findings)
            continue
        figure = {
            "segmentation": [[plain(side) for point in drawing.points for side in point]],
            "bbox": [plain(side) for side in extent(drawing.points)],
            "area": _area(drawing.points),
        }
        yield drawing.label, figure | _score(drawing.confidence)


def _score(confidence: float | None) -> dict[str, float]:
    return {} if confidence is None else {"score": confidence}


def _area(points: tuple[Point, ...]) -> float:
    """A polygon's area in square pixels."""
    edges = pairwise((*points, points[0]))
    return abs(sum(x * below - right * y for (x, y), (right, below) in edges)) / 2


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per image; a polygon's own box is what its points say, and is not told twice."""
    found = decoded(whole(files, only(files, ".json")), _FILES, "file of COCO's annotations")
    names = {each.id: each.name for each in found.categories}
    of_image: dict[int, list[_Annotation]] = {each.id: [] for each in found.images}
    for place, each in enumerate(found.annotations, 1):
        if each.image_id not in of_image:
            findings.note(0, "image", f"annotation {place:,}: there is no image {each.image_id}")
        else:
            of_image[each.image_id].append(each)
    for place, image in enumerate(found.images, 1):
        url = image.coco_url if isinstance(image.coco_url, str) else ""
        figures = [
            figure for each in of_image[image.id] for figure in _read(each, place, names, findings)
        ]
        told = drawn(figures, sized(image.width, image.height), naming)
        yield Line(place, addressed(image.file_name, url, naming), "", (told,))


def _read(
    said: _Annotation, place: int, names: dict[int, str], findings: Findings
) -> Iterator[Box | Drawing]:
    label = names.get(said.category_id)
    if label is None:
        findings.note(place, "category", f"there is no category {said.category_id}")
        return
    if said.iscrowd:
        findings.note(place, "crowd", f"a crowd of “{short(label)}” is no single figure; left out")
        return
    if said.keypoints:
        findings.note(place, "figure", f"key points of “{short(label)}” are left out")
    score = number(said.score)
    if isinstance(said.segmentation, list) and said.segmentation:
        if len(said.segmentation) > 1:
            words = f"“{short(label)}” of {len(said.segmentation)} polygons becomes as many figures"
            findings.note(place, "parts", words)
        for ring in said.segmentation:
            points = _points(ring)
            if points:
                yield Drawing(label, "polygon", points, score)
            else:
                findings.note(place, "figure", f"a polygon of “{short(label)}” cannot be read")
        return
    sides = [number(side) for side in items(said.bbox)]
    left, top, width, height = sides if len(sides) == _SIDES else [None] * _SIDES
    if left is None or top is None or width is None or height is None:
        findings.note(place, "figure", f"“{short(label)}” has no box of four numbers; left out")
        return
    if said.segmentation:
        findings.note(place, "mask", f"the mask of “{short(label)}” is left out, its box is kept")
    more = said.attributes if isinstance(said.attributes, dict) else {}
    attributes = tuple((str(name), _text(value)) for name, value in more.items())
    yield Box(label, left, top, width, height, score, attributes)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _encode(value).decode()


def _points(ring: Any) -> tuple[Point, ...]:
    """The points of x, y, x, y …; none where it is something else."""
    if not isinstance(ring, list) or len(ring) % 2 or len(ring) < 2 * _POLYGON_LEAST:
        return ()
    sides = [number(side) for side in ring]
    numbers = [side for side in sides if side is not None]
    if len(numbers) != len(sides):
        return ()
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


COCO = Format(
    name="coco",
    title=_TITLE,
    file=_FILE,
    media_type="application/json",
    unheld="dates, jobs, and whether a person or a machine labeled",
    write=write,
    read=read,
)
