"""Somebody's own folder of pictures: what of it goes into the practice bucket, and what stays out.

Promises to whoever starts the workspace with their own pictures: every file of the folder is either
taken or counted under the reason why not, and the address to type is said.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "my-pictures/"
KINDS = (".jpg", ".jpeg", ".png")
# Ground Truth's quota for a picture, and S3's for a key, both in bytes.
_LARGEST, _LONGEST_KEY = 40 * 1024 * 1024, 1024
_KIND, _EMPTY, _LARGE = "of another kind", "empty", "larger than 40 MB"
_KEY, _CLOSED = "with a name that S3 cannot keep", "that cannot be read"
_HIDDEN = "in hidden folders, or hidden"


@dataclass
class OwnPictures:
    """The pictures by their keys; how many of the rest there are, and the first, by reason."""

    folder: Path
    taken: dict[str, Path] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def leave(self, name: str, why: str) -> None:
        """Count a file that stays out."""
        self.left[why] += 1
        self.first.setdefault(why, name)

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Each picture's key and bytes; one that cannot be read after all is left out."""
        for key, file in list(self.taken.items()):
            try:
                body = file.read_bytes()
            except OSError:
                del self.taken[key]
                self.leave(key.removeprefix(PREFIX), _CLOSED)
            else:
                yield key, body

    def words(self, bucket: str) -> str:
        """What is said about it: the address to type, then what was left out and why."""
        number = len(self.taken)
        said = [f"Of {self.folder} no picture was taken."]
        if number:
            pictures = "picture lies" if number == 1 else "pictures lie"
            said = [f"Your {number:,} {pictures} at  s3://{bucket}/{PREFIX}  (type it in a form)."]
        for why, many in self.left.items():
            shown = ascii(self.first[why]) if why == _KEY else self.first[why]
            files = "file" if many == 1 else "files"
            said.append(f"Left out: {many:,} {files} {why}, such as {shown}.")
        if not number or self.left[_KIND]:
            said.append("Pictures are .jpg, .jpeg and .png files, as Ground Truth takes them.")
        return "\n".join(said)


def look(folder: Path) -> OwnPictures:
    """What the folder and the folders in it hold."""
    found = OwnPictures(folder)
    for file in _files(folder, found):
        name = file.relative_to(folder).as_posix()
        why = _why_not(file, PREFIX + name)
        if why:
            found.leave(name, why)
        else:
            found.taken[PREFIX + name] = file
    return found


def _files(folder: Path, found: OwnPictures) -> Iterator[Path]:
    """Every file by its name; hidden ones are left, and folders that cannot be read are counted."""

    def closed(error: OSError) -> None:
        found.leave(Path(error.filename).relative_to(folder).as_posix() + "/", _CLOSED)

    for place, folders, names in os.walk(folder, onerror=closed):
        hidden = [name for name in (*folders, *names) if name.startswith(".")]
        for name in hidden:
            found.leave((Path(place) / name).relative_to(folder).as_posix(), _HIDDEN)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))


def _why_not(file: Path, key: str) -> str:
    """The reason why this file stays out; "" for a picture."""
    size = _size(file)
    faults = {
        _KIND: file.suffix.lower() not in KINDS,
        _KEY: not _can_be_key(key),
        _CLOSED: size is None,
        _EMPTY: size == 0,
        _LARGE: (size or 0) > _LARGEST,
    }
    return next((why for why, holds in faults.items() if holds), "")


def _size(file: Path) -> int | None:
    """Bytes; None for what cannot be read."""
    try:
        if not file.is_file() or not os.access(file, os.R_OK):
            return None
        return file.stat().st_size
    except OSError:
        return None


def _can_be_key(key: str) -> bool:
    try:
        return len(key.encode()) <= _LONGEST_KEY
    except UnicodeEncodeError:
        return False
