"""The rate budget: Slack's limits are kept, whoever asks."""

import pytest

from bot.base.db import Database
from bot.delivery.rate_budget import RateBudget


def test_burst_then_wait(db: Database) -> None:
    """Without this, a channel would get more than Slack's one message a second and everything would
    be refused.
    """
    budget = RateBudget(db)
    waits = [budget.take("T", "chat.postMessage", "C1") for _ in range(4)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 0 < waits[3] <= 1.0
    assert budget.take("T", "chat.postMessage", "C2") == 0.0


def test_block_holds_for_all_channels(db: Database) -> None:
    """Without this, a Retry-After for the method would be broken by the next channel."""
    budget = RateBudget(db)
    budget.block("T", "chat.postMessage", 100)
    assert budget.take("T", "chat.postMessage", "C1") > 90
    assert budget.take("T2", "chat.postMessage", "C1") == 0.0


def test_numbers_leave_room_for_changes_of_state(db: Database) -> None:
    """Without this, live numbers would hold up the edit that says a job has failed."""
    budget = RateBudget(db)
    while budget.take("T", "chat.update", urgent=False) == 0.0:
        pass
    assert budget.take("T", "chat.update", urgent=True) == 0.0


@pytest.mark.parametrize("seconds", [3600, 86_400])
def test_clock_that_was_set_back_delays_posts_by_their_own_pause_only(
    db: Database, seconds: int
) -> None:
    """Without this, a channel would hear nothing for as long as the clock was set back."""
    budget = RateBudget(db)
    while budget.take("T", "chat.postMessage", "C1") == 0.0:
        pass
    db.execute("UPDATE budget SET refilled_at = refilled_at + :seconds", {"seconds": seconds})
    assert 0 < budget.take("T", "chat.postMessage", "C1") <= 1.0
    db.execute("UPDATE budget SET refilled_at = refilled_at - 1", {})  # a second passes
    assert budget.take("T", "chat.postMessage", "C1") == 0.0


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_block_from_before_the_clock_was_set_back_holds_nobody(db: Database, method: str) -> None:
    """Without this, a 429 of five seconds would silence a method for a day; and a new one must
    still be obeyed.
    """
    budget = RateBudget(db)
    assert budget.take("T", method, "C1") == 0.0
    for _ in range(2):
        budget.block("T", method, 5)
        assert budget.take("T", method, "C1") > 0
        db.execute(
            (
                "UPDATE budget SET refilled_at = refilled_at + 86400, blocked_until = "
                "blocked_until + 86400"
            ),
            {},
        )
    budget.block("T", method, 5)
    assert 0 < budget.take("T", method, "C1") <= 5, "a new one does not inherit the old one's end"
    db.execute(
        (
            "UPDATE budget SET refilled_at = refilled_at + 86400, blocked_until = blocked_until + "
            "86400"
        ),
        {},
    )
    budget.take("T", method, "C1")
    db.execute("UPDATE budget SET refilled_at = refilled_at - 5", {})  # five seconds pass
    assert budget.take("T", method, "C1") == 0.0, "nor does it come back"


def test_long_retry_after_is_believed(db: Database) -> None:
    """Without this, what Slack says would be taken for a clock's mistake."""
    budget = RateBudget(db)
    budget.block("T", "chat.update", 200_000)
    assert budget.take("T", "chat.update") > 199_000
