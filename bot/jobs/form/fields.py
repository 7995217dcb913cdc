"""The fields of a new labeling job, one value each (pure).

Promises to the pages and to the launch: `FIRST_PAGE` and `SECOND_PAGE` are all there is; each field
says how it is asked, how its answer is read and what is wrong with it. Nothing is judged while it
is read: everything typed is in the draft afterwards, also what cannot be read (`Draft.typed`). What
is particular to an engine, its words and its task types, they ask of what is `Asked`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.base.as_typed import as_folder
from bot.base.blocks import (
    Block,
    option,
    plain,
    radio,
    rich_text,
    rich_text_input,
    rich_words,
    text_input,
)
from bot.base.forms import VALUE, Answer, Field, Heading, Part
from bot.base.s3_uri import Allowed, BadAddress
from bot.instructions.pictures import Example
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import Draft, team_key
from bot.jobs.durations import parse_duration, spell_duration
from bot.jobs.form import rules
from bot.jobs.form.asked import Asked
from bot.jobs.form.data_fields import (
    FILE_FIELDS,
    SOURCE,
    brought_fault,
    of_address,
    of_files,
    zip_of,
)
from bot.jobs.places import is_text_file, read_place
from bot.manifests.texts import ENCODINGS

# action_ids that come as a press or a query of their own
CATEGORY = "job_form_category"  # block_actions: show this category's task types
TEAM = "job_form_team"  # block_suggestion: the teams of this channel

# action_ids that are only read
TASK_TYPE = "job_form_task_type_"  # + the category: a radio of other choices is another field

_DEFAULTS = Draft()
# without a bar, the address ends with the first word that ends like a picture
_PICTURE = re.compile(r".*?\.(?:png|jpe?g|gif|webp)(?=\s|$)", re.IGNORECASE)
_PICTURES = (
    "One per line: s3://bucket/picture.jpg | what it shows. Pictures go here, since Slack's text "
    "holds none."
)


def _hint(words: str) -> Callable[[Asked], str]:
    return lambda _asked: words


def _judged(rule: Callable[[Asked], str]) -> Callable[[Asked, Allowed], str]:
    """A rule that the open places do not matter to."""
    return lambda asked, _allowed: rule(asked)


def _text(
    value: Callable[[Draft], str], placeholder: str, *, multiline: bool = False
) -> Callable[[Asked], Block]:
    """A text field that shows what the draft holds."""
    return lambda asked: text_input(
        VALUE, value(asked.draft), placeholder=placeholder or None, multiline=multiline
    )


def _kept(member: str) -> Callable[[Answer, Asked], Asked]:
    """What was typed becomes the draft's member."""
    return lambda answer, asked: asked.but(**{member: answer.text})


def _number(member: str, parse: Callable[[str], int | None]) -> Callable[[Answer, Asked], Asked]:
    """The number that a text says, the default for none; what says none is kept in `typed`."""

    def read(answer: Answer, asked: Asked) -> Asked:
        default, typed = getattr(_DEFAULTS, member), asked.draft.typed
        unread = {name: text for name, text in typed.items() if name != member}
        number = parse(answer.text) if answer.text else default
        if number is None:
            number, unread[member] = default, answer.text
        return asked.but(typed=unread, **{member: number})

    return read


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 4 else None  # noqa: PLR2004 - longer is never meant


# -- what is labeled, and where it lies ----------------------------------------------------------


def shown_category(asked: Asked) -> str:
    """The category whose task types the page shows."""
    known = asked.types.categories
    return asked.draft.category if asked.draft.category in known else known[0]


def _categories(asked: Asked) -> Block:
    known = [option(one, one) for one in asked.types.categories]
    return radio(CATEGORY, known, shown_category(asked))


def _task_types(asked: Asked) -> Block:
    category = shown_category(asked)
    kinds = [
        option(kind.title, kind.id, f"{kind.summary}. {kind.label_limits.capitalize()}.")
        for kind in asked.types.offered(category)
        if not kind.audits or kind.id == asked.draft.task_type
    ]
    return radio(TASK_TYPE + category.lower(), kinds, asked.draft.task_type)


def _normal(text: str) -> str:
    """An S3 address in its one form; what is none stays as typed, for the fault to speak of."""
    try:
        return str(read_place(text))
    except BadAddress:
        return text


def _folder(text: str) -> str:
    """An S3 address in its one form; a folder typed without its slash gets it."""
    try:
        return as_folder(str(read_place(text)))
    except BadAddress:
        return text


def _read_input(answer: Answer, asked: Asked) -> Asked:
    uri, before = _folder(answer.text), asked.draft
    if zipped := zip_of(uri):
        return asked.but(brought=zipped)
    kind = "folder" if uri.endswith("/") or is_text_file(uri) else "manifest"
    # a window that is opened again shows the slash that was added before
    same = before.slash_added and uri == before.input_uri
    added = uri != _normal(answer.text) or same
    return asked.but(input_uri=uri, input_kind=kind, slash_added=added, brought=())


def _address(draft: Draft) -> str:
    """What was typed: of a zip its own address, not that of the folder it is unpacked into."""
    return draft.brought[0].address if draft.brought else draft.input_uri


def _input_fault(asked: Asked, allowed: Allowed) -> str:
    if of_files(asked):
        return ""
    if asked.draft.brought:
        return brought_fault(asked, allowed)
    return rules.input_fault(asked, allowed)


def _read_output(answer: Answer, asked: Asked) -> Asked:
    return asked.but(output_uri=_folder(answer.text))


JOB_NAME: Field[Asked] = Field(
    name="job_name",
    words="Job name",
    hint=lambda asked: (
        f"1 to 63 letters, digits, hyphens. {asked.engine.place} keeps a name for ever."
    ),
    element=_text(lambda draft: draft.job_name, "ripe-july"),
    read=_kept("job_name"),
    fault=_judged(rules.name_fault),
)
JOB_NAME_AGAIN: Field[Asked] = replace(JOB_NAME, hint=_hint("1 to 63 letters, digits, hyphens."))
"""For an engine where two jobs may bear one name."""
CATEGORY_FIELD: Field[Asked] = Field(
    name="category",
    words="Category",
    hint=_hint("What one object is. The task types below follow it."),
    element=_categories,
    read=_kept("category"),
    fault=_judged(rules.category_fault),
    dispatch=True,
)
TASK_TYPE_FIELD: Field[Asked] = Field(
    name="task_type",
    words="Task type",
    element=_task_types,
    read=_kept("task_type"),
    fault=_judged(rules.type_fault),
)
INPUT: Field[Asked] = Field(
    name="input_uri",
    words="Data to label",
    hint=_hint(
        "A manifest (s3://bucket/folder/data.manifest), or a folder ending in a slash "
        "(s3://bucket/folder/): the bot then makes the manifest of every file in it that fits; or "
        "a zip, which is unpacked first."
    ),
    element=_text(_address, "s3://bucket/folder/"),
    read=_read_input,
    fault=_input_fault,
    applies=of_address,
)
OUTPUT: Field[Asked] = Field(
    name="output_uri",
    words="Where results go",
    hint=lambda asked: f"A folder. {asked.engine.service} adds a folder of the job's name.",
    element=_text(lambda draft: draft.output_uri, "s3://bucket/results/"),
    read=_read_output,
    fault=rules.output_fault,
)
ATTRIBUTE: Field[Asked] = Field(
    name="label_attribute",
    words="Label attribute name",
    hint=_hint("The key of the labels in the results. Left empty, it is the job's name."),
    element=_text(lambda draft: draft.label_attribute, ""),
    read=_kept("label_attribute"),
    fault=_judged(rules.attribute_fault),
    optional=True,
)

# -- how files of texts are read: asked only where there are such files ---------------------------


def _more(name: str) -> Callable[[Answer, Asked], Asked]:
    """The chosen value becomes the draft's answer of that name."""
    return lambda answer, asked: asked.but(more={**asked.draft.more, name: answer.text})


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
    return shown_category(asked) == "Text"


_CHOICE = 75  # Slack: an option's text and value
_PER = (option("Each line is a text", "line"), option("Each file is a text", "file"))
_ENCODINGS = (
    option("UTF-8 only", "utf-8"),
    *(option(f"UTF-8, else {words}", name) for name, words in ENCODINGS.items()),
)
TEXT_COLUMN: Field[Asked] = Field(
    name="text_column",
    words="Column with the texts",
    hint=_hint("Of .csv, .tsv and .jsonl files. The review says which was read."),
    element=_columns,
    read=_more("text_column"),
    optional=True,
    applies=_has_columns,
)
TEXT_PER: Field[Asked] = Field(
    name="text_per",
    words="Text files",
    hint=_hint("Of .txt files."),
    element=lambda asked: radio(VALUE, _PER, asked.draft.more.get("text_per") or "line"),
    read=_more("text_per"),
    optional=True,
    applies=_has_txt,
)
TEXT_ENCODING: Field[Asked] = Field(
    name="text_encoding",
    words="Encoding of the text files",
    hint=_hint("What is not UTF-8 is converted for the manifest; your files stay as they are."),
    element=lambda asked: radio(
        VALUE, _ENCODINGS, asked.draft.more.get("text_encoding") or "utf-8"
    ),
    read=_more("text_encoding"),
    optional=True,
    applies=_is_text,
)

# -- who labels, what they read, and the settings with defaults -----------------------------------


def _team_menu(asked: Asked) -> Block:
    draft = asked.draft
    menu: Block = {
        "type": "external_select",
        "action_id": TEAM,
        "min_query_length": 0,
        "placeholder": plain("Choose a team"),
    }
    if draft.workteam_key and draft.workteam_name:
        # Slack shows an initial option only if it equals an offered one exactly.
        menu["initial_option"] = option(draft.workteam_name, draft.workteam_key)
    return menu


def _read_team(answer: Answer, asked: Asked) -> Asked:
    """The chosen team by its key; which ARN that is, the list of teams says when the page is
    checked.
    """
    key, known = answer.text, asked.draft.workteam_arn
    arn = known if team_key(known) == key else ""
    return asked.but(workteam_key=key, workteam_arn=arn, workteam_name=answer.choice[:75])


def _labels_hint(asked: Asked) -> str:
    """How they are written, and the limits."""
    kind = asked.kind
    if kind is None:
        return "One label per line."
    limits = kind.label_limits.capitalize()
    return (
        f"One per line. {limits}, each up to 256 characters; upper and lower case count as the "
        "same."
    )


def _read_labels(answer: Answer, asked: Asked) -> Asked:
    # the engine gets each on one line with single blanks, whatever their width
    return asked.but(labels=tuple(" ".join(line.split()) for line in answer.lines))


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


def _beginning(asked: Asked, member: str) -> Block:
    """What the instructions begin with: the template of the task type."""
    short, full = beginnings(asked.draft.task_type)
    return short if member == "short_instructions" else full


# What the fields of a window began with that the bot opened before it had templates there.
_EARLIER = {
    "short_instructions": "Choose for each {}: … • Good: … • Not good: …",
    "full_instructions": (
        "How to label a {} • Good example: what it shows, and why it is right • Bad example: …"
    ),
}


def _is_earlier_beginning(written: Block, member: str, asked: Asked) -> bool:
    """Whether an older window's beginning came back as it was: nobody wrote anything."""
    return rich_words(written).split() == _EARLIER[member].format(asked.noun).split()


def same_words(one: Block | None, other: Block | None) -> bool:
    """Whether two rich texts say the same (Slack gives line ends of its own back)."""
    return rich_words(one).split() == rich_words(other).split()


def _instructions(
    member: str, words: str, hint: Callable[[Asked], str], *, kept_untouched: bool
) -> Field[Asked]:
    """Rich text that begins with the task type's template.

    `kept_untouched`: as it stands it is an instruction. Else it only says what to write, and counts
    as nothing.
    """

    def element(asked: Asked) -> Block:
        written = getattr(asked.draft, member)
        if written is None:
            return rich_text_input(VALUE, _beginning(asked, member))
        return rich_text_input(VALUE, written if rich_words(written) else None)

    def read(answer: Answer, asked: Asked) -> Asked:
        written = answer.rich or rich_text()
        if _is_earlier_beginning(written, member, asked):
            return asked.but(**{member: None})
        if not kept_untouched and same_words(written, _beginning(asked, member)):
            return asked.but(**{member: None})
        return asked.but(**{member: written})

    def judged(asked: Asked) -> str:
        fault = rules.instructions_fault(asked, member)
        return fault or rules.other_labels_fault(asked.draft, member)

    return Field(
        name=member,
        words=words,
        hint=hint,
        element=element,
        read=read,
        fault=_judged(judged),
        optional=True,
    )


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
        hint=_hint(_PICTURES),
        element=_text(shown, "", multiline=True),
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
    return Example(_normal(address.strip()), " ".join(caption.split()), good)


WORK_TEAM: Field[Asked] = Field(
    name="workteam_arn",
    words="Labeling team",
    hint=_hint("The people who will see the tasks."),
    element=_team_menu,
    read=_read_team,
    fault=_judged(rules.team_fault),
    aliases=("workteam", "workteam_name", "workteam_key", "team"),
)
TITLE: Field[Asked] = Field(
    name="title",
    words="Task title",
    hint=_hint("One line. Workers see it in their list of jobs."),
    element=_text(lambda draft: draft.title, "Ripe or not, July harvest"),
    read=_kept("title"),
    fault=_judged(rules.title_fault),
)
DESCRIPTION: Field[Asked] = Field(
    name="description",
    words="Description",
    hint=_hint("One line: what a worker has to do."),
    element=lambda asked: text_input(
        VALUE, asked.draft.description, placeholder=f"Choose one word for the {asked.noun}"
    ),
    read=_kept("description"),
    fault=_judged(rules.description_fault),
)
LABELS: Field[Asked] = Field(
    name="labels",
    words="Labels",
    hint=_labels_hint,
    element=_text(lambda draft: "\n".join(draft.labels), "ripe\nunripe\noverripe", multiline=True),
    read=_read_labels,
    fault=_judged(rules.labels_fault),
)
TASK_TIME: Field[Asked] = Field(
    name="task_time_limit_s",
    words="Time for one task",
    hint=_time_limit_hint,
    element=_text(_duration("task_time_limit_s"), "5 min"),
    read=_number("task_time_limit_s", parse_duration),
    fault=_judged(rules.time_limit_fault),
    optional=True,
)
AVAILABILITY: Field[Asked] = Field(
    name="availability_s",
    words="Time limit of the job",
    hint=_hint(
        f"What is not labeled by then stays unlabeled: {spell_duration(rules.AVAILABILITY_MIN_S)} "
        f"to {spell_duration(rules.AVAILABILITY_MAX_S)}. Left empty: 10 days."
    ),
    element=_text(_duration("availability_s"), "10 days"),
    read=_number("availability_s", parse_duration),
    fault=_judged(rules.availability_fault),
    optional=True,
)
WORKERS: Field[Asked] = Field(
    name="workers_per_object",
    words="People per object",
    label=lambda asked: f"People per {asked.noun}",
    hint=_hint(
        f"{rules.WORKERS_MIN} to {rules.WORKERS_MAX}. With one person, every confidence is 0: "
        "agreement needs more. Left empty: 1."
    ),
    element=_people,
    read=_number("workers_per_object", _whole),
    fault=_judged(rules.workers_fault),
    optional=True,
)
SHORT: Field[Asked] = _instructions(
    "short_instructions",
    "Short instructions",
    lambda asked: (
        f"Always in view beside the {asked.noun}, as they stand here. Emptied, workers see the "
        "description."
    ),
    kept_untouched=True,
)
FULL: Field[Asked] = _instructions(
    "full_instructions",
    "Full instructions",
    _hint(
        "Opens over the page when a worker asks for it. Bold, lists and links are kept. "
        "Left as they stand, they are left out."
    ),
    kept_untouched=False,
)

FIRST_PAGE: tuple[Part[Asked], ...] = (
    Heading("Required"),
    JOB_NAME,
    CATEGORY_FIELD,
    TASK_TYPE_FIELD,
    SOURCE,
    INPUT,
    *FILE_FIELDS,
    OUTPUT,
    Heading("Optional"),
    ATTRIBUTE,
    TEXT_COLUMN,
    TEXT_PER,
    TEXT_ENCODING,
)
SECOND_PAGE: tuple[Part[Asked], ...] = (
    Heading("Required"),
    WORK_TEAM,
    TITLE,
    DESCRIPTION,
    LABELS,
    Heading("Optional, with defaults"),
    TASK_TIME,
    AVAILABILITY,
    WORKERS,
    SHORT,
    FULL,
    _examples("good_examples", "Good examples", good=True),
    _examples("bad_examples", "Bad examples", good=False),
)

PARTS: tuple[Part[Asked], ...] = FIRST_PAGE + SECOND_PAGE
"""All that any form asks: what an engine leaves out is called so too where a fault speaks of it."""
