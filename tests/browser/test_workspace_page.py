"""The page of the practice workspace, used by real people's means: a browser, a keyboard, two tabs at once.

The workspace is the real stand-in on a real port; the app is a small Bolt app of this file over Socket Mode, so that
the page is tested against Slack's rules and not against the bot.
"""

from __future__ import annotations

import logging
import os
import queue
import re
import shutil
import threading
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect  # noqa: E402
from slack_bolt import App  # noqa: E402
from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: E402
from slack_sdk import WebClient  # noqa: E402

from bot.sandbox.http import Server  # noqa: E402
from bot.sandbox.slack.app import SlackConfig, create_app  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator, Page

Json = dict[str, Any]
DATA, LABELERS, GENERAL = "C0DATA", "C0LABELERS", "C0GENERAL"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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
            {"name": "Make a thing", "type": "global", "callback_id": "make", "description": "From anywhere"},
            {"name": "Look at this", "type": "message", "callback_id": "look", "description": "At a message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["commands", "chat:write", "app_mentions:read", "channels:history", "channels:read", "im:write"]
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


NAME = {**field_block("name", "plain_text_input", max_length=20), "optional": False, "hint": plain("Short is good.")}
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
    answers: dict[str, Callable[[Any, Json], None]] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)

    def next(self, kind: str) -> Json:
        """The next payload of this type."""
        while True:
            payload = self.heard.get(timeout=10)
            if payload.get("type", payload.get("command")) == kind:
                return payload

    def say(self, channel: str, text: str, blocks: list[Json] | None = None, **more: Any) -> str:
        """Post as the app; gives the ts."""
        return str(self.client.chat_postMessage(channel=channel, text=text, blocks=blocks, **more)["ts"])


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
        space.answers.get(body["actions"][0]["action_id"], lambda _ack, _body: None)(ack, body)

    @app.options(every)
    def options(ack: Any, body: Json) -> None:
        space.heard.put(body)
        words = ["orchard team", "orchard night team", "vineyard team"]
        ack(options=[option(word) for word in words if body["value"] in word])

    @app.view(every)
    def submitted(ack: Any, body: Json) -> None:
        space.heard.put(body)
        space.answers.get("submit", lambda ack, _body: ack())(ack, body)

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the file."""
    if CHROMIUM is None:
        words = "no Chromium was found; install Debian's package chromium to run the browser tests"
        if os.environ.get("LABELJOB_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def space(browser: Browser, tmp_path: Path) -> Iterator[Workspace]:  # noqa: ARG001 - without a browser nothing is started
    """A fresh workspace with the app connected."""
    config = SlackConfig(
        store=tmp_path / "slack.sqlite",
        manifest=MANIFEST,
        bot_token="xoxb-practice",
        app_token="xapp-practice",
        signing_secret="practice",
        people=[
            {"id": "U0MARA", "name": "mara", "real_name": "Mara Visser", "title": "requester"},
            {"id": "U0LIN", "name": "lin", "real_name": "Lin Okafor", "title": "labeler"},
        ],
        channels=[
            {"id": DATA, "name": "orchard-data", "topic": "The harvest", "members": ["U0MARA", "U0LIN", "bot"]},
            {"id": LABELERS, "name": "orchard-labelers", "members": ["U0LIN", "bot"]},
            {"id": GENERAL, "name": "general", "members": ["U0MARA", "U0LIN"]},
        ],
        links={"portal": "http://127.0.0.1:1/portal"},
        banner={"text": "You are Mara.", "steps": ["Watch the number."]},
        rate_limits=False,
        ack_seconds=1.0,
    )
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    with Server(create_app(config)) as server:
        space = Workspace(server.url, WebClient("xoxb-practice", base_url=f"{server.url}/api/"))
        handler = SocketModeHandler(_bolt_app(space), "xapp-practice")
        handler.connect()
        try:
            yield space
        finally:
            space.hold.set()
            handler.close()


@contextmanager
def _tab(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not complaints, complaints


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own; errors on its console fail the test."""
    with _tab(browser) as opened:
        yield opened


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


def test_messages_arrive_without_reload_in_every_tab(browser: Browser, space: Workspace, page: Page) -> None:
    """Without live updates nobody would see the number move."""
    visit(page, space)
    with _tab(browser) as other:
        visit(other, space, "U0LIN")
        write(page, "Is this *ripe*, @Lin?")
        seen = other.locator("#main .msg").last
        expect(seen).to_contain_text("Is this ripe, @Lin Okafor?")
        expect(seen.locator("strong")).to_have_text("ripe")
        expect(seen.locator(".mention-me")).to_have_text("@Lin Okafor")
    ts = space.say(DATA, "612 of 1,240")
    expect(message(page, ts)).to_contain_text("612 of 1,240")
    space.client.chat_update(channel=DATA, ts=ts, text="613 of 1,240")
    expect(message(page, ts)).to_contain_text("613 of 1,240")
    expect(message(page, ts)).to_contain_text("(edited)")
    space.client.chat_delete(channel=DATA, ts=ts)
    expect(message(page, ts)).to_have_count(0)


def test_text_from_people_stays_text(space: Workspace, page: Page) -> None:
    """Somebody's text must never become markup, script or a dangerous link in another person's browser."""
    visit(page, space)
    nasty = "<img src=x onerror=window.bad=1> <javascript:alert(1)|press> <https://example.com|fine>"
    ts = space.say(DATA, nasty, [{"type": "section", "text": {"type": "mrkdwn", "text": nasty}}])
    expect(message(page, ts)).to_contain_text("<img src=x onerror=window.bad=1>")
    assert message(page, ts).locator(".msg-body img").count() == 0
    links = message(page, ts).locator(".msg-body a")
    assert [links.nth(i).get_attribute("href") for i in range(links.count())] == ["https://example.com/"]
    assert links.first.get_attribute("rel") == "noopener noreferrer"
    write(page, "<b>bold</b> & co")
    expect(page.locator("#main .msg").last).to_contain_text("<b>bold</b> & co")
    assert page.evaluate("window.bad") is None


def test_form_errors_stand_at_their_fields_and_typing_survives(space: Workspace, page: Page) -> None:
    """A form that forgets what was typed, or an error that does not say where, costs a person the whole form."""
    visit(page, space)
    more = {
        "type": "actions",
        "block_id": "more",
        "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
    }
    modal = open_form(page, space, [NAME, more])
    expect(control(modal, "name")).to_be_focused()
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("block-name")).to_contain_text("Please complete this required field.")
    control(modal, "name").fill("ripe-july")

    def update(_ack: Any, body: Json) -> None:
        view = body["view"]
        given = form_view([NAME, more, field_block("count", "number_input", is_decimal_allowed=False)])
        space.client.views_update(view_id=view["id"], hash=view["hash"], view=given)

    space.answers["more"] = update
    modal.locator("[data-action-id=more]").click()
    expect(modal.get_by_test_id("block-count")).to_be_visible()
    expect(control(modal, "name")).to_have_value("ripe-july")
    expect(modal.locator("[data-action-id=more]")).to_be_focused()
    taken = "This name is taken since 3 May. ripe-july-2 is free."
    space.answers["submit"] = lambda ack, _body: ack(response_action="errors", errors={"name": taken})
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("block-name")).to_contain_text(taken)
    expect(control(modal, "name")).to_be_focused()
    assert control(modal, "name").get_attribute("aria-invalid") == "true"
    control(modal, "name").fill("ripe-july-2")
    expect(modal.get_by_test_id("block-name")).not_to_contain_text(taken)
    space.answers["submit"] = lambda ack, _body: ack()
    modal.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_be_focused()


def _fill_every_field(page: Page, modal: Locator) -> None:
    control(modal, "name").fill("all of it")
    notes = control(modal, "notes", "[contenteditable]")
    notes.click()
    page.keyboard.type("Choose ")
    page.keyboard.press("Control+b")
    page.keyboard.type("one")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    modal.locator("[data-command=insertUnorderedList]").click()
    page.keyboard.type("ripe")
    for block, text in (("kind", "text"), ("labels", "unr"), ("team", "orchard n"), ("who", "Lin")):
        control(modal, block).press_sequentially(text)
        expect(page.get_by_test_id("option").first).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    modal.get_by_label("verify").check()
    modal.get_by_label("odd").check()
    for block, text in (
        ("day", "2026-11-30"),
        ("hour", "09:30"),
        ("moment", "2026-11-30T09:30"),
        ("count", "3"),
        ("mail", "mara@example.com"),
        ("guide", "https://example.com/guide"),
    ):
        control(modal, block).fill(text)
    upload = {"name": "lines.jsonl", "mimeType": "text/plain", "buffer": b'{"source-ref": "s3://b/1.png"}\n'}
    modal.locator("[data-testid=block-file] input[type=file]").set_input_files(upload)
    expect(modal.get_by_test_id("block-file")).to_contain_text("lines.jsonl")


def test_every_input_arrives_in_slacks_shape(browser: Browser, space: Workspace) -> None:
    """A value in another shape than Slack's would let the bot work here and fail at Slack."""
    with _tab(browser, timezone_id="UTC") as page:
        visit(page, space)
        modal = open_form(page, space, EVERY_FIELD)
        _fill_every_field(page, modal)
        modal.get_by_test_id("modal-submit").click()
        values = space.next("view_submission")["view"]["state"]["values"]
    got = {block: next(v for name, v in actions["a"].items() if name != "type") for block, actions in values.items()}
    assert got["name"] == "all of it"
    assert got["notes"]["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "Choose "}, {"type": "text", "text": "one", "style": {"bold": True}}],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "ripe"}]}],
        },
    ]
    assert got["kind"] == option("text")
    assert got["labels"] == [option("unripe")]
    assert got["team"]["value"] == "orchard night team"
    assert (got["who"], got["where"]) == ("U0LIN", DATA)
    assert (got["also"], got["split"]) == ([option("verify")], option("odd"))
    assert (got["day"], got["hour"], got["moment"]) == ("2026-11-30", "09:30", 1796031000)
    assert (got["count"], got["mail"], got["guide"]) == ("3", "mara@example.com", "https://example.com/guide")
    assert [file["name"] for file in got["file"]] == ["lines.jsonl"]


def test_external_select_asks_the_app_only_after_enough_letters(space: Workspace, page: Page) -> None:
    """Asking too early or never would make large lists of teams and buckets unusable."""
    visit(page, space)
    modal = open_form(page, space, [field_block("team", "external_select", min_query_length=3)])
    control(modal, "team").press_sequentially("or")
    expect(page.locator(".options")).to_contain_text("one more character")
    control(modal, "team").press_sequentially("c")
    expect(page.get_by_test_id("option")).to_have_text(["orchard team", "orchard night team"])
    assert space.next("block_suggestion")["value"] == "orc"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(control(modal, "team")).to_have_value("orchard night team")


def test_views_stack_and_go_back_with_what_was_typed(space: Workspace, page: Page) -> None:
    """Looking something up in a second view must not cost the first one."""
    visit(page, space)
    look = {
        "type": "actions",
        "block_id": "l",
        "elements": [{"type": "button", "action_id": "look", "text": plain("Look")}],
    }
    modal = open_form(page, space, [NAME, look])
    control(modal, "name").fill("kept")

    def push(_ack: Any, body: Json) -> None:
        words = {"type": "section", "text": {"type": "mrkdwn", "text": "*Details*"}}
        view = {"type": "modal", "title": plain("Second"), "blocks": [words], "notify_on_close": True}
        space.client.views_push(trigger_id=body["trigger_id"], view=view)

    space.answers["look"] = push
    modal.locator("[data-action-id=look]").click()
    expect(modal.get_by_role("heading", name="Second")).to_be_visible()
    page.keyboard.press("Escape")
    expect(modal.get_by_role("heading", name="New thing")).to_be_visible()
    expect(control(modal, "name")).to_have_value("kept")
    assert space.next("view_closed")["view"]["title"]["text"] == "Second"
    modal.get_by_test_id("modal-x").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)


def test_a_silent_app_is_told_in_words_and_nothing_is_lost(space: Workspace, page: Page) -> None:
    """A person must learn that nothing came back, as at Slack, and keep the form."""
    visit(page, space)
    write(page, "/slow now")
    said = page.locator("#main .msg").last
    expect(said).to_contain_text('/slow failed with the error "operation_timeout"')
    expect(said).to_contain_text("Only visible to you")
    write(page, "/nonsense")
    expect(page.locator("#main .msg").last).to_contain_text("/nonsense is not a valid command")
    modal = open_form(page, space, [NAME])
    control(modal, "name").fill("kept")
    space.answers["submit"] = lambda _ack, _body: space.hold.wait(20)
    modal.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal-trouble")).to_contain_text("trouble connecting")
    expect(control(modal, "name")).to_have_value("kept")
    expect(modal.get_by_test_id("modal-submit")).to_be_enabled()


def test_confirm_dialog_decides_whether_the_app_hears(space: Workspace, page: Page) -> None:
    """A stop or a training that costs money must not start on one wrong click."""
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It costs money."),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    button = {"type": "button", "action_id": "train", "text": plain("Train"), "value": "v", "confirm": confirm}
    other = {"type": "button", "action_id": "log", "text": plain("Log")}
    menu = {"type": "overflow", "action_id": "more", "options": [option("Stop"), option("Continue")]}
    visit(page, space)
    ts = space.say(DATA, "card", [{"type": "actions", "block_id": "b", "elements": [button, other, menu]}])
    card = message(page, ts)
    card.locator("[data-action-id=train]").click()
    expect(page.get_by_test_id("confirm")).to_contain_text("It costs money.")
    page.get_by_test_id("confirm-no").click()
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    expect(card.locator("[data-action-id=train]")).to_be_focused()
    card.locator("[data-action-id=log]").click()
    assert space.next("block_actions")["actions"][0]["action_id"] == "log"
    card.locator("[data-action-id=train]").click()
    page.get_by_test_id("confirm-yes").click()
    assert space.next("block_actions")["actions"][0]["value"] == "v"
    card.locator("[data-action-id=more]").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert space.next("block_actions")["actions"][0]["selected_option"]["value"] == "Continue"


def test_ephemeral_answers_are_marked_and_gone_after_reload(browser: Browser, space: Workspace, page: Page) -> None:
    """People must know what others do not see, and that it will not be there tomorrow."""
    visit(page, space)
    space.answers["/secret"] = lambda ack, _body: ack("only for you")
    with _tab(browser) as other:
        visit(other, space, "U0LIN")
        write(page, "/secret")
        said = page.locator("#main .msg", has_text="only for you")
        expect(said).to_contain_text("Only visible to you")
        ts = space.say(DATA, "for all")
        expect(message(other, ts)).to_be_visible()
        expect(other.get_by_text("only for you")).to_have_count(0)
    page.reload()
    expect(message(page, ts)).to_be_visible()
    expect(page.get_by_text("only for you")).to_have_count(0)


def test_threads_open_beside_and_count_their_replies(space: Workspace, page: Page) -> None:
    """The job's history lives in a thread: it must open, take replies and be counted on the card."""
    ts = space.say(DATA, "The job")
    visit(page, space)
    message(page, ts).hover()
    message(page, ts).get_by_test_id("reply-in-thread").click()
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id(f"message-{ts}")).to_be_visible()
    page.get_by_test_id("thread-composer").fill("How far is it?")
    page.get_by_test_id("thread-composer").press("Enter")
    expect(thread).to_contain_text("How far is it?")
    space.say(DATA, "Half way", thread_ts=ts)
    expect(thread).to_contain_text("Half way")
    expect(page.get_by_test_id(f"replies-{ts}")).to_contain_text("2 replies")
    expect(page.get_by_test_id(f"replies-{ts}")).to_contain_text("last reply")
    page.get_by_test_id("thread-composer").fill("/form")
    page.keyboard.press("Escape")
    page.get_by_test_id("thread-composer").press("Enter")
    expect(thread).to_contain_text("/form cannot be used in threads")
    page.reload()
    expect(page.get_by_test_id("thread")).to_contain_text("Half way")
    page.get_by_test_id("close-thread").click()
    expect(page.get_by_test_id("thread")).to_be_hidden()
    link = space.client.chat_getPermalink(channel=DATA, message_ts=ts)["permalink"]
    page.goto(str(link))
    expect(page.get_by_test_id("thread")).to_contain_text("Half way")


def test_one_tab_per_person_with_unread_counts(space: Workspace, page: Page) -> None:
    """Playing requester and labeler at once is what the practice is for."""
    visit(page, space)
    page.get_by_test_id("person-picker").click()
    page.get_by_test_id("person-U0LIN").click()
    expect(page.get_by_test_id("person-picker")).to_contain_text("You are Lin Okafor, labeler")
    assert "#U0LIN/" in page.url
    expect(page.get_by_test_id("channel-orchard-labelers")).to_be_visible()
    ts = space.say(LABELERS, "2 jobs to label")
    expect(page.get_by_test_id("channel-orchard-labelers")).to_contain_text("1")
    page.get_by_test_id("channel-orchard-labelers").click()
    expect(message(page, ts)).to_be_visible()
    expect(page.get_by_test_id("channel-orchard-labelers").locator(".badge")).to_have_count(0)
    page.get_by_test_id("channel-general").click()
    page.get_by_test_id("channel-title").click()
    page.get_by_test_id("invite-U0LABELJOB").click()
    expect(page.get_by_test_id("invite-U0LABELJOB")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#main .msg").last).to_contain_text("has joined the channel")
    assert space.say(GENERAL, "I am in")
    expect(page.locator("#main")).to_contain_text("I am in")


def test_home_tells_the_app_and_follows_what_it_publishes(space: Workspace, page: Page) -> None:
    """The Home is where people see all their jobs: it must be asked for at each opening and change by itself."""
    visit(page, space)
    page.get_by_test_id("app-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("is preparing its Home")
    assert space.next("app_home_opened")["tab"] == "home"
    button = {"type": "button", "action_id": "new", "text": plain("New job"), "style": "primary"}
    for count in ("One job", "Two jobs"):
        blocks = [{"type": "header", "text": plain(count)}, {"type": "actions", "elements": [button]}]
        space.client.views_publish(user_id="U0MARA", view={"type": "home", "blocks": blocks})
        expect(page.get_by_test_id("home")).to_contain_text(count)
    page.get_by_test_id("home").locator("[data-action-id=new]").click()
    assert space.next("block_actions")["container"]["type"] == "view"
    page.get_by_test_id("tab-messages").click()
    assert space.next("app_home_opened")["tab"] == "messages"
    write(page, "Hello app")
    expect(page.locator("#main .msg").last).to_contain_text("Hello app")


def test_shortcuts_mentions_and_files_reach_the_app(space: Workspace, page: Page, tmp_path: Path) -> None:
    """Each of Slack's ways to reach an app must be there, or a story cannot be played."""
    visit(page, space)
    page.get_by_test_id("shortcuts").click()
    page.get_by_test_id("shortcut-make").click()
    assert space.next("shortcut")["callback_id"] == "make"
    ts = space.say(DATA, "A job")
    message(page, ts).hover()
    message(page, ts).get_by_test_id("more-actions").click()
    page.get_by_test_id("shortcut-look").click()
    assert space.next("message_action")["message"]["ts"] == ts
    page.get_by_test_id("composer").press_sequentially("@tes")
    expect(page.get_by_test_id("completion").first).to_contain_text("tester")
    page.keyboard.press("Tab")
    page.keyboard.type("how far?")
    page.keyboard.press("Enter")
    assert space.next("app_mention")["text"] == "<@U0LABELJOB> how far?"
    file = tmp_path / "labels.csv"
    file.write_text("a,b\n")
    page.get_by_test_id("composer-files").set_input_files(file)
    expect(page.locator(".composer .chip")).to_contain_text("labels.csv")
    page.get_by_test_id("send").click()
    expect(page.locator("#main .msg").last).to_contain_text("labels.csv")


def test_commands_complete_with_their_hints(space: Workspace, page: Page) -> None:
    """Nobody remembers arguments: the slash must show what there is."""
    visit(page, space)
    page.get_by_test_id("composer").press_sequentially("/fo")
    expect(page.get_by_test_id("completion")).to_have_count(1)
    expect(page.get_by_test_id("completion")).to_contain_text("Opens the form")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("composer")).to_have_value("/form ")
    expect(page.get_by_test_id("usage-hint")).to_contain_text("[every field]")


BLOCK_WORDS: list[tuple[Json, str]] = [
    ({"type": "header", "text": plain("A header")}, "A header"),
    ({"type": "section", "fields": [{"type": "mrkdwn", "text": "*Bucket*\n`raw`"}]}, "raw"),
    ({"type": "context", "elements": [{"type": "mrkdwn", "text": "asked by <@U0MARA>"}]}, "asked by @Mara Visser"),
    ({"type": "section", "text": {"type": "mrkdwn", "text": "closes <!date^1795996800^{date_num}|x>"}}, "2026-11-30"),
    ({"type": "markdown", "text": "## Plan\n- **one**\n  - two"}, "two"),
    (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0LIN"}]}],
        },
        "@Lin Okafor",
    ),
    (
        {
            "type": "data_table",
            "caption": "Who",
            "page_size": 1,
            "rows": [
                [{"type": "raw_text", "text": "Name"}, {"type": "raw_text", "text": "Count"}],
                [{"type": "raw_text", "text": "Lin"}, {"type": "raw_number", "value": 1240, "text": "1,240"}],
                [{"type": "raw_text", "text": "Sam"}, {"type": "raw_number", "value": 7, "text": "7"}],
            ],
        },
        "1,240",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Labels",
            "chart": {"type": "pie", "segments": [{"label": "ripe", "value": 3}, {"label": "unripe", "value": 1}]},
        },
        "75 %",
    ),
]


def test_blocks_are_drawn(browser: Browser, space: Workspace) -> None:
    """A block that is not drawn is a sentence that nobody reads."""
    with _tab(browser, timezone_id="UTC") as page:
        visit(page, space)
        for block, words in BLOCK_WORDS:
            ts = space.say(DATA, "fallback", [block])
            expect(message(page, ts)).to_contain_text(words)
        expect(page.get_by_role("img", name="Labels: ripe 3, unripe 1")).to_be_visible()
        page.get_by_role("button", name="Next page").click()
        expect(page.locator(".b-data-table")).to_contain_text("2–2 of 2")


def test_everything_can_be_reached_by_keyboard(space: Workspace, page: Page) -> None:
    """A person without a mouse must be able to label and to leave again."""
    ts = space.say(
        DATA, "A job", [{"type": "actions", "elements": [{"type": "button", "action_id": "k", "text": plain("Press")}]}]
    )
    visit(page, space)
    expect(message(page, ts)).to_be_visible()
    reached: set[str] = set()
    page.locator("body").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            str(page.evaluate("document.activeElement.dataset.testid || document.activeElement.dataset.actionId"))
        )
    assert {"person-picker", "channel-general", "app-home", f"message-{ts}", "k", "composer"} <= reached
    modal = open_form(page, space, [NAME])
    for _ in range(12):
        page.keyboard.press("Tab")
        assert modal.evaluate("node => node.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_be_focused()


def test_narrow_window_and_banner(browser: Browser, space: Workspace) -> None:
    """On half a screen the messages must stay readable and the channels one press away."""
    with _tab(browser, viewport={"width": 420, "height": 800}) as page:
        visit(page, space)
        expect(page.get_by_test_id("banner")).to_contain_text("Watch the number.")
        page.get_by_test_id("dismiss-banner").click()
        page.reload()
        expect(page.get_by_test_id("open-sidebar")).to_be_visible()
        expect(page.get_by_test_id("banner")).to_be_hidden()
        expect(page.get_by_test_id("channel-general")).not_to_be_in_viewport()
        page.get_by_test_id("open-sidebar").click()
        page.get_by_test_id("channel-general").click()
        expect(page.get_by_test_id("channel-title")).to_contain_text("general")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_journal_shows_what_slack_received(space: Workspace, page: Page) -> None:
    """Developers must see the exact request and answer, or faults stay riddles."""
    space.say(DATA, "for the journal")
    page.goto(f"{space.url}/journal")
    page.get_by_test_id("filter").fill("chat.postMessage")
    entry = page.locator(".entry").first
    expect(entry).to_contain_text("chat.postMessage")
    entry.locator("summary").click()
    expect(entry).to_contain_text("for the journal")
    assert "xoxb-practice" not in page.content()


def test_page_fetches_nothing_from_outside_and_caches_by_content(space: Workspace) -> None:
    """A practice must not leak, and a new version must never run with old files."""
    with urllib.request.urlopen(f"{space.url}/") as answer:
        policy = answer.headers["content-security-policy"]
        html = answer.read().decode()
        assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", html)
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', html)
    assert addresses
    for address in addresses:
        assert address.startswith("/page/")
        with urllib.request.urlopen(f"{space.url}{address}") as answer:
            kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}[address.rsplit(".", 1)[1]]
            assert answer.headers["content-type"].startswith(kind)
            assert "immutable" in answer.headers["cache-control"]
