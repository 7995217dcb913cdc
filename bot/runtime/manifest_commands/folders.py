"""What other tools' files are read from: a file, a folder, a zip, on this machine or in S3."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.manifests.formats.format import Files
from bot.manifests.zipped import Zip
from bot.runtime.manifest_commands.files import NoFile, address, is_s3, pieces

_PIECE = 1 << 18


class Single:
    """One file, of which people say where it is."""

    def __init__(self, place: str) -> None:
        self._place = place

    def paths(self) -> Iterable[str]:
        """Its name."""
        return [self._place.rpartition("/")[2]]

    def chunks(self, _path: str) -> Iterator[bytes]:
        """Its bytes."""
        return pieces(self._place)


class Folder:
    """The files of a folder on this machine, and of those in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self) -> Iterable[str]:
        """Their paths below the folder, in order."""
        found = (file.relative_to(self._folder) for file in self._folder.rglob("*"))
        return sorted(file.as_posix() for file in found if (self._folder / file).is_file())

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file's bytes."""
        try:
            with (self._folder / path).open("rb") as file:
                yield from iter(lambda: file.read(_PIECE), b"")
        except OSError as error:
            raise NoFile(f"{path} cannot be read: {error.strerror}.") from error


class S3Folder:
    """The objects below an address that ends in "/"."""

    def __init__(self, place: str) -> None:
        from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed

        self._folder = address(place)
        self._storage = own_storage()

    def paths(self) -> Iterable[str]:
        """Their keys below the folder, in S3's order."""
        keys = (
            listed.key.removeprefix(self._folder.key) for listed in self._storage.keys(self._folder)
        )
        return [key for key in keys if key and not key.endswith("/")]

    def chunks(self, path: str) -> Iterator[bytes]:
        """An object's bytes."""
        return self._storage.chunks(self._folder.join(path))


class Unzipped:
    """The files of a zip that was judged (see `bot.manifests.zipped`)."""

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
def opened(place: str) -> Iterator[Files]:
    """What lies at the place that was typed."""
    with ExitStack() as stack:
        if place.lower().endswith(".zip"):
            file = stack.enter_context(tempfile.TemporaryFile())
            for chunk in pieces(place):
                file.write(chunk)
            yield Unzipped(Zip(file, place.rpartition("/")[2]))
        elif is_s3(place) and place.endswith("/"):
            yield S3Folder(place)
        elif not is_s3(place) and Path(place).is_dir():
            yield Folder(Path(place))
        else:
            yield Single(place)
