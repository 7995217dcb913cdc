"""Measures `labeljob sandbox`: seconds until the page answers, until it is ready, and until the
first minute is over.

Beside them the processor seconds until it was ready and the memory a few seconds later, of the
stand-ins + the bot.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    "apscheduler.schedulers.background, boto3, jinja2, pydantic_settings, slack_bolt, sqlmodel"
)
SETTLED = 3.0  # seconds after which everything that is read later has been read
READY = {"--services-only": "LABELJOB_MANAGERS", "": "is open"}


def main() -> None:
    """The stand-ins alone and the whole, each in a new folder and again in the same one, beside the
    imports alone.
    """
    print(f"the libraries alone: {_libraries()}", flush=True)  # noqa: T201 - this is a command
    for what, word in READY.items():
        with tempfile.TemporaryDirectory(prefix="labeljob-start-") as folder:
            for time_of in ("first", "again"):
                print(f"{what or 'whole':16} {time_of}: {_measure(folder, what, word)}", flush=True)  # noqa: T201


def _libraries() -> str:
    """What importing them takes, to compare with on this machine at this moment."""
    before, started = os.times(), time.monotonic()
    subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], check=True)
    after = os.times()
    used = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return f"{time.monotonic() - started:.2f} s, processor {used:.2f} s"


def _measure(folder: str, what: str, word: str) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        "--folder",
        folder,
        "--port",
        str(port),
        *filter(None, [what]),
    ]
    where = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    played = Path(folder, "opened")
    new = not what and not played.exists()
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=where, text=True
    )
    answers = _until_answered(f"http://127.0.0.1:{port}/") - started
    assert process.stdout is not None
    next(line for line in process.stdout if word in line)
    ready = time.monotonic() - started
    processes = [process.pid, *_children(process.pid)]
    used = " + ".join(f"{_processor_seconds(each):.2f}" for each in processes)
    over = _until(played.exists) - started if new else 0.0
    threading.Event().wait(SETTLED)
    held = " + ".join(f"{_megabytes(each):.0f}" for each in processes)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    process.stdout.close()
    played_words = f", first minute over {over:.2f} s" if new else ""
    return (
        f"page {answers:.2f} s, ready {ready:.2f} s, processor {used} s{played_words}, memory "
        f"{held} MB"
    )


def _until(holds: Callable[[], bool]) -> float:
    never, deadline = threading.Event(), time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        never.wait(0.01)
    return time.monotonic()


def _until_answered(url: str) -> float:
    never, deadline = threading.Event(), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return time.monotonic()
        except OSError:
            never.wait(0.01)
    raise AssertionError("the page did not answer in a minute")


def _megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(each) for each in found]


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
