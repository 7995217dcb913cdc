"""People who are not Slack, from a process that reads no more code than that takes.

`python -m tests.faults.hostile_load PORT SECONDS` is hostile for so long, and prints how it was
answered as JSON.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

_EVENTS = "/slack/events"
_LARGE, _LARGE_AT_ONCE = 50_000_000, 8
_SLOW = 200
_FLOODS, _FLOOD_RATE = 20, 500  # connections, and requests a second of all of them
_PIECE = b"a" * 65_536


class Hostile:
    """The load, for some seconds; counts what it was answered ("closed" where a connection ended
    without words).
    """

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._end = time.monotonic() + seconds
        self.got: Counter[str] = Counter()

    async def all(self) -> None:
        """Everything at once."""
        async with asyncio.TaskGroup() as group:
            for number in range(_LARGE_AT_ONCE):
                group.create_task(self._again(self._large, number))
            for number in range(_SLOW):
                group.create_task(self._again(self._slow, number))
            for number in range(_FLOODS):
                group.create_task(self._again(self._flood, number))

    async def _again(self, act: Any, number: int) -> None:
        """One after the other until the end; each is cut there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._end - time.monotonic()):
                while True:
                    await self._once(act(number))

    async def _once(self, act: Coroutine[Any, Any, None]) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await act

    async def _large(self, number: int) -> None:
        """50 MB: announced, in parts, or announced with no signature at all."""
        reader, writer = await self._open()
        try:
            length = f"Content-Length: {_LARGE}" if number % 2 else "Transfer-Encoding: chunked"
            writer.write(_head(length, *(_forged() if number % 4 else ())))
            with suppress(OSError):
                for _ in range(_LARGE // len(_PIECE)):
                    writer.write(_PIECE if number % 2 else b"10000\r\n" + _PIECE + b"\r\n")
                    await writer.drain()
            await self._hear(reader)
        finally:
            writer.close()

    async def _slow(self, number: int) -> None:
        """A byte a second: of the headers, of a short body, or of a long one."""
        reader, writer = await self._open()
        heard = asyncio.create_task(self._hear(reader))
        try:
            head = _head(f"Content-Length: {(0, 900, 90_000)[number % 3]}", *_forged())
            writer.write(head if number % 3 else head[:40])  # that far into the name of the host
            while not heard.done():
                writer.write(b"a")
                await writer.drain()
                await asyncio.wait({heard}, timeout=1.0)
        finally:
            heard.cancel()
            writer.close()

    async def _flood(self, number: int) -> None:
        """Small requests over one connection, at a pace."""
        reader, writer = await self._open()
        try:
            while True:
                body = b"command=%2Flabeljob&text=help"
                writer.write(
                    _head(f"Content-Length: {len(body)}", *(_forged() if number % 2 else ())) + body
                )
                began = time.monotonic()
                if not await self._hear(reader):
                    return
                await asyncio.sleep(max(0.0, _FLOODS / _FLOOD_RATE - (time.monotonic() - began)))
        finally:
            writer.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _hear(self, reader: asyncio.StreamReader) -> bool:
        """Count one answer; whether another request may follow on its connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0]
            await reader.readexactly(int(length or 0))
        except (OSError, asyncio.IncompleteReadError):
            self.got["closed"] += 1
            return False
        self.got[head.split(b" ", 2)[1].decode()] += 1
        return b"connection: close" not in head.lower()


def _head(*headers: str) -> bytes:
    lines = [
        f"POST {_EVENTS} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _forged() -> tuple[str, str]:
    """Headers as Slack's are, from somebody who does not know the secret."""
    return f"X-Slack-Request-Timestamp: {int(time.time())}", f"X-Slack-Signature: v0={'0' * 64}"


def main() -> int:
    """Be hostile; print what was answered as JSON."""
    os.nice(19)  # those who attack do not do so from the bot's own processors
    hostile = Hostile(int(sys.argv[1]), float(sys.argv[2]))
    asyncio.run(hostile.all())
    print(json.dumps(hostile.got))  # noqa: T201 - this is a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
