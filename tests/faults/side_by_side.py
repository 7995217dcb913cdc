"""Both stores at once, each in a process of its own: rows wait more than they work, so this saves time."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.faults.book import Done
from tests.faults.telling import Telling

PIPED = "FAULTS_PIPED"
_ROOT = Path(__file__).parents[2]


def run(stores: Iterable[str], telling: Telling) -> list[Done]:
    """Every row that each store has, in order of the stores.

    Raises:
        RuntimeError: a process ended without saying what came of its rows.

    """
    found: dict[str, list[Done] | None] = dict.fromkeys(stores)
    one_at_a_time = threading.Lock()

    def read(store: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with one_at_a_time:
                try:
                    ((what, value),) = json.loads(line).items()
                except ValueError:  # not ours: something that the process started speaks
                    what, value = "lines", (line.rstrip(),)
                if what == "lines":
                    telling.lines(*value)
                elif what == "progress":
                    telling.progress(*value)
                else:
                    found[store] = [Done(*each) for each in value]
        with one_at_a_time:
            telling.progress(store, "")

    processes = {store: _start(store) for store in found}
    readers = [threading.Thread(target=read, args=each) for each in processes.items()]
    try:
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    finally:
        for process in processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            process.wait()
    silent = [store for store, done in found.items() if done is None]
    if silent:
        raise RuntimeError(f"The rows on {' and '.join(silent)} came to no end; the reason is above.")
    return [each for done in found.values() for each in done or ()]


def _start(store: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults"],
        cwd=_ROOT,
        env={**os.environ, "STORE": store, PIPED: "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
