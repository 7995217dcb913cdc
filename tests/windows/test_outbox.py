"""The outbox under pressure: much at once, doubts, and channels that shut the bot out."""

from collections.abc import Callable

import pytest

from bot.base.db import Database
from bot.delivery.claims import Claims
from bot.delivery.digest import FOLD_OVER
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.sender import Sender
from tests.windows.conftest import Workspace

JOB, OTHER = Subject("T0ORCHARD", "job", "j1"), Subject("T0ORCHARD", "job", "j2")
TEAM = Subject("T0ORCHARD", "team", "arn")
MakeSender = Callable[..., Sender]


@pytest.fixture
def card(db: Database, outbox: Outbox, make_sender: MakeSender) -> None:
    """A card that stands."""
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("card"))
    make_sender().drain()


def say(
    db: Database, outbox: Outbox, text: str, *, subject: Subject = JOB, channel: str = "C0DATA"
) -> None:
    with db.write() as session:
        outbox.say(session, subject, channel, Message(text), key=f"{subject.id} {text}")


def call(db: Database, outbox: Outbox, text: str, *, renew: bool = False) -> None:
    """A labeling team's message reads so now."""
    with db.write() as session:
        if renew:
            outbox.renew(session, TEAM, "C0DATA")
        outbox.show(session, TEAM, "C0DATA", Message(text))


def sql(db: Database, statement: str) -> None:
    """Let time pass for rows."""
    with db.write() as session:
        session.connection().execute(db.sql(statement))


@pytest.mark.usefixtures("card")
def test_much_for_one_channel_is_folded_and_nothing_is_dropped(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a channel would be rung twenty times in a row after an outage, or miss what
    happened in it.
    """
    with db.write() as session:
        outbox.show(session, OTHER, "C0DATA", Message("other card"))
    for number in range(FOLD_OVER + 5):
        say(db, outbox, f"line {number}")
        if number % 5 == 0:
            say(db, outbox, f"other {number}", subject=OTHER)
    make_sender().drain()
    thread = workspace.client.conversations_replies(
        channel="C0DATA", ts=outbox.root_ts(JOB, "C0DATA") or "", include_all_metadata=True
    )["messages"][1:]
    said = "\n".join(message["text"] for message in thread).splitlines()
    assert said == [f"line {number}" for number in range(FOLD_OVER + 5)]
    assert len(thread) == 1
    assert len(thread[0]["metadata"]["event_payload"]["ids"]) == FOLD_OVER + 5
    others = workspace.thread(outbox.root_ts(OTHER, "C0DATA") or "")[1:]
    assert "\n".join(others).splitlines() == [
        f"other {number}" for number in range(0, FOLD_OVER + 5, 5)
    ]


@pytest.mark.usefixtures("card")
def test_few_lines_stay_lines(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, two changes on a quiet day would be one unreadable message."""
    for number in range(3):
        say(db, outbox, f"line {number}")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == [
        "card",
        "line 0",
        "line 1",
        "line 2",
    ]


@pytest.mark.usefixtures("card")
def test_without_the_right_to_look_a_doubtful_line_says_that_it_may_repeat(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a workspace that grants no history would lose the line, or see it twice without
    a word.
    """
    workspace._post(
        "/_control/refuse",
        {"method": "conversations.replies", "error": "missing_scope", "times": 1},
    )
    workspace.fault("chat.postMessage", "drop_before", times=1)
    say(db, outbox, "launched")
    make_sender().drain()
    (line,) = workspace.thread(outbox.root_ts(JOB, "C0DATA") or "")[1:]
    assert line.startswith("launched (may repeat")


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("landed", [True, False])
def test_who_chooses_to_repeat_never_asks_and_marks_what_is_sent_again(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, landed: bool
) -> None:
    """Without this, a workspace without history scope would spend calls on looking, or read a line
    twice unmarked.
    """
    workspace.fault("chat.postMessage", "drop_after" if landed else "drop_before", times=1)
    say(db, outbox, "launched")
    make_sender(recover="repeat").drain()
    sql(db, "UPDATE outbox SET recheck_at = :now - 1 WHERE recheck_at IS NOT NULL")
    make_sender(recover="repeat").drain()
    assert workspace.count("conversations.replies") == 0
    lines = workspace.thread(outbox.root_ts(JOB, "C0DATA") or "")[1:]
    assert lines[:-1] == (["launched"] if landed else [])
    assert lines[-1].startswith("launched (may repeat")


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("landed", [True, False])
def test_who_chooses_to_skip_never_repeats_a_line_and_says_where_one_may_be_missing(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, landed: bool
) -> None:
    """Without this, at most once would mean that a line is gone and nobody can know."""
    workspace.fault("chat.postMessage", "drop_after" if landed else "drop_before", times=1)
    say(db, outbox, "launched")
    say(db, outbox, "completed")
    make_sender(recover="skip").drain()
    note = (
        "A message may be missing here: Slack did not confirm it. Cards and `/labeljob status` "
        "are up to date."
    )
    lines = workspace.thread(outbox.root_ts(JOB, "C0DATA") or "")[1:]
    assert lines == [*(["launched"] if landed else []), note, "completed"]
    say(db, outbox, "launched")
    workspace.fault("chat.postMessage", "drop_before", times=2)
    say(db, outbox, "failed")
    make_sender(recover="skip").drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "")[1:] == lines, (
        "a note is not announced by a note"
    )
    assert Claims(db).waiting() == 0


def test_who_chooses_to_skip_still_has_every_card(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, one lost answer would leave a job without its message, and its lines without a
    thread.
    """
    workspace.fault("chat.postMessage", "drop_before", times=1)
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("card"))
    make_sender(recover="skip").drain()
    (card,) = workspace.texts()
    assert card.startswith("card (may repeat")


@pytest.mark.usefixtures("card")
def test_blocks_that_slack_refused_are_no_doubt(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, the plain form of a refused message would be left out where nothing is sent
    twice.
    """
    with db.write() as session:
        outbox.say(
            session, JOB, "C0DATA", Message("plain words", [{"type": "hologram"}]), key="hologram"
        )
    make_sender(recover="skip").drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "")[1:] == ["plain words"]


@pytest.mark.usefixtures("card")
def test_twin_of_a_frozen_sender_is_deleted(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a machine that slept in the middle of a post would leave the message there
    twice.
    """
    say(db, outbox, "launched")
    frozen = Claims(db, lease=-1).claim("frozen")
    assert frozen is not None
    make_sender("two").drain()  # it looked, found nothing, and posted
    make_sender("frozen")._post(frozen)  # and only now the other one wakes up
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched", "launched"]
    sql(db, "UPDATE outbox SET recheck_at = :now - 1 WHERE recheck_at IS NOT NULL")
    make_sender("two").drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


def test_twin_of_a_card_goes_and_the_one_with_the_thread_stays(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, deleting the wrong one of two cards would take the job's whole thread away."""
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("card"))
    frozen = Claims(db, lease=-1).claim("frozen")
    assert frozen is not None
    make_sender("two").drain()
    say(db, outbox, "launched")
    make_sender("two").drain()
    make_sender("frozen")._post(frozen)
    sql(db, "UPDATE thread SET recheck_at = :now - 1 WHERE recheck_at IS NOT NULL")
    make_sender("two").drain()
    assert workspace.texts() == ["card"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]


@pytest.mark.usefixtures("card")
def test_deleted_card_is_posted_anew_with_its_lines_below(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a job whose card somebody deleted would be silent for ever."""
    workspace.client.chat_delete(channel="C0DATA", ts=outbox.root_ts(JOB, "C0DATA") or "")
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("completed card"))
    say(db, outbox, "completed")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["completed card", "completed"]


def test_channel_that_takes_the_bot_back_hears_the_next_change(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, being taken out of a channel for a minute would silence its jobs for ever."""
    workspace._post(
        "/_control/refuse", {"method": "chat.postMessage", "error": "not_in_channel", "times": 1}
    )
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("card"))
    assert len(make_sender().drain()) == 1
    say(db, outbox, "said to nobody")
    assert Claims(db).waiting() == 0
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message("completed card"))
    say(db, outbox, "completed")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["completed card", "completed"]


@pytest.mark.usefixtures("card")
def test_revoked_token_stops_all_and_loses_nothing(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, every waiting line would die of a token that an administrator renews a minute
    later.
    """
    workspace._post("/_control/token", {"state": "token_revoked"})
    say(db, outbox, "launched")
    say(db, outbox, "completed")
    make_sender().drain()
    assert Claims(db).claim("anybody") is None
    workspace._post("/_control/token", {"state": None})
    sql(db, "UPDATE budget SET blocked_until = 0")
    sql(db, "UPDATE outbox SET not_before = 0")
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == [
        "card",
        "launched",
        "completed",
    ]


def test_look_ups_stay_within_their_budget(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, an outage of Slack's would end in a storm of look-ups that Slack refuses for an
    hour.
    """
    with db.write() as session:
        for number in range(12):
            outbox.show(
                session,
                Subject("T0ORCHARD", "job", str(number)),
                "C0DATA",
                Message(f"card {number}"),
            )
    workspace.fault("chat.postMessage", "drop_after", times=12)
    make_sender(post_pace=3).drain()
    sender = make_sender(post_pace=1)
    sender.drain()
    looks = workspace.count("conversations.history")
    assert 0 < looks <= 15  # the burst of five at triple pace


def test_last_words_of_an_old_queue_message_outlive_the_new_one(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, an old queue message would call for work that is done, for ever."""
    call(db, outbox, "1 job")
    make_sender().drain()
    workspace.fault("chat.update", "throttle", times=1, retry_after=3600)
    call(db, outbox, "nothing to label")
    make_sender().drain()
    call(db, outbox, "another job", renew=True)
    make_sender().drain()
    assert workspace.texts() == ["1 job", "another job"], "Slack still asks to wait with edits"
    sql(db, "UPDATE budget SET blocked_until = 0")
    sql(db, "UPDATE thread SET due_at = :now WHERE due_at IS NOT NULL")
    make_sender().drain()
    assert workspace.texts() == ["nothing to label", "another job"]
    assert Claims(db).waiting() == 0


def test_queue_message_whose_post_was_unclear_is_not_orphaned_by_a_new_one(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a lost reply and a new job would leave two messages, the first one wrong for
    ever.
    """
    workspace.fault("chat.postMessage", "drop_after", times=1)
    call(db, outbox, "1 job")
    make_sender(look_wait=3600).drain()  # posted, and nobody knows
    call(db, outbox, "nothing to label")
    call(db, outbox, "another job", renew=True)
    make_sender().drain()
    sql(db, "UPDATE thread SET lease_until = 0")
    make_sender().drain()
    assert workspace.texts() == ["nothing to label", "another job"]


def test_twin_of_an_old_queue_message_goes_after_the_new_one_was_posted(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a doubt about the old message would be looked up for the new one, and the
    duplicate would stay.
    """
    call(db, outbox, "1 job")
    frozen = Claims(db, lease=-1).claim("frozen")
    assert frozen is not None
    make_sender("two").drain()  # it looked, found nothing, and posted
    make_sender("frozen")._post(frozen)  # and only now the other one wakes up
    call(db, outbox, "nothing to label")
    call(db, outbox, "another job", renew=True)
    make_sender("two").drain()
    sql(db, "UPDATE thread SET recheck_at = :now - 1 WHERE recheck_at IS NOT NULL")
    make_sender("two").drain()
    assert workspace.texts() == ["nothing to label", "another job"]


def test_queue_message_that_was_never_tried_is_no_old_one(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, jobs that come and go while Slack asks to wait would ring the channel once
    each.
    """
    call(db, outbox, "1 job")
    call(db, outbox, "nothing to label")
    call(db, outbox, "another job", renew=True)
    make_sender().drain()
    assert workspace.texts() == ["another job"]


def test_renewed_message_is_posted_once_and_not_edited(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, each new queue message would cost an edit that changes nothing."""
    call(db, outbox, "1 job")
    make_sender().drain()
    call(db, outbox, "another job", renew=True)
    make_sender().drain()
    call(db, outbox, "another job")
    make_sender().drain()
    assert workspace.texts() == ["1 job", "another job"]
    assert workspace.count("chat.update") == 0


def test_channel_that_takes_the_bot_back_reads_no_old_call_for_work(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a queue message that could not be edited for a while would call for work for
    ever.
    """
    call(db, outbox, "1 job")
    make_sender().drain()
    workspace._post(
        "/_control/refuse", {"method": "chat.update", "error": "not_in_channel", "times": 1}
    )
    call(db, outbox, "nothing to label")
    make_sender().drain()
    assert Claims(db).waiting() == 0
    call(db, outbox, "another job", renew=True)
    make_sender().drain()
    assert workspace.texts() == ["nothing to label", "another job"]


def test_channel_without_the_bot_keeps_one_row_however_often_its_queue_opens(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, an administrator would read of ever more dead messages in one forgotten
    channel.
    """
    workspace._post(
        "/_control/refuse", {"method": "chat.postMessage", "error": "not_in_channel", "times": 3}
    )
    for number in range(3):
        call(db, outbox, f"job {number}", renew=True)
        make_sender().drain()
    with db.read() as session:
        assert session.connection().execute(db.sql("SELECT count(*) FROM thread")).scalar_one() == 1
    call(db, outbox, "job 3", renew=True)
    make_sender().drain()
    assert workspace.texts() == ["job 3"]
