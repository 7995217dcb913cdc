"""What every labeling engine can be asked, and the values that go in and out (pure).

Promises to the jobs: an engine is known by these words alone. A job there has an opaque id; how it
stands is a neutral `Report`; a submission may be several steps, each of which can be taken up again
after an answer that never came; what an engine cannot do is said by `Abilities`, and forms, cards
and words follow them. Results are an augmented manifest wherever they come from.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.answers.worker_responses import Answer
from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, S3Uri
from bot.engines.particulars import NO_EXTRAS, NO_PARTICULARS, Extras, Particulars
from bot.engines.streams import Streams
from bot.engines.task_type import TaskType, TaskTypes
from bot.engines.workforce import Workforce
from bot.instructions.page import Instructions
from bot.people.work_team import WorkTeam

NO_TIME = datetime.fromtimestamp(0, UTC)

# How a job stands, in the words of every engine.
INITIALIZING, IN_PROGRESS, STOPPING = "initializing", "in_progress", "stopping"
COMPLETED, FAILED, STOPPED = "completed", "failed", "stopped"


class NameTaken(Refusal):
    """A labeling job of this name exists already. Choose another name."""

    field = "job_name"

    def __init__(self, name: str, since: datetime | None, words: str | None = None) -> None:
        super().__init__(words)
        self.name = name
        self.since = since


class JobGone(Refusal):
    """The labeling engine knows no such job."""


class TeamGone(Refusal):
    """The labeling team does not exist any more. Ask again with another team."""

    field = "workteam_arn"


@dataclass(frozen=True, slots=True)
class Report:
    """How a job stands at its engine.

    `state` is one of the words above; None where an engine has no states: then the bot's own record
    decides. Objects are counted once each: `labeled` (by `human` or `machine`), `failed` or skipped
    for good, `unlabeled`. `labels` are single answers of people, of which an object may have
    several; 0 where nobody counts them.
    """

    state: str | None
    labeled: int = 0
    human: int = 0
    machine: int = 0
    failed: int = 0
    unlabeled: int = 0
    cause: str = ""
    output_uri: str = ""
    modified: datetime = NO_TIME
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What an engine gets of a draft. Durations are seconds; `manifest` lists the objects, one JSON
    line each; None of a streaming job that begins without any.

    `request_key` is ours and marks the job at the engine, so that it is known again after an answer
    that never came. `folder` is where the bot keeps what belongs to the job; `allowed` are the
    places from which pictures may be shown. `objects` are those of the manifest.
    """

    request_key: str
    name: str
    label_attribute: str
    task_type: TaskType
    manifest: S3Uri | None
    output: S3Uri
    folder: S3Uri
    workteam: str
    instructions: Instructions
    workers_per_object: int
    task_time_limit_s: int
    availability_s: int
    allowed: Allowed
    particulars: Particulars = NO_PARTICULARS
    extras: Extras = NO_EXTRAS
    objects: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A job of an engine: `id` is the engine's own and opaque, `name` what people call it there."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job that an engine has: its opaque id there, and how it stands."""

    id: str
    report: Report


@dataclass(frozen=True, slots=True)
class Described:
    """A job that was asked for elsewhere, as far as its engine tells."""

    id: str
    name: str
    report: Report
    created: datetime
    label_attribute: str
    title: str
    description: str
    workteam: str
    workers_per_object: int
    task_type: str
    manifest_uri: str
    output_folder: str
    template_uri: str
    availability_s: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of a job's log: when, and what happened, in plain words where those are known."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Log:
    """The newest entries of a job's log, newest first; `whole` says that no older ones were left
    unread.
    """

    entries: tuple[LogEntry, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What each person answered about one object: its number (from 0) among those of the job, and
    what could not be read, in words.
    """

    number: int
    answers: tuple[Answer, ...]
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Previewed:
    """What workers will see of one object: `page` is HTML; `notes` say in words where it differs
    from what they will see.
    """

    page: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people read of where labeling happens: `place` is where jobs stand ("nothing was created
    at AWS"), `service` what takes them there, `teams_made` how somebody makes a labeling team,
    `teams_hired` where the people of other companies are found ("" where there are none).
    """

    place: str
    service: str
    teams_made: str
    teams_hired: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an engine cannot do, or does differently. Ground Truth is the measure: for it nothing is
    set.
    """

    stop_is_soft: bool = False  # people may still hand in what they began
    one_team: bool = False  # everybody who labels belongs to it
    names_again: bool = False  # two jobs may bear one name
    needs_cors: bool = True  # pictures are fetched by the worker's browser
    no_log: bool = False
    no_preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What an engine itself may do with a job's places, in words: what `blocks`, what is to be
    looked at, and, where neither is, what was found `fine` or could not be asked. Nothing at all of
    an engine that has no rights of its own.
    """

    blocks: tuple[str, ...] = ()
    look_at: tuple[str, ...] = ()
    fine: str = ""


class Steps(Protocol):
    """A submission's progress, kept with the job: what was done is not done again by the next
    try.
    """

    def done(self, step: str) -> str:
        """What an earlier try kept of a step; "" for nothing."""

    def keep(self, **done: str) -> None:
        """Write steps down. From the first on the job counts as being sent.

        Raises:
            Stale: somebody else changed the job meanwhile.

        """

    def alive(self) -> None:
        """Say that a long step goes on."""

    def confirm(self) -> None:
        """Make sure that nobody else has taken this up, before a step that others would notice.

        Raises:
            LeaseLost: somebody has.

        """


class Engine(Protocol):
    """One place where labeling happens. Every method may raise a `Transient` (nothing is known) or
    a `Refusal`.
    """

    names: Names
    abilities: Abilities
    task_types: TaskTypes
    workforce: Workforce | None  # the people of one's own, where they are managed here
    streams: Streams | None  # how objects come to a job that runs, where it takes any

    def check_name(self, name: str) -> None:
        """Refuse a name that is taken (asked while a person waits: 1.5 s).

        Raises:
            NameTaken: it exists.

        """

    def taken_names(self, beginning: str) -> set[str]:
        """Names in use that hold `beginning`, in lower case, for a free one to offer."""

    def check_team(self, workteam: str, kind: TaskType, extras: Extras) -> None:
        """Refuse people who cannot be given such work, or not on these terms; nothing outside is
        asked.

        Raises:
            Refusal: with the field that is to be changed.

        """

    def rights(self, reads: Iterable[S3Uri], writes: S3Uri) -> Rights:
        """Whether the engine itself may read objects like these and write below this folder."""

    def made_before(self, name: str, request_key: str, steps: Steps) -> Submitted | None:
        """The job that an earlier try made for this request, if the engine took it."""

    def submit(self, order: Order, steps: Steps) -> Submitted:
        """The job that the order describes, made now or by an earlier try of ours.

        Raises:
            NameTaken: the name belongs to another job.
            Refusal: the engine will not do it as asked, and nothing was made.
            Transient: unknown; call again with the same order and steps.

        """

    def preview(self, order: Order, line: Mapping[str, Any]) -> Previewed:
        """What workers would see of an object (its line of the manifest); nothing is made. Not
        asked of an engine that renders none.

        Raises:
            Refusal: no page can be made of the order, with words.

        """

    def withdraw(self, name: str, request_key: str, steps: Steps) -> None:
        """See to it that nothing goes on of a submission that is given up before it was whole."""

    def running(self) -> Mapping[str, Report]:
        """Every job that is not over, by its id."""

    def report(self, job: Known) -> Report:
        """How one job stands.

        Raises:
            JobGone: the engine knows none of that id.

        """

    def gather(self, job: Known, alive: Callable[[], None]) -> str:
        """See to it that the results of a job that is over lie where its report says; may take
        long, and calls `alive` all the while. In words what is not among them, "" for nothing.
        """

    def answers(self, job: Known, output: str, alive: Callable[[], None]) -> Iterator[Answered]:
        """What each person answered, of a job whose results go to the folder `output`; nothing of
        an engine that keeps no such answers. May take long, and calls `alive` all the while.
        """

    def declined(self, job: Known) -> Mapping[str, int]:
        """How often each worker (an `Answer`'s `sub`) declined a task, as far as that is kept."""

    def describe(self, name: str) -> Described:
        """A job by the name that people know it by (asked while a person waits: 1.5 s).

        Raises:
            JobGone: there is none.

        """

    def stop(self, job: Known) -> None:
        """Ask for a stop; a job that is over already is left alone."""

    def log(self, job: Known, wanted: Sequence[str]) -> Log:
        """The newest entries of a job's log that hold every word of `wanted` (asked while a person
        waits); not asked of an engine that keeps none.
        """

    def teams(self) -> list[WorkTeam]:
        """Everybody who can be asked to label."""

    def results(self, output: str, name: str) -> str:
        """Where the augmented manifest of a job comes to lie, of its output folder and its name."""
