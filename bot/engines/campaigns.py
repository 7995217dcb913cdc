"""Campaigns: more objects than one job of an engine takes, as several jobs that look like one.

Promises to the jobs: a campaign is a job like any other. Its manifest is cut into equal parts, each
is a job of its own there; it has one id, one report (the sum) and one end; a stop stops all; its
results are one manifest, in the place where a job of its name would have put it. An order that fits
into one job goes through untouched.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import ceil
from typing import Any

import msgspec

from bot.base.aws import Aws
from bot.base.blocks import count
from bot.base.deadline import over
from bot.base.errors import LabeljobError, Refusal
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage, gathered
from bot.engines.particulars import Extras
from bot.engines.protocol import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    INITIALIZING,
    STOPPED,
    STOPPING,
    Answered,
    Described,
    Engine,
    Known,
    Log,
    LogEntry,
    Order,
    Previewed,
    Report,
    Rights,
    Steps,
    Submitted,
)
from bot.engines.task_type import TaskType, TaskTypes
from bot.manifests.merge import whole_lines
from bot.people.work_team import WorkTeam

JOBS_MAX = 20
"""Ours: two million objects; a manifest of more is over the 1 GB that the bot reads."""
_NAME_MAX = 63  # Ground Truth: LabelingJobName
_MANIFEST = "application/x-ndjson"
_OVER = (COMPLETED, FAILED, STOPPED)

log = logging.getLogger(__name__)


class Part(msgspec.Struct, frozen=True):
    """One job of a campaign: its name there, what it labels, and its id once it is made."""

    name: str
    manifest: str
    id: str = ""


class _Campaign(msgspec.Struct, frozen=True):
    """What a campaign's id holds: its jobs, and the folder of their results."""

    output: str
    parts: tuple[Part, ...]


_IDS = msgspec.json.Decoder(_Campaign)
_PARTS = msgspec.json.Decoder(tuple[Part, ...])


class _Running(Mapping[str, Report]):
    """What runs, by id. A campaign is found by its own: as long as one of its jobs runs and all are
    known, it is the sum of them.
    """

    def __init__(self, listed: Mapping[str, Report], over: Mapping[str, Report]) -> None:
        self._listed = listed
        self._over = over

    def __getitem__(self, job: str) -> Report:
        campaign = _campaign(job)
        if campaign is None:
            return self._listed[job]
        if not any(part.id in self._listed for part in campaign.parts):
            raise KeyError(job)
        each = [self._listed.get(part.id) or self._over[part.id] for part in campaign.parts]
        return summed(campaign.parts, each)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


class Campaigns:
    """An engine whose requests may be larger than one of its jobs (see
    `bot.engines.protocol.Engine`). A job has `objects_max` at most, fewer where its task type takes
    fewer.
    """

    def __init__(self, engine: Engine, storage: Storage, *, objects_max: int) -> None:
        self._engine = engine
        self._storage = storage
        self._over: dict[str, Report] = {}  # jobs that have ended: nothing of them changes again
        self.names = engine.names
        self.abilities = engine.abilities
        self.workforce = engine.workforce
        self.streams = engine.streams
        self.task_types = TaskTypes(
            msgspec.structs.replace(
                kind,
                objects_max=min(kind.objects_max, objects_max),
                jobs_max=JOBS_MAX,
            )
            for kind in engine.task_types.values()
        )

    @classmethod
    def of(cls, engine: Engine, settings: Settings, aws: Aws) -> "Campaigns":
        """Make them over an engine whose results lie in the settings' buckets."""
        storage = Storage.for_work(aws, settings.allowed)
        return cls(engine, storage, objects_max=settings.objects_per_job)

    def check_name(self, name: str) -> None:
        """As the engine does; the names of a campaign's jobs are found when they are made."""
        self._engine.check_name(name)

    def taken_names(self, beginning: str) -> set[str]:
        """As the engine."""
        return self._engine.taken_names(beginning)

    def check_team(self, workteam: str, kind: TaskType, extras: Extras) -> None:
        """As the engine."""
        self._engine.check_team(workteam, kind, extras)

    def rights(self, reads: Iterable[S3Uri], writes: S3Uri) -> Rights:
        """As the engine."""
        return self._engine.rights(reads, writes)

    def made_before(self, name: str, request_key: str, steps: Steps) -> Submitted | None:
        """The job, or a campaign whose jobs have all been made; one that is half made goes on."""
        parts = _kept(steps)
        if not parts:
            return self._engine.made_before(name, request_key, steps)
        made = [self._engine.made_before(part.name, request_key, steps) for part in parts]
        found = [each for each in made if each is not None]
        if len(found) < len(parts):
            return None
        return _submitted(steps.done("output"), parts, found)

    def submit(self, order: Order, steps: Steps) -> Submitted:
        """The job, or each job of the campaign; where one is refused, those before it are
        stopped.
        """
        parts = _kept(steps)
        if not parts and order.objects <= order.task_type.objects_max:
            return self._engine.submit(order, steps)
        if not parts:
            parts = self._cut(order, steps)
            steps.keep(parts=_text(parts), output=str(order.output))
        made: list[Submitted] = []
        for part in parts:
            one = replace(order, name=part.name, manifest=S3Uri.parse(part.manifest))
            try:
                made.append(self._engine.submit(one, steps))
            except Refusal as refusal:
                self.withdraw(order.name, order.request_key, steps)
                raise _told(refusal, len(made)) from refusal
            steps.alive()
        return _submitted(str(order.output), parts, made)

    def preview(self, order: Order, line: Mapping[str, Any]) -> Previewed:
        """As the engine: workers see the same page in every job."""
        return self._engine.preview(order, line)

    def withdraw(self, name: str, request_key: str, steps: Steps) -> None:
        """Stop the jobs of a campaign that is given up half made."""
        self._engine.withdraw(name, request_key, steps)
        for part in _kept(steps):
            try:
                found = self._engine.made_before(part.name, request_key, steps)
                if found is not None:
                    self._engine.stop(Known(found.id, part.name))
            except LabeljobError as error:
                words = "%s belongs to %s, which was given up; stop it in the console: %s"
                log.error(words, part.name, name, error.words)  # noqa: TRY400 - the words say all

    def running(self) -> Mapping[str, Report]:
        """Every job that is not over, by its id; a campaign is found by its own."""
        return _Running(self._engine.running(), self._over)

    def report(self, job: Known) -> Report:
        """How the job stands, or all of a campaign's together."""
        campaign = _campaign(job.id)
        if campaign is None:
            return self._engine.report(job)
        reports = [self._report(part) for part in campaign.parts]
        report = summed(campaign.parts, reports)
        if report.state not in _OVER:
            return report
        any_results = any(each.output_uri for each in reports)
        whole = self._engine.results(campaign.output, job.name) if any_results else ""
        return replace(report, output_uri=whole)

    def gather(self, job: Known, alive: Callable[[], None]) -> str:
        """The results of a campaign's jobs, one after the other, as one manifest."""
        campaign = _campaign(job.id)
        if campaign is None:
            return self._engine.gather(job, alive)
        storage, lost = self._storage.attended(alive), []

        def lines() -> Iterator[bytes]:
            for part in campaign.parts:
                there = self._report(part).output_uri
                try:
                    yield from whole_lines(storage.chunks(S3Uri.parse(there)) if there else ())
                except Refusal as refusal:
                    lost.append(f"{part.name}: {refusal.words}")

        with gathered(lines()) as body:
            if body.size:
                whole = S3Uri.parse(self._engine.results(campaign.output, job.name))
                storage.put_once(whole, body, _MANIFEST)
        return f"Not among the results: {' '.join(lost)}" if lost else ""

    def answers(self, job: Known, output: str, alive: Callable[[], None]) -> Iterator[Answered]:
        """Those of a campaign's jobs, one after the other, with the objects' numbers in the whole
        manifest.
        """
        campaign = _campaign(job.id)
        if campaign is None:
            yield from self._engine.answers(job, output, alive)
            return
        storage, before = self._storage.attended(alive), 0
        for part in campaign.parts:
            one = Known(part.id, part.name)
            for each in self._engine.answers(one, campaign.output, alive):
                yield replace(each, number=before + each.number)
            before += sum(1 for _ in whole_lines(storage.chunks(S3Uri.parse(part.manifest))))

    def declined(self, job: Known) -> Mapping[str, int]:
        """As the engine; of a campaign the sum."""
        campaign = _campaign(job.id)
        if campaign is None:
            return self._engine.declined(job)
        times = Counter[str]()
        for part in campaign.parts:
            times.update(self._engine.declined(Known(part.id, part.name)))
        return times

    def describe(self, name: str) -> Described:
        """As the engine: a job that was made elsewhere is one job."""
        return self._engine.describe(name)

    def stop(self, job: Known) -> None:
        """Ask for a stop of the job, or of all of a campaign's."""
        campaign = _campaign(job.id)
        if campaign is None:
            self._engine.stop(job)
            return
        for part in campaign.parts:
            self._engine.stop(Known(part.id, part.name))

    def log(self, job: Known, wanted: Sequence[str]) -> Log:
        """The log of the job, or the newest entries of all of a campaign's, each with its job's
        name.
        """
        campaign = _campaign(job.id)
        if campaign is None:
            return self._engine.log(job, wanted)
        entries: list[LogEntry] = []
        whole = True
        for part in campaign.parts:
            if entries and over():
                whole = False
                break
            log_of_part = self._engine.log(Known(part.id, part.name), wanted)
            whole = whole and log_of_part.whole
            entries += (
                replace(entry, words=f"{part.name}: {entry.words}") for entry in log_of_part.entries
            )
        newest = sorted(entries, key=lambda entry: entry.at, reverse=True)
        return Log(tuple(newest), whole=whole)

    def teams(self) -> list[WorkTeam]:
        """As the engine."""
        return self._engine.teams()

    def results(self, output: str, name: str) -> str:
        """As the engine."""
        return self._engine.results(output, name)

    def _cut(self, order: Order, steps: Steps) -> tuple[Part, ...]:
        """The parts of the order's manifest, written beside it, under names that are free."""
        many = ceil(order.objects / order.task_type.objects_max)
        names = _free(order.name, self._engine.taken_names(order.name[: _NAME_MAX - 4]), many)
        storage = self._storage.attended(steps.alive)
        assert order.manifest is not None  # it has objects
        lines = whole_lines(storage.chunks(order.manifest))
        parts = []
        for name in names:
            # the last takes the rest: what was written since the lines were counted is not lost
            most = ceil(order.objects / many) if name != names[-1] else None
            with gathered(islice(lines, most)) as body:
                place = order.folder.join(f"{body.sha256}.manifest")
                storage.put_once(place, body, _MANIFEST)
            parts.append(Part(name, str(place)))
        return tuple(parts)

    def _report(self, part: Part) -> Report:
        if part.id not in self._over:
            report = self._engine.report(Known(part.id, part.name))
            if report.state not in _OVER:
                return report
            self._over[part.id] = report
        return self._over[part.id]


def summed(parts: Iterable[Part], reports: Iterable[Report]) -> Report:
    """The report of several jobs as of one; a cause is told with the name of its job."""
    each = list(zip(parts, reports, strict=True))
    return Report(
        state=_state([report.state for _, report in each]),
        labeled=sum(report.labeled for _, report in each),
        human=sum(report.human for _, report in each),
        machine=sum(report.machine for _, report in each),
        failed=sum(report.failed for _, report in each),
        unlabeled=sum(report.unlabeled for _, report in each),
        cause=" ".join(f"{part.name}: {report.cause}" for part, report in each if report.cause),
        modified=max(report.modified for _, report in each),
        labels=sum(report.labels for _, report in each),
    )


def _state(states: list[str | None]) -> str | None:
    """The state of all: of those that are not over the one that is furthest, else the worst end."""
    for state in (IN_PROGRESS, INITIALIZING, STOPPING, FAILED, STOPPED):
        if state in states:
            break
    else:
        return states[0]
    begun = {IN_PROGRESS, *_OVER} & set(states)
    return IN_PROGRESS if state == INITIALIZING and begun else state


def _campaign(job: str) -> _Campaign | None:
    return _IDS.decode(job) if job.startswith("{") else None


def _submitted(output: str, parts: Iterable[Part], made: list[Submitted]) -> Submitted:
    """The campaign whose jobs have been made."""
    whole = tuple(
        msgspec.structs.replace(part, id=one.id) for part, one in zip(parts, made, strict=True)
    )
    report = summed(whole, [one.report for one in made])
    return Submitted(_text(_Campaign(output, whole)), report)


def _kept(steps: Steps) -> tuple[Part, ...]:
    text = steps.done("parts")
    return _PARTS.decode(text) if text else ()


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _free(name: str, taken: set[str], many: int) -> list[str]:
    """So many names that begin as the campaign's and are not taken."""
    found: list[str] = []
    number = 0
    while len(found) < many:
        number += 1
        ending = f"-{number}"
        one = name[: _NAME_MAX - len(ending)].rstrip("-") + ending
        if one.lower() not in taken:
            found.append(one)
    return found


def _told(refusal: Refusal, made: int) -> Refusal:
    """The refusal of one job of a campaign, and what became of those before it."""
    if not made:
        return refusal
    words = f"{refusal.words} Stopped again: {count(made, 'job')} of the campaign made before it."
    return Refusal(words, field=refusal.field)
