"""The pool: a long one leaves room for the others, nothing is worked on twice at once, and the end
waits.
"""

import logging
import threading
from collections.abc import Iterator

import pytest

from bot.base.errors import Transient
from bot.base.log import about, subject
from bot.base.pool import Pool, Start, at_once
from bot.base.rounds import Round
from bot.runtime.scheduler import Scheduler

PATIENCE = 20.0  # seconds; only reached by a test that fails


class Held:
    """A piece of work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(PATIENCE)


@pytest.fixture
def held() -> Iterator[Held]:
    work = Held()
    yield work
    work.go_on.set()


@pytest.fixture
def pool(held: Held) -> Iterator[Pool]:
    made = Pool("test", 2)
    yield made
    held.go_on.set()
    made.end()


def done(pool: Pool, name: str = "another") -> bool:
    """Whether something else is done meanwhile."""
    ended = threading.Event()
    pool.start(name, ended.set)
    return ended.wait(PATIENCE)


def test_a_long_one_leaves_room_for_the_others(pool: Pool, held: Held) -> None:
    """Without this, one manifest that does not come keeps everybody's jobs from being launched."""
    pool.start("long", held)
    assert all(done(pool, f"job {number}") for number in range(10))
    assert held.begun.is_set()


def test_what_is_worked_on_is_not_begun_again(pool: Pool, held: Held) -> None:
    """Without this, every round would put the same long one into another place, until there is none
    left.
    """
    pool.start("long", held)
    for _ in range(5):
        pool.start("long", held)
    assert held.begun.wait(PATIENCE)
    assert done(pool)
    assert held.times == 1


def test_a_round_with_more_to_do_does_not_wait_for_a_place(held: Held) -> None:
    """Without this, five long ones would hold up the round that looks at everybody's jobs."""
    pool = Pool("test", 1, waits=False)
    pool.start("long", held)
    assert held.begun.wait(PATIENCE)
    other = threading.Event()
    pool.start("other", other.set)
    assert not other.is_set(), "the round that comes next begins it"
    held.go_on.set()
    pool.end()
    assert not other.is_set()


def test_what_is_over_can_be_begun_again(pool: Pool) -> None:
    """Without this, what failed once would never be tried again."""
    assert done(pool, "one")
    again = threading.Event()
    for _ in range(1_000):
        pool.start("one", again.set)  # nothing while the first is a moment from its end
        if again.wait(0.01):
            break
    assert again.is_set()


def test_without_a_place_the_round_waits_and_then_goes_on(pool: Pool, held: Held) -> None:
    """Without this, a thousand jobs would be a thousand threads, or those behind the first few
    would wait a round.
    """
    for name in ("long", "longer"):
        pool.start(name, held)
    third = threading.Event()
    waiting = threading.Thread(target=pool.start, args=("third", third.set))
    waiting.start()
    assert not third.wait(0.05), "there is no place"
    held.go_on.set()
    assert third.wait(PATIENCE)
    waiting.join(PATIENCE)


def test_a_failure_is_logged_and_frees_its_place(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, a silent database or a bug of ours would go unseen, and take a place for
    ever.
    """

    def silent() -> None:
        raise Transient("The database does not answer.")

    def broken() -> None:
        raise KeyError("what")

    with caplog.at_level(logging.WARNING):
        for number in range(3):
            pool.start(f"silent {number}", silent)
            pool.start(f"broken {number}", broken)
        assert done(pool)
        pool.end()
    assert "silent 0: The database does not answer. The next round looks again" in caplog.text
    assert "broken 2 failed; the next round looks again" in caplog.text
    assert "KeyError" in caplog.text


def test_lines_of_the_log_say_which_round_began_it(pool: Pool) -> None:
    """Without this, an administrator would not find the lines of a launch by its round."""
    said: list[dict[str, str]] = []
    with about(round="launch"):
        pool.start("one", lambda: said.append(subject()))
    pool.end()
    assert said == [{"round": "launch"}]


def test_the_end_waits_for_what_is_worked_on_and_begins_nothing_more(held: Held) -> None:
    """Without this, SIGTERM would cut a launch off in its middle, or wait for jobs that are only
    begun now.
    """
    pool, ended = Pool("test", 1), threading.Event()
    begun: list[str] = []

    def round_(start: Start) -> None:
        start("long", held)
        start("waits", lambda: begun.append("waits"))

    scheduler = Scheduler([Round("launch", 60.0, round_, pool)])
    scheduler.start()
    assert held.begun.wait(PATIENCE)

    def stop() -> None:
        scheduler.stop()
        ended.set()

    ending = threading.Thread(target=stop)
    ending.start()
    assert not ended.wait(0.05), "the long one is not over"
    held.go_on.set()
    assert ended.wait(PATIENCE)
    ending.join(PATIENCE)
    pool.start("late", lambda: begun.append("late"))
    assert begun == []


def test_without_a_pool_things_are_done_at_once() -> None:
    """Without this, what a test runs would be over later than the test."""
    begun: list[str] = []
    at_once("one", lambda: begun.append("one"))
    assert begun == ["one"]
