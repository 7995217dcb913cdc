"""The rate budget: Slack's limits are kept, whoever asks."""

from bot.base.db import Database
from bot.delivery.rate_budget import RateBudget


def test_burst_then_wait(db: Database) -> None:
    """Without this, a channel would get more than Slack's one message a second and everything would be refused."""
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
