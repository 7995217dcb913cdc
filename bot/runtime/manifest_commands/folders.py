"""What other tools' files are read from: a file, a folder, a zip, on this machine or in S3."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.manifests.formats.format import Files
from bot.manifests.formats.objects import ObjectFolder, unzipped
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


@contextmanager
def opened(place: str) -> Iterator[Files]:
    """What lies at the place that was typed."""
    if place.lower().endswith(".zip"):
        with unzipped(pieces(place), place.rpartition("/")[2]) as files:
            yield files
    elif is_s3(place) and place.endswith("/"):
        from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed

        yield ObjectFolder(own_storage(), address(place))
    elif not is_s3(place) and Path(place).is_dir():
        yield Folder(Path(place))
    else:
        yield Single(place)
