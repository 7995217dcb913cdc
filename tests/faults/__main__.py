"""`make faults`: the failure book, row by row, on each store. The last lines are figures.

KILLS (50; 500 is the long form) scales every count, STORE is sqlite, postgresql or both, ROWS names
some rows by their numbers (1,7), SEED makes chance repeatable up to the machine's own timing. The
last line of each store is that of the first row, the kills.

`python -m tests.faults payloads 20000` posts that many awkwardly changed payloads instead.
"""

import os
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import astuple
from pathlib import Path

from tests.faults import payloads, postgres, side_by_side
from tests.faults.book import LONG, Done, Figures, Place, Row, line
from tests.faults.rows import ROWS
from tests.faults.telling import Piped, Telling, Terminal

_STORES = ("sqlite", "postgresql")
# rows on each store in the short form that wait more than they work: four worlds keep two cores
# busy. With one of the others among them births would take so long that no replica reached its step
_AT_ONCE = 2


def main() -> int:
    """Run what the environment asks for; 1 when a promise was broken."""
    seed = int(os.environ.get("SEED", "7"))
    if sys.argv[1:2] == ["payloads"]:
        return payloads.main(int((sys.argv[2:] or ["20000"])[0]), seed, Terminal().lines)
    if wrong := _wrong(sys.argv[1:]):
        Terminal().lines(wrong)
        return 2
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # so that everything that was started is ended
    kills = int(os.environ.get("KILLS", "50"))
    chosen = os.environ.get("STORE", "both")
    if os.environ.get(side_by_side.PIPED):
        _piped(chosen, kills, seed)
        return 0
    began, terminal = time.monotonic(), Terminal()
    # the long form measures times, and needs the machine for one row
    if chosen == "both" and kills < LONG:
        every = _side_by_side(kills, terminal)
    else:
        stores = _STORES if chosen == "both" else (chosen,)
        every = [done for store in stores for done in _store(store, kills, seed, terminal)]
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    terminal.lines("", f"{len(every)} rows in {minutes} min {seconds} s")
    terminal.lines(*(done.line for done in every if done.number != 1))
    terminal.lines(*(done.line.removeprefix("row=1 ") for done in every if done.number == 1))
    return 0 if all(done.kept for done in every) else 1


def _wrong(arguments: list[str]) -> str:
    """What was asked for and is not here; "" when all is. A slip must not look like a book that was
    kept.
    """
    store, rows = os.environ.get("STORE", "both"), os.environ.get("ROWS", "")
    known = {str(row.number) for row in ROWS}
    strange = [number for number in rows.split(",") if number and number not in known]
    if arguments:
        return (
            f"{' '.join(arguments)}: the book takes KILLS, STORE, ROWS and SEED from the "
            "environment, or `payloads`."
        )
    if store not in {"both", *_STORES}:
        return f"STORE={store}: sqlite, postgresql or both."
    if strange:
        numbers = ", ".join(sorted(known, key=int))
        return (
            f"There is no row {', '.join(strange)} here, but {numbers}; docs/reliability.md says "
            "how others are run."
        )
    return ""


def _wanted(kills: int, store: str) -> list[Row]:
    """The rows of this run."""
    numbers = {int(number) for number in os.environ.get("ROWS", "").split(",") if number}
    if numbers:
        return [row for row in ROWS if store in row.stores and row.number in numbers]
    return [row for row in ROWS if row.wanted(store, short=kills < LONG)]


def _side_by_side(kills: int, terminal: Terminal) -> list[Done]:
    """Every row on both stores: those that work one on each store, those that wait several at once,
    and then, one after the other, those that need the machine.
    """
    wanted = {store: _wanted(kills, store) for store in _STORES}
    busy, others, alone = (
        {store: [row.number for row in rows if kind(row)] for store, rows in wanted.items()}
        for kind in (
            lambda row: row.busy,
            lambda row: not row.busy and not row.alone,
            lambda row: row.alone,
        )
    )
    every = side_by_side.run(busy, 1, terminal)
    # from the last, for the later rows are the longer ones, and no store shall end with such a one
    from_the_last = {store: numbers[::-1] for store, numbers in others.items()}
    every += side_by_side.run(from_the_last, _AT_ONCE, terminal)
    for store, numbers in alone.items():
        every += side_by_side.run({store: numbers}, 1, terminal)
    return sorted(every, key=lambda done: done.number)


def _piped(store: str, kills: int, seed: int) -> None:
    """For the process that started this one: each row whose number it writes, until it writes no
    more.
    """
    piped, rows = Piped(), {row.number: row for row in ROWS}
    server = postgres.start() if store == "postgresql" else None
    try:
        for number in sys.stdin:
            piped.say("done", astuple(_row(rows[int(number)], store, server, kills, seed, piped)))
    finally:
        if server is not None:
            server.remove()


def _store(store: str, kills: int, seed: int, telling: Telling) -> list[Done]:
    """Every row on one store."""
    rows = _wanted(kills, store)
    server = postgres.start() if store == "postgresql" and rows else None
    try:
        return [_row(row, store, server, kills, seed, telling) for row in rows]
    finally:
        if server is not None:
            server.remove()


def _row(  # noqa: PLR0917 - where, how much, and who is told
    row: Row, store: str, server: postgres.Postgres | None, kills: int, seed: int, telling: Telling
) -> Done:
    """One row in a place of its own; whatever it raises is a promise that was not kept."""
    began = time.monotonic()

    def tell(words: str) -> None:
        seconds = time.monotonic() - began
        telling.progress(
            store, f"row {row.number} ({row.name}) on {store}, {seconds:.0f} s: {words}"
        )

    tell("begins")
    with tempfile.TemporaryDirectory(prefix="labeljob-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/labeljob.db" if server is None else server.new_database()
        try:
            figures = row.run(Place(folder, url, store, kills, seed, tell, server))
        except Exception:
            figures = Figures({}, kept=False, findings=(traceback.format_exc(),))
    promise, kept = (
        f"{row.promise[:1].upper()}{row.promise[1:]}",
        "kept" if figures.kept else "NOT KEPT",
    )
    done = Done(row.number, line(row, figures, store), figures.kept)
    seconds = time.monotonic() - began
    telling.lines(
        *figures.findings, f"{promise}: {kept} on {store} ({seconds:.0f} s)", f"  {done.line}"
    )
    return done


if __name__ == "__main__":
    sys.exit(main())
