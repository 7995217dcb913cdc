"""Leases on both stores, on the database's clock: one holder at a time, and work of any length
keeps its own.
"""

import threading
from collections.abc import Callable

import pytest

from bot.base.db import Database
from bot.work.leases import LeaseLost, Leases


def until(done: Callable[[], object]) -> None:
    """Ask until it is so."""
    pause = threading.Event()
    for _ in range(1000):
        if done():
            return
        pause.wait(0.01)
    raise AssertionError("waited 10 s")


def test_one_holder_at_a_time_and_the_next_one_after_a_death(db: Database) -> None:
    """Without this, two workers would do the same thing, or nobody would follow one that was
    killed.
    """
    dead, other = Leases(db, "dead"), Leases(db, "other")
    assert dead.take("import", 60.0) is not None  # and it is killed
    assert other.take("import", 60.0) is None
    db.execute("UPDATE lease SET until = :now - 1", {})
    assert other.take("import", 60.0) is not None


def test_who_goes_on_keeps_the_name_for_longer_than_the_lease(db: Database) -> None:
    """Without this, a long import would be begun a second time beside itself, or leases would have
    to be long.
    """
    other = Leases(db, "other")
    with Leases(db, "slow").hold("import", 30.0) as hold:
        assert hold is not None
        with db.write() as session:
            session.connection().execute(
                db.sql("UPDATE lease SET until = :now - 1")
            )  # it is over, and nobody came
        hold.confirm()
        assert other.take("import", 30.0) is None
    until(lambda: other.take("import", 30.0))  # given back at the end


def test_who_was_overtaken_learns_it_at_the_next_step(db: Database) -> None:
    """Without this, a machine that slept would go on with work that another has taken up, or free
    the other's lease.
    """
    frozen, other = Leases(db, "frozen"), Leases(db, "other")
    with frozen.hold("import", 0.1) as hold:
        assert hold is not None
        until(lambda: other.take("import", 30.0))
        with pytest.raises(LeaseLost):
            list(hold.through(["the next step"]))
    assert Leases(db, "third").take("import", 30.0) is None, "the other one still has it"


def test_nobody_gets_a_name_that_rests(db: Database) -> None:
    """Without this, AWS would be asked to stop the same job many times a second."""
    with Leases(db, "one").hold("stop", 30.0, rest=30.0) as hold:
        assert hold is not None
    assert Leases(db, "other").take("stop", 30.0) is None


def test_lease_from_before_the_clock_was_set_back_keeps_nobody_out(db: Database) -> None:
    """Without this, a worker that died while the clock was a day ahead would hold a job for a
    day.
    """
    dead, other = Leases(db, "dead"), Leases(db, "other")
    assert dead.take("import", 60.0) is not None
    db.execute("UPDATE lease SET until = until + 86400", {})
    assert other.take("import", 60.0) is not None
    assert dead.take("import", 60.0) is None, "and it is a lease like any other now"


def test_who_held_a_lease_when_the_clock_was_set_back_learns_of_the_next_holder(
    db: Database,
) -> None:
    """Without this, two would go on with the same work after the clock was mended."""
    with Leases(db, "one").hold("import", 60.0) as hold:
        assert hold is not None
        db.execute("UPDATE lease SET until = until + 86400", {})
        assert Leases(db, "other").take("import", 60.0) is not None
        with pytest.raises(LeaseLost):
            hold.confirm()


def test_clocks_that_differ_by_little_and_long_rests_take_no_lease_away(db: Database) -> None:
    """Without this, a clock that is corrected by a few seconds would make two holders of one
    lease.
    """
    other = Leases(db, "other")
    assert Leases(db, "one").take("import", 60.0) is not None
    db.execute("UPDATE lease SET until = until + 50", {})
    assert other.take("import", 60.0) is None
    with Leases(db, "one").hold("stop", 1.0, rest=300.0) as hold:
        assert hold is not None
    assert other.take("stop", 1.0, rest=300.0) is None
