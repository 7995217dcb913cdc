"""The rounds go by the monotonic clock, whatever becomes of the wall clock.

A machine's clock cannot be set in a test, so APScheduler, which alone looked at it, is shown
another one; the clock that only goes on is passed in.
"""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.base.errors import Transient
from bot.base.rounds import Round, simple
from bot.runtime.scheduler import Scheduler
from tests.faults.clock_jumps import Wall, wall_clock

GAP = 3600.0


class Worker:
    """A scheduler with one round an hour, by a monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.rounds = 0
        self._ended = threading.Condition()
        self.scheduler = Scheduler(
            [Round("send", GAP, simple(self._round))], clock=lambda: self.seconds
        )

    def _round(self) -> None:
        with self._ended:
            self.rounds += 1
            self._ended.notify_all()
        raise Transient("a round that fails is not the last one")

    def wait(self, rounds: int, seconds: float = 30.0) -> bool:
        """Whether there have been so many rounds within that time."""
        with self._ended:
            return self._ended.wait_for(lambda: self.rounds >= rounds, seconds)


@pytest.fixture
def wall() -> Iterator[type[Wall]]:
    with wall_clock() as made:
        yield made


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    made.scheduler.start()
    yield made
    made.scheduler.stop()


def test_a_round_is_due_at_once_and_then_in_its_gap(worker: Worker) -> None:
    """Without this, a worker would begin its work half a minute late, or do it without a pause."""
    assert worker.wait(1)
    assert not worker.wait(2, 0.5), "the clock stands"
    worker.seconds += GAP
    assert worker.wait(2)
    assert not worker.wait(3, 0.5)
    worker.seconds += 1000 * GAP  # the machine slept
    assert worker.wait(3)
    assert not worker.wait(4, 0.5), "what was missed is done once"


@pytest.mark.parametrize("days", [-365, -1 / 24, 1, 20_000])
def test_wall_clock_that_is_set_moves_no_round(
    wall: type[Wall], worker: Worker, days: float
) -> None:
    """Without this, an hour set back would be an hour without posts, launches and looks; years
    ahead, for ever.
    """
    assert worker.wait(1)
    wall.ahead = timedelta(days=days)
    assert not worker.wait(2, 0.5), "it is not due sooner either"
    for rounds in (2, 3):
        worker.seconds += GAP
        assert worker.wait(rounds)
