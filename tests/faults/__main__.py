"""`make faults`: the failure book, row by row, on each store. The last lines are figures.

KILLS (50; 500 is the long form) scales every count, STORE is sqlite, postgresql or both, ROWS names some rows by their
numbers (1,7), SEED makes chance repeatable up to the machine's own timing. The last line of each store is that of the
first row, the kills.

`python -m tests.faults payloads 20000` posts that many awkwardly changed payloads instead.
"""

import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults import payloads, postgres
from tests.faults.book import LONG, Figures, Place, Row, line
from tests.faults.rows import ROWS

_SPARSE = 30.0  # seconds between two lines of progress where nobody sits at a terminal
_WIDTH = 100


class Progress:
    """Words about what goes on: one line that changes on a terminal, now and then a line elsewhere."""

    def __init__(self, about: str) -> None:
        self._about = about
        self._live = sys.stdout.isatty()
        self._began = self._told = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self._began

    def tell(self, words: str) -> None:
        """Say it, if somebody watches or nothing was said for a while."""
        text = f"  {self._about}, {self.seconds:.0f} s: {words}"
        if self._live:
            sys.stdout.write(f"\r{text[:_WIDTH]:<{_WIDTH}}")
            sys.stdout.flush()
        elif time.monotonic() - self._told > _SPARSE:
            self._told = time.monotonic()
            _print(text)

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            sys.stdout.write(f"\r{'':<{_WIDTH}}\r")


def main() -> int:
    """Run what the environment asks for; 1 when a promise was broken."""
    seed = int(os.environ.get("SEED", "7"))
    if sys.argv[1:2] == ["payloads"]:
        return payloads.main(int((sys.argv[2:] or ["20000"])[0]), seed, _print)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything that was started is ended
    kills = int(os.environ.get("KILLS", "50"))
    chosen = os.environ.get("STORE", "both")
    began = time.monotonic()
    lines: list[str] = []
    last: list[str] = []
    kept = True
    for store in ("sqlite", "postgresql") if chosen == "both" else (chosen,):
        for row, figures in _store(store, _wanted(kills, store), kills, seed):
            kept = kept and figures.kept
            (last if row.number == 1 else lines).append(line(row, figures, store))
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    _print("", f"{len(lines) + len(last)} rows in {minutes} min {seconds} s", *lines)
    _print(*(each.removeprefix("row=1 ") for each in last))
    return 0 if kept else 1


def _wanted(kills: int, store: str) -> list[Row]:
    """The rows of this run."""
    numbers = {int(number) for number in os.environ.get("ROWS", "").split(",") if number}
    if numbers:
        return [row for row in ROWS if store in row.stores and row.number in numbers]
    return [row for row in ROWS if row.wanted(store, short=kills < LONG)]


def _store(store: str, rows: list[Row], kills: int, seed: int) -> list[tuple[Row, Figures]]:
    """Every row on one store."""
    server = postgres.start() if store == "postgresql" and rows else None
    try:
        return [(row, _row(row, store, server, kills, seed)) for row in rows]
    finally:
        if server is not None:
            server.remove()


def _row(row: Row, store: str, server: postgres.Postgres | None, kills: int, seed: int) -> Figures:
    """One row in a place of its own; whatever it raises is a promise that was not kept."""
    progress = Progress(f"row {row.number} ({row.name}) on {store}")
    with tempfile.TemporaryDirectory(prefix="labeljob-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/labeljob.db" if server is None else server.new_database()
        try:
            figures = row.run(Place(folder, url, store, kills, seed, progress.tell, server))
        except Exception:
            figures = Figures({}, kept=False, findings=(traceback.format_exc(),))
        progress.end()
    _print(*figures.findings)
    promise, kept = f"{row.promise[:1].upper()}{row.promise[1:]}", "kept" if figures.kept else "NOT KEPT"
    _print(f"{promise}: {kept} on {store} ({progress.seconds:.0f} s)")
    _print(f"  {line(row, figures, store)}")
    return figures


def _print(*lines: str) -> None:
    for each in lines:
        print(each, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main())
