"""Control: stop, try again, follow and take over, by people who may.

Nothing here waits for AWS while a person does, but for one read-only question of `follow` (1.5 s): a stop is written
down, shown at once, and done by the worker's `round`.
"""

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import msgspec

from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.errors import NotAllowed, Refusal, Transient
from bot.base.log import about, redact
from bot.base.tries import Tries, attempt
from bot.delivery.outbox import Outbox
from bot.jobs import card, thread_lines
from bot.jobs.accept import Account
from bot.jobs.draft import Draft
from bot.jobs.facts import Facts, subject
from bot.jobs.ground_truth import Described, GroundTruth, JobGone
from bot.jobs.lifecycle import FAILED, INITIALIZING, LAUNCHING, STOPPED, STOPPING, Change, JobState, Kind, observe
from bot.jobs.records import Job, Records
from bot.jobs.task_types import TASK_TYPES
from bot.jobs.tell import Tell
from bot.people.access import Access, NotHere, Who
from bot.people.teams import Teams

_SETTLED = 10.0  # seconds after which a request that AWS took can be seen there
_REST = 5.0  # seconds between two looks at a job that is to be stopped

log = logging.getLogger(__name__)


class NoSuchJob(Refusal):
    """There is no such labeling job in this channel. /labeljob list shows those there are."""


class NotRunning(Refusal):
    """This job is over already; there is nothing to stop."""


class Stopping(Refusal):
    """This job is being stopped already; what is labeled is kept. Its card tells when it is over."""


class NotSetAside(Refusal):
    """This job is not set aside: it is looked after as it should be, so there is nothing to try again."""


class OverAlready(Refusal):
    """This job is over already; there is nothing to try again. `/labeljob create` asks for a new one."""


class ElsewhereOnly(NotAllowed):
    """This labeling job belongs to a channel that you are not in. Ask somebody in there to show it to you."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a wish to follow: the job, and whether it is `new` here, was known and `shown`, or stood here."""

    job: Job
    how: Literal["new", "shown", "here"]


class ReadOnly(Refusal):
    """This job was not made here and is only followed. A manager can take it over; then it can be stopped."""


class Control:
    """Stops, tries again, follows and takes over."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        tell: Tell,
        outbox: Outbox,
        facts: Facts,
        teams: Teams,
        access: Access,
        ground_truth: GroundTruth,
        tries: Tries,
        account: Account,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._records = records
        self._tell = tell
        self._outbox = outbox
        self._facts = facts
        self._teams = teams
        self._access = access
        self._ground_truth = ground_truth
        self._tries = tries
        self._account = account
        self._clock = clock
        self._new_id = new_id

    def stoppable(self, job: Job | None, who: Who) -> Job:
        """The job, if this person may stop it now.

        Raises:
            NoSuchJob, NotRunning, Stopping, ReadOnly, NotAllowed: with words that say who can, or what to do.

        """
        if job is None:
            raise NoSuchJob
        self._access.require("stop", who, asked_by=None if job.followed else job.asked_by)
        if job.followed:
            raise ReadOnly
        set_aside = job.quarantine_reason is not None
        if job.state.state == STOPPING or (job.stop_wanted and not job.ended and not set_aside):
            raise Stopping
        if job.ended:
            raise NotRunning
        return job

    def stop(self, job_id: str, who: Who) -> Job:
        """Write the stop down; the worker does it. A second press finds nothing to stop.

        A job that was set aside is taken up again for it: whoever gives it up is told what became of it.
        """
        job = self.stoppable(self._records.get(job_id), who)
        state = msgspec.structs.replace(job.state, stopped_by=who.name)
        due = self._tries.due_in(_SETTLED) if job.state.state == LAUNCHING else 0.0
        after = replace(job, stop_wanted=True, fails=0, silent=0, quarantine_reason=None, next_try_at=due)
        return self._tell.record(after, state)

    def retry(self, job_id: str, who: Who) -> Job:
        """Take up again a job that was set aside: it counts as if nothing had failed yet, and is due now.

        Whether AWS knows it or not makes no difference: a launch adopts what an earlier try made.

        Raises:
            NoSuchJob, NotAllowed, OverAlready: with words.
            NotSetAside: it is looked after; so a second press says.

        """
        job = self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        self._access.require("retry", who, asked_by=job.asked_by)
        if job.ended:
            raise OverAlready
        if job.quarantine_reason is None:
            raise NotSetAside
        after = replace(job, fails=0, silent=0, quarantine_reason=None, next_try_at=0.0)
        return self._tell.record(after, after.state, line=thread_lines.retried_line(who.name))

    def follow(self, name: str, team_id: str, channel: str, who: Who) -> Followed:
        """A job that exists at AWS gets its card here, read-only; one that is known already gets a card here too.

        Raises:
            JobGone: AWS knows no job of that name.
            ElsewhereOnly: it belongs to a channel that this person is not in.
            AwsBusy: AWS did not answer in 1.5 s.

        """
        self._access.require("follow", who)
        known = self._records.holding(self._account.id, self._account.region, name)
        if known is not None:
            return self._known(known, channel, who)
        job = self._job(self._ground_truth.describe(name, waiting=True), team_id, channel, who)
        facts = self._facts.of(job)
        message = card.root_card(facts, job.state, self._clock())
        with self._db.write() as session:
            taken = self._records.add(session, job)
            if taken:
                self._outbox.show(session, subject(job), channel, message)
            if taken and job.state.state == FAILED:
                # It failed before anybody looked: the cause alone is on the card, what to do about it is a line.
                failed = thread_lines.failed_line(facts, job.state)
                self._outbox.say(session, subject(job), channel, failed, key=f"follow:{job.id}:{channel}")
        if taken:
            return Followed(job, "new")
        return self._known(self._records.of_request(job.request_key) or job, channel, who)

    def take_over(self, job_id: str, who: Who) -> Job:
        """A followed job becomes one of ours: its card gets its buttons."""
        job = self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        self._access.require("take over", who)
        if not job.followed:
            return job
        return self._tell.record(replace(job, followed=False, asked_by=who.user_id, asked_by_name=who.name), job.state)

    def round(self) -> None:
        """Do the stops that people asked for; AWS being busy leaves them for the next round."""
        for job in self._records.to_stop():
            with about(job=job.id), self._tries.hold(f"stop:{job.id}", rest=_REST) as hold:
                if hold:
                    attempt(
                        f"stopping {job.name}",
                        hold,
                        partial(self._stop, job),
                        refused=partial(self._not_stopped, job),
                        failed=partial(_wait, job),
                    )

    def _stop(self, job: Job) -> None:
        """One stop at AWS, and what is known after it."""
        try:
            self._ground_truth.stop(job.name)
            state, changes = observe(job.state, self._ground_truth.describe(job.name).report, self._clock())
        except JobGone as gone:
            state = msgspec.structs.replace(job.state, state=STOPPED, cause=gone.words, ended_at=self._clock())
            changes = (Change(Kind.STOPPED),)
        if state != job.state:
            self._tell.record(job, state, changes)

    def _not_stopped(self, job: Job, refusal: Refusal) -> None:
        """AWS will not stop it: people are told, and may press again when the cause is mended."""
        line = thread_lines.not_stopped_line(self._facts.of(job), redact(refusal.words))
        state = msgspec.structs.replace(job.state, stopped_by="")
        self._tell.record(replace(job, stop_wanted=False), state, line=line)

    def _known(self, job: Job, channel: str, who: Who) -> Followed:
        """A job that has its card already, shown in this channel too to people who may see it."""
        if job.channel != channel:
            try:
                self._access.require("see", self._access.who(job.team_id, who.user_id, job.channel))
            except (NotAllowed, NotHere) as refused:
                raise ElsewhereOnly from refused
        with self._db.write() as session:
            # Slack may have been asked for seconds: the job is shown as it is by now, and stays so until it stands.
            now = self._records.within(session, job.id) or job
            here = channel in self._outbox.channels(session, subject(now))
            message = card.root_card(self._facts.of(now), now.state, self._clock())
            self._outbox.show(session, subject(now), channel, message)
        return Followed(now, "here" if here else "shown")

    def _job(self, found: Described, team_id: str, channel: str, who: Who) -> Job:
        """A job that was asked for elsewhere, as one that is followed here."""
        return Job(
            id=self._new_id(),
            team_id=team_id,
            account=self._account.id,
            region=self._account.region,
            name=found.name,
            channel=channel,
            asked_by=who.user_id,
            asked_by_name=who.name,
            asked_at=found.created,
            followed=True,
            draft=self._draft(found, team_id, channel, who),
            state=self._met(found),
            request_key=f"follow:{team_id}:{self._account.id}:{self._account.region}:{found.name.lower()}",
            arn=found.arn,
            manifest_uri=found.manifest_uri,
            template_uri=found.template_uri,
        )

    def _met(self, found: Described) -> JobState:
        """The state of a job that was under way before we looked: when its labels came is not known."""
        first = JobState(state=INITIALIZING, launched_at=found.created)
        state, _changes = observe(first, found.report, self._clock())
        ended = found.report.modified if state.ended else None
        return msgspec.structs.replace(state, first_label_at=None, last_label_at=None, ended_at=ended)

    def _draft(self, found: Described, team_id: str, channel: str, who: Who) -> Draft:
        """What can be told of a job that was asked for elsewhere."""
        kind = next((each for each in TASK_TYPES.values() if each.pre and each.pre == found.pre_lambda), None)
        team = self._teams.get(team_id, found.workteam_arn)
        return Draft(
            job_name=found.name,
            label_attribute=found.label_attribute,
            input_uri=found.manifest_uri,
            output_uri=found.output_folder.rstrip("/") + "/",
            category=kind.category if kind else "",
            task_type=kind.id if kind else "",
            workteam_arn=found.workteam_arn,
            workteam_name=team.name if team else found.workteam_arn.rpartition("/")[2],
            workers_per_object=found.workers_per_object,
            availability_s=found.availability_s or Draft().availability_s,
            title=found.task_title,
            description=found.task_description,
            team_id=team_id,
            channel=channel,
            asked_by=who.user_id,
        )


def _wait(job: Job, pause: Transient) -> None:
    log.warning("stopping %s failed for now: %s", job.name, pause.words)
