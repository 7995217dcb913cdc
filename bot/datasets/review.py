"""The review of a dataset (pure): what it becomes, shown before anything is made.

Promises to the reader: each label with the place that it was taken from and its number of pictures;
what is left out, and what Rekognition would say. There is no [Make dataset] as long as nothing was
found, or where nothing can be made.
"""

from bot.base.blocks import (
    SECTION_TEXT,
    Block,
    actions,
    button,
    code,
    context,
    count,
    cut,
    modal,
    section,
    typed,
)
from bot.base.bucket_policy import words as words_of_bucket
from bot.datasets.findings import Finding, words
from bot.datasets.look import Look
from bot.datasets.source import Source
from bot.datasets.sources import origin_of

DATASET_REVIEW = "dataset_review"  # callback_id
BACK_ID = "dataset_form_back"
LET_IN_ID = "dataset_form_policy"  # its press carries the bucket
_LABELS_SHOWN = 40
_NAME = 100
_KINDS_SHOWN = 8
_FINDING = 350
_READING = "It is being read. What becomes of it is shown here in a moment."


def reading(source: Source, *, nonce: str, draft: str, lead: str = "") -> Block:
    """The review while the worker still looks; `lead` is what has just been done."""
    shown = [section(typed(each, 1000)) for each in (lead, _READING) if each]
    return _page(source, shown, nonce=nonce, draft=draft, submit=None)


def refused(source: Source, why: str, *, nonce: str, draft: str) -> Block:
    """The review of what nothing can be made of, with why."""
    return _page(source, [section(typed(why, 2000))], nonce=nonce, draft=draft, submit=None)


def page(source: Source, look: Look, *, nonce: str, draft: str) -> Block:
    """The review of what was found."""
    if look.unread:
        shown = [section(typed(look.unread, 2000)), *_closed(look)]
        return _page(source, shown, nonce=nonce, draft=draft, submit=None)
    blocks = [section(cut("\n".join(_labels(source, look)), SECTION_TEXT))]
    below = [*(typed(each, 1000) for each in look.notes), *_findings(look.findings)]
    blocks += [section(each) for each in below]
    blocks += _closed(look)
    if source.store:
        blocks.append(context(f"The manifest will be written below {code(source.store)}"))
    return _page(source, blocks, nonce=nonce, draft=draft, submit="Make dataset")


def _closed(look: Look) -> list[Block]:
    """Each bucket that Custom Labels cannot use, with the policy that it needs and the press that
    adds it where that would help.
    """
    blocks = []
    for each in look.closed:
        blocks.append(section(words_of_bucket(each)))
        if each.curable:
            label = f"Let Rekognition into bucket {each.bucket}"
            blocks.append(
                actions(button("Let Rekognition in", LET_IN_ID, each.bucket, label=label))
            )
    return blocks


def _page(
    source: Source, blocks: list[Block], *, nonce: str, draft: str, submit: str | None
) -> Block:
    head = (
        f"*{typed(source.called, _NAME)}*: {source.type_words} set of project "
        f"{typed(source.project, _NAME)}, {origin_of(source).from_words(source)}"
    )
    return modal(
        "New dataset",
        [section(head), *blocks, actions(button("Back", BACK_ID))],
        callback_id=DATASET_REVIEW,
        submit=submit,
        close="Cancel",
        metadata={"channel": source.channel, "job": "", "nonce": nonce, "draft": draft},
    )


def _labels(source: Source, look: Look) -> list[str]:
    """A line for each label: what it was taken from, and its pictures."""
    origin, shown = origin_of(source), look.labels[:_LABELS_SHOWN]
    lead = f"*{count(look.lines, 'picture')}*"
    lines = [f"{lead}, {count(look.boxes, 'box', 'boxes')}" if look.boxes else lead]
    for label in shown:
        taken = origin.label_from(label.name)
        place = f" ← {code(taken, 60)}" if taken else ""
        pictures = count(label.pictures, "picture")
        lines.append(f"• *{typed(label.name, 60)}*{place}: {pictures}")
    if len(look.labels) > len(shown):
        lines.append(f"• and {count(len(look.labels) - len(shown), 'more label')}")
    if look.unlabeled:
        lines.append(f"• no label: {count(look.unlabeled, 'picture')}")
    return lines


def _findings(found: tuple[Finding, ...]) -> list[str]:
    """What Rekognition would say, gravest first; pictures without a label are counted above."""
    training = [one for one in found if one.level == "training"]
    others = [
        one for one in found if one.level != "training" and one.code != "WARNING_UNANNOTATED_RECORD"
    ]
    said = []
    if training:
        said.append(_list("A training from it would fail as it is:", training))
    if others:
        said.append(_list("The lines:", others))
    return said


def _list(lead: str, found: list[Finding]) -> str:
    points = [f"• {typed(words(one), _FINDING)}" for one in found[:_KINDS_SHOWN]]
    if len(found) > _KINDS_SHOWN:
        points.append(f"• and {count(len(found) - _KINDS_SHOWN, 'more kind')}")
    return cut("\n".join([lead, *points]), SECTION_TEXT)
