"""YOLO's text files (pure): one per picture, one line per figure, numbers from 0 to 1.

`class x y width height` is a box by its middle, `class x1 y1 x2 y2 x3 y3 …` a polygon; an empty
file is a picture on which there is nothing. `data.yaml` and `classes.txt` name the classes, by
their numbers from 0. `pictures.csv` is ours: it keeps each picture's address and size, which the
format itself leaves to the picture.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

import yaml

from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    NoPlace,
    Numbers,
    Piece,
    Places,
    Unusable,
    chosen,
    drawn,
    note_figure,
    picture,
    sized,
    whole,
)
from bot.manifests.json_words import short
from bot.manifests.picture_head import ENOUGH, read_head
from bot.manifests.shapes import Box, Drawing, Kind, Line, Told

_TITLE = "YOLO"
_HOLDS: frozenset[Kind] = frozenset({"boxes", "drawings"})
_PICTURES = "pictures.csv"
_COLUMNS = ("labels", "source-ref", "width", "height")
_CLASSES = ("classes.txt", "obj.names")
_NO_LABELS = {*_CLASSES, "train.txt", "val.txt", "test.txt", "notes.txt", "README.txt"}
_LABELS_MOST = 4_000_000  # ours: bytes of a text file
_YAML_MOST = 256_000  # ours: PyYAML reads some hundred kilobytes a second
_POLYGON_LEAST = 3  # points
_BOX = 4  # numbers; one more is a model's confidence


class _Picture(NamedTuple):
    address: str
    size: tuple[int, int]


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """A text file per picture, then what names the classes."""
    classes, places = Numbers(), Places("labels", ".txt")
    yield Piece(_PICTURES, _row(_COLUMNS), 0)
    for line in lines:
        told = chosen(line, _HOLDS, attribute, _TITLE, findings)
        address = picture(line, _TITLE, findings) if told else None
        if told is None or address is None:
            continue
        if told.size is None:
            words = "the picture's size is not known, and YOLO tells parts of it; left out"
            findings.note(line.number, "size", words)
            continue
        path = places.of(line.number, address, findings)
        if path:
            rows = _rows(line.number, told, told.size, classes, findings)
            yield Piece(path, "".join(rows).encode())
            yield Piece(_PICTURES, _row((path, line.address, *told.size)), 0)
    yield from _named(classes)


def _rows(
    place: int, told: Told, size: tuple[int, int], classes: Numbers, findings: Findings
) -> Iterator[str]:
    width, height = size
    for box in told.boxes:
        if box.attributes:
            note_figure(place, f"attributes of “{short(box.label)}”", _TITLE, findings)
        sides = (
            (box.left + box.width / 2) / width,
            (box.top + box.height / 2) / height,
            box.width / width,
            box.height / height,
        )
        _note_outside(place, box.label, sides, findings)
        yield _figure(classes.of(box.label), sides)
    for drawing in told.drawings:
        if drawing.form != "polygon" or len(drawing.points) < _POLYGON_LEAST:
            note_figure(place, f"a {drawing.form} of “{short(drawing.label)}”", _TITLE, findings)
            continue
        places = [part for x, y in drawing.points for part in (x / width, y / height)]
        _note_outside(place, drawing.label, places, findings)
        yield _figure(classes.of(drawing.label), places)


def _note_outside(place: int, label: str, parts: Iterable[float], findings: Findings) -> None:
    """Tell of numbers that are none from 0 to 1: who trains with them leaves out the whole picture,
    in a line of its log.
    """
    if not all(0 <= part <= 1 for part in parts):
        words = "lies outside of the picture; trainers of YOLO leave such a picture out"
        findings.note(place, "outside", f"“{short(label)}” {words}")


def _figure(label: int, sides: Iterable[float]) -> str:
    return " ".join((str(label), *(f"{side:.12g}" for side in sides))) + "\n"


def _named(classes: Numbers) -> Iterator[Piece]:
    """What names the classes; a line break in a label would make two of it."""
    names = {place: label for label, place in classes.items()}
    listed = "".join(f"{' '.join(label.split())}\n" for label in names.values())
    said = {"path": ".", "train": "images", "val": "images", "names": names}
    yield Piece("classes.txt", listed.encode())
    yield Piece("data.yaml", yaml.safe_dump(said, allow_unicode=True, sort_keys=False).encode())


def _row(cells: Iterable[object]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue().encode()


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per text file whose picture is known: by `pictures.csv`, or by the picture of the same
    name beside it.
    """
    paths = list(files.paths())
    classes = _classes(files, paths)
    pictures = _pictures(files, paths)
    beside = {_stem(path): path for path in paths if path.lower().endswith(_ENDINGS)}
    place = 0
    for path in paths:
        if not path.endswith(".txt") or PurePosixPath(path).name in _NO_LABELS:
            continue
        place += 1
        known = pictures.get(path) or _beside(files, beside.get(_stem(path), ""), naming)
        if known is None:
            words = f"{path}: no picture of that name lies beside it, so its size is not known"
            findings.note(place, "no-picture", words)
            continue
        body = whole(files, path, _LABELS_MOST).decode(errors="replace")
        figures: list[Box | Drawing] = []
        for row, text in enumerate(body.splitlines(), 1):
            try:
                figures += _read(text.split(), known.size, classes)
            except ValueError as fault:
                findings.note(place, "row", f"{path}:{row}: {fault}")
        nothing = not body.strip()  # else what could not be read would count as nothing to see
        told = (drawn(figures, known.size, naming),) if figures or nothing else ()
        yield Line(place, known.address, "", told)


_ENDINGS = (".jpg", ".jpeg", ".png")


def _stem(path: str) -> str:
    """By which a picture and its text file know each other: `images` stands for `labels`."""
    parts = path.rpartition(".")[0].split("/")
    return "/".join("labels" if part == "images" else part for part in parts)


def _beside(files: Files, path: str, naming: Naming) -> _Picture | None:
    """The picture at the path, with its size; None where there is none that tells it."""
    if not path:
        return None
    start = b""
    for piece in files.chunks(path):
        start += piece
        if len(start) >= ENOUGH:
            break
    head = read_head(start)
    if not head.width or not head.height:
        return None
    if not naming.pictures:
        raise NoPlace
    name = path.partition("images/")[2] if path.startswith("images/") else path
    return _Picture(naming.pictures + name, (head.width, head.height))


def _pictures(files: Files, paths: Iterable[str]) -> Mapping[str, _Picture]:
    path = next((path for path in paths if PurePosixPath(path).name == _PICTURES), "")
    if not path:
        return {}
    text = whole(files, path).decode(errors="replace")
    folder = path.removesuffix(_PICTURES)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        sizes = [sized(int(row["width"]), int(row["height"])) for row in rows]
        return {
            folder + row["labels"]: _Picture(row["source-ref"], size)
            for row, size in zip(rows, sizes, strict=True)
            if size
        }
    except (KeyError, ValueError, TypeError, csv.Error):
        words = f"{path} is not as Labeljob writes it: labels, source-ref, width, height."
        raise Unusable(words) from None


def _classes(files: Files, paths: Iterable[str]) -> Mapping[int, str]:
    """The names of the classes by number: what data.yaml says, else a list of names.

    Raises:
        Unusable: nothing names them.

    """
    by_name = {PurePosixPath(path).name: path for path in paths}
    yamls = [path for path in by_name.values() if path.endswith((".yaml", ".yml"))]
    for path in yamls:
        names = _yaml_names(whole(files, path, _YAML_MOST), path)
        if names:
            return names
    for name in _CLASSES:
        if name in by_name:
            text = whole(files, by_name[name], _LABELS_MOST).decode("utf-8-sig", "replace")
            return dict(enumerate(text.splitlines()))
    raise Unusable("No data.yaml and no classes.txt says what the classes are called.")


def _yaml_names(body: bytes, path: str) -> Mapping[int, str]:
    try:
        said = yaml.safe_load(body)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unusable(f"{path} is no YAML.") from None
    if not isinstance(said, dict):
        return {}
    if "kpt_shape" in said:
        raise Unusable(f"{path} is about poses, whose key points Labeljob does not read.")
    names = said.get("names")
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        return {}
    return {place: str(name) for place, name in names.items() if isinstance(place, int)}


def _read(
    cells: list[str], size: tuple[int, int], classes: Mapping[int, str]
) -> Iterator[Box | Drawing]:
    """The figure of one row; an empty row has none.

    Raises:
        ValueError: with what is wrong.

    """
    if not cells:
        return
    try:
        label = classes[int(cells[0])]
        sides = [float(cell) for cell in cells[1:]]
    except (ValueError, KeyError):
        words = f"“{short(' '.join(cells))}” is not a class's number and numbers from 0 to 1"
        raise ValueError(words) from None
    if not all(abs(side) < _FAR for side in sides):
        raise ValueError(f"“{short(' '.join(cells))}” is not within a picture")
    width, height = size
    if len(sides) in {_BOX, _BOX + 1}:
        across, down = sides[2] * width, sides[3] * height
        left, top = sides[0] * width - across / 2, sides[1] * height - down / 2
        left, top, across, down = map(_pixels, (left, top, across, down))
        score = sides[_BOX] if len(sides) > _BOX else None
        yield Box(label, left, top, across, down, score)
        return
    if len(sides) % 2 or len(sides) < 2 * _POLYGON_LEAST:
        raise ValueError(f"{len(sides)} numbers are no box and no polygon")
    pairs = zip(sides[::2], sides[1::2], strict=True)
    yield Drawing(
        label, "polygon", tuple((_pixels(x * width), _pixels(y * height)) for x, y in pairs)
    )


def _pixels(number: float) -> float:
    """Pixels to the millionth: the rest is what the division left."""
    return round(number, 6)


_FAR = 100  # times a picture's side: farther out, a number is a mistake

YOLO = Format(
    name="yolo",
    title=_TITLE,
    file="",
    media_type="application/zip",
    unheld="confidences, dates, jobs, and whether a person or a machine labeled",
    write=write,
    read=read,
)
