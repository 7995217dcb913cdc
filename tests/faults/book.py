"""The failure book: which promise is tried, how, and what came of it.

Each row is a file of its own with a `ROW`; `rows.py` lists them. The short form scales the counts
of the long one (`Place.of`); a row that cannot be scaled is left to the long form. Promised to
whoever reads the last lines: a figure there was counted in what the stand-ins keep, and `kept` says
whether the promise was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.postgres import Postgres

LONG = 500
"""The number of kills of the long form, by which every other count is scaled."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is tried: an empty folder, an empty database, and how much of it is wanted."""

    folder: Path
    database_url: str
    store: str
    kills: int
    seed: int
    tell: Callable[[str], None]
    server: Postgres | None = None
    """The PostgreSQL of `database_url`, for rows that make more databases or stop it."""

    def of(self, full: int, least: int = 1) -> int:
        """A count of the long form as this run wants it, never below `least` and never above
        `full`.
        """
        return min(full, max(least, round(full * self.kills / LONG)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a row: figures in the order they are printed, and whether the promise was
    kept.
    """

    counts: dict[str, int | float | str]
    kept: bool
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A row that was run: its number, its line of figures, and whether the promise was kept."""

    number: int
    line: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the book.

    `stores` are those where it makes a difference; `short` is whether the short form has it, or on
    which stores; `busy` is whether it works more than it waits, so that it has a processor to
    itself; `alone` is whether it judges seconds, so that no other row may run beside it.
    """

    number: int
    name: str
    promise: str
    run: Callable[[Place], Figures]
    stores: tuple[str, ...] = ("sqlite", "postgresql")
    short: bool | tuple[str, ...] = True
    busy: bool = False
    alone: bool = False

    def wanted(self, store: str, *, short: bool) -> bool:
        """Whether the short or the long form has it on this store."""
        few = self.short if isinstance(self.short, tuple) else self.stores if self.short else ()
        return store in self.stores and (not short or store in few)


def line(row: Row, figures: Figures, store: str) -> str:
    """`row=2 posts=200 lost=0 duplicates=0 … store=sqlite kept=yes`."""
    counts = " ".join(f"{name}={value}" for name, value in figures.counts.items())
    return f"row={row.number} {counts} store={store} kept={'yes' if figures.kept else 'NO'}"
