"""A real HTTP server for a stand-in, in a thread of its own, answering on the loopback address
alone.

Promises: `Server.start` returns when the port answers and `Server.stop` ends open event streams and
sockets. `LoopbackOnly` refuses every request whose Host header is not this machine, so that a web
page of somebody else cannot reach a stand-in through a DNS name that it points at 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Self, cast

import anyio.to_thread
import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.ports import loopback_socket

__all__ = ["LoopbackOnly", "Server"]

THREADS = 64
"""Worker threads for synchronous handlers: a handler that waits for the bot's answer holds one of
them.
"""
START_SECONDS = 60.0  # a busy machine takes its time
STOP_SECONDS = 10.0
GRACE_SECONDS = 1.0
"""How long an answer that is being given may still take when the server ends."""
HTTP_MISDIRECTED = 421
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


class LoopbackOnly:
    """ASGI middleware: only requests that name this machine in their Host header pass; others get
    421 and words.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (HTTP 421; a websocket is closed before it is
        accepted).
        """
        if scope["type"] == "lifespan" or _host_is_loopback(scope):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "loopback only"})
            return
        words = (
            b"This practice server answers only to 127.0.0.1 "
            b"and localhost. Use one of these in "
            b"the address.\n"
        )
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(words)).encode()),
        ]
        await send({"type": "http.response.start", "status": HTTP_MISDIRECTED, "headers": headers})
        await send({"type": "http.response.body", "body": words})


def _host_is_loopback(scope: Scope) -> bool:
    headers = cast("list[tuple[bytes, bytes]]", scope["headers"])
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        return False
    name = hosts[0].strip().lower()
    if ":" in name and not name.endswith("]"):  # [::1] holds colons and has no port
        name = name.rsplit(":", 1)[0]
    return name in LOOPBACK_NAMES


class Server:
    """One ASGI application on 127.0.0.1, served by uvicorn in a daemon thread.

    `port` 0 takes a free port; it may be a socket that is bound already (see `loopback_socket`).
    `start` raises OSError when the port is taken and RuntimeError when the application does not
    come up. The same object cannot be started twice; make a new one.
    """

    def __init__(self, app: ASGIApp, port: int | socket.socket = 0) -> None:
        self._wanted_port = port if isinstance(port, int) else 0
        self._bound = None if isinstance(port, int) else port
        self._edge = _Edge(app)
        # h11 and plain asyncio: the fault switches reach the connection through uvicorn's own cycle
        # object.
        config = uvicorn.Config(
            self._edge,
            http="h11",
            loop="asyncio",
            ws="websockets-sansio",
            lifespan="auto",
            access_log=False,
            log_config=None,
            log_level="error",
            proxy_headers=False,
            server_header=False,
            date_header=False,  # see `_Edge`: a service may have a clock of its own
        )
        self._uvicorn = _Uvicorn(config)
        self._thread = threading.Thread(target=self._run, name="stand-in-http", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on; bound at the first look, so that it is known before `start`."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Listen and serve; returns itself once requests are answered."""
        assert self._socket is not None
        self._thread.start()
        if not self._uvicorn.up.wait(START_SECONDS) or not self._uvicorn.started:
            self.stop()
            raise RuntimeError(
                "The stand-in's server did not come up; the reason is in the log above."
            )
        return self

    def stop(self) -> None:
        """End open event streams and sockets, finish what is being answered, release the port."""
        self.begin_to_stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(STOP_SECONDS)
        with contextlib.suppress(OSError):
            if self._bound is not None:
                self._bound.close()

    def begin_to_stop(self) -> None:
        """As `stop`, without waiting for it: several servers can end at the same time."""
        self._edge.end_streams()
        self._uvicorn.end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @property
    def _socket(self) -> socket.socket:
        if self._bound is None:
            self._bound = loopback_socket(self._wanted_port)
        return self._bound

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._uvicorn.up.set()  # nobody waits for what did not come up

    async def _serve(self) -> None:
        self._edge.loop = asyncio.get_running_loop()
        await self._uvicorn.serve(sockets=[self._socket])


class _Uvicorn(uvicorn.Server):
    """uvicorn told by events what it looks for ten times a second: a start and an end cost what
    they take.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        state, end = self.server_state, time.monotonic() + GRACE_SECONDS
        while (state.connections or state.tasks) and time.monotonic() < end:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    def end(self) -> None:
        """Begin to end, from any thread, whether it has started or not."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._ending.set)


class _Edge:
    """What only the server can give the application: more threads, a way to cut a connection, an
    end for streams, and the time in every answer that does not bring one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._streams: set[asyncio.Task[Any]] = set()
        self._ending = False
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            _let_cut(scope, send)
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        _let_cut(scope, send)

        async def watched_send(message: Message) -> None:
            if (
                task is not None
                and message["type"] == "http.response.start"
                and _is_event_stream(message)
            ):
                self._streams.add(task)
            if message["type"] == "http.response.start":
                message = {**message, "headers": _dated(message.get("headers", []))}
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except asyncio.CancelledError:
            if not self._ending or task is None:
                raise
            task.uncancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            if task is not None:
                self._streams.discard(task)

    def end_streams(self) -> None:
        """Cancel the requests that answer with an event stream; they never end by themselves."""
        self._ending = True
        if self.loop is None or self.loop.is_closed():
            return
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(lambda: [task.cancel() for task in list(self._streams)])


def _dated(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with the time now, where the application gave none."""
    given = list(headers)
    if any(name.lower() == b"date" for name, _value in given):
        return given
    return [(b"date", formatdate(usegmt=True).encode()), *given]


def _let_cut(scope: Scope, send: Send) -> None:
    """Give the application the way to cut its connection without a word."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        scope.setdefault("extensions", {})["cut_connection"] = transport.abort


def _is_event_stream(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in message.get("headers", [])
    )
