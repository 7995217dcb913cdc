"""Socket Mode: one-time addresses, up to ten connections, every envelope to one of them,
acknowledgements back.

Promises that nothing an app sends can do harm: frames that are no acknowledgement of an open
envelope (noise, binary, unknown or repeated ids, acknowledgements that come too late) are ignored.
A connection has a life: before its end the app is warned, then told to come again, then the
connection is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import threading
import time
import uuid
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox import strict_json
from bot.sandbox.slack.deliveries import Answer
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.deliveries import Delivery
    from bot.sandbox.slack.state import Workspace

__all__ = ["SocketMode"]

MOST_CONNECTIONS = 10
TICKET_SECONDS = 30.0


@dataclass(eq=False)
class _Connection:
    """`leaving` is the reason with which it was told to go; such a one gets envelopes only when
    there is no other.
    """

    id: str
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    leaving: str = ""

    def send(self, frame: JSON) -> None:
        """Send from any thread; raises when the connection is gone."""
        sent = asyncio.run_coroutine_threadsafe(self.socket.send_text(json.dumps(frame)), self.loop)
        sent.result(2.0)


class SocketMode:
    """The connections of the app."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._tickets: dict[str, float] = {}
        self._connections: dict[str, _Connection] = {}
        self._waiting: dict[str, Future[JSON]] = {}
        self._chance = random.Random()

    @property
    def count(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._connections)

    def open_address(self) -> str:
        """A websocket address for one connection, good for half a minute."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[ticket] = time.monotonic()
        host = self._workspace.base_url.removeprefix("http://")
        return f"ws://{host}/link/?ticket={ticket}&app_id={self._workspace.config.app_id}"

    def _ticket_is_good(self, ticket: str) -> bool:
        with self._lock:
            born = self._tickets.pop(ticket, None)
        return born is not None and time.monotonic() - born <= TICKET_SECONDS

    async def serve(self, socket: WebSocket) -> None:
        """One connection from hello to its end."""
        if not self._ticket_is_good(socket.query_params.get("ticket", "")):
            await socket.close(1008)
            return
        await socket.accept()
        connection = _Connection(str(uuid.uuid4()), socket, asyncio.get_running_loop())
        reason = self._refusal()
        if reason is not None:
            await socket.send_text(json.dumps(self._goodbye(reason)))
            await socket.close()
            return
        with self._lock:
            self._connections[connection.id] = connection
        life: asyncio.Future[None] | None = None
        try:
            await socket.send_text(json.dumps(self._hello()))
            life = asyncio.ensure_future(self._live(connection))
            while (frame := await socket.receive())["type"] != "websocket.disconnect":
                self._acknowledge(frame.get("text"))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            with self._lock:
                self._connections.pop(connection.id, None)
            if life is not None:
                life.cancel()

    async def _live(self, connection: _Connection) -> None:
        """A connection's time: a warning near its end, then the request to come again, then the
        end.
        """
        config = self._workspace.config
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await asyncio.sleep(max(0.0, config.connection_seconds - config.leave_seconds))
            await connection.socket.send_text(json.dumps(self._goodbye("warning")))
            await asyncio.sleep(config.leave_seconds)
            await self._send_away(connection, "refresh_requested")

    async def _send_away(self, connection: _Connection, reason: str) -> None:
        """Say goodbye, and close the connection a moment later, for what is still being
        answered.
        """
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            connection.leaving = reason
            await connection.socket.send_text(json.dumps(self._goodbye(reason)))
            await asyncio.sleep(self._workspace.config.leave_seconds)
            await connection.socket.close(1000)

    def _refusal(self) -> str | None:
        if not self._workspace.config.settings.get("socket_mode_enabled"):
            return "link_disabled"
        return "too_many_websockets" if self.count >= MOST_CONNECTIONS else None

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": self.count,
            "connection_info": {"app_id": self._workspace.config.app_id},
            "debug_info": {
                "host": "practice",
                "build_number": 1,
                "approximate_connection_time": int(self._workspace.config.connection_seconds),
            },
        }

    @staticmethod
    def _goodbye(reason: str) -> JSON:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "practice"}}

    def _acknowledge(self, text: str | None) -> None:
        # UNSURE: what Slack does with frames that acknowledge nothing; here they are ignored and
        # the connection stays.
        try:
            frame: Any = strict_json.loads(text or "")
        except ValueError:
            return
        if isinstance(frame, dict):
            with self._lock:
                waiting = self._waiting.pop(str(frame.get("envelope_id")), None)
            if waiting is not None:
                waiting.set_result(frame)

    def deliver(self, delivery: Delivery, seconds: float) -> Answer:
        """Send an envelope to one connection, chosen by chance, and wait for its
        acknowledgement.
        """
        with self._lock:
            every = [one for one in self._connections.values() if one.leaving != "link_disabled"]
        choices = [one for one in every if not one.leaving] or every
        if not choices:
            return Answer("not_connected")
        envelope_id = str(uuid.uuid4())
        waiting: Future[JSON] = Future()
        with self._lock:
            self._waiting[envelope_id] = waiting
        frame: JSON = {
            "envelope_id": envelope_id,
            "type": delivery.envelope,
            "accepts_response_payload": delivery.envelope != "events_api",
            "payload": delivery.payload,
        }
        if delivery.envelope == "events_api":
            frame.update(retry_attempt=delivery.retry_num, retry_reason=delivery.retry_reason)
        connection = self._chance.choice(choices)
        try:
            connection.send(frame)
            acknowledged = waiting.result(seconds)
        except WaitTimeoutError:
            return Answer("timeout")
        except (RuntimeError, WebSocketDisconnect, OSError):
            return Answer("connection_failed")
        finally:
            with self._lock:
                self._waiting.pop(envelope_id, None)
        payload = acknowledged.get("payload")
        body = b"" if payload in (None, {}, "") else json.dumps(payload).encode()
        if isinstance(payload, str) and payload:
            body = payload.encode()
        return Answer("answered", 200, body)

    def disconnect(self, reason: str, *, cut: bool, broken: bool = False) -> int:
        """Tell every connection to go, as Slack does every few hours; `cut` ends them at once
        without words, `broken` not even with the frame that closes a websocket.

        A warning closes nothing; every other reason is followed by the end of the connection.
        """
        with self._lock:
            connections = list(self._connections.values())
        for connection in connections:
            if broken:
                connection.loop.call_soon_threadsafe(
                    connection.socket.scope["extensions"]["cut_connection"]
                )
            elif cut:
                asyncio.run_coroutine_threadsafe(connection.socket.close(1012), connection.loop)
            elif reason == "warning":
                connection.send(self._goodbye(reason))
            else:
                asyncio.run_coroutine_threadsafe(
                    self._send_away(connection, reason), connection.loop
                )
        return len(connections)

    def require_token(self, token: str) -> None:
        """Only the app-level token opens connections."""
        if token != self._workspace.config.app_token:
            known = token == self._workspace.config.bot_token
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")
