"""The file that tells Ground Truth the labels (pure), in the shape of each family of task types.

Promises to the launch: the same order gives the same bytes, so that the file can be kept under its
digest; what Ground Truth would find out only as the job runs is refused with words.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import msgspec

from bot.base import blocks
from bot.base.errors import Refusal
from bot.engines.particulars import NUMBER, Attribute, Particulars
from bot.engines.task_type import FRAMES, SPANS, TaskType
from bot.instructions import clean
from bot.instructions.page import Instructions
from bot.instructions.pictures import BadPicture, Picture, checked


class BadLabels(Refusal):
    """Give each label a name of its own, up to 256 characters."""

    field = "labels"


class LongInstructions(Refusal):
    """These instructions are longer than this task type's page takes. Shorten them."""


def category_file(kind: TaskType, told: Instructions, particulars: Particulars) -> bytes | None:
    """The label category file as UTF-8 JSON; None for a page of one's own that has no labels.

    Raises:
        BadLabels: an empty, too long or repeated name.
        LongInstructions: of a page that is AWS's own.

    """
    labels = _names(told.labels, kind.label_max)
    if not labels and not kind.labels_min:
        return None
    shapes = {SPANS: _spans, FRAMES: _frames}
    shape = shapes.get(kind.category_file, _standard)
    return msgspec.json.encode(shape(kind, labels, told, particulars))


def _standard(
    _kind: TaskType, labels: Sequence[str], _told: Instructions, _particulars: Particulars
) -> dict[str, Any]:
    return {"document-version": "2018-11-28", "labels": [{"label": name} for name in labels]}


def _spans(
    _kind: TaskType, labels: Sequence[str], told: Instructions, particulars: Particulars
) -> dict[str, Any]:
    """Words and phrases: instructions lie here, for the page is AWS's own."""
    short_names = particulars.short_names
    return {
        "document-version": "2018-11-28",
        "labels": [{"label": name, **_short_name(short_names.get(name))} for name in labels],
        "instructions": _instructions(told),
    }


def _frames(
    kind: TaskType, labels: Sequence[str], told: Instructions, particulars: Particulars
) -> dict[str, Any]:
    """Frames and point clouds: another version, under another key."""
    audit = bool(kind.audits)
    label_attributes: Mapping[str, tuple[Attribute, ...]] = {}
    file: dict[str, Any] = {"documentVersion": "2020-03-01"}
    if "label_attributes" in kind.asks:
        label_attributes = particulars.label_attributes
        file |= _listed("categoryGlobalAttributes", particulars.global_attributes, audit=audit)
    file |= _listed("frameAttributes", particulars.frame_attributes, audit=audit)
    file["labels"] = [
        {
            "label": name,
            **_edits(may=particulars.may_edit, audit=audit),
            **_listed("categoryAttributes", label_attributes.get(name, ()), audit=audit),
        }
        for name in labels
    ]
    if kind.annotation_types:
        file["annotationType"] = particulars.annotation_type or kind.annotation_types[0]
    file["instructions"] = _short_enough(_instructions(told), kind)
    if audit:
        file["auditLabelAttributeName"] = particulars.audited
    return file


def _names(labels: Iterable[str], limit: int) -> list[str]:
    """The labels on one line each."""
    names = [" ".join(label.split()) for label in labels]
    for name in names:
        if not 1 <= len(name) <= limit:
            raise BadLabels(
                f"“{blocks.cut(name, 40)}” has {len(name):,} characters; a label has 1 to {limit}."
            )
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadLabels(
            f"“{blocks.cut(twice, 40)}” is named twice. Give each label a name of its own."
        )
    return names


def _short_name(name: str | None) -> dict[str, str]:
    return {"shortDisplayName": name} if name else {}


def _instructions(told: Instructions) -> dict[str, str]:
    """Clean HTML. AWS's own pages run no Liquid here, so only pictures of the web can be shown."""
    short = clean.from_html(told.short_html)
    pictures = "".join(_picture(checked(one)) for one in told.examples)
    return {
        "shortInstruction": short,
        "fullInstruction": (clean.from_html(told.full_html) or short) + pictures,
    }


def _picture(picture: Picture) -> str:
    if picture.in_s3:
        raise BadPicture(
            "The page of this task type is AWS's own and shows no pictures that lie in S3. Give an "
            "https address that everybody may open, or leave the picture out."
        )
    return f'<p><img src="{escape(picture.address)}" alt="{escape(picture.alt)}"></p>'


def _short_enough(instructions: dict[str, str], kind: TaskType) -> dict[str, str]:
    limits = {
        "shortInstruction": ("short_instructions", kind.short_max),
        "fullInstruction": ("full_instructions", kind.full_max),
    }
    for member, (field, limit) in limits.items():
        size = len(instructions[member])
        if size > limit:
            raise LongInstructions(
                f"These instructions make {size:,} characters with their marks; this task type's "
                f"page takes {limit:,}. Shorten them.",
                field=field,
            )
    return instructions


def _edits(*, may: bool, audit: bool) -> dict[str, str]:
    """Whether workers may change it: said in audits alone."""
    if not audit:
        return {}
    return {"editsAllowed": "any" if may else "none"}


def _listed(member: str, attributes: Iterable[Attribute], *, audit: bool) -> dict[str, Any]:
    listed = [_attribute(one, audit=audit) for one in attributes]
    return {member: listed} if listed else {}


def _attribute(one: Attribute, *, audit: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"name": one.name, "type": one.type}
    if one.description:
        written["description"] = one.description
    if one.enum:
        written["enum"] = list(one.enum)
    if one.type == NUMBER:
        written |= {"minimum": one.minimum, "maximum": one.maximum}
    if one.required:
        written["isRequired"] = True
    return written | _edits(may=one.edits, audit=audit)
