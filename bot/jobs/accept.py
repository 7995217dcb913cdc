"""Accept: from the first page of the form to a job that is taken in. Runs within Slack's 3 seconds.

The story: `begin` keeps a draft; each page's faults are found by pure rules and by questions to AWS
that have 1.5 s together; `accept` writes the job and its card in one commit, asks AWS nothing, and
takes a request in once, however often it comes. The worker's `launch` does the rest.
"""

from dataclasses import dataclass

import msgspec

from bot.base.clock import Clock, NewId
from bot.base.errors import Fault, Refusal, Refused
from bot.engines.protocol import Engine
from bot.jobs.checks.checker import Checker
from bot.jobs.data.brought import Brought
from bot.jobs.draft import (
    DATA_FROM,
    Draft,
    begun_with,
    of_this_type,
    says_more,
    team_key,
)
from bot.jobs.fixes import FIXES
from bot.jobs.form.data_fields import FILES, placed
from bot.jobs.form.pages import Left
from bot.jobs.form.review import Reviewed
from bot.jobs.form.rules import free_name, name_taken, of_other_labels
from bot.jobs.held import HeldByUs
from bot.jobs.lifecycle import REFUSED, JobState
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.people.access import Who
from bot.people.teams import Teams
from bot.people.work_team import WorkTeam


class DraftGone(Refusal):
    """This form is too old, or not yours. Type /labeljob create for a new one."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a form: its job, and whether it was taken in now or by an earlier
    submission.
    """

    job: Job
    new: bool


class Accept:
    """Takes jobs in."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: JobStore,
        teams: Teams,
        checker: Checker,
        held: HeldByUs,
        engine: Engine,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self.form = checker.form
        self._records = records
        self._store = store
        self._teams = teams
        self._checker = checker
        self._held = held
        self._engine = engine
        self._clock = clock
        self._new_id = new_id

    def begin(
        self, team_id: str, channel: str, user_id: str, brought: tuple[Brought, ...] = ()
    ) -> tuple[str, Draft]:
        """A new draft with what this person's last job of the channel was asked with; its id and
        content. `brought` are the files that it is about.

        It gets a new name (its own, to be mended, when it was refused). Who asked for none gets the
        results' place and the task type of the last that anybody asked for here.
        """
        draft = self._fresh(team_id, channel, user_id)
        if brought:
            more = {**draft.more, DATA_FROM: FILES}
            draft = placed(msgspec.structs.replace(draft, brought=brought, more=more))
        return self._records.start_draft(draft), draft

    def again(self, job: Job, user_id: str, *, mended: bool = False) -> tuple[str, Draft]:
        """A new draft of this person's with all that a job was asked with; its id and content.

        It gets a free name, its own where that is free. `mended`: the job was refused, and this is
        the same form once more.
        """
        near = {*self._held.near(job.name)} if not mended else set()
        name = free_name(job.name, near)
        draft = msgspec.structs.replace(
            begun_with(job.draft, name, user_id, mended=mended),
            team_id=job.team_id,
            channel=job.channel,
        )
        return self._records.start_draft(draft), draft

    def left(self, fresh: Draft) -> Left | None:
        """The newest form that the person of a fresh draft filled in this channel and did not
        submit; None if there is none that says more.
        """
        kept = self._records.left_drafts(fresh.team_id, fresh.channel, fresh.asked_by)
        for each in kept:
            if says_more(each.draft, fresh):
                return Left(each.id, each.draft.job_name, each.changed)
        return None

    def draft(self, draft_id: str, user_id: str) -> Draft:
        """The draft of that id.

        Raises:
            DraftGone: there is none, or it is somebody else's.

        """
        draft = self._records.draft(draft_id, user_id)
        if draft is None:
            raise DraftGone
        return draft

    def keep(self, draft_id: str, draft: Draft) -> None:
        """Nothing typed is lost."""
        self._records.keep_draft(draft_id, msgspec.structs.replace(draft, filled=True))

    def check_page(self, page: int, draft: Draft) -> tuple[Draft, tuple[Fault, ...]]:
        """The draft with what the checks of a page (1 or 2) saw, and what blocks; AWS has 1.5 s for
        its part.
        """
        if page == 1:
            checked = self._checker.at_form(1, draft)
            draft = msgspec.structs.replace(
                of_this_type(draft),
                objects=checked.objects,
                skipped=checked.skipped,
                unread=checked.unread,
                notes=checked.notes,
                texts=checked.texts,
                found_first=checked.findings,
                found=(),
            )
            return draft, checked.faults
        draft = self._with_team(draft)
        checked = self._checker.at_form(2, draft)
        earlier = [said for said in draft.unread if said not in self._checker.words_of_page(2)]
        unread = (*earlier, *checked.unread)
        draft = msgspec.structs.replace(
            draft,
            unread=unread,
            found=(*checked.findings, *draft.found_first),
            names={**draft.names, **checked.names},
        )
        if of_other_labels(draft):  # that was told now, and is told once
            draft = msgspec.structs.replace(draft, taken_labels=())
        return draft, checked.faults

    def accept(self, draft_id: str, who: Who) -> Receipt:
        """Take the job in, once per draft.

        Raises:
            Refused: the draft has faults (they may have come since its pages were checked).
            DraftGone: see `draft`.

        """
        request = f"draft:{draft_id}"
        known = self._records.of_request(request)
        if known is not None:
            return Receipt(known, new=False)
        draft = self._with_team(self.draft(draft_id, who.user_id))
        found = self._checker.at_submit(draft)
        if found:
            raise Refused(found)
        job = Job(
            id=self._new_id(),
            team_id=draft.team_id,
            account=self._held.account.id,
            region=self._held.account.region,
            name=draft.job_name,
            channel=draft.channel,
            asked_by=who.user_id,
            asked_by_name=who.name,
            asked_at=self._clock(),
            followed=False,
            draft=draft,
            state=JobState(),
            request_key=request,
        )
        taken = self._store.add(job)
        if not taken:
            return self._raced(request, draft)
        return Receipt(job, new=True)

    def taken(self, draft_id: str) -> Job | None:
        """The job that was made of a draft."""
        return self._records.of_request(f"draft:{draft_id}")

    def reviewed(self, draft: Draft) -> Reviewed:
        """What the bot itself read of a draft whose pages have no fault."""
        team = self._teams.get(draft.team_id, draft.workteam_arn)
        return Reviewed(
            objects=draft.objects,
            skipped=draft.skipped,
            output_manifest=self._engine.results(draft.output_uri, draft.job_name),
            team_members=team.members if team else None,
            unread=draft.unread,
            findings=draft.found,
            fixes={name: fix.label for name, fix in FIXES.items()},
        )

    def teams(self, draft: Draft, typed: str = "") -> list[WorkTeam]:
        """The labeling teams to choose from: those open to the draft's channel."""
        return self._teams.offered(draft.team_id, draft.channel, typed)

    def _fresh(self, team_id: str, channel: str, user_id: str) -> Draft:
        """What a form of this person's begins with."""
        last = self._records.last_asked(team_id, channel, user_id)
        if last is not None:
            mended = last.state.state == REFUSED
            return begun_with(last.draft, self._free_name(last), user_id, mended=mended)
        draft = Draft(team_id=team_id, channel=channel, asked_by=user_id)
        others = self._records.last_asked(team_id, channel)
        if others is None:
            return draft
        places = {"output_uri": others.draft.output_uri}
        kind = {"category": others.draft.category, "task_type": others.draft.task_type}
        return msgspec.structs.replace(draft, **places, **kind)

    def _free_name(self, job: Job) -> str:
        """A name like the job's that no job of its channel holds; its own when it gave it back."""
        jobs = self._records.in_channel(job.team_id, job.channel)
        return free_name(job.name, [each.name for each in jobs if each.state.state != REFUSED])

    def _raced(self, request: str, draft: Draft) -> Receipt:
        """Another submission was faster: this form's own, or another job of the same name."""
        known = self._records.of_request(request)
        if known is None:
            raise Refused([name_taken(draft.job_name, self._held.near(draft.job_name))])
        return Receipt(known, new=False)

    def _with_team(self, draft: Draft) -> Draft:
        team = self._team(draft)
        return msgspec.structs.replace(
            draft,
            workteam_arn=team.arn if team else "",
            workteam_name=team.name if team else draft.workteam_name,
        )

    def _team(self, draft: Draft) -> WorkTeam | None:
        teams = self._teams.offered(draft.team_id, draft.channel, limit=1000)
        if self._engine.abilities.one_team:
            return next(iter(teams), None)
        for team in teams:
            if draft.workteam_key and team_key(team.arn) == draft.workteam_key:
                return team
        return None
