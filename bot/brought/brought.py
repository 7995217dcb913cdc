"""Files that somebody brings (pure): of a Slack message or a form, or a zip in S3.

Promises to form and launch: what cannot be labeled is named before anything is fetched; what is
put into S3 gets keys that every reader takes alike, the same for the same files.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.manifests.texts import ENDINGS as TEXT_ENDINGS

FILES_MAX = 30  # ours, and Slack's: three inputs of a form with ten files each
PICTURE_BYTES_MAX = 40 * 1024 * 1024  # Ground Truth: 40 MB an image
ZIP_BYTES_MAX = 1_000_000_000  # Slack: 1 GB a file
_NAMED = 3
_ODD = re.compile(r"[^\w.() -]+")
_MARK = 8


class TooManyFiles(Refusal):
    """This message has more than 30 files, and Labeljob takes 30 at a time. Share fewer, or one zip
    of them all.
    """


class NoFiles(Refusal):
    """This message has no files. Choose Label these on a message with pictures, or with a zip of
    them.
    """


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody brings: Slack's `id`, or the S3 `address` of a zip."""

    name: str
    size: int = 0
    id: str = ""
    address: str = ""

    @property
    def is_zip(self) -> bool:
        """Whether it is unpacked."""
        return is_zip(self.name)


@dataclass(frozen=True, slots=True)
class Takes:
    """Which files are stored: those with these `endings`, of at most so many bytes (None: any
    number); files with the endings of `pictures` only where they hold one.
    """

    endings: frozenset[str]
    pictures: frozenset[str] = frozenset()
    most: int | None = None


class Stored(msgspec.Struct, frozen=True):
    """How far the storing is: `done` of `of` files lie in S3."""

    done: int = 0
    of: int = 0


def untold(_stored: Stored) -> None:
    """At most thirty files: nobody is told how far it is."""


def is_zip(name: str) -> bool:
    """Whether a name or an address is a zip's."""
    return name.lower().endswith(".zip")


def from_slack(files: Iterable[object]) -> tuple[Brought, ...]:
    """The files of a message or a form as Slack describes them; what has no id is none."""
    return tuple(
        Brought(name=str(each.get("name") or "file"), size=_size(each), id=str(each["id"]))
        for each in files
        if isinstance(each, dict) and each.get("id") and each.get("mode") != "tombstone"
    )


def together(*groups: Iterable[Brought]) -> tuple[Brought, ...]:
    """All of them, each once, in the order in which they came."""
    return tuple({(one.id, one.address): one for group in groups for one in group}.values())


def endings_of(media: Sequence[str], *, texts: bool) -> tuple[str, ...]:
    """The endings that a task type reads; of a text type those of files with texts."""
    if texts:
        return tuple(TEXT_ENDINGS)
    return tuple(ending for ending in media if ending.startswith("."))


def files_fault(files: Sequence[Brought], endings: Sequence[str], noun: str) -> str:
    """What is wrong with the files for a task type that reads these endings; "" for nothing."""
    if not files:
        return "Add the files to label, or a zip of them."
    if len(files) > FILES_MAX:
        over = len(files) - FILES_MAX
        return (
            f"These are {len(files)} files; Labeljob takes {FILES_MAX} at a time. Leave "
            f"{over} out, or bring one zip of them all."
        )
    strange = [one for one in files if not one.name.lower().endswith((*endings, ".zip"))]
    if strange:
        return (
            f"{_named(strange)} cannot be labeled as {noun}s: {', '.join(endings)} can, and zips "
            "of them. Leave the rest out."
        )
    empty = [one for one in files if not one.size and one.id]
    if empty:
        return f"{_named(empty)} holds 0 bytes. Leave it out, or bring it again."
    return _size_fault(files)


def _size_fault(files: Sequence[Brought]) -> str:
    """Files that are too large."""
    large = [one for one in files if one.size > PICTURE_BYTES_MAX and not one.is_zip]
    if large:
        return f"{_named(large)} is larger than the 40 MB that Ground Truth takes. Make it smaller."
    huge = [one for one in files if one.size > ZIP_BYTES_MAX and one.id]
    if huge:
        return f"{_named(huge)} is larger than 1 GB. Make several zips of it."
    return ""


def shown(files: Sequence[Brought]) -> str:
    """What they are called together: "2 files: a.jpg, b.jpg"."""
    return f"{count(len(files), 'file')}: {_named(files)}"


def mark_of(files: Iterable[Brought]) -> str:
    """Eight signs that stand for just these files."""
    said = "\n".join(f"{one.id} {one.address} {one.size}" for one in files)
    return hashlib.sha256(said.encode()).hexdigest()[:_MARK]


class KeyNames:
    """Gives each file a key of its own below a folder: plain signs, no two alike."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def of(self, path: str) -> str:
        """The key for a file of this name or path, the same for the same files in the same
        order.
        """
        parts = [part for each in path.split("/") if (part := _plain(each))]
        key = "/".join(parts) or "file"
        again = self._used.get(key.lower(), 0)
        self._used[key.lower()] = again + 1
        if not again:
            return key
        stem, dot, ending = key.rpartition(".")
        return self.of(f"{stem}-{again + 1}.{ending}" if dot else f"{key}-{again + 1}")


def _plain(name: str) -> str:
    """A name of letters, digits, blanks and a few signs; none for one that only points."""
    plain = _ODD.sub("-", unicodedata.normalize("NFC", name)).strip()
    return "" if plain in {"", ".", ".."} else plain


def _named(files: Iterable[Brought]) -> str:
    names = list(_names(files))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _names(files: Iterable[Brought]) -> Iterator[str]:
    for one in files:
        yield one.name if len(one.name) <= 60 else f"{one.name[:40]}…{one.name[-16:]}"  # noqa: PLR2004


def _size(file: dict[str, object]) -> int:
    size = file.get("size")
    return size if isinstance(size, int) else 0
