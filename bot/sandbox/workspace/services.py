"""The stand-ins together: AWS, its worker pages and Slack, each on a loopback port, with their
memory in a folder.

Promises to whoever starts them: `environment()` is everything that any AWS or Slack client needs to
be pointed at them; nothing is read from the environment or the home folder, so no real account can
ever be touched.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.aws import app as aws_app
from bot.sandbox.crowd import worker_pages
from bot.sandbox.crowd.simulated_teams import Behaviours
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app as create_slack
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.addresses import ACCOUNT, REGION, ROLE, Addresses, Keys
from bot.sandbox.workspace.seed import Company

__all__ = ["ACCOUNT", "REGION", "ROLE", "Keys", "Services"]


class Services:
    """The stand-ins of one practice workspace.

    Without `addresses` they answer on free ports. `pace` is how many objects a simulated team
    labels in a second, `import_seconds` what Rekognition takes for each thing that it does.
    `manifest` is the Slack app's, parsed. With `ticking` off, time at AWS
    passes only when somebody calls `aws.tick()`. `company` is who is at Slack, in which channels.
    """

    def __init__(  # noqa: PLR0913 - what can be chosen of a world
        self,
        folder: Path,
        *,
        manifest: dict[str, Any],
        addresses: Addresses | None = None,
        pace: float = 0.7,
        pictures: Path | None = None,
        banner: dict[str, Any] | None = None,
        rate_limits: bool = True,
        time_scale: float = 1.0,
        clock: Callable[[], float] = time.time,
        import_seconds: float = 2.0,
        ticking: bool = True,
        behaviours: Behaviours | None = None,
        company: Company = seed.COMPANY,
    ) -> None:
        self.folder = folder
        self.addresses = addresses or Addresses(folder)
        self.keys = self.addresses.keys
        self.aws = aws_app.create_app(
            aws_app.AwsConfig(
                folder=folder / "aws",
                access_keys={self.keys.access_key: self.keys.secret_key},
                account=ACCOUNT,
                region=REGION,
                pace=pace,
                import_seconds=import_seconds,
                worker_pages_url=self.portal_url,
                public_url=self.aws_url,
                clock=clock,
                behaviours=behaviours or Behaviours(),
                denied_buckets=frozenset({seed.LOCKED}),
                other_region_buckets={seed.FAR: seed.FAR_REGION},
                other_account_buckets={seed.PARTNER: seed.PARTNER_ACCOUNT},
                sealed_buckets=frozenset({seed.SEALED}),
                home_url=self.slack_url,
            )
        )
        self._aws_server = Server(self.aws.app, self.addresses.aws)
        self._work_server = Server(worker_pages.create_app(self.aws), self.addresses.work)
        links = {
            "portal": f"{self.portal_url}/",
            "s3": f"{self.aws_url}/_s3/",
            "journal": f"{self.slack_url}/journal",
            "aws_journal": f"{self.aws_url}/_control/journal/page",
        }
        self._slack_server = Server(
            create_slack(
                SlackConfig(
                    store=folder / "slack.db",
                    manifest=manifest,
                    bot_token=self.keys.bot_token,
                    app_token=self.keys.app_token,
                    signing_secret=self.keys.signing_secret,
                    people=company.people,
                    channels=company.channels,
                    usergroups=company.usergroups,
                    links=links,
                    banner=banner,
                    rate_limits=rate_limits,
                    time_scale=time_scale,
                )
            ),
            self.addresses.slack,
        )
        self.pace = pace
        self._pictures = pictures
        self._ticking = ticking

    @property
    def slack_url(self) -> str:
        """The workspace's page, and below /api/ the Web API."""
        return self.addresses.slack_url

    @property
    def aws_url(self) -> str:
        """The AWS endpoint."""
        return self.addresses.aws_url

    @property
    def portal_url(self) -> str:
        """The worker portal."""
        return self.addresses.portal_url

    def start(self) -> None:
        """Seed what is missing and answer requests."""
        self.open()
        self.draw()

    def open(self) -> None:
        """As `start`, but without the pictures: whoever opens has to `draw` them too."""
        self._slack_server.start()
        seed.furnish(self.aws, portal=self.portal_url)
        self.aws.crew.present.add(seed.PERSON)
        if self._ticking:
            self.aws.start()
        for server in (self._aws_server, self._work_server):
            server.start()

    def draw(self, say: Callable[[str], object] = str) -> None:
        """Put the pictures where they are missing; `say` is told where somebody's own lie."""
        seed.draw(self.aws)
        if self._pictures is not None:
            say(seed.bring(self.aws, self._pictures))

    def draw_harvest(self) -> None:
        """Put the many pictures of the job that moves, once."""
        seed.draw_harvest(self.aws)

    def hire(self) -> None:
        """Subscribe to a vendor, as somebody does in the Marketplace; once."""
        self.aws.vendors.subscribe(seed.PARTNER_ACCOUNT, *seed.VENDOR)

    def stop(self) -> None:
        """End everything; what was done stays in the folder."""
        self.aws.queues.close()  # who waits for a message is answered before the servers end
        servers = (self._slack_server, self._work_server, self._aws_server)
        for server in servers:
            server.begin_to_stop()
        for server in servers:
            server.stop()
        self.aws.stop()

    def environment(self) -> dict[str, str]:
        """What points an AWS or Slack client, and the bot, at these stand-ins."""
        return self.addresses.environment()
