"""What stands behind [More…]: what the bot makes up of the other answers, and what is seldom said
(pure).

Promises to whoever opens it: everything that is made up is shown as it is now; what is changed
stays changed, and what is emptied is made up again.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.base.blocks import Block, option, plain, radio, text_input
from bot.base.forms import VALUE, Answer, Field, Heading, Part
from bot.base.s3_uri import Allowed
from bot.instructions.pictures import Example
from bot.jobs.draft import Draft
from bot.jobs.durations import parse_duration, spell_duration
from bot.jobs.form import rules
from bot.jobs.form.asked import Asked
from bot.jobs.form.data_fields import CHOICE_FIELDS
from bot.jobs.form.extra_fields import AUTO_LABEL, EXTRA_FIELDS, STREAM_FIELDS
from bot.jobs.form.fields import OUTPUT, instructions
from bot.jobs.form.reading import (
    hint,
    judged,
    kept,
    kept_more,
    kept_name,
    normal,
    number,
    text,
    whole,
    written,
)
from bot.manifests.texts import ENCODINGS

# without a bar, the address ends with the first word that ends like a picture
_PICTURE = re.compile(r".*?\.(?:png|jpe?g|gif|webp)(?=\s|$)", re.IGNORECASE)
_PICTURES = (
    "One per line: s3://bucket/picture.jpg | what it shows. Pictures go here, since Slack's text "
    "holds none."
)

JOB_NAME: Field[Asked] = Field(
    name="job_name",
    words="Job name",
    hint=lambda asked: (
        f"1 to 63 letters, digits, hyphens. {asked.engine.place} keeps a name for ever. Emptied, "
        "it is made of the data and the labels."
    ),
    element=text(lambda draft: draft.job_name, "ripe-july"),
    read=written("job_name", kept_name("job_name")),
    fault=judged(rules.name_fault),
    optional=True,
)
JOB_NAME_AGAIN: Field[Asked] = replace(JOB_NAME, hint=hint("1 to 63 letters, digits, hyphens."))
"""For an engine where two jobs may bear one name."""
TITLE: Field[Asked] = Field(
    name="title",
    words="Task title",
    hint=hint("One line. Workers see it in their list of jobs."),
    element=text(lambda draft: draft.title, "Ripe or not, July harvest"),
    read=written("title", kept("title")),
    fault=judged(rules.title_fault),
    optional=True,
)
DESCRIPTION: Field[Asked] = Field(
    name="description",
    words="Description",
    hint=hint("One line: what a worker has to do."),
    element=lambda asked: text_input(
        VALUE, asked.draft.description, placeholder=f"Choose one word for the {asked.noun}"
    ),
    read=written("description", kept("description")),
    fault=judged(rules.description_fault),
    optional=True,
)
ATTRIBUTE: Field[Asked] = Field(
    name="label_attribute",
    words="Label attribute name",
    hint=hint("The key of the labels in the results. Left empty, it is the job's name."),
    element=text(lambda draft: draft.label_attribute),
    read=kept_name("label_attribute"),
    fault=judged(rules.attribute_fault),
    optional=True,
)

# -- how files of texts are read: asked only where there are such files ---------------------------


def _columns(asked: Asked) -> Block:
    """The columns of the tables, of which Slack's menu takes 100 with names of 75 characters."""
    draft = asked.draft
    names = [name for name in draft.texts.columns if 0 < len(name) <= _CHOICE][:100]
    menu: Block = {
        "type": "static_select",
        "action_id": VALUE,
        "placeholder": plain("The likeliest one"),
        "options": [option(name, name) for name in names],
    }
    if draft.more.get("text_column") in names:
        menu["initial_option"] = option(draft.more["text_column"], draft.more["text_column"])
    return menu


def _has_columns(asked: Asked) -> bool:
    return any(0 < len(name) <= _CHOICE for name in asked.draft.texts.columns)


def _has_txt(asked: Asked) -> bool:
    draft = asked.draft
    return ".txt" in draft.texts.endings or draft.input_uri.lower().endswith(".txt")


def _is_text(asked: Asked) -> bool:
    return asked.kind is not None and asked.kind.category == "Text"


_CHOICE = 75  # Slack: an option's text and value
_PER = (option("Each line is a text", "line"), option("Each file is a text", "file"))
_ENCODINGS = (
    option("UTF-8 only", "utf-8"),
    *(option(f"UTF-8, else {words}", name) for name, words in ENCODINGS.items()),
)
TEXT_COLUMN: Field[Asked] = Field(
    name="text_column",
    words="Column with the texts",
    hint=hint("Of .csv, .tsv and .jsonl files. The review says which was read."),
    element=_columns,
    read=kept_more("text_column"),
    optional=True,
    applies=_has_columns,
)
TEXT_PER: Field[Asked] = Field(
    name="text_per",
    words="Text files",
    hint=hint("Of .txt files."),
    element=lambda asked: radio(VALUE, _PER, asked.draft.more.get("text_per") or "line"),
    read=kept_more("text_per"),
    optional=True,
    applies=_has_txt,
)
TEXT_ENCODING: Field[Asked] = Field(
    name="text_encoding",
    words="Encoding of the text files",
    hint=hint("What is not UTF-8 is converted for the manifest; your files stay as they are."),
    element=lambda asked: radio(
        VALUE, _ENCODINGS, asked.draft.more.get("text_encoding") or "utf-8"
    ),
    read=kept_more("text_encoding"),
    optional=True,
    applies=_is_text,
)

# -- the settings with defaults, and all that workers may read ------------------------------------


def _duration(member: str) -> Callable[[Draft], str]:
    return lambda draft: draft.typed.get(member) or spell_duration(getattr(draft, member))


def _time_limit_hint(asked: Asked) -> str:
    most = rules.time_limit_max(asked)
    return (
        f"How long one person may take for one {asked.noun}: {rules.TIME_LIMIT_MIN_S} seconds to "
        f"{spell_duration(most)}. Left empty: 5 minutes."
    )


def _people(asked: Asked) -> Block:
    kept = asked.draft.typed.get("workers_per_object", "")
    # Slack refuses a whole view for an initial value that is no number.
    is_number = re.fullmatch(r"-?\d{1,15}", kept, re.ASCII)
    return {
        "type": "number_input",
        "action_id": VALUE,
        "is_decimal_allowed": False,
        "initial_value": kept if is_number else str(asked.draft.workers_per_object),
    }


def _examples(name: str, words: str, *, good: bool) -> Field[Asked]:
    """Example pictures, one a line: `address | caption`, or with a blank between the two."""

    def shown(draft: Draft) -> str:
        return "\n".join(_example_line(one) for one in draft.examples if one.good is good)

    def read(answer: Answer, asked: Asked) -> Asked:
        typed = [_example(line, good=good) for line in answer.lines if line.strip("| ")]
        others = [one for one in asked.draft.examples if one.good is not good]
        examples = [*typed, *others] if good else [*others, *typed]
        return asked.but(examples=tuple(examples))

    def fault(asked: Asked, allowed: Allowed) -> str:
        mine = [one for one in asked.draft.examples if one.good is good]
        return rules.examples_fault(asked, mine, allowed)

    return Field(
        name=name,
        words=words,
        hint=hint(_PICTURES),
        element=text(shown, "", multiline=True),
        read=read,
        fault=fault,
        optional=True,
        aliases=("examples",) if good else (),
    )


def _example_line(example: Example) -> str:
    return f"{example.address} | {example.caption}" if example.caption else example.address


def _example(line: str, *, good: bool) -> Example:
    address, bar, caption = line.partition("|")
    if not bar:
        ending = _PICTURE.match(line)
        place = ending.end() if ending else len(line.split(maxsplit=1)[0])
        address, caption = line[:place], line[place:]
    return Example(normal(address.strip()), " ".join(caption.split()), good)


TASK_TIME: Field[Asked] = Field(
    name="task_time_limit_s",
    words="Time for one task",
    hint=_time_limit_hint,
    element=text(_duration("task_time_limit_s"), "5 min"),
    read=written("task_time_limit_s", number("task_time_limit_s", parse_duration)),
    fault=judged(rules.time_limit_fault),
    optional=True,
)
AVAILABILITY: Field[Asked] = Field(
    name="availability_s",
    words="Time limit of the job",
    hint=hint(
        f"What is not labeled by then stays unlabeled: {spell_duration(rules.AVAILABILITY_MIN_S)} "
        f"to {spell_duration(rules.AVAILABILITY_MAX_S)}. Left empty: 10 days. Where the form says "
        "when the job is due, it follows that."
    ),
    element=text(_duration("availability_s"), "10 days"),
    read=number("availability_s", parse_duration),
    fault=judged(rules.availability_fault),
    optional=True,
)
WORKERS: Field[Asked] = Field(
    name="workers_per_object",
    words="People per object",
    label=lambda asked: f"People per {asked.noun}",
    hint=hint(
        f"{rules.WORKERS_MIN} to {rules.WORKERS_MAX}. With one person, every confidence is 0: "
        "agreement needs more. Left empty: 1."
    ),
    element=_people,
    read=number("workers_per_object", whole),
    fault=judged(rules.workers_fault),
    optional=True,
)
FULL: Field[Asked] = instructions(
    "full_instructions",
    "Full instructions",
    hint(
        "Opens over the page when a worker asks for it. Bold, lists and links are kept. "
        "Left as they stand, they are left out."
    ),
    kept_untouched=False,
)

MORE: tuple[Part[Asked], ...] = (
    Heading("What it is called"),
    JOB_NAME,
    TITLE,
    DESCRIPTION,
    ATTRIBUTE,
    Heading("What is labeled"),
    *CHOICE_FIELDS,
    Heading("How it is done"),
    replace(OUTPUT, applies=lambda asked: not asked.draft.asks_output),
    WORKERS,
    TASK_TIME,
    AVAILABILITY,
    TEXT_COLUMN,
    TEXT_PER,
    TEXT_ENCODING,
    Heading("What workers can also read"),
    FULL,
    _examples("good_examples", "Good examples", good=True),
    _examples("bad_examples", "Bad examples", good=False),
    AUTO_LABEL,
    *STREAM_FIELDS,
    *EXTRA_FIELDS,
)
"""What most leave as it is."""
