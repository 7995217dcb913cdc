"""Sample pictures for the practice workspace: still lifes of fruit on a wooden table, painted from
a seed.

Promised to the sandbox's seed and to tests: 640 by 480 JPEG files below 60 kB, the same bytes for
the same seed with the same Pillow, in well under a second for all. The truth about each picture
comes from ``sample_truth``; a label is visible in the picture (colour, freckles, bruises), and
every box is the outline of the painted body.
"""

import io
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.sandbox.crowd import sample_truth
from bot.sandbox.crowd.sample_truth import HEIGHT, WIDTH, Fruit, Scene, outline

__all__ = ["SamplePicture", "paint", "pictures", "texts"]

Colour = tuple[int, int, int]
_BODY = 184  # side of a brush's body in pixels; bodies are painted once and only ever made smaller
_ROOM = 52  # room round the body for stem and leaf
_SIDE = _BODY + 2 * _ROOM
_CROWN = _ROOM + 40  # the height of the part of a brush that stem and leaf reach into
_VARIANTS = 2
_SIDE_LEVEL = 179
_QUALITY = 86

_WALLS: tuple[tuple[Colour, Colour], ...] = (
    ((214, 226, 222), (168, 190, 190)),
    ((240, 224, 202), (212, 184, 152)),
    ((206, 214, 232), (150, 164, 192)),
    ((232, 214, 210), (196, 166, 164)),
    ((222, 228, 204), (172, 184, 148)),
)
_WOODS: tuple[tuple[Colour, Colour], ...] = (
    ((188, 142, 98), (128, 86, 54)),
    ((212, 180, 142), (160, 124, 86)),
    ((142, 104, 78), (90, 62, 46)),
)
# Body colour, the other cheek, and the colour of the shade, by kind and ripeness.
_SKINS: dict[tuple[str, str], tuple[Colour, Colour, Colour]] = {
    ("apple", "unripe"): ((150, 190, 78), (182, 208, 104), (58, 92, 30)),
    ("apple", "ripe"): ((204, 38, 40), (236, 168, 74), (92, 8, 22)),
    ("apple", "overripe"): ((178, 84, 48), (204, 156, 84), (82, 36, 22)),
    ("pear", "unripe"): ((134, 172, 74), (160, 192, 92), (56, 86, 32)),
    ("pear", "ripe"): ((226, 186, 74), (222, 122, 62), (132, 86, 22)),
    ("pear", "overripe"): ((190, 148, 72), (160, 108, 54), (92, 60, 26)),
    ("orange", "ripe"): ((244, 148, 36), (250, 176, 62), (160, 72, 8)),
    ("lemon", "ripe"): ((248, 218, 70), (252, 234, 116), (176, 132, 16)),
}


@dataclass(frozen=True)
class SamplePicture:
    """A picture file with its truth: the class, and boxes as (kind, left, top, width, height) in
    pixels.
    """

    name: str
    jpeg: bytes
    label: str
    boxes: tuple[tuple[str, int, int, int, int], ...]


def pictures(seed: int) -> Iterator[SamplePicture]:
    """Paint the samples one by one: 40 ``orchard-…`` for classification, then 24 ``table-…`` for
    boxes.
    """
    return paint(list(sample_truth.scenes(seed)))


def paint(scenes: Sequence[Scene]) -> Iterator[SamplePicture]:
    """Paint these one by one."""
    try:
        with ThreadPoolExecutor(
            2, "painter"
        ) as painters:  # Pillow lets go of the interpreter while it works
            yield from painters.map(_picture, scenes)
    finally:
        for brush in _BRUSHES:
            brush.cache_clear()


def texts(seed: int) -> list[tuple[str, str]]:
    """30 short reviews with their tone: kind, mixed or harsh."""
    return sample_truth.texts(seed)


def _picture(scene: Scene) -> SamplePicture:
    content = io.BytesIO()
    _paint(scene).save(content, "JPEG", quality=_QUALITY)
    boxes = tuple((fruit.kind, *fruit.box) for fruit in scene.fruits)
    return SamplePicture(scene.name, content.getvalue(), scene.label, boxes)


def _paint(scene: Scene) -> Image.Image:
    picture = _backdrop(scene.wall, scene.wood, scene.horizon // 20 * 20)
    for fruit in scene.fruits:
        _lay_shadow(picture, fruit)
    for fruit in scene.fruits:
        _lay(picture, fruit)
    return picture


def _lay_shadow(picture: Image.Image, fruit: Fruit) -> None:
    foot = fruit.y + fruit.half_height
    # The light comes from the upper left, so the shadow falls to the right and lies flat on the
    # wood.
    wide, high = round(fruit.half_width * 3.1), round(fruit.half_width * 0.92)
    left, top = round(fruit.x - fruit.half_width * 1.12), round(foot - high * 0.66)
    shadow = _shadow().resize((wide, high), Image.Resampling.BILINEAR)
    picture.paste((34, 20, 14), (left, top), shadow)


def _lay(picture: Image.Image, fruit: Fruit) -> None:
    chance = Random(fruit.seed)
    brush = _brush(fruit.kind, fruit.ripeness, chance.randrange(_VARIANTS), fruit.leaf)
    body_width, body_height = 2 * fruit.half_width, 2 * fruit.half_height
    # The body fills the square of the brush; the stretch gives each fruit its own proportions.
    size = round(_SIDE * body_width / _BODY), round(_SIDE * body_height / _BODY)
    colour, mask = (layer.resize(size, Image.Resampling.BILINEAR) for layer in brush)
    if chance.random() < 0.3:  # noqa: PLR2004
        colour = colour.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture.paste(colour, (round(fruit.x - size[0] / 2), round(fruit.y - size[1] / 2)), mask)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    column = (1, size[1])
    share = Image.linear_gradient("L").resize(column)
    mixed = Image.composite(Image.new("RGB", column, bottom), Image.new("RGB", column, top), share)
    return mixed.resize(size, Image.Resampling.NEAREST)


def _glow(
    size: tuple[int, int], box: tuple[float, float, float, float], strength: int
) -> Image.Image:
    """A mask that is ``strength`` in the middle of the box and nothing at its rim."""
    left, top, right, bottom = (round(edge) for edge in box)
    # Pillow's gradient is 181 at the middle of each side: from there on the glow is nothing, so it
    # has no corners.
    fade = [max(0, _SIDE_LEVEL - level) * strength // _SIDE_LEVEL for level in range(256)]
    spot = Image.radial_gradient("L").point(fade)
    mask = Image.new("L", size, 0)
    mask.paste(spot.resize((right - left, bottom - top), Image.Resampling.BILINEAR), (left, top))
    return mask


@lru_cache(maxsize=1)
def _shadow() -> Image.Image:
    side = (360, 120)
    mask = Image.new("L", side, 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((44, 34, 292, 92), fill=96)
    draw.ellipse((50, 44, 212, 88), fill=190)
    return mask.filter(ImageFilter.GaussianBlur(13))


@lru_cache(maxsize=5)
def _wall(number: int) -> Image.Image:
    light, dark = _WALLS[number]
    wall = _gradient((WIDTH, HEIGHT), light, dark)
    chance = Random(f"wall {number}")
    bokeh = Image.new("L", (WIDTH // 4, HEIGHT // 4), 0)
    draw = ImageDraw.Draw(bokeh)
    for _ in range(16):
        x, y, r = chance.uniform(0, 160), chance.uniform(-8, 62), chance.uniform(5, 15)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=chance.randint(18, 60))
    bokeh = bokeh.filter(ImageFilter.GaussianBlur(2.2)).resize(
        (WIDTH, HEIGHT), Image.Resampling.BICUBIC
    )
    wall.paste(_mix(light, (255, 255, 255), 0.75), (0, 0), bokeh)
    # Window light from the upper left, and a darker far corner.
    wall.paste((255, 250, 236), (0, 0), _glow((WIDTH, HEIGHT), (-380, -360, 480, 380), 130))
    wall.paste(
        _mix(dark, (40, 34, 40), 0.7), (0, 0), _glow((WIDTH, HEIGHT), (330, 0, 980, 620), 90)
    )
    return wall


@lru_cache(maxsize=3)
def _wood(number: int) -> Image.Image:
    light, dark = _WOODS[number]
    high = 300
    wood = _gradient((WIDTH, high), _mix(light, dark, 0.35), light)
    chance = Random(f"wood {number}")
    grain = Image.new("L", (WIDTH, high), 0)
    draw = ImageDraw.Draw(grain)
    for _ in range(150):
        y, length = high * chance.random() ** 0.8, chance.uniform(80, 420)
        x, bend = chance.uniform(-100, WIDTH), chance.uniform(-3, 3)
        points = [(x + length * t / 6, y + bend * math.sin(t * 0.9)) for t in range(7)]
        draw.line(points, fill=chance.randint(20, 85), width=1 + (y > high * 0.55))
    edges = (0.16, 0.4, 0.74)
    for edge in edges:
        draw.line((0, high * edge, WIDTH, high * edge), fill=190, width=2)
    wood.paste(_mix(dark, (20, 10, 6), 0.25), (0, 0), grain.filter(ImageFilter.GaussianBlur(0.8)))
    for edge in edges:
        shine = Image.new("L", (WIDTH, 2), 46)
        wood.paste((255, 240, 214), (0, round(high * edge) + 2), shine)
    wood.paste((255, 244, 220), (0, 0), _glow((WIDTH, high), (-240, -120, 420, 320), 90))
    wood.paste((30, 16, 10), (0, 0), _glow((WIDTH, high), (300, 60, 1000, 560), 110))
    return wood


@lru_cache(maxsize=1)
def _seam() -> Image.Image:
    return (
        Image.linear_gradient("L")
        .resize((WIDTH, 46))
        .point([level * 70 // 255 for level in range(256)])
    )


def _backdrop(wall: int, wood: int, horizon: int) -> Image.Image:
    picture = _wall(wall).copy()
    picture.paste(_wood(wood).crop((0, 0, WIDTH, HEIGHT - horizon)), (0, horizon))
    # The table's far edge catches light, and the wall is a little darker where it meets it.
    picture.paste((40, 28, 24), (0, horizon - 46), _seam())
    picture.paste((255, 236, 206), (0, horizon), Image.new("L", (WIDTH, 2), 90))
    return picture


@lru_cache(maxsize=8)
def _body_mask(kind: str) -> Image.Image:
    big = Image.new("L", (2 * _SIDE, 2 * _SIDE), 0)
    points = [(_SIDE + x * _BODY, _SIDE + y * _BODY) for x, y in outline(kind)]
    ImageDraw.Draw(big).polygon(points, fill=255)
    return big.reduce(2)


@lru_cache(maxsize=64)
def _brush(kind: str, ripeness: str, variant: int, leaf: bool) -> tuple[Image.Image, Image.Image]:
    """A painted fruit and its mask, the body in the middle square of ``_BODY`` pixels."""
    colour, mask = _skin(kind, ripeness, variant).copy(), _body_mask(kind).copy()
    parts = []
    if kind in {"apple", "pear"}:
        parts.append(_stem(kind, ripeness))
    if leaf and kind != "lemon":
        parts.append(_leaf(kind, ripeness == "overripe"))
    for part in parts:
        outline = part.getchannel("A")
        colour.paste(part.convert("RGB"), (0, 0), outline)
        mask.paste(ImageChops.lighter(mask.crop((0, 0, _SIDE, _CROWN)), outline), (0, 0))
    return colour, mask


@lru_cache(maxsize=64)
def _skin(kind: str, ripeness: str, variant: int) -> Image.Image:
    base, cheek, shade = _SKINS[kind, ripeness]
    chance = Random(f"skin {kind} {ripeness} {variant}")
    size, low, high = (_SIDE, _SIDE), _ROOM, _ROOM + _BODY
    skin = Image.new("RGB", size, base)
    side = chance.choice((-0.25, 0.3))
    blush = (low + _BODY * side, low - 20, high + _BODY * side * 0.5, high - 20)
    skin.paste(cheek, (0, 0), _glow(size, blush, 175))
    _freckle(skin, kind, ripeness, chance)
    # Shade grows towards the lower right: what the light from the upper left does not reach.
    lit = _glow(size, (low - 150, low - 160, high + 56, high + 46), 255)
    dark = ImageChops.invert(lit).point([min(220, max(0, level - 12)) for level in range(256)])
    skin.paste(shade, (0, 0), dark)
    rim = _glow(size, (low + 90, low + 95, high + 60, high + 60), 78)
    skin.paste(_mix(cheek, (255, 236, 206), 0.4), (0, 0), rim)
    _dimple(skin, kind, shade)
    strength = (
        {"unripe": 130, "ripe": 200, "overripe": 70}[ripeness]
        * (3 if kind in {"orange", "lemon"} else 4)
        // 4
    )
    x, y = low + _BODY * 0.34, low + _BODY * (0.52 if kind == "pear" else 0.3)
    skin.paste((255, 252, 244), (0, 0), _glow(size, (x - 50, y - 42, x + 50, y + 42), strength))
    skin.paste((255, 255, 255), (0, 0), _glow(size, (x - 24, y - 19, x + 15, y + 12), strength))
    return skin


def _freckle(skin: Image.Image, kind: str, ripeness: str, chance: Random) -> None:
    size, middle = (_SIDE, _SIDE), _SIDE / 2
    marks = Image.new("L", size, 0)
    draw = ImageDraw.Draw(marks)
    base, cheek, shade = _SKINS[kind, ripeness]
    if kind == "apple" and ripeness == "ripe":
        for _ in range(80):
            turn = chance.uniform(-1.3, 1.3)
            end = chance.uniform(0.3, 0.9) * _BODY
            x = middle + math.sin(turn) * end * 0.62
            draw.line(
                (middle + math.sin(turn) * 12, _ROOM + 14, x, _ROOM + 14 + end),
                fill=chance.randint(14, 60),
            )
        skin.paste(
            _mix(cheek, (255, 220, 150), 0.4), (0, 0), marks.filter(ImageFilter.GaussianBlur(1.6))
        )
        return
    dots = {"orange": 420, "lemon": 260}.get(kind, 110)
    for _ in range(dots):
        x, y = chance.uniform(_ROOM, _ROOM + _BODY), chance.uniform(_ROOM, _ROOM + _BODY)
        r = chance.uniform(0.6, 1.6)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=chance.randint(40, 120))
    tint = (
        _mix(base, shade, 0.5)
        if kind in {"orange", "lemon"} or ripeness != "unripe"
        else (226, 236, 170)
    )
    skin.paste(tint, (0, 0), marks)
    if ripeness == "overripe":
        _bruise(skin, chance)


def _bruise(skin: Image.Image, chance: Random) -> None:
    """Brown soft patches and dark spots: what makes a fruit overripe at a glance."""
    size = (_SIDE, _SIDE)
    patches, spots = Image.new("L", size, 0), Image.new("L", size, 0)
    for draw, number, radius, levels in (
        (ImageDraw.Draw(patches), 6, (16, 38), (110, 190)),
        (ImageDraw.Draw(spots), 30, (1.6, 6.5), (120, 235)),
    ):
        for _ in range(number):
            x, y = (
                chance.uniform(_ROOM + 16, _ROOM + _BODY - 16),
                chance.uniform(_ROOM + 32, _ROOM + _BODY - 8),
            )
            r = chance.uniform(*radius)
            flat = chance.uniform(0.6, 1.0)
            draw.ellipse((x - r, y - r * flat, x + r, y + r * flat), fill=chance.randint(*levels))
    skin.paste((92, 54, 28), (0, 0), patches.filter(ImageFilter.GaussianBlur(7)))
    skin.paste((48, 28, 18), (0, 0), spots.filter(ImageFilter.GaussianBlur(1.4)))


def _dimple(skin: Image.Image, kind: str, shade: Colour) -> None:
    middle = _SIDE / 2
    if kind == "apple":
        box = (middle - 52, _ROOM - 14, middle + 52, _ROOM + 46)
        skin.paste(_mix(shade, (20, 12, 8), 0.2), (0, 0), _glow((_SIDE, _SIDE), box, 215))
    elif kind == "orange":
        box = (middle - 20, _ROOM + 18, middle + 20, _ROOM + 46)
        skin.paste((96, 104, 40), (0, 0), _glow((_SIDE, _SIDE), box, 255))


@lru_cache(maxsize=8)
def _stem(kind: str, ripeness: str) -> Image.Image:
    middle = _SIDE / 2
    foot = _ROOM + (18 if kind == "apple" else 6)
    wood = (92, 66, 40) if ripeness != "unripe" else (98, 104, 52)
    big = Image.new("RGBA", (2 * _SIDE, 2 * _CROWN), (*wood, 0))
    draw = ImageDraw.Draw(big)
    for step in range(26):
        t = step / 25
        x, y, r = middle + 12 * t**1.7, foot - 45 * t, 3.4 - 1.2 * t + 2.2 * max(0.0, t - 0.8) * 5
        draw.ellipse(
            (2 * (x - r), 2 * (y - r), 2 * (x + r), 2 * (y + r)),
            fill=(*_mix(wood, (30, 18, 10), 0.3), 255),
        )
        draw.ellipse(
            (2 * (x - r), 2 * (y - r), 2 * x, 2 * (y + r)),
            fill=(*_mix(wood, (220, 190, 140), 0.25), 255),
        )
    return big.reduce(2)


@lru_cache(maxsize=8)
def _leaf(kind: str, wilted: bool) -> Image.Image:
    middle, foot = _SIDE / 2, _ROOM + (6 if kind != "pear" else -8)
    green, light = ((122, 108, 52), (164, 146, 84)) if wilted else ((62, 122, 48), (126, 172, 78))
    tip = (middle + 84, foot - 27)
    root = (middle + 6, foot)
    big = Image.new("RGBA", (2 * _SIDE, 2 * _CROWN), (*green, 0))
    draw = ImageDraw.Draw(big)
    upper, lower, vein = [], [], []
    for step in range(31):
        t = step / 30
        x, y = (
            root[0] + (tip[0] - root[0]) * t,
            root[1] + (tip[1] - root[1]) * t - 13 * math.sin(math.pi * t),
        )
        wide = 18 * math.sin(math.pi * t**0.85)
        upper.append((2 * x - wide * 0.6, 2 * y - wide * 2.0))
        lower.append((2 * x + wide * 0.5, 2 * y + wide * 1.5))
        vein.append((2 * x, 2 * y))
    draw.polygon(upper + vein[::-1], fill=(*light, 255))
    draw.polygon(lower + vein[::-1], fill=(*green, 255))
    draw.line(vein, fill=(*_mix(light, (255, 255, 230), 0.4), 255), width=3)
    return big.reduce(2)


_BRUSHES = (_shadow, _wall, _wood, _seam, _body_mask, _brush, _skin, _stem, _leaf)
"""What is kept while pictures are painted, and put away afterwards."""
