"""The form of a new labeling job: the views of one modal, page after page (pure).

Promises to the commands: every page is made from the draft alone, so going forward, back or round a
failed check loses nothing that was typed. A view carries the draft's id and the page's number,
never what was typed.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    input_block,
    modal,
    option,
    plain,
    section,
    select,
    typed,
)
from bot.base.errors import Fault
from bot.base.forms import Part
from bot.base.s3_uri import Allowed
from bot.engines.protocol import Engine, Names
from bot.engines.task_type import TaskTypes
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import NAMED, SAMPLE, Draft, says_more, team_key
from bot.jobs.form import data_fields, fields
from bot.jobs.form.asked import Asked
from bot.jobs.form.extra_fields import STREAM_FIELDS
from bot.jobs.form.fields import KIND_FIELD, WORK_TEAM, same_words
from bot.jobs.form.more_fields import (
    JOB_NAME,
    JOB_NAME_AGAIN,
    TEXT_COLUMN,
    TEXT_ENCODING,
    TEXT_PER,
)
from bot.jobs.form.more_fields import MORE as MORE_FIELDS
from bot.jobs.form.particular_fields import PAGE_FILE
from bot.manifests.texts import TextsRead
from bot.people.work_team import WorkTeam

# callback_ids
FORM = "job_form_1"
ANY_FORM = r"job_form_[12]$"  # a pattern: earlier versions opened a second page with fields
MORE = "job_form_more"
LEFT = "job_form_left"
REVIEW = "job_form_review"
THANKS = "job_form_thanks"

BACK = "job_form_back"  # block_actions: back to the page that everybody fills
SHOW_MORE = "job_form_show_more"  # block_actions, with view.state.values
STORE_DATA = "store_data_open"  # block_actions: where data lie that are not in S3 yet
GO_ON, NEW = "job_form_go_on", "job_form_new"  # block_actions: the page of the draft of that id

FORM_STEP, REVIEW_STEP = 1, 3

_FIX = "Fix first:"

PARTS: tuple[Part[Asked], ...] = (*fields.FORM, *MORE_FIELDS)
"""All that any form asks: what an engine leaves out is called so too where a fault speaks of it."""


@dataclass(frozen=True, slots=True)
class Left:
    """A form that was closed before it was submitted: its draft, its job's name, and since when."""

    draft_id: str
    job_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """Something that a form may begin with: its value in the menu, and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page shows that is not of the draft: whether any team is known, and what the form
    may begin with.
    """

    teams_known: bool = True
    starts: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True)
class JobForm:
    """The page that everybody fills and what stands behind [More…], as lists of fields, in an
    engine's words and with its task types; the review follows.
    """

    form: tuple[Part[Asked], ...]
    more: tuple[Part[Asked], ...]
    engine: Names
    types: TaskTypes

    @property
    def parts(self) -> tuple[Part[Asked], ...]:
        """All that is asked, each field once."""
        asked = {each.name for each in forms.fields_of(self.form)}
        rest = [each for each in forms.fields_of(self.more) if each.name not in asked]
        return (*self.form, *rest)

    def asked(self, draft: Draft) -> Asked:
        """The draft with what it is judged by."""
        return Asked(draft, self.engine, self.types)

    def page(
        self,
        draft: Draft,
        draft_id: str,
        beside: Beside,
        *,
        faults: Sequence[Fault] = (),
    ) -> Block:
        """The page that everybody fills. `faults` are told on top (an update has no field
        errors).
        """
        asked = self.asked(draft)
        blocks = [
            *on_top(faults),
            *self._no_teams(beside.teams_known),
            *_starts(draft, beside.starts),
            *_taken(draft),
            *forms.blocks_of(self.form, asked),
            actions(_more_button(draft_id), *_store_button(asked, draft_id), block_id="more"),
        ]
        return modal(
            "New labeling job 1 of 2",
            _renewed(blocks, draft.begun),
            callback_id=FORM,
            submit="Review",
            close="Cancel",
            metadata=metadata(draft_id, FORM_STEP),
        )

    def more_page(
        self, draft: Draft, draft_id: str, step: int, *, faults: Sequence[Fault] = ()
    ) -> Block:
        """What is made up and what is seldom said. `step` is the page that it goes back to."""
        return modal(
            "New labeling job: more",
            [*on_top(faults), *forms.blocks_of(self.more, self.asked(draft))],
            callback_id=MORE,
            submit="Done",
            close="Cancel",
            metadata=metadata(draft_id, step),
        )

    def read(self, view: Mapping[str, Any], draft: Draft) -> Draft:
        """The draft with what any of the pages holds, those of earlier versions too.

        What was counted belongs to the input and the type it was read with.
        """
        parts = forms.fields_of(self.parts)
        # the type decides how others are read, and the tile decides last what the type is
        first = [each for each in parts if each.name == KIND_FIELD.name]
        rest = [each for each in parts if each.name != KIND_FIELD.name]
        begun = data_fields.begun(view, draft)
        after = forms.read((*first, *rest), view, self.asked(begun)).draft
        after = _own_words(_of_its_type(after, draft), draft)
        after = data_fields.placed(data_fields.switched(draft, after))
        if (after.input_uri, after.task_type) == (draft.input_uri, draft.task_type):
            return after
        after = msgspec.structs.replace(
            after, objects=None, skipped=0, unread=(), texts=TextsRead()
        )
        if after.input_uri != draft.input_uri:
            after = msgspec.structs.replace(after, whole="")
        if not draft.input_uri:  # they were given before the data were named
            return after
        return msgspec.structs.replace(after, more=_kept_more(after.more, forms.answers(view)))

    def faults(self, draft: Draft, allowed: Allowed) -> list[Fault]:
        """What is wrong with the whole draft; `allowed` are the places open to the channel (also
        those that example pictures are read from). Nothing can be made up of no task type.
        """
        asked = self.asked(draft)
        unmade = draft.made_up if asked.kind is None else ()
        judged = [each for each in forms.fields_of(self.parts) if each.name not in unmade]
        return forms.faults(judged, asked, allowed)

    def names_of_more(self, draft: Draft) -> set[str]:
        """The fields that stand behind [More…] for this draft."""
        asked = self.asked(draft)
        return {each.name for each in forms.fields_of(self.more) if each.applies(asked)}

    def faults_of_more(self, draft: Draft, allowed: Allowed) -> list[Fault]:
        """What is wrong with what stands behind [More…] and was written there."""
        asked = self.asked(draft)
        names = self.names_of_more(draft) - set(draft.made_up)
        judged = [each for each in forms.fields_of(self.more) if each.name in names]
        return forms.faults(judged, asked, allowed)

    def beside(self, faults: Iterable[Fault], draft: Draft) -> list[Fault]:
        """Those of the faults whose fields are not on the page that everybody fills."""
        asked = self.asked(draft)
        shown = [each for each in forms.fields_of(self.form) if each.applies(asked)]
        names = {name for each in shown for name in (each.name, *each.aliases)}
        return [fault for fault in faults if fault.field and fault.field not in names]

    def wrote(self, before: Draft, read: Draft) -> bool:
        """Whether somebody wrote something on a page; a template that stands there is nothing."""
        written = read.short_instructions
        if same_words(written, beginnings(read.task_type)[0]):
            written = before.short_instructions
        compared = msgspec.structs.replace(read, filled=True, short_instructions=written)
        return says_more(compared, before)

    def some_on(self, view: Mapping[str, Any], faults: Iterable[Fault]) -> bool:
        """Whether a field of one of these faults is on this view."""
        shown = {block.get("block_id") for block in view.get("blocks", ())}
        return any(forms.name_of(fault, self.parts) in shown for fault in faults)

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
    form, more, abilities = fields.FORM, MORE_FIELDS, engine.abilities
    if not files:
        for part in (data_fields.SOURCE, *data_fields.FILE_FIELDS, PAGE_FILE):
            form = _without(form, part)
    if engine.streams is None:
        more = tuple(part for part in more if part not in STREAM_FIELDS)
    if abilities.names_again:
        more = _without(more, JOB_NAME, JOB_NAME_AGAIN)
    if abilities.one_team:
        form = _without(form, WORK_TEAM)
    return JobForm(form, more, engine.names, engine.task_types)


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
    own = [option(team.words, team_key(team.arn)) for team in teams[:100] if not team.seller]
    vendors = [option(team.words, team_key(team.arn)) for team in teams[:100] if team.seller]
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


def _renewed(blocks: list[Block], begun: int) -> list[Block]:
    """The blocks as fields of their own where the form began anew: Slack keeps what stands in a
    field as long as its block and action stay.
    """
    if not begun:
        return blocks
    return [_with_number(block, begun) for block in blocks]


def _with_number(block: Block, begun: int) -> Block:
    if block["type"] != "input":
        return block
    element = block["element"]
    return {**block, "element": {**element, "action_id": f"{element['action_id']}~{begun}"}}


def _more_button(draft_id: str) -> Block:
    return button("More…", SHOW_MORE, draft_id, label="More: names, times, examples and so on")


def _store_button(asked: Asked, draft_id: str) -> list[Block]:
    """The way to a place for data, as long as none is named."""
    if asked.draft.input_uri or (asked.kind and asked.kind.needs_manifest):
        return []
    spoken = "Store data: make a place in S3 for data that are not there yet"
    return [button("Store data…", STORE_DATA, draft_id, label=spoken)]


def _starts(draft: Draft, starts: Sequence[Start]) -> list[Block]:
    """The menu of what the form may begin with, where there is a choice; a form that began with a
    job somebody pressed a button of has none.
    """
    if not draft.start or len(starts) < 2:  # noqa: PLR2004
        return []
    options = [option(each.words, each.value) for each in starts]
    menu = select(fields.START, options, draft.start)
    return [input_block("Start from", menu, "start", dispatch=True)]


def _own_words(after: Draft, before: Draft) -> Draft:
    """The draft without the note that its words are another job's, where somebody went through
    them.
    """
    rich = ("short_instructions", "full_instructions")
    read = any(not same_words(getattr(before, one), getattr(after, one)) for one in rich)
    if read:
        after = msgspec.structs.replace(after, taken_labels=())
    members = ("title", "description", "labels", "examples")
    changed = any(getattr(before, one) != getattr(after, one) for one in members)
    return msgspec.structs.replace(after, taken_type="") if read or changed else after


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


def for_other_data(draft: Draft) -> Draft:
    """The draft without the answers about its data, how they are read and which of them are taken:
    they are asked anew.
    """
    more = {name: value for name, value in draft.more.items() if name not in {NAMED, SAMPLE}}
    return msgspec.structs.replace(draft, texts=TextsRead(), more=_kept_more(more, ()))


_OF_THE_DATA = {TEXT_COLUMN.name, TEXT_PER.name, TEXT_ENCODING.name}


def _kept_more(more: Mapping[str, str], answered: Collection[str]) -> dict[str, str]:
    """The answers that hold for other data too: of those about how data are read only what was
    `answered` with these, and no column, which is one of its own tables.
    """
    return {
        name: value
        for name, value in more.items()
        if name not in _OF_THE_DATA or (name in answered and name != TEXT_COLUMN.name)
    }


def _taken(draft: Draft) -> list[Block]:
    """Whose words the fields hold, so that nobody sends another job's instructions unread."""
    if not draft.taken_from or not (draft.labels or draft.title):
        return []
    return [context(f"Filled in as in {typed(draft.taken_from, 70)}. Change what is different.")]
