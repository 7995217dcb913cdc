"""The inbox: a request counts once."""

from dataclasses import replace

from bot.base.db import Database
from bot.delivery.inbox import Inbox, Request, Seen

FORM = Request("view:T:V:n", "view_submission", "T", "U", "ripe-juli", "first press")
AGAIN = replace(FORM, press="second press")
CHANGED = replace(AGAIN, content="ripe-july")
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
    assert inbox.open(FORM) is None
    inbox.close(FORM, {"errors": 1}, rejected=True)
    assert inbox.open(FORM) == Seen({"errors": 1})
    assert inbox.open(CHANGED) is None


def test_rejected_form_is_new_when_it_is_pressed_again(db: Database) -> None:
    """Without this, a form that was right all along would be told for ever what was wrong outside
    it.
    """
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    inbox.close(FORM, {"errors": 1}, rejected=True)
    assert inbox.open(FORM) == Seen({"errors": 1}), "Slack's own repeat"
    assert inbox.open(AGAIN) is None


def test_form_that_was_taken_is_taken_once_however_often_it_is_pressed(db: Database) -> None:
    """Without this, the second of two clicks would be another request."""
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    assert inbox.open(AGAIN) == Seen(None)
    inbox.close(FORM, {"status": 200}, rejected=False)
    assert inbox.open(AGAIN) == Seen({"status": 200})


def test_two_clicks_on_a_form_with_faults_get_one_answer(db: Database) -> None:
    """Without this, the second of two clicks would say "try again" beside the faults."""
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    assert inbox.open(AGAIN) == Seen(None)
    inbox.close(FORM, {"errors": 1}, rejected=True)
    assert inbox.answer_within(AGAIN, 0) == {"errors": 1}


def test_form_with_other_content_is_new_after_it_was_answered(db: Database) -> None:
    """Without this, whoever mends a form after a lost answer would get the answer to the old
    words.
    """
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    inbox.close(FORM, {"status": 200}, rejected=False)
    assert inbox.open(CHANGED) is None


def test_form_with_other_content_is_never_given_the_answer_to_the_first(db: Database) -> None:
    """Without this, words that were mended while the first were read would be lost, and called
    taken.
    """
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    assert inbox.open(CHANGED) == Seen(None)
    inbox.close(FORM, {"status": 200}, rejected=False)
    assert inbox.answer_within(CHANGED, 0) is None


def test_late_answer_is_not_kept_for_the_content_that_came_after_it(db: Database) -> None:
    """Without this, a process that froze would answer for another, or forget its request."""
    inbox = Inbox(db)
    assert inbox.open(FORM) is None
    db.execute("UPDATE inbox SET created = :now - 11", {})
    assert inbox.open(CHANGED) is None
    inbox.close(FORM, {"status": 200}, rejected=False)
    inbox.reopen(FORM)
    assert inbox.open(CHANGED) == Seen(None)


def test_failed_request_may_come_again(db: Database) -> None:
    """Without this, a fault of ours would swallow the person's second try."""
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    inbox.reopen(PRESS)
    assert inbox.open(PRESS) is None


def test_request_whose_process_died_is_new_again(db: Database) -> None:
    """Without this, a form whose replica was killed would be answered as taken, and its job never
    made.
    """
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None
    with db.write() as session:
        session.connection().execute(db.sql("UPDATE inbox SET created = :now - 11"))
    assert inbox.open(PRESS) is None
    assert inbox.open(PRESS) == Seen(None)


def test_repeat_waits_for_the_answer_that_is_being_given(db: Database) -> None:
    """Without this, the second of two clicks would close a form that the first one has not answered
    yet.
    """
    inbox = Inbox(db)
    inbox.open(PRESS)
    assert inbox.answer_within(PRESS, 0) is None
    inbox.close(PRESS, {"status": 200}, rejected=False)
    assert inbox.answer_within(PRESS, 0) == {"status": 200}


def test_request_that_was_left_while_the_clock_was_ahead_is_new_again(db: Database) -> None:
    """Without this, whoever presses a button of a bot that died then would be told to try again for
    a day.
    """
    inbox = Inbox(db)
    assert inbox.open(PRESS) is None  # and the process dies
    assert inbox.open(PRESS) == Seen(None)
    db.execute("UPDATE inbox SET created = created + 86400", {})
    assert inbox.open(PRESS) is None
    assert inbox.open(PRESS) == Seen(None)
