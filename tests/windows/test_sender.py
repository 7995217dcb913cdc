"""The sender against the Slack stand-in: what was committed is posted once and in order."""

import threading
from collections.abc import Callable
from dataclasses import replace

from bot.base.db import Database
from bot.delivery.claims import Claims
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.sender import Sender
from tests.faults.world import until
from tests.windows.conftest import Workspace

JOB = Subject("T0ORCHARD", "job", "j1")
MakeSender = Callable[..., Sender]


def show(
    db: Database, outbox: Outbox, text: str, *, urgent: bool = True, gap: float = 0.0, channel: str = "C0DATA"
) -> None:
    with db.write() as session:
        outbox.show(session, JOB, channel, Message(text), urgent=urgent, gap=gap)


def say(db: Database, outbox: Outbox, text: str, key: str, channel: str = "C0DATA") -> None:
    with db.write() as session:
        outbox.say(session, JOB, channel, Message(text), key=key)


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
    """Without this, a cut connection would double a message, as it does with the SDK's own retries."""
    workspace.fault("chat.postMessage", "drop_after", times=2)
    show(db, outbox, "card")
    make_sender().drain()
    say(db, outbox, "launched", "k1")
    make_sender().drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


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
    """Without this, a killed process would take its messages with it, or they would be said twice."""
    show(db, outbox, "card")
    claimed = Claims(db, lease=-1).claim("dead")
    assert claimed is not None
    make_sender()._post(claimed)  # it posted, and died before it could write that down
    make_sender("two").drain()
    assert workspace.texts() == ["card"]


def test_card_that_changed_before_its_first_post_was_found_shows_the_change(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a crash after the first post could leave a card that says Waiting to launch for ever."""
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
    """Without this, a machine that slept for an hour would leave a message twice: the twin check was an hour ago."""
    show(db, outbox, "card")
    say(db, outbox, "launched", "k1")
    for text in ("card", "launched"):
        claimed = Claims(db, lease=-1).claim("frozen")
        assert claimed is not None
        assert claimed.payload["text"] == text
        make_sender("two").drain(1)
        frozen = make_sender("frozen")
        frozen._send(replace(claimed, lease_until=db.time() + 60))  # it had looked at the clock before it froze
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


def test_look_that_was_asked_for_while_another_went_on_is_taken(db: Database, outbox: Outbox) -> None:
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
    """Without this, it would post after another had taken its message over, and the message would stand twice."""
    show(db, outbox, "card")
    sender = make_sender()
    claimed = Claims(db, lease=10.0).claim("test")
    assert claimed is not None
    limit = db.time() + 0.3
    enough = sender._settings.slack_timeout + sender._settings.lease / 6
    sending = threading.Thread(target=sender._send, args=(replace(claimed, lease_until=limit + enough),))
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


def test_message_that_can_never_be_said_is_reported_and_stops_nobody(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a job in a channel without the bot would be silent for ever, and hold up the others."""
    show(db, outbox, "lost", channel="C0GENERAL")
    say(db, outbox, "lost too", "k1", channel="C0GENERAL")
    show(db, outbox, "card")
    deaths = make_sender().drain()
    assert [(death.subject, death.channel, death.error) for death in deaths] == [(JOB, "C0GENERAL", "not_in_channel")]
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
    """Without this, a dataset would stand in the thread above the line that says its job is completed."""
    show(db, outbox, "card")
    say(db, outbox, "completed", "k1")
    dataset = Subject("T0ORCHARD", "dataset", "d1")
    with db.write() as session:
        outbox.show(session, dataset, "C0DATA", Message("importing"), below=JOB)
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "completed", "importing"]
