"""Replicas that are forked instead of started: many deaths a minute need quick births. See
`forked_bot`.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.running_bot import BotFailed, RunningBot

_ROOT = Path(__file__).parents[2]
_END = 20.0  # seconds that a replica may take to end once it was asked to
_KEPT = ("PATH", "LANG", "TMPDIR")


class Nursery:
    """The process that forks them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._replicas: dict[int, Replica] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tests.faults.forked_bot"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise BotFailed("The process that forks replicas did not start; the reason is above.")
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, replica: "Replica", **wish: Any) -> None:
        """Fork a replica or signal one."""
        assert self._process.stdin is not None
        with self.changed:
            self._replicas[replica.number] = replica
            with suppress(BrokenPipeError, ValueError):  # it is gone, and its replicas with it
                self._process.stdin.write(
                    json.dumps({"id": replica.number, **wish}).encode() + b"\n"
                )
                self._process.stdin.flush()

    def end(self) -> None:
        """End it and every replica."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(_END)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            number, what, *rest = line.decode().split()
            with self.changed:
                replica = self._replicas[int(number)]
                replica.frozen = what == "stopped"
                replica.freezes += what == "stopped"
                if what == "ended":
                    replica.status = int(rest[0])
                    del self._replicas[int(number)]
                self.changed.notify_all()
        with self.changed:
            for replica in self._replicas.values():
                replica.status = -signal.SIGKILL
            self._replicas.clear()
            self.changed.notify_all()


class Replica(RunningBot):
    """A forked replica. `ahead` is how many seconds its own clock is ahead of the time.

    `status` is its exit code once it has ended (negative: the signal), `frozen` whether it stands
    still.
    """

    _numbers = iter(range(1, 1_000_000))

    def __init__(
        self,
        nursery: Nursery,
        settings: dict[str, str],
        folder: Path,
        *,
        role: str = "both",
        ahead: float = 0.0,
    ) -> None:
        super().__init__(settings, folder, role=role)
        self.number = next(self._numbers)
        self.status: int | None = None
        self.frozen = False
        self.freezes = 0
        self._nursery = nursery
        self._ahead = ahead
        self._started = False

    def start(self) -> None:
        """Fork it; it answers a little later."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._started = True
        self._nursery.ask(
            self,
            settings={**kept, **self._settings},
            folder=str(self._folder),
            log=str(self.log),
            role=self._role,
            ahead=self._ahead,
        )

    def alive(self) -> bool:
        """Whether the process runs or stands still."""
        return self._started and self.status is None

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)
        self._end(signal.SIGKILL)

    def kill(self) -> None:
        """End it at once, whatever it does (kill -9)."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it where it is (SIGSTOP)."""
        self._nursery.ask(self, signal=signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on (SIGCONT)."""
        self._nursery.ask(self, signal=signal.SIGCONT)

    def wait(self, seconds: float, *, frozen: bool = False) -> bool:
        """Wait until it has ended, or (`frozen`) stands still; whether it is so."""
        end = time.monotonic() + seconds
        with self._nursery.changed:
            while self.alive() and not (frozen and self.frozen):
                left = end - time.monotonic()
                if left <= 0 or not self._nursery.changed.wait(left):
                    break
            return self.frozen if frozen else not self.alive()

    def _end(self, number: int) -> None:
        if self.alive():
            self._nursery.ask(self, signal=number)
            self.wait(_END)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery that is ended afterwards."""
    made = Nursery()
    try:
        yield made
    finally:
        made.end()
