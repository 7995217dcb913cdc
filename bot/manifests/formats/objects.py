"""What readers of formats read in S3 (pure): one object, the objects of a folder, or a zip.

Promises to the reader: memory stays flat but for what it reads at once itself; a zip is judged
before anything of it is unpacked (`bot.manifests.zipped`).
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Protocol

from bot.base.s3_uri import Listed, S3Uri
from bot.manifests.formats.format import Files
from bot.manifests.zipped import Zip

_IN_MEMORY = 1 << 23  # bytes of a zip that is kept in memory


class Objects(Protocol):
    """S3, as far as it is read."""

    def chunks(self, uri: S3Uri) -> Iterator[bytes]:
        """An object's bytes in pieces."""

    def keys_at_once(self, folder: S3Uri) -> Iterable[Listed]:
        """Every object below a folder, in S3's order."""


class OneObject:
    """One object, of which people say where it is."""

    def __init__(self, objects: Objects, uri: S3Uri) -> None:
        self._objects = objects
        self._uri = uri

    def paths(self) -> Iterable[str]:
        """Its name."""
        return [self._uri.key.rpartition("/")[2]]

    def chunks(self, _path: str) -> Iterator[bytes]:
        """Its bytes."""
        return self._objects.chunks(self._uri)


class ObjectFolder:
    """The objects below an address that ends in "/"."""

    def __init__(self, objects: Objects, folder: S3Uri) -> None:
        self._objects = objects
        self._folder = folder

    def paths(self) -> Iterable[str]:
        """Their keys below the folder, in S3's order."""
        listed = self._objects.keys_at_once(self._folder)
        keys = (one.key.removeprefix(self._folder.key) for one in listed)
        return [key for key in keys if key and not key.endswith("/")]

    def chunks(self, path: str) -> Iterator[bytes]:
        """An object's bytes."""
        return self._objects.chunks(self._folder.join(path))


class Unzipped:
    """The files of a zip that was judged."""

    def __init__(self, archive: Zip) -> None:
        self._archive = archive
        self._entries = {entry.path: entry for entry in archive.entries}

    def paths(self) -> Iterable[str]:
        """Their paths, in order."""
        return sorted(self._entries)

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file's bytes."""
        return self._archive.pieces(self._entries[path])


@contextmanager
def unzipped(chunks: Iterable[bytes], name: str) -> Iterator[Unzipped]:
    """The files of a zip that arrives in pieces; it lies in a file without a name meanwhile.

    Raises:
        BadZip: it cannot be unpacked.

    """
    with _spooled(chunks) as file:
        yield Unzipped(Zip(file, name))


@contextmanager
def opened(objects: Objects, uri: S3Uri) -> Iterator[Files]:
    """What lies at an address: a folder, a zip, or one object.

    Raises:
        BadZip: it cannot be unpacked.

    """
    name = uri.key.rpartition("/")[2]
    if uri.is_folder:
        yield ObjectFolder(objects, uri)
    elif name.lower().endswith(".zip"):
        with unzipped(objects.chunks(uri), name) as files:
            yield files
    else:
        yield OneObject(objects, uri)


@contextmanager
def _spooled(chunks: Iterable[bytes]) -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        for chunk in chunks:
            file.write(chunk)
        yield file
