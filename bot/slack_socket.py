"""Socket Mode with an end: what was asked before it is still answered.

Promises to a person who asked a moment before a deployment: their answer is sent before the socket is closed (Slack
repeats neither commands nor buttons over a socket).
"""

import threading
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

_QUIET = 0.2  # seconds without a request after which nothing is on its way any more
_LOOK = 0.02


class Socket(SocketModeHandler):
    """The connection, and how many requests are being answered over it."""

    def __init__(self, app: App, app_token: str) -> None:
        super().__init__(app, app_token)
        self._lock = threading.Lock()
        self._answering = 0
        self._last = 0.0

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Answer one request of Slack's and send the answer."""
        with self._lock:
            self._answering += 1
        try:
            super().handle(client, req)
        finally:
            with self._lock:
                self._answering -= 1
                self._last = time.monotonic()

    def connected(self) -> str:
        """Words for what is wrong; "" while the socket is open."""
        return "" if self.client.is_connected() else "The socket to Slack is not open."

    def end(self, patience: float) -> None:
        """Answer what is being asked, for `patience` seconds at most, and close the socket."""
        end = time.monotonic() + patience
        while self._busy() and time.monotonic() < end:
            time.sleep(_LOOK)
        self.close()  # type: ignore[no-untyped-call]

    def _busy(self) -> bool:
        with self._lock:
            quiet = time.monotonic() - self._last > _QUIET
            return bool(self._answering) or not quiet or not self.client.message_queue.empty()
