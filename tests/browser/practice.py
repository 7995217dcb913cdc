"""A practice workspace with a small Bolt app over Socket Mode, and the steps that people take in
its page.

The workspace is the real stand-in on a real port; the app answers as each test tells it, so that
the page is tested against Slack's rules and not against the bot.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.http import Server
from bot.sandbox.slack.app import SlackConfig, create_app
from bot.slack.socket_mode import Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

Json = dict[str, Any]
DATA, LABELERS, GENERAL = "C0DATA", "C0LABELERS", "C0GENERAL"
MANIFEST: Json = {
    "display_information": {"name": "Tester"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "tester", "always_online": True},
        "slash_commands": [
            {"command": "/form", "description": "Opens the form", "usage_hint": "[every field]"},
            {"command": "/secret", "description": "Answers you alone"},
            {"command": "/slow", "description": "Never answers"},
        ],
        "shortcuts": [
            {
                "name": "Make a thing",
                "type": "global",
                "callback_id": "make",
                "description": "From anywhere",
            },
            {
                "name": "Look at this",
                "type": "message",
                "callback_id": "look",
                "description": "At a message",
            },
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "app_mentions:read",
                "channels:history",
                "channels:read",
                "im:write",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_mention", "app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def option(word: str) -> Json:
    """An option whose value is its text."""
    return {"text": plain(word), "value": word}


def field_block(block_id: str, kind: str, **element: Any) -> Json:
    """An optional input block whose element has the action id "a"."""
    label = plain(block_id.capitalize())
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": label,
        "element": {"type": kind, "action_id": "a", **element},
    }


def form_view(blocks: list[Json], **fields: Any) -> Json:
    """A modal with these blocks."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("New thing"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": blocks,
        **fields,
    }


NAME = {
    **field_block("name", "plain_text_input", max_length=20),
    "optional": False,
    "hint": plain("Short is good."),
}
EVERY_FIELD = [
    NAME,
    field_block("notes", "rich_text_input"),
    field_block("kind", "static_select", options=[option("pictures"), option("text")]),
    field_block("labels", "multi_static_select", options=[option("ripe"), option("unripe")]),
    field_block("team", "external_select", min_query_length=2),
    field_block("who", "users_select"),
    field_block("where", "conversations_select", default_to_current_conversation=True),
    field_block("also", "checkboxes", options=[option("verify"), option("tell me")]),
    field_block("split", "radio_buttons", options=[option("even"), option("odd")]),
    field_block("day", "datepicker"),
    field_block("hour", "timepicker"),
    field_block("moment", "datetimepicker"),
    field_block("count", "number_input", is_decimal_allowed=False, min_value="1", max_value="9"),
    field_block("mail", "email_text_input"),
    field_block("guide", "url_text_input"),
    field_block("file", "file_input", max_files=1),
]


@dataclass
class Workspace:
    """A running workspace with its app; `heard` has every payload the app got."""

    url: str
    client: WebClient
    heard: queue.Queue[Json] = field(default_factory=queue.Queue)
    answers: dict[str, Callable[[Any, Json], object]] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)

    def next(self, kind: str) -> Json:
        """The next payload of this type."""
        while True:
            payload = self.heard.get(timeout=10)
            if payload.get("type", payload.get("command")) == kind:
                return payload

    def say(self, channel: str, text: str, blocks: list[Json] | None = None, **more: Any) -> str:
        """Post as the app; gives the ts."""
        return str(
            self.client.chat_postMessage(channel=channel, text=text, blocks=blocks, **more)["ts"]
        )


def _bolt_app(space: Workspace) -> App:
    app = App(client=space.client, token_verification_enabled=False, process_before_response=False)
    every = re.compile(".*")

    @app.command("/slow")
    def slow(body: Json) -> None:
        space.heard.put(body)

    @app.command(re.compile("/form|/secret"))
    def command(ack: Any, body: Json) -> None:
        space.heard.put(body)
        space.answers[body["command"]](ack, body)

    @app.action(every)
    def action(ack: Any, body: Json) -> None:
        ack()
        space.heard.put(body)
        space.answers.get(body["actions"][0]["action_id"], lambda _ack, _body: None)(ack, body)  # type: ignore[no-untyped-call]

    @app.options(every)
    def options(ack: Any, body: Json) -> None:
        space.heard.put(body)
        words = ["orchard team", "orchard night team", "vineyard team"]
        ack(options=[option(word) for word in words if body["value"] in word])

    @app.view(every)
    def submitted(ack: Any, body: Json) -> None:
        space.heard.put(body)
        space.answers.get("submit", lambda ack, _body: ack())(ack, body)  # type: ignore[no-untyped-call]

    @app.view_closed(every)
    def closed(ack: Any, body: Json) -> None:
        ack()
        space.heard.put(body)

    @app.shortcut(every)
    def shortcut(ack: Any, body: Json) -> None:
        ack()
        space.heard.put(body)

    @app.event("app_home_opened")
    def home(event: Json) -> None:
        space.heard.put(event)

    @app.event("app_mention")
    def mention(event: Json) -> None:
        space.heard.put(event)

    return app


@contextmanager
def running_workspace(store: Path) -> Iterator[Workspace]:
    """A fresh workspace in this file, with the app connected."""
    config = SlackConfig(
        store=store,
        manifest=MANIFEST,
        bot_token="xoxb-practice",
        app_token="xapp-practice",
        signing_secret="practice",
        people=[
            {"id": "U0MARA", "name": "mara", "real_name": "Mara Visser", "title": "requester"},
            {"id": "U0LIN", "name": "lin", "real_name": "Lin Okafor", "title": "labeler"},
        ],
        channels=[
            {
                "id": DATA,
                "name": "orchard-data",
                "topic": "The harvest",
                "members": ["U0MARA", "U0LIN", "bot"],
            },
            {"id": LABELERS, "name": "orchard-labelers", "members": ["U0LIN", "bot"]},
            {"id": GENERAL, "name": "general", "members": ["U0MARA", "U0LIN"]},
        ],
        links={
            "portal": "http://127.0.0.1:1/portal",
            "aws_journal": "http://127.0.0.1:1/_control/journal/page",
        },
        banner={"text": "You are Mara.", "steps": ["Watch the number."]},
        rate_limits=False,
        ack_seconds=1.0,
    )
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    with Server(create_app(config)) as server:
        space = Workspace(server.url, WebClient("xoxb-practice", base_url=f"{server.url}/api/"))
        handler = Socket(_bolt_app(space), "xapp-practice")
        handler.connect()
        try:
            yield space
        finally:
            space.hold.set()
            handler.end(0)


@contextmanager
def opened_tab(browser: Browser, **options: Any) -> Iterator[Page]:
    """A tab of its own browser profile; errors on its console fail the test."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()
    assert not complaints, complaints


def visit(page: Page, space: Workspace, person: str = "U0MARA", place: str = DATA) -> None:
    """Open the page as somebody, somewhere."""
    page.goto(f"{space.url}/#{person}/{place}")
    expect(page.get_by_test_id("person-picker")).to_be_visible()


def message(page: Page, ts: str) -> Locator:
    """The message in the middle."""
    return page.locator("#main").get_by_test_id(f"message-{ts}")


def write(page: Page, text: str) -> None:
    """Type into the composer and send with Enter."""
    page.get_by_test_id("composer").fill(text)
    page.keyboard.press("Escape")
    page.get_by_test_id("composer").press("Enter")


def open_form(page: Page, space: Workspace, blocks: list[Json], **fields: Any) -> Locator:
    """Run /form, which opens a modal with these blocks; gives the modal."""

    def answer(ack: Any, body: Json) -> None:
        ack()
        space.client.views_open(trigger_id=body["trigger_id"], view=form_view(blocks, **fields))

    space.answers["/form"] = answer
    write(page, "/form")
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    return modal


def control(modal: Locator, block_id: str, kind: str = "input") -> Locator:
    """The control in an input block."""
    return modal.get_by_test_id(f"block-{block_id}").locator(kind).first
