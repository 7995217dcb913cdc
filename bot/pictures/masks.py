"""Masks as areas, and areas as masks: what converters and agreement know of painted pixels.

Promises: a mask that cannot be opened is told with its line and costs only itself; a painted file
has a colour for each label, the ground white, and nothing between two colours.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice

import msgspec
from PIL import Image

from bot.base.errors import Refusal
from bot.manifests.areas import pixels_in, runs_of, stretches
from bot.manifests.formats.format import Findings, Numbers
from bot.manifests.json_words import short
from bot.manifests.shapes import INLINE, Area, Line, Mask, Told
from bot.pictures.drawing import area_of
from bot.pictures.opened import Undrawable, mask_in

_GROUND = (255, 255, 255)
_PIXELS_MOST = 25_000_000  # ours: as of masks that are opened
_COLOURS_MOST = 255  # ours: labels of one file, whose pixels are a byte each
_PIECES_MOST = 1_000_000  # ours: stretches of painted pixels of one file
_PAINTED_MOST = 10 * _PIXELS_MOST  # ours: pixels of all its areas; a few letters can say millions
_STRIDE = 0x3D5BA7  # odd, so that no two of the first 16 million labels have one colour
_ALL = 1 << 24

Read = Callable[[str], bytes]
Put = Callable[[Line, Told, bytes], str]
"""Keeps the mask of an answer; its address."""


def opened_masks(lines: Iterable[Line], read: Read) -> Iterator[Line]:
    """The lines, with the areas of their masks, whose files `read` gives."""
    for line in lines:
        told = tuple(_opened(each, read) for each in line.told)
        yield msgspec.structs.replace(line, told=told) if told != line.told else line


def _opened(told: Told, read: Read) -> Told:
    if told.mask is None:
        return told
    try:
        painted = mask_in(mask_file(told.mask, read))
        found = tuple(painted_areas(painted, told.mask.colours))
    except Refusal as error:
        return msgspec.structs.replace(told, failure=f"its mask cannot be opened: {error.words}")
    return msgspec.structs.replace(told, areas=found, size=painted.size)


def mask_file(mask: Mask, read: Read) -> bytes:
    """The bytes of a mask's file; `read` gives those that lie elsewhere.

    Raises:
        Undrawable: what stands in its line is no file.

    """
    if not mask.address.startswith(INLINE):
        return read(mask.address)
    try:
        return base64.b64decode(mask.address.removeprefix(INLINE), validate=True)
    except ValueError as error:
        raise Undrawable("its mask is broken") from error


def areas_of(body: bytes, colours: Sequence[tuple[str, str]]) -> tuple[Area, ...] | None:
    """The areas of a mask's file; None where it cannot be opened."""
    try:
        return tuple(painted_areas(mask_in(body), colours))
    except Undrawable:
        return None


def painted_areas(painted: Image.Image, colours: Iterable[tuple[str, str]]) -> Iterator[Area]:
    """The area of each colour ("#rrggbb") that is in the picture, with its label.

    Raises:
        Undrawable: it has too many colours, or its areas are in too many pieces: a checkerboard of
            13 KB would take 900 MB.

    """
    named, left = dict(islice(colours, _COLOURS_MOST + 1)), _PIECES_MOST
    if len(named) > _COLOURS_MOST:
        raise Undrawable(f"more than {_COLOURS_MOST} colours")
    for colour, label in named.items():
        area = area_of(painted, colour)
        if area is not None and area.getbbox() is not None:
            columns = area.transpose(Image.Transpose.TRANSPOSE).tobytes()
            left -= columns.count(b"\x00\xff") + 1
            if left < 0:
                raise Undrawable("its areas are in too many pieces")
            yield Area(label, painted.size, runs_of(columns))


def kept_masks(lines: Iterable[Line], put: Put, findings: Findings) -> Iterator[Line]:
    """The lines, with a file for the areas of each answer that has none; `put` keeps it."""
    numbers = Numbers()
    for line in lines:
        told = tuple(_kept(line, each, put, numbers, findings) for each in line.told)
        yield msgspec.structs.replace(line, told=told) if told != line.told else line


def _kept(line: Line, told: Told, put: Put, numbers: Numbers, findings: Findings) -> Told:
    if not told.areas or told.mask is not None:
        return told
    labels = tuple(dict.fromkeys(area.label for area in told.areas))
    colours = [_colour(numbers.of(label)) for label in labels]
    try:
        body, covered = painted_mask(told.areas, dict(zip(labels, colours, strict=True)))
    except Undrawable as error:
        words = f"the areas of “{short(told.attribute)}” get no mask: {error.words}"
        findings.note(line.number, "mask", words)
        return told
    if covered:
        words = f"{covered:,} pixels of “{short(told.attribute)}” have two labels; the later stays"
        findings.note(line.number, "overlap", words)
    named = tuple(
        ("#{:02x}{:02x}{:02x}".format(*colour), label)
        for colour, label in zip(colours, labels, strict=True)
    )
    return msgspec.structs.replace(told, mask=Mask(put(line, told, body), named))


def _colour(number: int) -> tuple[int, int, int]:
    """The colour of a label by its number; never that of the ground."""
    mixed = (number + 1) * _STRIDE % _ALL
    return mixed >> 16, mixed >> 8 & 0xFF, mixed & 0xFF


def painted_mask(
    areas: Sequence[Area], colours: dict[str, tuple[int, int, int]]
) -> tuple[bytes, int]:
    """A PNG of the areas in their labels' colours, and how many pixels more than one label has.

    Raises:
        Undrawable: the areas are of pictures of several sizes or of a huge one, have too many
            labels, or lie over each other many times.

    """
    width, height = size = areas[0].size
    if width * height > _PIXELS_MOST:
        raise Undrawable(f"{width:,} by {height:,} pixels")
    if any(area.size != size for area in areas):
        raise Undrawable("they are of pictures of several sizes")
    if len(colours) > _COLOURS_MOST:
        raise Undrawable(f"more than {_COLOURS_MOST} labels on one picture")
    if sum(pixels_in(area.runs) for area in areas) > _PAINTED_MOST:
        raise Undrawable("its areas cover each other many times")
    numbers = {label: number for number, label in enumerate(colours, 1)}
    pixels, covered = bytearray(width * height), 0
    for area in areas:
        number = numbers[area.label]
        for begin, end in stretches(area.runs):
            there = pixels[begin:end]
            covered += end - begin - there.count(0) - there.count(number)
            pixels[begin:end] = bytes([number]) * (end - begin)
    image = Image.frombytes("P", (height, width), bytes(pixels))
    image.putpalette([*_GROUND, *(band for colour in colours.values() for band in colour)])
    kept = BytesIO()
    image.transpose(Image.Transpose.TRANSPOSE).save(kept, "PNG", optimize=False)
    return kept.getvalue(), covered
