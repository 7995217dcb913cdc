"""Storing: the files that somebody brought are put into S3, where they can be labeled.

Promises to the launch: what lies there already is not fetched again, so a try that was broken off
goes on; memory stays flat; what cannot be labeled is left out and said.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO

from bot.base.errors import Refusal
from bot.base.s3_uri import Listed, S3Uri
from bot.base.storage import Storage, gathered
from bot.brought.brought import Brought, KeyNames, Stored, Takes
from bot.delivery.slack_files import SlackFiles
from bot.manifests.build import Tally, left_out
from bot.manifests.picture_head import ENOUGH, read_head
from bot.manifests.zipped import Zip

_READ_AHEAD = 1 << 22  # bytes of a zip in S3 that one question brings
_TOLD = 50  # times that the card is told how far it is

_KINDS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".ogg": "video/ogg",
    ".txt": "text/plain",
    ".csv": "text/csv",
}


class BadInput(Refusal):
    """The data cannot be labeled as it is."""

    field = "input_uri"


@dataclass(frozen=True, slots=True)
class Judged:
    """How many files would be stored, and what would be left out, in words."""

    files: int
    left_out: str


@dataclass(frozen=True, slots=True)
class _Thing:
    """One file to store: where it comes from, its bytes' number, and how they are read."""

    path: str
    size: int
    pieces: Callable[[], Iterator[bytes]]


class Storing:
    """Puts files into S3. `storage` has the worker's patience."""

    def __init__(self, storage: Storage, files: SlackFiles) -> None:
        self.storage = storage
        self._files = files

    def put(
        self,
        brought: Sequence[Brought],
        folder: S3Uri,
        takes: Takes,
        *,
        alive: Callable[[], None],
        told: Callable[[Stored], None],
    ) -> str:
        """Store all that can be labeled below the folder; what was left out, in words. `alive` is
        called at each step, `told` hears how far it is.

        Raises:
            BadInput: nothing of it can be labeled.
            BadZip: a zip is not honest, or broken.
            FileGone, FileShut: a file cannot be had from Slack.
            FilesSilent, NoRoom, AwsBusy: not now; what was stored stays.

        """
        storage = self.storage.attended(alive)
        there = {one.key: one.size for one in storage.keys(folder)}
        with ExitStack() as open_files:
            tally = Tally()
            fitting = self._fitting(brought, takes, tally, storage, open_files, alive)
            things = list(fitting)
            names, every = KeyNames(), max(1, len(things) // _TOLD)
            told(Stored(0, len(things)))
            for number, thing in enumerate(things, 1):
                alive()
                place = folder.join(names.of(thing.path))
                lies_there = there.get(place.key) == thing.size
                if not lies_there and not self._put(place, thing, takes, storage):
                    tally.broken += 1
                if number % every == 0 or number == len(things):
                    told(Stored(number, len(things)))
        if tally.broken == len(things):
            raise BadInput(f"There is nothing to label in these files. {tally.left_out}".rstrip())
        return tally.left_out

    def put_first(
        self,
        brought: Sequence[Brought],
        folder: S3Uri,
        takes: Takes,
        *,
        alive: Callable[[], None],
    ) -> S3Uri:
        """Store the first file that can be labeled, where `put` will look for it; its address.

        Raises:
            BadInput, BadZip, FileGone, FileShut, FilesSilent, NoRoom, AwsBusy: see `put`.

        """
        storage = self.storage.attended(alive)
        with ExitStack() as open_files:
            tally, names = Tally(), KeyNames()
            for thing in self._fitting(brought, takes, tally, storage, open_files, alive):
                alive()
                place = folder.join(names.of(thing.path))
                if self._put(place, thing, takes, storage):
                    return place
                tally.broken += 1
        raise BadInput(f"There is nothing to label in these files. {tally.left_out}".rstrip())

    def judged(
        self, brought: Sequence[Brought], takes: Takes, *, alive: Callable[[], None]
    ) -> Judged:
        """What `put` would store of files and zips; nothing is stored. Each zip is fetched once,
        one at a time, and judged as `put` judges it. The beginnings of the files in zips are read
        as far as the first one that holds a picture.

        Raises:
            BadInput, BadZip, FileGone, FileShut, FilesSilent, NoRoom, AwsBusy: see `put`.

        """
        storage = self.storage.attended(alive)
        tally, fits = Tally(), 0
        proven = not takes.pictures
        for one in brought:
            with ExitStack() as open_file:  # one zip after the other: each may be a gigabyte
                for thing in self._fitting([one], takes, tally, storage, open_file, alive):
                    fits += 1
                    if not proven:
                        alive()
                        proven = not one.is_zip or _holds_picture(thing)
        if not fits or not proven:
            tally.broken += fits
            raise BadInput(f"There is nothing to label in these files. {tally.left_out}".rstrip())
        return Judged(fits, tally.left_out)

    def _fitting(  # noqa: PLR0913, PLR0917 - what there is to read it with
        self,
        brought: Sequence[Brought],
        takes: Takes,
        tally: Tally,
        storage: Storage,
        open_files: ExitStack,
        alive: Callable[[], None],
    ) -> Iterator[_Thing]:
        """The files that are stored; the others are counted."""
        for one in brought:
            for thing in self._things(one, storage, open_files, alive):
                listed = Listed(thing.path, thing.size)
                if not left_out(listed, takes.endings, tally, max_bytes=takes.most):
                    yield thing

    def _things(
        self, one: Brought, storage: Storage, open_files: ExitStack, alive: Callable[[], None]
    ) -> Iterator[_Thing]:
        """The files of one thing that was brought: itself, or what a zip holds."""
        if not one.is_zip:
            yield _Thing(one.name, one.size, partial(self._files.pieces, one.id, one.name))
            return
        zipped = Zip(self._opened(one, storage, open_files, alive), one.name)
        for entry in zipped.entries:
            yield _Thing(entry.path, entry.size, partial(zipped.pieces, entry))

    def _opened(
        self, one: Brought, storage: Storage, open_files: ExitStack, alive: Callable[[], None]
    ) -> IO[bytes]:
        """A zip that can be read at any place: one of S3 is, one of Slack is fetched first."""
        if one.address:
            return in_s3(storage, S3Uri.parse(one.address))
        pieces = _attended(self._files.pieces(one.id, one.name), alive)
        return open_files.enter_context(gathered(pieces)).file

    def _put(self, place: S3Uri, thing: _Thing, takes: Takes, storage: Storage) -> bool:
        """Store one file; False for one that is no picture, whatever its name says."""
        ending = f".{place.key.rpartition('.')[2].lower()}"
        with gathered(thing.pieces()) as body:
            if ending in takes.pictures:
                start = body.file.read(ENOUGH)
                body.file.seek(0)
                if not read_head(start).known:
                    return False
            storage.put_once(place, body, _KINDS.get(ending, "application/octet-stream"))
        return True


def _attended(pieces: Iterator[bytes], alive: Callable[[], None]) -> Iterator[bytes]:
    """The pieces, each a step: a gigabyte of Slack takes a while."""
    for piece in pieces:
        alive()
        yield piece


def _holds_picture(thing: _Thing) -> bool:
    """Whether a file of a zip begins as a picture does."""
    return read_head(next(thing.pieces(), b"")[:ENOUGH]).known


def in_s3(storage: Storage, uri: S3Uri) -> IO[bytes]:
    """An object that is read where it lies, a few megabytes at a time."""
    return io.BufferedReader(_InS3(storage, uri), _READ_AHEAD)


class _InS3(io.RawIOBase):
    """An object of S3, read at any place with a question each (GetObject with a range)."""

    def __init__(self, storage: Storage, uri: S3Uri) -> None:
        self._storage = storage
        self._uri = uri
        self._size = storage.size(uri)
        self._place = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; as for any file."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if begin + place < 0:
            raise ValueError("before the beginning")
        self._place = begin + place
        return self._place

    def tell(self) -> int:
        """Where the next read begins."""
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what io gives it
        """Fill the buffer as far as there are bytes."""
        wanted = min(len(buffer), self._size - self._place)
        if wanted <= 0:
            return 0
        found = self._storage.part(self._uri, self._place, wanted)
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)
