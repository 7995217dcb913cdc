"""Zips that people bring (pure): what is in one, read as a stream, never more than it says.

Promises to whoever unpacks: a zip is judged by its table of contents before anything of it is
unpacked, and what no honest zip of pictures holds (paths that lead elsewhere, links, archives in
archives, hundreds of times its size) is refused with words. The limits are ours but where it says
so.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from bot.base.blocks import count
from bot.base.errors import Refusal

ENTRIES_MAX = 100_000  # Ground Truth: objects of one job
UNPACKED_MAX = 20_000_000_000  # bytes of all entries together
RATIO_MAX = 100  # times that an entry may be larger than its packed bytes
_RATIO_FROM = 1_000_000  # bytes: a small file of one letter is harmless
_CONTENTS_MAX = 64_000_000  # bytes of the table of contents, which is read at once
_PIECE = 1 << 18
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_ENCRYPTED = 0x1
_UNIX = 3  # the zip format: who made the entry, and so what its attributes mean
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
    OverflowError,
)


class BadZip(Refusal):
    """This zip cannot be unpacked."""

    field = "input_uri"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a zip: its path with plain slashes, and its bytes once it is unpacked."""

    path: str
    size: int
    info: zipfile.ZipInfo


class Zip:
    """A zip that was judged. `file` can be read at any place; `name` is what people call it.

    Raises:
        BadZip: with words.

    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(_Careful(file))
        except BadZip:
            raise BadZip(f"{name} {_TOO_LONG}") from None
        except _BROKEN:
            raise BadZip(
                f"{name} is no zip, or a broken one: its table of contents cannot be read. Pack "
                "it again."
            ) from None
        self.entries = self._judged()

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, unpacked; as many as its table of contents says.

        Raises:
            BadZip: they are broken, or more or fewer.

        """
        size = 0
        try:
            with self._zip.open(entry.info) as unpacked:
                while piece := unpacked.read(_PIECE):
                    size += len(piece)
                    yield piece
        except _BROKEN:
            size = -1
        if size != entry.size:
            raise BadZip(
                f"{self._name} is broken: {entry.path[-80:]} in it cannot be unpacked. Pack it "
                "again."
            )

    def _judged(self) -> tuple[Entry, ...]:
        """Its files, if nothing of it is to be refused."""
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > ENTRIES_MAX:
            raise BadZip(
                f"{self._name} holds {len(infos):,} files; Labeljob unpacks {ENTRIES_MAX:,}. Make "
                "several zips of it."
            )
        if sum(info.file_size for info in infos) > UNPACKED_MAX:
            raise BadZip(
                f"{self._name} is larger than {UNPACKED_MAX // 10**9} GB once it is unpacked, more "
                "than Labeljob takes. Make several zips of it."
            )
        faults = [(info, fault) for info in infos if (fault := _fault(info))]
        if faults:
            info, fault = faults[0]
            more = ""
            if len(faults) > 1:
                more = f" {count(len(faults) - 1, 'other file')} in it cannot be taken either."
            raise BadZip(f"{self._name}: {_shown(info)} {fault}{more}")
        return tuple(Entry(info.filename, info.file_size, info) for info in infos)


_TOO_LONG = "has a table of contents that is too long to be honest. Pack it again."


class _Careful:
    """The file, of which nobody reads more at once than an honest table of contents has."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > _CONTENTS_MAX:
            raise BadZip(_TOO_LONG)
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _fault(info: zipfile.ZipInfo) -> str:
    """Why an entry is refused, as the end of a sentence; "" for an honest one."""
    return next((words for is_so, words in _FAULTS if is_so(info)), "")


def _leads_out(info: zipfile.ZipInfo) -> bool:
    path = info.filename
    return (
        path.startswith("/")
        or ".." in path.split("/")
        or "\\" in path
        or re.match(r"[A-Za-z]:", path) is not None
    )


def _is_link(info: zipfile.ZipInfo) -> bool:
    return info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16)


_FAULTS: tuple[tuple[Callable[[zipfile.ZipInfo], bool], str], ...] = (
    (_leads_out, "leads out of the zip. Pack plain files and folders."),
    (
        lambda info: any(ord(sign) < 32 or ord(sign) == 127 for sign in info.filename),  # noqa: PLR2004
        "has invisible control characters in its name. Rename it and pack again.",
    ),
    (_is_link, "is a link to another file. Pack the file itself."),
    (
        lambda info: info.filename.lower().endswith(_ARCHIVES),
        "is an archive within the archive. Unpack it first.",
    ),
    (
        lambda info: bool(info.flag_bits & _ENCRYPTED),
        "is locked with a password. Pack it without one.",
    ),
    (
        lambda info: info.compress_type not in _METHODS,
        "is packed in an unusual way. Pack it as your system does it by itself.",
    ),
    (
        lambda info: info.file_size > max(_RATIO_FROM, RATIO_MAX * info.compress_size),
        f"is over {RATIO_MAX} times as large once unpacked, as no picture is. Leave it out.",
    ),
)


def _shown(info: zipfile.ZipInfo) -> str:
    """The entry's path, as people may read it."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in info.filename)
    return f"“{plain[-80:]}”"
