"""Launch: from an accepted job to a labeling job at AWS. Runs in the worker, as often as it takes.

The story of one job: everything is checked again (time has passed since the form); the input manifest, the worker
page and the label file are written under keys that hold their hash; then create-or-adopt with the name as typed. What
a person must mend ends the job as refused, with words in its thread. What may pass is tried again, with growing
pauses; after `quarantine_after` tries the job is set aside and its asker told once.
"""

import logging
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.aws import AwsRefused
from bot.base.clock import Clock
from bot.base.errors import Fault, LabeljobError, Refusal, Refused, Transient
from bot.base.leases import Hold
from bot.base.log import about, redact
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri, read
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.base.tries import Stale, Tries
from bot.instructions.page import category_file, worker_page
from bot.jobs import thread_lines
from bot.jobs.draft import Draft
from bot.jobs.draft_rules import faults
from bot.jobs.facts import Facts, instructions_of
from bot.jobs.ground_truth import REQUEST_TAG, GroundTruth
from bot.jobs.inputs import Inputs
from bot.jobs.lifecycle import ASKED, LAUNCHING, REFUSED, STOPPED, Change, Kind, Report, observe
from bot.jobs.order import Places, request
from bot.jobs.records import Job, Records
from bot.jobs.results_folder import folder_faults, names_within
from bot.jobs.tell import Tell
from bot.people.access import Access
from bot.people.teams import Teams

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
        open_places: OpenPlaces,
        tries: Tries,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._records = records
        self._tell = tell
        self._facts = facts
        self._teams = teams
        self._access = access
        self._ground_truth = ground_truth
        self._storage = storage
        self._open = open_places
        self._tries = tries
        self._settings = settings
        self._clock = clock

    def round(self, start: Start = at_once) -> None:
        """Launch every job that is due; one that cannot be launched, or takes long, does not stop the others."""
        for waiting in self._records.to_launch():
            start(f"launch:{waiting.id}", partial(self._take_up, waiting))

    def _take_up(self, waiting: Job) -> None:
        """One try at a job that waits."""
        with about(job=waiting.id):
            self._tries.take_up(
                f"launch:{waiting.id}",
                waiting,
                self._records.get,
                self._launch,
                what=f"launching {waiting.name}",
                refused=self._refuse,
                failed=self._again,
            )

    def _launch(self, job: Job, hold: Hold) -> None:
        """The launch itself, repeatable at every step."""
        if job.state.state == LAUNCHING:
            # What an earlier try made must never be called refused, so it comes before everything that may refuse.
            made = self._ground_truth.made_before(job.name, job.request_key)
            if made is not None:
                self._taken(job, made.arn, made.report)
                return
        if job.stop_wanted:
            state = msgspec.structs.replace(job.state, state=STOPPED, ended_at=self._clock())
            self._tell.record(job, state, (Change(Kind.STOPPED),))
            return
        draft = self._checked(job)
        manifest, template, labels = self._files(draft, hold)
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
        hold.prove()
        try:
            arn = self._ground_truth.create_or_adopt(asked)
        except AwsRefused as refusal:
            if draft.workteam_arn not in {team.arn for team in self._ground_truth.work_teams()}:
                raise TeamGone from refusal  # deleted since the cache was filled: AWS only names the ARN
            raise
        self._taken(job, arn, self._first_report(job.name))

    def _first_report(self, name: str) -> Report:
        """How the new job is; where AWS does not say, the watcher finds out."""
        try:
            return self._ground_truth.describe(name).report
        except LabeljobError as error:
            log.info("%s was taken by AWS, which says no more for now: %s", name, error.words)
            return Report("Initializing")

    def _taken(self, job: Job, arn: str, report: Report) -> None:
        """AWS has the job."""
        state, changes = observe(job.state, report, self._clock())
        try:
            self._tell.record(replace(job, arn=arn, fails=0), state, changes)
        except Stale:
            self._disown(job)
            raise

    def _disown(self, job: Job) -> None:
        """Stop what AWS took from a try that was frozen for so long that the job was taken back meanwhile."""
        current = self._records.get(job.id)
        if current is None or not current.ended or current.arn:
            return
        try:
            self._ground_truth.stop(job.name)
            log.warning("AWS took %s after it had been taken back; it is stopped there", job.name)
        except LabeljobError as error:
            log.error("AWS took %s after it had been taken back; stop it in the console: %s", job.name, error.words)  # noqa: TRY400 - the words say all

    def _checked(self, job: Job) -> Draft:
        """The draft, with everything that the form could check (or had no time for) checked again."""
        draft = job.draft
        who = self._access.who(job.team_id, job.asked_by, job.channel)
        if not who.gone:  # what was taken in outlives the account of whoever asked: a manager is told (see Tell)
            self._access.require("create", who)
        found = faults(draft, buckets=self._open.of(draft.channel).places)
        # Asked again: a job that was taken in meanwhile has a folder too.
        found = found or folder_faults(draft, self._records.named(job.account, names_within(draft.output_uri)))
        if found:
            raise Refused(found)
        if self._teams.get(job.team_id, draft.workteam_arn) is None:
            raise TeamGone
        return draft

    def _files(self, draft: Draft, hold: Hold) -> tuple[S3Uri, S3Uri, S3Uri]:
        """Manifest, worker page and label file in S3. Keys hold the hash, so a second try writes the same again."""
        allowed = self._open.of(draft.channel)
        places, storage = Places.of(draft), self._storage.attended(hold.keep)
        manifest = read(draft.input_uri)
        with Inputs(storage, allowed).made(draft) as body:
            if body is not None:
                manifest = places.manifest(body.sha256)
                storage.put_once(manifest, body, "application/x-ndjson")
        page = worker_page(draft.task_type, instructions_of(draft), allowed=allowed.text).encode()
        template = places.template(page)
        self._storage.put(template, page, "text/html; charset=utf-8")
        labels_file = category_file(draft.labels)
        labels = places.labels(labels_file)
        self._storage.put(labels, labels_file, "application/json")
        return manifest, template, labels

    def _refuse(self, job: Job, refusal: Refusal) -> None:
        """The end, with words for why not."""
        current = self._current(job)
        state = msgspec.structs.replace(
            current.state, state=REFUSED, cause=redact(refusal.words), ended_at=self._clock()
        )
        self._tell.record(current, state, line=thread_lines.refused_line(self._facts.heard(current), _faults(refusal)))

    def _again(self, job: Job, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        after = self._tries.paused(self._current(job), pause.words)
        line = None
        if after.quarantine_reason:
            line = thread_lines.set_aside_line(self._facts.heard(after), after.state, pause.words)
        self._tell.record(after, after.state, line=line)
        log.info("launching %s failed for now (%s)", job.name, pause.words)

    def _current(self, job: Job) -> Job:
        """The job as this try has left it; somebody else who got further decides what becomes of it."""
        current = self._records.get(job.id)
        if current is None or current.state.state not in {ASKED, LAUNCHING}:
            raise Stale
        return current


def _faults(refusal: Refusal) -> list[Fault]:
    """A refusal as faults of fields."""
    found = refusal.faults if isinstance(refusal, Refused) else [Fault(refusal.field or "", refusal.words)]
    return [Fault(fault.field, redact(fault.text)) for fault in found]  # a manifest's line may hold a signed address
