"""What a handler of an action is given, and what it may answer: the same for a command, a press and
a mention.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Literal

from bot.base.blocks import Block
from bot.base.clock import NewId
from bot.datasets.story import DatasetStory
from bot.delivery.message import Message
from bot.jobs.records import Job
from bot.jobs.story import JobStory
from bot.models.story import ModelStory
from bot.people.access import Access, Who
from bot.people.action import Action
from commands.asking import Asking, person_here


@dataclass(frozen=True, slots=True)
class Said:
    """Words about what was done. After a press they are dropped: card and thread say it to
    everybody.
    """

    words: str


@dataclass(frozen=True, slots=True)
class Shows:
    """What was asked for; `title` is that of the window which holds it on the App Home."""

    message: Message
    title: str = "Labeljob"


@dataclass(frozen=True, slots=True)
class Opens:
    """A window; a mention cannot open one, so it gets the offer of a button that does.

    `otherwise` is the window in its place where Slack refuses it with these words, None where that
    does not help.
    """

    view: Block
    offer: Message | None = None
    otherwise: Callable[[str], Block | None] | None = None


Answer = Said | Shows | Opens | None


@dataclass(frozen=True, slots=True)
class Stories:
    """Whom the handlers ask."""

    jobs: JobStory
    datasets: DatasetStory
    models: ModelStory

    @property
    def access(self) -> Access:
        """Who may do what."""
        return self.jobs.ground.access

    @property
    def new_id(self) -> NewId:
        """Makes a number for each window."""
        return self.jobs.ground.new_id


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for an action: `how`, where (`who`), about which job, with which words.

    `said` is what stood behind the word.
    """

    how: Literal["command", "press", "mention"]
    who: Asking
    stories: Stories
    said: str = ""
    job: Job | None = None

    @property
    def jobs(self) -> JobStory:
        """The story of jobs, and of the teams that label."""
        return self.stories.jobs

    @property
    def datasets(self) -> DatasetStory:
        """The story of datasets."""
        return self.stories.datasets

    @property
    def models(self) -> ModelStory:
        """The story of models."""
        return self.stories.models

    @property
    def access(self) -> Access:
        """Who may do what."""
        return self.stories.access

    @property
    def named(self) -> Job:
        """The job that was asked about; the front has seen to it that there is one."""
        assert self.job is not None
        return self.job

    @property
    def team_id(self) -> str:
        """The workspace."""
        return self.access.team_id

    def here(self) -> Who:
        """The person, as far as the place they typed in tells."""
        return person_here(self.who, self.access)

    def at_home(self) -> Who:
        """The person in the channel that the job belongs to: rights to manage are those of
        there.
        """
        job = self.named
        return self.access.at_home(job.team_id, self.who.user_id, job.channel, self.who.channel)


Handler = Callable[[Ask], Answer]
HANDLERS: dict[str, Handler] = {}
"""What does an action, by the action's key (see `key_of`)."""


def read_handlers(package: str, path: Iterable[str]) -> list[ModuleType]:
    """Read every file of a package of handlers, so that each says what it does; the files."""
    return [import_module(f"{package}.{module.name}") for module in iter_modules(path)]


def key_of(action: Action[Any]) -> str:
    """What tells an action from all others: its command and word, or its button."""
    if action.word:
        return f"{action.command} {action.word}"
    assert action.button is not None
    return action.button.id


def does(action: Action[Any]) -> Callable[[Handler], Handler]:
    """Say that a function does this action."""

    def note(handler: Handler) -> Handler:
        HANDLERS[key_of(action)] = handler
        return handler

    return note
