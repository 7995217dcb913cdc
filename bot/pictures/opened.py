"""Pictures of strangers, opened within bounds: of memory, of time, and of what can go wrong.

Promises to whoever draws: a picture of at most the size that was asked for, upright as browsers and
workers see it, or `Undrawable` with a reason that fits a tile. Nothing in a file makes this take
more than some seconds or some 150 MB, or raise anything else.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from bot.base.errors import Refusal
from bot.pictures.limits import BYTES_MOST

_FORMATS = (
    "JPEG",
    "PNG",
    "GIF",
    "WEBP",
    "BMP",
)  # what browsers show; every other decoder stays shut
_PIXELS = 25_000_000  # ours: decoded whole, four bytes each
_PIXELS_SCALED = 80_000_000  # ours: a JPEG in one scan is decoded at an eighth of its size
_WORK = 400_000_000  # ours: pixels times scans; a JPEG may ask for thousands of scans
_SCAN, _END = b"\xff\xda", b"\xff\xd9"  # JPEG: start of scan, end of picture
_SEGMENT = re.compile(rb"\xff[\xc0-\xcf\xdb-\xfe]")  # JPEG: what has a length, before any scan
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # JPEG: what compressed data cannot hold
_ORIENTATION = 0x0112  # EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError),
    *(struct.error, zlib.error, OverflowError, NotImplementedError, MemoryError),
)
_HUGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Undrawable(Refusal):
    """This picture cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture in RGB, upright; `size` is its whole width and height, upright too."""

    image: Image.Image
    size: tuple[int, int]


def opened(body: bytes, most: tuple[int, int]) -> Opened:
    """The picture, scaled down (never up) to fit `most` pixels.

    Raises:
        Undrawable: not a picture, broken, or larger than these bounds.

    """
    if len(body) > BYTES_MOST:
        raise Undrawable(f"larger than {BYTES_MOST // 1_000_000} MB")
    try:
        with Image.open(BytesIO(body), formats=_FORMATS) as image:
            return _decoded(image, body, most)
    except UnidentifiedImageError as error:
        raise Undrawable("not a picture (JPEG, PNG, GIF, WebP)") from error
    except _HUGE as error:
        raise Undrawable("hundreds of megapixels; 80 at most") from error
    except _BROKEN as error:
        raise Undrawable("the file is broken") from error


def colours_of(body: bytes, size: tuple[int, int]) -> Image.Image:
    """A label mask in RGB, of exactly this size, with no colour that is not in the file.

    Raises:
        Undrawable: see `opened`.

    """
    try:
        with Image.open(BytesIO(body), formats=("PNG",)) as image:
            _check(image, 0)
            image.load()
            small = image.resize(size, Image.Resampling.NEAREST)
            return _on_white(small)
    except (*_BROKEN, *_HUGE) as error:
        raise Undrawable("its mask is broken") from error


def mask_in(body: bytes) -> Image.Image:
    """A label mask in RGB, whole; what shines through is the ground, which is white.

    Raises:
        Undrawable: see `opened`.

    """
    if len(body) > BYTES_MOST:
        raise Undrawable(f"larger than {BYTES_MOST // 1_000_000} MB")
    try:
        with Image.open(BytesIO(body), formats=("PNG",)) as image:
            _check(image, 0)
            return _on_white(image)
    except (*_BROKEN, *_HUGE) as error:
        raise Undrawable("its mask is broken") from error


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB, with no colour between two of it."""
    if image.mode not in {"RGBA", "LA", "PA"} and "transparency" not in image.info:
        return image.convert("RGB")
    over = image.convert("RGBA")
    there = over.getchannel("A").point([0] + [255] * 255)
    paper = Image.new("RGB", over.size, "white")
    paper.paste(over.convert("RGB"), mask=there)
    return paper


def fitting(size: tuple[int, int], most: tuple[int, int]) -> tuple[int, int]:
    """The size in the same proportions that fits `most`, never larger than it is."""
    scale = min(1.0, most[0] / size[0], most[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _decoded(image: Image.Image, body: bytes, most: tuple[int, int]) -> Opened:
    """The picture at its size; checked before anything is decoded."""
    _check(image, scans_of(body) if image.format in {"JPEG", "MPO"} else 0)
    size, turn = image.size, turn_of(image)
    if turn in _SIDEWAYS:
        size, most = (size[1], size[0]), (most[1], most[0])
    wanted = fitting(image.size, most)
    image.draft("RGB", wanted)
    small = _eight_bits(_reduced(image, wanted))
    if small.size != wanted:
        small = small.resize(wanted, Image.Resampling.BILINEAR)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    return Opened(small, size)


def scans_of(body: bytes) -> int:
    """How many scans a JPEG is made of, never fewer than a decoder reads: the small pictures that
    cameras put before it (EXIF) and behind its end (several pictures, a gain map) are none of it.
    """
    at = 2
    while _SEGMENT.match(body, at):
        at += 2 + int.from_bytes(body[at + 2 : at + 4])
    if body[at : at + 2] != _SCAN:
        return body.count(_SCAN)
    data = at + 2 + int.from_bytes(body[at + 2 : at + 4])
    after = _MARKER.search(body, data)
    ends = after is not None and after[0] == _END
    return 1 if ends else body.count(_SCAN, at)


def _check(image: Image.Image, scans: int) -> None:
    """Refuse what would take too much memory or time. `scans` are those of a JPEG."""
    pixels = image.width * image.height
    most = _PIXELS_SCALED if scans == 1 else _PIXELS
    if pixels > most:
        raise Undrawable(f"{pixels / 1e6:,.0f} megapixels; {most // 1_000_000} at most")
    if pixels * scans > _WORK:
        raise Undrawable(f"made of {scans:,} scans, which would take minutes")


def _reduced(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The decoded picture, made smaller by whole steps first: a large copy costs its memory
    again.
    """
    image.load()
    step = min(image.width // wanted[0], image.height // wanted[1])
    if step > 1 and image.mode in {"L", "RGB", "RGBA", "CMYK", "LA", "RGBX"}:
        return image.reduce(step)
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture in RGB; what shines through is white, as on a worker's page."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        over = image.convert("RGBA")
        paper = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(paper, over).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def turn_of(image: Image.Image) -> int:
    """How EXIF turns the picture, 1 where it does not say."""
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return turn if isinstance(turn, int) else 1
