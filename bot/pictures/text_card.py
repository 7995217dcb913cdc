"""A text as a card: its words on paper, what was marked in it on the colours of its labels."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.manifests.shapes import Span
from bot.pictures.lettering import blank, line_height, readable, width, write
from bot.pictures.palette import INK, PALE, PAPER, Colours, ink_on

_TEXT_MOST = 4_000  # ours: characters that are laid out; a tile shows some hundreds
_SPANS_MOST = 500
_BEFORE = 60  # characters shown before the first mark of a long text
_ROOM = 10  # pixels round the words


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a part of one, in one colour; `label` is "" where nothing is marked."""

    text: str
    label: str = ""


def text_card(
    text: str, spans: tuple[Span, ...], colours: Colours, size: tuple[int, int], *, letter: int
) -> Image.Image:
    """The text with its marks. A long one begins shortly before its first mark and ends where the
    card does.
    """
    image, draw = blank(size, PAPER)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=PALE)
    begin, shown = _shown(text, spans)
    x, y, high = float(_ROOM), float(_ROOM), line_height(letter) + 2
    for piece in _pieces(shown, _within(spans, begin, len(shown))):
        for word in _words(piece):
            wide = width(word.text, letter)
            if x + wide > size[0] - _ROOM and x > _ROOM:
                x, y = float(_ROOM), y + high
            if y + high > size[1] - _ROOM // 2:
                write(draw, (size[0] - _ROOM - letter, y - high), "…", letter, INK)
                return image
            _write_word(draw, (x, y), word, colours, letter)
            x += wide
    return image


def _shown(text: str, spans: tuple[Span, ...]) -> tuple[int, str]:
    """Where the shown part of the text begins, and its characters."""
    first = min((span.start for span in spans if 0 <= span.start < len(text)), default=0)
    begin = max(0, first - _BEFORE)
    if begin:
        begin = text.find(" ", begin, first) + 1 or begin
    return begin, text[begin : begin + _TEXT_MOST]


def _within(spans: tuple[Span, ...], begin: int, length: int) -> list[Span]:
    """The marks by their places in the shown part, in order."""
    moved = (
        Span(span.label, max(0, span.start - begin), min(length, span.end - begin))
        for span in spans[:_SPANS_MOST]
    )
    return sorted((span for span in moved if span.start < span.end), key=lambda span: span.start)


def _pieces(text: str, spans: list[Span]) -> Iterator[_Piece]:
    """The text cut at its marks; of marks that overlap, each shows what the one before leaves."""
    at = 0
    for span in spans:
        if span.end <= at:
            continue
        start = max(at, span.start)
        if at < start:
            yield _Piece(text[at:start])
        yield _Piece(text[start : span.end], span.label)
        at = span.end
    if at < len(text):
        yield _Piece(text[at:])


def _words(piece: _Piece) -> Iterator[_Piece]:
    """The piece in parts at whose ends a line may end."""
    words = piece.text.replace("\n", " ").split(" ")
    for number, word in enumerate(words):
        end = " " if number < len(words) - 1 else ""
        for at in range(0, max(1, len(word)), 24):
            part = readable(word[at : at + 24]) + (end if at + 24 >= len(word) else "")
            if part:
                yield _Piece(part, piece.label)


def _write_word(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    word: _Piece,
    colours: Colours,
    letter: int,
) -> None:
    ink = INK
    if word.label:
        ground = colours.of(word.label)
        ink = ink_on(ground)
        wide = width(word.text, letter)
        draw.rectangle((at[0], at[1], at[0] + wide, at[1] + line_height(letter)), fill=ground)
    write(draw, at, word.text, letter, ink)
