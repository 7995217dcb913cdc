"""How many requests are answered at the same time: few quick ones, and more beside those that
wait.
"""

import asyncio
import threading

import pytest

from bot.slack.answering import QUICK, Answering, Room

FEW, MOST = 2, 64


class Seconds:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def entered(room: Room, moment: float) -> int:
    """How many more find room."""
    return next(number for number in range(2 * MOST) if not room.enter((moment, number)))


def test_quick_answers_leave_room_for_few() -> None:
    """Without this, 64 threads would contend for the interpreter, and each answer would cost half
    as much again.
    """
    clock = Seconds()
    room = Room(FEW, MOST, clock)
    assert entered(room, clock.now) == FEW
    for _ in range(1_000):
        clock.now += QUICK / 2
        assert not room.enter("one more")
        room.leave((0.0, 0))
        assert room.enter((0.0, 0))
        for number in range(1, FEW):
            room.leave((0.0, number))
            assert room.enter((0.0, number))


def test_answers_that_wait_make_room_for_more_and_sixty_are_begun_with_in_a_fifth_of_a_second() -> (
    None
):
    """Without this, a few people whose question AWS does not answer would let everybody else wait
    beyond 3 s.
    """
    clock = Seconds()
    room = Room(FEW, MOST, clock)
    begun = []
    for _ in range(5):
        begun.append(entered(room, clock.now))
        clock.now += room.more_in() or 0.0
    assert begun == [2, 4, 8, 16, 32]
    assert clock.now == pytest.approx(5 * QUICK)


def test_nobody_gets_in_beyond_the_most() -> None:
    """Without this, answers that wait would take one thread after the other until the machine has
    none.
    """
    clock = Seconds()
    room = Room(FEW, MOST, clock)
    for _ in range(10):
        entered(room, clock.now)
        clock.now += 10 * QUICK
    assert not room.enter("one more")
    assert room.more_in() is None
    room.leave((0.0, 0))
    assert room.enter("one more")


def test_room_that_waiting_made_ends_with_it() -> None:
    """Without this, one bad moment of AWS's would leave the contending threads behind for ever."""
    clock = Seconds()
    room = Room(FEW, MOST, clock)
    entered(room, 1.0)
    clock.now += QUICK
    many = entered(room, 2.0)
    for number in range(FEW):
        room.leave((1.0, number))
    for number in range(many):
        room.leave((2.0, number))
    assert entered(room, 3.0) == FEW


def test_as_many_as_there_may_be_are_answered_at_once_when_all_of_them_wait() -> None:
    """Without this, whoever asks while others wait for AWS would begin only when one of them has
    ended.
    """
    together = threading.Barrier(MOST)

    async def story() -> list[int]:
        answering = Answering(MOST, FEW)
        return await asyncio.gather(*(answering.do(together.wait, 30.0) for _ in range(MOST)))

    assert sorted(asyncio.run(story())) == list(range(MOST))


def test_each_is_answered_in_its_turn_and_what_one_raises_stays_with_it() -> None:
    """Without this, one faulty request would take its place with it, and after a few nobody would
    be answered.
    """
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number % 2:
            raise ValueError(number)
        return number

    async def story() -> list[int | BaseException]:
        answering = Answering(1, 1)
        return await asyncio.gather(
            *(answering.do(work, number) for number in range(20)), return_exceptions=True
        )

    found = asyncio.run(story())
    assert begun == list(range(20))
    assert [each for each in found if isinstance(each, int)] == list(range(0, 20, 2))


def test_whoever_gives_up_leaves_the_place_to_the_next() -> None:
    """Without this, connections that are cut while they wait would use up the room of those that
    come after.
    """
    go = threading.Event()
    begun: list[int] = []

    async def story() -> str:
        answering = Answering(1, 1)
        first = asyncio.create_task(answering.do(go.wait, 30.0))
        given_up = [asyncio.create_task(answering.do(begun.append, number)) for number in range(10)]
        await asyncio.sleep(0)
        for task in given_up[:9]:
            task.cancel()
        go.set()
        await first
        given_up[9].cancel()  # its turn has come, or is about to
        await asyncio.wait(given_up)
        return await answering.do(str, "answered")

    assert asyncio.run(story()) == "answered"
    assert len(begun) <= 1
