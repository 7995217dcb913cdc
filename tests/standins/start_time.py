"""Measures `labeljob sandbox`: seconds until the page answers and until it is ready, processor seconds, memory."""

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
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = {"--services-only": "LABELJOB_MANAGERS", "": "is open"}


def main() -> None:
    """The stand-ins alone and the whole, each in a new folder and again in the same one."""
    for what, word in READY.items():
        with tempfile.TemporaryDirectory(prefix="labeljob-start-") as folder:
            for time_of in ("first", "again"):
                print(f"{what or 'whole':16} {time_of}: {_measure(folder, what, word)}", flush=True)  # noqa: T201 - this is a command


def _measure(folder: str, what: str, word: str) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bot", "sandbox", "--folder", folder, "--port", str(port), *filter(None, [what])]
    where = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=where, text=True
    )
    answers = _until_answered(f"http://127.0.0.1:{port}/") - started
    assert process.stdout is not None
    next(line for line in process.stdout if word in line)
    ready = time.monotonic() - started
    memory = [_megabytes(process.pid), *(_megabytes(child) for child in _children(process.pid))]
    used = _processor_seconds(process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    process.stdout.close()
    held = " + ".join(f"{each:.0f}" for each in memory)
    return f"page {answers:.2f} s, ready {ready:.2f} s, processor {used:.2f} s, memory {held} MB"


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
