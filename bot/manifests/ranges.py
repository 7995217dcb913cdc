"""A large file in ranges of whole lines, for whoever reads them side by side.

Promises to the summary: the ranges are the file, in order, and each ends where a line ends; a line
longer than a range stays whole; memory is one window, whatever the lines.
"""

from collections.abc import Callable, Iterator

from bot.base.errors import Refusal

_WINDOW = 1 << 18
_NEAR = 1 << 13  # within which most lines end

ReadAt = Callable[[int, int], bytes]
"""Gives so many bytes from a place on, or fewer; none behind the end. Who reads side by side has no
place of its own in the file.
"""


class Shortened(Refusal):
    """The file became shorter while it was read. Nothing was counted: run it again when nobody
    writes to it.
    """


def ranges(read_at: ReadAt, size: int, some: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of each range, of `some` bytes or as many more as its last line has."""
    begin = 0
    while begin < size:
        end = _line_end(read_at, begin + some, size)
        yield begin, end
        begin = end


def _line_end(read_at: ReadAt, place: int, size: int) -> int:
    """The end of the line that has the byte before a place."""
    place -= 1
    while place < size:
        window = _read(read_at, place, min(place + _NEAR, size))
        found = window.find(b"\n")
        if found >= 0:
            return place + found + 1
        place += len(window)
    return size


def within(read_at: ReadAt, begin: int, end: int) -> Iterator[bytes]:
    """The bytes of a range, in pieces.

    Raises:
        Shortened: the file has them no more.

    """
    while begin < end:
        window = _read(read_at, begin, end)
        begin += len(window)
        yield window


def _read(read_at: ReadAt, begin: int, end: int) -> bytes:
    window = read_at(min(end - begin, _WINDOW), begin)
    if not window:
        raise Shortened
    return window
