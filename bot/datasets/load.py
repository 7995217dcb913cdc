"""Load: from an accepted dataset to an import at AWS. Runs in the worker, as often as it takes.

The story of one dataset: rights and places are checked again (time has passed since the form); the manifest is
examined with Rekognition's own rules and refused here where AWS would give the whole import up; its lines are
converted and written under a key that holds their hash; then the project and the dataset are made or adopted. What a
person must mend ends it as refused, with words in its thread. What may pass is tried again, with growing pauses.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from bot.base.clock import Clock
from bot.base.errors import Refusal, Refused, Transient
from bot.base.leases import Leases
from bot.base.log import about
from bot.base.s3_uri import Allowed, read
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.datasets import card, entries, findings
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.findings import Finding
from bot.datasets.lifecycle import ASKED, CREATING, EXAMINING, IMPORTING, REFUSED, TO_LOAD, LabelCount, step
from bot.datasets.records import Dataset, Records, Stale
from bot.datasets.source import TRAIN, faults
from bot.datasets.tell import Tell
from bot.manifests.examine import Examination, examine
from bot.people.access import Access

_LEASE = 900.0  # seconds: a manifest of 1 GB is read twice and written once
_PAUSE_FIRST, _PAUSE_MAX = 5.0, 300.0

log = logging.getLogger(__name__)


class Unfit(Refusal):
    """AWS would give this import up, so nothing was sent."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(found)


class ForeignPictures(Refusal):
    """Pictures lie in places that are not open to the bot."""

    field = "manifest_uri"


class ManifestChanged(Transient):
    """The manifest changed while it was read. Nothing was sent; it is read again by itself."""


class Load:
    """Imports what was accepted."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        tell: Tell,
        custom_labels: CustomLabels,
        storage: Storage,
        access: Access,
        allowed: Allowed,
        leases: Leases,
        settings: Settings,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._records = records
        self._tell = tell
        self._custom_labels = custom_labels
        self._storage = storage
        self._access = access
        self._allowed = allowed
        self._leases = leases
        self._settings = settings
        self._clock = clock
        self._chance = chance

    def round(self) -> None:
        """Take every dataset that is due one try further; one that fails does not stop the others."""
        for waiting in self._records.to_load():
            lease = self._leases.take(f"load:{waiting.id}", _LEASE)
            if lease is None:
                continue
            with about(dataset=waiting.id):
                try:
                    dataset = self._records.get(waiting.id)
                    if dataset is not None and dataset.state.state in TO_LOAD:
                        self._one(dataset)
                except Stale:
                    log.info(
                        "dataset %s was changed by somebody else; the next round looks again", waiting.source.called
                    )
                finally:
                    self._leases.release(lease)

    def _one(self, dataset: Dataset) -> None:
        """One dataset through its import, or to the words for why not."""
        try:
            self._load(dataset)
        except Refusal as refusal:
            current = self._records.get(dataset.id) or dataset
            state, changes = step(current.state, REFUSED, self._clock(), cause=refusal.words)
            if isinstance(refusal, Unfit):
                state = msgspec.structs.replace(state, findings=refusal.findings)
            self._tell.record(current, state, changes)
        except Stale:
            raise
        except Transient as pause:
            self._again(self._records.get(dataset.id) or dataset, pause)

    def _load(self, dataset: Dataset) -> None:
        """The import itself, repeatable at every step."""
        self._check(dataset)
        if dataset.state.state in {ASKED, EXAMINING}:
            dataset = self._prepare(dataset)
        dataset = self._reserve(dataset)
        source = dataset.source
        arn, adopted = self._custom_labels.create_or_adopt(
            source.project, dataset.project_arn, source.dataset_type, read(dataset.sent_uri)
        )
        state, changes = step(dataset.state, IMPORTING, self._clock())
        state = msgspec.structs.replace(state, adopted=adopted)
        self._tell.record(replace(dataset, arn=arn, fails=0), state, changes)

    def _reserve(self, dataset: Dataset) -> Dataset:
        """The project, found free before the first try; what stands there later came while we made ours."""
        if dataset.project_arn:
            return dataset
        source = dataset.source
        project_arn = self._custom_labels.project(source.project)
        self._custom_labels.check_free(source.project, source.dataset_type)
        return self._tell.record(replace(dataset, project_arn=project_arn), dataset.state)

    def _check(self, dataset: Dataset) -> None:
        """What the form checked, checked again."""
        source = dataset.source
        who = self._access.who(source.team_id, source.asked_by, source.channel)
        self._access.require(source.action, who, asked_by=source.job_asked_by or None)
        found = faults(source, self._allowed)
        if found:
            raise Refused(found)

    def _prepare(self, dataset: Dataset) -> Dataset:
        """The manifest examined, converted and written; keys hold the hash, so a second try writes the same again."""
        if dataset.state.state == ASKED:
            state, changes = step(dataset.state, EXAMINING, self._clock())
            dataset = self._tell.record(dataset, state, changes)
        found = self._examine(dataset)
        made = entries.make(
            self._storage.chunks(dataset.source.manifest),
            attribute=dataset.source.label_attribute,
            allowed=self._allowed,
        )
        if made.lines != found.sendable:
            raise ManifestChanged
        if made.outside:
            raise ForeignPictures(
                f"{made.outside:,} pictures lie outside the places that are open to the bot, the first at "
                f"{made.first_outside[:200]}. Open are: {self._allowed.words()}."
            )
        place = entries.place(dataset.source.manifest, made.body)
        self._storage.put(place, made.body, "application/x-ndjson")
        state, changes = step(dataset.state, CREATING, self._clock())
        state = msgspec.structs.replace(
            state,
            lines=found.lines,
            sent=made.lines,
            labels=tuple(LabelCount(name, pictures) for name, pictures in found.labels.most_common()),
            findings=findings.of_examination(found),
        )
        return self._tell.record(replace(dataset, sent_uri=str(place)), state, changes)

    def _examine(self, dataset: Dataset) -> Examination:
        """What AWS would say of the manifest.

        Raises:
            Unfit: it would give the whole import up.

        """
        source = dataset.source
        kind: Literal["train", "test"] = "train" if source.dataset_type == TRAIN else "test"
        found = examine(
            self._storage.chunks(source.manifest),
            self._settings.aws_region,
            attribute=source.label_attribute,
            dataset=kind,
        )
        told = findings.of_examination(found)
        if findings.blocking(told) or not found.sendable:
            raise Unfit(told)
        return found

    def _again(self, dataset: Dataset, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        fails = dataset.fails + 1
        wait = min(_PAUSE_MAX, _PAUSE_FIRST * 2 ** min(fails, 8)) * self._chance.uniform(0.5, 1.0)
        after = replace(dataset, fails=fails, next_try_at=self._clock().timestamp() + wait)
        if fails < self._settings.quarantine_after:
            self._tell.record(after, after.state)
            log.info("loading %s failed for now (%s); again in %.0f s", dataset.source.called, pause.words, wait)
            return
        why = f"{pause.words.partition('. ')[0].rstrip('.')}."  # what follows promises another try
        after = replace(after, quarantine_reason=why)
        self._tell.record(after, after.state, line=card.set_aside_line(after.source, why))
