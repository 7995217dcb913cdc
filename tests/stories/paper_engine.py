"""A labeling engine on paper: projects in a dictionary, numbered, without states, and with a soft
stop.

It is everything that Ground Truth is not: two steps to make a job, each of which may lose its
answer; opaque ids; no state but counters; two jobs may bear one name; task types and a name of its
own. What it lists is what an engine of that kind would list over HTTP.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.base.errors import Transient
from bot.base.s3_uri import S3Uri
from bot.engines.particulars import Extras
from bot.engines.protocol import (
    Abilities,
    Answered,
    Described,
    JobGone,
    Known,
    Log,
    Names,
    Order,
    Previewed,
    Report,
    Rights,
    Steps,
    Submitted,
)
from bot.engines.streams import Streams
from bot.engines.task_type import CLASSIFY, TaskType, TaskTypes
from bot.engines.workforce import Workforce
from bot.people.work_team import WorkTeam

TEAM = "paper:everybody"
PILES = TaskType(
    id="paper-piles",
    title="Sorting into piles",
    category="Image",
    summary="One pile for the whole picture",
    source_key="source-ref",
    media=(".jpg", ".png"),
    labels_min=3,
    labels_max=4,
    ref_suffix="must-not",
    time_limit_max_s=3600,
    objects_max=500,
    makes_dataset=False,
    offered=1,
    tile=CLASSIFY,
)
MARGINS = msgspec.structs.replace(
    PILES,
    id="paper-margins",
    title="Notes in the margin",
    category="Leaf",
    summary="Every word that fits the leaf",
    labels_min=1,
    offered=2,
)


class Lost(Transient):
    """The answer never came."""


@dataclass(slots=True)
class Project:
    """A job on paper."""

    number: int
    order: Order
    objects: int = 0
    labeled: int = 0
    stopped: bool = False


class PaperEngine:
    """See `bot.engines.protocol.Engine`. `lose` names the steps whose answer gets lost once, after
    they were done.
    """

    names = Names(place="Papermill", service="Papermill", teams_made="with a pencil")
    abilities = Abilities(
        stop_is_soft=True,
        one_team=True,
        names_again=True,
        needs_cors=False,
        no_log=True,
        no_preview=True,
    )
    task_types = TaskTypes((MARGINS, PILES))
    workforce: Workforce | None = None
    streams: Streams | None = None

    def __init__(self, objects: int, *, lose: tuple[str, ...] = ()) -> None:
        self.projects: dict[int, Project] = {}
        self.imports = 0
        self._objects = objects
        self._lose = set(lose)

    def check_name(self, name: str) -> None:
        raise AssertionError(f"nobody asks whether {name} is free where names can be used again")

    def taken_names(self, beginning: str) -> set[str]:
        raise AssertionError(f"as above: {beginning}")

    def check_team(self, workteam: str, kind: TaskType, extras: Extras) -> None:
        del workteam, kind, extras

    def rights(self, reads: Iterable[S3Uri], writes: S3Uri) -> Rights:
        del reads, writes
        return Rights()

    def made_before(self, name: str, request_key: str, steps: Steps) -> Submitted | None:
        del name
        found = self._of(request_key)
        if found is None or steps.done("objects") != "imported":
            return None
        return Submitted(str(found.number), self._report(found))

    def submit(self, order: Order, steps: Steps) -> Submitted:
        steps.keep(engine="paper")
        project = self._of(order.request_key)
        if project is None:
            steps.confirm()
            project = Project(len(self.projects) + 1, order)
            self.projects[project.number] = project
            self._answer("project")
        steps.keep(project=str(project.number))
        if steps.done("objects") != "imported":
            steps.confirm()
            project.objects = self._objects
            self.imports += 1
            steps.keep(objects="imported")
            self._answer("objects")
        return Submitted(str(project.number), self._report(project))

    def withdraw(self, name: str, request_key: str, steps: Steps) -> None:
        found = self.made_before(name, request_key, steps)
        if found is not None:
            self.stop(Known(found.id, name))

    def running(self) -> dict[str, Report]:
        return {
            str(number): self._report(project)
            for number, project in self.projects.items()
            if project.labeled < project.objects and not project.stopped
        }

    def report(self, job: Known) -> Report:
        project = self.projects.get(int(job.id))
        if project is None:
            raise JobGone
        return self._report(project)

    def gather(self, job: Known, alive: Callable[[], None]) -> str:
        del job, alive
        return ""

    def answers(self, job: Known, output: str, alive: Callable[[], None]) -> Iterator[Answered]:
        del job, output, alive
        return iter(())

    def declined(self, job: Known) -> Mapping[str, int]:
        del job
        return {}

    def describe(self, name: str) -> Described:
        raise JobGone(f"There is no project {name}.")

    def stop(self, job: Known) -> None:
        self.projects[int(job.id)].stopped = True

    def log(self, job: Known, wanted: Sequence[str]) -> Log:
        raise AssertionError(f"nobody asks for the log of {job.name}, {wanted}, where none is kept")

    def preview(self, order: Order, line: Mapping[str, Any]) -> Previewed:
        raise AssertionError(f"nobody asks for a preview of {order.name}, {line}, where is none")

    def teams(self) -> list[WorkTeam]:
        return [WorkTeam(TEAM, "everybody")]

    def results(self, output: str, name: str) -> str:
        return f"{output}{name}/results.manifest"

    def label(self, name: str, objects: int) -> None:
        """People work."""
        for project in self.projects.values():
            if project.order.name == name:
                project.labeled = objects

    def _of(self, request_key: str) -> Project | None:
        mine = [one for one in self.projects.values() if one.order.request_key == request_key]
        return mine[0] if mine else None

    def _report(self, project: Project) -> Report:
        left = project.objects - project.labeled
        return Report(None, labeled=project.labeled, human=project.labeled, unlabeled=left)

    def _answer(self, step: str) -> None:
        if step in self._lose:
            self._lose.remove(step)
            raise Lost
