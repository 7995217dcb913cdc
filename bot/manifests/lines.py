"""Checks an input manifest line by line (pure, streaming), and says what is wrong in words a person
can act on.

The rules are Ground Truth's: UTF-8 JSON Lines, one object a line, exactly one of `source-ref` (the
S3 address of an object) and `source` (the text itself), 100,000 characters a line, 20,000 an
attribute, 100,000 objects a job.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from bot.base.s3_uri import BadAddress, S3Uri
from bot.manifests.json_lines import LINE_LIMIT, LineFault, numbered, parse, written
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.wording import WHOLE_FILE, Kind, sentences

OBJECT_LIMIT = 100_000  # Ground Truth: objects per labeling job (semantic segmentation 20,000)
ATTRIBUTE_LIMIT = 20_000  # Ground Truth: characters of one attribute
FAULTS_KEPT = 200  # per code: enough to list and to drop by hand; all are counted
FIRST = 5
REPEATS = ("repeat", "repeat-text")
"""The codes of lines whose object came before."""

SourceKey = Literal["source-ref", "source", "either"]


@dataclass(slots=True)
class Verdict:
    """What a manifest holds and what is wrong with it.

    `objects` counts the lines that hold something, `good` those without a fault, `size` the bytes
    read. `faults` block a launch, `warnings` do not; of each code the first 200 are kept and
    `counts` has the true number. `first` are the first few sources, `buckets` those of the good
    lines' addresses, `labeled` how many good lines carry the label attribute already.
    """

    objects: int = 0
    good: int = 0
    size: int = 0
    faults: list[LineFault] = field(default_factory=list)
    warnings: list[LineFault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)
    buckets: set[str] = field(default_factory=set)
    labeled: int = 0

    @property
    def fine(self) -> bool:
        """True when nothing blocks a launch."""
        return not self.faults

    def note(self, line: int, code: str, text: str = "", *, warning: bool = False) -> None:
        """Counts a fault, and keeps it while there are few of its code."""
        if self._counted(code) <= FAULTS_KEPT:
            (self.warnings if warning else self.faults).append(LineFault(line, code, text))

    def refuse(self, line: int, fault: BadLine) -> None:
        """Counts a faulty line, and keeps and explains it while there are few of its code."""
        if self._counted(fault.code) <= FAULTS_KEPT:
            self.faults.append(LineFault(line, fault.code, fault.text()))

    def _counted(self, code: str) -> int:
        """How many there are of this code, one more than before."""
        self.counts[code] = self.counts.get(code, 0) + 1
        return self.counts[code]


def check(  # noqa: PLR0913 - a manifest and its rules
    chunks: Iterable[bytes],
    *,
    source_key: SourceKey,
    media: tuple[str, ...] = (),
    allowed: Callable[[str], bool] | None = None,
    limit: int = OBJECT_LIMIT,
    attribute: str = "",
) -> Verdict:
    """The verdict on a manifest that arrives in pieces of any size; nothing in it can make this
    raise.

    `media` are the extensions that the task type takes (lower case, with the dot); `allowed` says
    whether an S3 address may be touched; `limit` is the most objects for one job; `attribute` is
    the label attribute that the job will write (Ground Truth labels no line that has it). Memory
    holds one line, one number per object (to find repeats) and the faults that are kept. What is
    wrong with the file as a whole ends the reading.
    """
    verdict = Verdict()
    rules = _Rules(source_key, tuple(ending.lower() for ending in media), allowed)
    seen: dict[int, int] = {}
    for number, body in numbered(_weighed(chunks, verdict)):
        line = body
        if number == 1:
            line = _opening(body, verdict)
            if verdict.faults and verdict.faults[-1].line == WHOLE_FILE:
                return verdict
        if line is None or line.strip():
            verdict.objects += 1
            if verdict.objects > limit:
                continue  # only counted: the job cannot take them anyhow
        try:
            parsed = parse(line)
            source, address = rules.source(parsed, len(line or b""))
        except BadLine as fault:
            verdict.refuse(number, fault)
            continue
        verdict.labeled += attribute in parsed
        _take(verdict, number, source, address, seen)
    if verdict.objects > limit:
        verdict.note(WHOLE_FILE, "many", f"{verdict.objects:,} objects; one job takes {limit:,}")
    if not verdict.objects and not verdict.faults:
        verdict.note(WHOLE_FILE, "empty")
    return verdict


def sources(chunks: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    """(line number, address) of each line that names a file by "source-ref"; other lines have been
    refused by `check`.
    """
    for number, body in numbered(chunks):
        try:
            source = parse(body).get("source-ref")
        except BadLine:
            continue
        if isinstance(source, str):
            yield number, source


def _weighed(chunks: Iterable[bytes], verdict: Verdict) -> Iterator[bytes]:
    for chunk in chunks:
        verdict.size += len(chunk)
        yield chunk


def _take(
    verdict: Verdict, number: int, source: str, address: S3Uri | None, seen: dict[int, int]
) -> None:
    """A good line enters the verdict; an object that came before is worth a warning."""
    verdict.good += 1
    if len(verdict.first) < FIRST:
        verdict.first.append(source)
    code = "repeat-text"
    if address is not None:
        verdict.buckets.add(address.bucket)
        code = "repeat"
    earlier = seen.setdefault(hash(source), number)
    if earlier != number:
        verdict.note(number, code, f"line {earlier:,} has it too", warning=True)


BOM = b"\xef\xbb\xbf"
_SIGNS = (  # how files begin that are not UTF-8 text
    (b"\xff\xfe", "utf16"),
    (b"\xfe\xff", "utf16"),
    (b"\x00\x00\xfe\xff", "utf16"),
    (b"\x1f\x8b", "packed"),
    (b"PK\x03\x04", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
    (b"BZh", "packed"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"%PDF", "picture"),
)


def _opening(body: bytes | None, verdict: Verdict) -> bytes | None:
    """The first line, looked at for what the whole file might be instead; without its byte order
    mark.
    """
    if body is None:
        return None
    if body.startswith(BOM):
        verdict.note(1, "bom")
    code = other_file(body)
    if code:
        verdict.note(WHOLE_FILE, code)
    return body.removeprefix(BOM)


def other_file(body: bytes) -> str:
    """The code of what a file is instead of a manifest, by its first line; "" for a manifest."""
    code = next((code for sign, code in _SIGNS if body.startswith(sign)), "")
    if not code and b"\x00" in body[:4]:
        code = "utf16"
    return code or _other_text(body.removeprefix(BOM).strip())


def _other_text(start: bytes) -> str:
    """The code of another kind of text that begins like this; empty for a line that may be one of
    ours.
    """
    if start == b"{":
        return "pretty"
    if not start or start.startswith(b"{"):
        return ""
    if start.startswith((b"[", b"<")):
        return "array" if start.startswith(b"[") else "html"
    if b"," not in start and start.lower().startswith((b"s3://", b"https://", b'"s3://')):
        return "list"
    return "csv" if any(mark in start for mark in (b",", b";", b"\t")) else ""


_EITHER = ("source-ref", "source")


@dataclass(frozen=True, slots=True)
class _Rules:
    source_key: SourceKey
    media: tuple[str, ...]
    allowed: Callable[[str], bool] | None

    def source(self, line: Object, size: int) -> tuple[str, S3Uri | None]:
        """The source that a line of `size` bytes names (text or address).

        Raises:
            BadLine: the first thing wrong with the line.

        """
        for name in line:
            if name.startswith("$"):
                raise BadLine("dollar", f"“{short(name)}”")
        if "source-ref" in line and "source" in line:
            raise BadLine("both", "")
        key = self._key(line)
        source = line[key]
        if not isinstance(source, str):
            raise BadLine("type", f'"{key}" must be a text in double quotes')
        if size > ATTRIBUTE_LIMIT:
            _check_lengths(line)
        if key == "source":
            if not source.strip():
                raise BadLine("no-text", "")
            return source, None
        return source, self._address(source)

    def _key(self, line: Object) -> str:
        """Under which name the line has its source: the task's, or either of them for a page of
        one's own.
        """
        keys = _EITHER if self.source_key == "either" else (self.source_key,)
        found = [key for key in keys if key in line]
        if not found:
            self._refuse_missing(line)
        return found[0]

    def _refuse_missing(self, line: Object) -> NoReturn:
        if self.source_key == "either":
            raise BadLine("missing", 'each line needs "source-ref" or "source"')
        other = "source" if self.source_key == "source-ref" else "source-ref"
        if other in line:
            raise BadLine("other", f'it has "{other}"; this task needs "{self.source_key}"')
        alike = [
            name
            for name in line
            if name.lower().replace("_", "-").replace(" ", "-").strip("-") in _ALIKE
        ]
        if alike:
            raise BadLine("missing", f'found "{short(alike[0])}"; write "{self.source_key}"')
        raise BadLine("missing", f'each line needs "{self.source_key}"')

    def _address(self, source: str) -> S3Uri:
        if not source.startswith("s3://"):
            raise BadLine("address", f"“{short(source)}” does not begin with s3://")
        try:
            address = S3Uri.parse(source)
        except BadAddress as error:
            wrong, _, rest = str(error).rpartition(". ")  # what to do is said below, of all lines
            raise BadLine("address", short((wrong or rest).rstrip("."), 120)) from None
        if str(address) != source:
            raise BadLine("address", "blanks stand before or behind it")
        if address.is_folder:
            raise BadLine("folder", f"“{short(source)}”")
        if self.media and not source.lower().endswith(self.media):
            raise BadLine(
                "extension", f"“…{short(source[-30:])}”; this task takes {_endings(self.media)}"
            )
        if self.allowed is not None and not self.allowed(source):
            raise BadLine("place", f"“{short(source)}”")
        return address


_ALIKE = {
    "source-ref",
    "sourceref",
    "source",
    "src",
    "src-ref",
    "s3",
    "s3-uri",
    "uri",
    "url",
    "image",
    "file",
    "text",
}


def _check_lengths(line: Object) -> None:
    """Raises when one attribute is longer than Ground Truth allows."""
    for name, value in line.items():
        long = value if isinstance(value, str) else written(value).decode()
        if len(long) > ATTRIBUTE_LIMIT:
            raise BadLine("attribute", f"“{short(name)}” has {len(long):,}")


def _endings(media: tuple[str, ...]) -> str:
    return media[0] if len(media) == 1 else f"{', '.join(media[:-1])} or {media[-1]}"


# What is wrong: (of the file or one line, of several lines, what to do). `{}` takes the detail of
# the first line.
KINDS: dict[str, Kind] = {
    "empty": Kind("This file is empty.", "", "Write one JSON object per line."),
    "utf16": Kind(
        "This file is not UTF-8 text (it looks like UTF-16, which some editors call Unicode).",
        "",
        "Save it as UTF-8.",
    ),
    "packed": Kind("This file is compressed.", "", "Unpack it and give the manifest itself."),
    "picture": Kind(
        "This is a picture or a document, not a manifest.", "", "Give the address of the manifest."
    ),
    "array": Kind(
        "This file is one JSON list.",
        "",
        "Write each object on a line of its own, without [ ] and commas.",
    ),
    "pretty": Kind(
        "The JSON here is spread over several lines.", "", "Write each object on one line."
    ),
    "csv": Kind(
        "This looks like CSV.",
        "",
        'Each line must be a JSON object like {"source-ref": "s3://bucket/file.jpg"}.',
    ),
    "list": Kind(
        "This is a bare list of addresses.",
        "",
        'Each line must be a JSON object like {"source-ref": "s3://bucket/file.jpg"}.',
    ),
    "html": Kind(
        "This is a web page or XML, not a manifest.", "", "Give the address of the manifest."
    ),
    "many": Kind("This manifest is too large: {}.", "", "Split it into several jobs."),
    "bom": Kind("begins with a byte order mark", "", "Save the file as UTF-8 without BOM."),
    "long": Kind(
        f"is longer than {LINE_LIMIT:,} characters",
        f"are longer than {LINE_LIMIT:,} characters",
        "Shorten or drop.",
    ),
    "blank": Kind("is blank", "are blank", "Remove blank lines."),
    "utf8": Kind("is not UTF-8", "are not UTF-8", "Save the file as UTF-8."),
    "json": Kind("is not JSON", "are not JSON", ""),
    "object": Kind(
        "is not a JSON object",
        "are not JSON objects",
        'Each line must look like {"source-ref": "…"}.',
    ),
    "twice": Kind("names an attribute twice", "name an attribute twice", "Keep one."),
    "number": Kind(
        "has a number that JSON does not know",
        "have numbers that JSON does not know",
        "Use plain numbers.",
    ),
    "deep": Kind("is nested too deeply", "are nested too deeply", "Drop the nested attribute."),
    "dollar": Kind(
        "has an attribute that begins with $",
        "have attributes that begin with $",
        "Ground Truth keeps such names for itself; rename or drop them.",
    ),
    "both": Kind(
        'has both "source-ref" and "source"',
        'have both "source-ref" and "source"',
        "Keep exactly one.",
    ),
    "missing": Kind("names no source", "name no source", ""),
    "other": Kind("is for another kind of task", "are for another kind of task", ""),
    "type": Kind("has a source that is not a text", "have sources that are not texts", ""),
    "attribute": Kind(
        f"has an attribute longer than {ATTRIBUTE_LIMIT:,} characters",
        f"have an attribute longer than {ATTRIBUTE_LIMIT:,} characters",
        "Shorten or drop it.",
    ),
    "no-text": Kind("has an empty text", "have an empty text", "Drop lines without text."),
    "address": Kind(
        "has a wrong address", "have wrong addresses", "Write it like s3://bucket/folder/file.jpg."
    ),
    "folder": Kind(
        "names a folder, not a file", "name folders, not files", "Name one file per line."
    ),
    "extension": Kind("names a file of another kind", "name files of another kind", ""),
    "place": Kind(
        "points to a place the bot may not touch here",
        "point to places the bot may not touch here",
        "Copy the files to an allowed bucket, or ask an administrator to add this one.",
    ),
    "repeat": Kind(
        "repeats a picture",
        "repeat a picture",
        "Each is labeled again; Rekognition takes each picture once.",
    ),
    "repeat-text": Kind("repeats a text", "repeat a text", "Each is labeled again."),
}


def words(verdict: Verdict) -> str:
    """What blocks a launch, grouped by kind, first lines first; empty when nothing does."""
    return " ".join(sentences(verdict.faults, verdict.counts, KINDS))


def notes(verdict: Verdict) -> str:
    """What is worth a look but blocks nothing, in the same form."""
    return " ".join(sentences(verdict.warnings, verdict.counts, KINDS))
