"""Accept: from the first page of the form to a job that is taken in. Runs within Slack's 3 seconds.

The story: `begin` keeps a draft; each page's faults are found by pure rules and by questions to AWS that have 1.5 s
together; `accept` writes the job and its card in one commit, asks AWS nothing, and takes a request in once, however
often it comes. The worker's `launch` does the rest.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.errors import Fault, Refusal, Refused, Transient
from bot.base.failpoints import reach
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import read
from bot.base.storage import Storage
from bot.delivery.outbox import Outbox
from bot.jobs.card import root_card
from bot.jobs.draft import Draft, of_this_type, team_key
from bot.jobs.draft_rules import faults, faults_step1, faults_step2, free_name, name_taken
from bot.jobs.facts import Facts, subject
from bot.jobs.ground_truth import GroundTruth, NameTaken
from bot.jobs.inputs import Input, Inputs
from bot.jobs.lifecycle import REFUSED, JobState
from bot.jobs.questions import Questions
from bot.jobs.records import Job, Records
from bot.jobs.results_folder import folder_faults, names_within
from bot.people.access import Who
from bot.people.teams import Teams, WorkTeam

_WORDS_OF_EXAMPLES = {"good_examples": "the good examples", "bad_examples": "the bad examples"}
_WORDS = {"job_name": "whether the name is free", "input_uri": "the data", "output_uri": "the place for results"}


class DraftGone(Refusal):
    """This form is too old, or not yours. Type /labeljob create for a new one."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where jobs are made."""

    id: str
    region: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a form: its job, and whether it was taken in now or by an earlier submission."""

    job: Job
    new: bool


class Accept:
    """Takes jobs in."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        teams: Teams,
        facts: Facts,
        ground_truth: GroundTruth,
        storage: Storage,
        open_places: OpenPlaces,
        questions: Questions,
        account: Account,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._teams = teams
        self._facts = facts
        self._ground_truth = ground_truth
        self._storage = storage
        self._open = open_places
        self._questions = questions
        self._account = account
        self._clock = clock
        self._new_id = new_id

    def begin(self, team_id: str, channel: str, user_id: str) -> tuple[str, Draft]:
        """A new draft with what the channel's last job was asked with; its id and content.

        A person who asked for it gets all of it, under a new name (under its own, to be mended, when it was refused);
        others get its places and its task type.
        """
        draft = Draft(team_id=team_id, channel=channel, asked_by=user_id)
        last = self._records.last_asked(team_id, channel)
        if last is not None and last.asked_by == user_id:
            held = [job.name for job in self._records.in_channel(team_id, channel) if job.state.state != REFUSED]
            name = free_name(last.name, held)
            mended = last.state.state == REFUSED  # then every word of it was meant for this very form
            draft = msgspec.structs.replace(
                last.draft,
                job_name=name,
                objects=None,
                skipped=0,
                unread=(),
                taken_from=last.name,
                taken_type="" if mended else last.draft.task_type,
            )
        elif last is not None:
            places = {"output_uri": last.draft.output_uri}
            kind = {"category": last.draft.category, "task_type": last.draft.task_type}
            draft = msgspec.structs.replace(draft, **places, **kind)
        return self._records.start_draft(draft), draft

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
        self._records.keep_draft(draft_id, draft)

    def check_first_page(self, draft: Draft) -> tuple[Draft, list[Fault]]:
        """The draft with what was read of its input, and the page's faults; AWS has 1.5 s for its part."""
        allowed = self._open.of(draft.channel)
        found = faults_step1(draft, buckets=allowed.places)
        found += self._folder_faults(draft, found)
        wrong = {fault.field for fault in found}
        inputs = Inputs(self._storage.attended(self._questions.patience()), allowed)
        questions = {
            "job_name": lambda: self._name_is_free(draft.job_name),
            "input_uri": lambda: inputs.read(draft),
            "output_uri": lambda: self._storage.reach(read(draft.output_uri)),
        }
        blocked = wrong | ({"input_uri"} if wrong & {"task_type", "category"} else set())
        asked = {name: question for name, question in questions.items() if name not in blocked}
        answers, faults_of_aws, silent = self._questions.ask(asked)
        seen = answers.get("input_uri")
        draft = msgspec.structs.replace(
            of_this_type(draft),
            objects=seen.objects if isinstance(seen, Input) else None,
            skipped=seen.skipped if isinstance(seen, Input) else 0,
            unread=tuple(_WORDS[name] for name in silent),
        )
        return draft, [*found, *faults_of_aws]

    def check_second_page(self, draft: Draft) -> tuple[Draft, list[Fault]]:
        """The draft with its team found, and the page's faults; AWS has 1.5 s to say whether the examples are there."""
        draft = self._with_team(draft)
        found = faults_step2(draft, buckets=self._open.of(draft.channel).places)
        wrong = {fault.field for fault in found}
        fields = {"good_examples": True, "bad_examples": False}
        asked = {
            field: partial(self._examples_stand, draft, good)
            for field, good in fields.items()
            if field not in wrong and any(one.good is good for one in draft.examples)
        }
        _answers, faults_of_aws, silent = self._questions.ask(asked)
        unread = [said for said in draft.unread if said not in _WORDS_OF_EXAMPLES.values()]
        unread += [_WORDS_OF_EXAMPLES[name] for name in silent]
        return msgspec.structs.replace(draft, unread=tuple(unread)), [*found, *faults_of_aws]

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
        found = [*faults(draft, buckets=self._open.of(draft.channel).places), *self._name_held(draft)]
        found += self._folder_faults(draft, found)
        if found:
            raise Refused(found)
        job = Job(
            id=self._new_id(),
            team_id=draft.team_id,
            account=self._account.id,
            region=self._account.region,
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
        card = root_card(self._facts.of(job), job.state, self._clock())
        with self._db.write() as session:
            taken = self._records.add(session, job)
            if taken:
                self._outbox.show(session, subject(job), job.channel, card)
            reach("before-job-commit")
        reach("after-job-commit")
        if not taken:
            return self._raced(request, draft)
        return Receipt(job, new=True)

    def teams(self, team_id: str, typed: str) -> list[WorkTeam]:
        """The labeling teams to choose from."""
        return self._teams.search(team_id, typed)

    def _raced(self, request: str, draft: Draft) -> Receipt:
        """Another submission was faster: this form's own, or another job of the same name."""
        known = self._records.of_request(request)
        if known is None:
            raise Refused([name_taken(draft.job_name, self._names_like(draft.job_name))])
        return Receipt(known, new=False)

    def _with_team(self, draft: Draft) -> Draft:
        team = self._team(draft)
        return msgspec.structs.replace(
            draft, workteam_arn=team.arn if team else "", workteam_name=team.name if team else draft.workteam_name
        )

    def _examples_stand(self, draft: Draft, good: bool) -> None:
        """Refuse an example picture that is not in S3; pictures on the web are the reader's to load."""
        for number, example in enumerate((one for one in draft.examples if one.good is good), 1):
            if example.address.startswith("s3://"):
                try:
                    self._storage.size(read(example.address))
                except Refusal as refusal:
                    raise Refusal(f"Line {number}: {refusal.words}") from refusal

    def _team(self, draft: Draft) -> WorkTeam | None:
        for team in self._teams.search(draft.team_id, ""):
            if draft.workteam_key and team_key(team.arn) == draft.workteam_key:
                return team
        return None

    def _folder_faults(self, draft: Draft, found: list[Fault]) -> list[Fault]:
        """Whether the results would come to lie among another job's; a place that is wrong in itself is not asked."""
        if any(fault.field == "output_uri" for fault in found):
            return []
        return folder_faults(draft, self._records.named(self._account.id, names_within(draft.output_uri)))

    def _name_held(self, draft: Draft) -> list[Fault]:
        """A job of ours that AWS may not know yet holds its name as well."""
        held = self._records.holding(self._account.id, self._account.region, draft.job_name)
        if held is None:
            return []
        return [name_taken(draft.job_name, self._names_like(draft.job_name), _day(held.asked_at))]

    def _name_is_free(self, name: str) -> None:
        held = self._records.holding(self._account.id, self._account.region, name)
        if held is not None:
            raise Refusal(name_taken(name, self._taken_names(name), _day(held.asked_at)).text)
        try:
            self._ground_truth.check_name(name)
        except NameTaken as taken:
            since = _day(taken.since) if taken.since else ""
            raise Refusal(name_taken(name, self._taken_names(name), since).text, field="job_name") from taken

    def _taken_names(self, name: str) -> set[str]:
        """Names near this one that are in use at AWS or held here; AWS being busy must not hide that it is taken."""
        try:
            at_aws = self._ground_truth.taken_names(name)
        except Transient:
            at_aws = set()
        return at_aws | self._names_like(name)

    def _names_like(self, name: str) -> set[str]:
        """Names near this one that jobs of ours hold."""
        return self._records.names_like(self._account.id, self._account.region, name)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
