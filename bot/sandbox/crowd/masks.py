"""Label maps of pictures: one number for each pixel, read from and written to PNG files, and agreed
on by vote.

Promised to answers, simulated workers and consolidation: a ``Mask`` is a plain value, pixels in
rows from the top left, 0 for the background and n for the n-th label. Workers' PNGs carry the
labels' colours (a mapping says which); consolidated ones are indexed, the index is the number, and
the palette holds the colours. Pillow does the work on whole pictures, so that a picture of 640 by
480 takes some milliseconds.
"""

import base64
import binascii
import colorsys
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, UnidentifiedImageError

BACKGROUND = "BACKGROUND"
BACKGROUND_COLOUR = "#ffffff"
MOST_LABELS = 255
_MOST_PIXELS = 100_000_000
# The colours of masks in the order of AWS's own files: the first label is green, the second blue.
_COLOURS = (
    "#2ca02c",
    "#1f77b4",
    "#ff7f0e",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
    "#bcbd22",
    "#17becf",
)


class NoMask(ValueError):
    """These bytes are no label map of that size; the message says why."""


@dataclass(frozen=True)
class Mask:
    """Which label each pixel has: ``pixels`` is ``width * height`` bytes, 0 or the place in
    ``labels`` plus one.
    """

    labels: tuple[str, ...]
    width: int
    height: int
    pixels: bytes

    @property
    def image(self) -> Image.Image:
        """The pixels as a grey picture, for Pillow."""
        return Image.frombytes("L", (self.width, self.height), self.pixels)

    @property
    def present(self) -> tuple[int, ...]:
        """The numbers that occur, the background's 0 too."""
        return tuple(number for number, pixels in enumerate(self.image.histogram()) if pixels)


def mask_of(labels: Sequence[str], image: Image.Image) -> Mask:
    """The label map that a grey picture of numbers is."""
    return Mask(tuple(labels), image.width, image.height, image.tobytes())


def colour_of(number: int) -> str:
    """The colour of the n-th label (from 1) as ``#rrggbb``; 0 is the background."""
    if number == 0:
        return BACKGROUND_COLOUR
    if number <= len(_COLOURS):
        return _COLOURS[number - 1]
    red, green, blue = colorsys.hls_to_rgb(((number - 1) * 137.508 % 360) / 360, 0.45, 0.8)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _rgb(colour: str) -> tuple[int, int, int]:
    try:
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    except ValueError as fault:
        raise NoMask(f"{colour!r} is no colour of the form #rrggbb") from fault
    return red, green, blue


def _opened(content: bytes, size: tuple[int, int]) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=["PNG"])
        if picture.size != size:
            raise NoMask(
                f"it is {picture.width} by {picture.height} pixels, the picture {size[0]} by "
                f"{size[1]}"
            )
        if size[0] * size[1] > _MOST_PIXELS:
            raise NoMask("it has more than 100 million pixels")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise NoMask("it is no PNG picture") from fault
    return picture


def read_png(
    content: bytes, size: tuple[int, int], labels: Sequence[str], colours: Mapping[str, str]
) -> Mask:
    """Read a coloured PNG; see-through pixels and colours of no label are background. Raises
    NoMask.
    """
    if len(labels) > MOST_LABELS:
        raise NoMask(
            f"this stand-in paints {MOST_LABELS} labels at most, and the job has {len(labels):,}"
        )
    picture = _opened(content, size)
    if picture.mode == "P":
        return _by_palette(picture, labels, colours)
    picture = picture.convert("RGBA")
    red, green, blue, alpha = picture.split()
    numbers = Image.new("L", size, 0)
    solid = alpha.point([0] + [255] * 255)
    for label, colour in colours.items():
        if label not in labels:
            continue
        same = solid
        for channel, value in zip((red, green, blue), _rgb(colour), strict=True):
            same = ImageChops.darker(
                same, channel.point([255 * (level == value) for level in range(256)])
            )
        numbers.paste(labels.index(label) + 1, (0, 0), same)
    return mask_of(labels, numbers)


def _by_palette(picture: Image.Image, labels: Sequence[str], colours: Mapping[str, str]) -> Mask:
    """The quick way for indexed pictures: a look at the palette instead of at each pixel."""
    meant = {
        _rgb(colour): labels.index(label) + 1
        for label, colour in colours.items()
        if label in labels
    }
    palette = picture.getpalette("RGB") or []
    clear = picture.info.get("transparency", b"")
    alphas = (
        bytes(255 * (place != clear) for place in range(256)) if isinstance(clear, int) else clear
    )
    numbers = [0] * 256
    for place in range(len(palette) // 3):
        red, green, blue = palette[3 * place : 3 * place + 3]
        is_seen = place >= len(alphas) or alphas[place] > 0
        numbers[place] = meant.get((red, green, blue), 0) if is_seen else 0
    return mask_of(labels, Image.frombytes("L", picture.size, picture.tobytes()).point(numbers))


def from_text(
    text: str, size: tuple[int, int], labels: Sequence[str], colours: Mapping[str, str]
) -> Mask:
    """Read the Base64 text of a worker's ``pngImageData``. Raises NoMask."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoMask("it is no Base64 text") from fault
    return read_png(content, size, labels, colours)


def to_text(mask: Mask) -> str:
    """A worker's ``pngImageData``: the labels' colours, see-through where nothing is painted."""
    return base64.b64encode(_indexed(mask, transparency=0)).decode()


def to_png(mask: Mask) -> bytes:
    """The consolidated file: indexed colours, the index is the label's number in the
    internal-color-map.
    """
    return _indexed(mask)


def _indexed(mask: Mask, **options: int) -> bytes:
    picture = mask.image
    picture.putpalette(
        [part for number in range(len(mask.labels) + 1) for part in _rgb(colour_of(number))]
    )
    content = io.BytesIO()
    # A light hand with the compression: flat areas get small anyway, and hundreds are written for
    # one job.
    picture.save(content, "PNG", compress_level=3, **options)
    return content.getvalue()


def vote(masks: Sequence[Mask]) -> tuple[Mask, float]:
    """The label that most gave to each pixel (a draw: the earlier one), and how far they agree, 0
    to 1.

    Agreement is the mean share of workers behind the winner, over the pixels that anybody painted.
    """
    first = masks[0]
    given = [mask.image for mask in masks]
    anybody = given[0]
    for image in given[1:]:
        anybody = ImageChops.lighter(anybody, image)
    area = anybody.getbbox()
    if area is None:
        return first, 1.0
    given = [image.crop(area) for image in given]
    best, winner = Image.new("L", given[0].size, 0), Image.new("L", given[0].size, 0)
    for number in sorted({number for mask in masks for number in mask.present}):
        count = Image.new("L", best.size, 0)
        for image in given:
            count = ImageChops.add(
                count, image.point([int(level == number) for level in range(256)])
            )
        more = ImageChops.subtract(count, best).point([0] + [255] * 255)
        best.paste(count, (0, 0), more)
        winner.paste(number, (0, 0), more)
    votes = best.histogram(anybody.crop(area).point([0] + [255] * 255))
    agree = sum(number * pixels for number, pixels in enumerate(votes)) / (sum(votes) * len(masks))
    whole = Image.new("L", (first.width, first.height), 0)
    whole.paste(winner, area)
    return mask_of(first.labels, whole), agree
