"""What a format's writer yields, as bytes for one place: its one file, or a zip of its files.

Promises to whoever writes them down: memory stays flat (what has to wait lies in a file without a
name that dies with us), and the same labels make the same bytes.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO

from bot.manifests.formats.format import Piece

_IN_MEMORY = 1 << 23  # bytes of what waits
_READ = 1 << 18


def one_file(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The bytes of a format's one file: its first section as it comes, the others behind it."""
    with ExitStack() as stack:
        waiting: dict[int, IO[bytes]] = {}
        for piece in pieces:
            if not piece.section:
                yield piece.body
                continue
            if piece.section not in waiting:
                waiting[piece.section] = _spool(stack)
            waiting[piece.section].write(piece.body)
        for _section, file in sorted(waiting.items()):
            yield from _back(file)


def files(pieces: Iterable[Piece]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The files of a format of many: each path with its bytes; what grows comes last."""
    with ExitStack() as stack:
        growing: dict[str, IO[bytes]] = {}
        for piece in pieces:
            if piece.section is None:
                yield piece.path, (piece.body,)
                continue
            if piece.path not in growing:
                growing[piece.path] = _spool(stack)
            growing[piece.path].write(piece.body)
        for path, file in growing.items():
            yield path, _back(file)


def zipped(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The files as a zip, in bytes as they come."""
    pipe = _Pipe()
    # a stream that cannot be sought: each file's size stands behind it
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for path, chunks in files(pieces):
            info = zipfile.ZipInfo(path)  # of 1980, so that the same files are the same zip
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as file:
                for chunk in chunks:
                    file.write(chunk)
                    yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()


class _Pipe:
    """Takes what is written, and hands it on."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def write(self, body: bytes) -> int:
        self._kept += body
        return len(body)

    def flush(self) -> None:
        """There is nothing to do."""

    def taken(self) -> bytes:
        """What was written since it was asked last."""
        body = bytes(self._kept)
        self._kept.clear()
        return body


def _spool(stack: ExitStack) -> IO[bytes]:
    return stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))


def _back(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(_READ), b"")
