"""A process that has read the bot's code once and forks replicas from there, told over its standard
input.

A replica then costs what it does and not another second of imports. What runs in it is
`bot.runtime.serving.serve`, as in `labeljob serve`; nothing of the bot is replaced. The clock is
passed in, so that a replica can believe in another time. Answers, one a line: `<id> ended <status>`
(negative: the signal that ended it), `<id> stopped`, `<id> continued`.
"""

import gc
import json
import os
import select
import signal
import sys
from datetime import datetime, timedelta
from typing import Any

import boto3
import botocore.session
from alembic import command, config  # noqa: F401 - so that no replica has to
from sqlalchemy.dialects import postgresql, sqlite  # noqa: F401 - as above
from sqlalchemy.orm import configure_mappers

from bot.base import failpoints, settings
from bot.base.aws_models import models
from bot.base.clock import system_clock
from bot.base.errors import LabeljobError
from bot.runtime import monotonic, serving, wiring  # noqa: F401 - as above

_ASKED = ("s3", "sagemaker", "rekognition", "sts", "cognito-idp", "logs", "lambda", "sns", "iam")
REFUSED = 75  # how a replica ends that says in words why it cannot start, to tell that from a bug


class Nursery:
    """The replicas of this process, by the number under which they were asked for."""

    def __init__(self) -> None:
        self._names: dict[int, int] = {}
        self._pids: dict[int, int] = {}
        self._wake, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def run(self) -> None:
        """Fork, signal and report until nobody asks any more; then end every replica."""
        asked = b""
        while True:
            ready, _, _ = select.select([0, self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._report()
            if 0 not in ready:
                continue
            piece = os.read(0, 65536)
            if not piece:
                break
            *lines, asked = (asked + piece).split(b"\n")
            for line in lines:
                self._do(json.loads(line))
        for pid in self._pids.values():
            os.kill(pid, signal.SIGKILL)

    def _do(self, wish: dict[str, Any]) -> None:
        if "signal" in wish:
            if wish["id"] in self._pids:
                os.kill(self._pids[wish["id"]], wish["signal"])
            return
        pid = os.fork()
        if not pid:
            _become(wish)
        self._pids[wish["id"]], self._names[pid] = pid, wish["id"]

    def _report(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                return
            if not pid:
                return
            name = self._names[pid]
            if os.WIFSTOPPED(status):
                _say(f"{name} stopped")
            elif os.WIFCONTINUED(status):
                _say(f"{name} continued")
            else:
                del self._pids[self._names.pop(pid)]
                _say(f"{name} ended {os.waitstatus_to_exitcode(status)}")


def _become(wish: dict[str, Any]) -> None:
    """Be a replica from here on, with the settings, the folder and the log it was given, and
    nothing of the nursery.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in enumerate((nothing, log, log)):
        os.dup2(source, number)
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["settings"])
    failpoints.arm(os.environ.get("LABELJOB_FAILPOINT", ""))
    ahead = timedelta(seconds=wish["ahead"])

    def clock() -> datetime:
        return system_clock() + ahead

    try:
        serving.serve(settings.read(), wish["role"], clock=clock)
    except LabeljobError as error:
        print(error.words, file=sys.stderr)  # noqa: T201 - as `labeljob serve` does
        sys.exit(REFUSED)
    sys.exit(0)


def _read_once() -> None:
    """Read what every replica would read: the tables' mapping and AWS's descriptions."""
    configure_mappers()
    core = botocore.session.get_session()
    core.register_component("data_loader", models())
    session: Any = boto3.Session("key", "secret", region_name="eu-west-1", botocore_session=core)
    for service in _ASKED:
        session.client(service)


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    _read_once()
    gc.collect()
    gc.freeze()
    _say("ready")
    Nursery().run()
