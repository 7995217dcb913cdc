"""What people did, told to themselves and to managers, as LABELJOB_PEOPLE says.

Promises to labelers: their figures go to themselves alone, to managers as a group of five or more,
or, where an administrator chose that, to managers by person; never to a channel.
"""

from bot.answers.figures import Labeler
from bot.base.blocks import Block, typed
from bot.base.errors import LabeljobError, Refusal
from bot.base.settings import Settings
from bot.delivery.message import Message
from bot.delivery.uploads import File, Uploads
from bot.jobs.answered.read import Reading
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.cards.people_words import own_blocks, people_csv, people_message
from bot.jobs.facts import Facts
from bot.jobs.records import Job, Records
from bot.people.access import Access
from bot.people.workers import Workers

SEE_PEOPLE = "people"  # the right to see what people did


class PeopleOff(Refusal):
    """What people did is not kept here. An administrator can have it kept (LABELJOB_PEOPLE)."""


class NotByPerson(Refusal):
    """What single people did is not told here."""


class NotRead(Refusal):
    """The answers of this job are not read yet: that is done once it is over. Ask again in a few
    minutes.
    """


class People:
    """Tells what people did."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        answers: AnswerRecords,
        workers: Workers,
        facts: Facts,
        access: Access,
        uploads: Uploads,
        settings: Settings,
    ) -> None:
        self._records = records
        self._answers = answers
        self._workers = workers
        self._facts = facts
        self._access = access
        self._uploads = uploads
        self._told = settings.people

    def of_job(self, job: Job) -> Message:
        """What a job's people did, for a manager.

        Raises:
            PeopleOff, NotRead: it is not told, or not known yet.

        """
        reading = self._reading(job)
        return people_message(
            self._facts.of(job),
            self._answers.of_job(job.id),
            grouped=self._told == "grouped",
            partial=reading.partial,
            csv_button=self._uploads.may,
        )

    def give(self, job: Job, user_id: str) -> None:
        """A line for each of a job's people, as a file into somebody's direct message.

        Raises:
            PeopleOff, NotByPerson, NotRead: there is no such file.
            Refusal, Transient: of Slack.

        """
        reading = self._reading(job)
        if self._told != "by-person":
            raise NotByPerson
        facts = self._facts.of(job)
        partial = f" Not all of it: {typed(reading.partial)}" if reading.partial else ""
        body = people_csv(facts, self._answers.of_job(job.id))
        file = File(f"{job.name}-people.csv", body, f"People of {job.name}")
        words = f"What each person did in *{facts.called}*.{partial}"
        self._uploads.give(user_id, [file], words)

    def chosen_among(self, job: Job, user_id: str, channel: str) -> list[Labeler]:
        """The people by whom somebody, who sees the job in `channel`, may choose its objects:
        nobody where single people are not told of, nor for who does not manage the job's channel.
        """
        if self._told != "by-person":
            return []
        try:
            self._require(job, user_id, channel)
        except LabeljobError:
            return []
        return [one for one in self._answers.of_job(job.id) if one.work.answered]

    def answered_by(self, job: Job, worker: str, user_id: str, channel: str) -> Labeler | None:
        """Who that worker is and what they answered, told to somebody who sees the job in
        `channel`; None where no such person is known.

        Raises:
            NotByPerson, NotAllowed, NotHere: they may not know.
            SlackSilent, SlackShut: who they are is not known.

        """
        if self._told != "by-person":
            raise NotByPerson
        self._require(job, user_id, channel)
        people = {one.work.worker: one for one in self._answers.of_job(job.id)}
        return people.get(worker)

    def _require(self, job: Job, user_id: str, channel: str) -> None:
        who = self._access.at_home(job.team_id, user_id, job.channel, channel)
        self._access.require(SEE_PEOPLE, who)

    def own(self, team_id: str, user_id: str) -> list[Block]:
        """What somebody did, for their own App Home; nothing where it is not kept, or where it is
        not known now who they are.
        """
        if self._told == "off":
            return []
        try:
            emails = self._workers.proven(user_id)
        except LabeljobError:
            return []
        did = self._answers.of_person(team_id, emails)
        return own_blocks([(self._called(job_id), work) for job_id, work in did])

    def _reading(self, job: Job) -> Reading:
        if self._told == "off":
            raise PeopleOff
        reading = self._answers.reading(job.id)
        if reading is None:
            raise NotRead
        if reading.failed:
            raise NotRead(f"The answers of this job could not be read: {reading.failed}")
        return reading

    def _called(self, job_id: str) -> str:
        job = self._records.get(job_id)
        return (job.draft.title or job.name) if job else "a job"
