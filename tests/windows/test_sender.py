"""The sender against the Slack stand-in: what was committed is posted once and in order."""

import json
import os
import random
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from slack_sdk import WebClient

from bot.base import failpoints
from bot.base.clock import new_id
from bot.base.db import Database
from bot.base.settings import Settings
from bot.delivery.claims import Claims
from bot.delivery.dead_letters import Asked, DeadLetters
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Death, Sender
from tests.faults.world import until
from tests.windows.conftest import Workspace

JOB = Subject("T0ORCHARD", "job", "j1")
MakeSender = Callable[..., Sender]


def show(
    db: Database,
    outbox: Outbox,
    text: str,
    *,
    urgent: bool = True,
    gap: float = 0.0,
    channel: str = "C0DATA",
) -> None:
    with db.write() as session:
        outbox.show(session, JOB, channel, Message(text), urgent=urgent, gap=gap)


def say(db: Database, outbox: Outbox, text: str, key: str, channel: str = "C0DATA") -> None:
    with db.write() as session:
        outbox.say(session, JOB, channel, Message(text), key=key)


def refuse(workspace: Workspace, method: str, error: str, times: int = 1) -> None:
    workspace._post("/_control/refuse", {"method": method, "error": error, "times": times})


def let_pauses_pass(db: Database) -> None:
    """As if every pause were over."""
    for table, columns in (
        ("outbox", ("not_before", "lease_until", "recheck_at")),
        ("thread", ("due_at", "lease_until", "recheck_at")),
        ("budget", ("blocked_until",)),
    ):
        for column in columns:
            db.execute(f"UPDATE {table} SET {column} = 1 WHERE {column} > 0", {})


def sender_of(db: Database, api: str, tell: Callable[[Death], None] | None = None) -> Sender:
    """A sender that speaks to another address, or tells of deaths."""
    settings = Settings(
        SLACK_BOT_TOKEN="xoxb-test", look_wait=0, slack_timeout=10, post_pace=1_000_000
    )
    return Sender(
        db=db,
        claims=Claims(db),
        budget=RateBudget(db, settings.post_pace),
        slack=WebClient("xoxb-test", base_url=f"{api}/api/", timeout=10, retry_handlers=[]),
        settings=settings,
        owner=new_id(),
        chance=random.Random(1),
        tell=tell,
    )


@dataclass
class Instead:
    """What a proxy says in Slack's place, once; `after` when Slack has carried the call out all the
    same.
    """

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False


@contextmanager
def proxy(workspace: Workspace, **instead: Instead) -> Iterator[str]:
    """The address of a proxy that hands each call on; a method's first answer is what is said
    `instead`.
    """

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = instead.pop(self.path.rpartition("/")[2].replace(".", "_"), None)
            if said is None or said.after:
                asked = urllib.request.Request(workspace.url + self.path, body, dict(self.headers))
                with urllib.request.urlopen(asked, timeout=10) as answer:
                    carried_out = Instead(
                        200, answer.read().decode(), {"Content-Type": "application/json"}
                    )
            said = said or carried_out
            self.send_response(said.status)
            for name, value in {
                **said.headers,
                "Content-Length": str(len(said.body.encode())),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body.encode())

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def two_cards(
    db: Database, outbox: Outbox, make_sender: MakeSender, meanwhile: Callable[[], None]
) -> None:
    """A card that a sender posted which froze before; `meanwhile` happens before it wakes and posts
    it too.
    """
    show(db, outbox, "card")
    claimed = Claims(db, lease=-1).claim("frozen")
    assert claimed is not None
    make_sender("two").drain(1)
    meanwhile()
    make_sender("frozen")._send(replace(claimed, lease_until=db.time() + 60))


def test_card_is_the_root_of_its_lines(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, what happens to a job would be strewn over the channel."""
    show(db, outbox, "card")
    say(db, outbox, "launched", "k1")
    say(db, outbox, "completed", "k2")
    make_sender().drain()
    root = outbox.root_ts(JOB, "C0DATA")
    assert root is not None
    assert workspace.texts() == ["card"]
    assert workspace.thread(root) == ["card", "launched", "completed"]


def test_same_line_twice_is_said_once(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a transition that is observed twice would be told twice."""
    show(db, outbox, "card")
    say(db, outbox, "launched", "k1")
    say(db, outbox, "launched", "k1")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


def test_card_is_edited_in_place_and_latest_wins(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a busy job would fill the channel or lag behind its own numbers."""
    show(db, outbox, "1 of 3")
    make_sender().drain()
    show(db, outbox, "2 of 3")
    show(db, outbox, "3 of 3")
    make_sender().drain()
    assert workspace.texts() == ["3 of 3"]


def test_numbers_wait_for_their_gap_but_a_state_does_not(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, every label would be an edit, or an end would be told late."""
    show(db, outbox, "1 of 3")
    make_sender().drain()
    show(db, outbox, "2 of 3", urgent=False, gap=3600)
    make_sender().drain()
    assert workspace.texts() == ["1 of 3"]
    show(db, outbox, "Completed", urgent=True)
    make_sender().drain()
    assert workspace.texts() == ["Completed"]


def test_line_waits_until_the_card_shows_the_change(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, the thread would say Completed below a card that says In progress."""
    show(db, outbox, "In progress")
    make_sender().drain()
    show(db, outbox, "Completed")
    say(db, outbox, "completed", "k1")
    workspace.fault("chat.update", "error_500", times=1)
    make_sender(look_wait=3600).drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["In progress"]


def test_lost_reply_is_looked_up_not_posted_again(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a cut connection would double a message, as it does with the SDK's own
    retries.
    """
    workspace.fault("chat.postMessage", "drop_after", times=2)
    show(db, outbox, "card")
    make_sender().drain()
    say(db, outbox, "launched", "k1")
    make_sender().drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


@pytest.mark.parametrize(
    "missing",
    [
        ["bot_id"],
        ["bot_id", "bot_profile", "app_id"],
        ["bot_id", "user"],
        ["user", "app_id"],
        ["bot_id", "user", "app_id", "bot_profile"],
    ],
    ids=" ".join,
)
def test_own_message_is_known_by_whichever_id_it_carries(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, missing: list[str]
) -> None:
    """Without this, a Slack that leaves out one of the author's ids would get every message twice
    whose answer was lost.
    """
    workspace._post("/_control/authors", {"without": missing})
    workspace.fault("chat.postMessage", "drop_after", times=2)
    show(db, outbox, "card")
    make_sender().drain()
    say(db, outbox, "launched", "k1")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]
    assert workspace.count("chat.postMessage") == 2


def test_unanswered_post_that_never_landed_is_posted(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a message that Slack never got would be lost."""
    workspace.fault("chat.postMessage", "drop_before", times=1)
    show(db, outbox, "card")
    make_sender().drain()
    assert workspace.texts() == ["card"]


def test_another_sender_finishes_what_a_dead_one_began(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a killed process would take its messages with it, or they would be said
    twice.
    """
    show(db, outbox, "card")
    claimed = Claims(db, lease=-1).claim("dead")
    assert claimed is not None
    make_sender()._post(claimed)  # it posted, and died before it could write that down
    make_sender("two").drain()
    assert workspace.texts() == ["card"]


def test_card_that_changed_before_its_first_post_was_found_shows_the_change(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a crash after the first post could leave a card that says Waiting to launch for
    ever.
    """
    show(db, outbox, "Waiting to launch")
    claimed = Claims(db, lease=-1).claim("dead")
    assert claimed is not None
    make_sender()._post(claimed)  # it posted, and died before it could write that down
    show(db, outbox, "Completed")
    make_sender("two").drain()
    assert workspace.texts() == ["Completed"]
    assert workspace.count("chat.postMessage") == 1


def test_twin_of_a_sender_that_froze_and_woke_is_removed_at_once(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a machine that slept for an hour would leave a message twice: the duplicate
    check was an hour ago.
    """
    show(db, outbox, "card")
    say(db, outbox, "launched", "k1")
    for text in ("card", "launched"):
        claimed = Claims(db, lease=-1).claim("frozen")
        assert claimed is not None
        assert claimed.payload["text"] == text
        make_sender("two").drain(1)
        frozen = make_sender("frozen")
        frozen._send(
            replace(claimed, lease_until=db.time() + 60)
        )  # it had looked at the clock before it froze
    assert workspace.count("chat.postMessage") == 4
    make_sender("two").drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


def test_twin_that_slack_lets_nobody_delete_yet_is_deleted_later(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a message would stand twice for ever whenever Slack was busy in that moment."""
    show(db, outbox, "card")
    claimed = Claims(db, lease=-1).claim("frozen")
    assert claimed is not None
    make_sender("two").drain(1)
    workspace.fault("chat.delete", "throttle", times=1, retry_after=3600)
    make_sender("frozen")._send(replace(claimed, lease_until=db.time() + 60))
    assert workspace.texts() == ["card", "card"]

    def look_again(table: str, column: str) -> None:
        db.execute(f"UPDATE {table} SET {column} = :then WHERE {column} > 0", {"then": 1.0})
        make_sender("two").drain()

    look_again("thread", "recheck_at")
    assert workspace.count("chat.delete") == 1, "Slack asked to leave it alone for an hour"
    db.execute("UPDATE budget SET blocked_until = :then", {"then": 0.0})
    look_again("thread", "recheck_at")
    assert workspace.texts() == ["card"]


@pytest.mark.parametrize(
    "code", ["token_revoked", "invalid_auth", "team_access_not_granted", "ratelimited"]
)
def test_twin_that_slack_refuses_to_delete_for_now_is_deleted_later(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, code: str
) -> None:
    """Without this, a token that was replaced at that moment would leave a message twice for
    ever.
    """
    two_cards(db, outbox, make_sender, lambda: refuse(workspace, "chat.delete", code))
    assert workspace.texts() == ["card", "card"]
    let_pauses_pass(db)
    make_sender("two").drain()
    assert workspace.texts() == ["card"]


def test_token_that_is_refused_at_a_deletion_stops_all(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a workspace that took the token away would be asked again and again by it."""
    two_cards(db, outbox, make_sender, lambda: refuse(workspace, "chat.delete", "token_revoked"))
    show(db, outbox, "other", channel="C0OTHER")
    db.execute("UPDATE thread SET recheck_at = 1 WHERE recheck_at > 0", {})
    make_sender("two").drain()
    assert workspace.texts("C0OTHER") == []
    assert workspace.count("chat.delete") == 1


def test_twin_that_nobody_can_delete_is_left_alone(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a workspace that keeps every message would be asked to delete one each minute
    for ever.
    """
    refusal = "compliance_exports_prevent_deletion"
    two_cards(db, outbox, make_sender, lambda: refuse(workspace, "chat.delete", refusal))
    let_pauses_pass(db)
    make_sender("two").drain()
    assert workspace.count("chat.delete") == 1


def test_look_that_was_asked_for_while_another_went_on_is_taken(
    db: Database, outbox: Outbox
) -> None:
    """Without this, a sender that woke during another's look would leave its message twice."""
    show(db, outbox, "card")
    claims = Claims(db)
    db.execute("UPDATE thread SET recheck_at = :then", {"then": 1.0})
    first = claims.doubtful()
    assert first is not None
    db.execute("UPDATE thread SET recheck_at = :then", {"then": 2.0})
    claims.cleared(first)
    second = claims.doubtful()
    assert second is not None
    claims.cleared(second)
    db.execute("UPDATE thread SET recheck_at = :then WHERE recheck_at > 0", {"then": 3.0})
    assert claims.doubtful() is None


def test_sender_that_waited_too_long_for_the_database_does_not_post(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, it would post after another had taken its message over, and the message would
    stand twice.
    """
    show(db, outbox, "card")
    sender = make_sender()
    claimed = Claims(db, lease=10.0).claim("test")
    assert claimed is not None
    limit = db.time() + 0.3
    enough = sender._settings.slack_timeout + sender._settings.lease / 6
    sending = threading.Thread(
        target=sender._send, args=(replace(claimed, lease_until=limit + enough),)
    )
    with db.write() as session:
        session.connection().exec_driver_sql("SELECT 1" if db.is_sqlite else "LOCK TABLE budget")
        sending.start()
        until(lambda: db.time() > limit)
    sending.join()
    assert workspace.texts() == []


def test_old_edit_of_a_sender_that_froze_and_woke_does_not_stay(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a card would say In progress for ever although the job is completed."""
    show(db, outbox, "card")
    make_sender().drain()
    show(db, outbox, "In progress")
    claimed = Claims(db, lease=-1).claim("frozen")
    assert claimed is not None
    show(db, outbox, "Completed")
    make_sender("two").drain()
    make_sender("frozen")._send(replace(claimed, lease_until=db.time() + 60))
    assert workspace.texts() == ["In progress"]
    make_sender("two").drain()
    assert workspace.texts() == ["Completed"]


def test_too_many_requests_is_obeyed(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, the bot would hammer a workspace that asked it to wait."""
    workspace.fault("chat.postMessage", "throttle", times=1, retry_after=3600)
    show(db, outbox, "card")
    sender = make_sender()
    sender.drain()
    sender.drain()
    assert workspace.texts() == []
    assert Claims(db).waiting() == 1


def test_too_many_requests_without_a_time_is_obeyed(
    db: Database, outbox: Outbox, workspace: Workspace
) -> None:
    """Without this, a proxy's own "too many requests" would be met with the same post at once."""
    show(db, outbox, "card")
    refused = Instead(
        429, "<html>slow down</html>", {"Content-Type": "text/html", "Retry-After": "soon"}
    )
    with proxy(workspace, chat_postMessage=refused) as url:
        sender_of(db, url).drain()
    assert workspace.texts() == []
    let_pauses_pass(db)
    sender_of(db, workspace.url).drain()
    assert workspace.texts() == ["card"]


def test_answer_408_of_a_proxy_is_no_answer_of_slacks(
    db: Database, outbox: Outbox, workspace: Workspace
) -> None:
    """Without this, a post that a proxy gave up waiting for would be posted again without a
    look.
    """
    show(db, outbox, "card")
    page = Instead(408, "<html>Request Timeout</html>", {"Content-Type": "text/html"}, after=True)
    with proxy(workspace, chat_postMessage=page) as url:
        sender_of(db, url).drain()
        let_pauses_pass(db)
        sender_of(db, url).drain()
    assert workspace.texts() == ["card"]


def test_look_that_shows_no_messages_is_no_answer(
    db: Database, outbox: Outbox, workspace: Workspace
) -> None:
    """Without this, half an answer of Slack's would be read as "it is not there", and the message
    posted twice.
    """
    show(db, outbox, "card")
    page = Instead(408, "<html>Request Timeout</html>", {"Content-Type": "text/html"}, after=True)
    half = Instead(200, json.dumps({"ok": True}), {"Content-Type": "application/json"})
    with proxy(workspace, chat_postMessage=page, conversations_history=half) as url:
        sender_of(db, url).drain()
        let_pauses_pass(db)
        sender_of(db, url).drain()
    assert workspace.count("chat.postMessage") == 1
    assert workspace.texts() == ["card"]


def test_database_clock_that_is_five_minutes_fast_doubles_nothing(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, on a machine whose clock is fast each lost reply leaves a message twice for
    ever.
    """
    kinds: dict[str, Callable[[], object]] = {
        "thread": lambda: show(db, outbox, "card"),
        "outbox": lambda: say(db, outbox, "launched", "k1"),
    }
    for table, begin in kinds.items():
        begin()
        claimed = Claims(db, lease=-1).claim("dead")
        assert claimed is not None
        make_sender()._post(claimed)  # it posted, and died before it could write that down
        db.execute(
            f"UPDATE {table} SET first_try_at = first_try_at + 300", {}
        )  # as its clock had said
        make_sender("two").drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


def test_post_is_found_below_all_that_was_said_since(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a lost reply in a channel where much is said would double a message."""
    show(db, outbox, "card")
    claimed = Claims(db, lease=-1).claim("dead")
    assert claimed is not None
    make_sender()._post(claimed)
    for number in range(201):  # more than one page
        workspace.client.chat_postMessage(channel="C0DATA", text=str(number))
    make_sender("two").drain()
    assert workspace.count("chat.postMessage") == 202


def test_look_that_slack_refuses_for_an_hour_ends_in_a_marked_post(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a refusal that nobody foresaw would keep a message back for ever, or give it up
    unsaid.
    """
    workspace.fault("chat.postMessage", "drop_before", times=1)
    refuse(workspace, "conversations.history", "nobody_foresaw_this", times=2)
    show(db, outbox, "card")
    make_sender().drain()
    assert workspace.count("chat.postMessage") == 1
    let_pauses_pass(db)
    db.execute("UPDATE thread SET first_try_at = first_try_at - 3600", {})
    make_sender().drain()
    (said,) = workspace.texts()
    assert said.startswith("card (may repeat")


@pytest.mark.parametrize(
    "code",
    [
        "restricted_action_thread_locked",
        "slack_connect_file_link_sharing_blocked",
        "messages_tab_disabled",
    ],
)
def test_refusal_for_good_holds_up_no_thread(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, code: str
) -> None:
    """Without this, a thread would stand still for an hour because of a line that can never be
    said.
    """
    show(db, outbox, "card")
    say(db, outbox, "lost", "k1")
    say(db, outbox, "completed", "k2")
    make_sender().drain(1)
    refuse(workspace, "chat.postMessage", code)
    assert [death.error for death in make_sender().drain()] == [code]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "completed"]


def test_refusal_that_nobody_knows_is_told_after_an_hour(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, the end of a job would be asked for once a minute for ever, and its asker never
    told.
    """
    show(db, outbox, "card")
    make_sender().drain()
    refuse(workspace, "chat.postMessage", "nobody_knows_this", times=2)
    say(db, outbox, "completed", "k1")
    say(db, outbox, "dataset ready", "k2")
    assert make_sender().drain() == []
    let_pauses_pass(db)
    db.execute("UPDATE outbox SET first_try_at = first_try_at - 3600", {})
    assert [death.error for death in make_sender().drain()] == ["nobody_knows_this"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "dataset ready"]


def test_hour_of_an_edit_begins_with_its_own_first_try(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, one odd answer to an edit would end everything that is told of a job older than
    an hour.
    """
    show(db, outbox, "In progress")
    make_sender().drain()
    db.execute("UPDATE thread SET first_try_at = first_try_at - 3600", {})
    refuse(workspace, "chat.update", "nobody_knows_this", times=3)
    show(db, outbox, "Completed")
    for seconds, deaths in ((0, 0), (1800, 0), (1800, 1)):
        db.execute("UPDATE thread SET first_try_at = first_try_at - :seconds", {"seconds": seconds})
        let_pauses_pass(db)
        assert len(make_sender().drain()) == deaths


def test_death_of_a_message_is_told_although_its_worker_dies_at_its_next_one(
    db: Database, store: str, outbox: Outbox, workspace: Workspace
) -> None:
    """Without this, nobody would hear that a channel shut the bot out when its worker was killed a
    moment later.
    """
    show(db, outbox, "lost", channel="C0GENERAL")
    show(db, outbox, "card")

    def worker(own: Database) -> Sender:
        askers = {"job": lambda _id: Asked("U0MARA", "labeling job", "fruit", "job")}
        return sender_of(own, workspace.url, DeadLetters(own, Outbox(own, new_id), askers).tell)

    db.close()
    if (pid := os.fork()) == 0:
        failpoints.arm("claimed:2")
        worker(Database(store)).drain()
        os._exit(7)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    let_pauses_pass(db)
    worker(db).drain()
    told = workspace.client.conversations_open(users="U0MARA")["channel"]["id"]
    assert [text for text in workspace.texts(told) if "fruit" in text and "/invite" in text]
    assert workspace.texts() == ["card"]


def test_death_that_could_not_be_told_is_told_later(
    db: Database, outbox: Outbox, workspace: Workspace
) -> None:
    """Without this, a database that was locked for a moment would keep from people that they hear
    no more.
    """
    told: list[Death] = []

    def tell(death: Death) -> None:
        told.append(death)
        if len(told) == 1:
            raise OSError("as if the database were locked")

    show(db, outbox, "lost", channel="C0GENERAL")
    sender_of(db, workspace.url, tell).drain()
    assert [death.error for death in told] == ["not_in_channel"] * 2


def test_line_that_somebody_asked_for_tries_a_channel_once_more(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a channel that took the bot back would be met with silence, and "Posted" would
    be a lie.
    """
    show(db, outbox, "card")
    make_sender().drain()
    refuse(workspace, "chat.update", "not_in_channel")
    show(db, outbox, "Completed")
    make_sender().drain()
    say(db, outbox, "said to nobody", "k1")
    with db.write() as session:
        outbox.say(session, JOB, "C0DATA", Message("the status"), key="k2", priority=1)
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["Completed", "the status"]


def test_message_that_can_never_be_said_is_reported_and_stops_nobody(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a job in a channel without the bot would be silent for ever, and hold up the
    others.
    """
    show(db, outbox, "lost", channel="C0GENERAL")
    say(db, outbox, "lost too", "k1", channel="C0GENERAL")
    show(db, outbox, "card")
    deaths = make_sender().drain()
    assert [(death.subject, death.channel, death.error) for death in deaths] == [
        (JOB, "C0GENERAL", "not_in_channel")
    ]
    assert workspace.texts() == ["card"]
    assert Claims(db).waiting() == 0


def test_refused_blocks_fall_back_to_plain_words(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a card that one workspace does not know would be lost instead of plain."""
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("plain words", [{"type": "hologram"}]))
    make_sender().drain()
    assert workspace.texts() == ["plain words"]


def test_card_changed_while_slack_refuses_its_blocks_shows_the_change(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a card whose blocks Slack refused would show an old state for ever."""
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("In progress", [{"type": "hologram"}]))
    claimed = Claims(db).claim("one")
    assert claimed is not None
    show(db, outbox, "Completed")  # the worker's watch round, while Slack is being asked
    make_sender("one")._send(replace(claimed, lease_until=db.time() + 60))
    make_sender("two").drain()
    assert workspace.texts() == ["Completed"]


def test_renewed_message_is_posted_anew(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a team whose queue was empty would not be notified of new work."""
    show(db, outbox, "2 jobs")
    make_sender().drain()
    with db.write() as session:
        outbox.renew(session, JOB, "C0DATA")
        outbox.show(session, JOB, "C0DATA", Message("1 job"))
    make_sender().drain()
    assert workspace.texts() == ["2 jobs", "1 job"]


def test_message_below_another_subject_stands_in_its_thread(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a dataset would not be found in the thread of the job it was made of."""
    show(db, outbox, "card")
    dataset = Subject("T0ORCHARD", "dataset", "d1")
    with db.write() as session:
        outbox.show(session, dataset, "C0DATA", Message("importing"), below=JOB)
        outbox.say(session, dataset, "C0DATA", Message("ready"), key="d")
    make_sender().drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "importing", "ready"]


def test_message_below_waits_for_what_its_thread_had_to_say(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a dataset would stand in the thread above the line that says its job is
    completed.
    """
    show(db, outbox, "card")
    say(db, outbox, "completed", "k1")
    dataset = Subject("T0ORCHARD", "dataset", "d1")
    with db.write() as session:
        outbox.show(session, dataset, "C0DATA", Message("importing"), below=JOB)
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == [
        "card",
        "completed",
        "importing",
    ]
