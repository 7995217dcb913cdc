"""Attributes of labels and frames as people type them, one a line (pure).

Promises to the form: `occluded: yes, no` is a choice, `speed: 0-120` a number between two, `note:
text` free text. `car / colour: red, blue` belongs to one label, `*` behind a name makes it
required, and words behind a bar describe it. A line that is none of these is named by its number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from bot.engines.particulars import NUMBER, Attribute

_RANGE = re.compile(
    "(-?\\d{1,9}(?:\\.\\d{1,6})?)\\s*(?:-|\u2013|\\.\\.|to)\\s*(-?\\d{1,9}(?:\\.\\d{1,6})?)"
)
_FREE = {"text", "free text"}


@dataclass(frozen=True, slots=True)
class Attributes:
    """What was read: attributes of every label (or frame), of single labels, and what could not be
    read, in words.
    """

    every: tuple[Attribute, ...] = ()
    by_label: tuple[tuple[str, tuple[Attribute, ...]], ...] = ()
    fault: str = ""


def read_attributes(lines: Iterable[str]) -> Attributes:
    """The attributes that these lines name; blank lines say nothing."""
    every: list[Attribute] = []
    by_label: dict[str, list[Attribute]] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        names, colon, rest = line.partition(":")
        if not colon or not names.strip() or not rest.strip():
            faults.append(
                f"Line {number}: write a name, a colon and what it may be, for example occluded: "
                "yes, no."
            )
            continue
        label, slash, name = names.rpartition("/")
        found = _attribute(name.strip(), rest)
        if slash and label.strip():
            by_label.setdefault(" ".join(label.split()), []).append(found)
        else:
            every.append(found)
    return Attributes(
        tuple(every),
        tuple((label, tuple(found)) for label, found in by_label.items()),
        " ".join(faults[:3]),
    )


def _attribute(name: str, rest: str) -> Attribute:
    said, _bar, description = rest.partition("|")
    said = said.strip()
    plain = Attribute(
        name=name.rstrip("* "), description=description.strip(), required=name.endswith("*")
    )
    between = _RANGE.fullmatch(said)
    if between:
        least, most = float(between[1]), float(between[2])
        return msgspec.structs.replace(plain, type=NUMBER, minimum=least, maximum=most)
    if said.lower() in _FREE:
        return plain
    choices = tuple(part.strip() for part in said.split(",") if part.strip())
    return msgspec.structs.replace(plain, enum=choices)


def spell_attributes(attributes: Iterable[Attribute], label: str = "") -> list[str]:
    """The lines that read back as these attributes."""
    return [_line(one, f"{label} / " if label else "") for one in attributes]


def _line(one: Attribute, lead: str) -> str:
    said = ", ".join(one.enum) or "text"
    if one.type == NUMBER:
        said = f"{_plain(one.minimum)}-{_plain(one.maximum)}"
    described = f" | {one.description}" if one.description else ""
    star = "*" if one.required else ""
    return f"{lead}{one.name}{star}: {said}{described}"


def _plain(number: float | None) -> str:
    return f"{number or 0:g}"
