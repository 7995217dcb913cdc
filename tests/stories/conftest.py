"""The whole world in one process: the stand-ins over HTTP, and the bot behind Socket Mode.

Nothing happens by itself: time at AWS passes when a test says so, and the bot's rounds run when a test says so.
"""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot import slack_manifest, wiring
from bot.base.settings import Settings
from bot.sandbox import seed
from bot.sandbox.person import Person
from bot.sandbox.services import Services
from bot.sandbox.story import Order, ask_for_job, card_of

DATA, LABELERS, GENERAL = "C0DATA", "C0LABEL", "C0GENERAL"


class MovableClock:
    """The true time and as much more as tests have let pass (signatures want a time near the true one)."""

    def __init__(self) -> None:
        self.moved = 0.0

    def __call__(self) -> float:
        return time.time() + self.moved


class World:
    """People, stand-ins and the bot."""

    def __init__(self, services: Services, clock: MovableClock, bot: wiring.Bot) -> None:
        self.services = services
        self.clock = clock
        self.bot = bot
        self.mara, self.lin, self.sam = (Person(services.slack_url, user) for user in ("U0MARA", "U0LIN", "U0SAM"))
        self._sender = bot._sender()
        keys = services.keys
        session = boto3.Session(
            aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key, region_name="us-east-1"
        )
        self.sagemaker: Any = session.client("sagemaker", endpoint_url=services.aws_url)
        self.rekognition: Any = session.client("rekognition", endpoint_url=services.aws_url)
        self.s3: Any = session.client("s3", endpoint_url=services.aws_url)

    def settle(self) -> None:
        """Run the bot's rounds until there is nothing left to say."""
        jobs, datasets = self.bot.jobs, self.bot.datasets
        for _ in range(3):
            for work in (jobs.launch, jobs.control, jobs.watch, datasets.load, datasets.watch):
                work.round()
            jobs.queue.round(self.bot.team_id)
            for death in self._sender.drain():
                jobs.undelivered.tell(death)

    def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass at AWS."""
        for _ in range(round(seconds / step)):
            self.clock.moved += step
            self.services.aws.tick()

    def finish(self, name: str) -> None:
        """Let a job's simulated people work until it is over, then let the bot see it."""
        for _ in range(200):
            self.pass_time(1)
            if self.aws_status(name) in {"Completed", "Failed", "Stopped"}:
                break
        self.settle()

    def aws_status(self, name: str) -> str:
        return str(self.sagemaker.describe_labeling_job(LabelingJobName=name)["LabelingJobStatus"])

    def thread(self, name: str, channel: str = DATA) -> list[str]:
        """What stands in a job's thread, the card first."""
        root = card_of(self.mara, channel, name)
        return [message["text"] for message in self.mara.thread(channel, root["ts"])]

    def ask(self, order: Order, channel: str = DATA) -> None:
        """Mara asks for a job, and the bot launches it."""
        ask_for_job(self.mara, channel, order)
        self.settle()


def an_order(name: str, **other: Any) -> Order:
    """A small image classification job of eight sample pictures."""
    asked: dict[str, Any] = {
        "name": name,
        "title": f"Ripe or not ({name})",
        "description": "Choose one word for the fruit",
        "category": "Image",
        "task_type": "image-classification",
        "source": f"s3://{seed.RAW}/first-basket.manifest",
        "output": f"s3://{seed.OUT}/labels/",
        "team": seed.AUTOMATIC_TEAM,
        "labels": ("unripe", "ripe", "overripe"),
    }
    return Order(**{**asked, **other})


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    clock = MovableClock()
    services = Services(
        folder, manifest=slack_manifest.read(), pace=20.0, rate_limits=False, clock=clock, ticking=False
    )
    services.start()
    settings = Settings(
        **services.environment(),
        **{
            "slack_api_url": f"{services.slack_url}/api/",
            "execution_role_arn": services.environment()["LABELJOB_EXECUTION_ROLE_ARN"],
            "buckets": (seed.RAW, seed.OUT),
            "managers": ("U0SAM",),
            "database_url": f"sqlite:///{folder}/labeljob.db",
            "card_gap": 0,
            "look_wait": 0,
            "post_pace": 1000,
        },
    )
    bot = wiring.build(settings)
    bot.db.migrate()
    bot.jobs.queue.refresh(bot.team_id)
    handler = SocketModeHandler(bot.app(), settings.slack_app_token.get_secret_value())
    handler.connect()
    try:
        yield World(services, clock, bot)
    finally:
        handler.close()
        bot.db.close()
        services.stop()
