"""Replicas that do not agree about the time."""

from datetime import timedelta

import pytest

from bot.base.clock import system_clock
from tests.faults.near import Near
from tests.faults.world import World


@pytest.mark.parametrize("minutes", [-10, 10])
def test_next_try_is_due_by_the_databases_clock(sqlite_world: World, minutes: int) -> None:
    """Without this, what one replica could not launch would wait twenty minutes for the other, or
    not wait at all.
    """
    near = Near(sqlite_world, clock=lambda: system_clock() + timedelta(minutes=minutes))
    sqlite_world.fault("*CreateLabelingJob", "throttle", aws=True, times=1)
    job = near.accept("skewed")
    near.bot.jobs.launch.round()
    waiting = near.job(job)
    assert waiting.fails == 1
    assert 0 < waiting.next_try_at - sqlite_world.db.time() <= 10
    near.bot.ground.db.close()
