"""The form of a new labeling job: the views of one modal, page after page (pure).

Promises to the commands: every page is made from the draft alone, so going forward, back or round a failed check
loses nothing that was typed. A view carries the draft's id and the page's number, never what was typed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    header,
    input_block,
    modal,
    option,
    plain,
    radio,
    rich_text,
    rich_text_input,
    section,
    text_input,
    typed,
)
from bot.base.errors import Fault
from bot.jobs.draft import FIELD_WORDS, Draft, team_key
from bot.jobs.draft_rules import AVAILABILITY_MAX_S, AVAILABILITY_MIN_S, TIME_LIMIT_MIN_S, WORKERS_MAX, WORKERS_MIN
from bot.jobs.durations import spell_duration
from bot.jobs.task_types import CATEGORIES, TaskType, offered

# callback_ids
LOADING = "job_form_loading"
STEP_ONE = "job_form_1"
STEP_TWO = "job_form_2"
REVIEW = "job_form_review"
THANKS = "job_form_thanks"
REFUSAL = "job_form_refusal"

# action_ids that come as a press or a query of their own
CATEGORY = "job_form_category"  # block_actions: show this category's task types
TEAM = "job_form_team"  # block_suggestion: the teams of this channel
BACK = "job_form_back"  # block_actions: one page back, with view.state.values

# action_ids that are only read (the block_id is the field's name)
TASK_TYPE = "job_form_task_type_"  # + the category: a radio of other choices is another field to Slack
VALUE = "value"

STEP_ONE_FIELDS = ("job_name", "category", "task_type", "input_uri", "output_uri", "label_attribute")
STEP_TWO_FIELDS = (
    "workteam_arn",
    "title",
    "description",
    "labels",
    "task_time_limit_s",
    "availability_s",
    "workers_per_object",
    "short_instructions",
    "full_instructions",
    "good_examples",
    "bad_examples",
)

_ALIASES = {
    "workteam": "workteam_arn",
    "workteam_name": "workteam_arn",
    "workteam_key": "workteam_arn",
    "team": "workteam_arn",
    "examples": "good_examples",
}
_ERROR_MAX = 1000  # ours: an error below a field is read at a glance


def loading(draft_id: str = "") -> Block:
    """What opens within the three seconds of a trigger, before anything is looked up."""
    words = [section("One moment: the form is coming.")]
    return modal("New labeling job", words, callback_id=LOADING, metadata=metadata(draft_id, 0))


def step_one(draft: Draft, draft_id: str, *, faults: Sequence[Fault] = ()) -> Block:
    """Page 1: what is labeled, where it lies and how. `faults` are told on top (an update has no field errors)."""
    category = draft.category if draft.category in CATEGORIES else CATEGORIES[0]
    kinds = [
        option(kind.title, kind.id, f"{kind.summary}. {kind.label_limits.capitalize()}.") for kind in offered(category)
    ]
    categories = [option(one, one) for one in CATEGORIES]
    blocks = [
        *fault_blocks(faults),
        *_taken(draft),
        header("Required"),
        _text("job_name", draft.job_name, "1 to 63 letters, digits, hyphens. AWS keeps a name for ever.", "ripe-july"),
        input_block(
            FIELD_WORDS["category"], radio(CATEGORY, categories, category), "category", dispatch=True,
            hint="What one object is. The task types below follow it.",
        ),
        input_block(
            FIELD_WORDS["task_type"], radio(TASK_TYPE + category.lower(), kinds, draft.task_type), "task_type",
        ),
        _text(
            "input_uri", draft.input_uri,
            "A manifest (s3://bucket/folder/data.manifest), or a folder ending in a slash (s3://bucket/folder/): "
            "the bot then makes the manifest of every file in it that fits.", "s3://bucket/folder/",
        ),
        _text("output_uri", draft.output_uri, "A folder. Ground Truth adds a folder of the job's name.", "s3://bucket/results/"),
        header("Optional"),
        _text(
            "label_attribute", draft.label_attribute,
            "The key of the labels in the results. Left empty, it is the job's name.", optional=True,
        ),
    ]  # fmt: skip
    return modal(
        "New labeling job 1 of 3",
        blocks,
        callback_id=STEP_ONE,
        submit="Next",
        close="Cancel",
        metadata=metadata(draft_id, 1),
    )


def step_two(draft: Draft, draft_id: str, teams_known: bool, *, faults: Sequence[Fault] = ()) -> Block:
    """Page 2: who labels, what they read, and the settings with defaults."""
    noun = draft.kind.noun if draft.kind else "object"
    blocks = [
        *fault_blocks(faults),
        *_no_teams(teams_known),
        *_taken(draft),
        header("Required"),
        _team(draft),
        _text("title", draft.title, "One line. Workers see it in their list of jobs.", "Ripe or not, July harvest"),
        _text(
            "description", draft.description, "One line: what a worker has to do.", f"Choose one word for the {noun}"
        ),
        _text("labels", "\n".join(draft.labels), _labels_hint(draft.kind), "ripe\nunripe\noverripe", multiline=True),
        header("Optional, with defaults"),
        *_settings(draft, noun),
        *_instructions(draft, noun),
        actions(button("Back", BACK, draft_id, label="Back to page 1"), block_id="back"),
    ]
    return modal(
        "New labeling job 2 of 3",
        blocks,
        callback_id=STEP_TWO,
        submit="Review",
        close="Cancel",
        metadata=metadata(draft_id, 2),
    )


def _taken(draft: Draft) -> list[Block]:
    """Whose words the fields hold, so that nobody sends another job's instructions unread."""
    if not draft.taken_from or not (draft.labels or draft.title):
        return []
    return [context(f"Filled in as in {typed(draft.taken_from, 70)}. Change what is different.")]


def thanks(name: str, channel: str) -> Block:
    """The last page: the job is taken in."""
    text = f"*{typed(name)}* is taken in. It launches by itself; its card in <#{channel}> tells how it goes."
    return modal("New labeling job", [section(text)], callback_id=THANKS)


def refusal(text: str) -> Block:
    """Words instead of a page: nothing was done, and why. Nothing in them is a mention or a link."""
    words = {"type": "section", "text": plain(text)}
    return modal("Not done", [words], callback_id=REFUSAL)


def team_options(teams: Iterable[tuple[str, str]]) -> Block:
    """The answer to the team menu's query: `teams` are (ARN, name) pairs, 100 at most are shown."""
    return {"options": [option(name, team_key(arn)) for arn, name in teams][:100]}


def place(faults: Iterable[Fault], view: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The faults as a view_submission's errors, {block_id: text}; several of one field are joined.

    With `view`, a fault whose field is not on that page goes to the page's first field, led by its own field's name
    (Slack takes only input blocks of the submitted view).
    """
    known = _input_ids(view) if view is not None else [*STEP_ONE_FIELDS, *STEP_TWO_FIELDS]
    errors: dict[str, str] = {}
    for fault in faults:
        field = _ALIASES.get(fault.field, fault.field)
        block_id = field if field in known or not known else known[0]
        text = fault.text if block_id == field else f"{FIELD_WORDS.get(field, field)}: {fault.text}"
        errors[block_id] = cut(f"{errors[block_id]} {text}" if block_id in errors else text, _ERROR_MAX)
    return errors


def draft_of(view: Mapping[str, Any]) -> tuple[str, int]:
    """The draft's id and the page's number (0 to 3) that a view of ours carries; ("", 0) for any other."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
        return str(carried["draft"]), int(carried["step"])
    except (ValueError, KeyError, TypeError):
        return "", 0


def short_skeleton(noun: str) -> Block:
    """What the short instructions begin with. Left as it is, it counts as nothing written."""
    return _skeleton(f"Choose for each {noun}: …", "Good: …", "Not good: …")


def full_skeleton(noun: str) -> Block:
    """What the full instructions begin with. Left as it is, it counts as nothing written."""
    return _skeleton(f"How to label a {noun}", "Good example: what it shows, and why it is right", "Bad example: …")


def _skeleton(lead: str, *points: str) -> Block:
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": point}]} for point in points]
    return rich_text(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": lead, "style": {"bold": True}}]},
        {"type": "rich_text_list", "style": "bullet", "elements": items},
    )


def metadata(draft_id: str, step: int) -> dict[str, Any]:
    """What a page carries: whose it is and which, never what was typed."""
    return {"draft": draft_id, "step": step}


def numbered(view: Block, nonce: str) -> Block:
    """The page with a number of its own, by which a second press is told from a second visit."""
    return {**view, "private_metadata": json.dumps({**json.loads(view["private_metadata"]), "nonce": nonce})}


def _input_ids(view: Mapping[str, Any]) -> list[str]:
    return [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]


def _text(  # noqa: PLR0913 - as many as the field has
    field: str, value: str, hint: str, placeholder: str = "", *, optional: bool = False, multiline: bool = False
) -> Block:
    element = text_input(VALUE, value, placeholder=placeholder or None, multiline=multiline)
    return input_block(FIELD_WORDS[field], element, field, hint=hint, optional=optional)


def fault_blocks(faults: Sequence[Fault]) -> list[Block]:
    """Faults on top of a page, each with its field's name."""
    if not faults:
        return []
    lines = [f"*{FIELD_WORDS.get(_ALIASES.get(one.field, one.field), 'Job')}*: {typed(one.text)}" for one in faults[:8]]
    return [section("To mend first:\n" + "\n".join(lines)), divider()]


def _no_teams(teams_known: bool) -> list[Block]:
    if teams_known:
        return []
    return [
        section(
            "No labeling team is known here yet. An administrator makes one in the AWS console (SageMaker, "
            "Ground Truth, Labeling workforces) and ties it to its channel with `/labelteam`. What you typed is kept."
        )
    ]


def _team(draft: Draft) -> Block:
    menu: Block = {
        "type": "external_select",
        "action_id": TEAM,
        "min_query_length": 0,
        "placeholder": plain("Choose a team"),
    }
    if draft.workteam_key and draft.workteam_name:
        # Slack shows an initial option only if it equals an offered one exactly.
        menu["initial_option"] = option(draft.workteam_name, draft.workteam_key)
    return input_block(FIELD_WORDS["workteam_arn"], menu, "workteam_arn", hint="The people who will see the tasks.")


def _labels_hint(kind: TaskType | None) -> str:
    """The limits, and where another door has other ones."""
    if kind is None:
        return "One label per line."
    if kind.labels_max is None and kind.labels_max_console:
        limits = (
            f"{kind.label_limits.capitalize()} (the AWS console stops at {kind.labels_max_console}; this form does not)"
        )
    else:
        limits = kind.label_limits.capitalize()
    return f"One per line. {limits}, each up to 256 characters; capitals do not make another label."


def _settings(draft: Draft, noun: str) -> list[Block]:
    """Time for a task, life of the job, people per object."""
    most = draft.kind.time_limit_max_s if draft.kind else 28_800
    people: Block = {"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False}
    kept = draft.typed.get("workers_per_object", "")
    # Slack refuses a whole view for an initial value that is no number.
    people["initial_value"] = kept if re.fullmatch(r"-?\d{1,15}", kept, re.ASCII) else str(draft.workers_per_object)
    bounds = f"{spell_duration(AVAILABILITY_MIN_S)} to {spell_duration(AVAILABILITY_MAX_S)}"
    return [
        _text(
            "task_time_limit_s", _duration(draft, "task_time_limit_s", draft.task_time_limit_s),
            f"How long one person may take for one {noun}: {TIME_LIMIT_MIN_S} seconds to {spell_duration(most)}. "
            "Left empty: 5 minutes.", "5 min", optional=True,
        ),
        _text(
            "availability_s", _duration(draft, "availability_s", draft.availability_s),
            f"What is not labeled by then stays unlabeled: {bounds}. Left empty: 10 days.", "10 days", optional=True,
        ),
        input_block(
            f"People per {noun}", people, "workers_per_object", optional=True,
            hint=f"{WORKERS_MIN} to {WORKERS_MAX}. With one person, every confidence is 0: agreement needs more. "
            "Left empty: 1.",
        ),
    ]  # fmt: skip


def _duration(draft: Draft, field: str, seconds: int) -> str:
    return draft.typed.get(field) or spell_duration(seconds)


def _instructions(draft: Draft, noun: str) -> list[Block]:
    """Texts and example pictures for the workers."""
    short = rich_text_input(VALUE, draft.short_instructions or short_skeleton(noun))
    full = rich_text_input(VALUE, draft.full_instructions or full_skeleton(noun))
    pictures = "One per line: s3://bucket/picture.jpg | what it shows. Pictures go here, since Slack's text holds none."
    blocks = [
        input_block(
            FIELD_WORDS["short_instructions"], short, "short_instructions", optional=True,
            hint=f"Always in view beside the {noun}. Without words of your own, workers see the description.",
        ),
        input_block(
            FIELD_WORDS["full_instructions"], full, "full_instructions", optional=True,
            hint="Opens over the page when a worker asks for it. Bold, lists and links are kept.",
        ),
    ]  # fmt: skip
    for field, good in (("good_examples", True), ("bad_examples", False)):
        lines = "\n".join(
            f"{one.address} | {one.caption}" if one.caption else one.address
            for one in draft.examples
            if one.good is good
        )
        blocks.append(_text(field, lines, pictures, optional=True, multiline=True))
    return blocks
