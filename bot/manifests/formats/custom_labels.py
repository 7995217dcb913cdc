"""Rekognition Custom Labels' manifest (pure): one label attribute, whole pixels, a picture once.

The same conversion as a dataset's import (`bot.manifests.convert`), for whoever imports by hand;
its findings bear Rekognition's own codes.
"""

from collections.abc import Iterable, Iterator

import msgspec

from bot.manifests.convert import encode, for_rekognition
from bot.manifests.formats import augmented
from bot.manifests.formats.format import (
    Findings,
    Format,
    Piece,
    chosen,
)
from bot.manifests.rekognition_codes import remedy
from bot.manifests.shapes import Kind, Line

_TITLE = "Custom Labels"
_FILE = "custom-labels.manifest"
_HOLDS: frozenset[Kind] = frozenset({"classes", "boxes", "drawings"})


def write(lines: Iterable[Line], attribute: str, findings: Findings) -> Iterator[Piece]:
    """A line per picture; what Rekognition would drop in silence is left out and noted."""
    writer = augmented.Writer("", findings)
    seen: dict[int, int] = {}
    for line in lines:
        told = chosen(line, _HOLDS, attribute, _TITLE, findings)
        if told is None:
            continue
        if told.boxes or told.drawings:
            told = msgspec.structs.replace(told, type="")  # boxes of one's own page are boxes
        made = writer.of(Line(line.number, line.address, line.text, (told,)))
        converted = for_rekognition(made, attribute=told.attribute)
        for code, words in converted.faults:
            findings.note(line.number, code, f"{remedy(code)} {words}".rstrip())
        body = encode(converted.line) if converted.line else None
        if body is None:
            if converted.line:
                findings.note(line.number, "line_too_long", remedy("line_too_long"))
            continue
        earlier = seen.setdefault(hash(line.address), line.number)
        if earlier != line.number:
            words = f"{remedy('source_ref_repeated')} Line {earlier:,} has it; this is left out."
            findings.note(line.number, "source_ref_repeated", words)
            continue
        yield Piece(_FILE, body, 0)


CUSTOM_LABELS = Format(
    name="custom-labels",
    title=_TITLE,
    file=_FILE,
    media_type="application/x-ndjson",
    unheld="opinions and older labels",
    write=write,
    read=augmented.read,
)
