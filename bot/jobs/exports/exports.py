"""Exports: a job's labels are written in another format by a worker, beside its results.

Promises: the press is answered at once; what was asked is written down and done, also after a kill,
under a name that holds the file's hash, so that a second try changes nothing; how far it is can be
asked meanwhile. A link is made when it is asked for, lives for minutes, is given to whoever may
still see the job, and stands in no database.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar

from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.questions import Questions
from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.base.storage import Storage, gathered
from bot.delivery.message import Message
from bot.jobs.cards import export_card
from bot.jobs.chained import CONTINUE, due
from bot.jobs.exports.records import Export, ExportRecords, wish_id
from bot.jobs.exports.report_page import page
from bot.jobs.exports.reporting import Reporting
from bot.jobs.exports.wish import LEDGER, REPORT, Asked, Wish
from bot.jobs.facts import Facts
from bot.jobs.giving import Giving
from bot.jobs.records import Job
from bot.manifests.formats import FORMATS
from bot.manifests.formats.augmented import AUGMENTED
from bot.manifests.formats.format import Findings, Format, Naming
from bot.manifests.formats.packed import one_file, zipped
from bot.manifests.ledger import Entry, State, ledger, said, table
from bot.manifests.shapes import Line
from bot.pictures.drawn import with_areas
from bot.work.leases import LeaseGuard

T = TypeVar("T")
_TOLD_EVERY = 5.0  # ours: seconds between two words on how far it is
_AT_ONCE = 500  # ours: objects that are written while somebody waits; that takes half a second


class NoExport(Refusal):
    """This job is not over yet. Its labels can be exported when it is."""


class NoInput(Refusal):
    """Labeljob does not know all objects of this job, so it cannot say which are missing."""


class NotThisFile(Refusal):
    """This is no export of this job any more. Export it again."""


class _Made(NamedTuple):
    """A file that is written, and what whoever asked is told of it."""

    uri: S3Uri
    message: Message


class _Name(NamedTuple):
    """What a file holds, the ending of its name, and its type."""

    what: str
    ending: str
    media_type: str


@dataclass(slots=True)
class _Progress:
    """Counts what passes, and has it written down from time to time. `clock` gives seconds and only
    goes on.
    """

    tell: Callable[[int], None]
    clock: Callable[[], float] = time.monotonic
    count: int = 0
    next_at: float = field(default=0.0)

    def of(self, lines: Iterable[T]) -> Iterator[T]:
        """The same lines, or entries."""
        self.next_at = self.clock() + _TOLD_EVERY
        for line in lines:
            self.count += 1
            if self.clock() >= self.next_at:
                self.next_at = self.clock() + _TOLD_EVERY
                self.tell(self.count)
            yield line


@dataclass(frozen=True, slots=True)
class _Held:
    """A manifest in S3, as the readers of formats want it."""

    storage: Storage
    uri: S3Uri

    def paths(self) -> Iterable[str]:
        """Its name."""
        return [self.uri.key.rpartition("/")[2]]

    def chunks(self, _path: str) -> Iterator[bytes]:
        """Its bytes."""
        return self.storage.chunks(self.uri)


@dataclass(frozen=True, slots=True)
class Exports:
    """Writes and gives. `in_a_form` is a storage with the patience of a press, as `questions` have
    it; a link lives for `link_life` seconds.
    """

    giving: Giving[Export]
    wanted: ExportRecords
    facts: Facts
    reporting: Reporting
    storage: Storage
    in_a_form: Storage
    open_places: OpenPlaces
    questions: Questions
    link_life: int

    def check(self, job: Job) -> None:
        """Refuse a job that has nothing to export.

        Raises:
            NoExport: it is not over.

        """
        if not job.ended:
            raise NoExport

    def give(self, job: Job, user_id: str, channel: str, wish: Wish) -> Message:
        """Have labels exported for a person, who sees the job in `channel`: few are written while
        they wait, and they are told a link; of others, and where that takes too long, that they
        come.

        Raises:
            NoExport: there is nothing (yet).

        """
        self.check(job)
        form, wish_key = FORMATS.get(wish.format), wish_id(job.id, user_id, wish)
        slow = job.state.total > _AT_ONCE or wish.format == REPORT
        paints = form is not None and form.areas  # a mask takes longer than anybody may wait
        if slow or paints or self.giving.wanted.get(wish_key) is not None:
            return self.want(job, user_id, channel, wish)
        one = Export(
            id=wish_key,
            job_id=job.id,
            user_id=user_id,
            channel=channel,
            wish=wish,
            asked_at=self.giving.db.time(),
        )
        storage = self.in_a_form.attended(self.questions.patience())
        answers, _, _ = self.questions.ask({"export": partial(self._now, one, job, storage)})
        if "export" not in answers:
            return self.want(job, user_id, channel, wish)
        made, link = answers["export"]
        self.giving.over(one, job, made.message)
        return export_card.at_once(made.message, link)

    def _now(self, one: Export, job: Job, storage: Storage) -> tuple[_Made, Message]:
        """The file and a link to it, all of it within the patience of a press."""
        made = self._made(one, job, storage)
        return made, self._linked(made.uri, storage.limited_to(self._places(one, job)))

    def want(self, job: Job, user_id: str, channel: str, wish: Wish) -> Message:
        """Have labels exported for a person, who sees the job in `channel`; what they are told
        meanwhile.

        Raises:
            NoExport: there is nothing (yet).

        """
        self.check(job)
        waiting = self.wanted.want(job.id, user_id, channel, wish)
        done = waiting.done if waiting else None
        return export_card.taken(self.facts.of(job), wish, done)

    def link(self, job: Job, asked: Asked) -> Message:
        """A link to an export of the job.

        Raises:
            NotThisFile: it is none.

        """
        try:
            uri = S3Uri.parse(asked.uri)
        except BadAddress as error:
            raise NotThisFile from error
        folder = self._folder(job)
        if uri.bucket != folder.bucket or not uri.key.startswith(folder.key):
            raise NotThisFile
        storage = self.in_a_form.limited_to(self.open_places.of(asked.channel or job.channel))
        storage.head(uri)
        return self._linked(uri, storage)

    def _linked(self, uri: S3Uri, storage: Storage) -> Message:
        address = storage.link(uri, seconds=self.link_life)
        return export_card.opened(uri.key.rpartition("/")[2], address, self.link_life // 60)

    def round(self, start: Start = at_once) -> None:
        """Write everything that is wanted; what takes long does not stop the others."""
        self.giving.round(self._write, start)

    def _write(self, one: Export, hold: LeaseGuard) -> None:
        job = self.giving.records.get(one.job_id)
        if job is None or not self.giving.may(job, one):
            self.giving.over(one)
            return
        made = self._made(one, job, self.storage.attended(hold.keep))
        self.giving.over(one, job, made.message)

    def _made(self, one: Export, job: Job, storage: Storage) -> _Made:
        """The file, written in the places of the channel."""
        makers = {LEDGER: self._ledger, REPORT: self._report}
        make = makers.get(one.wish.format, self._labels)
        return make(one, job, storage.limited_to(self._places(one, job)))

    def _places(self, one: Export, job: Job) -> Allowed:
        return self.open_places.of(one.channel or job.channel)

    def _tell(self, one: Export, job: Job, done: int) -> None:
        """Say how far it is."""
        message = export_card.on_the_way(self.facts.of(job), one.wish, done, job.state.total)
        with self.giving.db.write() as session:
            self.wanted.tell(session, one, done)
            self.giving.on_the_way(session, one, job, message)

    def _labels(self, one: Export, job: Job, storage: Storage) -> _Made:
        """The labels in the format."""
        facts, form = self.facts.of(job), FORMATS[one.wish.format]
        findings, progress = Findings(), _Progress(partial(self._tell, one, job))
        lines: Iterable[Line] = AUGMENTED.read(
            _Held(storage, self._results(job)), Naming(), findings
        )
        if form.areas:
            lines = with_areas(lines, storage)
        attribute = "" if one.wish.every else facts.label_attribute
        pieces = form.write(progress.of(lines), attribute, findings)
        whole = one_file(pieces) if form.file else zipped(pieces)
        uri, size = self._put(storage, job, whole, _named(form))
        asked = Asked(job.id, one.channel, str(uri))
        numbers = {"objects": progress.count, "bytes": size}
        return _Made(uri, export_card.ready(facts, one.wish, asked, numbers, findings))

    def _ledger(self, one: Export, job: Job, storage: Storage) -> _Made:
        """What became of every object."""
        facts, findings = self.facts.of(job), Findings()
        counts: Counter[State] = Counter()
        entries = ledger(
            storage.chunks(_given(job)),
            storage.chunks(self._results(job)),
            facts.label_attribute,
            findings,
        )
        progress = _Progress(partial(self._tell, one, job))
        rows = table(_counted(progress.of(entries), counts))
        uri, _size = self._put(storage, job, rows, _Name(LEDGER, ".csv", "text/csv"))
        asked = Asked(job.id, one.channel, str(uri))
        words = said(counts, facts.noun, facts.engine.place)
        goes_on = due(CONTINUE, facts.chains, job.state)
        told = export_card.ledger_ready(facts, asked, words, findings, goes_on=goes_on)
        return _Made(uri, told)

    def _report(self, one: Export, job: Job, storage: Storage) -> _Made:
        """The page, and its metadata beside it."""
        try:
            given = _given(job)
        except NoInput:
            given = None
        report = self.reporting.report(job, self._results(job), given, storage)
        metadata = _Name("croissant", ".json", "application/ld+json")
        beside, _size = self._put(storage, job, [report.metadata.encode()], metadata)
        named = _Name(REPORT, ".html", "text/html; charset=utf-8")
        uri, size = self._put(storage, job, [page(report)], named)
        asked = Asked(job.id, one.channel, str(uri))
        return _Made(uri, export_card.report_ready(self.facts.of(job), asked, size, str(beside)))

    def _put(
        self, storage: Storage, job: Job, pieces: Iterable[bytes], name: _Name
    ) -> tuple[S3Uri, int]:
        """Write it under a name that holds its hash; where, and how many bytes."""
        with gathered(pieces) as body:
            called = f"{job.name}-{name.what}-{body.sha256[:12]}{name.ending}"
            uri = self._folder(job).join(called)
            storage.put_once(uri, body, name.media_type)
            return uri, body.size

    def _results(self, job: Job) -> S3Uri:
        """The job's output manifest."""
        try:
            return S3Uri.parse(job.state.output_uri or self.facts.of(job).output_uri)
        except BadAddress as error:
            raise NoExport("The bot does not know where this job's results are.") from error

    def _folder(self, job: Job) -> S3Uri:
        """The folder of the job's exports, beside its manifests."""
        results = self._results(job)
        above = results.key.partition("/manifests/")[0]
        if above == results.key:
            above = results.key.rpartition("/")[0]
        return S3Uri(results.bucket, f"{above}/exports/".lstrip("/"))


def _given(job: Job) -> S3Uri:
    """The manifest of the job's input, where one manifest names all of its objects.

    Raises:
        NoInput: there is none.

    """
    if job.state.stream is not None:
        raise NoInput
    try:
        given = S3Uri.parse(job.manifest_uri or job.draft.input_uri)
    except BadAddress as error:
        raise NoInput from error
    if given.is_folder:
        raise NoInput
    return given


def _named(form: Format) -> _Name:
    if not form.file:
        return _Name(form.name, ".zip", "application/zip")
    return _Name(form.name, form.file[form.file.rindex(".") :], form.media_type)


def _counted(entries: Iterable[Entry], counts: Counter[State]) -> Iterator[Entry]:
    for entry in entries:
        counts[entry.state] += 1
        yield entry
