"""The stand-ins, and a doctor who reads settings that point at them."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.base.db import Database
from bot.runtime.doctor import report
from bot.sandbox.aws import app as aws_app
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.services import Services
from bot.slack import manifest as slack_manifest


class Clinic:
    """The stand-ins, and a doctor who reads a file of settings that points at them."""

    def __init__(
        self, services: Services, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.services = services
        self._folder = folder
        self._capsys = capsys
        self.database_url = f"sqlite:///{folder}/labeljob.db"
        keys = services.keys
        self.s3: Any = boto3.client(
            "s3",
            endpoint_url=services.aws_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )

    def file(self, **changes: str) -> str:
        """A file of settings; a change to "" leaves the setting out."""
        settings = {
            **self.services.environment(),
            "LABELJOB_DATABASE_URL": self.database_url,
            **changes,
        }
        file = self._folder / "settings.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items() if value))
        return str(file)

    def examine(self, *, seconds_ahead: float = 0.0, **changes: str) -> dict[str, dict[str, str]]:
        """The report's rows by name."""
        return self.examine_file(self.file(**changes), seconds_ahead)

    def examine_file(self, file: str, seconds_ahead: float = 0.0) -> dict[str, dict[str, str]]:
        """As `examine`, of a file that is there."""
        report.run(file, as_json=True, clock=lambda: time.time() + seconds_ahead)
        rows = json.loads(self._capsys.readouterr().out)["rows"]
        assert len({row["name"] for row in rows}) == len(rows)
        return {row["name"]: row for row in rows}

    def migrate(self) -> Database:
        db = Database(self.database_url)
        db.migrate()
        return db

    def control(self, switch: str, body: dict[str, Any], url: str = "") -> None:
        request = urllib.request.Request(
            f"{url or self.services.slack_url}/_control/{switch}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()


@pytest.fixture(scope="package")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    running = Services(
        tmp_path_factory.mktemp("clinic"),
        manifest=slack_manifest.read(),
        rate_limits=False,
        ticking=False,
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def clinic(services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Clinic:
    return Clinic(services, tmp_path, capsys)


@pytest.fixture
def slack_of(services: Services, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Another workspace with the same token; its API's address."""
    servers: list[Server] = []

    def make(
        manifest: dict[str, Any],
        channels: list[dict[str, Any]],
        people: list[dict[str, Any]] = seed.PEOPLE,
    ) -> str:
        keys = services.keys
        config = SlackConfig(
            store=tmp_path / "slack.db",
            manifest=manifest,
            bot_token=keys.bot_token,
            app_token=keys.app_token,
            signing_secret=keys.signing_secret,
            people=people,
            channels=channels,
            rate_limits=False,
        )
        servers.append(Server(create_app(config)).start())
        return f"{servers[-1].url}/api/"

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def other_aws(services: Services, tmp_path: Path) -> Iterator[str]:
    """Another account's endpoint: one bucket that is closed to the bot, one in another Region, no
    work team.
    """
    keys = services.keys
    aws = aws_app.create_app(
        aws_app.AwsConfig(
            folder=tmp_path / "aws",
            access_keys={keys.access_key: keys.secret_key},
            denied_buckets=frozenset({"closed"}),
            other_region_buckets={"far": "eu-west-1"},
        )
    )
    for bucket in ("closed", "far", "near"):
        aws.objects.create_bucket(bucket)
    with Server(aws.app) as server:
        yield server.url
