"""Status: what people ask about jobs. Reads the database, never the engine: the worker keeps it
fresh.
"""

from collections.abc import Sequence
from typing import Any

from bot.base.as_typed import plain_name, spellings
from bot.base.blocks import Block
from bot.base.clock import Clock
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.base.nearest import nearest
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.delivery.dead_letters import Asked
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.instructions.page import slack_preview
from bot.jobs.cards import card, queue_card, status_card
from bot.jobs.facts import Facts, instructions_of
from bot.jobs.finished import FinishedJob, finished
from bot.jobs.records import Job, NoSuchJob, Records
from bot.jobs.store import subject
from bot.people.teams import Teams


class NoInstructions(Refusal):
    """This job was not made here, so its instructions are not known here. Open the portal to read
    them.
    """


class Status:
    """Answers questions about jobs."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        facts: Facts,
        teams: Teams,
        storage: Storage,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._facts = facts
        self._teams = teams
        self._storage = storage
        self._open = settings.open_places
        self._clock = clock
        self._link_life = settings.link_life

    def job(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NoSuchJob: there is none.

        """
        job = self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        return job

    def named(self, team_id: str, channel: str, name: str) -> Job:
        """The job of that name in the channel, or of that title, which its card shows in large
        letters, where one job alone has it (capitals and marks round it do not count).

        Raises:
            NoSuchJob: with names that are near, or of all with the title.

        """
        jobs = self._shown_in(team_id, channel)
        for spelling in spellings(name):
            for job in jobs:
                if job.name.lower() == spelling:
                    return job
        meant = spellings(name)
        titled = [job for job in jobs if plain_name(job.draft.title).casefold() in meant]
        if len(titled) == 1:
            return titled[0]
        plain = plain_name(name) or name
        if titled:
            raise NoSuchJob(status_card.several_titled(plain, [job.name for job in titled]))
        names = [job.name for job in jobs]
        near = [each for each in names if plain.lower()[:4] in each.lower()] or names
        raise NoSuchJob(status_card.no_such_job(plain, near[:5], meant=nearest(plain, names)))

    def asker(self, job_id: str) -> Asked | None:
        """Who is to hear of a job whose channel cannot be reached."""
        job = self._records.get(job_id)
        if job is None:
            return None
        stage, stands = card.standing(self._facts.of(job), job.state)
        return Asked(job.asked_by, "labeling job", job.name, "job", stage, stands)

    def in_thread(self, channel: str, root_ts: str) -> Job | None:
        """The job whose thread this is."""
        about = self._outbox.subject_at(channel, root_ts)
        return self._records.get(about.id) if about and about.kind == "job" else None

    def of_job(self, job: Job, *, with_button: bool = True) -> Message:
        """How the job goes."""
        facts = self._facts.of(job)
        return status_card.status_message(facts, job.state, with_button=with_button)

    def post(self, job: Job, channel: str, key: str) -> None:
        """Say how the job goes in its thread, for everybody; once per `key`."""
        self._say(job, channel, self.of_job(job, with_button=False), key)

    def reply(self, team_id: str, channel: str, thread_ts: str, message: Message, key: str) -> None:
        """Answer a mention below it: in a job's thread as a line of that thread; once per `key`."""
        job = self.in_thread(channel, thread_ts)
        if job is not None:
            self._say(job, channel, message, key)
            return
        about = Subject(team_id, "channel", channel)
        with self._db.write() as session:
            self._outbox.say(
                session, about, channel, message, key=key, thread_ts=thread_ts, priority=1
            )

    def of_channel(self, team_id: str, channel: str, *, with_button: bool = True) -> Message:
        """How the channel's running jobs go, the most urgent first; a single one in full."""
        running = [job for job in self._shown_in(team_id, channel) if not job.ended]
        if len(running) == 1:
            return self.of_job(running[0], with_button=with_button)
        return status_card.status_table(
            [(self._facts.of(job), job.state) for job in running], self._clock()
        )

    def listed(self, team_id: str, channel: str, wanted: str = "", me: str = "") -> Message:
        """The jobs of the channel that fit the words of `wanted`, newest first; `me` is whoever
        says "mine".
        """
        jobs = [(self._facts.of(job), job.state) for job in self._shown_in(team_id, channel)]
        fitting = [
            (facts, state) for facts, state in jobs if status_card.fits(facts, state, wanted, me)
        ]
        return status_card.list_message(fitting, filters=wanted)

    def stop_offer(self, job: Job) -> Message:
        """The button that opens the confirmation: a mention cannot open a window by itself."""
        return status_card.stop_message(self._facts.of(job), job.state)

    def stop_view(self, job: Job) -> dict[str, Any]:
        """What stopping would do, to be confirmed."""
        return card.stop_modal(self._facts.of(job), job.state)

    def instructions(self, job: Job) -> list[dict[str, Any]]:
        """The job's instructions as blocks, with links to its example pictures made now and
        short-lived.

        A picture is shown only if its place is open to the job's own channel now, wherever it is
        looked at.

        Raises:
            NoInstructions: the job is only followed.

        """
        if job.followed or not job.draft.task_type:
            place = self._facts.of(job).engine.place
            raise NoInstructions(
                f"This job was not made here, so its instructions are known to {place} alone. Open "
                "the portal to read them."
            )
        told = instructions_of(job.draft)
        allowed = self._open.of(job.channel)
        return slack_preview(job.draft.task_type, told, self._link, allowed=allowed.text)

    def finished(self, job_id: str) -> FinishedJob:
        """What may become of a finished job.

        Raises:
            NoSuchJob: there is none.

        """
        job = self.job(job_id)
        return finished(self._facts.of(job), job.state)

    def importable(self, team_id: str, channel: str, typed: str) -> list[FinishedJob]:
        """The jobs that the channel shows whose labels can become a dataset, newest first, of those
        whose names have what was typed.
        """
        named = [job for job in self._shown_in(team_id, channel) if typed.lower() in job.name]
        told = (finished(self._facts.of(job), job.state) for job in named if job.state.ended)
        return [each for each in told if not each.why_not]

    def home(
        self,
        team_id: str,
        user_id: str,
        name: str,
        channels: frozenset[str],
        own: Sequence[Block] = (),
    ) -> dict[str, Any]:
        """The person's App Home: what their teams can label now, and the jobs they asked for.

        `channels` are the labeling teams' channels that they are in, `own` what they labeled.
        """
        mine = self._records.asked_by(team_id, user_id)
        queue = [
            (self._facts.queued(job), team.portal)
            for team in self._teams.search(team_id, "", limit=1000)
            if team.channel in channels
            for job in self._records.of_team(team_id, team.arn)
        ]
        rows = [(self._facts.of(job), job.state) for job in mine]
        first = not mine and not queue
        return queue_card.home_view(
            name, rows, now=self._clock(), first_visit=first, my_queue=queue, own=own
        )

    def _shown_in(self, team_id: str, channel: str) -> list[Job]:
        """The channel's own jobs, and those of others that have a card there, newest first."""
        own = self._records.in_channel(team_id, channel)
        seen = {job.id for job in own}
        for job_id in self._outbox.subjects_in(team_id, "job", channel):
            job = None if job_id in seen else self._records.get(job_id)
            own += [job] if job else []
        return sorted(own, key=lambda job: job.asked_at, reverse=True)

    def _say(self, job: Job, channel: str, message: Message, key: str) -> None:
        with self._db.write() as session:
            self._outbox.say(session, subject(job), channel, message, key=key, priority=1)

    def _link(self, address: str) -> str:
        return self._storage.link(S3Uri.parse(address), seconds=self._link_life)
