"""Fault switches and the journal of a stand-in, both over HTTP at `/_control`.

Promises the tests two things: every request of an operation can be made late, lost, throttled,
broken or doubled, and everything received and answered is written down in order. The journal is the
oracle of the tests: what the vendor really saw, never what the bot believes it sent. It lives in
memory; tokens and signatures are removed from it.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.sandbox.journal import FaultBook, FaultRule, journal_page, readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FaultBook", "FaultRule", "Faults"]

KEPT_BYTES = 20_000
"""How much of an answer is kept for the journal."""
SLOW_PIECES = 10
HTTP_OK = 200


def _plain_answer(_scope: Scope, kind: str, retry_after: int) -> Response:
    if kind == "throttle":
        return Response(
            "too many requests", status_code=429, headers={"retry-after": str(retry_after)}
        )
    return Response("internal error", status_code=500)


class Faults:
    """ASGI middleware with the switches.

    `name_of(scope, body)` gives the operation ("chat.postMessage"); an empty name means that the
    request is nobody's operation and passes untouched and unwritten. `answer(scope, "throttle" |
    "error_500", retry_after)` speaks the service's own dialect. `direction` is the journal's word
    for requests that arrive here. A service that also calls out shares its `book` to write down and
    to spoil these calls as well. `home` is where the journal's page leads back to.
    """

    def __init__(  # noqa: PLR0913 - what a stand-in's switches stand on
        self,
        app: ASGIApp,
        name_of: Callable[[Scope, bytes], str],
        *,
        answer: Callable[[Scope, str, int], Response] = _plain_answer,
        direction: str = "in",
        book: FaultBook | None = None,
        home: str = "",
    ) -> None:
        self._app = app
        self._name_of = name_of
        self._answer = answer
        self._direction = direction
        self._home = home
        self.book = book if book is not None else FaultBook()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `/_control/faults` and `/_control/journal`; spoil or pass and write down everything
        else.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in _CONTROL_PATHS:
            response = await self._control(Request(scope, receive))
            await response(scope, receive, send)
            return
        body = await _whole_body(receive)
        operation = self._name_of(scope, body)
        if not operation:
            await self._app(scope, _replay(body, receive), send)
            return
        await _Exchange(self, scope, receive, send, operation, body).run()

    async def _control(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if (
            origin is not None
            and request.method != "GET"
            and origin != f"http://{request.headers.get('host')}"
        ):
            return JSONResponse({"ok": False, "error": "cross_origin"}, status_code=403)
        path = request.url.path
        if path == "/_control/faults":
            return await self._control_faults(request)
        after = request.query_params.get("after", "0")
        if path == "/_control/journal":
            entries = self.book.entries(int(after) if after.isascii() and after.isdigit() else 0)
            return JSONResponse({"entries": entries, "last": self.book.last})
        entries = self.book.entries(max(0, self.book.last - 500))
        return HTMLResponse(journal_page(entries, self._home))

    async def _control_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.book.clear()
        elif request.method == "POST":
            try:
                wanted = json.loads(await request.body())
                rule = FaultRule.from_json(wanted)
            except (ValueError, TypeError, KeyError) as problem:
                return JSONResponse(
                    {"ok": False, "error": "bad_fault", "message": str(problem)}, status_code=400
                )
            return JSONResponse({"ok": True, "id": self.book.add(rule)})
        elif request.method != "GET":
            return JSONResponse({"ok": False, "error": "method_not_allowed"}, status_code=405)
        return JSONResponse({"ok": True, "faults": self.book.rules()})


_CONTROL_PATHS = frozenset({"/_control/faults", "/_control/journal", "/_control/journal/page"})


class _Exchange:
    """One request and its answer on the way through the switches."""

    # An ASGI call has three arguments, and two are known already.
    def __init__(  # noqa: PLR0913, PLR0917
        self,
        faults: Faults,
        scope: Scope,
        receive: Receive,
        send: Send,
        operation: str,
        body: bytes,
    ) -> None:
        self._faults = faults
        self._scope = scope
        self._receive = receive
        self._send = send
        self._operation = operation
        self._body = body
        self._status = 0
        self._kept = bytearray()

    async def run(self) -> None:
        """Answer the request as the first matching rule says, and write it down, in the order of
        arrival.
        """
        rule = self._faults.book.pick(self._operation)
        content_type = _header(self._scope, b"content-type")
        query = self._scope.get("query_string", b"").decode("latin-1")
        entry = self._faults.book.begin(
            self._faults._direction,  # noqa: SLF001 - two halves of one thing
            self._operation,
            readable(self._body, content_type, query),
            method=self._scope["method"],
            path=self._scope["path"],
            fault=None if rule is None else rule.fault,
        )
        started = time.monotonic()
        try:
            await self._act(rule)
        finally:
            answer = readable(bytes(self._kept), "", "") if self._kept else None
            self._faults.book.finish(entry, answer, self._status, time.monotonic() - started)

    async def _act(self, rule: FaultRule | None) -> None:
        kind = None if rule is None else rule.fault
        if rule is None or kind == "delay":
            if rule is not None:
                await asyncio.sleep(rule.seconds)
            await self._faults._app(self._scope, self._replayed(), self._noting(self._send))  # noqa: SLF001
        elif kind in {"throttle", "error_500"}:
            response = self._faults._answer(self._scope, kind or "", rule.retry_after)  # noqa: SLF001
            await response(self._scope, self._receive, self._noting(self._send))
        elif kind == "drop_before":
            await self._cut()
        elif kind == "drop_after":
            await self._answered_in_secret()
            await self._cut()
        elif kind == "duplicate":
            await self._answered_in_secret()
            self._kept.clear()
            await self._faults._app(self._scope, self._replayed(), self._noting(self._send))  # noqa: SLF001
        elif kind == "garbage":
            await self._answered_in_secret()
            await Response(b'{"ok": tr\x00\xff<html>', media_type="application/json")(
                self._scope, self._receive, self._send
            )
        elif kind == "slow_body":
            await self._dripped(rule.seconds)

    def _replayed(self) -> Receive:
        return _replay(self._body, self._receive)

    def _noting(self, send: Send) -> Send:
        async def noting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
            elif message["type"] == "http.response.body" and len(self._kept) < KEPT_BYTES:
                self._kept += message.get("body", b"")[: KEPT_BYTES - len(self._kept)]
            await send(message)

        return noting_send

    async def _answered_in_secret(self) -> list[Message]:
        """Let the service do its work and keep its answer from the caller."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._faults._app(self._scope, self._replayed(), self._noting(keep))  # noqa: SLF001
        return messages

    async def _cut(self) -> None:
        cut = self._scope.get("extensions", {}).get("cut_connection")
        if cut is None:
            raise RuntimeError("A connection can be cut only under bot.sandbox.http.Server.")
        cut()
        # The server may not see an answer after this: wait until it knows that the caller is gone.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _dripped(self, seconds: float) -> None:
        for message in await self._answered_in_secret():
            if message["type"] != "http.response.body" or not message.get("body"):
                await self._send(message)
                continue
            whole = cast("bytes", message["body"])
            size = max(1, -(-len(whole) // SLOW_PIECES))
            for at in range(0, len(whole), size):
                await asyncio.sleep(seconds / SLOW_PIECES)
                last = at + size >= len(whole) and not message.get("more_body", False)
                body: dict[str, Any] = {"body": whole[at : at + size], "more_body": not last}
                await self._send({"type": "http.response.body", **body})


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in cast("list[tuple[bytes, bytes]]", scope["headers"]):
        if name.lower() == wanted:
            return value.decode("latin-1")
    return ""


async def _whole_body(receive: Receive) -> bytes:
    pieces = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(pieces)
        pieces += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(pieces)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replayed() -> Message:
        nonlocal told
        if not told:
            told = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replayed
