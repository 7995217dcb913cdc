"""Labels that somebody names for a dataset before any picture has them (pure): their field, what is
wrong with it, and what people must look at again.

Rekognition knows a label only by its pictures: until one has it, it stands in the bot's menus.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.base import forms
from bot.base.blocks import Block, count, cut, in_a_row, input_block, section, text_input, typed
from bot.datasets.gallery.classes import LABELS_MOST
from bot.datasets.gallery.wish import LABEL_MAX
from bot.datasets.lifecycle import DatasetState
from bot.datasets.source import Source
from bot.delivery.message import Message

FIELD = "new_labels"
_NAME, _SHOWN, _NAMED = 100, 60, 10


def field(waiting: Sequence[str]) -> Block:
    """The field, with those that wait for their first picture."""
    return input_block(
        "New labels",
        text_input(forms.VALUE, "\n".join(waiting), multiline=True, placeholder="rotten"),
        FIELD,
        hint="One a line. They stand in the menus until a picture has them.",
        optional=True,
    )


def read(view: Mapping[str, Any], labels: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The labels that wait from now on, each once, and what is wrong with them; `labels` are those
    that pictures have.
    """
    given = forms.answers(view).get(FIELD) or {}
    found = tuple(dict.fromkeys(forms.Answer(next(iter(given.values()), {})).lines))
    return found, _fault(found, labels)


def _fault(found: Sequence[str], labels: Sequence[str]) -> str:
    known = {one.casefold(): one for one in labels}
    for one in found:
        if len(one) > LABEL_MAX:
            return f"A label has at most {LABEL_MAX} characters; one here has {len(one):,}."
        if there := known.get(one.casefold()):
            return f"The dataset has “{cut(there, _SHOWN)}” already. Take that line out."
        known[one.casefold()] = one
    if found and len(known) > LABELS_MOST:
        many = len(known)
        return f"With these the dataset would have {many} labels; Rekognition takes {LABELS_MOST}."
    return ""


def still(waiting: Iterable[str], labels: Iterable[str]) -> tuple[str, ...]:
    """Those that no picture has, of those that waited; `labels` are those that pictures have."""
    there = set(labels)
    return tuple(one for one in waiting if one not in there)


def words(waiting: Sequence[str]) -> str:
    """Which there are; "" for none."""
    if not waiting:
        return ""
    verb = "has this label" if len(waiting) == 1 else "has these labels"
    return f"No picture {verb} yet: {_named(waiting)}."


def look_again(source: Source, state: DatasetState, new: Sequence[str]) -> str:
    """What must be looked at again because of new labels."""
    way = "Labels… below them gives it."
    if any(one.boxes for one in state.labels):
        way = "Correct boxes… below them begins a job that offers it."
    what = "this label" if len(new) == 1 else "one of these labels"
    of = f"its {count(state.arrived, 'picture')}"
    return (
        f"Any of {of} may be of {what}: look at them again by /dataset show {source.called}. "
        f"{way} Rekognition knows a label as soon as a picture has it."
    )


def line(source: Source, state: DatasetState, new: Sequence[str], by: str) -> Message:
    """What the dataset's thread is told of labels that were added; names nobody but who did it."""
    noun = "label" if len(new) == 1 else "labels"
    text = (
        f"*Dataset {typed(source.called, _NAME)}*: new {noun} {typed(_named(new), 1_000)}, named "
        f"by {typed(by, _NAME)}. {typed(look_again(source, state, new), 600)}"
    )
    return Message(text, [section(text)])


def _named(labels: Sequence[str]) -> str:
    shown = [cut(one, _SHOWN) for one in labels[:_NAMED]]
    if len(labels) > _NAMED:
        shown.append(count(len(labels) - _NAMED, "more label"))
    return in_a_row(shown)
