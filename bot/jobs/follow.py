"""Follow and take over: jobs that were made elsewhere, shown here and made ours by people who may.

Nothing here waits for the engine while a person does, but for one read-only question (1.5 s).
"""

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from bot.base.as_typed import home_of, plain_name
from bot.base.clock import Clock, NewId
from bot.base.errors import NotAllowed, Refusal
from bot.engines.protocol import INITIALIZING, Described, Engine
from bot.jobs.cards import thread_lines
from bot.jobs.draft import Draft
from bot.jobs.held import Account
from bot.jobs.lifecycle import JobState, observe
from bot.jobs.records import Job, NoSuchJob, Records
from bot.jobs.store import JobStore
from bot.people.access import Access, NotHere, Who
from bot.people.teams import Teams


class ElsewhereOnly(NotAllowed):
    """This labeling job belongs to a channel that you are not in. Ask somebody in there to show it
    to you.
    """


class OtherAccount(Refusal):
    """This labeling job is in another AWS account or Region than the bot works in."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a wish to follow: the job, and whether it is `new` here, was known and
    `shown`, or stood here.
    """

    job: Job
    how: Literal["new", "shown", "here"]


class Follow:
    """Follows jobs and takes them over."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: JobStore,
        teams: Teams,
        access: Access,
        engine: Engine,
        account: Account,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._records = records
        self._store = store
        self._teams = teams
        self._access = access
        self._engine = engine
        self._account = account
        self._clock = clock
        self._new_id = new_id

    def follow(self, typed: str, team_id: str, channel: str, who: Who) -> Followed:
        """A job that exists at the engine gets its card here, read-only; one that is known already
        gets a card here too. `typed` is its name, its ARN or the console's link.

        Raises:
            OtherAccount: the ARN or link is of another account or Region.
            JobGone: the engine knows no job of that name.
            ElsewhereOnly: it belongs to a channel that this person is not in.
            Transient: the engine did not answer in 1.5 s.

        """
        self._access.require("follow", who)
        name = plain_name(typed)
        self._check_home(typed)
        known = self._records.holding(self._account.id, self._account.region, name)
        if known is not None:
            return self._known(known, channel, who)
        job = self._job(self._engine.describe(name), team_id, channel, who)
        if self._store.add(job):
            return Followed(job, "new")
        return self._known(self._records.of_request(job.request_key) or job, channel, who)

    def take_over(self, job_id: str, who: Who) -> Job:
        """A followed job becomes one of ours: its card gets its buttons, its thread is told."""
        job = self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        self._access.require("take over", who)
        if not job.followed:
            return job
        return self._store.change(
            replace(job, followed=False, asked_by=who.user_id, asked_by_name=who.name),
            job.state,
            line=thread_lines.taken_over_line(who.name),
        )

    def _check_home(self, typed: str) -> None:
        """Another account or Region may have a job of the same name."""
        ours = (self._account.id, self._account.region)
        for named, own in zip(home_of(typed), ours, strict=True):
            if named and named != own:
                raise OtherAccount(
                    f"This job is in {named}. The bot works in account {ours[0]}, Region "
                    f"{ours[1]}, and follows jobs from there only."
                )

    def _known(self, job: Job, channel: str, who: Who) -> Followed:
        """A job that has its card already, shown in this channel too to people who may see it."""
        if job.channel != channel:
            try:
                self._access.require("see", self._access.who(job.team_id, who.user_id, job.channel))
            except (NotAllowed, NotHere) as refused:
                raise ElsewhereOnly from refused
        here = self._store.show_in(job, channel)
        return Followed(job, "here" if here else "shown")

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
            arn=found.id,
            manifest_uri=found.manifest_uri,
            template_uri=found.template_uri,
        )

    def _met(self, found: Described) -> JobState:
        """The state of a job that was under way before we looked: when its labels came is not
        known.
        """
        first = JobState(state=INITIALIZING, launched_at=found.created)
        state, _changes = observe(first, found.report, self._clock())
        ended = found.report.modified if state.ended else None
        return msgspec.structs.replace(
            state, first_label_at=None, last_label_at=None, ended_at=ended
        )

    def _draft(self, found: Described, team_id: str, channel: str, who: Who) -> Draft:
        """What can be told of a job that was asked for elsewhere."""
        kind = self._engine.task_types.get(found.task_type)
        team = self._teams.get(team_id, found.workteam)
        return Draft(
            job_name=found.name,
            label_attribute=found.label_attribute,
            input_uri=found.manifest_uri,
            output_uri=found.output_folder.rstrip("/") + "/",
            category=kind.category if kind else "",
            task_type=found.task_type,
            workteam_arn=found.workteam,
            workteam_name=team.name if team else found.workteam.rpartition("/")[2],
            workers_per_object=found.workers_per_object,
            availability_s=found.availability_s or Draft().availability_s,
            title=found.title,
            description=found.description,
            team_id=team_id,
            channel=channel,
            asked_by=who.user_id,
        )
