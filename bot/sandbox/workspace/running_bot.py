"""The bot beside the stand-ins: a process of its own that knows nothing but the settings it is
given.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

# seconds the bot may take until it answers a command: a busy machine takes its time to read the
# code
_START = 60.0
_END = 15.0  # seconds it may take to finish what it does
_LOOK = 0.02


class BotFailed(Exception):
    """The bot did not start; the message holds the end of its log."""


class RunningBot:
    """One bot process.

    `settings` are all the environment variables that it gets, beside what Python itself needs: no
    token and no credential of the person's own environment reaches it. Its log is in
    `folder`/bot.log.
    """

    def __init__(self, settings: dict[str, str], folder: Path, *, role: str = "both") -> None:
        self._settings = settings
        self._folder = folder
        self._role = role
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the bot writes."""
        return self._folder / "bot.log"

    def start(self) -> None:
        """Start the process; it answers a little later (see `wait_until`)."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "LABELJOB_CHROMIUM")
            if name in os.environ
        }
        self._log = self.log.open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own program with our own words
            [sys.executable, "-m", "bot", "serve", "--role", self._role],
            env={**kept, **self._settings},
            cwd=self._folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready` says that the app answers.

        Raises:
            BotFailed: it ended, or did not answer in time.

        """
        end = time.monotonic() + _START
        while time.monotonic() < end and self.alive():
            if ready():
                return
            time.sleep(_LOOK)
        raise BotFailed(f"The bot did not start. {self.last_words()}")

    def last_words(self) -> str:
        """The end of its log, with what it is."""
        tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        return f"Its log ends like this:\n{tail}"

    @property
    def pid(self) -> int:
        """The number of the started process."""
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._log is not None:
            self._log.close()

    def kill(self) -> None:
        """End it at once, whatever it does (kill -9)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
