"""The Slack stand-in, and a sender that posts to it."""

import json
import random
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.base.clock import new_id
from bot.base.db import Database
from bot.base.settings import Settings
from bot.delivery.claims import Claims
from bot.delivery.outbox import Outbox
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Sender
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.slack import manifest as slack_manifest

PEOPLE = [
    {"id": "U0MARA", "name": "mara", "real_name": "Mara"},
    {"id": "U0SAM", "name": "sam", "real_name": "Sam"},
]
CHANNELS = [
    {"id": "C0DATA", "name": "orchard-data", "topic": "", "members": ["U0MARA", "bot"]},
    {"id": "C0OTHER", "name": "other", "topic": "", "members": ["U0MARA", "bot"]},
    {"id": "C0GENERAL", "name": "general", "topic": "", "members": ["U0MARA"]},
]


class Workspace:
    """A practice Slack workspace over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = WebClient("xoxb-test", base_url=f"{url}/api/", retry_handlers=[])

    def texts(self, channel: str = "C0DATA") -> list[str]:
        """What stands in a channel, oldest first."""
        messages = self.client.conversations_history(channel=channel, limit=200)["messages"]
        return [message["text"] for message in reversed(messages)]

    def thread(self, ts: str, channel: str = "C0DATA") -> list[str]:
        """What stands in a thread, root first."""
        messages = self.client.conversations_replies(channel=channel, ts=ts, limit=200)["messages"]
        return [message["text"] for message in messages]

    def fault(self, operation: str, fault: str, times: int | None = None, **more: Any) -> None:
        """Switch a fault on."""
        self._post(
            "/_control/faults", {"operation": operation, "fault": fault, "times": times, **more}
        )

    def count(self, operation: str) -> int:
        """How often Slack was asked."""
        with urllib.request.urlopen(f"{self.url}/_control/journal", timeout=5) as answer:
            return sum(entry["operation"] == operation for entry in json.load(answer)["entries"])

    def _post(self, path: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=5).close()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    app = create_app(
        SlackConfig(
            store=tmp_path / "slack.db",
            manifest=slack_manifest.read(),
            bot_token="xoxb-test",
            app_token="xapp-test",
            signing_secret="secret",
            people=PEOPLE,
            channels=CHANNELS,
            rate_limits=False,
        )
    )
    with Server(app) as server:
        yield Workspace(server.url)


@pytest.fixture
def outbox(db: Database) -> Outbox:
    return Outbox(db, new_id)


@pytest.fixture
def claims(db: Database) -> Claims:
    return Claims(db)


@pytest.fixture
def make_sender(db: Database, workspace: Workspace) -> Callable[..., Sender]:
    """Senders whose waits are so short that nothing has to be waited for."""

    def make(owner: str = "one", **settings: Any) -> Sender:
        chosen = Settings(
            SLACK_BOT_TOKEN="xoxb-test",
            **{"look_wait": 0, "slack_timeout": 2, "post_pace": 1_000_000, **settings},
        )
        return Sender(
            db=db,
            claims=Claims(db, lease=chosen.lease),
            budget=RateBudget(db, chosen.post_pace),
            slack=WebClient(
                "xoxb-test", base_url=f"{workspace.url}/api/", timeout=2, retry_handlers=[]
            ),
            settings=chosen,
            owner=owner,
            chance=random.Random(1),
        )

    return make
