"""The bot's parts in this process: rounds run when somebody says so, and nothing waits for a
pause.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.base.clock import Clock, system_clock
from bot.base.errors import LabeljobError
from bot.base.settings import Settings
from bot.datasets.source import Source
from bot.jobs.draft import team_key
from bot.jobs.records import Job
from bot.runtime import wiring
from tests.faults.world import CHANNEL, World, order

TEAM, APP_ID = "T0ORCHARD", "A0LABELJOB"


class Near:
    """The bot's parts in this process: rounds run when a test says so, waits between tries are
    skipped.
    """

    def __init__(self, world: World, *, clock: Clock = system_clock, **more: Any) -> None:
        self.world = world
        given: dict[str, Any] = world.services.environment()
        ours = {
            name.removeprefix("LABELJOB_").lower(): value
            for name, value in given.items()
            if "LABELJOB_" in name
        }
        theirs = {name: value for name, value in given.items() if "LABELJOB_" not in name}
        quick: dict[str, Any] = {
            "card_gap": 0,
            "look_wait": 0,
            "post_pace": 1_000_000,
            "slack_timeout": 5,
        }
        settings = Settings(**theirs, **ours, **quick | more, database_url=world.database_url)
        self.bot = wiring.build(settings, answering=False, clock=clock)
        self.bot.jobs.queue.refresh(self.bot.installation.team_id)
        self.sender = self.bot.senders.sender()

    def accept(self, name: str, source: str = "") -> Job:
        """A job that was asked for, with this input or the usual one."""
        return self.confirm(self.fill(name, source))

    def confirm(self, draft_id: str) -> Job:
        """What becomes of a filled form that is sent, once or again."""
        return self.bot.jobs.accept.accept(
            draft_id, self.bot.ground.access.who(TEAM, "U0MARA", CHANNEL)
        ).job

    def accept_dataset(self, job_name: str, project: str) -> None:
        """A dataset that was asked for on the card of a finished job."""
        with self.world.db.read() as session:
            query = self.world.db.sql("SELECT id FROM job WHERE name = :name")
            job_id = str(session.connection().execute(query, {"name": job_name}).scalar_one())
        job = self.bot.jobs.status.finished(job_id)
        source = Source(
            name=job.name,
            project=project,
            manifest_uri=job.output_manifest,
            channel=CHANNEL,
            label_attribute=job.label_attribute,
            told_below=("job", job.job_id),
            job_asked_by=job.asked_by,
            action="import",
            team_id=TEAM,
            asked_by="U0SAM",
            asked_by_name="Sam",
        )
        self.bot.datasets.accept.accept(source, f"near:{project}")

    def fill(self, name: str, source: str = "") -> str:
        """A filled form; its draft's id."""
        accept, wanted = self.bot.jobs.accept, order(name)
        draft_id, draft = self.bot.jobs.begin.form(TEAM, CHANNEL, "U0MARA")
        team = next(team for team in accept.teams(draft) if team.name == wanted.team)
        draft = msgspec.structs.replace(
            draft,
            job_name=name,
            label_attribute=name,
            category="Image",
            task_type=wanted.task_type,
            input_uri=source or wanted.source,
            output_uri=wanted.output,
            workteam_arn=team.arn,
            workteam_key=team_key(team.arn),
            title=wanted.title,
            description=wanted.description,
            labels=wanted.labels,
            made_up=(),
        )
        accept.keep(draft_id, draft)
        return draft_id

    def rounds(self, times: int = 1) -> None:
        """The worker's rounds, as the scheduler runs them: one that fails leaves its work for the
        next.
        """
        jobs = self.bot.jobs
        for _ in range(times):
            with self.world.db.write() as session:
                session.connection().execute(self.world.db.sql("UPDATE job SET next_try_at = 0"))
            for work in (jobs.launch.round, jobs.stop.round, jobs.watch.round, self.sender.drain):
                try:
                    work()
                except LabeljobError:
                    continue

    def until(self, found: Callable[[], bool], times: int = 40) -> bool:
        """Run rounds until it is so."""
        for _ in range(times):
            if found():
                return True
            self.rounds()
        return found()

    def job(self, job: Job) -> Job:
        """The job as it is now."""
        return self.bot.jobs.status.job(job.id)
