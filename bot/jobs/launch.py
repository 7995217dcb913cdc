"""Launch: from an accepted job to a labeling job at AWS. Runs in the worker, as often as it takes.

The story of one job: everything is checked again (time has passed since the form); the input manifest, the worker
page and the label file are written under keys that hold their hash; then create-or-adopt with the name as typed. What
a person must mend ends the job as refused, with words in its thread. What may pass is tried again, with growing
pauses; after `quarantine_after` tries the job is set aside and its asker told once.
"""

import logging
import random
from dataclasses import replace

import msgspec

from bot.base.aws import AwsRefused
from bot.base.clock import Clock
from bot.base.errors import Fault, Refusal, Refused, Transient
from bot.base.leases import Leases
from bot.base.log import about, redact
from bot.base.s3_uri import Allowed, S3Uri, read
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.instructions.page import category_file, worker_page
from bot.jobs import card
from bot.jobs.draft import Draft, faults
from bot.jobs.facts import Facts, instructions_of
from bot.jobs.ground_truth import REQUEST_TAG, GroundTruth
from bot.jobs.inputs import Inputs
from bot.jobs.lifecycle import ASKED, LAUNCHING, REFUSED, STOPPED, Change, Kind, observe
from bot.jobs.order import Places, request
from bot.jobs.records import Job, Records, Stale
from bot.jobs.tell import Tell
from bot.people.access import Access
from bot.people.teams import Teams

_LEASES = 4  # a sending lease is 30 s; 120 s are longer than the three tries of the longest call
_PAUSE_FIRST, _PAUSE_MAX = 5.0, 300.0

log = logging.getLogger(__name__)


class TeamGone(Refusal):
    """The labeling team does not exist any more. Ask again with another team."""

    field = "workteam_arn"


class Launch:
    """Launches what was accepted."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        tell: Tell,
        facts: Facts,
        teams: Teams,
        access: Access,
        ground_truth: GroundTruth,
        storage: Storage,
        allowed: Allowed,
        leases: Leases,
        settings: Settings,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._records = records
        self._tell = tell
        self._facts = facts
        self._teams = teams
        self._access = access
        self._ground_truth = ground_truth
        self._storage = storage
        self._inputs = Inputs(storage, allowed)
        self._allowed = allowed
        self._leases = leases
        self._settings = settings
        self._clock = clock
        self._chance = chance

    def round(self) -> None:
        """Launch every job that is due; one that cannot be launched does not stop the others."""
        for waiting in self._records.to_launch():
            lease = self._leases.take(f"launch:{waiting.id}", _LEASES * self._settings.lease)
            if lease is None:
                continue
            with about(job=waiting.id):
                try:
                    job = self._records.get(waiting.id)
                    if job is not None and job.state.state in {ASKED, LAUNCHING}:
                        self._one(job)
                except Stale:
                    log.info("job %s was changed by somebody else; the next round looks again", waiting.name)
                finally:
                    self._leases.release(lease)

    def _one(self, job: Job) -> None:
        """One job through its launch, or to the words for why not."""
        try:
            self._launch(job)
        except Refusal as refusal:
            current = self._records.get(job.id) or job
            state = msgspec.structs.replace(
                current.state, state=REFUSED, cause=redact(refusal.words), ended_at=self._clock()
            )
            self._tell.record(current, state, line=card.refused_line(self._facts.of(current), _faults(refusal)))
        except Stale:
            raise
        except Transient as pause:
            self._again(self._records.get(job.id) or job, pause)

    def _launch(self, job: Job) -> None:
        """The launch itself, repeatable at every step."""
        if job.stop_wanted and job.state.state == ASKED:
            state = msgspec.structs.replace(job.state, state=STOPPED, ended_at=self._clock())
            self._tell.record(job, state, (Change(Kind.STOPPED),))
            return
        draft = self._checked(job)
        manifest, template, labels = self._files(draft)
        asked = request(
            draft,
            region=job.region,
            role_arn=self._settings.execution_role_arn,
            manifest=manifest,
            template=template,
            labels=labels,
            tags={REQUEST_TAG: job.request_key},
        )
        if job.state.state == ASKED:
            job = replace(job, draft=draft, manifest_uri=str(manifest), template_uri=str(template))
            job = self._tell.record(job, msgspec.structs.replace(job.state, state=LAUNCHING))
        try:
            arn = self._ground_truth.create_or_adopt(asked)
        except AwsRefused as refusal:
            if draft.workteam_arn not in {team.arn for team in self._ground_truth.work_teams()}:
                raise TeamGone from refusal  # deleted since the cache was filled: AWS only names the ARN
            raise
        report = self._ground_truth.describe(job.name).report
        state, changes = observe(job.state, report, self._clock())
        self._tell.record(replace(job, arn=arn, fails=0), state, changes)

    def _checked(self, job: Job) -> Draft:
        """The draft, with everything that the form could check (or had no time for) checked again."""
        draft = job.draft
        self._access.require("create", self._access.who(job.team_id, job.asked_by, job.channel))
        found = faults(draft, buckets=self._allowed.places)
        if found:
            raise Refused(found)
        if self._teams.get(job.team_id, draft.workteam_arn) is None:
            raise TeamGone
        return draft

    def _files(self, draft: Draft) -> tuple[S3Uri, S3Uri, S3Uri]:
        """Manifest, worker page and label file in S3. Keys hold the hash, so a second try writes the same again."""
        places = Places.of(draft)
        seen = self._inputs.read(draft)
        manifest = read(draft.input_uri)
        if seen.made is not None:
            manifest = places.manifest(seen.made)
            self._storage.put(manifest, seen.made, "application/x-ndjson")
        page = worker_page(draft.task_type, instructions_of(draft), allowed=self._allowed.text).encode()
        template = places.template(page)
        self._storage.put(template, page, "text/html; charset=utf-8")
        labels_file = category_file(draft.labels)
        labels = places.labels(labels_file)
        self._storage.put(labels, labels_file, "application/json")
        return manifest, template, labels

    def _again(self, job: Job, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        fails = job.fails + 1
        wait = min(_PAUSE_MAX, _PAUSE_FIRST * 2 ** min(fails, 8)) * self._chance.uniform(0.5, 1.0)
        after = replace(job, fails=fails, next_try_at=self._clock().timestamp() + wait)
        if fails < self._settings.quarantine_after:
            self._tell.record(after, after.state)
            log.info("launching %s failed for now (%s); again in %.0f s", job.name, pause.words, wait)
            return
        after = replace(after, quarantine_reason=pause.words)
        self._tell.record(after, after.state, line=card.set_aside_line(self._facts.of(after), after.state, pause.words))


def _faults(refusal: Refusal) -> list[Fault]:
    """A refusal as faults of fields."""
    found = refusal.faults if isinstance(refusal, Refused) else [Fault(refusal.field or "", refusal.words)]
    return [Fault(fault.field, redact(fault.text)) for fault in found]  # a manifest's line may hold a signed address
