"""Row 13: replicas that do not agree about the time: one ten minutes ahead, one ten minutes behind.

Only the database's clock decides who may do what and when, so no wrong clock may double, starve or
delay anything. The worst moment is forced: AWS refuses for a while, one replica notes when to try
again, and dies; the other, whose clock is twenty minutes away, has to take it up in the same time
as anybody would.

The clock is passed in through `bot.runtime.serving.serve` and is all that our own code sees.
Libraries that read the machine's clock themselves (the signing of AWS requests, which AWS refuses
when it is 5 minutes off) are not part of this.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.forked import Nursery, Replica, nursery
from tests.faults.near import Near
from tests.faults.oracle import Calls, judge, settled, unlaunched_jobs
from tests.faults.world import World, ask, order, running, until

_JOBS = 100
_ROUNDS = 10
_AHEAD = 600.0
_SETTLE = 120.0
# seconds within which every job is launched; the longest pause after one failure is 10
_STARVED = 60.0
_SETTINGS: dict[str, Any] = {"LABELJOB_LEASE": "2", "LABELJOB_DUPLICATE_WAIT": "3"}


@dataclass
class Asked:
    """Jobs that were taken, and how many seconds AWS had to wait for each one that a replica had
    failed at.
    """

    names: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    starved: list[str] = field(default_factory=list)


def run(place: Place) -> Figures:
    """Ask two replicas in turn, and let each once be the one who is left."""
    asked = Asked()
    with (
        nursery() as births,
        running(place.folder, place.database_url) as world,
        Calls(world) as calls,
    ):
        near = Near(world)
        world.fault("chat.postMessage", "drop_after", probability=0.2, seed=place.seed)
        replicas = {ahead: _start(world, births, ahead) for ahead in (_AHEAD, -_AHEAD)}
        _ask_both(place, world, asked)
        for number in range(place.of(_ROUNDS)):
            for dies in (_AHEAD, -_AHEAD):
                place.tell(f"{len(asked.names)} jobs taken, {len(asked.waits)} handed over")
                _hand_over(
                    world,
                    births,
                    replicas,
                    dies,
                    near,
                    asked,
                    f"handed-{number}-{'ahead' if dies > 0 else 'behind'}",
                )
        world.no_faults()
        with suppress(PracticeError):
            until(lambda: settled(world, asked.names), _SETTLE, "everything to be told")
        verdict = judge(world, asked.names, asked.names)
        near.bot.ground.db.close()
        calls.read()
    counts: dict[str, int | float | str] = {
        "jobs": len(asked.names),
        "handed_over": len(asked.waits),
        "starved": len(asked.starved),
        "longest_wait_s": round(max(asked.waits), 1),
        "rows": verdict.rows,
        "lost": verdict.lost,
        "duplicates": verdict.duplicates,
        "out_of_order": verdict.out_of_order,
        "dropped_replies": calls.dropped("chat.postMessage"),
    }
    return Figures(counts, verdict.clean and not asked.starved, (*asked.starved, *verdict.findings))


def _start(world: World, births: Nursery, ahead: float) -> Replica:
    """A replica that believes in another time, once Slack reaches it."""
    before = world.connections()
    bot = world.forked(births, "ahead" if ahead > 0 else "behind", ahead=ahead, **_SETTINGS)
    bot.start()
    bot.wait_until(lambda: world.connections() > before)
    return bot


def _ask_both(place: Place, world: World, asked: Asked) -> None:
    """People ask; Slack gives each request to either of the two."""
    for number in range(place.of(_JOBS, 4)):
        place.tell(f"{len(asked.names)} jobs taken")
        name = f"skew-{number}"
        if ask(world.mara, order(name)):
            asked.names.append(name)


def _hand_over(  # noqa: PLR0917 - what takes part
    world: World,
    births: Nursery,
    replicas: dict[float, Replica],
    dies: float,
    near: Near,
    asked: Asked,
    name: str,
) -> None:
    """One replica alone fails to launch a job and dies; the other alone has to launch it soon."""
    until(lambda: not unlaunched_jobs(world), _STARVED, "the launches before")
    replicas[-dies].kill()
    world.fault("*CreateLabelingJob", "throttle", aws=True, times=1)
    asked.names.append(near.accept(name).name)
    until(lambda: _failed(world, name), _STARVED, "the first failure")
    replicas[dies].kill()
    began = time.monotonic()
    replicas[-dies] = _start(world, births, -dies)
    try:
        until(lambda: name in world.labeling_jobs(), _STARVED, "the launch")
        asked.waits.append(time.monotonic() - began)
    except PracticeError:
        asked.starved.append(
            f"{name} was not launched in {_STARVED:.0f} s after the other replica had died"
        )
        asked.waits.append(_STARVED)
    replicas[dies] = _start(world, births, dies)


def _failed(world: World, name: str) -> bool:
    with world.db.read() as session:
        found = session.connection().execute(
            world.db.sql("SELECT fails FROM job WHERE name = :name"), {"name": name}
        )
        return bool(found.scalar_one())


_PROMISE = "Replicas whose clocks differ by twenty minutes double and starve nothing"
ROW = Row(13, "clock skew", _PROMISE, run, short=("sqlite",))
