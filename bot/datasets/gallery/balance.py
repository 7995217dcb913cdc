"""How many pictures each label of a dataset has, and what is wrong with that (pure).

Promises to the gallery: a table and, for whoever reads no tables, the same in words; each warning
says what AWS would do about it.
"""

from collections.abc import Sequence

from bot.base.blocks import Block, count, cut, in_a_row, typed
from bot.datasets.lifecycle import LabelCount
from bot.datasets.source import TRAIN

_ROWS = 40  # labels of the table; the message has 12,000 characters in all
_TOLD = 12  # labels of the words beside it
_LABEL = 60
_TO_SPLIT = 2  # Rekognition: a label with one picture cannot be in both sets
_LABELS_LEAST = 2  # Rekognition: unique labels of a training by classes
_APART = 10  # ours: so many times as many pictures as the rarest label is worth a word


def table(labels: Sequence[LabelCount]) -> Block:
    """Label, pictures, and boxes where there are any; most pictures first."""
    boxed = any(one.boxes for one in labels)
    head = ["Label", "Pictures", *(["Boxes"] if boxed else [])]
    body = [
        [cut(one.name, _LABEL), f"{one.pictures:,}", *([f"{one.boxes:,}"] if boxed else [])]
        for one in labels[:_ROWS]
    ]
    right = {"align": "right"}
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, *[right] * (len(head) - 1)],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in (head, *body)],
    }


def left_out(labels: Sequence[LabelCount]) -> str:
    """How many labels the table has no row for; "" for none."""
    more = len(labels) - _ROWS
    return f"{count(more, 'more label')} not in the table" if more > 0 else ""


def in_words(labels: Sequence[LabelCount]) -> str:
    """The table's figures in words."""
    told = [f"{typed(one.name, _LABEL)} {one.pictures:,}" for one in labels[:_TOLD]]
    if len(labels) > _TOLD:
        told.append(count(len(labels) - _TOLD, "more label"))
    return " · ".join(told) or "no labels"


def warnings(labels: Sequence[LabelCount], dataset_type: str) -> list[str]:
    """What a training would stumble over; nothing for a test set, which may lack any label."""
    if dataset_type != TRAIN or not labels:
        return []
    found = []
    few = [one.name for one in labels if one.pictures < _TO_SPLIT]
    if few:
        found.append(
            f"{_named(few)} fewer than {_TO_SPLIT} pictures: AWS splits no test set off such a set "
            "(ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE). Add pictures of "
            f"{'it' if len(few) == 1 else 'them'}, or give the test set a source of its own."
        )
    if len(labels) < _LABELS_LEAST and not labels[0].boxes:
        found.append("A training by classes needs 2 labels or more. Label pictures of another one.")
    least, most = min(one.pictures for one in labels), max(one.pictures for one in labels)
    if least and most >= _APART * least:
        rare = [one.name for one in labels if one.pictures * _APART <= most]
        found.append(
            f"{_named(rare)} less than a tenth of the pictures of {typed(labels[0].name, _LABEL)}: "
            "a model learns rare labels badly."
        )
    return found


def _named(labels: Sequence[str]) -> str:
    """The first labels, with their verb."""
    shown = [typed(each, _LABEL) for each in labels[:_TOLD]]
    if len(labels) > _TOLD:
        shown.append(count(len(labels) - _TOLD, "more label"))
    verb = "has" if len(labels) == 1 else "have"
    return f"{in_a_row(shown)} {verb}"
