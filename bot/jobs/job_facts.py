"""What does not change while a job lives, as cards and lines need it (pure)."""

from dataclasses import dataclass
from datetime import datetime

from bot.base.blocks import typed
from bot.engines.protocol import Names
from bot.engines.task_type import TaskType
from bot.jobs.draft import Chain

_TITLE = 130  # characters of a title in a card; AWS takes 128


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What does not change while a job lives. Texts are as people typed them; the cards escape.

    `kind` is its task type, None when unknown (a followed job of another kind). `engine` is what
    people call the place where it is labeled.
    `asked_by` is a Slack user id ("" for nobody), `asked_by_name` how the cards name that person
    without a ping. `read_only` marks a followed job. `stop_wanted` is true from the confirmed stop
    until the engine says so. `set_aside` says why nobody looks after the job any more, "" for all
    others. `notes` is what of its data is worth a look; `label_attribute` is the key of the labels
    in the results; `stop_is_soft` says that people may hand in what they began after a stop.
    `has_log` says that its engine keeps one of it, `has_preview` that it renders what workers see.
    `chain` is the job that it comes after, None for any other, and `chains` what can come after it.
    `feed_folder` is the folder whose new objects come to a streaming job, "" for none.
    `into` is the dataset that is to have its labels, "" for none.
    `next_try` is when a launch that failed for now is tried again, None for any other.
    """

    id: str
    name: str
    title: str
    kind: TaskType | None
    labels: tuple[str, ...]
    team_name: str
    workers_per_object: int
    asked_by: str
    channel: str
    portal_url: str
    created_at: datetime
    expires_at: datetime | None
    output_uri: str
    engine: Names
    read_only: bool = False
    asked_by_name: str = ""
    stop_wanted: bool = False
    set_aside: str = ""
    notes: tuple[str, ...] = ()
    team_id: str = ""
    label_attribute: str = ""
    stop_is_soft: bool = False
    next_try: datetime | None = None
    chain: Chain | None = None
    chains: tuple[str, ...] = ()
    has_log: bool = False
    has_preview: bool = False
    feed_folder: str = ""
    into: str = ""

    @property
    def noun(self) -> str:
        """What one object is called."""
        return self.kind.noun if self.kind else "object"

    @property
    def called(self) -> str:
        """The task's title (what workers see), else the job's name; escaped."""
        return typed(self.title or self.name, _TITLE)
