"""Row 19: SIGTERM while everything is busy, to a process that answers people and to one that works,
again and again.

Each ends within fifteen seconds by itself. What it was about to say is said once, in order, by the
next one; whatever people were told was taken is done.
"""

import random
import time
from collections import Counter
from itertools import pairwise
from typing import Any

from bot.base.clock import new_id
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.sandbox.ports import free_port
from bot.sandbox.workspace.running_bot import RunningBot
from tests.faults.book import Figures, Place, Row
from tests.faults.crowd import Crowd
from tests.faults.world import CHANNEL, EVENTS, World, running, until

_GIVEN = 15.0  # seconds
_LINES = 40  # that wait to be said at each end
_SETTLE = 180.0
_JOB = Subject("T0ORCHARD", "job", "talkative")


def run(place: Place) -> Figures:
    """The row."""
    chance = random.Random(place.seed)
    ends = place.of(20, 2)
    took: list[float] = []
    badly: list[str] = []
    with running(place.folder, place.database_url) as world:
        outbox = Outbox(world.db, new_id)
        with world.db.write() as session:
            outbox.show(session, _JOB, CHANNEL, Message("talkative card"))
        port = free_port(0)
        said = 0
        crowd = Crowd(world)
        world.fault("chat.postMessage", "delay", seconds=0.03)
        bots = _start(world, 0, port)
        with crowd.asking():
            for number in range(ends):
                said = _say(world, outbox, said)
                begun = said - _LINES
                until(lambda begun=begun: _heard(world) > begun, 60, "the first of the lines")  # type: ignore[misc]
                time.sleep(chance.uniform(0.0, 1.5))
                for role, bot in bots.items():
                    seconds, code = _end(bot)
                    took.append(seconds)
                    if code:
                        badly.append(f"{role} ended with {code} after {seconds:.1f} s")
                bots = _start(world, number + 1, port)
        world.no_faults()
        verdict = crowd.verdict(_SETTLE)
        until(lambda: _heard(world) >= said, _SETTLE, "the last line")
        lines = _lines(world)
    numbers = [int(line.split()[1]) for line in lines]
    counted = Counter(numbers)
    unsaid = said - len(counted)
    doubled = sum(many - 1 for many in counted.values())
    disorder = sum(a > b for a, b in pairwise(numbers))
    slowest = max(took)
    return Figures(
        {
            "ends": len(took),
            "slowest_end_s": round(slowest, 1),
            "ended_badly": len(badly),
            "lines": said,
            "forms_taken": len(crowd.taken),
            "lost": verdict.lost + unsaid,
            "twice": verdict.duplicates + doubled,
            "out_of_order": verdict.out_of_order + disorder,
        },
        verdict.clean and not (badly or unsaid or doubled or disorder) and slowest <= _GIVEN,
        (*verdict.findings, *badly),
    )


def _start(world: World, number: int, port: int) -> dict[str, RunningBot]:
    """One that answers people, over HTTP and over a socket in turn, and one that works."""
    if number % 2:
        web = world.start(f"web-{number}", role="web")
        world.control("request_url", {"url": None})
    else:
        web = world.start(f"web-{number}", role="web", port=port)
        world.control("request_url", {"url": f"http://127.0.0.1:{port}{EVENTS}"})
    return {"web": web, "worker": world.start(f"worker-{number}", role="worker")}


def _end(bot: RunningBot) -> tuple[float, int | None]:
    """Ask it to end; how long it took, and its exit code (-9 when it had to be killed)."""
    began = time.monotonic()
    bot.stop()
    assert bot._process is not None
    return time.monotonic() - began, bot._process.returncode


def _say(world: World, outbox: Outbox, said: int) -> int:
    """More lines to say; how many there are now. A broadcast line is a post of its own and is never
    folded.
    """
    for number in range(said, said + _LINES):
        with world.db.write() as session:
            outbox.say(
                session, _JOB, CHANNEL, Message(f"line {number}"), key=f"k{number}", broadcast=True
            )
    return said + _LINES


def _heard(world: World) -> int:
    return len(_lines(world))


def _lines(world: World) -> list[str]:
    roots: list[dict[str, Any]] = [
        root for root in world.roots() if root["text"] == "talkative card"
    ]
    return [str(line["text"]) for root in roots for line in world.thread(root["ts"])[1:]]


ROW = Row(
    19, "shutdown", "SIGTERM under load ends in time and loses nothing", run, short=("postgresql",)
)
