"""The last page of the form: what the bot itself read of a draft, before anything is created
(pure).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.base import forms
from bot.base.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    count,
    divider,
    escape,
    in_a_row,
    modal,
    moment,
    rich_words,
    section,
    typed,
)
from bot.brought.brought import shown
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.durations import spell_duration
from bot.jobs.finding import Finding, Kind
from bot.jobs.form.asked import Asked
from bot.jobs.form.extra_fields import AUTO_LABEL, EXTRA_FIELDS, STREAM_FIELDS
from bot.jobs.form.pages import BACK, REVIEW, REVIEW_STEP, SHOW_MORE, metadata
from bot.jobs.form.particular_fields import LABEL_PARTICULARS, PARTICULAR_FIELDS

SAVE_PRESET = "job_form_preset"  # a press that asks for the name of a preset
PREVIEW = "job_form_preview"  # a press that gives the reader a file of what workers will see
FIX = "job_form_fix"  # a press that has the bot mend what a check has found
_FINDINGS = 12  # more nobody reads at a glance
_LISTS = ((Kind.BLOCKS, "✗", "Will fail"), (Kind.LOOK_AT, "!", "Look at"))
_MADE_UP = {
    "job_name": "name",
    "title": "title",
    "description": "description",
    "task_time_limit_s": "time for a task",
}
_BESIDE = (*PARTICULAR_FIELDS, *LABEL_PARTICULARS, AUTO_LABEL, *STREAM_FIELDS, *EXTRA_FIELDS)
_PREVIEW = 400  # characters of the instructions that the review shows


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the bot itself read of a draft, for the review page.

    `objects` is None when they could not be counted in time. `input_manifest` is the manifest that
    the engine will read (for a folder: the one that will be made). `team_members` is None when the
    engine does not say. `unread` are the checks that were not done in time, in words; `findings` is
    what was found, `fine` names the checks that found nothing, and `checking` says how far the
    preflight is. `fixes` are the words of the buttons by the names of the fixes, `preview`
    tells whether there is one to ask for.
    """

    objects: int | None = None
    skipped: int = 0
    input_manifest: str = ""
    output_manifest: str = ""
    team_members: int | None = None
    unread: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    fine: tuple[str, ...] = ()
    checking: str = ""
    fixes: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False

    @property
    def blocked(self) -> bool:
        """Whether something would fail."""
        return any(one.kind is Kind.BLOCKS for one in self.findings)


def review(asked: Asked, facts: Reviewed, draft_id: str) -> Block:
    """The last page: what the bot read of it. There is a Create button only when nothing blocks the
    launch.
    """
    draft = asked.draft
    blocks = [
        section(f"*{typed(draft.title)}*\n{typed(draft.description)}"),
        *_checked(facts, draft_id),
        section("\n".join(_review_lines(asked, facts))),
        section("\n".join(_review_places(draft, facts))),
        *_beside(asked),
        divider(),
        section(_preview(draft)),
    ]
    if draft.made_up:
        blocks.append(
            context(f"Made up from your answers: {_made_up(draft)}. Change it by [More…].")
        )
    buttons = [
        button("Back", BACK, draft_id, label="Back to page 1"),
        button("More…", SHOW_MORE, draft_id, label="Change what was made up, and more"),
    ]
    buttons.append(button("Save as preset…", SAVE_PRESET, draft_id))
    if facts.preview:
        spoken = "Preview of what workers will see, in your direct messages"
        buttons.append(button("Preview", PREVIEW, draft_id, label=spoken))
    blocks.append(actions(*buttons, block_id="back"))
    return modal(
        "New labeling job 2 of 2",
        blocks,
        callback_id=REVIEW,
        submit=None if facts.blocked else "Create",
        close="Cancel",
        metadata=metadata(draft_id, REVIEW_STEP),
    )


def _made_up(draft: Draft) -> str:
    """What nobody wrote, in words."""
    return ", ".join(words for member, words in _MADE_UP.items() if member in draft.made_up)


def _checked(facts: Reviewed, draft_id: str) -> list[Block]:
    """What the checks found, in three lists: will fail, look at, fine."""
    blocks: list[Block] = []
    shown = facts.findings[:_FINDINGS]
    labels = dict(facts.fixes)
    for kind, sign, words in _LISTS:
        found = [one for one in shown if one.kind is kind]
        if found:
            blocks.append(context(f"*{words}: {len(found):,}*"))
        # each button once: it mends all findings of its kind
        blocks += [_finding(one, sign, draft_id, labels.pop(one.fix, "")) for one in found]
    if len(facts.findings) > len(shown):
        blocks.append(context(f"and {len(facts.findings) - len(shown):,} more"))
    if facts.fine:
        blocks.append(context(f"✓ *Fine: {len(facts.fine):,}* · {' · '.join(facts.fine)}"))
    if facts.checking:
        blocks.append(context(typed(facts.checking)))
    elif facts.unread:
        waiting = "; ".join(typed(one, 200) for one in facts.unread[:10])
        blocks.append(context(f"Not checked in time, checked again before launch: {waiting}."))
    return blocks


def _finding(one: Finding, sign: str, draft_id: str, label: str) -> Block:
    """A finding, with the button of its fix where it has a label."""
    fix = button(label, FIX, f"{one.fix} {draft_id}") if label else None
    return section(f"{sign} {typed(one.words, 1000)}", accessory=fix)


def _review_lines(asked: Asked, facts: Reviewed) -> list[str]:
    """Name, number of objects, team, bounds and labels."""
    draft, kind, noun = asked.draft, asked.kind, asked.noun
    found = f"{noun}s not counted yet"
    if facts.objects is not None:
        found = f"{count(facts.objects, noun)} found"
    elif draft.begins_empty:
        found = f"{noun}s come while it runs"
    if draft.texts.words and facts.objects is not None:
        found = f"{count(facts.objects, noun)} found: {typed(draft.texts.words, 500)}"
    skipped = f", {count(facts.skipped, 'other file')} skipped" if facts.skipped else ""
    members = (
        f", {count(facts.team_members, 'person', 'people')}"
        if facts.team_members is not None
        else ""
    )
    each = "one person" if draft.workers_per_object == 1 else f"{draft.workers_per_object} people"
    task = escape(kind.title) if kind else typed(draft.task_type, 60)
    attribute = final_attribute(draft, kind)
    ends = f"the job ends after {spell_duration(draft.availability_s)}"
    if draft.due:
        ends = f"the job ends {moment(datetime.fromtimestamp(draft.due, UTC))}"
    elif draft.extras.streaming:
        ends = f"each waits for {spell_duration(draft.availability_s)} at most"
    return [
        f"*Job* {code(draft.job_name, 70)}, labels kept as {code(attribute, 140)}",
        f"*Task* {task}: {found}{skipped}",
        f"*Team* {typed(draft.workteam_name, 80)}{members}; {each} per {noun}",
        f"*Time* {spell_duration(draft.task_time_limit_s)} for one {noun}; {ends}",
        f"*Labels* {_labels(draft)}",
    ]


def _labels(draft: Draft) -> str:
    if not draft.labels:
        return "none"
    return f"({len(draft.labels):,}) {typed(in_a_row(draft.labels), 400)}"


def _review_places(draft: Draft, facts: Reviewed) -> list[str]:
    """Data, input manifest and output manifest together: a job's three places."""
    slash = " (read as a folder: the slash at its end was added)" if draft.slash_added else ""
    if draft.brought:
        slash = f" ({typed(shown(draft.brought), 200)}, put there before launch)"
    if draft.begins_empty:
        return [
            "*Data* none at the beginning: they come while it runs",
            f"*Output manifest* {code(facts.output_manifest, 1000)}",
        ]
    made = " (made before launch)" if draft.input_kind == "folder" else ""
    source = facts.input_manifest or (draft.input_uri if draft.input_kind == "manifest" else "")
    return [
        f"*Data* {code(draft.input_uri, 900)}{slash}",
        f"*Input manifest* {code(source, 900) or 'beside the results'}{made}",
        f"*Output manifest* {code(facts.output_manifest, 1000)}",
    ]


def _beside(asked: Asked) -> list[Block]:
    """What only some jobs have, as it was answered: shapes, attributes, keys, tags and so on."""
    lines = [
        f"*{escape(words)}* {typed(said, 200)}" for words, said in forms.written(_BESIDE, asked)
    ]
    return [section("\n".join(lines[at : at + 4])) for at in range(0, len(lines), 4)]


def _preview(draft: Draft) -> str:
    """The first words of the instructions, and where pictures are shown."""
    short = rich_words(draft.short_instructions, draft.names)
    full = rich_words(draft.full_instructions, draft.names)
    good = sum(1 for one in draft.examples if one.good)
    bad = len(draft.examples) - good
    pictures = (
        f"{good} good, {bad} bad, shown in the instructions with their captions"
        if draft.examples
        else "none"
    )
    lines = [
        f"*Short instructions* {typed(short, _PREVIEW) or 'none: workers see the description'}",
        f"*Full instructions* {typed(full, _PREVIEW) or 'none'}",
        f"*Example pictures* {pictures}",
    ]
    if "{{" in short + full + draft.description or "{%" in short + full:
        lines.append("`{{ }}` is shown as text. Pictures come from the two example fields only.")
    return "\n".join(lines)
