"""The labels of one picture, drawn over it: boxes, polygons, lines, key points and masks.

Promises: whatever a line says of places is drawn as far as it lies in the picture, and nothing in
it makes this fail or take long; each label has its colour, with its name while names have room.
"""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.manifests.shapes import Box, Drawing, Mask, Point, Told
from bot.pictures.lettering import tag
from bot.pictures.opened import Opened
from bot.pictures.palette import PAPER, Colour, Colours

_NAMES_MOST = 12  # ours: more names than that hide what they name
_FIGURES_MOST = 2_000  # ours: boxes and drawings of one picture; a screen shows no more
_POINTS_MOST = 5_000
_MASK_LIGHT = 0.65  # how much of the picture a mask lets through
_NEAR = 4.0  # pixels
_FAR = 10_000_000.0  # a place further away is no place; Pillow counts in whole numbers


def draw_labels(picture: Opened, told: Told, colours: Colours, *, letter: int) -> Image.Image:
    """The picture with what is told of it; `letter` is the height of the names in pixels."""
    image = picture.image
    told_size = told.size or picture.size
    if told_size[0] < 1 or told_size[1] < 1:
        told_size = picture.size
    scale = image.width / told_size[0], image.height / told_size[1]
    draw = ImageDraw.Draw(image)
    boxes, drawings = told.boxes[:_FIGURES_MOST], told.drawings[:_FIGURES_MOST]
    named = len(boxes) + len(drawings) <= _NAMES_MOST
    wide = max(2, letter // 5)
    for box in boxes:
        _box(draw, _placed(box, scale), colours.of(box.label), wide)
    for drawing in drawings:
        _drawing(draw, drawing, scale, colours.of(drawing.label), wide)
    if named:
        for label, at in _name_places(boxes, drawings, scale):
            tag(image, at, label, letter, colours.of(label))
    return image


def draw_mask(
    picture: Image.Image, painted: Image.Image, mask: Mask, colours: Colours, *, letter: int
) -> Image.Image:
    """The picture with each label's area in the label's colour; `painted` is the mask at the
    picture's size.
    """
    names: list[tuple[str, tuple[float, float]]] = []
    for colour, label in mask.colours:
        area = area_of(painted, colour)
        place = area.getbbox() if area else None
        if area is None or place is None:
            continue
        ground = Image.new("RGB", picture.size, colours.of(label))
        picture.paste(Image.blend(ground, picture, _MASK_LIGHT), (0, 0), area)
        rim = ImageChops.subtract(area.filter(ImageFilter.MaxFilter(5)), area)
        picture.paste(ground, (0, 0), rim)
        names.append((label, ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)))
    for label, at in names[:_NAMES_MOST]:
        tag(picture, at, label, letter, colours.of(label))
    return picture


def area_of(painted: Image.Image, colour: str) -> Image.Image | None:
    """Where the mask has this colour ("#rrggbb"), as a picture of black and white."""
    try:
        wanted = bytes.fromhex(colour.removeprefix("#"))
    except ValueError:
        return None
    if len(wanted) != len(painted.getbands()):
        return None
    area: Image.Image | None = None
    for band, value in zip(painted.split(), wanted, strict=True):
        same = band.point([255 if each == value else 0 for each in range(256)])
        area = same if area is None else ImageChops.multiply(area, same)
    return area


def _placed(box: Box, scale: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in the picture drawn."""
    left, top = _point((box.left, box.top), scale)
    right, bottom = _point((box.left + box.width, box.top + box.height), scale)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _point(point: tuple[float, float], scale: tuple[float, float]) -> tuple[float, float]:
    return _near(point[0] * scale[0]), _near(point[1] * scale[1])


def _near(number: float) -> float:
    if not math.isfinite(number):
        return -_FAR
    return min(_FAR, max(-_FAR, number))


def _box(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float, float, float],
    colour: Colour,
    wide: int,
) -> None:
    """A frame with a white rim, which shows on a ground of its own colour too."""
    left, top, right, bottom = at
    draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=PAPER, width=wide + 2)
    draw.rectangle(at, outline=colour, width=wide)


def _drawing(
    draw: ImageDraw.ImageDraw,
    drawing: Drawing,
    scale: tuple[float, float],
    colour: Colour,
    wide: int,
) -> None:
    points = [_point(each, scale) for each in drawing.points[:_POINTS_MOST]]
    if drawing.form != "keypoint":
        points = _apart(points)
    if drawing.form == "polygon" and points:
        points.append(points[0])
    if drawing.form != "keypoint" and len(points) > 1:
        wide |= 1  # an even line lies beside its points
        draw.line(points, fill=PAPER, width=wide + 2, joint="curve")
        draw.line(points, fill=colour, width=wide, joint="curve")
        return
    around = wide * 2
    for x, y in points:
        draw.ellipse((x - around, y - around, x + around, y + around), fill=colour, outline=PAPER)


def _apart(points: Sequence[Point]) -> list[Point]:
    """The points without those so near to the one before that a line of pixels would fray."""
    kept = list(points[:1])
    for point in points[1:]:
        if math.dist(point, kept[-1]) >= _NEAR:
            kept.append(point)
    return kept


def _name_places(
    boxes: Sequence[Box], drawings: Sequence[Drawing], scale: tuple[float, float]
) -> list[tuple[str, tuple[float, float]]]:
    """Where each figure's name begins: at its upper left corner."""
    places = [(box.label, _placed(box, scale)[:2]) for box in boxes]
    for drawing in drawings:
        points = [_point(each, scale) for each in drawing.points[:_POINTS_MOST]]
        if points:
            left, top = min(x for x, _ in points), min(y for _, y in points)
            places.append((drawing.label, (left, top)))
    return places
