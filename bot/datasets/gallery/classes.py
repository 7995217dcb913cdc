"""The labels of some pictures of a dataset, chosen in a window (pure).

Promises to the command: what is chosen replaces all labels of those pictures, in the words of the
window; a label that the dataset does not have is never one by mistake; what is written is a line
that Rekognition takes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.base import forms
from bot.base.blocks import (
    Block,
    context,
    count,
    cut,
    in_a_row,
    input_block,
    modal,
    multi_select,
    option,
    section,
    text_input,
    typed,
)
from bot.base.nearest import nearest
from bot.datasets.gallery.entry import Entry
from bot.datasets.gallery.wish import LABEL_MAX
from bot.datasets.lifecycle import LabelCount
from bot.datasets.source import Source
from bot.manifests.json_lines import written
from bot.manifests.rekognition_rules import LABELS_PER_IMAGE
from bot.pictures.words import labels_of, name_of, said_of

CLASSES_ID, CLASSES_VIEW = "gallery_labels", "gallery_labels_view"
_ATTRIBUTE = "labels"
_LABELS_MENU = 100  # Slack: options of a menu
LABELS_MOST = 250  # Rekognition: labels of a dataset
_MENU, _NAME, _SHOWN = 75, 100, 60
_NAMED = 10  # labels that are named in a sentence


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pictures by their addresses, the labels that they get, which of those are `new` in the
    dataset, and which that it has are `like` the new ones.
    """

    pictures: tuple[str, ...]
    labels: tuple[str, ...]
    new: tuple[str, ...] = ()
    like: tuple[str, ...] = ()


def takes_classes(entries: Sequence[Entry], labels: Sequence[LabelCount]) -> bool:
    """Whether labels of the whole picture make sense here: a training takes classes or boxes, and
    drops the other kind.
    """
    return bool(entries) and not any(one.boxes for one in labels)


def window(source: Source, sheet_id: str, entries: Sequence[Entry], labels: Sequence[str]) -> Block:
    """The window over the pictures of a sheet; one alone is chosen already, with its labels."""
    return modal(
        "Labels of pictures",
        [
            section(f"*Dataset {typed(source.called, _NAME)}*"),
            *_fields(entries, labels),
            context(
                "What you choose replaces the labels that these pictures have. AWS takes it in "
                "within some minutes; the dataset's thread tells it."
            ),
        ],
        callback_id=CLASSES_VIEW,
        submit="Set labels",
        close="Cancel",
        metadata={"sheet": sheet_id},
    )


def read(
    view: Mapping[str, Any], entries: Sequence[Entry], labels: Sequence[str]
) -> tuple[Chosen, dict[str, str]]:
    """What was chosen, and what is wrong with it, by field."""
    given = forms.answers(view)
    answers = {
        name: forms.Answer(next(iter((given.get(name) or {}).values()), {}))
        for name in ("pictures", "labels", "others")
    }
    pictures = [entries[at].address for at in _places(answers["pictures"].ticked, len(entries))]
    by_mark = {_mark(one): one for one in labels}
    ticked = answers["labels"].ticked
    wanted = [by_mark[one] for one in ticked if one in by_mark]
    others = answers["others"].lines
    chosen = tuple(dict.fromkeys((*wanted, *others)))
    errors: dict[str, str] = {}
    if not pictures:
        errors["pictures"] = "Choose the pictures that get these labels."
    if fault := _others_fault(others, labels):
        errors["others"] = fault
    elif not chosen:
        where = "labels" if labels else "others"
        errors[where] = "Choose a label, or type one."
    elif len(chosen) > LABELS_PER_IMAGE:
        many = f"{len(chosen)} labels; Rekognition takes {LABELS_PER_IMAGE} on a picture."
        errors["labels"] = many
    if len(wanted) < len(ticked):
        errors["labels"] = "The dataset's labels have changed meanwhile. Choose again."
    new = tuple(one for one in chosen if one not in labels)
    like = tuple(dict.fromkeys(near for one in new for near in nearest(one, labels)[:1]))
    return Chosen(tuple(pictures), chosen, new, like), errors


def line_of(picture: str, labels: Sequence[str], now: datetime) -> bytes:
    """The line of a picture with these labels, each a pair of its own, as Rekognition has them."""
    line: dict[str, Any] = {"source-ref": picture}
    for number, label in enumerate(labels):
        line[f"{_ATTRIBUTE}{number}"] = number
        line[f"{_ATTRIBUTE}{number}-metadata"] = {
            "class-name": label,
            "confidence": 1.0,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        }
    return written(line)


def about_words(chosen: Chosen) -> str:
    """What is changed, for the dataset's thread; names are not escaped."""
    labels = ", ".join(cut(one, _SHOWN) for one in chosen.labels[:_NAMED])
    return f"the labels of {count(len(chosen.pictures), 'picture')} are now {labels}"


def taken(source: Source, chosen: Chosen, *, first: bool) -> Block:
    """What stands in the window's place."""
    verb = "gets" if len(chosen.pictures) == 1 else "get"
    words = (
        f"{count(len(chosen.pictures), 'picture')} of dataset *{typed(source.called, _NAME)}* "
        f"{verb} {_named(chosen.labels)}. The dataset's "
        "thread tells when AWS has it."
    )
    if not first:
        words = "The same labels for the same pictures are on their way already."
    said = [section(words)]
    if chosen.new and first:
        said.append(context(f"New in this dataset: {_named(chosen.new)}."))
    if chosen.like and first:
        said.append(context(f"It has labels that are like these: {_named(chosen.like)}."))
    return modal("Labels of pictures", said, callback_id="gallery_labels_taken")


def _fields(entries: Sequence[Entry], labels: Sequence[str]) -> list[Block]:
    """The pictures, the dataset's labels if it has any, and others; of one picture alone the
    labels that it has are chosen.
    """
    alone = entries[0] if len(entries) == 1 else None
    has = _labels_of(alone) if alone else ()
    pictures = [
        option(cut(f"{one.line.number:,} · {name_of(one.line)}", _MENU), str(place), _told(one))
        for place, one in enumerate(entries)
    ]
    fields = [
        input_block(
            "Pictures",
            multi_select(forms.VALUE, pictures, ["0"] if alone else ()),
            "pictures",
            hint="Those of the sheet, by their numbers there.",
        )
    ]
    if labels:
        menu = [option(cut(one, _MENU), _mark(one)) for one in labels]
        chosen = [_mark(one) for one in has if one in labels[:_LABELS_MENU]]
        known = multi_select(forms.VALUE, menu[:_LABELS_MENU], chosen)
        fields.append(input_block("Labels", known, "labels", optional=True))
    others = text_input(forms.VALUE, multiline=True, placeholder="One a line")
    hint = "Those that no picture of this dataset has yet, or that the menu has no room for."
    return [*fields, input_block("Other labels", others, "others", hint=hint, optional=True)]


def _others_fault(others: Sequence[str], labels: Sequence[str]) -> str:
    """What is wrong with labels that were typed."""
    long = next((one for one in others if len(one) > LABEL_MAX), "")
    if long:
        return (
            f"“{cut(long, _SHOWN)}” has {len(long):,} characters; a label has at most {LABEL_MAX}."
        )
    by_small = {one.casefold(): one for one in labels}
    for one in others:
        known = by_small.get(one.casefold(), one)
        if known != one:
            return f"The dataset has “{cut(known, _SHOWN)}”. Choose that, or write it the same."
    many = len({*labels, *others})
    if others and many > LABELS_MOST:
        return f"With these the dataset would have {many} labels; Rekognition takes {LABELS_MOST}."
    return ""


def _mark(label: str) -> str:
    """What a menu tells of a label: the dataset may get others while the window is open."""
    return hashlib.sha256(label.encode()).hexdigest()[:16]


def _places(values: Sequence[str], many: int) -> list[int]:
    """Places in a list that a menu told by their numbers; what is none is passed over."""
    return [int(one) for one in values if one.isdecimal() and int(one) < many]


def _labels_of(entry: Entry) -> tuple[str, ...]:
    return tuple(label for told in entry.line.told for label in labels_of(told))


def _told(entry: Entry) -> str:
    return said_of(next(iter(entry.line.told), None))


def _named(labels: Sequence[str]) -> str:
    return in_a_row([typed(one, _SHOWN) for one in labels[:_NAMED]])
