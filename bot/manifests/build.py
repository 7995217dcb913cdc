"""Makes input manifests (pure, streaming): from the objects of a folder, and from texts.

Promises to the "make manifest" step: the same folder gives the same bytes (S3's own order is kept),
every line made passes `lines.check`, and what was left out is counted by reason.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from bot.base.blocks import count
from bot.base.s3_uri import BadAddress, Listed, S3Uri
from bot.manifests.lines import OBJECT_LIMIT

_ANY_SIZE = 5 * 10**12  # S3: bytes of the largest object
# Parts of a key that begin with a letter or a digit and hold nothing that is read in two ways.
_PART = r"[a-zA-Z0-9][\w=+. -]*"
_USUAL = re.compile(rf"(?=.{{1,900}}\Z)(?:{_PART}/)*{_PART}(\.\w+)", re.ASCII)
_SYSTEM_FILES = {"thumbs.db", "desktop.ini", "__macosx"}
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Tally:
    """What became of the objects of a folder (or of texts): `written` lines, and why others were
    not. `fitting` are those from which some were chosen, 0 where nobody chose.

    `other` counts files of other kinds by extension; `odd` are keys whose `..`, `//` or control
    characters different programs read differently; `over` is what came after the limit of one job;
    `blank` are texts without a letter, `broken` files that are no pictures, whatever their names
    say; `again` are texts that came before, `met` the hashes of all; `first` are a few lines'
    sources.
    """

    written: int = 0
    fitting: int = 0
    folders: int = 0
    hidden: int = 0
    empty: int = 0
    large: int = 0
    archived: int = 0
    odd: int = 0
    over: int = 0
    again: int = 0
    blank: int = 0
    broken: int = 0
    other: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)
    met: set[int] = field(default_factory=set)

    @property
    def left_out(self) -> str:
        """In words: `Left out: 3 empty files, 12 of other kinds (.txt 9, .gif 3).` and the like; ""
        for nothing.
        """
        kinds = ", ".join(
            f"{ending or 'none'} {number:,}" for ending, number in self.other.most_common(4)
        )
        left = [
            count(self.empty, "empty file") if self.empty else "",
            count(self.blank, "blank text") if self.blank else "",
            f"{self.large:,} too large" if self.large else "",
            f"{self.broken:,} that hold no picture" if self.broken else "",
            f"{self.archived:,} in an archive (restore them in S3 first)" if self.archived else "",
            f"{self.hidden:,} hidden" if self.hidden else "",
            f"{self.odd:,} with a name that programs read differently" if self.odd else "",
            f"{self.other.total():,} of other kinds ({kinds})" if self.other else "",
            f"{self.over:,} beyond the limit of one job" if self.over else "",
        ]
        reasons = ", ".join(reason for reason in left if reason)
        return f"Left out: {reasons}." if reasons else ""

    @property
    def repeated(self) -> str:
        """How many texts come again, in words; "" for none."""
        if not self.again:
            return ""
        return f"{count(self.again, 'text')} came before: each is labeled again."


def lines_for(  # noqa: PLR0913 - the folder and its rules
    keys: Iterable[Listed],
    bucket: str,
    media: tuple[str, ...],
    *,
    tally: Tally | None = None,
    limit: int = OBJECT_LIMIT,
    max_bytes: int | None = None,
    written: Callable[[str], bytes] | None = None,
) -> Iterator[bytes]:
    r"""Manifest lines (`{"source-ref":"s3://…"}\n`) for the objects of a folder, in the order
    given.

    `keys` are the folder's objects; `media` the extensions that the task type takes, whatever their
    case. Folder markers, hidden, empty and archived files, other kinds, odd names, files over
    `max_bytes` (Ground Truth: 40 MB an image) and what comes after `limit` objects are left out and
    counted in `tally`, which is complete when the iterator ends. `written` makes a line of an
    address, where it holds more than that.
    """
    tally = Tally() if tally is None else tally
    written = _named if written is None else written
    endings = frozenset(ending.lower() for ending in media)
    most, begin = max_bytes or _ANY_SIZE, f"s3://{bucket}/"
    for listed in keys:
        if not _usual(listed, endings, most):
            if left_out(listed, endings, tally, max_bytes=max_bytes):
                continue
            if not _plain(begin + listed.key):
                tally.odd += 1
                continue
        if tally.written >= limit:
            tally.over += 1
        else:
            yield _kept(begin + listed.key, written, tally)


def _usual(listed: Listed, endings: frozenset[str], most: int) -> bool:
    """Whether an object has nothing about it that needs a closer look: so it is with most, and
    finding out is many times quicker than looking.
    """
    usual = _USUAL.fullmatch(listed.key)
    return (
        usual is not None
        and 0 < listed.size <= most
        and not listed.archived
        and usual[1].lower() in endings
    )


def _named(address: str) -> bytes:
    return _encode({"source-ref": address}) + b"\n"


def text_line(text: str, tally: Tally, limit: int = OBJECT_LIMIT) -> Iterator[bytes]:
    """The manifest line of a text; none beyond the limit of one job, which is counted."""
    if tally.written >= limit:
        tally.over += 1
        return
    text_hash = hash(text)
    tally.again += text_hash in tally.met
    tally.met.add(text_hash)
    yield _kept(text, lambda text: _encode({"source": text}) + b"\n", tally)


def _kept(source: str, written: Callable[[str], bytes], tally: Tally) -> bytes:
    tally.written += 1
    if tally.written <= 5:  # noqa: PLR2004 - a few to show
        tally.first.append(source)
    return written(source)


def left_out(
    listed: Listed,
    endings: frozenset[str],
    tally: Tally,
    *,
    max_bytes: int | None = None,
) -> bool:
    """Whether an object is left out, and counted by its reason."""
    reason = _reason(listed, endings, max_bytes)
    if reason:
        setattr(tally, reason, getattr(tally, reason) + 1)
        return True
    ending = _ending(listed.key)
    if ending not in endings:
        tally.other[ending] += 1
        return True
    return False


def _reason(listed: Listed, endings: frozenset[str], max_bytes: int | None) -> str:
    """The tally's field for an object that is left out; empty for one that may be written, or is of
    another kind.
    """
    key, size = listed.key, listed.size
    if not key or key.endswith(("/", "_$folder$")):
        return "folders"
    parts = key.lower().split("/")
    if any(
        (part.startswith(".") and part not in {".", ".."}) or part in _SYSTEM_FILES
        for part in parts
    ):
        return "hidden"
    if _ending(key) not in endings:
        return ""
    if size <= 0:
        return "empty"
    if max_bytes is not None and size > max_bytes:
        return "large"
    return "archived" if listed.archived else ""


def _ending(key: str) -> str:
    """The extension with its dot, lower case; empty when the name has none."""
    stem, dot, ending = key.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _plain(address: str) -> bool:
    try:
        return str(S3Uri.parse(address)) == address
    except BadAddress:
        return False
