"""The practice workspace as one thing: the stand-ins and a bot, started and stopped together.

The bot comes first: it reads its code while the stand-ins read theirs, and its requests wait in
line at their ports (see `addresses`). So the stand-ins are made by a function that is called when
the bot is on its way.
"""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.running_bot import RunningBot

if TYPE_CHECKING:  # made by the function that whoever opens passes in
    from bot.sandbox.workspace.services import Services

EVENTS_PATH = "/slack/events"


class Practice:
    """Stand-ins and bot. `gaps` are the bot's own settings beside the addresses and secrets of the
    stand-ins.

    `make` gives the stand-ins at these addresses, with their memory in `folder`; they are
    `services` from then on.
    """

    services: "Services"

    def __init__(  # noqa: PLR0913 - what can be chosen of a world
        self,
        folder: Path,
        addresses: Addresses,
        make: Callable[[], "Services"],
        *,
        transport: str,
        bot_port: int,
        gaps: dict[str, str],
    ) -> None:
        self._addresses = addresses
        self._make = make
        self._transport = transport
        self._bot_port = bot_port
        settings = {
            **addresses.environment(),
            "LABELJOB_BUCKETS": ",".join((*seed.BUCKETS, *seed.DIFFICULT)),
            "LABELJOB_SLACK_TRANSPORT": transport,
            "LABELJOB_PORT": str(bot_port),
            "LABELJOB_DATABASE_URL": f"sqlite:///{(folder / 'labeljob.db').resolve()}",
            **gaps,
        }
        self.bot = RunningBot(settings, folder)

    def start(self) -> None:
        """Start everything; returns when the app answers and all pictures are there. Nothing more
        happens to one that is started.
        """
        if self.bot.alive():
            return
        self._begin()
        self.services.draw()
        self.bot.wait_until(self.answers)

    def open(self) -> None:
        """As `start`, but without the pictures (see `Services.open`)."""
        self._begin()
        self.bot.wait_until(self.answers)

    def _begin(self) -> None:
        self.bot.start()
        self.services = self._make()
        self.services.open()

    def stop(self) -> None:
        """Stop everything, the bot first."""
        self.bot.stop()
        if hasattr(self, "services"):
            self.services.stop()

    def answers(self) -> bool:
        """Whether Slack reaches the app: a socket is open, or the app's address has echoed the
        challenge.
        """
        try:
            if self._transport == "socket":
                return bool(_control(self._addresses.slack_url, "connections")["count"])
            address = f"http://127.0.0.1:{self._bot_port}{EVENTS_PATH}"
            answer = _control(
                self._addresses.slack_url, "request_url", {"url": address, "verify": True}
            )
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
