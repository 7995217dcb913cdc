"""What a format of labels is (pure): its name, what it can hold, how it is written and read.

Promises to whoever converts: a format is one value on a list; its writer turns lines into pieces of
files as they come, its reader turns files into lines; what cannot be held, or cannot be read, is
noted with its line and never dropped in silence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri
from bot.manifests.custom_answers import pixels
from bot.manifests.json_lines import LineFault
from bot.manifests.json_words import short
from bot.manifests.shapes import Box, Drawing, Kind, Line, Point, Told

FINDINGS_KEPT = 200  # per code: enough to list; all are counted
WHOLE_MOST = 1_000_000_000
"""Ours: bytes of a file that has to be read at once, as one JSON array is."""
_KIND_WORDS: dict[Kind, str] = {
    "classes": "classes of whole objects",
    "boxes": "boxes",
    "drawings": "drawn shapes",
    "mask": "masks",
    "spans": "text spans",
    "frames": "labels of video frames",
    "cloud": "labels of point clouds",
    "opinion": "opinions on other labels",
    "custom": "labels of a form of their own",
}
_Shape = TypeVar("_Shape")


class Unusable(Refusal):
    """This is not a file of that format."""


class NoPlace(Unusable):
    """The file does not say where its pictures lie in S3. Name their folder: s3://bucket/folder/."""


class Piece(NamedTuple):
    """Bytes of a written file. Without a `section` they are the whole file; with one they are its
    next bytes within that section, and the sections follow each other by number.
    """

    path: str
    body: bytes
    section: int | None = None


class Files(Protocol):
    """What a reader reads: one file, or those of a folder or a zip."""

    def paths(self) -> Iterable[str]:
        """The files' paths with plain slashes, in order."""

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file's bytes in pieces."""


class Naming(msgspec.Struct, frozen=True):
    """What a foreign file does not say: under which `attribute` its labels will stand, the S3
    folder of its pictures (with its slash; "" where the file has addresses), and the name of a
    `job`, when labels were `created` (ISO, UTC).
    """

    attribute: str = "labels"
    pictures: str = ""
    job: str = ""
    created: str = ""


@dataclass(slots=True)
class Findings:
    """What was found, line by line; of each code the first 200 are kept and all are counted."""

    kept: list[LineFault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, line: int, code: str, message: str) -> None:
        """Count one more; `line` counts from 1, 0 is the file as a whole."""
        self.counts[code] = self.counts.get(code, 0) + 1
        if self.counts[code] <= FINDINGS_KEPT:
            self.kept.append(LineFault(line, code, message))

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


Write = Callable[[Iterable[Line], str, Findings], Iterator[Piece]]
"""Lines, the attribute to write ("" for the newest that fits) and where findings go."""
Read = Callable[[Files, Naming, Findings], Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `file` is what its file is called, "" where it is a folder of files; `unheld`
    says what no label in it can keep. `areas` says that it tells the pixels of masks, which
    somebody has to open before it is written.
    """

    name: str
    title: str
    file: str
    media_type: str
    unheld: str
    write: Write
    read: Read
    areas: bool = False


class Numbers:
    """Labels numbered in the order in which they are met."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}

    def of(self, label: str) -> int:
        """The label's number."""
        return self._numbers.setdefault(label, self._first + len(self._numbers))

    def items(self) -> Iterable[tuple[str, int]]:
        """Every label with its number, in order."""
        return self._numbers.items()


def chosen(
    line: Line, holds: frozenset[Kind], attribute: str, title: str, findings: Findings
) -> Told | None:
    """The one answer of a line that a format of one answer per object writes: the attribute's, or
    the newest that fits. What else the line holds is noted, unless somebody named the attribute.
    """
    told = [each for each in line.told if attribute in ("", each.attribute)]
    fit = [each for each in told if each.kind in holds and each.labeled]
    best = max(enumerate(fit), key=lambda one: (one[1].created, one[0]), default=(0, None))[1]
    for each in told:
        if each is not best:
            code, words = _left_out(each, best, holds, title)
            findings.note(line.number, code, f"“{short(each.attribute)}”{words}")
    if not told:
        name = f" of “{short(attribute)}”" if attribute else ""
        findings.note(line.number, "unlabeled", f"has no label{name} and is left out")
    note_others(line, title, findings)
    return best


def _left_out(told: Told, best: Told | None, holds: frozenset[Kind], title: str) -> tuple[str, str]:
    """The code and the words of why an answer is not written."""
    if not told.labeled:
        why = short(told.failure, 160) or "nobody said why"
        return "unlabeled", f" has no label and is left out: {why}"
    if told.kind not in holds or best is None:
        return "kind", f": {title} holds no {_KIND_WORDS[told.kind]}"
    newer = short(best.attribute)
    return "older", f" is left out, for “{newer}” is newer; name it to have it instead"


def note_others(line: Line, title: str, findings: Findings) -> None:
    """Note what stands in the line beside its labels."""
    for name in line.others:
        findings.note(
            line.number, "other", f"“{short(name)}” is no label; {title} does not keep it"
        )


def note_figure(number: int, what: str, title: str, findings: Findings) -> None:
    """Note a figure that the format cannot hold."""
    findings.note(number, "figure", f"{what}: {title} does not hold it")


def picture(line: Line, title: str, findings: Findings) -> S3Uri | None:
    """The address of the line's picture; None, noted, where it has none that can be used."""
    if not line.address:
        findings.note(line.number, "no-picture", f"is a text; {title} is about pictures")
        return None
    try:
        return S3Uri.parse(line.address)
    except BadAddress as error:
        findings.note(line.number, "no-picture", error.args[0])
        return None


def extent(points: Iterable[Point]) -> tuple[float, float, float, float]:
    """Left, top, width and height of the box round some points."""
    across, down = zip(*points, strict=True)
    left, top = min(across), min(down)
    return left, top, max(across) - left, max(down) - top


def drawn(figures: Iterable[Box | Drawing], size: tuple[int, int] | None, naming: Naming) -> Told:
    """What a foreign file tells of a picture by figures; none is an answer, too."""
    listed = list(figures)
    drawings = tuple(each for each in listed if isinstance(each, Drawing))
    return Told(
        attribute=naming.attribute,
        type="",
        kind="drawings" if drawings else "boxes",
        boxes=tuple(each for each in listed if isinstance(each, Box)),
        drawings=drawings,
        size=size,
        human=True,
        job=naming.job,
        created=naming.created,
    )


def sized(width: object, height: object) -> tuple[int, int] | None:
    """A picture's size, as a foreign file says it; None for what no picture has."""
    return pixels({"width": width, "height": height})


class Places:
    """Where the file of each picture goes, in a format of one file per picture."""

    def __init__(self, folder: str, ending: str) -> None:
        self._folder = folder
        self._ending = ending
        self._taken: dict[int, int] = {}  # hashes, for a path is a hundred bytes and more

    def of(self, number: int, address: S3Uri, findings: Findings) -> str:
        """The path like the picture's own key; "", noted, where an earlier line has it."""
        stem = address.key.rpartition("/")[2].rpartition(".")[0]
        folder = address.key.rpartition("/")[0]
        parts = [*folder.split("/"), stem or address.key.rpartition("/")[2]]
        path = "/".join([self._folder, *(part for part in parts if part)]) + self._ending
        earlier = self._taken.setdefault(hash(path), number)
        if earlier == number:
            return path
        findings.note(number, "repeat", f"{path} is that of line {earlier:,}; this one is left out")
        return ""


def whole(files: Files, path: str, most: int = WHOLE_MOST) -> bytes:
    """A file's bytes at once.

    Raises:
        Unusable: it is larger than `most` bytes.

    """
    pieces, size = [], 0
    for piece in files.chunks(path):
        size += len(piece)
        if size > most:
            raise Unusable(f"{path} is larger than the {most:,} bytes that are read at once.")
        pieces.append(piece)
    return b"".join(pieces)


def only(files: Files, ending: str) -> str:
    """The path of the one file; of several the one with that ending.

    Raises:
        Unusable: there is none, or more than one.

    """
    paths = list(files.paths())
    fit = [path for path in paths if path.lower().endswith(ending)]
    if len(paths) == 1:
        fit = paths
    if len(fit) != 1:
        raise Unusable(f"There are {len(fit)} files that end in {ending}; name the one to read.")
    return fit[0]


def decoded(body: bytes, decoder: "msgspec.json.Decoder[_Shape]", what: str) -> _Shape:
    """The JSON in its shape.

    Raises:
        Unusable: it is not JSON, or not of that shape, with the place.

    """
    try:
        return decoder.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"This is no {what}: {error}") from None


def addressed(name: str, said: str, naming: Naming) -> str:
    """The S3 address of a picture that a file calls `name`; `said` is one that it gives besides.

    Raises:
        NoPlace: there is none, and nobody said where the pictures lie.

    """
    for one in (said, name):
        if one.startswith("s3://"):
            return one
    if not naming.pictures:
        raise NoPlace
    return naming.pictures + name.lstrip("/")


def plain(number: float) -> float:
    """The number as people write it: 40, not 40.0."""
    whole_one = int(number)
    return whole_one if whole_one == number else number


def by_name(formats: Iterable[Format]) -> Mapping[str, Format]:
    """Formats by their names."""
    return {each.name: each for each in formats}
