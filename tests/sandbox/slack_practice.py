"""A practice workspace for the tests of the Slack stand-in: people, channels, a Bolt app over HTTP,
hands.
"""

from __future__ import annotations

import json
import queue
import re
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.http import Server
from bot.sandbox.slack.app import SlackConfig, create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-practice-1", "xapp-practice-1", "practice-signing-secret"

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Labeljob"},
    "features": {
        "bot_user": {"display_name": "labeljob"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/labeljob", "description": "Labeling jobs", "usage_hint": "create"}
        ],
        "shortcuts": [
            {
                "name": "Label these",
                "type": "message",
                "callback_id": "label_these",
                "description": "Label files",
            },
            {
                "name": "New job",
                "type": "global",
                "callback_id": "new_job",
                "description": "A new job",
            },
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "app_mentions:read",
                "channels:read",
                "groups:read",
                "channels:history",
                "groups:history",
                "channels:join",
                "im:write",
                "im:history",
                "users:read",
                "users:read.email",
                "files:read",
                "files:write",
                "reactions:write",
            ]
        }
    },
    "settings": {
        "socket_mode_enabled": True,
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "app_mention", "member_joined_channel", "message.im"],
        },
    },
}
PEOPLE = [
    {
        "id": "U0MARA",
        "name": "mara",
        "real_name": "Mara",
        "title": "requester",
        "email": "mara@orchard.example",
    },
    {
        "id": "U0LIN",
        "name": "lin",
        "real_name": "Lin",
        "title": "labeler",
        "email": "lin@orchard.example",
    },
    {"id": "U0SAM", "name": "sam", "real_name": "Sam", "title": "manager"},
    {"id": "U0BOT", "name": "labeljob", "real_name": "Labeljob", "is_bot": True},
]
CHANNELS = [
    {"id": "C0DATA", "name": "orchard-data", "members": ["U0MARA", "U0SAM", "bot"]},
    {"id": "C0LABEL", "name": "orchard-labelers", "members": ["U0LIN", "U0SAM", "bot"]},
    {"id": "C0GENERAL", "name": "general", "members": ["U0MARA", "U0LIN", "U0SAM"]},
    {"id": "C0SECRET", "name": "secret", "is_private": True, "members": ["U0SAM"]},
]


class Clock:
    """The machine's time, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Workspace:
    """The stand-in on a free port, and a person's hands: `act` posts to /client/…, `look` reads."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.clock = Clock()
        settings = {
            "manifest": MANIFEST,
            "people": PEOPLE,
            "channels": CHANNELS,
            "rate_limits": False,
            "new_id_again": 0,
            "ack_seconds": 2.0,
            "clock": self.clock,
            **settings,
        }
        self.config = SlackConfig(
            store=folder / "slack.db",
            bot_token=BOT_TOKEN,
            app_token=APP_TOKEN,
            signing_secret=SECRET,
            **settings,
        )
        self.server = Server(create_app(self.config)).start()
        self.url = self.server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.server.stop()

    def web(self, token: str = BOT_TOKEN) -> WebClient:
        """slack_sdk's own client, as it comes, but for the retries that would hide what the
        stand-in says.
        """
        return WebClient(token, base_url=f"{self.url}/api/", retry_handlers=[], timeout=5)

    def look(self, name: str, **query: Any) -> dict[str, Any]:
        """GET /client/<name>."""
        return self.fetch(f"/client/{name}?{urlencode(query)}")

    def act(self, name: str, **body: Any) -> dict[str, Any]:
        """POST /client/<name>."""
        return self.fetch(f"/client/{name}", body)

    def upload(self, person: str, name: str, body: bytes) -> dict[str, Any]:
        """POST /client/upload with one file; gives its file object."""
        edge = "practice-edge"
        parts = (
            f'--{edge}\r\nContent-Disposition: form-data; name="user"\r\n\r\n{person}\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        whole = parts.encode() + body + f"\r\n--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        request = urllib.request.Request(f"{self.url}/client/upload", data=whole, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as reply:
            file: dict[str, Any] = json.load(reply)["files"][0]
        return file

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        """POST /_control/<name>."""
        return self.fetch(f"/_control/{name}", body)

    def fetch(
        self, path: str, body: dict[str, Any] | None = None, method: str | None = None
    ) -> dict[str, Any]:
        """Any JSON of the stand-in."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            answer: dict[str, Any] = json.load(reply)
        return answer

    def journal(self, operation: str, after: int = 0) -> list[dict[str, Any]]:
        """What the stand-in wrote down about an operation."""
        entries = self.fetch(f"/_control/journal?after={after}")["entries"]
        return [entry for entry in entries if entry["operation"] == operation]

    def last_entry(self) -> int:
        """The number of the newest entry of the journal."""
        return int(self.fetch("/_control/journal")["last"])

    def modals(self, person: str = "U0MARA") -> list[dict[str, Any]]:
        """A person's open modals, bottom first."""
        stack: list[dict[str, Any]] = self.look("views", user=person)["view_stack"]
        return stack


def _acknowledge(ack: Any, **_rest: Any) -> None:
    ack()


class Bot:
    """A Bolt app, unchanged, behind a real HTTP server; `when(kind, work)` says what its next
    listeners do.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.heard: queue.Queue[tuple[str, dict[str, Any], dict[str, str]]] = queue.Queue()
        self._work: dict[str, Callable[..., Any]] = {}
        self.app = App(
            signing_secret=SECRET, client=workspace.web(), raise_error_for_unhandled_request=False
        )
        everything = re.compile(".*")
        self.app.command("/labeljob")(self._listener("command"))
        self.app.action(everything)(self._listener("action"))
        self.app.view(everything)(self._listener("submit"))
        self.app.view_closed(everything)(self._listener("closed"))
        self.app.options(everything)(self._listener("options"))
        self.app.shortcut(everything)(self._listener("shortcut"))
        for event in ("app_home_opened", "app_mention", "member_joined_channel", "message"):
            self.app.event(event)(self._listener(event))
        self.server = Server(
            Starlette(routes=[Route("/slack/events", self._request, methods=["POST"])])
        ).start()
        self.url = f"{self.server.url}/slack/events"
        self.statuses: list[int] = []
        self.headers: list[dict[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.server.stop()

    def _listener(self, kind: str) -> Callable[..., None]:
        def listen(ack: Any, body: dict[str, Any], client: WebClient, respond: Any) -> None:
            self.heard.put((kind, body, {}))
            work: Callable[..., Any] = self._work.get(kind, _acknowledge)
            work(ack=ack, body=body, client=client, respond=respond)

        return listen

    async def _request(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.headers.append(dict(request.headers))
        bolt = BoltRequest(
            body=body, headers={name: [value] for name, value in request.headers.items()}
        )
        reply = await run_in_threadpool(self.app.dispatch, bolt)
        self.statuses.append(reply.status)
        headers = {name: values[0] for name, values in reply.headers.items()}
        return Response(reply.body, status_code=reply.status, headers=headers)

    def when(self, kind: str, work: Callable[..., Any]) -> None:
        """From now on this kind of request is answered by `work(ack, body, client, respond)`."""
        self._work[kind] = work

    def hears(self, kind: str, seconds: float = 20.0) -> dict[str, Any]:
        """The body of the next request of this kind; others before it are dropped."""
        deadline = time.monotonic() + seconds
        while True:
            found, body, _headers = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            if found == kind:
                return body

    def forget(self) -> None:
        """Drop what was heard and how to answer."""
        self._work.clear()
        while not self.heard.empty():
            self.heard.get_nowait()


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `holds` gives once it is true; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        never.wait(0.01)
    raise AssertionError("did not happen in time")


def refused(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Slack's answer to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response


def trigger(slack: Workspace, bot: Bot) -> str:
    """A fresh trigger id: somebody typed a command."""
    slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
    return str(bot.hears("command")["trigger_id"])


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def section(text: str = "words", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": action_id, **more}


def typed(block_id: str = "name", action_id: str = "typed", **element: Any) -> dict[str, Any]:
    """An input block."""
    more: dict[str, Any] = {
        name: element.pop(name) for name in ("optional", "dispatch_action") if name in element
    }
    inner = {"type": "plain_text_input", "action_id": action_id, **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Label"),
        "element": inner,
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("A form"),
        "submit": plain("Go"),
        "blocks": list(blocks) or [typed()],
        **more,
    }
