"""What only some task types ask (pure): a field stands on the page of a type that names it.

Promises to the page: what is typed comes into `Draft.particulars` and, as it was typed, into
`Draft.more` where it may be more than can be read. The rules are those of `more_rules`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.base.blocks import Block, checkboxes, option, radio, text_input
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed
from bot.brought.brought import from_slack
from bot.engines.particulars import Attribute, Particulars
from bot.jobs.form.asked import Asked
from bot.jobs.form.attributes import Attributes, read_attributes, spell_attributes
from bot.jobs.form.more_rules import PARTICULARS
from bot.jobs.form.reading import hint, normal

_SHAPES = {
    "BoundingBox": "Boxes",
    "Polyline": "Lines of several points",
    "Polygon": "Polygons",
    "Keypoint": "Single points",
}
_HOW = (
    "One per line: occluded: yes, no is a choice, speed: 0-120 a number, note: text free text. A * "
    "behind the name makes it required, words behind | describe it."
)


def _asks(*names: str) -> Callable[[Asked], bool]:
    """Whether the chosen task type asks for one of these."""
    return lambda asked: asked.kind is not None and bool(set(names) & set(asked.kind.asks))


def _with(asked: Asked, **members: Any) -> Asked:
    return asked.but(particulars=msgspec.structs.replace(asked.draft.particulars, **members))


def _judged(*names: str) -> Callable[[Asked, Allowed], str]:
    """The rules of these members, of a type that asks for them."""

    def fault(asked: Asked, allowed: Allowed) -> str:
        due = [name for name in names if asked.kind and name in asked.kind.asks]
        found = (PARTICULARS[name](asked, allowed) for name in due)
        return next((words for words in found if words), "")

    return fault


def _text(  # noqa: PLR0913 - what such a field is made of
    name: str,
    words: str,
    said: str,
    placeholder: str,
    *,
    clean: Callable[[str], str] = str,
    optional: bool = True,
) -> Field[Asked]:
    """A member that is one line of text."""
    return Field(
        name=name,
        words=words,
        hint=hint(said),
        element=lambda asked: text_input(
            VALUE, getattr(asked.draft.particulars, name), placeholder=placeholder
        ),
        read=lambda answer, asked: _with(asked, **{name: clean(answer.text)}),
        fault=_judged(name),
        optional=optional,
        applies=_asks(name),
    )


# -- attributes -----------------------------------------------------------------------------------


def _attributes(name: str, words: str, said: str, *, frames: bool) -> Field[Asked]:
    """Attributes of labels or of frames, one a line; they stand again as they were typed."""
    members: tuple[str, ...] = ("global_attributes", "label_attributes")
    kept, lines, example = _of_labels, _label_lines, "occluded: yes, no"
    if frames:
        members, kept, lines = ("frame_attributes",), _of_frames, _frame_lines
        example = "weather: sun, rain | What the weather is like"

    def element(asked: Asked) -> Block:
        typed = asked.draft.more.get(name) or "\n".join(lines(asked.draft.particulars))
        return text_input(VALUE, typed, placeholder=example, multiline=True)

    def read(answer: Answer, asked: Asked) -> Asked:
        after = kept(read_attributes(answer.text.splitlines()), asked)
        return after.but(more={**asked.draft.more, name: answer.text})

    def fault(asked: Asked, allowed: Allowed) -> str:
        if not _asks(*members)(asked):
            return ""
        unread = read_attributes(asked.draft.more.get(name, "").splitlines()).fault
        return unread or _judged(*members)(asked, allowed)

    return Field(
        name=name,
        words=words,
        hint=hint(said),
        element=element,
        read=read,
        fault=fault,
        optional=True,
        applies=_asks(*members),
        aliases=members,
    )


def _of_labels(found: Attributes, asked: Asked) -> Asked:
    return _with(asked, global_attributes=found.every, label_attributes=dict(found.by_label))


def _of_frames(found: Attributes, asked: Asked) -> Asked:
    """A frame has no labels of its own: a slash is part of the name."""
    named = [
        msgspec.structs.replace(one, name=f"{label} / {one.name}")
        for label, own in found.by_label
        for one in own
    ]
    return _with(asked, frame_attributes=(*found.every, *named))


def _label_lines(particulars: Particulars) -> list[str]:
    lines = spell_attributes(particulars.global_attributes)
    for label, own in particulars.label_attributes.items():
        lines += spell_attributes(own, label)
    return lines


def _frame_lines(particulars: Particulars) -> list[str]:
    frames: tuple[Attribute, ...] = particulars.frame_attributes
    return spell_attributes(frames)


# -- short names, shapes, audits ------------------------------------------------------------------


def _short_lines(asked: Asked) -> Block:
    names = asked.draft.particulars.short_names
    lines = "\n".join(f"{label}: {short}" for label, short in names.items())
    return text_input(VALUE, lines, placeholder="organisation: ORG", multiline=True)


def _read_short(answer: Answer, asked: Asked) -> Asked:
    pairs = [line.rpartition(":") for line in answer.lines]
    names = {" ".join(label.split()) or short.strip(): short.strip() for label, _, short in pairs}
    return _with(asked, short_names=names)


def _shapes(asked: Asked) -> Block:
    kinds = asked.kind.annotation_types if asked.kind else ()
    shown = [option(_SHAPES.get(one, one), one) for one in kinds or ("BoundingBox",)]
    chosen = asked.draft.particulars.annotation_type or shown[0]["value"]
    return radio(VALUE, shown, chosen)


def _may_edit(asked: Asked) -> Block:
    ticked = ["yes"] if asked.draft.particulars.may_edit else []
    return checkboxes(VALUE, [option("The labels may be changed", "yes")], ticked)


def _read_page_file(answer: Answer, asked: Asked) -> Asked:
    """The file; none leaves the one that waits as it is."""
    given = from_slack(answer.files)
    return asked.but(page_file=given[0]) if given else asked


PAGE_FILE: Field[Asked] = Field(
    name="page_file",
    words="Or the worker page as a file",
    hint=hint("The same as a file, which counts then. It is put beside the results, in pages/."),
    element=lambda _asked: {"type": "file_input", "action_id": VALUE, "max_files": 1},
    read=_read_page_file,
    optional=True,
    applies=_asks("template"),
)
"""Left out where Slack gives the bot no files."""

PARTICULAR_FIELDS: tuple[Field[Asked], ...] = (
    _text(
        "audited",
        "Labels to check",
        "The label attribute of the data that holds them.",
        "ripe-july",
        optional=False,
    ),
    Field(
        name="may_edit",
        words="What may be done",
        element=_may_edit,
        read=lambda answer, asked: _with(asked, may_edit=bool(answer.ticked)),
        optional=True,
        applies=_asks("may_edit"),
    ),
    Field(
        name="annotation_type",
        words="What is drawn",
        element=_shapes,
        read=lambda answer, asked: _with(asked, annotation_type=answer.text),
        fault=_judged("annotation_type"),
        optional=True,
        applies=_asks("annotation_type"),
    ),
    _text(
        "template",
        "Worker page",
        "A Liquid template of your own in S3.",
        "s3://bucket/page.liquid.html",
        clean=normal,
    ),
    PAGE_FILE,
    _text(
        "pre_function",
        "Function before each task",
        "The ARN of a Lambda function. Left empty: the object goes to the page as it is.",
        "arn:aws:lambda:eu-west-1:111122223333:function:before",
    ),
    _text(
        "post_function",
        "Function after each task",
        "The ARN of a Lambda function that makes one answer of several.",
        "arn:aws:lambda:eu-west-1:111122223333:function:after",
    ),
)
"""Asked above the labels."""

LABEL_PARTICULARS: tuple[Field[Asked], ...] = (
    Field(
        name="short_names",
        words="Short names of labels",
        hint=hint("One per line: organisation: ORG. Workers see them beside the words."),
        element=_short_lines,
        read=_read_short,
        fault=_judged("short_names"),
        optional=True,
        applies=_asks("short_names"),
    ),
    _attributes(
        "attributes",
        "Attributes of labels",
        f"{_HOW} Of one label alone: car / colour: red, blue.",
        frames=False,
    ),
    _attributes(
        "attributes_of_frames",
        "Attributes of frames",
        f"{_HOW} Each needs its description.",
        frames=True,
    ),
)
"""Asked below the labels."""
