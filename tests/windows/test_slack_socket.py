"""Socket Mode's connection when Slack ends it."""

import json
import urllib.request
from typing import Any

import pytest
from slack_bolt import App

from bot.sandbox.story import wait_for
from bot.slack_socket import NoConnection, Socket
from tests.windows.conftest import Workspace


def _control(workspace: Workspace, switch: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{workspace.url}/_control/{switch}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_connection_that_slack_ends_is_renewed_without_waiting_for_a_ping(workspace: Workspace) -> None:
    """Without this, nobody could reach the app for up to ten seconds each time that Slack closes a connection."""
    socket = Socket(App(client=workspace.client, signing_secret="unused"), "xapp-test", pings=3600)
    socket.connect()
    try:
        for _ in range(3):
            wait_for(lambda: _control(workspace, "connections")["count"] == 1, 10, "one connection")
            before = socket.client.session_id()
            _control(workspace, "disconnect", {"cut": True})
            wait_for(lambda old=before: socket.client.session_id() != old, 10, "another connection")  # type: ignore[misc]
    finally:
        socket.end(5)
    wait_for(lambda: _control(workspace, "connections")["count"] == 0, 10, "the end of the connection")


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
    """Without this, an admin whose network or token is wrong would read a traceback that names neither."""
    if fault:
        workspace.fault("apps.connections.open", fault)
    socket = Socket(App(client=workspace.client, signing_secret="unused"), token)
    try:
        with pytest.raises(NoConnection) as raised:
            socket.connect()
    finally:
        socket.end(1)
    assert words in raised.value.words
