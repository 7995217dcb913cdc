"""A large file in ranges of whole lines, for whoever reads them side by side.

Promises to the summary: the ranges are the file, in order, and each ends where a line ends; a line
longer than a range stays whole; memory is one window, whatever the lines.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from bot.base.errors import Refusal

_WINDOW = 1 << 18


class Shortened(Refusal):
    """The file became shorter while it was read. Nothing was counted: run it again when nobody
    writes to it.
    """


def ranges(file: BinaryIO, some: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of each range, of `some` bytes or as many more as its last line has."""
    begin, size = 0, file.seek(0, os.SEEK_END)
    while begin < size:
        end = _line_end(file, begin + some, size)
        yield begin, end
        begin = end


def _line_end(file: BinaryIO, at: int, size: int) -> int:
    """The end of the line that has the byte before `at`."""
    place = file.seek(max(at - 1, 0))
    while place < size:
        window = file.read(_WINDOW)
        if not window:
            raise Shortened
        found = window.find(b"\n")
        if found >= 0:
            return place + found + 1
        place += len(window)
    return size


def within(file: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """The bytes of a range, in pieces.

    Raises:
        Shortened: the file has them no more.

    """
    left = end - file.seek(begin)
    while left:
        chunk = file.read(min(left, _WINDOW))
        if not chunk:
            raise Shortened
        left -= len(chunk)
        yield chunk
