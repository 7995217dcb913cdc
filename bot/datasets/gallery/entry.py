"""An entry of a dataset as AWS lists it, in the shapes of labels (pure).

Promises to whoever draws and counts: all labels of a picture are told as one, whatever their
attributes are called (several classes of a picture are several attributes at Custom Labels), and
what AWS adds to an entry is no label.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.manifests.shapes import Kind, Line, Told
from bot.manifests.told import told_object

LABELS = "labels"
"""The name under which the labels of a picture are told."""
OWN = ("cl-metadata", "cl-errors")
"""What AWS adds to an entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture of a dataset: its place in a list from 1, what is told of it, the line without what
    AWS adds, and the codes of its errors, each once.
    """

    line: Line
    given: Mapping[str, Any]
    codes: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where the picture lies."""
        return self.line.address


def entry_of(number: int, listed: Mapping[str, Any]) -> Entry:
    """An entry of ListDatasetEntries; `number` is its place in the list, from 1."""
    given = {name: value for name, value in listed.items() if name not in OWN}
    line = told_object(number, given)
    told = _joined(line.told)
    shown = Line(number, line.address, "", (told,) if told else ())
    return Entry(shown, given, tuple(dict.fromkeys(codes_of(listed))))


def codes_of(value: Any) -> Iterator[str]:
    """The codes of every list of errors in an entry.

    UNSURE: the lists are named `cl-errors` in seen entries and `errors` in AWS's reference; where
    they stand (entry, metadata or box) and whether their members are objects or texts is documented
    nowhere.
    """
    if isinstance(value, list):
        for inner in value:
            yield from codes_of(inner)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key in {"cl-errors", "errors"} and isinstance(inner, list):
            for error in inner:
                code = error.get("code") if isinstance(error, dict) else error
                if isinstance(code, str) and code.startswith(("ERROR_", "WARNING_")):
                    yield code
        else:
            yield from codes_of(inner)


def _joined(told: tuple[Told, ...]) -> Told | None:
    """All labels as one; of classes and boxes both, the boxes say how it is drawn."""
    known = [one for one in told if one.kind in {"classes", "boxes"} and one.labeled]
    if not known:
        return None
    boxed = [one for one in known if one.kind == "boxes"]
    kind: Kind = "boxes" if boxed else "classes"
    return Told(
        LABELS,
        "",
        kind,
        classes=tuple(each for one in known for each in one.classes),
        boxes=tuple(each for one in boxed for each in one.boxes),
        size=next((one.size for one in boxed if one.size), None),
    )
