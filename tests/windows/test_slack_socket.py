"""Socket Mode's connection when Slack ends it."""

import json
import logging
import threading
import urllib.request
from typing import Any

import pytest
from slack_bolt import App

from bot.sandbox.workspace.story import wait_for
from bot.slack.socket_mode import NoConnection, Socket
from tests.windows.conftest import Workspace


def _control(
    workspace: Workspace, switch: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{workspace.url}/_control/{switch}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


@pytest.mark.parametrize("end", ["cut", "broken"])
def test_connection_that_slack_ends_is_renewed_without_waiting_for_a_ping(
    workspace: Workspace, end: str
) -> None:
    """Without this, nobody could reach the app for up to sixteen seconds each time that Slack
    closes a connection, or that it breaks without a word.
    """
    socket = Socket(App(client=workspace.client, signing_secret="unused"), "xapp-test", pings=3600)
    socket.connect()
    try:
        for _ in range(3):
            wait_for(lambda: _control(workspace, "connections")["count"] == 1, 10, "one connection")
            before = socket.client.session_id()
            _control(workspace, "disconnect", {end: True})
            wait_for(lambda old=before: socket.client.session_id() != old, 10, "another connection")  # type: ignore[misc]
    finally:
        socket.end(5)
    wait_for(
        lambda: _control(workspace, "connections")["count"] == 0, 10, "the end of the connection"
    )


class _Held(logging.Handler):
    """Holds the thread that receives where it begins with a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def createLock(self) -> None:  # noqa: N802 - the name in the standard library
        """No lock: the other threads log meanwhile, and would be held too."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Starting to receive"):
            self.reached.set()
            self.go_on.wait(10)


def test_end_comes_also_while_a_connection_is_new(workspace: Workspace) -> None:
    """Without this, a bot that is stopped a moment after a new connection would never end."""
    app = App(client=workspace.client, signing_secret="unused")
    held, level = _Held(), app.logger.level
    app.logger.addHandler(held)
    app.logger.setLevel(logging.INFO)
    socket = Socket(app, "xapp-test")
    try:
        socket.connect()
        assert held.reached.wait(10)
        ending = threading.Thread(target=socket.end, args=(1,), daemon=True)
        ending.start()
        wait_for(lambda: socket.client.closed, 10, "the end to begin")
        held.go_on.set()
        ending.join(10)
        assert not ending.is_alive()
    finally:
        app.logger.removeHandler(held)
        app.logger.setLevel(level)


@pytest.mark.parametrize(
    ("fault", "token", "words"),
    [
        ("drop_after", "xapp-test", "did not open a connection in time"),
        ("error_500", "xapp-test", "did not open a connection in time"),
        ("garbage", "xapp-test", "did not open a connection in time"),
        ("", "xoxb-test", "SLACK_APP_TOKEN (not_allowed_token_type)"),
        ("", "xapp-of-another-app", "SLACK_APP_TOKEN (invalid_auth)"),
    ],
)
def test_connection_that_slack_does_not_open_is_told_in_words(
    workspace: Workspace, fault: str, token: str, words: str
) -> None:
    """Without this, an admin whose network or token is wrong would read a traceback that names
    neither.
    """
    if fault:
        workspace.fault("apps.connections.open", fault)
    socket = Socket(App(client=workspace.client, signing_secret="unused"), token)
    try:
        with pytest.raises(NoConnection) as raised:
            socket.connect()
    finally:
        socket.end(1)
    assert words in raised.value.words
