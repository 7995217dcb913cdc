"""Rounds: what is done every few seconds by whoever lets time pass."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.base.pool import Pool, Start, at_once


@dataclass(frozen=True, slots=True)
class Round:
    """Something to do every `gap` seconds.

    `work` is given how to begin what it finds: in `pool`, where there is one, so that a long thing
    holds up no other.
    """

    name: str
    gap: float
    work: Callable[[Start], object]
    pool: Pool | None = None

    def run(self) -> None:
        """Do it once; what it finds may go on in the pool."""
        self.work(self.pool.start if self.pool else at_once)

    def finish(self) -> None:
        """Do it once, to its end."""
        self.work(at_once)


def simple(work: Callable[[], object]) -> Callable[[Start], object]:
    """A round's work that begins nothing beside itself."""
    return lambda _start: work()
