"""A bot's HTTP address as Slack uses it: signed requests over connections that are kept, each with
the time it took.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

PATIENCE = 10.0  # seconds until a request counts as unanswered (Slack itself waits 3)
How = Literal["command", "payload", "event"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request; status 0 where there was none."""

    status: int
    body: bytes
    seconds: float


class Front:
    """Delivers payloads to one address; safe from any thread, with a connection for each."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        self._where = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path
        self._secret = secret.encode()
        self._own = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._opened:
            connection.close()

    def send(self, payload: dict[str, Any], how: How) -> Reply:
        """Deliver a payload as Slack does; how long the answer took."""
        body, kind = encoded(payload, how)
        headers = {"Content-Type": kind, **self._signature(body)}
        began = time.monotonic()
        status, answer = self._ask(body, headers)
        return Reply(status, answer, time.monotonic() - began)

    def _ask(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        for last in (False, True):
            connection = getattr(self._own, "connection", None)
            kept = connection is not None
            if connection is None:
                connection = self._own.connection = http.client.HTTPConnection(
                    *self._where, timeout=PATIENCE
                )
                self._opened.append(connection)
            try:
                connection.request("POST", self._path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._own.connection = None
                # A kept connection may have been closed meanwhile; an answer that is late is none.
                if last or not kept or isinstance(error, TimeoutError):
                    return 0, b""
        return 0, b""

    def _signature(self, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        digest = hmac.new(
            self._secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256
        ).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def encoded(payload: dict[str, Any], how: How) -> tuple[bytes, str]:
    """A payload as HTTP carries it, and its content type."""
    if how == "event":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if how == "command" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"
