"""Watch: what AWS says of every dataset that it is importing, once a round.

Unchanged datasets write nothing. At the end the lines that were sent are compared with what arrived: those that AWS
dropped without a word and those it lists with errors are named by their numbers in the manifest as it was given. A
dataset that cannot be looked at does not stop the others; after `quarantine_after` failures in a row it is set aside
and its asker told once.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import msgspec

from bot.base.clock import Clock
from bot.base.errors import LabeljobError, Refusal
from bot.base.leases import Leases
from bot.base.log import about
from bot.base.s3_uri import read
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.datasets import card, entries
from bot.datasets.custom_labels import CustomLabels, taken_words
from bot.datasets.lifecycle import FAILED, READY, DatasetState, observe, step
from bot.datasets.records import Dataset, Records, Stale
from bot.datasets.tell import Tell

_LEASE = 300.0  # seconds; the lists of a dataset of 250,000 entries take some
_COMPARED = 300  # pictures of a dataset that are looked at to tell whose it is

log = logging.getLogger(__name__)


class Watch:
    """Polls AWS for one account and Region."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        tell: Tell,
        custom_labels: CustomLabels,
        storage: Storage,
        leases: Leases,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._records = records
        self._tell = tell
        self._custom_labels = custom_labels
        self._storage = storage
        self._leases = leases
        self._settings = settings
        self._clock = clock

    def round(self) -> None:
        """Look at every dataset that is being imported; nothing is asked while there is none."""
        for dataset in self._records.watched():
            lease = self._leases.take(f"watch dataset:{dataset.id}", _LEASE)
            if lease is None:
                continue
            with about(dataset=dataset.id):
                try:
                    self._look(dataset)
                except Stale:
                    log.info("dataset %s was changed by somebody else; the next round looks", dataset.source.called)
                except LabeljobError as error:
                    self._count_failure(dataset, error)
                finally:
                    self._leases.release(lease)

    def _look(self, dataset: Dataset) -> None:
        state, changes = observe(dataset.state, self._custom_labels.report(dataset.arn), self._clock())
        if state.state == READY and not self._ours(dataset):
            cause = taken_words(dataset.source.project, dataset.source.dataset_type)
            state, changes = step(dataset.state, FAILED, self._clock(), cause=cause)
        elif state.state == READY:
            state = self._compared(dataset, state)
        if state != dataset.state or dataset.fails:
            self._tell.record(replace(dataset, fails=0), state, changes)

    def _ours(self, dataset: Dataset) -> bool:
        """Whether this is the dataset that we asked for: told by its pictures where the asking was unclear."""
        if not dataset.state.adopted:
            return True
        found = islice(self._custom_labels.pictures(dataset.arn), _COMPARED)
        return entries.same_pictures(self._storage.chunks(read(dataset.sent_uri)), found)

    def _compared(self, dataset: Dataset, state: DatasetState) -> DatasetState:
        """The end with AWS's labels, and every line that did not make it by its number."""
        bad = {}
        if state.errors:
            bad = {entry.source_ref: entry.codes for entry in self._custom_labels.bad_entries(dataset.arn)}
        missing = max(0, state.sent - state.arrived)
        arrived = frozenset(self._custom_labels.pictures(dataset.arn)) if missing else None
        found = entries.after_import(
            state.findings,
            self._manifest(dataset) if missing or bad else (),
            attribute=dataset.source.label_attribute,
            missing=missing,
            arrived=arrived,
            bad=bad,
        )
        return msgspec.structs.replace(state, labels=self._custom_labels.labels(dataset.arn), findings=found)

    def _manifest(self, dataset: Dataset) -> Iterator[bytes]:
        """The manifest as it was given; nothing when it cannot be read any more: then numbers stand without lines."""
        try:
            yield from self._storage.chunks(dataset.source.manifest)
        except Refusal as refusal:
            log.warning("the manifest of %s cannot be read again: %s", dataset.source.called, refusal.words)

    def _count_failure(self, dataset: Dataset, error: LabeljobError) -> None:
        """What AWS refuses for this dataset counts; AWS being busy says nothing about the dataset."""
        log.warning("looking at dataset %s failed: %s", dataset.source.called, error.words)
        if not isinstance(error, Refusal):
            return
        after = replace(dataset, fails=dataset.fails + 1)
        line = None
        if after.fails >= self._settings.quarantine_after:
            after = replace(after, quarantine_reason=error.words)
            line = card.set_aside_line(after.source, error.words)
        try:
            self._tell.record(after, after.state, line=line)
        except Stale:
            log.info("dataset %s was changed by somebody else; the next round looks", dataset.source.called)
