"""How good a model is, drawn: a bar for each of three numbers per label, the worst label first."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from bot.pictures.lettering import blank, fitted, line_height, width, write
from bot.pictures.palette import GREY, INK, LABELS, PALE, PAPER
from bot.pictures.sheet import jpeg

ROWS = 25  # ours: labels on one picture; the table beside it has them all
_WIDE, _EDGE, _NAMES = 1_000, 24, 260
_LETTER, _HEAD = 18, 24
_BAR, _GAP = 12, 4
_NUMBER = 64
_KINDS = ("F1", "precision", "recall")
_ROW = 3 * (_BAR + _GAP) + 16


@dataclass(frozen=True, slots=True)
class Row:
    """A label, or all of them, with F1, precision and recall from 0 to 1; None where it is not
    known.
    """

    name: str
    numbers: tuple[float | None, float | None, float | None]


def scores(title: str, rows: Sequence[Row]) -> bytes:
    """The rows as a JPEG, `ROWS` of them at most."""
    shown = rows[:ROWS]
    top = 2 * _EDGE + line_height(_HEAD) + line_height(_LETTER)
    page, draw = blank((_WIDE, top + len(shown) * _ROW + _EDGE), PAPER)
    write(draw, (_EDGE, _EDGE), fitted(title, _HEAD, _WIDE - 2 * _EDGE), _HEAD, INK)
    _legend(draw, _EDGE + line_height(_HEAD) + 8)
    for number, row in enumerate(shown):
        _row(draw, row, top + number * _ROW)
    return jpeg(page)


def _legend(draw: ImageDraw.ImageDraw, top: int) -> None:
    """Which bar is which."""
    left = _EDGE
    for place, words in enumerate(_KINDS):
        draw.rectangle((left, top + 5, left + 14, top + 17), fill=LABELS[place])
        write(draw, (left + 22, top), words, _LETTER, INK)
        left += 22 + width(words, _LETTER) + 28


def _row(draw: ImageDraw.ImageDraw, row: Row, top: int) -> None:
    name = fitted(row.name, _LETTER, _NAMES - 12)
    write(draw, (_EDGE, top + _BAR), name, _LETTER, INK)
    left, room = _EDGE + _NAMES, _WIDE - 2 * _EDGE - _NAMES - _NUMBER
    for place, value in enumerate(row.numbers):
        y = top + place * (_BAR + _GAP)
        draw.rectangle((left, y, left + room, y + _BAR), fill=PALE)
        said = "-"
        if value is not None:
            draw.rectangle((left, y, left + round(room * value), y + _BAR), fill=LABELS[place])
            said = f"{value:.2f}"
        ink = GREY if value is None else INK
        write(draw, (left + room + 12, y - 2), said, _BAR + 2, ink)
