"""The page of the practice workspace, used by real people's means: a browser, a keyboard, two tabs
at once.
"""

from __future__ import annotations

import re
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.practice import (
    DATA,
    GENERAL,
    LABELERS,
    NAME,
    message,
    open_form,
    opened_tab,
    plain,
    visit,
    write,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.practice import Json, Workspace


def test_messages_arrive_without_reload_in_everyopened_tab(
    browser: Browser, space: Workspace, page: Page
) -> None:
    """Without live updates nobody would see the number move."""
    visit(page, space)
    with opened_tab(browser) as other:
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
    """Somebody's text must never become markup, script or a dangerous link in another person's
    browser.
    """
    visit(page, space)
    nasty = (
        "<img src=x onerror=window.bad=1> <javascript:alert(1)|press> <https://example.com|fine>"
    )
    ts = space.say(DATA, nasty, [{"type": "section", "text": {"type": "mrkdwn", "text": nasty}}])
    expect(message(page, ts)).to_contain_text("<img src=x onerror=window.bad=1>")
    assert message(page, ts).locator(".msg-body img").count() == 0
    links = message(page, ts).locator(".msg-body a")
    assert [links.nth(i).get_attribute("href") for i in range(links.count())] == [
        "https://example.com/"
    ]
    assert links.first.get_attribute("rel") == "noopener noreferrer"
    write(page, "<b>bold</b> & co")
    expect(page.locator("#main .msg").last).to_contain_text("<b>bold</b> & co")
    assert page.evaluate("window.bad") is None


def test_ephemeral_answers_are_marked_and_gone_after_reload(
    browser: Browser, space: Workspace, page: Page
) -> None:
    """People must know what others do not see, and that it will not be there tomorrow."""
    visit(page, space)
    space.answers["/secret"] = lambda ack, _body: ack("only for you")
    with opened_tab(browser) as other:
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
    """The job's history lives in a thread: it must open, take replies and be counted on the
    card.
    """
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
    """The Home is where people see all their jobs: it must be asked for at each opening and change
    by itself.
    """
    visit(page, space)
    page.get_by_test_id("app-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("is preparing its Home")
    assert space.next("app_home_opened")["tab"] == "home"
    button = {"type": "button", "action_id": "new", "text": plain("New job"), "style": "primary"}
    for count in ("One job", "Two jobs"):
        blocks = [
            {"type": "header", "text": plain(count)},
            {"type": "actions", "elements": [button]},
        ]
        space.client.views_publish(user_id="U0MARA", view={"type": "home", "blocks": blocks})
        expect(page.get_by_test_id("home")).to_contain_text(count)
    page.get_by_test_id("home").locator("[data-action-id=new]").click()
    assert space.next("block_actions")["container"]["type"] == "view"
    page.get_by_test_id("tab-messages").click()
    assert space.next("app_home_opened")["tab"] == "messages"
    write(page, "Hello app")
    expect(page.locator("#main .msg").last).to_contain_text("Hello app")


def test_shortcuts_mentions_and_files_reach_the_app(
    space: Workspace, page: Page, tmp_path: Path
) -> None:
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
    page.get_by_test_id("composer").fill("")
    page.get_by_test_id("composer").press_sequentially("/mak")
    expect(page.get_by_test_id("completion")).to_contain_text("From anywhere")
    page.keyboard.press("Enter")
    assert space.next("shortcut")["callback_id"] == "make"
    expect(page.get_by_test_id("composer")).to_have_value("")


DAYS = [{"label": "Mon", "value": 3}, {"label": "Tue", "value": -1}]
CARD: Json = {
    "type": "card",
    "title": {"type": "mrkdwn", "text": "ripe-july"},
    "body": plain("612 of 1,240"),
    "actions": [{"type": "button", "text": plain("Status"), "action_id": "s"}],
}
BLOCK_WORDS: list[tuple[Json, str]] = [
    (CARD, "612 of 1,240"),
    ({"type": "carousel", "elements": [CARD, CARD]}, "ripe-july"),
    (
        {
            "type": "container",
            "title": plain("More"),
            "is_collapsible": True,
            "child_blocks": [{"type": "section", "text": plain("inside")}],
        },
        "inside",
    ),
    (
        {
            "type": "plan",
            "title": "Launch",
            "tasks": [{"task_id": "1", "title": "Read", "status": "error"}],
        },
        "failed",
    ),
    (
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "Job"}],
                [{"type": "raw_text", "text": "ripe & ready"}],
            ],
            "column_settings": [{"is_wrapped": True}],
        },
        "ripe & ready",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Days",
            "chart": {
                "type": "line",
                "series": [{"name": "done", "data": DAYS}],
                "axis_config": {"categories": ["Mon", "Tue"]},
            },
        },
        "Tue",
    ),
    ({"type": "header", "text": plain("A header")}, "A header"),
    ({"type": "section", "fields": [{"type": "mrkdwn", "text": "*Bucket*\n`raw`"}]}, "raw"),
    (
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "asked by <@U0MARA>"}]},
        "asked by @Mara Visser",
    ),
    (
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "closes <!date^1795996800^{date_num}|x>"},
        },
        "2026-11-30",
    ),
    ({"type": "markdown", "text": "## Plan\n- **one**\n  - two"}, "two"),
    (
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0LIN"}]}
            ],
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
                [
                    {"type": "raw_text", "text": "Lin"},
                    {"type": "raw_number", "value": 1240, "text": "1,240"},
                ],
                [
                    {"type": "raw_text", "text": "Sam"},
                    {"type": "raw_number", "value": 7, "text": "7"},
                ],
            ],
        },
        "1,240",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Labels",
            "chart": {
                "type": "pie",
                "segments": [{"label": "ripe", "value": 3}, {"label": "unripe", "value": 1}],
            },
        },
        "75 %",
    ),
]


def test_blocks_are_drawn(browser: Browser, space: Workspace) -> None:
    """A block that is not drawn is a sentence that nobody reads."""
    with opened_tab(browser, timezone_id="UTC") as page:
        visit(page, space)
        for block, words in BLOCK_WORDS:
            ts = space.say(DATA, "fallback", [block])
            expect(message(page, ts)).to_contain_text(words)
        expect(page.get_by_role("img", name="Labels: ripe 3, unripe 1")).to_be_visible()
        page.get_by_role("button", name="Next page").click()
        expect(page.locator(".b-data-table")).to_contain_text(re.compile("2.2 of 2"))


def test_words_that_hold_for_a_while_are_said_again(browser: Browser, space: Workspace) -> None:
    """Without this, “just now” would stand below a message for as long as the page is open."""
    with opened_tab(browser) as page:
        page.clock.install()
        began = int(time.time())
        ts = space.say(DATA, f"seen <!date^{began}^{{ago}}|then>")
        space.say(DATA, "an answer", thread_ts=ts)
        visit(page, space)
        expect(message(page, ts)).to_contain_text("seen just now")
        expect(message(page, ts)).to_contain_text("last reply just now")
        page.clock.fast_forward("03:05")
        expect(message(page, ts)).to_contain_text("seen 3 minutes ago")
        expect(message(page, ts)).to_contain_text("last reply 3 minutes ago")
        page.clock.fast_forward("24:00:00")
        expect(message(page, ts)).to_contain_text("seen 1 day ago")
        expect(page.locator(".divider-day").last).to_have_text("Yesterday")


def test_everything_can_be_reached_by_keyboard(space: Workspace, page: Page) -> None:
    """A person without a mouse must be able to label and to leave again."""
    ts = space.say(
        DATA,
        "A job",
        [
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": "k", "text": plain("Press")}],
            }
        ],
    )
    visit(page, space)
    expect(message(page, ts)).to_be_visible()
    reached: set[str] = set()
    page.locator("body").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            str(
                page.evaluate(
                    "document.activeElement.dataset.testid || "
                    "document.activeElement.dataset.actionId"
                )
            )
        )
    assert {
        "person-picker",
        "channel-general",
        "app-home",
        f"message-{ts}",
        "k",
        "composer",
    } <= reached
    modal = open_form(page, space, [NAME])
    for _ in range(12):
        page.keyboard.press("Tab")
        assert modal.evaluate("node => node.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_be_focused()


def test_narrow_window_and_banner(browser: Browser, space: Workspace) -> None:
    """On half a screen the messages must stay readable and the channels one press away."""
    with opened_tab(browser, viewport={"width": 420, "height": 800}) as page:
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
            kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}[
                address.rsplit(".", 1)[1]
            ]
            assert answer.headers["content-type"].startswith(kind)
            assert "immutable" in answer.headers["cache-control"]
