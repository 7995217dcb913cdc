"""Worlds under fire: whole replicas as processes, and the bot's parts in this process, always over real HTTP."""

import hashlib
import hmac
import json
import random
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from bot import wiring
from bot.base.errors import LabeljobError
from bot.base.settings import Settings
from bot.jobs.draft import team_key
from bot.jobs.records import Job
from tests.faults.postgres import Postgres
from tests.faults.world import CHANNEL, World, order, running

TEAM = "T0ORCHARD"


@dataclass(frozen=True, slots=True)
class Replicas:
    """Two replicas of one bot behind signed HTTP, one database."""

    world: World
    urls: tuple[str, str]

    def send(self, url: str, payload: dict[str, Any], *, event: bool = False) -> int:
        """Deliver a payload as Slack does; the HTTP status."""
        body = json.dumps(payload).encode() if event else urlencode({"payload": json.dumps(payload)}).encode()
        kind = "application/json" if event else "application/x-www-form-urlencoded"
        moment = str(int(time.time()))
        secret = self.world.services.keys.signing_secret.encode()
        digest = hmac.new(secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": f"v0={digest}",
        }
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory, pg: Postgres) -> Iterator[Replicas]:
    """On PostgreSQL, where replicas are at home."""
    with running(tmp_path_factory.mktemp("replicas"), pg.new_database()) as world:
        one, two = world.start_http("one"), world.start_http("two", role="web")
        world.control("request_url", {"url": one[1]})
        yield Replicas(world, (one[1], two[1]))


@pytest.fixture
def world(tmp_path: Path, store: str) -> Iterator[World]:
    """Stand-ins and a database, no bot yet; on each store."""
    with running(tmp_path, store) as made:
        yield made


@pytest.fixture
def sqlite_world(tmp_path: Path, migrated: Path) -> Iterator[World]:
    """As `world`, where the store makes no difference."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as made:
        yield made


class Near:
    """The bot's parts in this process: rounds run when a test says so, waits between tries are skipped."""

    def __init__(self, world: World) -> None:
        self.world = world
        given: dict[str, Any] = world.services.environment()
        ours = {name.removeprefix("LABELJOB_").lower(): value for name, value in given.items() if "LABELJOB_" in name}
        theirs = {name: value for name, value in given.items() if "LABELJOB_" not in name}
        quick = {"card_gap": 0, "look_wait": 0, "post_pace": 1000, "slack_timeout": 5}
        settings = Settings(**theirs, **ours, **quick, database_url=world.database_url)
        self.bot = wiring.build(settings, answering=False)
        self.bot.jobs.queue.refresh(self.bot.team_id)
        self.sender = self.bot._sender()

    def accept(self, name: str) -> Job:
        """A job that was asked for."""
        return self.confirm(self.fill(name))

    def confirm(self, draft_id: str) -> Job:
        """What becomes of a filled form that is sent, once or again."""
        return self.bot.jobs.accept.accept(draft_id, self.bot.access.who(TEAM, "U0MARA", CHANNEL)).job

    def fill(self, name: str) -> str:
        """A filled form; its draft's id."""
        accept, wanted = self.bot.jobs.accept, order(name)
        draft_id, draft = accept.begin(TEAM, CHANNEL, "U0MARA")
        team = next(team for team in accept.teams(TEAM, "") if team.name == wanted.team)
        draft = msgspec.structs.replace(
            draft,
            job_name=name,
            label_attribute=name,
            category="Image",
            task_type=wanted.task_type,
            input_uri=wanted.source,
            output_uri=wanted.output,
            workteam_arn=team.arn,
            workteam_key=team_key(team.arn),
            title=wanted.title,
            description=wanted.description,
            labels=wanted.labels,
        )
        accept.keep(draft_id, draft)
        return draft_id

    def rounds(self, times: int = 1) -> None:
        """The worker's rounds, as the scheduler runs them: one that fails leaves its work for the next."""
        jobs = self.bot.jobs
        for _ in range(times):
            with self.world.db.write() as session:
                session.connection().execute(self.world.db.sql("UPDATE job SET next_try_at = 0"))
            for work in (jobs.launch.round, jobs.control.round, jobs.watch.round, self._send):
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

    def _send(self) -> None:
        for death in self.sender.drain():
            self.bot.jobs.undelivered.tell(death)


@pytest.fixture
def near(sqlite_world: World) -> Iterator[Near]:
    made = Near(sqlite_world)
    yield made
    made.bot.db.close()


@pytest.fixture
def chance() -> random.Random:
    """Chance that is the same each time."""
    return random.Random(7)
