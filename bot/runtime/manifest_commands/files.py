"""Files that a command reads and writes: on this machine or in S3, as streams, with their progress.

Promises to every command of `labeljob manifest`: memory stays flat; `-` is standard input; where
somebody watches (a terminal), long work says on standard error how far it is.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri

STDOUT = "-"
_PIECE = 1 << 18
_PATIENCE = 1.0  # seconds before anything is said, and between two words


class NoFile(Refusal):
    """This file cannot be read or written."""


def is_s3(place: str) -> bool:
    """Whether it is an address in S3."""
    return place.startswith("s3://")


def address(place: str) -> S3Uri:
    """The S3 address that was typed.

    Raises:
        NoFile: it is none, with words.

    """
    try:
        return S3Uri.parse(place)
    except BadAddress as error:
        raise NoFile(str(error)) from error


def pieces(place: str) -> Iterator[bytes]:
    """The bytes of a file, of an object in S3, or of standard input (`-`).

    Raises:
        NoFile: it cannot be read.
        LabeljobError: what S3 says (see `bot.base.storage`).

    """
    if is_s3(place):
        from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed

        return told(own_storage().chunks(address(place)))
    return told(_local(place))


def _local(place: str) -> Iterator[bytes]:
    try:
        if place == "-":
            yield from iter(lambda: sys.stdin.buffer.read(_PIECE), b"")
            return
        with Path(place).open("rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")
    except OSError as error:
        raise NoFile(f"{place} cannot be read: {error.strerror}.") from error


def write(place: str, lines: Iterable[bytes], content_type: str) -> None:
    """Write a file, an object in S3, or standard output (`-`): whole, or not at all.

    Raises:
        NoFile: it cannot be written.
        LabeljobError: what S3 says, and what the lines raise.

    """
    if place == STDOUT:
        for line in lines:
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    elif is_s3(place):
        from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed
        from bot.base.storage import gathered  # noqa: PLC0415 - as above

        target = address(place)
        with gathered(lines) as body:
            own_storage().put_file(target, body, content_type)
    else:
        _write_here(Path(place), lines)


def _write_here(target: Path, lines: Iterable[bytes]) -> None:
    """Beside its place first, so that nothing half written stands there."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.writelines(lines)
        unfinished.replace(target)
    except OSError as error:
        raise NoFile(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):  # it was put in its place, or there is no folder for it
            unfinished.unlink()


def told(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces; their bytes are told to whoever watches."""
    size = 0
    with watched() as say:
        for chunk in chunks:
            size += len(chunk)
            say(f"{size / 1_000_000:,.0f} MB read")
            yield chunk


class Say:
    """Says on standard error how far the work is, once a second at most."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self.said = False

    def __call__(self, words: str) -> None:
        """Say it, if somebody watches and the last word is a second old."""
        if self._watched and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PATIENCE
            self.said = True
            sys.stderr.write(f"\r\x1b[K{words}")
            sys.stderr.flush()


@contextmanager
def watched() -> Iterator[Say]:
    """What takes words of progress; they are gone when the work is done."""
    say = Say()
    try:
        yield say
    finally:
        if say.said:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
