"""Socket Mode with an end: what was asked before it is still answered, and a connection that Slack
ends is renewed.

Promises to a person who asked a moment before a deployment: their answer is sent before the socket
is closed (Slack repeats neither commands nor buttons over a socket). Promises to everybody: when
the connection ends, with Slack's words or without any, another is opened at once, and one that went
silent is replaced after a few pings.
"""

import errno
import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.base.errors import Refusal
from bot.base.slack_failures import NO_ANSWER, outcome_unknown, slack_code
from bot.slack.app import AT_ONCE

_QUIET = 0.2  # seconds without a request after which nothing is on its way any more
_LOOK = 0.02
# seconds that the thread that receives may take to end; it looks five times a second
_RECEIVING = 3.0
_PINGS = 3.0  # seconds between pings; a connection that leaves four of them unanswered is replaced

log = logging.getLogger(__name__)


class NoConnection(Refusal):
    """Slack did not open a connection in time. Check the network, then start again."""


class _Line:
    """A socket whose end is an error.

    The SDK takes the nothing that is read there for silence, and asks again without a pause until
    four pings were left unanswered (16 s).
    """

    def __init__(self, line: socket.socket, ending: Callable[[], bool]) -> None:
        self._line = line
        self._ending = ending

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def recv(self, size: int) -> bytes:
        """Read up to `size` bytes; none only where the end was wished for.

        Raises: ConnectionResetError: the other side is gone.
        """
        received = self._line.recv(size)
        if not received and not self._ending():
            raise ConnectionResetError(errno.ECONNRESET, "Slack is gone without a word")
        return received


class _Client(SocketModeClient):
    """The SDK's client, over lines whose end it notices."""

    def connect(self) -> None:
        super().connect()
        session = self.current_session
        if session is not None and session.sock is not None:
            session.sock = _Line(session.sock, lambda: self.closed)  # type: ignore[assignment]


class Socket(SocketModeHandler):
    """The connection, and how many requests are being answered over it."""

    client: _Client

    def __init__(self, app: App, app_token: str, *, pings: float = _PINGS) -> None:
        # not the handler's own: that makes a client of the SDK's, with its threads
        self.app, self.app_token = app, app_token
        self.client = _Client(
            app_token,
            logger=app.logger,
            web_client=app.client,
            proxy=app.client.proxy,
            ping_interval=pings,
            concurrency=AT_ONCE,
        )
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]
        self.client.on_close_listeners.append(self._closed)
        self.client.on_error_listeners.append(self._broken)
        self._lock = threading.Lock()
        self._answering = 0
        self._last = 0.0

    def connect(self) -> None:
        """Open the first connection.

        Raises: NoConnection: Slack refuses the app-level token (the words name the setting), or
            does not answer.
        """
        try:
            super().connect()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            if outcome_unknown(error):
                raise NoConnection from error
            raise NoConnection(
                f"Slack does not open a connection for SLACK_APP_TOKEN ({slack_code(error)}). It "
                "must be an app-level token (xapp-…) with connections:write, and Socket Mode must "
                "be on in the app. `labeljob doctor` looks closer."
            ) from error
        except NO_ANSWER as error:
            raise NoConnection from error

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

    def _closed(self, _code: int, _reason: str | None = None) -> None:
        """Slack has closed the connection."""
        self._renew()

    def _broken(self, error: Exception) -> None:
        """The connection broke. One that is being opened breaks too: the next ping tries again."""
        connected = self.client.current_session is not None
        if isinstance(error, OSError) and connected and not self._opening():
            self._renew()

    def _opening(self) -> bool:
        return self.client.connect_operation_lock.locked()

    def _renew(self) -> None:
        """Open another connection for one that has ended.

        The SDK means to, but at this moment still takes the ended one for open, and so waits for
        its next ping.
        """
        if not self.client.auto_reconnect_enabled:
            return
        try:
            self.client.connect_to_new_endpoint(force=True)
        except Exception as error:  # noqa: BLE001 - the thread that receives must live; the next ping tries again
            log.warning("the connection to Slack could not be renewed: %s", type(error).__name__)

    def connected(self) -> str:
        """Words for what is wrong; "" while the socket is open."""
        return "" if self.client.is_connected() else "The socket to Slack is not open."

    def end(self, patience: float) -> None:
        """Answer what is being asked, for `patience` seconds at most, and close the socket."""
        end = time.monotonic() + patience
        while self._busy() and time.monotonic() < end:
            time.sleep(_LOOK)
        self._listen_no_more()
        if self._stopped_receiving():
            self.close()  # type: ignore[no-untyped-call]

    def _listen_no_more(self) -> None:
        """Wake the SDK's threads: each looks for its end only when something came, or seconds
        later.
        """
        client = self.client
        client.auto_reconnect_enabled = False
        client.closed = client.current_session_state.terminated = True
        client.enqueue_message("")
        connection = client.current_session
        if connection is not None and connection.sock is not None:
            with suppress(OSError):  # Slack may have closed it
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _stopped_receiving(self) -> bool:
        """Whether the thread that receives has ended: `close` would wait for it without an end.

        One that begins with a new connection takes back whatever it was told before, and so is told
        again.
        """
        client = self.client
        receiver, end = client.current_session_runner, time.monotonic() + _RECEIVING
        receiver.event.set()
        while receiver.is_alive() and time.monotonic() < end:
            client.current_session_state.terminated = True
            receiver.thread.join(_LOOK)
        return not receiver.is_alive()

    def _busy(self) -> bool:
        with self._lock:
            quiet = time.monotonic() - self._last > _QUIET
            return bool(self._answering) or not quiet or not self.client.message_queue.empty()
