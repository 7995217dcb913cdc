"""Load: from an accepted dataset to an import at AWS. Runs in the worker, as often as it takes.

The story of one dataset: rights and places are checked again (time has passed since the form); the
manifest is examined with Rekognition's own rules and refused here where Rekognition would reject
the whole import; its lines are converted and written under a key that holds their hash; then the
project and the dataset are made or adopted. What a person must mend ends it as refused, with words
in its thread. What may pass is tried again, with growing pauses.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.aws import AwsRefused
from bot.base.clock import Clock
from bot.base.errors import Refusal, Refused, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage, gathered
from bot.brought.brought import untold
from bot.brought.storing import Storing
from bot.datasets import card, entries
from bot.datasets.examination import Unfit
from bot.datasets.form import faults
from bot.datasets.lifecycle import (
    ASKED,
    CREATING,
    EXAMINING,
    IMPORTING,
    REFUSED,
    TO_LOAD,
    step,
)
from bot.datasets.look import given_places
from bot.datasets.prepared import prepared
from bot.datasets.records import Dataset, Records
from bot.datasets.sights import Sights
from bot.datasets.source import COPY
from bot.datasets.sources import lines_of
from bot.datasets.sources.copied import copied
from bot.datasets.sources.origin import Notes, Sight
from bot.datasets.sources.pictures import TAKES
from bot.datasets.store import DatasetStore
from bot.people.access import Access
from bot.work.leases import LeaseGuard
from bot.work.tries import Stale, Tries

_JSON_LINES = "application/x-ndjson"
_BAD_OBJECT = "InvalidS3ObjectException"  # Rekognition: it cannot have the manifest

log = logging.getLogger(__name__)


def _nothing() -> None:
    """A step of a short look."""


class Load:
    """Imports what was accepted."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: DatasetStore,
        sights: Sights,
        storing: Storing,
        access: Access,
        tries: Tries,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._records = records
        self._store = store
        self._custom_labels = sights.custom_labels
        self._storage = sights.storage
        self._sights = sights
        self._storing = storing
        self._access = access
        self._open = settings.open_places
        self._tries = tries
        self._settings = settings
        self._clock = clock

    def round(self, start: Start = at_once) -> None:
        """Take every dataset that is due one try further; one that fails, or takes long, does not
        stop the others.
        """
        for waiting in self._records.to_load():
            start(f"load:{waiting.id}", partial(self._take_up, waiting))

    def _take_up(self, waiting: Dataset) -> None:
        """One try at a dataset that waits."""
        with about(dataset=waiting.id):
            self._tries.take_up(
                f"load:{waiting.id}",
                waiting,
                self._records.get,
                self._load,
                what=f"loading {waiting.source.called}",
                refused=self._refuse,
                failed=self._again,
            )

    def _load(self, dataset: Dataset, hold: LeaseGuard) -> None:
        """The import itself, repeatable at every step."""
        source = dataset.source
        # What an earlier try made must never be called refused, so it comes before everything that
        # may refuse.
        made = self._made_before(dataset)
        if made is None:
            self._check(dataset)
            if dataset.state.state in {ASKED, EXAMINING}:
                dataset = self._prepare(dataset, hold)
            dataset = self._reserve(dataset, hold)
            hold.confirm()
            made = self._custom_labels.create_or_adopt(
                source.project,
                dataset.project_arn,
                source.dataset_type,
                self._data(dataset),
            )
        arn, adopted = made
        state, changes = step(dataset.state, IMPORTING, self._clock())
        state = msgspec.structs.replace(state, adopted=adopted)
        self._store.change(replace(dataset, arn=arn, fails=0), state, changes)

    def _data(self, dataset: Dataset) -> S3Uri | str:
        """What AWS makes it of: the manifest that was written, or the dataset that is copied."""
        if dataset.source.origin != COPY:
            return S3Uri.parse(dataset.sent_uri)
        return self._custom_labels.ready_set(*copied(dataset.source))

    def _made_before(self, dataset: Dataset) -> tuple[str, bool] | None:
        """What stands at AWS after a try whose answer was lost, as `create_or_adopt` gives it."""
        if not dataset.project_arn:
            return None
        there = self._custom_labels.find(dataset.source.project, dataset.source.dataset_type)
        return (there, True) if there else None

    def _reserve(self, dataset: Dataset, hold: LeaseGuard) -> Dataset:
        """The project, found free before the first try; what stands there later came while we made
        ours.
        """
        if dataset.project_arn:
            return dataset
        source = dataset.source
        hold.confirm()
        project_arn = self._custom_labels.project(source.project)
        self._custom_labels.check_free(source.project, source.dataset_type)
        return self._store.change(replace(dataset, project_arn=project_arn), dataset.state)

    def _check(self, dataset: Dataset) -> None:
        """What the form checked, checked again."""
        source = dataset.source
        who = self._access.who(source.team_id, source.asked_by, source.channel)
        # what was taken in outlives the account of whoever asked: a manager is told (see Tell)
        if not who.gone:
            self._access.require(source.action, who, asked_by=source.job_asked_by or None)
        found = faults(source, self._open.of(source.channel))
        if found:
            raise Refused(found)

    def _prepare(self, dataset: Dataset, hold: LeaseGuard) -> Dataset:
        """The manifest examined, converted and written; keys hold the hash, so a second try writes
        the same again.
        """
        if dataset.state.state == ASKED:
            state, changes = step(dataset.state, EXAMINING, self._clock())
            dataset = self._store.change(dataset, state, changes)
        allowed = self._open.of(dataset.source.channel)
        storage = self._storage.attended(hold.keep).limited_to(allowed)
        sight = self._sights.of(dataset.source, dataset.asked_at, hold.keep)
        dataset = self._written(dataset, sight, storage, hold.keep)
        ready = prepared(dataset.source, storage, self._settings.aws_region, allowed)
        state, changes = step(dataset.state, CREATING, self._clock())
        closed = sight.closed([ready.place, *ready.found.buckets.values()])
        state = msgspec.structs.replace(ready.told(state), closed=closed)
        return self._store.change(replace(dataset, sent_uri=str(ready.place)), state, changes)

    def _written(
        self, dataset: Dataset, sight: Sight, storage: Storage, alive: Callable[[], None]
    ) -> Dataset:
        """The dataset with its manifest, written now where its source is none: under a name with
        its own hash, so that a second try writes the same again.
        """
        source, notes = dataset.source, Notes()
        if source.manifest_uri:
            return dataset
        if source.brought:
            left_out = self._storing.put(
                source.brought, S3Uri.parse(source.place), TAKES, alive=alive, told=untold
            )
            notes.said += [left_out] if left_out else []
        with gathered(lines_of(source, sight, notes)) as body:
            place = entries.written_place(source, body.sha256)
            storage.put_once(place, body, _JSON_LINES)
        source = msgspec.structs.replace(source, manifest_uri=str(place))
        state = msgspec.structs.replace(dataset.state, notes=tuple(notes.said))
        return self._store.change(replace(dataset, source=source), state)

    def _refuse(self, dataset: Dataset, refusal: Refusal) -> None:
        """The end, with words for why not."""
        current = self._current(dataset)
        left = msgspec.structs.replace(current.state, remains=bool(current.project_arn))
        state, changes = step(left, REFUSED, self._clock(), cause=refusal.words)
        if isinstance(refusal, AwsRefused) and (refusal.denied or refusal.code == _BAD_OBJECT):
            sight = self._sights.of(current.source, current.asked_at, _nothing)
            with suppress(Transient):
                closed = sight.closed(given_places(current.source))
                state = msgspec.structs.replace(state, closed=closed)
        if isinstance(refusal, Unfit):
            state = msgspec.structs.replace(state, findings=refusal.findings, sent=refusal.left)
        self._store.change(current, state, changes)

    def _again(self, dataset: Dataset, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        why = f"{pause.words.partition('. ')[0].rstrip('.')}."  # what follows promises another try
        after = self._tries.paused(self._current(dataset), why)
        line = (
            card.set_aside_line(self._store.heard(after.source), why) if after.set_aside else None
        )
        self._store.change(after, after.state, line=line)
        log.info("loading %s failed for now (%s)", dataset.source.called, pause.words)

    def _current(self, dataset: Dataset) -> Dataset:
        """The dataset as this try has left it; somebody else who got further decides what becomes
        of it.
        """
        current = self._records.get(dataset.id)
        if current is None or current.state.state not in TO_LOAD:
            raise Stale
        return current
