"""COCO's annotations (pure): one JSON file of images, annotations and categories.

Boxes are [left, top, width, height] in pixels, polygons are lists of x and y; an image without
annotations is one on which there is nothing. `coco_url` keeps the picture's S3 address, `score` a
confidence, `attributes` a box's own. Image and annotation ids count from 1. The areas of a mask are
run lengths, one annotation for each label. A key point is an annotation of one point: nobody told
which points are of one thing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from bot.manifests import areas
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
from bot.manifests.plain_values import items, member, number
from bot.manifests.shapes import Area, Box, Drawing, Kind, Line, Point, Told

_TITLE = "COCO"
_FILE = "annotations.json"
_HOLDS: frozenset[Kind] = frozenset({"boxes", "drawings", "mask"})
_IMAGES, _ANNOTATIONS, _CATEGORIES = range(3)
_POLYGON_LEAST = 3  # points
_PER_POINT = 3  # x, y, and whether it is seen
_SEEN = 2  # COCO: 0 not labeled, 1 labeled and hidden, 2 seen
_REF = "-ref"
_SIDES = 4  # left, top, width, height
_encode = msgspec.json.Encoder().encode
_Figure = Box | Drawing | Area


class _Image(msgspec.Struct, gc=False):
    id: int
    file_name: str
    width: Any = None
    height: Any = None
    coco_url: Any = ""


class _Annotation(msgspec.Struct):
    image_id: int
    category_id: int | None = None
    caption: Any = ""
    bbox: Any = None
    segmentation: Any = None
    iscrowd: Any = 0
    score: Any = None
    attributes: Any = None
    keypoints: Any = None


class _Category(msgspec.Struct):
    id: int
    name: str
    keypoints: Any = None


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


_FILES = msgspec.json.Decoder(_File)


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """One file in three sections, so that images and annotations can come mixed."""
    categories, pointed = Numbers(1), set[str]()
    images = annotations = 0
    yield Piece(_FILE, b'{"info":{"description":"labels"},"images":[', _IMAGES)
    yield Piece(_FILE, b'],"annotations":[', _ANNOTATIONS)
    for line in lines:
        told = chosen(line, _HOLDS, attribute, _TITLE, findings)
        address = picture(line, _TITLE, findings) if told else None
        if told is None or address is None:
            continue
        if told.kind == "mask" and told.size is None:
            why = told.failure or "its mask was not opened (that needs the extra “pictures”)"
            words = f"“{short(told.attribute)}” is left out: {short(why, 160)}"
            findings.note(line.number, "mask", words)
            continue
        pointed.update(each.label for each in told.drawings if each.form == "keypoint")
        figures = list(_figures(line.number, told, findings))
        comma = b"," if images else b""
        images += 1
        yield Piece(_FILE, comma + _encode(_image(images, line, address.key, told)), _IMAGES)
        drawn = [b""] if annotations else []
        for label, figure in figures:
            annotations += 1
            ids = {"id": annotations, "image_id": images, "category_id": categories.of(label)}
            drawn.append(_encode(ids | {"iscrowd": 0} | figure))
        if figures:
            yield Piece(_FILE, b",".join(drawn), _ANNOTATIONS)
    listed = [_category(place, label, pointed) for label, place in categories.items()]
    yield Piece(_FILE, b'],"categories":' + _encode(listed) + b"}\n", _CATEGORIES)


def _category(place: int, label: str, pointed: set[str]) -> dict[str, Any]:
    named = {"id": place, "name": label}
    return named | {"keypoints": [label], "skeleton": []} if label in pointed else named


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
    for area in told.areas:
        yield area.label, _runs(area) | _score(area.confidence)
    for drawing in told.drawings:
        if drawing.form == "keypoint":
            yield from ((drawing.label, each) for each in _key_points(drawing))
            continue
        if drawing.form != "polygon" or len(drawing.points) < _POLYGON_LEAST:
            note_figure(place, f"a {drawing.form} of “{short(drawing.label)}”", _TITLE, findings)
            continue
        figure = {
            "segmentation": [[plain(side) for point in drawing.points for side in point]],
            "bbox": [plain(side) for side in extent(drawing.points)],
            "area": _area(drawing.points),
        }
        yield drawing.label, figure | _score(drawing.confidence)


def _runs(area: Area) -> dict[str, Any]:
    width, height = area.size
    return {
        "segmentation": {"size": [height, width], "counts": areas.written(area.runs)},
        "bbox": areas.box_of(area),
        "area": areas.pixels_in(area.runs),
    }


def _key_points(drawing: Drawing) -> Iterator[dict[str, Any]]:
    for x, y in drawing.points:
        yield {
            "keypoints": [plain(x), plain(y), _SEEN],
            "num_keypoints": 1,
            "bbox": [plain(x), plain(y), 0, 0],
            "area": 0,
        } | _score(drawing.confidence)


def _score(confidence: float | None) -> dict[str, float]:
    return {} if confidence is None else {"score": confidence}


def _area(points: tuple[Point, ...]) -> float:
    """A polygon's area in square pixels."""
    edges = pairwise((*points, points[0]))
    return abs(sum(x * below - right * y for (x, y), (right, below) in edges)) / 2


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per image; a polygon's own box is what its points say, and is not told twice."""
    found = decoded(whole(files, only(files, ".json")), _FILES, "file of COCO's annotations")
    names = {each.id: each for each in found.categories}
    of_image: dict[int, list[_Annotation]] = {each.id: [] for each in found.images}
    again = Counter(each.id for each in found.images)
    for place, each in enumerate(found.annotations, 1):
        if each.image_id not in of_image:
            findings.note(0, "image", f"annotation {place:,}: there is no image {each.image_id}")
        else:
            of_image[each.image_id].append(each)
    for place, image in enumerate(found.images, 1):
        url = image.coco_url if isinstance(image.coco_url, str) else ""
        figures: list[_Figure] = [
            figure for each in of_image[image.id] for figure in _read(each, place, names, findings)
        ]
        if again[image.id] > 1:
            words = f"{again[image.id]:,} images have the id {image.id}: each gets all its figures"
            findings.note(place, "image", words)
        listed = [each for each in figures if not isinstance(each, Area)]
        nothing = not of_image[image.id]  # else what cannot be read would count as nothing to see
        size = sized(image.width, image.height)
        told = [drawn(listed, size, naming)] if figures or nothing else []
        painted = tuple(each for each in figures if isinstance(each, Area))
        if painted:
            told.append(_mask(painted, naming))
        yield Line(place, addressed(image.file_name, url, naming), "", tuple(told))


def _mask(painted: tuple[Area, ...], naming: Naming) -> Told:
    """Areas are an answer of their own, under the name that Ground Truth wants for masks."""
    name = naming.attribute.removesuffix(_REF) + _REF
    told = drawn((), painted[0].size, msgspec.structs.replace(naming, attribute=name))
    return msgspec.structs.replace(told, kind="mask", areas=painted)


def _category_of(
    said: _Annotation, place: int, names: dict[int, _Category], findings: Findings
) -> _Category | None:
    """The category of an annotation; None for a mere caption, and (noted) where it names none."""
    if said.caption:
        findings.note(place, "caption", f"the caption “{short(str(said.caption))}” is left out")
    if said.category_id is None:
        if not said.caption:
            findings.note(place, "category", "an annotation without a category is left out")
        return None
    if said.category_id not in names:
        findings.note(place, "category", f"there is no category {said.category_id}")
    return names.get(said.category_id)


def _read(
    said: _Annotation, place: int, names: dict[int, _Category], findings: Findings
) -> Iterator[_Figure]:
    category = _category_of(said, place, names, findings)
    if category is None:
        return
    label, score = category.name, number(said.score)
    area = _area_told(label, said.segmentation, score)
    if area:
        yield area
    if said.iscrowd:
        kept = "kept as an area" if area else "left out"
        findings.note(place, "crowd", f"a crowd of “{short(label)}” is no single figure; {kept}")
        return
    if said.keypoints:
        yield from _points_marked(said, category, score, place, findings)
    if isinstance(said.segmentation, list) and said.segmentation:
        yield from _polygons(said.segmentation, label, score, place, findings)
        return
    if isinstance(said.segmentation, dict) and area is None:
        findings.note(place, "mask", f"the mask of “{short(label)}” cannot be read")
    box = _box(said, label, score)
    if box and (not said.keypoints or (box.width and box.height)):
        yield box
    elif not (box or area or said.keypoints):
        findings.note(place, "figure", f"“{short(label)}” has no box of four numbers; left out")


def _box(said: _Annotation, label: str, score: float | None) -> Box | None:
    sides = [number(side) for side in items(said.bbox)]
    known = [side for side in sides if side is not None]
    if len(sides) != _SIDES or len(known) != _SIDES:
        return None
    left, top, width, height = known
    more = said.attributes if isinstance(said.attributes, dict) else {}
    attributes = tuple((str(name), _text(value)) for name, value in more.items())
    return Box(label, left, top, width, height, score, attributes)


def _points_marked(
    said: _Annotation, category: _Category, score: float | None, place: int, findings: Findings
) -> list[Drawing]:
    """Its key points; which of them are of one thing is told as lost."""
    label, points = short(category.name), _key_points_told(said.keypoints, category, score)
    if not points:
        findings.note(place, "figure", f"key points of “{label}” are left out")
    elif len(points) > 1:
        findings.note(place, "parts", f"which key points are of one “{label}” is not kept")
    return points


def _polygons(
    rings: list[Any], label: str, score: float | None, place: int, findings: Findings
) -> Iterator[Drawing]:
    if len(rings) > 1:
        words = f"“{short(label)}” of {len(rings)} polygons becomes as many figures"
        findings.note(place, "parts", words)
    for ring in rings:
        points = _points(ring)
        if points:
            yield Drawing(label, "polygon", points, score)
        else:
            findings.note(place, "figure", f"a polygon of “{short(label)}” cannot be read")


def _area_told(label: str, said: Any, score: float | None) -> Area | None:
    """The area of run lengths, packed or not; None for anything else."""
    height, width = (number(side) for side in [*items(member(said, "size")), None, None][:2])
    size = sized(width, height)
    counts = member(said, "counts")
    runs = areas.read(counts) if isinstance(counts, str) else _whole(items(counts))
    if size is None or not runs or not areas.fits(runs, size):
        return None
    return Area(label, size, runs, score)


def _whole(counts: list[Any]) -> tuple[int, ...]:
    """Runs as they are; none where one of them is no whole number."""
    whole_ones = [each for each in counts if type(each) is int]
    return tuple(whole_ones) if len(whole_ones) == len(counts) else ()


def _key_points_told(said: Any, category: _Category, score: float | None) -> list[Drawing]:
    """The points that somebody marked, seen or hidden, by their names."""
    flat = [number(side) for side in items(said)]
    names = [each for each in items(category.keypoints) if isinstance(each, str)]
    if not flat or None in flat or len(flat) != _PER_POINT * len(names):
        return []
    numbers = iter(each for each in flat if each is not None)
    points = zip(names, zip(numbers, numbers, numbers, strict=True), strict=True)
    return [Drawing(name, "keypoint", ((x, y),), score) for name, (x, y, seen) in points if seen]


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
    areas=True,
)
