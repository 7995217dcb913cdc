"""Watch: what AWS says of every dataset that it is importing, once a round.

Unchanged datasets write nothing. At the end the lines that were sent are compared with what
arrived: those that AWS dropped without a word and those it lists with errors are named by their
numbers in the manifest as it was given. A dataset that cannot be looked at does not stop the
others; after `set_aside_after` failures in a row it is set aside and its asker told once.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import islice

import msgspec

from bot.base.bucket_rights import BucketRights
from bot.base.clock import Clock
from bot.base.errors import LabeljobError
from bot.base.log import about
from bot.base.s3_uri import S3Uri
from bot.datasets import card, entries
from bot.datasets.comparison import Comparison, Had
from bot.datasets.custom_labels import CustomLabels, taken_words
from bot.datasets.lifecycle import FAILED, READY, DatasetState, observe, step
from bot.datasets.records import Dataset, Records
from bot.datasets.store import DatasetStore
from bot.manifests.rekognition_codes import BUCKET_CODES, named_in
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries, attempt, counts

_COMPARED = 300  # pictures of a dataset that are looked at to tell whose it is

log = logging.getLogger(__name__)


class Watch:
    """Polls AWS for one account and Region."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: DatasetStore,
        custom_labels: CustomLabels,
        rights: BucketRights,
        comparison: Comparison,
        tries: Tries,
        clock: Clock,
    ) -> None:
        self._records = records
        self._store = store
        self._custom_labels = custom_labels
        self._rights = rights
        self._storage = rights.storage
        self._comparison = comparison
        self._tries = tries
        self._clock = clock

    def round(self) -> None:
        """Look at every dataset that is being imported; nothing is asked while there is none."""
        for dataset in self._records.watched():
            with about(dataset=dataset.id), self._tries.hold(f"watch dataset:{dataset.id}") as hold:
                if hold:
                    count = partial(self._count_failure, dataset)
                    attempt(
                        f"looking at dataset {dataset.source.called}",
                        hold,
                        partial(self._look, dataset, hold),
                        refused=count,
                        failed=count,
                    )

    def _look(self, dataset: Dataset, hold: LeaseGuard) -> None:
        state, changes = observe(
            dataset.state, self._custom_labels.report(dataset.arn), self._clock()
        )
        if state.state == READY and not self._ours(dataset, hold):
            cause = taken_words(dataset.source.project, dataset.source.dataset_type)
            state, changes = step(dataset.state, FAILED, self._clock(), cause=cause)
        elif state.state == READY:
            state = self._compared(dataset, state, hold)
        elif state.state == FAILED and BUCKET_CODES.intersection(named_in(state.cause)):
            closed = self._rights.failed(S3Uri.parse(dataset.sent_uri).bucket)
            state = msgspec.structs.replace(state, closed=(closed,))
        if state != dataset.state or dataset.fails:
            self._store.change(replace(dataset, fails=0), state, changes)

    def _ours(self, dataset: Dataset, hold: LeaseGuard) -> bool:
        """Whether this is the dataset that we asked for: told by its pictures where the asking was
        unclear.
        """
        if not dataset.state.adopted:
            return True
        found = islice(self._custom_labels.pictures(dataset.arn), _COMPARED)
        return entries.same_pictures(
            self._storage.attended(hold.keep).chunks(S3Uri.parse(dataset.sent_uri)), found
        )

    def _compared(self, dataset: Dataset, state: DatasetState, hold: LeaseGuard) -> DatasetState:
        """The end with AWS's labels, and every line that did not make it by its number."""
        bad = {}
        if state.errors:
            listed = hold.through(self._custom_labels.bad_entries(dataset.arn))
            bad = {entry.source_ref: entry.codes for entry in listed}
        missing, pictures = max(0, state.sent - state.arrived), None
        if missing:
            pictures = entries.Pictures(hold.through(self._custom_labels.pictures(dataset.arn)))
        state = msgspec.structs.replace(state, labels=self._custom_labels.labels(dataset.arn))
        given: Iterable[bytes] = ()
        if dataset.source.manifest_uri:
            given = self._storage.attended(hold.keep).chunks(dataset.source.manifest)
        had = Had(pictures, missing, bad)
        return self._comparison.compared(dataset.source, state, given, had, hold)

    def _count_failure(self, dataset: Dataset, error: LabeljobError) -> None:
        """A failure that says something about this dataset counts."""
        log.warning("looking at dataset %s failed: %s", dataset.source.called, error.words)
        if not counts(error):
            return
        after = self._tries.counted(dataset, error.words)
        line = (
            card.set_aside_line(self._store.heard(after.source), error.words)
            if after.set_aside
            else None
        )
        self._store.change(after, after.state, line=line)
