"""Several rows at once, each process with a store and a server of its own: rows wait more than they
work.

A process takes the next row of its store whenever it has ended one, so none stands idle while there
is one left.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.book import Done
from tests.faults.telling import Telling

PIPED = "FAULTS_PIPED"
_ENDING = 10.0  # seconds for what a process removes at its end
_ROOT = Path(__file__).parents[2]


class Lanes:
    """The rows that are left on each store, and what came of the others; processes take from here
    in turn.
    """

    def __init__(self, rows: Mapping[str, Sequence[int]], telling: Telling) -> None:
        self._left = {store: deque(numbers) for store, numbers in rows.items()}
        self.found: dict[str, list[Done]] = {store: [] for store in rows}
        self._telling = telling
        self._one_at_a_time = threading.Lock()

    def lead(self, store: str, name: str, process: subprocess.Popen[str]) -> None:
        """Give a process one row after another, until none is left or it has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(IndexError, BrokenPipeError):
            while True:
                process.stdin.write(f"{self._left[store].popleft()}\n")
                process.stdin.flush()
                if not any(self._hear(store, name, line) for line in process.stdout):
                    break
        with self._one_at_a_time:
            self._telling.progress(name, "")

    def _hear(self, store: str, name: str, line: str) -> bool:
        """Pass on what a process says; whether its row has ended."""
        try:
            ((what, value),) = json.loads(line).items()
        except ValueError:  # not ours: something that the process started speaks
            what, value = "lines", (line.rstrip(),)
        with self._one_at_a_time:
            if what == "lines":
                self._telling.lines(*value)
            elif what == "progress":
                self._telling.progress(name, value[1])
            else:
                self.found[store].append(Done(*value))
        return bool(what == "done")


def run(rows: Mapping[str, Sequence[int]], at_once: int, telling: Telling) -> list[Done]:
    """The rows of these numbers on each store, so many of a store at once; in order of the stores
    and numbers.

    Raises:
        RuntimeError: a process ended without saying what came of its rows.

    """
    lanes = Lanes(rows, telling)
    names = {
        f"{store} {lane}": store
        for store, numbers in rows.items()
        for lane in range(min(at_once, len(numbers)))
    }
    processes = {name: _start(store) for name, store in names.items()}
    leaders = [
        threading.Thread(target=lanes.lead, args=(names[name], name, each))
        for name, each in processes.items()
    ]
    try:
        for leader in leaders:
            leader.start()
        for leader in leaders:
            leader.join()
    finally:
        for process in processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            _ended(process)
    silent = [store for store, numbers in rows.items() if len(lanes.found[store]) < len(numbers)]
    if silent:
        raise RuntimeError(
            f"The rows on {' and '.join(silent)} came to no end; the reason is above."
        )
    return [
        done for each in lanes.found.values() for done in sorted(each, key=lambda done: done.number)
    ]


def _ended(process: subprocess.Popen[str]) -> None:
    """Wait for its end; a thread that still waits for something would keep it for minutes."""
    try:
        process.wait(_ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(store: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults"],
        cwd=_ROOT,
        env={**os.environ, "STORE": store, PIPED: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
