"""The contact sheet: up to twenty objects with their labels on one JPEG, each with its number, its
name and what was said of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from bot.pictures.lettering import blank, fitted, line_height, width, write
from bot.pictures.limits import TILES
from bot.pictures.palette import GREY, INK, PALE, PAPER

WIDTH = 1_280
_ACROSS = 5
_GAP = 8
_LETTER = 13
CELL = (WIDTH - _GAP) // _ACROSS - _GAP
PICTURE = (CELL, 186)  # pixels that a tile's picture may take
LARGE = (1_600, 1_200)
TILE_LETTER, LARGE_LETTER = 12, 22
_WORDS = 2 * line_height(_LETTER) + 4
_ROW = PICTURE[1] + _WORDS + _GAP
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Tile:
    """One object: its name, what was said of it in words, and its picture, or why there is none."""

    name: str
    said: str
    image: Image.Image | None
    why_not: str = ""


def contact_sheet(tiles: Sequence[Tile]) -> bytes:
    """The tiles (one at least, twenty at most) in rows of five, as a JPEG 1,280 pixels wide."""
    shown = tiles[:TILES]
    rows = -(-len(shown) // _ACROSS)
    sheet, draw = blank((WIDTH, rows * _ROW + _GAP), PAPER)
    for number, tile in enumerate(shown):
        left = _GAP + (number % _ACROSS) * (CELL + _GAP)
        top = _GAP + (number // _ACROSS) * _ROW
        _put(sheet, draw, tile, (left, top))
    return jpeg(sheet)


def large_picture(tile: Tile) -> bytes:
    """One object on a JPEG of its own, its words below it."""
    image = tile.image if tile.image is not None else grey_tile(tile.why_not, (640, 360), 20)
    room = line_height(LARGE_LETTER) + 12
    page, draw = blank((max(image.width, 640), image.height + 2 * room), PAPER)
    page.paste(image, ((page.width - image.width) // 2, 0))
    wide = page.width - 24
    for line, words in enumerate((tile.name, tile.said)):
        text = fitted(words, LARGE_LETTER, wide)
        write(draw, (12, image.height + 6 + line * room), text, LARGE_LETTER, INK)
    return jpeg(page)


def grey_tile(why: str, size: tuple[int, int], letter: int) -> Image.Image:
    """What stands where nothing can be drawn: grey, with the reason."""
    image, draw = blank(size, PALE)
    lines = _wrapped(why, letter, size[0] - 16)
    top = (size[1] - len(lines) * line_height(letter)) / 2
    for number, words in enumerate(lines):
        left = (size[0] - width(words, letter)) / 2
        write(draw, (left, top + number * line_height(letter)), words, letter, INK)
    return image


def jpeg(image: Image.Image) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _put(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, tile: Tile, corner: tuple[int, int]
) -> None:
    """One tile at its place, its picture in the middle of its room."""
    left, top = corner
    if tile.image is None:
        sheet.paste(grey_tile(tile.why_not, PICTURE, TILE_LETTER), corner)
    else:
        image = tile.image
        x = left + (PICTURE[0] - image.width) // 2
        y = top + (PICTURE[1] - image.height) // 2
        if image.size != PICTURE:
            draw.rectangle((left, top, left + PICTURE[0] - 1, top + PICTURE[1] - 1), fill=PALE)
        sheet.paste(image, (x, y))
    below = top + PICTURE[1] + 2
    write(draw, (left, below), fitted(tile.said, _LETTER, CELL), _LETTER, INK)
    under = below + line_height(_LETTER)
    write(draw, (left, under), fitted(tile.name, _LETTER, CELL), _LETTER, GREY)


def _wrapped(text: str, letter: int, room: int) -> list[str]:
    """The words in lines that fit, four at most."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", letter) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(fitted(word, letter, room))
    return lines[:4]
