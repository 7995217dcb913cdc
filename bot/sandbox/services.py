"""The stand-ins together: AWS, its worker pages and Slack, each on a loopback port, with their memory in a folder.

Promises to whoever starts them: `environment()` is everything that any AWS or Slack client needs to be pointed at
them; nothing is read from the environment or the home folder, so no real account can ever be touched.
"""

import json
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox import seed
from bot.sandbox.aws import app as aws_app
from bot.sandbox.aws import worker_pages
from bot.sandbox.aws.simulated_teams import Behaviours
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app as create_slack
from bot.sandbox.slack.config import SlackConfig

REGION = "us-east-1"
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/LabelingRole"


@dataclass(frozen=True)
class Keys:
    """The practice workspace's own secrets: made by chance once, kept in its folder, worth nothing elsewhere."""

    bot_token: str
    app_token: str
    signing_secret: str
    access_key: str
    secret_key: str

    @classmethod
    def of(cls, folder: Path) -> "Keys":
        """The secrets of the folder, made at the first start."""
        file = folder / "keys.json"
        if not file.exists():
            made = cls(
                bot_token=f"xoxb-practice-{secrets.token_hex(12)}",
                app_token=f"xapp-practice-{secrets.token_hex(12)}",
                signing_secret=secrets.token_hex(16),
                access_key=f"AKIAPRACTICE{secrets.token_hex(4).upper()}",
                secret_key=secrets.token_hex(20),
            )
            file.write_text(json.dumps(made.__dict__))
            file.chmod(0o600)
        return cls(**json.loads(file.read_text()))


class Services:
    """The stand-ins of one practice workspace.

    `first_port` 0 takes free ports; else the page gets that port and the others the next free ones. `pace` is how
    many objects a simulated team labels in a second. `manifest` is the Slack app's, parsed. With `ticking` off, time
    at AWS passes only when somebody calls `aws.tick()`.
    """

    def __init__(  # noqa: PLR0913 - what can be chosen of a world
        self,
        folder: Path,
        *,
        manifest: dict[str, Any],
        first_port: int = 0,
        pace: float = 0.7,
        pictures: Path | None = None,
        banner: dict[str, Any] | None = None,
        rate_limits: bool = True,
        time_scale: float = 1.0,
        clock: Callable[[], float] = time.time,
        ticking: bool = True,
        behaviours: Behaviours | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.keys = Keys.of(folder)
        slack_port, aws_port, work_port = _ports(first_port, 3)
        base = "http://127.0.0.1"
        self.aws = aws_app.create_app(
            aws_app.AwsConfig(
                folder=folder / "aws",
                access_keys={self.keys.access_key: self.keys.secret_key},
                account=ACCOUNT,
                region=REGION,
                pace=pace,
                worker_pages_url=f"{base}:{work_port}",
                public_url=f"{base}:{aws_port}",
                clock=clock,
                behaviours=behaviours or Behaviours(),
                denied_buckets=frozenset({seed.LOCKED}),
                other_region_buckets={seed.FAR: seed.FAR_REGION},
                other_account_buckets={seed.PARTNER: seed.PARTNER_ACCOUNT},
                sealed_buckets=frozenset({seed.SEALED}),
            )
        )
        self._aws_server = Server(self.aws.app, aws_port)
        self._work_server = Server(worker_pages.create_app(self.aws), work_port)
        links = {
            "portal": f"{base}:{work_port}/",
            "s3": f"{base}:{aws_port}/_s3/",
            "journal": f"{base}:{slack_port}/journal",
        }
        self._slack_server = Server(
            create_slack(
                SlackConfig(
                    store=folder / "slack.db",
                    manifest=manifest,
                    bot_token=self.keys.bot_token,
                    app_token=self.keys.app_token,
                    signing_secret=self.keys.signing_secret,
                    people=seed.PEOPLE,
                    channels=seed.CHANNELS,
                    links=links,
                    banner=banner,
                    rate_limits=rate_limits,
                    time_scale=time_scale,
                )
            ),
            slack_port,
        )
        self.pace = pace
        self._pictures = pictures
        self._ticking = ticking

    @property
    def slack_url(self) -> str:
        """The workspace's page, and below /api/ the Web API."""
        return self._slack_server.url

    @property
    def aws_url(self) -> str:
        """The AWS endpoint."""
        return self._aws_server.url

    @property
    def portal_url(self) -> str:
        """The worker portal."""
        return self._work_server.url

    def start(self) -> None:
        """Seed what is missing and answer requests."""
        seed.fill(self.aws, self._pictures, portal=self.portal_url)
        self.aws.crew.present.add(seed.PERSON)
        if self._ticking:
            self.aws.start()
        for server in (self._aws_server, self._work_server, self._slack_server):
            server.start()

    def stop(self) -> None:
        """End everything; what was done stays in the folder."""
        for server in (self._slack_server, self._work_server, self._aws_server):
            server.stop()
        self.aws.stop()

    def environment(self) -> dict[str, str]:
        """What points an AWS or Slack client, and the bot, at these stand-ins."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret_key,
            "SLACK_BOT_TOKEN": self.keys.bot_token,
            "SLACK_APP_TOKEN": self.keys.app_token,
            "SLACK_SIGNING_SECRET": self.keys.signing_secret,
            "LABELJOB_SLACK_API_URL": f"{self.slack_url}/api/",
            "LABELJOB_EXECUTION_ROLE_ARN": ROLE,
            "LABELJOB_BUCKETS": ",".join(seed.BUCKETS),
            "LABELJOB_MANAGERS": "U0SAM",
        }


def _ports(first: int, many: int) -> list[int]:
    """`many` ports: any free ones when `first` is 0, else the first free ones from there on."""
    found: list[int] = []
    while len(found) < many:
        found.append(free_port(0 if not first else (found[-1] + 1 if found else first)))
    return found


def free_port(first: int) -> int:
    """The first free port from `first` on; any free port when that is 0."""
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", first))
            except OSError:
                first += 1
                continue
            return int(probe.getsockname()[1])
