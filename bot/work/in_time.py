"""Work for which somebody waits: it keeps its lease, and ends when nobody waits any more."""

import time
from collections.abc import Callable

from bot.base.errors import Transient
from bot.work.leases import LeaseGuard


class OutOfTime(Transient):
    """It took longer than a person waits, and was broken off. Nothing was changed."""


def in_time(
    hold: LeaseGuard, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Callable[[], None]:
    """A step of something that may take so many seconds from now on; `clock` only goes on.

    Raises, from the step:
        OutOfTime: it takes longer.
        LeaseLost: somebody else does it by now.

    """
    end = clock() + seconds

    def step() -> None:
        hold.keep()
        if clock() > end:
            raise OutOfTime

    return step
