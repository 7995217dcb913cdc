"""Bodies of requests, read while nobody knows yet who sends them.

Promises to the process: one body is at most a megabyte and is read within two seconds; all that are
being read hold 32 MB together, and beyond that the oldest are given up first. A request of Slack's
is some kilobytes (a form's answer at most some hundred) and comes in one piece; whoever sends a
byte a second is the oldest.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from http import HTTPStatus
from typing import Protocol

MOST = 1_000_000  # bytes of one body
PATIENCE = 2.0  # seconds for one body; Slack waits 3 for the answer
_TOGETHER = 32_000_000  # bytes of all longer bodies that are being read
_SHORT = 32_000  # bytes that nobody counts: as many connections as there may be hold 16 MB of them


class Body(Protocol):
    """A body that can be had whole, or in the parts in which it comes."""

    def __call__(self) -> Awaitable[bytes]:
        """The whole."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The parts."""


class NotRead(Exception):
    """A body that was not read to its end; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class RawBodies:
    """The bodies that are being read at this moment, by one event loop."""

    def __init__(
        self, *, most: int = MOST, patience: float = PATIENCE, together: int = _TOGETHER
    ) -> None:
        self._most = most
        self._patience = patience
        self._together = together
        self._held: dict[asyncio.Timeout, int] = {}  # the oldest first
        self._total = 0

    async def read(self, body: Body, announced: str | None = None) -> bytes:
        """The whole body; `announced` is its Content-Length, None where there is none.

        Raises: NotRead: it is too long (413, also while it comes), too slow, or was given up for
            others (408).

        """
        length = _length(announced)
        if length > self._most:
            raise NotRead(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            async with asyncio.timeout(self._patience) as reading:
                if 0 <= length <= _SHORT:
                    return await body()
                return await self._counted(body, reading)
        except TimeoutError as late:
            raise NotRead(HTTPStatus.REQUEST_TIMEOUT) from late

    async def _counted(self, body: Body, reading: asyncio.Timeout) -> bytes:
        """A body that is long, or of unknown length."""
        whole = bytearray()
        self._held[reading] = 0
        try:
            async for part in body:
                whole += part
                if len(whole) > self._most:
                    raise NotRead(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                self._hold(reading, len(part))
        finally:
            self._total -= self._held.pop(reading, 0)
        return bytes(whole)

    def _hold(self, reading: asyncio.Timeout, more: int) -> None:
        """Count what one holds; give the oldest up while all hold too much together."""
        if reading not in self._held:  # given up; it ends where it waits next
            return
        self._held[reading] += more
        self._total += more
        while self._total > self._together:
            oldest = next(iter(self._held))
            self._total -= self._held.pop(oldest)
            oldest.reschedule(asyncio.get_running_loop().time())


def _length(announced: str | None) -> int:
    """A Content-Length in bytes; -1 where there is none. The web server has refused what is no
    number.
    """
    return int(announced) if announced is not None else -1
