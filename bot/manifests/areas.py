"""Areas of a picture as lengths of runs (pure): what COCO calls RLE.

Promises to converters and to agreement: pixels are counted column after column from the upper left
corner; runs lie outside and inside by turns, the first one outside (0 where the corner is inside).
Nothing in a foreign file's runs takes more memory than the file itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.manifests.shapes import Area

_BITS, _MORE, _SIGN = 5, 0x20, 0x10  # COCO's text: five bits a letter, then whether more follow
_FIRST = 48  # the letter of 0
_LETTERS_MOST = 7  # of a run: 32 bits
_STEP = 2  # from the third run on, a run is told by how it differs from the one before the last


def runs_of(inside: bytes) -> tuple[int, ...]:
    """The runs of pixels, a byte each: 0 outside, 255 inside."""
    runs, at, sign = [], 0, b"\xff"
    while at < len(inside):
        end = inside.find(sign, at)
        end = len(inside) if end < 0 else end
        runs.append(end - at)
        at, sign = end, b"\x00" if sign == b"\xff" else b"\xff"
    return tuple(runs)


def stretches(runs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each run inside begins and ends (not included), in pixels from the corner."""
    at = 0
    for place, run in enumerate(runs):
        if place % 2 and run:
            yield at, at + run
        at += run


def crossings(edges: set[int], side: int) -> list[tuple[int, int]]:
    """From where to where (not included) pixels differ from those of the line before, where a line
    has `side` pixels and inside and outside meet at the `edges`; beyond the last line lies nothing.
    """
    changes = sorted(edges ^ {edge + side for edge in edges})
    return list(zip(changes[::2], changes[1::2], strict=True))


def turned(crossed: Iterable[tuple[int, int]], side: int, lines: int) -> list[int]:
    """The edges of the same area with its pixels counted across the lines, by its `crossings`; as
    much work as these have pixels, however large the picture is.
    """
    places = [at for begin, end in crossed for at in range(begin, end)]
    inner = {at % side * lines + at // side for at in places if at < side * lines}
    beyond = {(at % side + 1) * lines for at in places if at >= side * lines}
    return sorted(inner ^ beyond)


def runs_to(edges: Iterable[int], pixels: int) -> tuple[int, ...]:
    """The runs between the edges, to the end of a picture of so many pixels."""
    ends = [0, *edges]
    if ends[-1] < pixels:
        ends.append(pixels)
    return tuple(end - begin for begin, end in pairwise(ends))


def pixels_in(runs: Sequence[int]) -> int:
    """How many pixels are inside."""
    return sum(runs[1::2])


def shared_pixels(one: Sequence[int], other: Sequence[int]) -> int:
    """How many pixels are inside both."""
    theirs = stretches(other)
    begin, end = next(theirs, (0, 0))
    shared = 0
    for low, high in stretches(one):
        while end and end <= low:
            begin, end = next(theirs, (0, 0))
        while end and begin < high:
            shared += min(end, high) - max(begin, low)
            if end > high:
                break
            begin, end = next(theirs, (0, 0))
    return shared


def box_of(area: Area) -> tuple[int, int, int, int]:
    """Left, top, width and height of the box round an area; zeros where it is empty."""
    height = area.size[1]
    left = right = top = bottom = -1
    for begin, end in stretches(area.runs):
        first, last = begin // height, (end - 1) // height
        upper, lower = begin % height, (end - 1) % height
        if first != last:  # it goes on in the next column, so it has the lowest and highest pixels
            upper, lower = 0, height - 1
        left = first if left < 0 else left
        right = last
        top = upper if top < 0 else min(top, upper)
        bottom = max(bottom, lower)
    if left < 0:
        return 0, 0, 0, 0
    return left, top, right - left + 1, bottom - top + 1


def written(runs: Sequence[int]) -> str:
    """The runs as COCO's tools pack them into a text."""
    letters = bytearray()
    for place, run in enumerate(runs):
        left = run - runs[place - _STEP] if place > _STEP else run
        more = True
        while more:
            letter = left & (_MORE - 1)
            left >>= _BITS
            more = left != (-1 if letter & _SIGN else 0)
            letters.append(_FIRST + (letter | _MORE if more else letter))
    return letters.decode()


def read(text: str) -> tuple[int, ...] | None:
    """The runs of such a text; None where it is none."""
    runs: list[int] = []
    value = place = 0
    for letter in text.encode():
        bits = letter - _FIRST
        if not 0 <= bits < 2 * _MORE or place >= _LETTERS_MOST:
            return None
        value |= (bits & (_MORE - 1)) << (_BITS * place)
        place += 1
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << (_BITS * place)
        runs.append(value + runs[-_STEP] if len(runs) > _STEP else value)
        value = place = 0
    return tuple(runs) if not place else None


def fits(runs: Sequence[int], size: tuple[int, int]) -> bool:
    """Whether they cover a picture of this width and height, and nothing else."""
    return all(run >= 0 for run in runs) and sum(runs) == size[0] * size[1]
