"""Row 25: time that jumps: a database clock that is set a day ahead and back again, in the middle
of the work.

A database's clock cannot be set from here, so its rows are moved by a day to where such a clock
would have written them, while jobs are launched and told and a fifth of Slack's replies is lost.
Within a minute nothing that was asked for before and after may wait any more, and in the end all
must be told, once and in order.

Beside that a scheduler runs whose wall clock, as APScheduler sees it, is set back by an hour and
then ahead by years: its rounds go on.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base as apscheduler_time
from apscheduler.triggers import interval

from bot.base.db import Database
from bot.base.rounds import Round, simple
from bot.delivery.claims import Claims
from bot.runtime.scheduler import Scheduler
from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.near import Near
from tests.faults.oracle import Calls, fresh_jobs, judge, settled, unlaunched_jobs
from tests.faults.world import running, until

_DAY = 86_400.0
_MINUTE = 60.0
_JOBS = 2  # asked for before each jump, and as many after it
_ROUNDS = 10
_MOMENTS = {
    "budget": ("refilled_at", "blocked_until"),
    "dataset": ("next_try_at",),
    "inbox": ("created",),
    "job": ("next_try_at",),
    "lease": ("until",),
    "outbox": ("lease_until", "not_before", "first_try_at", "recheck_at", "created"),
    "thread": ("due_at", "last_edit", "lease_until", "first_try_at", "recheck_at"),
}


class Wall(datetime):
    """The wall clock that APScheduler sees: `ahead` of the true one."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@contextmanager
def wall_clock() -> Iterator[type[Wall]]:
    """Inside, APScheduler looks at this wall clock (a machine's own cannot be set by a test)."""
    before = apscheduler_time.datetime
    for module in (apscheduler_time, interval):
        module.datetime = Wall
    try:
        yield Wall
    finally:
        Wall.ahead = timedelta(0)
        for module in (apscheduler_time, interval):
            module.datetime = before


def set_clock(db: Database, seconds: float) -> None:
    """Move every moment in the database to where it lies after its clock was set by so many
    seconds.
    """
    with db.write() as session:
        for table, columns in _MOMENTS.items():
            moved = ", ".join(
                f"{name} = CASE WHEN {name} > 0 THEN {name} - :s ELSE {name} END"
                for name in columns
            )
            session.connection().execute(db.sql(f"UPDATE {table} SET {moved}"), {"s": seconds})


def run(place: Place) -> Figures:
    """Let the clock jump back and ahead in turn, and people ask before and after."""
    names: list[str] = []
    waits: list[float] = []
    starved: list[str] = []
    with running(place.folder, place.database_url, pace=60.0) as world, Calls(world) as calls:
        near = Near(world)
        world.start("one", role="worker")
        world.fault("chat.postMessage", "drop_after", probability=0.2, seed=place.seed)
        for jump in range(place.of(20, 2)):
            place.tell(f"{len(names)} jobs asked for, {jump} jumps")
            names.extend(_ask(near, f"before-{jump}"))
            until(lambda: fresh_jobs(world) < _JOBS, _MINUTE, "the work before the jump")
            set_clock(world.db, _DAY if jump % 2 == 0 else -_DAY)
            names.extend(_ask(near, f"after-{jump}"))
            began = time.monotonic()
            try:
                until(
                    lambda: not (unlaunched_jobs(world) or Claims(world.db).waiting()),
                    _MINUTE,
                    "all to go on",
                )
            except PracticeError:
                starved.append(f"jump {jump}: something still waited after {_MINUTE:.0f} s")
            waits.append(time.monotonic() - began)
        world.no_faults()
        with suppress(PracticeError):
            until(lambda: settled(world, names), _MINUTE, "everything to be told")
        verdict = judge(world, names, names)
        near.bot.ground.db.close()
        calls.read()
    silent = [
        f"the rounds stood still with the wall clock {days} days ahead"
        for days in _standing_still()
    ]
    counts: dict[str, int | float | str] = {
        "jumps": len(waits),
        "jobs": len(names),
        "longest_wait_s": round(max(waits), 1),
        "starved": len(starved),
        "rounds_stood_still": len(silent),
        "lost": verdict.lost,
        "duplicates": verdict.duplicates,
        "out_of_order": verdict.out_of_order,
        "dropped_replies": calls.dropped("chat.postMessage"),
    }
    kept = verdict.clean and not starved and not silent
    return Figures(counts, kept, (*starved, *silent, *verdict.findings))


def _ask(near: Near, name: str) -> list[str]:
    return [near.accept(f"{name}-{number}").name for number in range(_JOBS)]


def _standing_still() -> Iterator[float]:
    """Each jump of the wall clock, in days, after which the rounds did not go on."""
    ran = threading.Semaphore(0)
    with wall_clock() as wall:
        scheduler = Scheduler([Round("send", 0.05, simple(ran.release))])
        scheduler.start()
        try:
            for days in (0.0, -1 / 24, 20_000.0):
                wall.ahead = timedelta(days=days)
                if not all(ran.acquire(timeout=5.0) for _ in range(_ROUNDS)):
                    yield days
        finally:
            scheduler.stop()


_PROMISE = "Time that jumps by a day keeps nothing back and doubles nothing"
ROW = Row(25, "time that jumps", _PROMISE, run)
