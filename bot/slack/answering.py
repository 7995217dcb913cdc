"""Threads that answer signed requests: few while answers are quick, more as soon as answers wait
for others.

Threads that all have something to do contend for the interpreter's lock: 64 of them spend half as
much processor time again on an answer as two do. Threads that wait for AWS, for Slack or for the
database contend for nothing. So whoever has been at an answer for longer than a quick one takes
counts as waiting, and makes room for two more: fifty people who ask at once what a hanging AWS
knows are all begun with within a fifth of a second.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

QUICK = 0.05  # seconds; a quick answer takes a few thousandths, and more on a busy machine
_FEW = 2
_MORE = 2  # for each that waits

T = TypeVar("T")


class Room:
    """How many may be at work at this moment: `few`, and more for each that waits, but `most` at
    the most.

    `clock` gives seconds and only goes on.
    """

    def __init__(self, few: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._few = few
        self._most = most
        self._clock = clock
        self._began: dict[object, float] = {}  # the oldest first

    def enter(self, who: object) -> bool:
        """Begin to work, where there is room."""
        now = self._clock()
        waiting = sum(began + QUICK <= now for began in self._began.values())
        if len(self._began) >= min(self._most, self._few + _MORE * waiting):
            return False
        self._began[who] = now
        return True

    def leave(self, who: object) -> None:
        """Work no more; nothing for whoever never entered."""
        self._began.pop(who, None)

    def more_in(self) -> float | None:
        """Seconds until there is more room though nobody leaves; None when only leaving makes
        room.
        """
        if len(self._began) >= self._most:
            return None
        now = self._clock()
        return next(
            (began + QUICK - now for began in self._began.values() if began + QUICK > now), None
        )


class Answering:
    """Does work in threads, `most` at once, each in its turn. For one event loop, and only from
    within it.
    """

    def __init__(self, most: int, few: int = _FEW) -> None:
        self._room = Room(few, most)
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="answer")
        self._queue: deque[asyncio.Future[None]] = deque()
        self._looking: asyncio.TimerHandle | None = None

    async def do(self, work: Callable[..., T], *given: object) -> T:
        """What `work` returns or raises, as soon as there is room for it."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._queue.append(turn)
        self._admit()
        try:
            await turn
            return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self._room.leave(turn)
            with suppress(ValueError):  # its turn has come, unless it was given up before
                self._queue.remove(turn)
            self._admit()

    def _admit(self) -> None:
        """Begin with those who come next while there is room, and look again when there is more."""
        while self._queue and self._room.enter(self._queue[0]):
            turn = self._queue.popleft()
            if turn.done():  # given up
                self._room.leave(turn)
            else:
                turn.set_result(None)
        if self._queue and self._looking is None:
            more_in = self._room.more_in()
            if more_in is not None:
                self._looking = asyncio.get_running_loop().call_later(more_in, self._look)

    def _look(self) -> None:
        self._looking = None
        self._admit()
