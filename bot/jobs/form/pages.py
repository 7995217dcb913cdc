"""The form of a new labeling job: the views of one modal, page after page (pure).

Promises to the commands: every page is made from the draft alone, so going forward, back or round a
failed check loses nothing that was typed. A view carries the draft's id and the page's number,
never what was typed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bot.base import forms
from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    date,
    modal,
    option,
    plain,
    section,
    typed,
)
from bot.base.errors import Fault
from bot.base.forms import Part
from bot.base.s3_uri import Allowed
from bot.engines.protocol import Engine, Names
from bot.engines.task_type import TaskTypes
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import Draft, team_key
from bot.jobs.form import data_fields
from bot.jobs.form.asked import Asked
from bot.jobs.form.fields import (
    FIRST_PAGE,
    JOB_NAME,
    JOB_NAME_AGAIN,
    PARTS,
    SECOND_PAGE,
    TEXT_COLUMN,
    WORK_TEAM,
    same_words,
)
from bot.manifests.texts import TextsRead
from bot.people.work_team import WorkTeam

# callback_ids
STEP_ONE = "job_form_1"
STEP_TWO = "job_form_2"
LEFT = "job_form_left"
REVIEW = "job_form_review"
THANKS = "job_form_thanks"

BACK = "job_form_back"  # block_actions: one page back, with view.state.values
GO_ON, NEW = "job_form_go_on", "job_form_new"  # block_actions: page 1 of the draft of that id

_FIX = "Fix first:"


@dataclass(frozen=True, slots=True)
class Left:
    """A form that was closed before it was submitted: its draft, its job's name, and since when."""

    draft_id: str
    job_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class JobForm:
    """The two pages with fields, as lists of them, in an engine's words and with its task types; a
    third page is the review.
    """

    first: tuple[Part[Asked], ...]
    second: tuple[Part[Asked], ...]
    engine: Names
    types: TaskTypes

    @property
    def parts(self) -> tuple[Part[Asked], ...]:
        """All that is asked."""
        return self.first + self.second

    def asked(self, draft: Draft) -> Asked:
        """The draft with what it is judged by."""
        return Asked(draft, self.engine, self.types)

    def page_one(self, draft: Draft, draft_id: str, *, faults: Sequence[Fault] = ()) -> Block:
        """Page 1: what is labeled, where it lies and how. `faults` are told on top (an update has
        no field errors).
        """
        blocks = [
            *on_top(faults),
            *_taken(draft),
            *forms.blocks_of(self.first, self.asked(draft)),
        ]
        return modal(
            "New labeling job 1 of 3",
            blocks,
            callback_id=STEP_ONE,
            submit="Next",
            close="Cancel",
            metadata=metadata(draft_id, 1),
        )

    def page_two(
        self, draft: Draft, draft_id: str, teams_known: bool, *, faults: Sequence[Fault] = ()
    ) -> Block:
        """Page 2: who labels, what they read, and the settings with defaults."""
        blocks = [
            *on_top(faults),
            *self._no_teams(teams_known),
            *_taken(draft),
            *forms.blocks_of(self.second, self.asked(draft)),
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

    def read_one(self, view: Mapping[str, Any], draft: Draft) -> Draft:
        """The draft with what page 1 holds (a submit, a press of Back or a change of category).

        What was counted belongs to the input and the type it was read with.
        """
        begun = data_fields.begun(view, draft)
        after = _of_its_type(forms.read(self.first, view, self.asked(begun)).draft, draft)
        after = data_fields.placed(data_fields.switched(draft, after))
        if (after.input_uri, after.task_type) == (draft.input_uri, draft.task_type):
            return after
        return msgspec.structs.replace(
            after, objects=None, skipped=0, unread=(), texts=TextsRead(), more=_kept_more(after)
        )

    def read_two(self, view: Mapping[str, Any], draft: Draft) -> Draft:
        """The draft with what page 2 holds: from now on its words are this person's own."""
        read = forms.read(self.second, view, self.asked(draft)).but(taken_type="")
        members = ("short_instructions", "full_instructions")
        changed = [
            member
            for member in members
            if not same_words(getattr(draft, member), getattr(read.draft, member))
        ]
        return (read.but(taken_labels=()) if changed else read).draft

    def faults_one(self, draft: Draft, allowed: Allowed) -> list[Fault]:
        """What is wrong with page 1; `allowed` are the places open to the channel."""
        return forms.faults(self.first, self.asked(draft), allowed)

    def faults_two(self, draft: Draft, allowed: Allowed) -> list[Fault]:
        """What is wrong with page 2 (example pictures are read from `allowed`)."""
        return forms.faults(self.second, self.asked(draft), allowed)

    def faults(self, draft: Draft, allowed: Allowed) -> list[Fault]:
        """What is wrong with the whole draft."""
        return forms.faults(self.parts, self.asked(draft), allowed)

    def errors(
        self, faults: Iterable[Fault], view: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """The faults as a view_submission's errors (see `forms.at_their_fields`)."""
        return forms.at_their_fields(faults, self.parts, view)

    def _no_teams(self, teams_known: bool) -> list[Block]:
        if teams_known:
            return []
        return [
            section(
                "This channel has no labeling team to choose from. A manager opens one to it with "
                f"`/labelteam open`; an administrator makes one {self.engine.teams_made}."
                f"{self._hired()} What you typed is kept."
            )
        ]

    def _hired(self) -> str:
        """Where people who are nobody's own are found."""
        return f" Vendors are found {self.engine.teams_hired}." if self.engine.teams_hired else ""


def job_form(engine: Engine, *, files: bool = True) -> JobForm:
    """The form as it suits an engine: its task types are offered, what it cannot do is not asked,
    and what is said of it is true. `files` tells whether Slack gives the bot files.
    """
    first, second, abilities = FIRST_PAGE, SECOND_PAGE, engine.abilities
    if not files:
        for part in (data_fields.SOURCE, *data_fields.FILE_FIELDS):
            first = _without(first, part)
    if abilities.names_again:
        first = _without(first, JOB_NAME, JOB_NAME_AGAIN)
    if abilities.one_team:
        second = _without(second, WORK_TEAM)
    return JobForm(first, second, engine.names, engine.task_types)


def _without(
    parts: tuple[Part[Asked], ...], left_out: Part[Asked], instead: Part[Asked] | None = None
) -> tuple[Part[Asked], ...]:
    """The parts without one of them, or with another in its place."""
    kept = [instead if part is left_out else part for part in parts]
    return tuple(part for part in kept if part is not None)


def on_top(faults: Sequence[Fault]) -> list[Block]:
    """Faults on top of a page, each with its field's name."""
    return forms.on_top(faults, PARTS, _FIX)


def words_of(fault: Fault) -> str:
    """What people call the field of a fault."""
    return forms.words_of(fault, PARTS)


def thanks(name: str, channel: str) -> Block:
    """The last page: the job was submitted."""
    text = (
        f"*{typed(name)}* was submitted. It launches by itself; its card in <#{channel}> tells how "
        "it goes."
    )
    return modal("New labeling job", [section(text)], callback_id=THANKS)


def offer(left: Left, draft_id: str) -> Block:
    """Before page 1: the form that was left, or a new one over the draft of that id.

    A window of its own, for Slack keeps what stands in the fields of a page that is put in the
    place of another.
    """
    name = f"*{typed(left.job_name, 70)}*" if left.job_name else "A job without a name"
    since = date(left.since, "{date_short_pretty} {time}")
    return modal(
        "New labeling job",
        [
            section(f"{name} was filled in {since} and not sent."),
            actions(
                button("Go on with your draft", GO_ON, left.draft_id),
                button("New", NEW, draft_id, label="A new form"),
                block_id="left",
            ),
        ],
        callback_id=LEFT,
        close="Cancel",
        metadata=metadata(draft_id, 0),
    )


def team_options(teams: Sequence[WorkTeam]) -> Block:
    """The answer to the team menu's query, 100 teams at most; vendors stand apart where there are
    any.
    """
    own = [option(team.name, team_key(team.arn)) for team in teams[:100] if not team.seller]
    vendors = [option(team.name, team_key(team.arn)) for team in teams[:100] if team.seller]
    if not vendors:
        return {"options": own}
    groups = (("Private teams", own), ("Vendors", vendors))
    return {
        "option_groups": [
            {"label": plain(label), "options": options} for label, options in groups if options
        ]
    }


def draft_of(view: Mapping[str, Any]) -> tuple[str, int]:
    """The draft's id and the page's number (0 to 3) that a view of ours carries; ("", 0) for any
    other.
    """
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
        return str(carried["draft"]), int(carried["step"])
    except (ValueError, KeyError, TypeError):
        return "", 0


def metadata(draft_id: str, step: int) -> dict[str, Any]:
    """What a page carries: whose it is and which, never what was typed."""
    return {"draft": draft_id, "step": step}


def numbered(view: Block, nonce: str) -> Block:
    """The page with a number of its own, by which a second press is told from a second visit."""
    carried = {**json.loads(view["private_metadata"]), "nonce": nonce}
    return {**view, "private_metadata": json.dumps(carried)}


def _of_its_type(after: Draft, before: Draft) -> Draft:
    """The draft without the beginning of another task type's instructions, where nobody wrote over
    it.
    """
    if after.task_type == before.task_type:
        return after
    short, full = beginnings(before.task_type)
    if same_words(after.short_instructions, short):
        after = msgspec.structs.replace(after, short_instructions=None)
    if same_words(after.full_instructions, full):
        after = msgspec.structs.replace(after, full_instructions=None)
    return after


def _kept_more(draft: Draft) -> dict[str, str]:
    """The answers that hold for other data too: a column is one of its own tables."""
    return {name: value for name, value in draft.more.items() if name != TEXT_COLUMN.name}


def _taken(draft: Draft) -> list[Block]:
    """Whose words the fields hold, so that nobody sends another job's instructions unread."""
    if not draft.taken_from or not (draft.labels or draft.title):
        return []
    return [context(f"Filled in as in {typed(draft.taken_from, 70)}. Change what is different.")]
