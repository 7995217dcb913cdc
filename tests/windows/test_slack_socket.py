"""Socket Mode's connection when Slack ends it."""

import json
import urllib.request
from typing import Any

from slack_bolt import App

from bot.sandbox.story import wait_for
from bot.slack_socket import Socket
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
    socket.connect()  # type: ignore[no-untyped-call]
    try:
        for _ in range(3):
            wait_for(lambda: _control(workspace, "connections")["count"] == 1, 10, "one connection")
            before = socket.client.session_id()
            _control(workspace, "disconnect", {"cut": True})
            wait_for(lambda old=before: socket.client.session_id() != old, 10, "another connection")  # type: ignore[misc]
    finally:
        socket.end(5)
    wait_for(lambda: _control(workspace, "connections")["count"] == 0, 10, "the end of the connection")
