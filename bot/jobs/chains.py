"""Chains: a form for the job that comes after one that ended. Runs while a person waits."""

import logging
from collections.abc import Sequence

import msgspec

from bot.base.errors import Refusal, Transient
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.engines.protocol import Engine
from bot.jobs import chained
from bot.jobs.chained import NothingToChain
from bot.jobs.draft import SAMPLE, Draft, final_attribute
from bot.jobs.facts import Facts
from bot.jobs.form.rules import free_name
from bot.jobs.held import HeldByUs
from bot.jobs.records import Job, Records
from bot.manifests.labels_there import Labeled, labels_there

log = logging.getLogger(__name__)


class Chains:
    """Begins drafts after jobs. `storage` and `questions` have a form's patience."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        held: HeldByUs,
        facts: Facts,
        engine: Engine,
        storage: Storage,
        open_places: OpenPlaces,
        questions: Questions,
    ) -> None:
        self._records = records
        self._held = held
        self._facts = facts
        self._engine = engine
        self._storage = storage
        self._open = open_places
        self._questions = questions

    def begin(self, job: Job, how: str, user_id: str, sample: str = "") -> tuple[str, Draft]:
        """A new draft of this person's for the job that comes after `job`; its id and content.
        `sample` says which of its objects are taken (`bot.manifests.picked`), "" for all.

        The labels are those that the job was asked with; of one that was made elsewhere its results
        tell, as far as they are read in time.

        Raises:
            NothingToChain: the job is not over, or left nothing that this can be done with.

        """
        facts = self._facts.of(job)
        if not chained.due(how, facts.chains, job.state):
            raise NothingToChain(chained.why_not(how, facts.chains, job.state, job.name))
        manifest = job.state.output_uri or facts.output_uri
        draft = chained.after_job(
            how,
            job.draft,
            self._engine.task_types,
            job_id=job.id,
            manifest=manifest,
            labels=self._labels(job, manifest),
            taken=self._held.near(job.name),
            user_id=user_id,
        )
        if sample:
            draft = msgspec.structs.replace(draft, more={**draft.more, SAMPLE: sample})
        return self._records.start_draft(draft), draft

    def drafts(self, draft_id: str, draft: Draft, manifest: str, name: str) -> Draft:
        """A draft that was begun, filled so that the labels of a manifest (a model's predictions)
        are corrected in a job of a name like `name`, or asked for anew where no task type corrects
        them; it is kept.

        Raises:
            NothingToChain: the manifest carries no labels of a kind that people give.

        """
        begun, labeled = self._over(draft, manifest, name)
        types = self._engine.task_types
        try:
            filled = chained.after_labels(chained.ADJUST, begun, labeled[-1], types)
        except NothingToChain:
            filled = chained.asked_anew(begun, labeled[-1], types)
        self._records.keep_draft(draft_id, filled)
        return filled

    def over(
        self, how: str, draft_id: str, draft: Draft, manifest: str, labels: Sequence[str] = ()
    ) -> Draft:
        """A draft that was begun, filled so that the newest labels of a manifest which can be are
        judged or corrected, whoever made them; it is kept. `labels` are offered beside those that
        stand in the manifest, as many as the task type takes.

        Raises:
            NothingToChain: the manifest carries no such labels.

        """
        begun, labeled = self._over(draft, manifest, chained.name_over(manifest, how))
        filled = chained.after_any(how, begun, labeled, self._engine.task_types)
        most = self._engine.task_types[filled.task_type].labels_max
        every = tuple(dict.fromkeys((*filled.labels, *labels)))[:most]
        filled = msgspec.structs.replace(filled, labels=every)
        self._records.keep_draft(draft_id, filled)
        return filled

    def _over(self, draft: Draft, manifest: str, name: str) -> tuple[Draft, tuple[Labeled, ...]]:
        """The draft over a manifest, and the labels there."""
        labeled = self.labels_in(manifest, draft.channel)
        if not labeled:
            raise NothingToChain(f"{manifest} carries no labels that could be looked at.")
        free = free_name(name, self._held.near(name))
        return chained.on_manifest(draft, manifest, free), labeled

    def labels_in(self, manifest: str, channel: str) -> tuple[Labeled, ...]:
        """The label attributes of a manifest in a place that is open to the channel.

        Raises:
            Refusal: it is not there, or not open.
            Transient: it could not be read in time.

        """
        storage = self._storage.limited_to(self._open.of(channel))
        attended = storage.attended(self._questions.patience())
        return labels_there(attended.chunks(S3Uri.parse(manifest)))

    def _labels(self, job: Job, manifest: str) -> tuple[str, ...]:
        """The labels of what is looked at: a job that judged others' has those of its chain."""
        draft = job.draft
        kind = self._engine.task_types.get(draft.task_type)
        judged = kind is not None and bool(kind.audits) and not kind.fixes
        known = draft.labels
        if judged:
            known = draft.chain.labels if draft.chain else ()
        if known or kind is None:
            return known
        attribute = draft.particulars.audited if judged else final_attribute(draft, kind)
        try:
            there = self.labels_in(manifest, draft.channel)
        except (Refusal, Transient) as error:
            log.info("the labels of %s are not known: %s", job.name, error.words)
            return ()
        return next((one.labels for one in there if one.attribute == attribute), ())
