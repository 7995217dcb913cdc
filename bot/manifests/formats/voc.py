"""Pascal VOC's XML (pure): a file per picture; corners count pixels from 1, the last is inside.

`<path>` keeps the picture's S3 address; a polygon is written as RectLabel does (`<polygon>` with
x1, y1, x2 …), a box's attributes as CVAT does. XML is read without entities: a file with a
DOCTYPE is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from bot.manifests.formats.format import (
    Files,
    Findings,
    Format,
    Naming,
    Piece,
    Places,
    Unusable,
    addressed,
    chosen,
    drawn,
    extent,
    note_figure,
    picture,
    sized,
    whole,
)
from bot.manifests.json_words import short
from bot.manifests.shapes import Box, Drawing, Kind, Line, Point, Told

_TITLE = "Pascal VOC"
_HOLDS: frozenset[Kind] = frozenset({"boxes", "drawings"})
_FILE_MOST = 4_000_000  # ours: bytes of a picture's file
_DEPTH_MOST = 20  # ours: the format nests 5 levels
_POLYGON_LEAST = 3  # points
_KEPT = ("name", "bndbox", "polygon", "confidence", "attributes")
_UNSAID = ("", "0", "Unspecified", "Unknown")  # what the tools write where nobody said anything
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """An XML file per picture."""
    places = Places("Annotations", ".xml")
    for line in lines:
        told = chosen(line, _HOLDS, attribute, _TITLE, findings)
        address = picture(line, _TITLE, findings) if told else None
        if told is None or address is None:
            continue
        path = places.of(line.number, address, findings)
        if not path:
            continue
        folder, _, name = address.key.rpartition("/")
        parts = [
            "<annotation>",
            _element("folder", folder),
            _element("filename", name),
            _element("path", line.address),
            *_size(line.number, told, findings),
            f"<segmented>{int(bool(told.drawings))}</segmented>",
            *_objects(line.number, told, findings),
            "</annotation>",
        ]
        yield Piece(path, ("\n".join(parts) + "\n").encode())


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _size(place: int, told: Told, findings: Findings) -> Iterator[str]:
    if told.size is None:
        findings.note(place, "size", "the picture's size is not known; VOC's tools want it")
        return
    width, height = told.size
    yield f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>"


def _objects(place: int, told: Told, findings: Findings) -> Iterator[str]:
    for box in told.boxes:
        if _unwritable(box.label):
            findings.note(place, "letters", f"“{short(box.label)}” has letters XML does not take")
            continue
        sides = (box.left, box.top, box.width, box.height)
        more = "".join(
            f"<attribute>{_element('name', name)}{_element('value', value)}</attribute>"
            for name, value in box.attributes
        )
        more = f"<attributes>{more}</attributes>" if more else ""
        yield _object(box.label, sides, box.confidence, more)
    for drawing in told.drawings:
        if drawing.form != "polygon" or len(drawing.points) < _POLYGON_LEAST:
            note_figure(place, f"a {drawing.form} of “{short(drawing.label)}”", _TITLE, findings)
        elif _unwritable(drawing.label):
            words = f"“{short(drawing.label)}” has letters XML does not take"
            findings.note(place, "letters", words)
        else:
            corners = "".join(
                f"<x{at}>{_pixel(x + 1)}</x{at}><y{at}>{_pixel(y + 1)}</y{at}>"
                for at, (x, y) in enumerate(drawing.points, 1)
            )
            polygon = f"<polygon>{corners}</polygon>"
            yield _object(drawing.label, extent(drawing.points), drawing.confidence, polygon)


def _object(
    label: str, sides: tuple[float, float, float, float], confidence: float | None, more: str
) -> str:
    left, top, width, height = sides
    corners = (left + 1, top + 1, left + width, top + height)
    bounds = "".join(
        f"<{name}>{_pixel(at)}</{name}>" for name, at in zip(_CORNERS, corners, strict=True)
    )
    sure = "" if confidence is None else f"<confidence>{confidence!r}</confidence>"
    return (
        f"<object>{_element('name', label)}<pose>Unspecified</pose><truncated>0</truncated>"
        f"<difficult>0</difficult>{sure}<bndbox>{bounds}</bndbox>{more}</object>"
    )


def _pixel(at: float) -> str:
    return str(int(at)) if float(at).is_integer() else repr(round(at, 9))


def _unwritable(text: str) -> bool:
    """Whether XML 1.0 cannot hold the text, or would change it."""
    return text != text.strip() or any(
        ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF or ord(sign) in {0xFFFE, 0xFFFF}  # noqa: PLR2004
        for sign in text
    )


def read(files: Files, naming: Naming, findings: Findings) -> Iterator[Line]:
    """A line per XML file."""
    place = 0
    for path in files.paths():
        if not path.lower().endswith(".xml"):
            continue
        place += 1
        try:
            root = _parsed(whole(files, path, _FILE_MOST))
        except Unusable as error:
            findings.note(place, "xml", f"{path}: {error.words}")
            continue
        name = root.text_of("filename") or path.rpartition("/")[2].removesuffix(".xml") + ".jpg"
        objects = root.all_of("object")
        figures = [figure for each in objects for figure in _read(each, path, place, findings)]
        nothing = not objects  # else what could not be read would count as nothing to see
        told = (drawn(figures, _read_size(root), naming),) if figures or nothing else ()
        yield Line(place, addressed(name, root.text_of("path"), naming), "", told)


@dataclass(slots=True)
class _Element:
    """An element: its name, its text and what it holds."""

    name: str
    text: str = ""
    within: list["_Element"] = field(default_factory=list)

    def all_of(self, name: str) -> list["_Element"]:
        return [each for each in self.within if each.name == name]

    def one_of(self, name: str) -> "_Element":
        return next(iter(self.all_of(name)), _Element(name))

    def text_of(self, name: str) -> str:
        return self.one_of(name).text.strip()

    def number_of(self, name: str) -> float | None:
        return _number(self.text_of(name))


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def _parsed(body: bytes) -> _Element:
    """The root element.

    Raises:
        Unusable: it is no XML, no annotation, nests too deep, or declares entities of its own.

    """
    top = _Element("")
    open_ones = [top]

    def start(name: str, _attributes: dict[str, str]) -> None:
        if len(open_ones) > _DEPTH_MOST:
            raise Unusable("it nests too deep.")
        element = _Element(name)
        open_ones[-1].within.append(element)
        open_ones.append(element)

    def end(_name: str) -> None:
        open_ones.pop()

    def text(piece: str) -> None:
        open_ones[-1].text += piece

    def declared(*_said: object) -> None:
        raise Unusable("it has a DOCTYPE, which Labeljob does not read. Remove it.")

    parser = expat.ParserCreate()
    parser.buffer_text = True  # else an element's text comes in pieces, at the square of its length
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unusable(f"it is no XML: {error}.") from None
    root = top.within[0]
    if root.name != "annotation":
        raise Unusable("it is no <annotation>.")
    return root


def _read_size(root: _Element) -> tuple[int, int] | None:
    said = root.one_of("size")
    return sized(said.number_of("width"), said.number_of("height"))


def _read(said: _Element, path: str, place: int, findings: Findings) -> Iterator[Box | Drawing]:
    label = said.text_of("name")
    if beside := [each.name for each in said.within if _is_more(each)]:
        words = f"“{short(label)}” has {', '.join(map(short, beside))}, which is not kept"
        findings.note(place, "attribute", f"{path}: {words}")
    score = said.number_of("confidence")
    polygon = said.one_of("polygon")
    points = tuple(_points(polygon))
    if len(points) >= _POLYGON_LEAST:
        yield Drawing(label, "polygon", points, score)
        return
    corners = [said.one_of("bndbox").number_of(name) for name in _CORNERS]
    numbers = [corner for corner in corners if corner is not None]
    if not label or len(numbers) != len(_CORNERS):
        words = f"{path}: “{short(label)}” has no name and box of four numbers; left out"
        findings.note(place, "figure", words)
        return
    xmin, ymin, xmax, ymax = numbers
    attributes = tuple(
        (each.text_of("name"), each.text_of("value"))
        for each in said.one_of("attributes").all_of("attribute")
    )
    yield Box(label, xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1, score, attributes)


def _is_more(said: _Element) -> bool:
    """Whether an object's element says more than a label, a figure and its attributes: a pose, a
    part, or that it is truncated.
    """
    return said.name not in _KEPT and (bool(said.within) or said.text.strip() not in _UNSAID)


def _points(polygon: _Element) -> Iterator[Point]:
    """The corners of a polygon, as RectLabel names them; a hole in the count ends them."""
    named = {each.name: _number(each.text) for each in polygon.within}
    for at in range(1, len(named) // 2 + 1):
        x, y = named.get(f"x{at}"), named.get(f"y{at}")
        if x is None or y is None:
            return
        yield x - 1, y - 1


VOC = Format(
    name="voc",
    title=_TITLE,
    file="",
    media_type="application/zip",
    unheld="dates, jobs, and whether a person or a machine labeled",
    write=write,
    read=read,
)
