"""One deadline for all that is waited for on somebody's behalf."""

import time

from bot.base.deadline import hurried, left, over, within


def test_waits_are_as_long_as_they_are_worth_while_nobody_waits() -> None:
    """Without this, the worker would give up on a busy database as soon as a person would."""
    assert not hurried()
    assert left(10.0) == 10.0


def test_waits_share_a_deadline_and_end_with_it() -> None:
    """Without this, a wait for the database and one for AWS, each short enough, would together
    outlast Slack.
    """
    with within(60.0):
        assert hurried()
        assert left(1.5) == 1.5
        assert 0 < left(3600.0) <= 60.0
        with within(0.0):
            assert left(1.5) == 0.05
        assert left(1.5) == 1.5
    assert left(10.0) == 10.0


def test_time_that_has_passed_can_be_seen() -> None:
    """Without this, a list of many quick pages would be read on long after nobody waits any
    more.
    """
    assert not over()
    with within(60.0):
        assert not over()
    with within(0.0):
        assert over()


def test_the_time_that_a_request_waited_for_its_turn_counts() -> None:
    """Without this, whoever came last among many would be answered when Slack listens no more."""
    with within(2.2, since=time.monotonic() - 2.0):
        assert 0.05 <= left(1.5) <= 0.2
    with within(2.2, since=time.monotonic() - 3.0):
        assert over()
