"""Socket Mode of the Slack stand-in, with slack_sdk's and Bolt's own clients, unchanged."""

from __future__ import annotations

import queue
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_practice import (
    APP_TOKEN,
    BOT_TOKEN,
    MANIFEST,
    SECRET,
    Workspace,
    modal,
    option,
    typed,
    until,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Any]:
    with Workspace(tmp_path, time_scale=0.0002) as workspace:
        yield workspace


def connect(slack: Workspace, listener: Any = None) -> Any:
    client = SocketModeClient(
        app_token=APP_TOKEN, web_client=slack.web(), auto_reconnect_enabled=True
    )
    if listener is not None:
        client.socket_mode_request_listeners.append(listener)
    client.connect()
    return client


def connections(slack: Workspace) -> Any:
    return slack.fetch("/_control/connections")["count"]


def close(client: Any) -> None:
    """Close the SDK's client at once: each of its threads looks for its end only when something
    comes, or seconds later.
    """
    client.auto_reconnect_enabled = False
    client.closed = client.current_session_state.terminated = True
    client.enqueue_message("")
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):  # Slack may have closed it
            session.sock.shutdown(socket.SHUT_RDWR)
    client.close()


def test_a_bolt_app_lives_on_socket_mode_alone(slack: Workspace) -> None:
    """The practice workspace runs without any public address: command, form, search and event go
    through a socket.
    """
    app = App(client=slack.web(), signing_secret=SECRET)
    heard: queue.Queue[dict[str, Any]] = queue.Queue()

    @app.command("/labeljob")
    def on_command(ack: Any, body: Any, client: Any) -> None:
        ack("working on it")
        client.views_open(
            trigger_id=body["trigger_id"],
            view=modal(typed(), typed("team", "t", type="external_select")),
        )

    @app.options("t")
    def on_options(ack: Any, body: Any) -> None:
        ack(options=[option(body["value"])])

    @app.view("form")
    def on_submit(ack: Any, body: Any) -> None:
        ack(response_action="errors", errors={"name": "taken"})
        heard.put(body)

    @app.event("app_mention")
    def on_mention(event: Any) -> None:
        heard.put(event)

    handler = SocketModeHandler(app, APP_TOKEN)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        answer = slack.act(
            "command", user="U0MARA", channel="C0DATA", command="/labeljob", text="create"
        )
        assert answer["ephemeral"]["text"] == "working on it"
        (view,) = until(slack.modals)
        place = {"type": "view", "view_id": view["id"]}
        found = slack.act(
            "suggest",
            user="U0MARA",
            container=place,
            block_id="team",
            action_id="t",
            query="orchard",
        )
        assert found["options"] == [option("orchard")]
        team = {"team": {"t": {"selected_option": option("orchard")}}}
        state = {"values": {"name": {"typed": {"value": "ripe"}}, **team}}
        submitted = slack.act("view_submit", user="U0MARA", view_id=view["id"], state=state)
        assert submitted["errors"] == {"name": "taken"}
        assert heard.get(timeout=5)["view"]["state"]["values"]["name"]["typed"]["value"] == "ripe"
        slack.act("message", user="U0MARA", channel="C0DATA", text="@labeljob hello")
        assert heard.get(timeout=5)["text"] == "<@U0BOT> hello"
        assert len(slack.journal("app:event")) == 1, "acknowledged events do not come again"
    finally:
        close(handler.client)


def test_every_envelope_goes_to_one_connection_and_comes_again_without_an_ack(
    slack: Workspace,
) -> None:
    """Two replicas must not both act on one press, and a replica that dies must not swallow an
    event.
    """
    heard: queue.Queue[tuple[int, str, int]] = queue.Queue()

    def listener(number: Any) -> Any:
        def listen(client: Any, request: Any) -> None:
            heard.put((number, request.type, request.retry_attempt or 0))
            if request.type != "events_api" or request.retry_attempt:
                client.send_socket_mode_response(
                    SocketModeResponse(envelope_id=request.envelope_id)
                )

        return listen

    clients = [connect(slack, listener(number)) for number in range(2)]
    try:
        until(lambda: connections(slack) == 2)
        for _ in range(6):
            assert slack.act(
                "command", user="U0MARA", channel="C0DATA", command="/labeljob", text=""
            )["ok"]
        assert sorted(heard.get(timeout=5)[1] for _ in range(6)) == ["slash_commands"] * 6
        slack.act("home_opened", user="U0MARA", tab="home")
        assert heard.get(timeout=5)[2] == 0
        assert heard.get(timeout=5)[2] == 1, "without an ack the event comes again, with its number"
        assert heard.empty()
    finally:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(close, clients))


def test_without_a_connection_a_command_fails_at_once(slack: Workspace) -> None:
    """People see dispatch_failed when the bot is down, and the bot has to live with what it
    missed.
    """
    answer = slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
    assert answer["error"] == "dispatch_failed"


def test_a_connection_that_slack_ends_is_opened_again(slack: Workspace) -> None:
    """Slack renews connections every few hours; a bot that does not come back is dead without
    knowing it.
    """
    client = connect(
        slack,
        lambda one, request: one.send_socket_mode_response({"envelope_id": request.envelope_id}),
    )
    try:
        until(lambda: connections(slack) == 1)
        first = client.session_id()
        assert slack.control("disconnect", reason="refresh_requested")["connections"] == 1
        until(lambda: client.session_id() not in {None, first} and connections(slack) == 1)
        assert until(
            lambda: slack.act(
                "command", user="U0MARA", channel="C0DATA", command="/labeljob", text=""
            )["ok"]
        )
    finally:
        close(client)


def test_addresses_are_for_one_connection_and_the_app_token_alone(slack: Workspace) -> None:
    """A leaked websocket address must be worth nothing."""
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        slack.web(BOT_TOKEN).apps_connections_open(app_token=BOT_TOKEN)
    url = slack.web().apps_connections_open(app_token=APP_TOKEN)["url"]
    assert url.startswith(f"ws://127.0.0.1:{slack.server.port}/link/?ticket=")
    from websockets.exceptions import InvalidStatus  # noqa: PLC0415 - only this test needs it
    from websockets.sync.client import connect as open_socket  # noqa: PLC0415 - only this test needs it

    with open_socket(url) as socket:
        assert '"hello"' in socket.recv(timeout=5)
    with pytest.raises(InvalidStatus), open_socket(url):
        pass


def test_an_app_without_socket_mode_is_told_that_its_link_is_disabled(tmp_path: Path) -> None:
    """A manifest that forgets socket_mode_enabled must fail here and not on the day of the
    installation.
    """
    from websockets.sync.client import connect as open_socket  # noqa: PLC0415 - only this test needs it

    manifest = {**MANIFEST, "settings": {**MANIFEST["settings"], "socket_mode_enabled": False}}
    with Workspace(tmp_path, manifest=manifest) as slack:
        url = slack.web().apps_connections_open(app_token=APP_TOKEN)["url"]
        with open_socket(url) as socket:
            assert '"link_disabled"' in socket.recv(timeout=5)
