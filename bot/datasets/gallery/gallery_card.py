"""The pictures of a dataset in words and numbers, and the window that chooses among them (pure).

Promises: the counts are AWS's own; they stand in a table and, for whoever reads no tables, in the
text beside it; only buttons that lead somewhere are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.base import forms
from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    count,
    cut,
    fit,
    input_block,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
    typed,
)
from bot.datasets.gallery import balance
from bot.datasets.gallery.adding import ADD_ID
from bot.datasets.gallery.boxes import BOXES_ID, has_boxes
from bot.datasets.gallery.classes import CLASSES_ID, takes_classes
from bot.datasets.gallery.entry import Entry
from bot.datasets.gallery.names import NAMES_ID
from bot.datasets.gallery.wish import (
    LABEL_MAX,
    NAME_MAX,
    PAGES_MAX,
    AskedOf,
    Which,
    Wish,
    words,
    written,
)
from bot.datasets.lifecycle import LabelCount, Report
from bot.datasets.source import Source
from bot.delivery.message import Message
from bot.manifests.rekognition_codes import CODES
from bot.pictures.limits import TILES
from bot.pictures.words import name_of

SHOW_ID, CHOOSE_ID, EARLIER_ID, LATER_ID, LARGE_ID = (
    "dataset_show",
    "gallery_choose",
    "gallery_earlier",
    "gallery_later",
    "gallery_large",
)
CHOOSE_VIEW = "gallery_filter"
_NAME, _LABEL, _NOTE, _MENU = 100, 60, 400, 75  # Slack: 75 characters of an option
_ONE_LARGE = 40  # twenty of them stand in the message
_ERRORS_SHOWN = 6
_LABELS_MENU = 99  # Slack: 100 options, one of which is "any label"
_ANY = "any"
_BOXES = "Boxes are corrected in a labeling job; its card puts them back when it is over."
_WHICH: tuple[tuple[Which, str], ...] = (
    ("all", "All"),
    ("labeled", "With a label"),
    ("unlabeled", "Without a label"),
    ("errors", "With errors"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What AWS says of a dataset, and the pictures of the wanted page; `many` are those that fit,
    None where AWS does not count them; `more` follow.
    """

    report: Report
    labels: tuple[LabelCount, ...]
    shown: tuple[Entry, ...]
    many: int | None
    more: bool


def on_their_way(source: Source) -> Message:
    """What whoever asked sees at once."""
    text = (
        f"The pictures of dataset *{_called(source)}* are being fetched and drawn. They come into "
        "your direct messages with Labeljob."
    )
    return Message(text, [section(text)])


def being_drawn(source: Source) -> Block:
    """The window after its wish was taken."""
    return modal("Pictures", on_their_way(source).blocks, callback_id="gallery_taken")


def not_made(source: Source, why: str) -> Message:
    """Why there is nothing to see."""
    text = f"The pictures of dataset *{_called(source)}* could not be shown. {typed(why, 1_000)}"
    return Message(text, [section(text)])


def gallery_message(
    source: Source, found: Found, asked: AskedOf, sheet_id: str, notes: Sequence[str] = ()
) -> Message:
    """The counts, which of the pictures the sheet shows, what is wrong with them, and the way to
    others. `notes` say why nothing is drawn, where that is so.
    """
    head = f"*Pictures of dataset {_called(source)}*\n{_summary(found.report)}"
    blocks, told = [section(head)], [head]
    if found.labels and not asked.wish.at:
        blocks.append(balance.table(found.labels))
    remarks = balance.warnings(found.labels, source.dataset_type)
    if wrong := _errors(found.shown):
        remarks.append(wrong)
    told += [balance.in_words(found.labels), *remarks]
    chosen = _chosen(found, asked.wish)
    if has_boxes(found.shown, found.labels):
        notes = (*notes, _BOXES)
    small = [balance.left_out(found.labels), chosen, *(typed(note, _NOTE) for note in notes)]
    told += [note for note in small[1:] if note]
    tail = [context(note) for note in small if note]
    tail.append(actions(*_ways(found, asked, sheet_id), block_id="gallery"))
    shown, left = fit([[section(each)] for each in remarks], taken=[section(head), *tail])
    if left:
        shown.append(context(f"{count(left, 'more remark')} that this message has no room for"))
    return Message(cut("\n".join(told), 3500), [*blocks, *shown, *tail])


def sheet_name(source: Source, wish: Wish) -> str:
    """The file's name."""
    name = "".join(sign if sign.isalnum() else "-" for sign in source.called[:_NAME])
    return f"{name}-picture-{wish.at}.jpg" if wish.at else f"{name}-pictures-{wish.page}.jpg"


def sheet_words(source: Source, found: Found, wish: Wish) -> str:
    """What stands above the picture."""
    if wish.at:
        name = typed(name_of(found.shown[0].line), 200)
        return f"*Dataset {_called(source)}*, picture {wish.at:,}: {name}"
    return f"*Pictures of dataset {_called(source)}*: {_chosen(found, wish)}"


def filter_page(source: Source, asked: AskedOf, labels: Sequence[str]) -> Block:
    """The window that chooses among the pictures."""
    wish = asked.wish
    return modal(
        "Choose pictures",
        [
            section(f"*Dataset {_called(source)}*"),
            input_block(
                "Which pictures",
                radio(forms.VALUE, [option(text, name) for name, text in _WHICH], wish.which),
                "which",
            ),
            input_block("Label", _label_field(labels, wish.label), "label", optional=True),
            input_block(
                "Part of the address",
                text_input(forms.VALUE, wish.part, placeholder="orchard-s7"),
                "part",
                hint="Of the picture's address in S3, with upper and lower case as there.",
                optional=True,
            ),
        ],
        callback_id=CHOOSE_VIEW,
        submit="Show",
        close="Cancel",
        metadata={"dataset": asked.dataset},
    )


def read_filter(view: Mapping[str, Any], labels: Sequence[str]) -> tuple[Wish, dict[str, str]]:
    """The wish that the window holds, and what is wrong with it, by field."""
    given = forms.answers(view)
    typed_in = {
        name: forms.Answer(next(iter((given.get(name) or {}).values()), {})).text
        for name in ("which", "label", "part")
    }
    chosen: dict[str, Which] = {name: name for name, _ in _WHICH}
    label, part = _label_of(typed_in["label"], labels), typed_in["part"]
    errors = {}
    if len(label) > LABEL_MAX:
        errors["label"] = f"A label has at most {LABEL_MAX} characters; this has {len(label):,}."
    if len(part) > NAME_MAX:
        errors["part"] = f"{NAME_MAX} characters at most; this has {len(part):,}."
    return Wish(which=chosen.get(typed_in["which"], "all"), label=label, part=part), errors


def _label_field(labels: Sequence[str], chosen: str) -> Block:
    """A menu of the dataset's labels, or a field to type one where it has none, or too many."""
    if not labels or len(labels) > _LABELS_MENU:
        return text_input(forms.VALUE, chosen, placeholder="Exactly as it is written")
    options = [option(cut(label, _MENU), str(number)) for number, label in enumerate(labels)]
    value = str(labels.index(chosen)) if chosen in labels else _ANY
    return select(forms.VALUE, [option("Any label", _ANY), *options], value)


def _label_of(text: str, labels: Sequence[str]) -> str:
    """The label that was chosen or typed: a menu tells its number."""
    if not labels or len(labels) > _LABELS_MENU:
        return text
    return dict(enumerate(labels)).get(int(text), "") if text.isdecimal() else ""


def _summary(report: Report) -> str:
    parts = [f"{count(report.total, 'picture')}, {report.labeled:,} with a label"]
    if report.total > report.labeled:
        parts.append(f"{report.total - report.labeled:,} without, on which no model is trained")
    if report.errors:
        parts.append(f"{report.errors:,} with errors")
    return " · ".join(parts)


def _chosen(found: Found, wish: Wish) -> str:
    """Which pictures the sheet shows."""
    which = words(wish)
    if wish.at:
        return f"picture {wish.at:,}" + (f": {which}" if which else "")
    if not found.shown:
        return f"No picture is one of those: {which}" if which else "There is no picture in it."
    first = (wish.page - 1) * TILES + 1
    of = f"{first:,} to {first + len(found.shown) - 1:,}"
    if found.many is not None:
        of += f" of {count(found.many, 'picture')}"
    if found.more and wish.page == PAGES_MAX:
        of += "; choose fewer to see what follows"
    return f"{of}: {which}" if which else of


def _errors(shown: Sequence[Entry]) -> str:
    """What AWS lists of the pictures on the sheet, each with its remedy; "" for nothing."""
    bad = [one for one in shown if one.codes]
    lines = [
        f"{one.line.number:,} · {typed(name_of(one.line), _LABEL)} "
        + "; it also ".join(_code_words(code) for code in one.codes)
        for one in bad[:_ERRORS_SHOWN]
    ]
    if len(bad) > _ERRORS_SHOWN:
        lines.append(f"and {count(len(bad) - _ERRORS_SHOWN, 'more picture')} with errors")
    return "\n".join(lines)


def _code_words(code: str) -> str:
    """What a code means, and the remedy; a code that this version does not know by its name."""
    known = CODES.get(code)
    if known is None:
        return f"has the error {typed(code, _LABEL)}"
    return f"{known.one}. {known.remedy}"


def _ways(found: Found, asked: AskedOf, sheet_id: str) -> list[Block]:
    """The buttons that lead to other pictures."""
    wish = asked.wish
    buttons = [button("Choose…", CHOOSE_ID, written(asked), label="Choose among the pictures")]
    if wish.at:
        back = msgspec.structs.replace(wish, at=0, page=(wish.at - 1) // TILES + 1)
        buttons.append(_paged("Back to the sheet", EARLIER_ID, asked, back))
    elif wish.page > 1:
        earlier = msgspec.structs.replace(wish, page=wish.page - 1)
        buttons.append(_paged("Earlier", EARLIER_ID, asked, earlier))
    if found.more and wish.page < PAGES_MAX and not wish.at:
        later = msgspec.structs.replace(wish, page=wish.page + 1)
        buttons.append(_paged("Later", LATER_ID, asked, later))
    if takes_classes(found.shown, found.labels):
        buttons.append(button("Labels…", CLASSES_ID, sheet_id, label="Set labels of pictures"))
    if has_boxes(found.shown, found.labels):
        label = "Correct these boxes in a labeling job"
        buttons.append(button("Correct boxes…", BOXES_ID, sheet_id, label=label))
    if found.labels or found.shown:
        label = "Change labels of the dataset"
        buttons.append(button("Change labels…", NAMES_ID, asked.dataset, label=label))
    buttons.append(button("Add pictures…", ADD_ID, sheet_id, label="Add pictures to the dataset"))
    if found.shown and not wish.at:
        buttons.append(_large(found.shown, sheet_id))
    return buttons


def _paged(text: str, action_id: str, asked: AskedOf, wish: Wish) -> Block:
    value = written(msgspec.structs.replace(asked, wish=wish))
    return button(text, action_id, value, label=f"{text}, page {wish.page}")


def _large(shown: Sequence[Entry], sheet_id: str) -> Block:
    """A menu of the pictures on the sheet; each carries the sheet and its place in the list."""
    options = [
        option(
            cut(f"{one.line.number:,} · {name_of(one.line)}", _ONE_LARGE),
            f"{sheet_id} {one.line.number}",
        )
        for one in shown[:TILES]
    ]
    return select(LARGE_ID, options, placeholder="Show one large")


def _called(source: Source) -> str:
    return typed(source.called, _NAME)
