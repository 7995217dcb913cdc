"""A table of labels (pure): CSV, a row per figure, all that is known of it in named columns.

Whatever `bot.manifests.shapes` can tell stands in it, so that nothing is lost on the way back. A
row without an attribute is an object without a label; one without a figure is an answer that there
is nothing.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isfinite
from typing import Any, get_args

import msgspec

from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    Piece,
    Unusable,
    note_others,
    only,
    plain,
    sized,
)
from bot.manifests.formats.table_columns import is_ours, renamed
from bot.manifests.json_words import short
from bot.manifests.shapes import INLINE, Box, Class, Cuboid, Drawing, Kind, Line, Mask, Span, Told
from bot.manifests.sheet import awake, rows

_TITLE = "CSV"
_FILE = "labels.csv"
_COLUMNS = (
    *("line", "source-ref", "source", "attribute", "type", "kind", "label", "confidence"),
    *("left", "top", "width", "height", "attributes", "form", "points", "start", "end"),
    *("center", "size", "yaw", "mask", "colour", "picture_width", "picture_height", "file"),
    *("number", "human", "job", "created"),
    *("adjusted", "about", "comments", "labeled", "failure"),
)
_ROW_MOST = 4_000_000  # ours: bytes up to a line's end
_KINDS: frozenset[str] = frozenset(get_args(Kind))
_YES_NO = {None: "", True: "yes", False: "no"}
_SAID = {"": None, "yes": True, "no": False}
_encode = msgspec.json.Encoder().encode
_TEXTS = msgspec.json.Decoder(tuple[str, ...])
_Figure = Class | Box | Drawing | Span | Cuboid
_SHAPES: dict[str, type[_Figure]] = {
    "class": Class,
    "box": Box,
    "span": Span,
    "cuboid": Cuboid,
    "polygon": Drawing,
    "polyline": Drawing,
    "keypoint": Drawing,
}
_LISTS = {"attributes", "points", "center", "size"}
_NUMBERS = {"confidence", "left", "top", "width", "height", "start", "end", "yaw"}
_Row = dict[str, Any]


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """The header, then the rows of each line."""
    yield Piece(_FILE, _text([dict(zip(_COLUMNS, _COLUMNS, strict=True))]), 0)
    for line in lines:
        note_others(line, _TITLE, findings)
        told = [each for each in line.told if attribute in ("", each.attribute)]
        listed = [row for each in told for row in _rows(line.number, each, findings)] or [{}]
        start = {"line": line.number, "source-ref": line.address, "source": line.text}
        yield Piece(_FILE, _text([start | row for row in listed]), 0)


def _rows(place: int, told: Told, findings: Findings) -> Iterator[_Row]:
    """A row per figure, or one that says that there is none."""
    if told.kind == "custom":
        words = f"“{short(told.attribute)}” has a form of its own, of which only its file is kept"
        findings.note(place, "kind", words)
    if told.kind == "mask" and told.labeled and not _has_file(told):
        words = f"“{short(told.attribute)}” is painted, and has no file of its own"
        findings.note(place, "mask", words)
    width, height = told.size or ("", "")
    common: _Row = {
        "attribute": told.attribute,
        "type": told.type,
        "kind": told.kind,
        "picture_width": width,
        "picture_height": height,
        "file": told.address,
        "human": _YES_NO[told.human],
        "job": told.job,
        "created": told.created,
        "adjusted": _YES_NO[told.adjusted],
        "about": told.about,
        "comments": _list(told.comments),
        "labeled": _YES_NO[told.labeled],
        "failure": told.failure,
    }
    for figure in list(_figures(told)) or [{}]:
        yield common | figure


def _has_file(told: Told) -> bool:
    """Whether what is painted lies in a file that a cell can name."""
    return told.mask is not None and not told.mask.address.startswith(INLINE)


def _figures(told: Told) -> Iterator[_Row]:
    numbers = told.class_numbers or ("",) * len(told.classes)
    for each, at in zip(told.classes, numbers, strict=False):
        row: _Row = {"label": each.name, "form": "class", "confidence": each.confidence}
        yield row | {"number": at}
    for box in told.boxes:
        yield {
            "label": box.label,
            "form": "box",
            "confidence": box.confidence,
            "left": plain(box.left),
            "top": plain(box.top),
            "width": plain(box.width),
            "height": plain(box.height),
            "attributes": _list(box.attributes),
        }
    for drawing in told.drawings:
        row = {"label": drawing.label, "form": drawing.form, "confidence": drawing.confidence}
        yield row | {"points": _encode(drawing.points).decode()}
    if told.mask and _has_file(told):
        for colour, label in told.mask.colours or (("", ""),):
            row = {"form": "mask", "mask": told.mask.address}
            yield row | {"colour": colour, "label": label}
    for cuboid in told.cuboids:
        row = {"label": cuboid.label, "form": "cuboid", "confidence": cuboid.confidence}
        row["yaw"] = cuboid.yaw
        yield row | {"center": _list(cuboid.center), "size": _list(cuboid.size)}
    for span in told.spans:
        row = {"label": span.label, "form": "span", "confidence": span.confidence}
        yield row | {"start": span.start, "end": span.end}


def _list(values: tuple[Any, ...]) -> str:
    return _encode(values).decode() if values else ""


def _text(listed: Iterable[_Row]) -> bytes:
    return rows([row.get(name) for name in _COLUMNS] for row in listed)


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per object, of the rows that have its number and follow each other."""
    try:
        table = csv.DictReader(_texts(files.chunks(only(files, ".csv"))))
        names = table.fieldnames or ()
        own = table if is_ours(names) else renamed(table, names, naming)
        for place, (_key, group) in enumerate(groupby(own, _object), 1):
            yield _line(place, list(group), naming, findings)
    except csv.Error as error:
        raise Unusable(f"This is no CSV: {error}.") from None


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """The table's lines with their ends; what is no UTF-8 is shown as such."""
    rest, mark = b"", b"\xef\xbb\xbf"
    for chunk in chunks:
        *whole, rest = (rest + chunk).removeprefix(mark).split(b"\n")
        if len(rest) > _ROW_MOST:
            raise Unusable(f"A row of the table is longer than {_ROW_MOST:,} bytes.")
        mark = mark if not whole and not rest else b""
        yield from (f"{one.decode(errors='replace')}\n" for one in whole)
    yield rest.decode(errors="replace")


def _object(row: _Row) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in ("line", "source-ref", "source"))


def _line(place: int, rows: list[_Row], naming: Naming, findings: Findings) -> Line:
    lacking = {"attribute": naming.attribute, "job": naming.job, "created": naming.created}
    said = [_unquoted(row, lacking) for row in rows]
    told = []
    for _name, group in groupby(said, lambda row: (row["attribute"], row["type"])):
        listed = list(group)
        if listed[0]["attribute"]:
            told.append(_told(place, listed, findings))
    return Line(place, said[0]["source-ref"], said[0]["source"], tuple(told))


def _unquoted(row: _Row, lacking: dict[str, str]) -> dict[str, str]:
    """The row with every column, those too that its table lacks, and without the apostrophes that
    keep formulas asleep.
    """
    cells = {name: row.get(name, lacking.get(name)) or "" for name in _COLUMNS}
    return {name: awake(cell) for name, cell in cells.items()}


def _told(place: int, rows: list[dict[str, str]], findings: Findings) -> Told:
    first = rows[0]
    figures = [figure for row in rows if (figure := _figure(place, row, findings))]
    size = (_whole(first["picture_width"]), _whole(first["picture_height"]))
    colours = tuple((row["colour"], row["label"]) for row in rows if row["colour"])
    kind: Any = first["kind"]
    if kind not in _KINDS:
        kind = _kind_of(figures)
    return Told(
        attribute=first["attribute"],
        type=first["type"],
        kind=kind,
        classes=tuple(each for each in figures if isinstance(each, Class)),
        boxes=tuple(each for each in figures if isinstance(each, Box)),
        drawings=tuple(each for each in figures if isinstance(each, Drawing)),
        mask=Mask(first["mask"], colours) if first["mask"] else None,
        spans=tuple(each for each in figures if isinstance(each, Span)),
        cuboids=tuple(each for each in figures if isinstance(each, Cuboid)),
        class_numbers=tuple(row["number"] for row in rows if row["number"]),
        address=first["file"],
        size=sized(*size),
        human=_SAID.get(first["human"]),
        job=first["job"],
        created=first["created"],
        adjusted=_SAID.get(first["adjusted"]),
        comments=_comments(first["comments"]),
        about=first["about"],
        labeled=first["labeled"] != "no",
        failure=first["failure"],
    )


def _kind_of(figures: Iterable[object]) -> Kind:
    """The kind of a table that does not say it: people's own tables have labels and boxes."""
    for figure in figures:
        if isinstance(figure, Box):
            return "boxes"
        if isinstance(figure, Drawing):
            return "drawings"
        if isinstance(figure, Span):
            return "spans"
    return "classes"


def _figure(place: int, row: dict[str, str], findings: Findings) -> _Figure | None:
    """What a row tells; None for a mask's colour, for nothing, and (noted) for no figure."""
    if not row["label"] or row["mask"]:
        return None
    form = row["form"] or _guessed(row)
    members: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
    try:
        for name in _LISTS & set(members):
            members[name] = msgspec.json.decode(members[name])
        for name in _NUMBERS & set(members):
            members[name] = _number(members[name])
        return msgspec.convert(members | {"name": row["label"], "form": form}, _SHAPES[form])
    except (msgspec.MsgspecError, RecursionError, ValueError, KeyError):
        words = f"“{short(row['label'])}”: its row does not tell a {short(form)}"
        findings.note(place, "row", words)
        return None


def _guessed(row: dict[str, str]) -> str:
    if row["left"]:
        return "box"
    return "span" if row["start"] else "class"


def _number(cell: str) -> float:
    """A cell's number.

    Raises:
        ValueError: it is none.

    """
    found = float(cell)
    if not isfinite(found):
        raise ValueError(cell)
    return plain(found)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def _comments(cell: str) -> tuple[str, ...]:
    try:
        return _TEXTS.decode(cell or "[]")
    except (msgspec.MsgspecError, RecursionError):
        return (cell,)


CSV = Format(
    name="csv",
    title=_TITLE,
    file=_FILE,
    media_type="text/csv",
    unheld="",
    write=write,
    read=read,
)
