"""The inbox: a request counts once."""

from bot.base.db import Database
from bot.delivery.inbox import Inbox, Request, Seen

PRESS = Request("act:T:U:1.1:b/a", "block_actions", "T", "U", "pressed")


def test_repeat_gets_the_stored_answer(db: Database) -> None:
    """Without this, Slack's second delivery of a press would act again."""
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    inbox.close(PRESS, {"status": 200}, rejected=False)
    assert inbox.open(PRESS) == Seen({"status": 200})


def test_repeat_before_the_answer_gets_an_empty_one(db: Database) -> None:
    """Without this, two replicas would answer the same press at the same time."""
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    assert inbox.open(PRESS) == Seen(None)


def test_mended_form_is_a_new_request(db: Database) -> None:
    """Without this, a form that came back with faults could never be submitted again."""
    inbox = Inbox(db)
    first = Request("view:T:V:n", "view_submission", "T", "U", "bad name")
    assert inbox.open(first) is None
    inbox.close(first, {"errors": 1}, rejected=True)
    assert inbox.open(first) == Seen({"errors": 1})
    assert inbox.open(Request("view:T:V:n", "view_submission", "T", "U", "good name")) is None


def test_failed_request_may_come_again(db: Database) -> None:
    """Without this, a fault of ours would swallow the person's second try."""
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    inbox.reopen(PRESS)
    assert inbox.open(PRESS) is None


def test_request_whose_process_died_is_new_again(db: Database) -> None:
    """Without this, a form whose replica was killed would be answered as taken, and its job never made."""
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    with db.write() as session:
        session.connection().execute(db.sql("UPDATE inbox SET created = :now - 11"))
    assert inbox.open(PRESS) is None
    assert inbox.open(PRESS) == Seen(None)


def test_repeat_waits_for_the_answer_that_is_being_given(db: Database) -> None:
    """Without this, the second of two clicks would close a form that the first one has not answered yet."""
    inbox = Inbox(db)
    inbox.open(PRESS)
    assert inbox.answer_within(PRESS, 0) is None
    inbox.close(PRESS, {"status": 200}, rejected=False)
    assert inbox.answer_within(PRESS, 0) == {"status": 200}
