"""A look at running labeling jobs of which nothing changed: processor time of one round of the
watch.

The floor is ListLabelingJobs by botocore alone, the same pages. Both are measured in this thread;
the stand-in that answers them works in others.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from bot.base.aws import Aws
from bot.base.settings import Settings
from bot.engines.ground_truth.gateway import ACTIVE
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.console import classification_job
from bot.sandbox.workspace.services import Services
from bot.slack import manifest as slack_manifest

_JOBS = 1_000
_ROUNDS = 7
_CHANNEL, _PERSON = "C0DATA", "U0SAM"


def watch_round() -> tuple[str, ...]:
    """One round of the watch over running jobs against the listing alone, per job."""
    with tempfile.TemporaryDirectory() as folder:
        services = Services(
            Path(folder), manifest=slack_manifest.read(), rate_limits=False, ticking=False
        )
        services.start()
        settings = _settings(services, Path(folder))
        aws = Aws(settings)
        bot = wiring.build(settings, answering=False, aws=aws)
        try:
            bot.ground.db.migrate()
            _fill(bot, services, aws.act("sagemaker"))
            bot.jobs.watch.round()

            def floor() -> None:
                listed = 0
                for status in ACTIVE:
                    pages = (
                        aws.poll("sagemaker")
                        .get_paginator("list_labeling_jobs")
                        .paginate(
                            StatusEquals=status,
                            SortBy="CreationTime",
                            PaginationConfig={"PageSize": 100},
                        )
                    )
                    listed += sum(len(page["LabelingJobSummaryList"]) for page in pages)
                assert listed == _JOBS

            floors, mine = [], []
            for _ in range(_ROUNDS):
                floors.append(_processor_time(floor))
                mine.append(_processor_time(bot.jobs.watch.round))
        finally:
            bot.ground.db.close()
            services.stop()
    low, high = (statistics.median(each) / _JOBS * 1e6 for each in (floors, mine))
    return (
        f"watching {_JOBS:,} running jobs",
        f"{low:.0f} µs a job",
        f"{high:.0f} µs a job",
        f"{high / low:.2f}",
        "<= 1.5",
    )


def _settings(services: Services, folder: Path) -> Settings:
    """The bot's settings for this world."""
    given: dict[str, Any] = services.environment() | {
        "LABELJOB_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}"
    }
    return Settings(
        **{
            name.removeprefix("LABELJOB_").lower() if name.startswith("LABELJOB_") else name: value
            for name, value in given.items()
        }
    )


def _fill(bot: wiring.Bot, services: Services, sagemaker: Any) -> None:
    """Running jobs at AWS, each followed by the bot."""
    team = sagemaker.describe_workteam(WorkteamName=seed.WAITING_TEAM)["Workteam"]["WorkteamArn"]
    who = bot.ground.access.who(bot.installation.team_id, _PERSON, _CHANNEL)
    for number in track(range(_JOBS), "making jobs", console=Console(stderr=True), transient=True):
        job = classification_job(
            f"basket-{number:05d}",
            team,
            attribute="ripeness",
            manifest=f"s3://{seed.RAW}/first-basket.manifest",
            title="Ripeness of fruit",
        )
        sagemaker.create_labeling_job(**job)
    for _ in range(3):
        services.aws.tick()
    for number in track(
        range(_JOBS), "following them", console=Console(stderr=True), transient=True
    ):
        bot.jobs.follow.follow(f"basket-{number:05d}", bot.installation.team_id, _CHANNEL, who)


def _processor_time(work: Callable[[], None]) -> float:
    """Seconds of this thread's."""
    began = time.thread_time()
    work()
    return time.thread_time() - began
