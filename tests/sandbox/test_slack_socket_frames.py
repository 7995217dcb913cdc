"""Socket Mode of the Slack stand-in, frame by frame: a life, an end, and whatever an app may
send.
"""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import APP_TOKEN, Workspace, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path, time_scale=0.0, leave_seconds=0.2, ack_seconds=0.7) as workspace:
        yield workspace


def opened(slack: Workspace) -> ClientConnection:
    """A connection that has said nothing yet."""
    return connect(slack.web().apps_connections_open(app_token=APP_TOKEN)["url"], close_timeout=1)


def heard(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(socket.recv(timeout=5))
    return frame


def command(slack: Workspace) -> dict[str, Any]:
    return slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="status")


NOISE: list[tuple[str, str | bytes]] = [
    ("words", "hello"),
    ("half an object", '{"envelope_id": '),
    ("nested too deeply", "[" * 100_000),
    ("not a number", '{"envelope_id": NaN}'),
    ("half a character", '{"envelope_id": "\\ud800"}'),
    ("a list", "[1, 2]"),
    ("an unknown id", '{"envelope_id": "none", "payload": {"text": "no"}}'),
    ("no id", '{"payload": {"text": "no"}}'),
    ("an id that is a list", '{"envelope_id": [[]]}'),
    ("bytes", b"\x00\xff\xfe"),
    ("no bytes", b""),
    ("nothing", ""),
]


@pytest.mark.parametrize("noise", [row[1] for row in NOISE], ids=[row[0] for row in NOISE])
def test_noise_on_a_socket_is_ignored(slack: Workspace, noise: str | bytes) -> None:
    """A stand-in that breaks on a strange frame would be taken for a bot that cannot be reached."""
    with opened(slack) as socket, ThreadPoolExecutor(1) as pool:
        assert heard(socket)["num_connections"] == 1
        socket.send(noise)
        answer = pool.submit(command, slack)
        envelope = heard(socket)
        assert envelope["accepts_response_payload"] is True
        socket.send(noise)
        for _ in range(2):
            socket.send(
                json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "yes"}})
            )
        assert answer.result(5)["ephemeral"]["text"] == "yes", (
            "once, though it was acknowledged twice"
        )
        socket.send(noise)
        assert socket.ping().wait(5)


def test_an_acknowledgement_that_is_late_counts_for_nothing(slack: Workspace) -> None:
    """After three seconds the person has been told that nothing came; a late answer must not appear
    either.
    """
    with opened(slack) as socket, ThreadPoolExecutor(1) as pool:
        heard(socket)
        answer = pool.submit(command, slack)
        envelope = heard(socket)
        assert answer.result(5)["error"] == "operation_timeout"
        socket.send(
            json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "late"}})
        )
        assert socket.ping().wait(5)
        assert slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"] == []


def test_a_frame_that_is_too_large_ends_the_connection(slack: Workspace) -> None:
    """Nobody may fill the memory of the workspace; the next connection works as before."""
    with opened(slack) as socket:
        heard(socket)
        with contextlib.suppress(ConnectionClosed):
            socket.send("x" * 17_000_000)
        with pytest.raises(ConnectionClosed) as end:
            socket.recv(timeout=5)
        assert end.value.rcvd is None or end.value.rcvd.code == 1009
    with opened(slack) as socket:
        assert heard(socket)["type"] == "hello"


def test_ten_connections_are_all_that_an_app_has(slack: Workspace) -> None:
    """Replicas beyond the tenth get nothing, and must know why."""
    with ExitStack() as many:
        hellos = [heard(many.enter_context(opened(slack))) for _ in range(10)]
        assert [one["num_connections"] for one in hellos] == list(range(1, 11))
        eleventh = many.enter_context(opened(slack))
        assert heard(eleventh) == {"type": "disconnect", "reason": "too_many_websockets"} | _debug()
        with pytest.raises(ConnectionClosed):
            eleventh.recv(timeout=5)
    until(lambda: slack.fetch("/_control/connections")["count"] == 0)


def _debug() -> dict[str, Any]:
    return {"debug_info": {"host": "practice"}}


def test_a_connection_is_warned_then_renewed_then_closed(tmp_path: Path) -> None:
    """Slack ends every connection after some hours: a bot that does not come back by itself goes
    silent then.
    """
    with (
        Workspace(tmp_path, connection_seconds=0.3, leave_seconds=0.1) as slack,
        opened(slack) as socket,
    ):
        assert "approximate_connection_time" in heard(socket)["debug_info"]
        assert [heard(socket)["reason"] for _ in range(2)] == ["warning", "refresh_requested"]
        with pytest.raises(ConnectionClosed) as end:
            socket.recv(timeout=5)
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 1000


def test_a_disabled_link_gets_nothing_any_more(slack: Workspace) -> None:
    """Socket Mode switched off in the settings: what comes after is lost, and the socket ends."""
    with opened(slack) as socket:
        heard(socket)
        assert slack.control("disconnect", reason="link_disabled")["connections"] == 1
        assert heard(socket)["reason"] == "link_disabled"
        assert command(slack)["error"] == "dispatch_failed"
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_a_connection_that_leaves_hands_over_to_the_next(slack: Workspace) -> None:
    """While it is being renewed, what comes goes to the new connection, and the old one may still
    answer.
    """
    with opened(slack) as old, ThreadPoolExecutor(1) as pool:
        heard(old)
        first = pool.submit(command, slack)
        envelope = heard(old)
        slack.control("disconnect", reason="refresh_requested")
        assert heard(old)["reason"] == "refresh_requested"
        old.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "old"}}))
        assert first.result(5)["ephemeral"]["text"] == "old"
        with opened(slack) as new:
            heard(new)
            second = pool.submit(command, slack)
            new.send(
                json.dumps({"envelope_id": heard(new)["envelope_id"], "payload": {"text": "new"}})
            )
            assert second.result(5)["ephemeral"]["text"] == "new"


def test_an_event_says_how_often_it_was_sent(slack: Workspace) -> None:
    """Events come again over a socket too, with their number and reason in the envelope."""
    with opened(slack) as socket:
        heard(socket)
        slack.act("home_opened", user="U0MARA", tab="home")
        first, second = heard(socket), heard(socket)
        assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "http_timeout")
        assert first["accepts_response_payload"] is False
        socket.send(json.dumps({"envelope_id": second["envelope_id"]}))
        until(lambda: slack.journal("app:event")[1]["status"] == 200)
