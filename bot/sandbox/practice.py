"""The practice workspace as one thing: the stand-ins and a bot, started and stopped together."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from bot.sandbox.running_bot import RunningBot
from bot.sandbox.services import Services

EVENTS_PATH = "/slack/events"


class Practice:
    """Stand-ins and bot. `gaps` are the bot's own settings beside the addresses and secrets of the stand-ins."""

    def __init__(self, services: Services, *, transport: str, bot_port: int, gaps: dict[str, str]) -> None:
        self.services = services
        self._transport = transport
        self._bot_port = bot_port
        settings = {
            **services.environment(),
            "LABELJOB_SLACK_TRANSPORT": transport,
            "LABELJOB_PORT": str(bot_port),
            "LABELJOB_DATABASE_URL": f"sqlite:///{(services.folder / 'labeljob.db').resolve()}",
            **gaps,
        }
        self.bot = RunningBot(settings, services.folder)

    def start(self) -> None:
        """Start everything; returns when the app answers."""
        self.services.start()
        self.bot.start()
        self.bot.wait_until(self.answers)

    def stop(self) -> None:
        """Stop everything, the bot first."""
        self.bot.stop()
        self.services.stop()

    def answers(self) -> bool:
        """Whether Slack reaches the app: a socket is open, or the app's address has echoed the challenge."""
        try:
            if self._transport == "socket":
                return bool(_control(self.services.slack_url, "connections")["count"])
            address = f"http://127.0.0.1:{self._bot_port}{EVENTS_PATH}"
            answer = _control(self.services.slack_url, "request_url", {"url": address, "verify": True})
        except OSError:
            return False
        return bool(answer.get("verified"))


def _control(url: str, switch: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One call of the workspace's switches."""
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{url}/_control/{switch}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
        data: dict[str, Any] = json.load(answer)
    return data


def folder_of(path: str) -> Path:
    """The folder, made if it is not there."""
    folder = Path(path).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
