"""What stands in the outbox when the database's clock is set back: it is sent, once, and in order.

The clock of a database cannot be set in a test; its rows are moved instead, to where a clock would
have written them.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.base.db import Database
from bot.delivery.claims import Claims
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.sender import Sender
from tests.faults.clock_jumps import set_clock
from tests.windows.conftest import Workspace

JOB, DATASET = Subject("T0ORCHARD", "job", "j1"), Subject("T0ORCHARD", "dataset", "d1")
MakeSender = Callable[..., Sender]


def ask(db: Database, question: str) -> float:
    with db.read() as session:
        return float(session.connection().execute(db.sql(question)).scalar_one())


def show(
    db: Database, outbox: Outbox, text: str, *, subject: Subject = JOB, **more: object
) -> None:
    with db.write() as session:
        outbox.show(session, subject, "C0DATA", Message(text), **more)  # type: ignore[arg-type]


def say(db: Database, outbox: Outbox, text: str) -> None:
    with db.write() as session:
        outbox.say(session, JOB, "C0DATA", Message(text), key=text)


@pytest.mark.parametrize("hours", [1, 24])
def test_what_was_written_before_is_sent_in_order(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, hours: int
) -> None:
    """Without this, a clock that was a day ahead for a moment would keep cards and lines back for a
    day.
    """
    show(db, outbox, "card")
    say(db, outbox, "launched")
    show(db, outbox, "dataset", subject=DATASET, below=JOB)
    set_clock(db, -3600 * hours)
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched", "dataset"]
    assert Claims(db).waiting() == 0


def test_pauses_and_doubts_end_in_their_own_time(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a line that Slack refused for a second would wait a day, and a doubtful one
    would be left alone.
    """
    show(db, outbox, "card")
    make_sender().drain()
    workspace.fault("chat.postMessage", "throttle", times=1, retry_after=1)
    say(db, outbox, "launched")
    make_sender().drain()
    set_clock(db, -86_400)
    workspace.fault("chat.postMessage", "drop_after", times=1)
    make_sender(look_wait=5).drain()  # posted, and nobody knows
    set_clock(db, -86_400)
    make_sender().drain()
    assert ask(db, "SELECT max(lease_until) - :now FROM outbox") <= 30
    assert ask(db, "SELECT max(first_try_at) - :now FROM outbox") <= 0, (
        "an hour of tries is an hour from now at most"
    )
    db.execute("UPDATE outbox SET lease_until = 0", {})  # half a minute passes
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["card", "launched"]
    set_clock(db, -86_400)
    make_sender().drain()
    assert 0 < ask(db, "SELECT max(recheck_at) - :now FROM outbox") <= 60, (
        "it is looked for a duplicate within a minute"
    )


def test_row_that_somebody_may_be_sending_stays_theirs_for_a_lease(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a clock that is set back in the middle of a post would make two of it."""
    show(db, outbox, "card")
    claimed = Claims(db).claim("slow")
    assert claimed is not None
    set_clock(db, -86_400)
    make_sender("other").drain()
    assert workspace.count("chat.postMessage") == 0
    assert 25 < ask(db, "SELECT lease_until - :now FROM thread") <= 30
    make_sender("slow")._send(
        replace(claimed, lease_until=claimed.lease_until + 86_400)
    )  # cannot know how long it has
    assert workspace.count("chat.postMessage") == 0
    make_sender("other").drain()
    assert workspace.texts() == ["card"]


def test_numbers_are_shown_again_though_the_last_edit_is_still_to_come(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a card would show yesterday's numbers until the clock has come to where it
    was.
    """
    show(db, outbox, "1 of 8")
    make_sender().drain()
    set_clock(db, -86_400)
    show(db, outbox, "2 of 8", urgent=False, gap=60.0)
    make_sender().drain()
    assert workspace.texts() == ["2 of 8"]
    show(db, outbox, "3 of 8", urgent=False, gap=60.0)
    make_sender().drain()
    assert workspace.texts() == ["2 of 8"], "and the gap holds again"


def test_refused_token_silences_for_a_minute_and_not_for_a_day(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a token that was renewed at once would be of no use until the next day."""
    show(db, outbox, "card")
    workspace._post("/_control/token", {"state": "token_revoked"})
    make_sender().drain()
    workspace._post("/_control/token", {"state": None})
    make_sender().drain()
    assert workspace.texts() == []
    set_clock(db, -86_400)
    make_sender().drain()
    assert workspace.texts() == ["card"]


def test_long_refusal_is_kept_by_the_budget_alone(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a row could rightly wait for hours, and nobody could tell that from a clock
    that was wrong.
    """
    workspace.fault("chat.postMessage", "throttle", times=1, retry_after=7200)
    show(db, outbox, "card")
    make_sender().drain()
    assert ask(db, "SELECT max(due_at) - :now FROM thread") <= 60
    db.execute("UPDATE thread SET due_at = :now - 1", {})  # a minute passes
    make_sender().drain()
    assert workspace.count("chat.postMessage") == 1, "Slack still asks to wait"
