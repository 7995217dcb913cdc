"""What a request may say and seldom does, behind [More…] (pure): when it stops, how many tasks lie
out at once, keys, topics, tags and what the data is free of.

Promises to the page: what is typed comes into `Draft.extras`; what is no number stays in
`Draft.typed`. The rules are those of `more_rules`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.base.blocks import Block, checkboxes, option, text_input
from bot.base.forms import VALUE, Answer, Field, Heading, Part
from bot.base.s3_uri import Allowed
from bot.jobs.form.asked import Asked
from bot.jobs.form.more_rules import DECLARATIONS, EXTRAS
from bot.jobs.form.reading import folder, hint

_DIGITS = 7
_DECLARED = {
    DECLARATIONS[0]: "It holds no personal data",
    DECLARATIONS[1]: "It holds no adult content",
}


def _with(asked: Asked, **members: Any) -> Asked:
    return asked.but(extras=msgspec.structs.replace(asked.draft.extras, **members))


def _extra(
    name: str,
    words: str,
    said: str,
    element: Callable[[Asked], Block],
    read: Callable[[Answer, Asked], Asked],
) -> Field[Asked]:
    def fault(asked: Asked, allowed: Allowed) -> str:
        if name in asked.draft.typed:
            return "Write a whole number, 1 or more, or leave it empty."
        return EXTRAS[name](asked, allowed)

    return Field(
        name=name,
        words=words,
        hint=hint(said),
        element=element,
        read=read,
        fault=fault,
        optional=True,
    )


def _number(name: str, words: str, said: str) -> Field[Asked]:
    def element(asked: Asked) -> Block:
        number = getattr(asked.draft.extras, name)
        return text_input(VALUE, asked.draft.typed.get(name) or (str(number) if number else ""))

    def read(answer: Answer, asked: Asked) -> Asked:
        unread = {key: text for key, text in asked.draft.typed.items() if key != name}
        text = answer.text.removesuffix("%").strip()
        number = 0
        if text.isdecimal() and len(text) <= _DIGITS:
            number = int(text)
        if text and not number:  # a 0 would be taken for an empty field
            unread[name] = answer.text
        return _with(asked.but(typed=unread), **{name: number})

    return _extra(name, words, said, element, read)


def _text(name: str, words: str, said: str, placeholder: str) -> Field[Asked]:
    return _extra(
        name,
        words,
        said,
        lambda asked: text_input(VALUE, getattr(asked.draft.extras, name), placeholder=placeholder),
        lambda answer, asked: _with(asked, **{name: answer.text}),
    )


def _read_keywords(answer: Answer, asked: Asked) -> Asked:
    words = [" ".join(word.split()) for word in answer.text.split(",")]
    return _with(asked, keywords=tuple(word for word in words if word))


def _read_tags(answer: Answer, asked: Asked) -> Asked:
    pairs = [line.partition("=") for line in answer.lines]
    return _with(asked, tags={key.strip(): value.strip() for key, _, value in pairs})


def _tags(asked: Asked) -> Block:
    lines = "\n".join(f"{key}={value}" for key, value in asked.draft.extras.tags.items())
    return text_input(VALUE, lines, placeholder="project=orchard", multiline=True)


def _declared(asked: Asked) -> Block:
    boxes = [option(words, value) for value, words in _DECLARED.items()]
    return checkboxes(VALUE, boxes, asked.draft.extras.declarations)


def _keywords(asked: Asked) -> Block:
    usual = ", ".join(asked.kind.default_keywords) if asked.kind else ""
    return text_input(VALUE, ", ".join(asked.draft.extras.keywords), placeholder=usual)


AUTO_LABEL: Field[Asked] = Field(
    name="auto_label",
    words="Automated labeling",
    hint=hint("AWS's machine labels what it is sure of, at extra cost. 1,250 objects at least."),
    element=lambda asked: checkboxes(
        VALUE,
        [option("A machine labels what it can", "yes")],
        ["yes"] if asked.draft.extras.auto_label else [],
    ),
    read=lambda answer, asked: _with(asked, auto_label=bool(answer.ticked)),
    fault=EXTRAS["auto_label"],
    optional=True,
    applies=lambda asked: asked.kind is not None and bool(asked.kind.auto_label),
)
KEYWORDS: Field[Asked] = _extra(
    "keywords",
    "Keywords",
    "Five at most, with commas between. Left empty: those of the kind of work.",
    _keywords,
    _read_keywords,
)
TAGS: Field[Asked] = _extra("tags", "Tags", "One per line: key=value.", _tags, _read_tags)
OUTPUT_KEY: Field[Asked] = _text(
    "output_key", "Key for the results", "A KMS key: its id, alias or ARN.", "alias/orchard"
)
DECLARED: Field[Asked] = _extra(
    "declarations",
    "About the data",
    "Tick what you know.",
    _declared,
    lambda answer, asked: _with(asked, declarations=tuple(answer.ticked)),
)
STREAMING: Field[Asked] = _extra(
    "streaming",
    "Streaming",
    "It runs until somebody stops it, or for 10 days without an object; data at the beginning are "
    "optional then. People send more with /labeljob send.",
    lambda asked: checkboxes(
        VALUE,
        [option("Objects come while the job runs", "yes")],
        ["yes"] if asked.draft.extras.streaming else [],
    ),
    lambda answer, asked: _with(asked, streaming=bool(answer.ticked)),
)
STREAM_FIELDS: tuple[Part[Asked], ...] = (
    Heading("For objects that come later"),
    STREAMING,
    _text(
        "input_topic",
        "Topic that brings the objects",
        "The ARN of an SNS topic of this job's own: all that is sent to it is labeled.",
        "arn:aws:sns:eu-west-1:111122223333:to-label",
    ),
    _extra(
        "feed_folder",
        "Folder that feeds the job",
        # AWS tells objects that S3 speaks of apart by URI and S3 sequencer
        "Optional: every picture that comes into it is labeled, and once more when it is stored "
        "again. The bot adds an entry to what its bucket tells the topic, and takes it away when "
        "the job is over.",
        lambda asked: text_input(
            VALUE, asked.draft.extras.feed_folder, placeholder="s3://bucket/arrivals/"
        ),
        lambda answer, asked: _with(asked, feed_folder=folder(answer.text) if answer.text else ""),
    ),
)
"""How a job gets objects while it runs; left out where an engine has no such jobs."""

EXTRA_FIELDS: tuple[Part[Asked], ...] = (
    Heading("Rarely needed"),
    KEYWORDS,
    _number(
        "stop_at_objects", "Stop after this many objects", "Those that people labeled are counted."
    ),
    _number("stop_at_percent", "Stop after this percentage", "1 to 100."),
    _number("concurrent_tasks", "Tasks at once", "How many lie before the team. Empty: 1,000."),
    _text(
        "output_topic",
        "Topic for each label",
        "The ARN of an SNS topic.",
        "arn:aws:sns:eu-west-1:111122223333:labeled",
    ),
    OUTPUT_KEY,
    TAGS,
    DECLARED,
)
"""What a request may say beside."""
