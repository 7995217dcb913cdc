"""What was asked: the draft of a labeling job (pure). `form.rules` says what is wrong with one.

Promises to the form and to the launch: a draft keeps everything that was typed, right or wrong.
"""

from typing import Any

import msgspec

from bot.brought.brought import Brought
from bot.engines.particulars import Extras, Particulars
from bot.engines.task_type import TaskType
from bot.instructions.pictures import Example
from bot.jobs.finding import Finding
from bot.manifests.texts import TextsRead

DATA_FROM, ADDRESS, STORE = "data_from", "address", "store"
"""Answers in `Draft.more`: where the data come from, the address that was typed, and the place into
which files are put.
"""
NAMED, SAMPLE = "named", "sample"
"""Answers in `Draft.more`: which of the data are labeled, as it was typed
(`bot.manifests.picked`).
"""


class Chain(msgspec.Struct, frozen=True):
    """Where a job comes from: the job before it (`job_id`, `name`), the first of them all
    (`root_id`, in whose thread it stands), and `how` it goes on. `labels` are those that it looks
    at, as far as they are known.
    """

    job_id: str
    root_id: str
    name: str
    how: str
    labels: tuple[str, ...] = ()


class Into(msgspec.Struct, frozen=True):
    """The dataset whose pictures a job is about, by its id and what people call it: into which its
    labels can be put when it is over.
    """

    dataset_id: str
    name: str


class Draft(msgspec.Struct, frozen=True):
    """A labeling job as it was asked for.

    `label_attribute` "" means the job's name. `input_uri` is a manifest or a folder (ends in "/";
    `input_kind` says which; `slash_added`: it was typed without that slash). `brought` are files
    that are put into that folder before the launch. Durations are seconds.
    `workteam_key` is the short name that menus carry (`team_key`), `workteam_arn` is empty as long
    as nobody found the team of that key, `workteam_words` what the menu calls it. Instructions are
    Slack rich_text blocks, as typed. `typed` keeps what could not be read, by field. `objects`,
    `skipped` and `unread` are what the bot read
    of the input, and which of its questions were not answered in time; `notes` is what of it is
    worth a look, in words; `found` what the review shows of all, and `fine` what it says is fine.
    `more` holds the answers to fields without a member of their own, by field;
    `particulars` what the task type asks beside, `extras` what a request may say and seldom does.
    `texts` is how files of texts were read; `names` are those whom the instructions mention, by id.
    `taken_from` is the job whose words the form began with, and `taken_type` that job's task type
    as long as nobody has been through those words; `taken_labels` are its labels, as long as its
    instructions stand as they were taken. `chain` is the job whose results it begins with, None for
    any other. `filled` is true once a page of it was kept.
    `made_up` are the members that nobody wrote: the bot makes them of the others. `due` is when the
    job is to be over, in seconds since 1970 (0: after `availability_s`). `start` is what the form
    began with, `begun` how often it began anew; `asks_output` tells whether nobody had said where
    results go. `page_file` is a worker page that was brought and lies nowhere yet. `whole` is the
    manifest with all labels, where `input_uri` was made of it without some of them. `into` is the
    dataset that is to have the labels, None for any other job.
    """

    job_name: str = ""
    label_attribute: str = ""
    input_uri: str = ""
    input_kind: str = "manifest"
    brought: tuple[Brought, ...] = ()
    slash_added: bool = False
    output_uri: str = ""
    category: str = ""
    task_type: str = ""
    workteam_key: str = ""
    workteam_arn: str = ""
    workteam_name: str = ""
    workteam_words: str = ""
    task_time_limit_s: int = 300
    availability_s: int = 864_000
    workers_per_object: int = 1
    title: str = ""
    description: str = ""
    labels: tuple[str, ...] = ()
    short_instructions: dict[str, Any] | None = None
    full_instructions: dict[str, Any] | None = None
    examples: tuple[Example, ...] = ()
    team_id: str = ""
    channel: str = ""
    asked_by: str = ""
    typed: dict[str, str] = {}
    texts: TextsRead = TextsRead()
    objects: int | None = None
    skipped: int = 0
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    found: tuple[Finding, ...] = ()
    fine: tuple[str, ...] = ()
    more: dict[str, str] = {}
    particulars: Particulars = Particulars()
    extras: Extras = Extras()
    names: dict[str, str] = {}
    taken_from: str = ""
    taken_type: str = ""
    taken_labels: tuple[str, ...] = ()
    chain: Chain | None = None
    filled: bool = False
    made_up: tuple[str, ...] = ()
    due: int = 0
    start: str = ""
    begun: int = 0
    asks_output: bool = False
    whole: str = ""
    page_file: Brought | None = None
    into: Into | None = None

    @property
    def begins_empty(self) -> bool:
        """Whether it is a streaming job that begins without any data."""
        return self.extras.streaming and not self.input_uri and not self.brought


MADE_UP = ("job_name", "title", "description", "task_time_limit_s")
"""What the bot makes of the other answers where nobody writes it."""


def begun_with(earlier: Draft, name: str, user_id: str, *, mended: bool = False) -> Draft:
    """A new draft under that name, for that person, filled with what an earlier job was asked with.

    `mended`: the earlier one was refused, and every word of it was meant for this very form.
    """
    return msgspec.structs.replace(
        earlier,
        job_name=name,
        asked_by=user_id,
        objects=None,
        skipped=0,
        unread=(),
        notes=(),
        found=(),
        fine=(),
        chain=None,
        filled=False,
        brought=earlier.brought if mended else (),
        more=dict(earlier.more) if mended else without_source(earlier.more),
        due=0,
        begun=0,
        start="",
        asks_output=False,
        taken_from=earlier.job_name,
        taken_type="" if mended else earlier.task_type,
        taken_labels=() if mended else earlier.labels,
        extras=earlier.extras if mended else _without_stream(earlier.extras),
        into=earlier.into if mended else None,
    )


def _without_stream(extras: Extras) -> Extras:
    """The extras of a job that begins like a streaming one: two that listen to one topic would each
    label all of it.
    """
    return msgspec.structs.replace(extras, streaming=False, input_topic="", feed_folder="")


def without_source(more: dict[str, str]) -> dict[str, str]:
    """The answers but for where the data come from: the next job's lie where these were put."""
    return {name: value for name, value in more.items() if name not in {DATA_FROM, ADDRESS}}


_WRITTEN = (
    "job_name",
    "task_type",
    "label_attribute",
    "input_uri",
    "output_uri",
    "title",
    "description",
    "labels",
    "short_instructions",
    "full_instructions",
    "examples",
)


def says_more(draft: Draft, fresh: Draft) -> bool:
    """Whether somebody wrote something that a fresh form would not begin with."""
    if not draft.filled:
        return False
    written = [member for member in _WRITTEN if member not in draft.made_up]
    return any(getattr(draft, member) != getattr(fresh, member) for member in written)


def of_this_type(draft: Draft) -> Draft:
    """The draft without another job's words for the workers when its task type is another: they
    would mislead. Title and description are made of the answers then, as in a fresh form.
    """
    if draft.taken_type in {"", draft.task_type}:
        return draft
    anew = [one for one in ("title", "description") if one not in draft.made_up]
    return msgspec.structs.replace(
        draft,
        title="",
        description="",
        labels=(),
        short_instructions=None,
        full_instructions=None,
        examples=(),
        taken_type="",
        taken_labels=(),
        made_up=(*draft.made_up, *anew),
    )


def team_key(arn: str) -> str:
    """The short name of a work team for menus (an ARN is longer than Slack's option value
    takes).
    """
    return arn.rpartition(":workteam/")[2].removeprefix("private-crowd/")


def final_attribute(draft: Draft, kind: TaskType | None) -> str:
    """The label attribute's name as the engine gets it: the job's name when empty, -ref added where
    its task type demands it.
    """
    name = draft.label_attribute or draft.job_name
    if kind and kind.ref_suffix == "must" and not name.endswith("-ref"):
        return f"{name}-ref"
    return name
