"""Results in words (pure): what was said of one object, and what a sheet shows, for whoever cannot
see it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.base.blocks import count, cut
from bot.manifests.shapes import Line, Told

ALT_MOST = 1_000  # Slack: alternative text of an uploaded file
_LABELS_MOST = 6


def told_by(line: Line, attribute: str) -> Told | None:
    """What this label attribute says of the object; None where it says nothing."""
    names = named(attribute)
    return next((one for one in line.told if one.attribute in names), None)


def named(attribute: str) -> tuple[str, str]:
    """The names under which lines have a label attribute: a label that is a file ends in -ref."""
    return attribute, f"{attribute}-ref"


def name_of(line: Line) -> str:
    """What the object is called: the end of its address, or its text."""
    if line.address:
        return line.address.rstrip("/").rpartition("/")[2] or line.address
    return " ".join(line.text.split())


def labels_of(told: Told) -> Counter[str]:
    """How often each label is given: as a class, a box, a drawing, a mask's area, a span, a
    cuboid.
    """
    found: Counter[str] = Counter()
    found.update(one.name for one in told.classes)
    found.update(one.label for one in told.boxes)
    found.update(one.label for one in told.drawings)
    found.update(one.label for one in told.spans)
    found.update(one.label for one in told.cuboids)
    if told.mask is not None:
        found.update(dict.fromkeys((label for _, label in told.mask.colours), 1))
    return found


def confidence_of(told: Told) -> float | None:
    """The least confidence of what was said, None where none is told."""
    sure = (
        *(one.confidence for one in told.classes),
        *(one.confidence for one in told.boxes),
        *(one.confidence for one in told.drawings),
        *(one.confidence for one in told.spans),
        *(one.confidence for one in told.cuboids),
    )
    return min((one for one in sure if one is not None), default=None)


def is_labeled(told: Told | None) -> bool:
    """Whether the object has a label, be it an empty one."""
    return told is not None and told.labeled and not told.failure


def said_of(told: Told | None) -> str:
    """What was said of one object, on one line."""
    if told is None or not is_labeled(told):
        return ": ".join(filter(None, ("no label", told.failure if told else "")))
    if told.kind in {"classes", "opinion"}:
        said = ", ".join(_class_words(one.name, one.confidence) for one in told.classes)
        return ": ".join(filter(None, (said or "no class", " / ".join(told.comments))))
    found = labels_of(told)
    if told.kind in {"frames", "cloud", "mask"} and found:
        return ", ".join(found)
    many = ", ".join(f"{many:,} {label}" for label, many in found.most_common())
    return many or _NOTHING.get(told.kind, "labeled")


_NOTHING = {
    "boxes": "no box",
    "drawings": "nothing drawn",
    "spans": "nothing marked",
    "mask": "nothing painted",
    "frames": "nothing marked",
    "cloud": "nothing marked",
    "custom": "labeled in a form of its own",
}


def sheet_words(lines: Sequence[Line], attribute: str, why_not: Iterable[str] = ()) -> str:
    """What a sheet shows: how many objects, which lines, how often each label, how many without,
    how many that could not be drawn.
    """
    told = [told_by(line, attribute) for line in lines]
    found: Counter[str] = Counter()
    for one in told:
        found += labels_of(one) if one is not None else Counter()
    numbers = [line.number for line in lines]
    parts = [f"{count(len(lines), 'object')} with their labels drawn, {_lines_words(numbers)}"]
    parts += [f"{many:,} {label}" for label, many in found.most_common(_LABELS_MOST)]
    if len(found) > _LABELS_MOST:
        parts.append(f"{len(found) - _LABELS_MOST:,} more labels")
    empty = sum(1 for one in told if is_labeled(one) and one is not None and not labels_of(one))
    without = sum(1 for one in told if not is_labeled(one))
    grey = sum(1 for one in why_not if one)
    rest = [
        f"{empty:,} with nothing marked" if empty else "",
        f"{without:,} without a label" if without else "",
        f"{grey:,} that could not be drawn" if grey else "",
    ]
    return cut("; ".join((*parts, *filter(None, rest))) + ".", ALT_MOST)


def _lines_words(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]:,}"
    return f"lines {numbers[0]:,} to {numbers[-1]:,}"


def _class_words(name: str, confidence: float | None) -> str:
    return f"{name} {confidence:.2f}" if confidence else name
