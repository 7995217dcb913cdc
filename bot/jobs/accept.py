"""Accept: from a filled form to a job that is taken in. Runs within Slack's 3 seconds.

The story: what nobody wrote is made up; faults are found by pure rules and by questions to AWS that
have 1.5 s together; `accept` writes the job and its card in one commit, asks AWS nothing, and
takes a request in once, however often it comes. The worker's `launch` does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bot.base.blocks import Block
from bot.base.clock import Clock, NewId
from bot.base.errors import Fault, Refusal, Refused
from bot.engines.protocol import Engine
from bot.jobs.checks.checker import Checker
from bot.jobs.draft import Draft, of_this_type, team_key
from bot.jobs.fixes import FIXES
from bot.jobs.form.data_fields import placed
from bot.jobs.form.made_up import made_up, until_due
from bot.jobs.form.pages import REVIEW_STEP, Beside, Start
from bot.jobs.form.review import Reviewed
from bot.jobs.form.rules import free_name, name_taken, of_other_labels
from bot.jobs.held import HeldByUs
from bot.jobs.lifecycle import JobState
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.jobs.stream.state import begun
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

    def kept_elsewhere(self, draft_id: str, draft: Draft) -> None:
        """What was typed is a preset now: the form is not offered as one that was left, unless
        somebody goes on with it.
        """
        self._records.keep_draft(draft_id, msgspec.structs.replace(draft, filled=False))

    def page(self, draft: Draft, draft_id: str, faults: Sequence[Fault] = ()) -> Block:
        """The page that everybody fills, over this draft."""
        known = bool(self.teams(draft))
        starts = tuple(Start(*each) for each in self._records.starts(draft))
        return self.form.page(draft, draft_id, Beside(known, starts), faults=faults)

    def more_page(self, draft: Draft, draft_id: str, step: int) -> Block:
        """What stands behind [More…], with what is made up as it is now; that is kept, so that what
        comes back as it stood there is known not to be written.
        """
        draft = self._made_up(draft)
        self.keep(draft_id, draft)
        return self.form.more_page(draft, draft_id, step)

    def mended_at(self, draft: Draft, draft_id: str, faults: Sequence[Fault]) -> Block:
        """The page on which these faults can be mended, with their words on top."""
        if len(self.form.beside(faults, draft)) == len(faults):
            return self.form.more_page(draft, draft_id, REVIEW_STEP, faults=faults)
        return self.page(draft, draft_id, faults)

    def check(self, draft: Draft) -> tuple[Draft, tuple[Fault, ...]]:
        """The draft with what was made up and what the checks saw, and what blocks; AWS has 1.5 s
        for its part.
        """
        draft = self._with_team(self._made_up(of_this_type(draft)))
        checked = self._checker.at_form(draft)
        draft = msgspec.structs.replace(
            draft,
            job_name=checked.name or draft.job_name,
            objects=checked.objects,
            skipped=checked.skipped,
            unread=checked.unread,
            notes=checked.notes,
            texts=checked.texts,
            found=checked.findings,
            names={**draft.names, **checked.names},
        )
        if of_other_labels(draft):  # that was told now, and is told once
            draft = msgspec.structs.replace(draft, taken_labels=())
        return draft, checked.faults

    def check_more(self, draft: Draft) -> tuple[Draft, tuple[Fault, ...]]:
        """The draft with what was made up, and what blocks of what stands behind [More…]."""
        draft = self._made_up(draft)
        checked = self._checker.of_more(draft)
        named = msgspec.structs.replace(draft, job_name=checked.name or draft.job_name)
        return named, checked.faults

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
        draft = self._renamed(self._with_team(self.draft(draft_id, who.user_id)))
        draft = until_due(self.form.asked(draft), self._clock())
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
            state=JobState(stream=begun(draft.extras)),
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

    def _made_up(self, draft: Draft) -> Draft:
        timed = until_due(self.form.asked(draft), self._clock())
        return placed(made_up(self.form.asked(timed)))

    def _renamed(self, draft: Draft) -> Draft:
        """The draft under a free name, where a job of ours took the one that was made up since."""
        name = draft.job_name
        if "job_name" not in draft.made_up or self._held.holder(name) is None:
            return draft
        free = free_name(name, {*self._held.near(name), name})
        return msgspec.structs.replace(draft, job_name=free)

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
            workteam_words=team.words if team else draft.workteam_words,
        )

    def _team(self, draft: Draft) -> WorkTeam | None:
        teams = self._teams.offered(draft.team_id, draft.channel, limit=1000)
        if self._engine.abilities.one_team:
            return next(iter(teams), None)
        for team in teams:
            if draft.workteam_key and team_key(team.arn) == draft.workteam_key:
                return team
        return None
