"""Files of texts, read as what they are (pure, streaming): lines, whole files, tables, JSON Lines.

Promises to the form and to the launch: a table's header is no text, line breaks inside its quotes
stay, what is not UTF-8 is named by file and line (and read in the encoding that was chosen), and
how each file was read can be said afterwards. Memory holds one text and a table's first rows.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice

import msgspec

from bot.base.blocks import count, cut
from bot.base.errors import Refusal
from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine
from bot.manifests.lines import ATTRIBUTE_LIMIT

ENDINGS = (".txt", ".csv", ".tsv", ".jsonl")
TABLES = (".csv", ".tsv")
ENCODINGS = {"cp1252": "Windows (CP1252)", "latin-1": "Latin-1", "utf-16": "UTF-16"}
"""Beside UTF-8, which every file is tried in first."""

_SHOWN = 12  # columns that a fault names
_ROWS_LOOKED_AT = 50  # of a table, to tell its header and its texts
_HEADING = 64  # characters of a column's name, at most
_USUAL = (
    *("text", "texts", "source", "content", "contents", "body", "message", "messages", "review"),
    *("reviews", "comment", "comments", "sentence", "sentences", "tweet", "utterance"),
)
_NUMBER = re.compile(r"[-+]?[\d.,:/-]+%?")  # dates and times too
_SEPARATOR_SAID = re.compile(r"sep=([,;|\t])", re.IGNORECASE)  # a first line that Excel reads
_BEGINNING = 1_024  # bytes that tell how a file is written
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class NotText(Refusal):
    """This file cannot be read as texts."""

    field = "input_uri"


class TextsRead(msgspec.Struct, frozen=True):
    """How the files of an input were read, in words; which kinds of files there are, by ending, and
    the columns of their tables.
    """

    words: str = ""
    endings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person chose: the `column` of tables ("" for the likeliest), whether each .txt is one
    text, and the `encoding` of what is not UTF-8 ("" for none).
    """

    column: str = ""
    whole: bool = False
    encoding: str = ""


@dataclass(slots=True)
class Seen:
    """What was read so far by the choices of `reading`: blank texts that were left out, lines in
    another encoding, files by how they were read.
    """

    reading: Reading = Reading()
    blank: int = 0
    converted: int = 0
    how: Counter[str] = field(default_factory=Counter)
    endings: dict[str, None] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)

    def read(self) -> TextsRead:
        """All of it in words: `one per line of 2 files, column “text” of 1 file`."""
        said = [f"{how} of {count(files, 'file')}" for how, files in self.how.items()]
        if self.converted:
            lines, encoding = count(self.converted, "line"), self.reading.encoding
            said.append(f"{lines} read as {ENCODINGS.get(encoding, encoding)}")
        return TextsRead(", ".join(said), tuple(self.endings), tuple(self.columns))


def ending_of(key: str) -> str:
    """Which of the endings a file of texts has; "" for none."""
    return next((ending for ending in ENDINGS if key.lower().endswith(ending)), "")


def texts(name: str, chunks: Iterable[bytes], seen: Seen) -> Iterator[str]:
    """The texts of one file, by its ending; `name` is what faults call it.

    Raises:
        NotText: a line is not UTF-8 or too long, or the table has not the chosen column.

    """
    ending, reading = ending_of(name), seen.reading
    seen.endings[ending] = None
    lines = _decoded(name, chunks, seen)
    if ending in TABLES:
        found = _table(name, lines, seen, tab=ending == ".tsv")
    elif ending == ".jsonl":
        found = _objects(name, lines, seen)
    elif reading.whole:
        seen.how["one per file"] += 1
        found = _one(lines)
    else:
        seen.how["one per line"] += 1
        found = lines
    for number, text in found:
        plain = text.strip()
        if len(plain) > ATTRIBUTE_LIMIT:
            raise _too_long(name, number)
        if plain:
            yield plain
        else:
            seen.blank += 1


def _one(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The whole file as one text; what is too long is not kept."""
    kept: list[str] = []
    size = 0
    for _, line in lines:
        size += len(line) + 1
        kept.append(line)
        if size > 2 * ATTRIBUTE_LIMIT:
            break
    yield 1, "\n".join(kept)


def _table(
    name: str, lines: Iterator[tuple[int, str]], seen: Seen, *, tab: bool
) -> Iterator[tuple[int, str]]:
    """The cells of a table's column of texts, with the numbers of their last lines."""
    lines = dropwhile(lambda numbered_line: not numbered_line[1].strip(), lines)
    first = next(lines, None)
    if first is None:
        return
    said = _SEPARATOR_SAID.fullmatch(first[1].strip("\r\n "))
    kept = lines if said else chain([first], lines)
    sign = said[1] if said else _separator(first[1])
    rows = _rows(name, kept, "\t" if tab else sign)
    head = list(islice(rows, _ROWS_LOOKED_AT))
    has_header = bool(head) and _is_header(head[0][1])
    width = max((len(row) for _, row in head), default=0)
    names = [f"column {place}" for place in range(1, width + 1)]
    if has_header:
        header = head[0][1]
        names = [_heading(header, place) for place in range(len(header))]
        head = head[1:]
    seen.columns.update(dict.fromkeys(names))
    cells = {each: [row[place : place + 1] for _, row in head] for place, each in enumerate(names)}
    lengths = {
        each: sum(len(cell[0]) for cell in some if cell and not _NUMBER.fullmatch(cell[0]))
        for each, some in cells.items()
    }
    place = names.index(_chosen(name, seen.reading.column, lengths))
    without = ", without its header" if has_header else ""
    seen.how[f"“{cut(names[place], 40)}”{without}"] += 1
    for number, row in chain(head, rows):
        if has_header and any(row[len(names) :]):
            raise NotText(
                f"{name}, line {number:,}, has {len(row)} cells; the header has {len(names)}. A "
                f"text that holds “{sign}” stands in quotes. Correct it."
            )
        if row:
            yield number, row[place] if place < len(row) else ""


def _rows(
    name: str, lines: Iterable[tuple[int, str]], sign: str
) -> Iterator[tuple[int, list[str]]]:
    """The rows with the numbers of their last lines; a quote that is never closed swallows none."""
    at = through = 0

    def each_line() -> Iterator[str]:
        nonlocal at
        for number, line in lines:
            at = number
            yield f"{line}\n".replace("\r", " ")  # a stray one is no row's end

    reader = csv.reader(each_line(), delimiter=sign, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise _too_long(name, at) from error
            raise NotText(
                f"{name}: the row that begins at line {through + 1:,} has a quote that is not "
                'closed, or one within a text that is not doubled (""). Correct it.'
            ) from error
        through = at
        yield at, row


def _objects(name: str, lines: Iterator[tuple[int, str]], seen: Seen) -> Iterator[tuple[int, str]]:
    """The texts of JSON Lines: one member of each object."""
    key = ""
    for number, line in lines:
        if not line.strip():
            seen.blank += 1
            continue
        try:
            found = parse(line.encode())
        except BadLine as fault:
            raise NotText(f"{name}, line {number:,}: {fault.text()}") from fault
        if not key:
            lengths = {each: len(text) for each, text in found.items() if isinstance(text, str)}
            key = _chosen(name, seen.reading.column, lengths)
            seen.columns.update(dict.fromkeys(lengths))
            seen.how[f"“{cut(key, 40)}”"] += 1
        text = found.get(key)
        if not isinstance(text, str):
            raise NotText(f"{name}, line {number:,}, has no text under “{cut(key, 40)}”.")
        yield number, text


def _chosen(name: str, column: str, lengths: Mapping[str, int]) -> str:
    """The column that was chosen; else one with a usual name; else that with the longest texts.

    Raises:
        NotText: the file has none of that name.

    """
    plain = {each.strip().casefold(): each for each in lengths}
    if column and column.strip().casefold() in plain:
        return plain[column.strip().casefold()]
    if not lengths:
        raise NotText(f"{name} has no texts in its first line. Choose another file.")
    if column:
        shown = ", ".join(f"“{cut(each, 40)}”" for each in list(lengths)[:_SHOWN])
        raise NotText(
            f"{name} has no column “{cut(column, 40)}”. It has: {shown}. Choose one, "
            "or leave the choice empty."
        )
    usual = [plain[each] for each in _USUAL if each in plain]
    return usual[0] if usual else max(lengths, key=lengths.__getitem__)


def _separator(line: str) -> str:
    """What separates the cells: comma, semicolon, tab or bar, whichever stands most often."""
    return max(",;\t|", key=line.count)


def _is_header(row: list[str]) -> bool:
    """Whether a table's first row names its columns: short, different, no numbers, or one of them
    is a usual name; of a single one the name must be a usual one.
    """
    names = [cell.strip().casefold() for cell in row]
    usual = any(each in _USUAL or each.rpartition("_")[2] in _USUAL for each in names)
    if usual or len(names) == 1:
        return usual and max(map(len, names)) <= _HEADING
    short = all(0 < len(each) <= _HEADING and not _NUMBER.fullmatch(each) for each in names)
    return short and len(set(names)) == len(names)


def _heading(header: list[str], place: int) -> str:
    """The name of a column; one that has none, or another's (as programs write an index), has its
    number.
    """
    if header[place].strip() and header[place] not in header[:place]:
        return header[place]
    return f"column {place + 1}"


def _decoded(name: str, chunks: Iterable[bytes], seen: Seen) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers; those that are not UTF-8 in the chosen encoding."""
    encoding = seen.reading.encoding
    pieces = iter(chunks)
    first = b""
    while len(first) < _BEGINNING and (piece := next(pieces, b"")):
        first += piece
    chunks = chain([first], pieces)
    if encoding == "utf-16" and _utf16(first):
        chunks = _as_utf8(name, chunks, _utf16(first))
        seen.converted += 1
    if b"\r" in first[:-1] and b"\n" not in first:  # as old programs for the Mac end their lines
        chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
    for number, body in numbered(chunks):
        if body is None:
            raise _too_long(name, number)
        try:
            text = body.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = _in_encoding(name, number, body, encoding)
            seen.converted += 1
        if "\0" in text:
            raise _not_utf8(name, number, first)
        yield number, text


def _in_encoding(name: str, number: int, body: bytes, encoding: str) -> str:
    """A line in an encoding of single bytes."""
    if encoding not in {"cp1252", "latin-1"}:
        raise _not_utf8(name, number, body)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(
            f"{name}, line {number:,}, is not {ENCODINGS[encoding]} either. Save the file as UTF-8."
        ) from error


def _as_utf8(name: str, chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """A file in a form of UTF-16 as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise NotText(f"{name} is not UTF-16. Save the file as UTF-8.") from error


def _utf16(first: bytes) -> str:
    """The form of UTF-16 that a file's beginning shows: by its mark, else by the side on which the
    zeros are; "" for none.
    """
    if first[:2] in _BYTE_ORDER_MARKS:
        return "utf-16"
    if b"\0" not in first:
        return ""
    return "utf-16-be" if first.startswith(b"\0") else "utf-16-le"


def _not_utf8(name: str, number: int, body: bytes) -> NotText:
    likely = ENCODINGS["utf-16" if _utf16(body) else "cp1252"]
    return NotText(
        f"{name}, line {number:,}, is not UTF-8 text. Save the file as UTF-8, or choose under "
        f"[More…] what it is (most likely {likely})."
    )


def _too_long(name: str, number: int) -> NotText:
    return NotText(
        f"{name}: the text at line {number:,} is longer than {ATTRIBUTE_LIMIT:,} characters. "
        "Shorten it."
    )
