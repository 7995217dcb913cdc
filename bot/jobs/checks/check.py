"""What a check is: one question about a draft, and what may come out of it.

Promises to form, review and launch: they walk over the same list. A finding is fine, to be looked
at, or blocks, each with its remedy; a check may also bring facts (objects counted). What a check
refuses with words is a blocking finding; what nobody answered in time is said by the check's
`words` and asked again before the launch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.base.s3_uri import Allowed
from bot.base.storage import Storage
from bot.delivery.slack_files import SlackFiles
from bot.engines.protocol import Engine
from bot.engines.task_type import TaskType
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind
from bot.manifests.looked import Looked
from bot.manifests.texts import TextsRead
from bot.people.work_team import WorkTeam

REVIEW_PAGE = 3  # the review has no fields: what its checks find is shown there, with its fixes
FORM_OBJECTS = 24  # that are looked at while a person waits for the next page
PREFLIGHT_OBJECTS = 1_000  # that are looked at while the review stands


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out of a check: findings, how many objects there are and were left out where it
    counted them, how files of texts were read, the names of those who are mentioned, by id, and a
    free `name` for the job where the one that the bot made up is taken.
    """

    findings: tuple[Finding, ...] = ()
    objects: int | None = None
    skipped: int = 0
    texts: TextsRead = TextsRead()  # noqa: RUF009 - it is frozen
    names: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


class Held(Protocol):
    """The names and folders that jobs of ours hold."""

    def holder(self, name: str) -> datetime | None:
        """Since when a job of ours holds the name; None where none does."""

    def near(self, name: str) -> set[str]:
        """Names like this one that are held, in lower case."""

    def listening(self, topic: str, but: str) -> str:
        """The name of a job of ours that gets its objects from the topic, but for that of one name;
        "" for none.
        """

    def folder_fault(self, draft: Draft) -> str:
        """Whose folder the results would lie in, in words; "" for nobody's."""


class KnownTeams(Protocol):
    """The labeling teams as far as they are known."""

    def get(self, team_id: str, arn: str) -> WorkTeam | None:
        """The team of that ARN in a workspace; None where there is none (any more)."""


def _untold(_looked: Looked) -> None:
    """Nobody wants to hear how far it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """How long a look at many objects may be: at `most` so many (None for all), from where an
    earlier one was broken off (`begun`); `told` hears how far it is.
    """

    most: int | None = None
    begun: Looked | None = None
    told: Callable[[Looked], None] = _untold


@dataclass(frozen=True, slots=True)
class Known:
    """What the bot itself knows: what its jobs hold, the teams, and how people are called."""

    held: Held
    teams: KnownTeams
    name_of: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a check may look at, with the patience of whoever waits; `allowed` are the channel's
    open places. `name_of` says how a person, a channel or a group (its kind and id) is called in
    Slack, "" where that is not known. `files` gives what was brought in Slack; None where nobody
    waits for a fetching.
    """

    engine: Engine
    storage: Storage
    held: Held
    teams: KnownTeams
    allowed: Allowed
    name_of: Callable[[str, str], str]
    look: Look = Look()
    files: SlackFiles | None = None

    def kind(self, draft: Draft) -> TaskType:
        """The draft's task type; it has been judged before anything is looked at."""
        return self.engine.task_types[draft.task_type]

    def names_files(self, draft: Draft) -> bool:
        """Whether the draft's objects are files, not texts in the lines themselves."""
        kind = self.engine.task_types.get(draft.task_type)
        return kind is not None and kind.source_key != "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question.

    `place` orders the checks. `page` is 1, or the review's, which has no fields; `field` the field
    that it is about: it is not asked while that field or
    one of `needs` has a fault. `words` name it where it was not answered in time, `fine` where it
    found nothing ("" where nobody need read that). `before_launch` is off where the launch itself
    finds out (the manifest is read as it is made, a name is taken as the job is made). `at_submit`
    is what our own records alone can answer, asked again as the form is submitted.
    """

    name: str
    place: int
    page: int
    field: str
    words: str
    ask: Callable[[Draft, Sight], Seen]
    needs: tuple[str, ...] = ()
    fine: str = ""
    applies: Callable[[Draft, Sight], bool] = lambda _draft, _sight: True
    before_launch: bool = True
    at_submit: Callable[[Draft, Held], Seen] | None = None


def blocks(words: str, field: str = "") -> Seen:
    """A single finding that blocks."""
    return Seen((Finding(Kind.BLOCKS, words, field),))


def look_at(*words: str) -> tuple[Finding, ...]:
    """Findings to be looked at; empty words are none."""
    return tuple(Finding(Kind.LOOK_AT, each) for each in words if each)


FINE = Seen()
