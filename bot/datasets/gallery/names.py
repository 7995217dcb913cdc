"""Labels of a dataset get other names, or become one, and new ones are named (pure): the window,
and the lines that say so.

Promises to the command: a slip names its line and its remedy, and nothing typed is lost. Promises
to whoever sends: only pictures that have one of the labels get a new line, and those are named that
people must see again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.base import forms
from bot.base.blocks import Block, context, cut, input_block, modal, section, text_input, typed
from bot.base.nearest import nearest
from bot.datasets.gallery import new_labels
from bot.datasets.gallery.entry import Entry
from bot.datasets.gallery.wish import LABEL_MAX
from bot.datasets.source import Source
from bot.manifests.formats.format import Findings, Unusable
from bot.manifests.json_lines import parse, written
from bot.manifests.json_words import Object
from bot.manifests.relabel import mapping, relabeled
from bot.manifests.told import METADATA
from bot.pictures.words import name_of

NAMES_ID, NAMES_VIEW, NAMES_FIELD = "gallery_names", "gallery_names_view", "names"
RENAMED = "renamed"
"""The answer in `Source.more` that holds the new names of labels, as JSON."""
_FILTER_MOST = 10  # Rekognition: labels that ListDatasetEntries looks for at once
_NAME, _SHOWN, _NAMED = 100, 60, 5


@dataclass(slots=True)
class Seen:
    """What became of the lines; complete when these end. `again` are the first pictures of those
    that people must see again, and `many` how many there are.
    """

    again: list[str] = field(default_factory=list)
    many: int = 0

    @property
    def words(self) -> str:
        """Which to look at, "" for none."""
        if not self.many:
            return ""
        more = f" and {self.many - _NAMED:,} more" if self.many > _NAMED else ""
        return f"; look again where two labels are one now: {', '.join(self.again)}{more}"


def window(
    source: Source, dataset_id: str, labels: Sequence[str], waiting: Sequence[str] = ()
) -> Block:
    """The window, with the labels there are, and those that wait for their first picture."""
    return modal(
        "Change labels",
        [*_renaming(source, labels), new_labels.field(waiting)],
        callback_id=NAMES_VIEW,
        submit="Change",
        close="Cancel",
        metadata={"dataset": dataset_id},
    )


def _renaming(source: Source, labels: Sequence[str]) -> list[Block]:
    """The dataset, and the field of new names where there is anything to rename."""
    called = f"*Dataset {typed(source.called, _NAME)}*"
    if not labels:
        return [section(f"{called} has no labels yet.")]
    known = typed(", ".join(cut(one, _SHOWN) for one in labels), 2_000)
    hint = "One a line: old = new. Two labels with the same new name become one."
    return [
        section(f"{called} has these labels: {known}"),
        input_block(
            "New names",
            text_input(forms.VALUE, multiline=True, placeholder="unripe = green"),
            NAMES_FIELD,
            hint=hint,
            optional=True,
        ),
        context(
            "It is changed at AWS in every picture that has such a label, within some minutes; "
            "the manifest that the dataset was made of stays."
        ),
    ]


def changes(
    view: Mapping[str, Any], labels: Sequence[str], waiting: Sequence[str]
) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:
    """The new name of each label, the labels that wait for a picture from now on, and what is
    wrong, by field.
    """
    errors: dict[str, str] = {}
    found: dict[str, str] = {}
    new, fault = new_labels.read(view, labels)
    if fault:
        errors[new_labels.FIELD] = fault
    if _typed(view) or not (new or waiting):
        found, fault = read(view, labels)
        if fault:
            errors[NAMES_FIELD if labels else new_labels.FIELD] = fault
    return found, new, errors


def _typed(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The lines of the field of new names."""
    given = forms.answers(view).get(NAMES_FIELD) or {}
    return tuple(forms.Answer(next(iter(given.values()), {})).lines)


def read(view: Mapping[str, Any], labels: Sequence[str]) -> tuple[dict[str, str], str]:
    """The new name of each label, and what is wrong with what was typed."""
    try:
        names = mapping([f"{old}={new}" for old, new in _pairs(_typed(view))], ())
    except Unusable as unusable:
        return {}, unusable.words
    return names, _fault(names, labels)


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The label and its new name of each line.

    Raises:
        Unusable: a line, named as it was typed, has not both.

    """
    for line in lines:
        old, _, new = (part.strip() for part in line.rpartition("="))
        if not old or not new:
            raise Unusable(
                f"“{cut(line, _SHOWN)}” is no new name of a label. Write it like old = new."
            )
        yield old, new


def _fault(names: Mapping[str, str], labels: Sequence[str]) -> str:
    for old, new in names.items():
        if old not in labels:
            near = nearest(old, labels)
            there = f"Did you mean “{cut(near[0], _SHOWN)}”?" if near else ""
            return f"The dataset has no label “{cut(old, _SHOWN)}”. {there}".rstrip()
        if len(new) > LABEL_MAX:
            return f"A label has at most {LABEL_MAX} characters; one here has {len(new):,}."
    if len(names) > _FILTER_MOST:
        return f"These are {len(names)} labels; change {_FILTER_MOST} at a time."
    if all(old == new for old, new in names.items()):
        return "Write which label gets which name, such as unripe = green, or a new label."
    return ""


def kept(names: Mapping[str, str]) -> str:
    """The new names as an update keeps them."""
    return json.dumps(names)


def names_of(more: Mapping[str, str]) -> dict[str, str]:
    """The new names that an update keeps; none for any other."""
    return dict(json.loads(more.get(RENAMED) or "{}"))


def filters(names: Mapping[str, str]) -> dict[str, Any]:
    """The filter of ListDatasetEntries for the pictures that have such a label."""
    return {"ContainsLabels": list(names)}


def lines_of(entries: Iterable[Entry], names: Mapping[str, str], seen: Seen) -> Iterator[bytes]:
    """A line with the new names for each picture."""
    for entry in entries:
        found = Findings()
        (line,) = relabeled((written(entry.given) + b"\n",), names, found)
        body, joined = _each_once(parse(line.rstrip(b"\n")))
        if joined or found.counts.get("see-again"):
            seen.many += 1
            if len(seen.again) < _NAMED:
                seen.again.append(name_of(entry.line))
        yield written(body) + b"\n"


def _each_once(line: Object) -> tuple[Object, bool]:
    """The line with each class once (of several classes each is a pair), and whether one left."""
    met: set[str] = set()
    left: set[str] = set()
    for key, metadata in line.items():
        name = metadata.get("class-name") if isinstance(metadata, dict) else None
        if isinstance(name, str) and key.endswith(METADATA):
            if name in met:
                left |= {key, key.removesuffix(METADATA)}
            met.add(name)
    return {key: value for key, value in line.items() if key not in left}, bool(left)


def about_words(names: Mapping[str, str]) -> str:
    """What is changed, for the dataset's thread."""
    shown = list(names.items())[:_NAMED]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    said = ", ".join(f"{cut(old, _SHOWN)} is now {cut(new, _SHOWN)}" for old, new in shown)
    return f"label {said}{more}"


def taken(source: Source, names: Mapping[str, str], *, first: bool, note: str = "") -> Block:
    """What stands in the window's place; `note` is about new labels."""
    words = (
        f"Dataset *{typed(source.called, _NAME)}*: {typed(about_words(names), 600)}. Its thread "
        "tells when AWS has it, and what to look at again."
    )
    if not first:
        words = "The same change is on its way already."
    said = [words] if names else []
    return modal(
        "Change labels",
        [section(each) for each in [*said, *([typed(note, 1_000)] if note else [])]],
        callback_id="gallery_names_taken",
    )
