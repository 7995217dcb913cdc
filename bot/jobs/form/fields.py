"""The page of a new labeling job: the few answers that only a person can give, one value each
(pure).

Promises to the pages and to the launch: `FORM` is what everybody is asked, `MORE` what stands
behind [More…]; each field says how it is asked, how its answer is read and what is wrong with it.
Nothing is judged while it is read: everything typed is in the draft afterwards, also what cannot be
read (`Draft.typed`). What is particular to an engine, its words and its task types, they ask of
what is `Asked`.
"""

import re
from collections.abc import Callable

from bot.base.blocks import (
    BUTTON_TEXT,
    Block,
    checkboxes,
    moment_input,
    option,
    plain,
    radio,
    rich_text,
    rich_text_input,
    rich_words,
    select,
    text_input,
)
from bot.base.forms import VALUE, Answer, Field, Part
from bot.base.s3_uri import Allowed
from bot.engines.task_type import STANDARD, TaskType
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import Draft, team_key
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
from bot.jobs.form.particular_fields import LABEL_PARTICULARS, PARTICULAR_FIELDS
from bot.jobs.form.reading import folder, hint, judged, normal, text
from bot.jobs.form.tiles import WORDS, bases, partner
from bot.jobs.places import is_text_file

# action_ids that come as a press or a query of their own; a page that begins anew adds a number
START = "job_form_start"  # block_actions: begin with this instead
TILE = "job_form_category"  # block_actions: show this tile's types; the id is an old one
KIND = "job_form_kind_"  # + the tile: block_actions: ask what this type needs
TICK = "job_form_several_"  # + the noun: block_actions: the other type of the pair
TEAM = "job_form_team"  # block_suggestion: the teams; block_actions: one was chosen

_SIZE = re.compile(r" \([\d,]+ (?:person|people)\)$")  # behind a team's name, see WorkTeam.words
_RADIOS = 10  # Slack: radio buttons have ten options at most

# -- what is to be done, and with what ------------------------------------------------------------


def _tiles(asked: Asked) -> Block:
    shown = asked.kind.tile if asked.kind else ""
    return radio(TILE, [option(*_tile(one)) for one in asked.types.tiles], shown)


def _tile(tile: str) -> tuple[str, str, str]:
    words, summary = WORDS[tile]
    return words, tile, summary


def _read_tile(answer: Answer, asked: Asked) -> Asked:
    """Another tile is another type: the first that it has."""
    found = asked.types.of_tile(answer.text)
    if not found or (asked.kind and asked.kind.tile == answer.text):
        return asked
    return _of_type(found[0], asked)


def _of_type(kind: TaskType, asked: Asked) -> Asked:
    return asked.but(task_type=kind.id, category=kind.category)


def _kinds(asked: Asked) -> Block:
    """The tile's types as radio buttons, as a menu where there are more of them."""
    kind = asked.kind
    assert kind is not None
    single = kind
    found = bases(asked.types, kind.tile)
    if kind not in found:
        single = partner(asked.types, kind) or kind
    if len(found) > _RADIOS:
        return select(KIND + kind.tile, [option(one.title, one.id) for one in found], single.id)
    shown = [option(_plain_title(one), one.id, _about(one)) for one in found]
    return radio(KIND + kind.tile, shown, single.id)


def _plain_title(kind: TaskType) -> str:
    """How a type is called where a tick says whether an object gets several labels."""
    return kind.title.removesuffix(" (single label)")


def _about(kind: TaskType) -> str:
    """What is done, and how many labels the type takes where the option has room for both."""
    summary = f"{kind.summary.removesuffix('.')}."
    limits = f"{summary} {kind.label_limits.capitalize()}."
    return limits if len(limits) <= BUTTON_TEXT else summary


def _read_kind(answer: Answer, asked: Asked) -> Asked:
    kind = asked.types.get(answer.text)
    current = asked.kind
    if kind is None or not kind.offered:
        return asked
    if current and partner(asked.types, current) == kind:  # the tick says which of the two
        return asked
    return _of_type(kind, asked)


def _has_choice(asked: Asked) -> bool:
    return asked.kind is not None and len(bases(asked.types, asked.kind.tile)) > 1


def _may_have_several(asked: Asked) -> bool:
    return asked.kind is not None and partner(asked.types, asked.kind) is not None


def _several(asked: Asked) -> Block:
    kind = asked.kind
    assert kind is not None
    box = option(f"One {kind.noun} may get several labels", "yes")
    # a tick belongs to its own pair of types
    return checkboxes(TICK + kind.noun, [box], ["yes"] if kind.several else [])


def _read_several(answer: Answer, asked: Asked) -> Asked:
    kind = asked.kind
    other = partner(asked.types, kind) if kind else None
    if kind is None or other is None or kind.several is bool(answer.ticked):
        return asked
    return _of_type(other, asked)


TILE_FIELD: Field[Asked] = Field(
    name="tile",
    words="What is to be done",
    element=_tiles,
    read=_read_tile,
    dispatch=True,
    aliases=("task_type", "category"),
)
KIND_FIELD: Field[Asked] = Field(
    name="task_type",
    words="What is to be done",
    label=lambda _asked: "Which kind",
    element=_kinds,
    read=_read_kind,
    fault=judged(rules.type_fault),
    dispatch=True,
    applies=_has_choice,
)
SEVERAL: Field[Asked] = Field(
    name="several",
    words="Several labels",
    element=_several,
    read=_read_several,
    optional=True,
    dispatch=True,
    applies=_may_have_several,
)


def _read_input(answer: Answer, asked: Asked) -> Asked:
    before = asked.draft
    uri = folder(answer.text) if answer.text else ""
    if zipped := zip_of(uri):
        return asked.but(brought=zipped)
    kind = "folder" if uri.endswith("/") or is_text_file(uri) else "manifest"
    # a window that is opened again shows the slash that was added before
    same = before.slash_added and uri == before.input_uri
    added = uri != normal(answer.text) or same
    return asked.but(input_uri=uri, input_kind=kind, slash_added=added, brought=())


def _address(draft: Draft) -> str:
    """What was typed: of a zip its own address, not that of the folder it is unpacked into."""
    return draft.brought[0].address if draft.brought else draft.input_uri


def _input_fault(asked: Asked, allowed: Allowed) -> str:
    if of_files(asked):
        return ""
    needs_manifest = asked.kind is not None and asked.kind.needs_manifest
    if asked.draft.brought and not needs_manifest:
        return brought_fault(asked, allowed)
    return rules.input_fault(asked, allowed)


def _input_hint(asked: Asked) -> str:
    """What may be named."""
    if asked.draft.extras.streaming:
        return "A manifest or a folder in S3 to begin with. Left empty, all objects come later."
    if asked.kind and asked.kind.needs_manifest:
        return "A manifest: s3://bucket/folder/data.manifest."
    return (
        "A manifest (s3://bucket/folder/data.manifest), or a folder ending in a slash "
        "(s3://bucket/folder/): the bot then makes the manifest of every file in it that fits; or "
        "a zip, which is unpacked first."
    )


def _read_output(answer: Answer, asked: Asked) -> Asked:
    return asked.but(output_uri=folder(answer.text))


INPUT: Field[Asked] = Field(
    name="input_uri",
    words="Data to label",
    hint=_input_hint,
    element=text(_address, "s3://bucket/folder/"),
    read=_read_input,
    fault=_input_fault,
    applies=of_address,
    may_lack=lambda asked: asked.draft.extras.streaming,
)
OUTPUT: Field[Asked] = Field(
    name="output_uri",
    words="Where results go",
    hint=lambda asked: f"A folder. {asked.engine.service} adds a folder of the job's name.",
    element=text(lambda draft: draft.output_uri, "s3://bucket/results/"),
    read=_read_output,
    fault=rules.output_fault,
    applies=lambda asked: asked.draft.asks_output,
)
"""Asked where nobody has said it before: neither a manager for the channel nor an earlier job."""

# -- who labels, with what words -------------------------------------------------------------------


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
        words = draft.workteam_words or draft.workteam_name
        menu["initial_option"] = option(words, draft.workteam_key)
    return menu


def _read_team(answer: Answer, asked: Asked) -> Asked:
    """The chosen team by its key; which ARN that is, the list of teams says when the page is
    checked.
    """
    key, known = answer.text, asked.draft.workteam_arn
    arn = known if team_key(known) == key else ""
    words = answer.choice[:75]
    name = _SIZE.sub("", words)
    return asked.but(
        workteam_key=key,
        workteam_arn=arn,
        workteam_name=name,
        workteam_words=words if words != name else "",
    )


def _labels(asked: Asked) -> Block:
    """As they were typed; a verification's labels are what people say of those that are there."""
    examples = "ripe\nunripe\noverripe"
    if asked.kind and asked.kind.audits and asked.kind.category_file == STANDARD:
        examples = examples if asked.kind.fixes else "right\nwrong"
    return text_input(VALUE, "\n".join(asked.draft.labels), placeholder=examples, multiline=True)


def _labels_hint(asked: Asked) -> str:
    """How they are written, and the limits."""
    kind = asked.kind
    if kind is None:
        return "One label per line."
    limits = kind.label_limits.capitalize()
    return (
        f"One per line. {limits}, each up to {kind.label_max} characters; upper and lower case "
        "count as the same."
    )


def _read_labels(answer: Answer, asked: Asked) -> Asked:
    # the engine gets each on one line with single blanks, whatever their width
    return asked.but(labels=tuple(" ".join(line.split()) for line in answer.lines))


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


def instructions(
    member: str, words: str, hint: Callable[[Asked], str], *, kept_untouched: bool
) -> Field[Asked]:
    """Rich text that begins with the task type's template.

    `kept_untouched`: as it stands it is an instruction. Else it only says what to write, and counts
    as nothing.
    """

    def element(asked: Asked) -> Block:
        written = getattr(asked.draft, member)
        # another type begins with other words, and Slack would keep those that stand there
        action_id = f"{VALUE}_{asked.draft.task_type}"
        if written is None:
            return rich_text_input(action_id, _beginning(asked, member))
        return rich_text_input(action_id, written if rich_words(written) else None)

    def read(answer: Answer, asked: Asked) -> Asked:
        written = answer.rich or rich_text()
        if _is_earlier_beginning(written, member, asked):
            return asked.but(**{member: None})
        if not kept_untouched and same_words(written, _beginning(asked, member)):
            return asked.but(**{member: None})
        return asked.but(**{member: written})

    def fault_of(asked: Asked) -> str:
        fault = rules.instructions_fault(asked, member)
        return fault or rules.other_labels_fault(asked.draft, member)

    return Field(
        name=member,
        words=words,
        hint=hint,
        element=element,
        read=read,
        fault=judged(fault_of),
        optional=True,
    )


def _short_hint(asked: Asked) -> str:
    """Where they are seen."""
    if asked.kind and asked.kind.own_page:
        return "For the team's channel in Slack. The worker page shows its own."
    return (
        f"Always in view beside the {asked.noun}, as they stand here. Emptied, workers see the "
        "description."
    )


WORK_TEAM: Field[Asked] = Field(
    name="workteam_arn",
    words="Labeling team",
    hint=hint("The people who will see the tasks."),
    element=_team_menu,
    read=_read_team,
    fault=judged(rules.team_fault),
    dispatch=True,
    aliases=("workteam", "workteam_name", "workteam_key", "team"),
)
LABELS: Field[Asked] = Field(
    name="labels",
    words="Labels",
    hint=_labels_hint,
    element=_labels,
    read=_read_labels,
    fault=judged(rules.labels_fault),
    may_lack=lambda asked: asked.kind is not None and not asked.kind.labels_min,
)
DUE: Field[Asked] = Field(
    name="due",
    words="Due",
    hint=hint(
        "The job ends then, and what is not labeled stays unlabeled. Left empty: when the time "
        "limit of the job is over."
    ),
    element=lambda asked: moment_input(VALUE, asked.draft.due),
    read=lambda answer, asked: asked.but(due=answer.moment),
    fault=judged(rules.due_fault),
    optional=True,
)
SHORT: Field[Asked] = instructions(
    "short_instructions",
    "Instructions",
    _short_hint,
    kept_untouched=True,
)

FORM: tuple[Part[Asked], ...] = (
    TILE_FIELD,
    KIND_FIELD,
    SEVERAL,
    SOURCE,
    INPUT,
    *FILE_FIELDS,
    OUTPUT,
    *PARTICULAR_FIELDS,
    LABELS,
    *LABEL_PARTICULARS,
    WORK_TEAM,
    DUE,
    SHORT,
)
"""What everybody is asked; what is left out of it is made up, and stands behind [More…]."""
