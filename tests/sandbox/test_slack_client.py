"""The /client API of the Slack stand-in, and the ground of all stand-ins: server, store, faults,
journal.
"""

from __future__ import annotations

import http.client
import json
import queue
import socket
import sqlite3
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import Workspace, section, until
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler

from bot.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slack_sdk import WebClient


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Workspace(
        tmp_path_factory.mktemp("slack"), links={"portal": "http://127.0.0.1:1/"}
    ) as workspace:
        yield workspace


class Page:
    """A page that listens: events come into `heard` as (number, name, data)."""

    def __init__(self, slack: Workspace, person: str, since: Any = None) -> None:
        self.heard: queue.Queue[tuple[int, str, Any]] = queue.Queue()
        host = slack.url.removeprefix("http://")
        self._connection = http.client.HTTPConnection(host, timeout=5)
        self._connection.request(
            "GET",
            f"/client/stream?user={person}" + (f"&since={since}" if since is not None else ""),
        )
        self._reply = self._connection.getresponse()
        self.first = self._reply.readline()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        event: dict[str, str] = {}
        try:
            for raw in self._reply:
                line = raw.decode().rstrip("\n")
                if not line and event:
                    self.heard.put((int(event["id"]), event["event"], json.loads(event["data"])))
                    event = {}
                elif ": " in line and not line.startswith(":"):
                    name, value = line.split(": ", 1)
                    event[name] = value
        except (OSError, ValueError, AttributeError):
            pass

    def hears(self, name: str) -> Any:
        while True:
            number, found, data = self.heard.get(timeout=5)
            if found == name:
                return number, data

    def close(self) -> None:
        raw: Any = self._reply.fp
        sock = self._connection.sock or raw.raw._sock
        sock.shutdown(socket.SHUT_RDWR)
        self._reply.close()
        self._connection.close()


def test_the_page_learns_everything_at_boot(slack: Workspace) -> None:
    """One request must be enough to draw the screen."""
    boot = slack.look("boot", user="U0LIN")
    assert boot["team"]["name"] == "Orchard Works"
    assert boot["app"]["commands"][0]["command"] == "/labeljob"
    assert {one["callback_id"] for one in boot["app"]["shortcuts"]} == {"label_these", "new_job"}
    assert boot["app"]["home_tab"] is True
    assert [one["initials"] for one in boot["people"] if one["id"] == "U0LIN"] == ["L"]
    names = {one["name"]: one for one in boot["channels"]}
    assert "secret" not in names
    assert names["orchard-data"]["is_member"] is False
    assert names["orchard-labelers"]["is_member"] is True
    assert any(one["is_im"] and one["user"] == "U0BOT" for one in boot["channels"])
    assert boot["links"]["portal"] == "http://127.0.0.1:1/"
    assert slack.look("boot", user="U0NOBODY")["error"] == "user_not_found"


def test_a_page_hears_everything_once_from_where_it_left_off(slack: Workspace) -> None:
    """A gap between the first picture and the stream would lose a message until the next reload."""
    since = slack.look("boot", user="U0MARA")["event_id"]
    web = slack.web()
    ts = web.chat_postMessage(channel="C0DATA", text="between", blocks=[section()])["ts"]
    page, other = Page(slack, "U0MARA", since), Page(slack, "U0LIN", since)
    try:
        assert page.first.startswith(b":")
        number, message = page.hears("message")
        assert (message["ts"], message["channel"], message["text"]) == (ts, "C0DATA", "between")
        web.chat_update(channel="C0DATA", ts=ts, text="changed")
        assert page.hears("message_changed")[1]["text"] == "changed"
        web.chat_postEphemeral(channel="C0DATA", user="U0MARA", text="psst")
        assert page.hears("ephemeral")[1]["ephemeral_id"]
        web.chat_delete(channel="C0DATA", ts=ts)
        last, gone = page.hears("message_deleted")
        assert gone["ts"] == ts
        assert last > number
        slack.act("join", user="U0LIN", channel="C0DATA")
        heard = other.hears("channel")[1]
        assert heard["channel"]["is_member"] is True
        names = set()
        while not other.heard.empty():
            names.add(other.heard.get()[1])
        assert "ephemeral" not in names, "what only Mara sees must not reach Lin's page"
    finally:
        page.close()
        other.close()
        slack.act("leave", user="U0LIN", channel="C0DATA")


def test_a_page_can_ask_how_far_the_workspace_is(slack: Workspace) -> None:
    """A page that lost its stream asks without a boot, which would take away what only this person
    sees.
    """
    slack.web().chat_postEphemeral(channel="C0DATA", user="U0MARA", text="psst")
    now = slack.look("state", user="U0MARA")["event_id"]
    assert slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"]
    slack.web().chat_postMessage(channel="C0DATA", text="later")
    assert slack.look("state", user="U0MARA")["event_id"] > now


def test_unread_counts_follow_reading(slack: Workspace) -> None:
    """The number beside a channel is how people find what is new."""

    def unread() -> Any:
        channels = slack.look("boot", user="U0SAM")["channels"]
        return next(one for one in channels if one["id"] == "C0LABEL")["unread"]

    before = unread()
    ts = slack.web().chat_postMessage(channel="C0LABEL", text="new")["ts"]
    slack.web().chat_postMessage(channel="C0LABEL", text="reply", thread_ts=ts)
    assert unread() == before + 1, "replies do not count"
    slack.act("read", user="U0SAM", channel="C0LABEL", ts=ts)
    assert unread() == 0


def test_people_see_only_their_channels(slack: Workspace) -> None:
    """A private channel must not leak through history, thread or posting."""
    for name, more in (("history", {}), ("thread", {"ts": "1.1"})):
        assert (
            slack.look(name, user="U0MARA", channel="C0SECRET", **more)["error"]
            == "channel_not_found"
        )
    assert (
        slack.act("message", user="U0MARA", channel="C0SECRET", text="x")["error"]
        == "channel_not_found"
    )
    assert (
        slack.act("message", user="U0LIN", channel="C0DATA", text="x")["error"] == "not_in_channel"
    )
    assert slack.act("message", user="U0MARA", channel="C0DATA", text="  ")["error"] == "no_text"


def test_requests_from_elsewhere_are_refused(slack: Workspace) -> None:
    """Any web page could otherwise post into the workspace of whoever looks at it."""
    for headers, status in (
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(
                urllib.request.Request(f"{slack.url}/client/boot?user=U0MARA", headers=headers)
            )
        assert refusal.value.code == status
        refusal.value.close()
    body = json.dumps({"user": "U0MARA", "channel": "C0DATA", "text": "x"}).encode()
    headers = {"Origin": "http://evil.example", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{slack.url}/client/message", data=body, headers=headers)
    with urllib.request.urlopen(request) as reply:
        assert json.load(reply)["error"] == "cross_origin"


def outcome_of(web: WebClient, text: str) -> str:
    """What the caller sees of a post: ok, a status, or nothing that can be read."""
    try:
        web.chat_postMessage(channel="C0LABEL", text=text)
    except SlackApiError as refusal:
        status = refusal.response.status_code
        after = refusal.response.headers.get("Retry-After", "")
        return f"{status} {after}".strip() if status != 200 else "nothing"
    except (OSError, http.client.HTTPException, ValueError):
        return "nothing"
    return "ok"


FAULTS = {
    "drop_before": ("nothing", 0),
    "drop_after": ("nothing", 1),
    "garbage": ("nothing", 1),
    "error_500": ("500", 0),
    "throttle": ("429 7", 0),
    "slow_body": ("ok", 1),
    "delay": ("ok", 1),
    "duplicate": ("ok", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_spoils_one_call_and_is_written_down(slack: Workspace, fault: str) -> None:
    """The proof that nothing is lost or said twice stands on faults that do exactly what they
    say.
    """
    web = slack.web()
    before = slack.last_entry()
    rule = {
        "operation": "chat.post*",
        "fault": fault,
        "times": 1,
        "seconds": 0.05,
        "retry_after": 7,
    }
    slack.fetch("/_control/faults", rule)
    text = f"spoiled by {fault}"
    outcome = outcome_of(web, text)
    posted = web.conversations_history(channel="C0LABEL", limit=100)["messages"]
    assert (outcome, [message["text"] for message in posted].count(text)) == FAULTS[fault]
    (entry,) = slack.journal("chat.postMessage", before)
    assert entry["fault"] == fault
    assert entry["request"]["text"] == text
    assert web.chat_postMessage(channel="C0LABEL", text="healthy again")["ok"]


def test_the_retries_of_slack_sdk_post_twice_when_a_reply_is_lost(slack: Workspace) -> None:
    """This is why the bot's posting client must not retry by itself; the stand-in must show the
    danger.
    """
    web = slack.web()
    web.retry_handlers = [ConnectionErrorRetryHandler(max_retry_count=1)]
    slack.fetch(
        "/_control/faults", {"operation": "chat.postMessage", "fault": "drop_after", "times": 1}
    )
    assert web.chat_postMessage(channel="C0LABEL", text="said twice")["ok"]
    posted = web.conversations_history(channel="C0LABEL", limit=100)["messages"]
    assert [message["text"] for message in posted].count("said twice") == 2


def test_the_journal_is_in_order_and_knows_no_secret(slack: Workspace) -> None:
    """The oracle of all tests may be shown to anybody: no token may stand in it."""
    web = slack.web()
    before = slack.last_entry()
    web.chat_postMessage(
        channel="C0LABEL", text="my token is xoxb-12-abcDEF", blocks=[section("first")]
    )
    web.api_call("auth.test", data={"token": "xoxb-practice-1"})
    entries = slack.fetch(f"/_control/journal?after={before}")["entries"]
    assert [entry["operation"] for entry in entries] == ["chat.postMessage", "auth.test"]
    assert entries[0]["n"] < entries[1]["n"]
    assert entries[0]["request"]["blocks"][0]["text"]["text"] == "first"
    assert entries[0]["response"]["ok"] is True
    assert "xoxb" not in json.dumps(entries)
    with urllib.request.urlopen(f"{slack.url}/_control/journal/page") as page:
        assert b"chat.postMessage" in page.read()


def test_a_wrong_fault_is_refused_in_words(slack: Workspace) -> None:
    """A misspelt fault that is silently ignored would make a failure test pass for nothing."""
    body = json.dumps({"operation": "x", "fault": "explode"}).encode()
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(f"{slack.url}/_control/faults", data=body))
    assert "drop_after" in refusal.value.read().decode()
    refusal.value.close()


def test_a_stream_ends_with_its_server(tmp_path: Path) -> None:
    """An open page must not keep the sandbox from stopping."""
    with Workspace(tmp_path) as slack:
        page = Page(slack, "U0MARA")
    until(lambda: page._reply.isclosed() or page._reply.read(1) == b"")
    page._reply.close()
    page._connection.close()


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """Half a change in the stand-in would look like a fault of the bot."""
    store = Store(tmp_path / "x.db", "CREATE TABLE IF NOT EXISTS t(a INTEGER)")
    told: list[str] = []

    def fail() -> None:
        with store.write() as db:
            db.execute("INSERT INTO t VALUES (1)")
            store.after_commit(lambda: told.append("never"))
            db.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sqlite3.OperationalError):
        fail()
    with store.write() as outer, store.write() as inner:
        outer.execute("INSERT INTO t VALUES (2)")
        inner.execute("INSERT INTO t VALUES (3)")
        store.after_commit(lambda: told.append("once"))
        assert told == []
    with store.read() as db:
        assert [row["a"] for row in db.execute("SELECT a FROM t ORDER BY a")] == [2, 3]
    assert told == ["once"]
    store.close()
