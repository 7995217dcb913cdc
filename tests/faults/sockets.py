"""Row 6: Socket Mode's connections cut while requests are on them, or renewed as Slack renews them.

Two replicas are connected, so Slack has two sockets to choose from, and for a moment more while
they are renewed. Slack itself gives an event up that it could deliver in none of four tries; nobody
can answer that one.
"""

import random
import time
from http import HTTPStatus
from typing import Any

from tests.faults.book import Figures, Place, Row
from tests.faults.crowd import Crowd
from tests.faults.journals import Journal
from tests.faults.world import World, running, until

_CUT = 0.7  # share of the connections' ends that come without words
_SLACK_TRIES = 4
_SETTLE = 120.0
_RECONNECTED = 30.0


def run(place: Place) -> Figures:
    """The row."""
    chance = random.Random(place.seed)
    cuts = place.of(100)
    # A minute of Slack's patience before it repeats an event is one second here.
    with running(place.folder, place.database_url, time_scale=1 / 60) as world:
        world.start("one")
        world.start("two", role="web")
        journal, crowd = Journal(world), Crowd(world)
        with crowd.asking():
            most = _cut(world, cuts, chance)
        verdict = crowd.verdict(_SETTLE)
        silent, doubled = crowd.unanswered(_SETTLE)
        asked = [entry for entry in journal.more() if entry["operation"].startswith("app:")]
    hit = [entry for entry in asked if entry["response"] in ("timeout", "connection_failed")]
    given_up = {ts for ts in silent if _given_up(asked, ts)}
    silent = [ts for ts in silent if ts not in given_up]
    return Figures(
        {
            "cuts": cuts,
            "sockets_at_most": most,
            "requests_hit": len(hit),
            "forms_taken": len(crowd.taken),
            "mentions": len(crowd.questions),
            "given_up_by_slack": len(given_up),
            "lost": verdict.lost + len(silent),
            "twice": verdict.duplicates + len(doubled),
        },
        verdict.clean and not silent and not doubled and bool(crowd.taken),
        (
            *verdict.findings,
            *(f"{ts} has no answer" for ts in silent),
            *(f"{ts} has two answers" for ts in doubled),
        ),
    )


def _given_up(asked: list[dict[str, Any]], ts: str) -> bool:
    """Whether Slack tried to deliver this message as often as it does, and no try arrived."""
    tries = [entry for entry in asked if (entry["request"].get("event") or {}).get("ts") == ts]
    return len(tries) >= _SLACK_TRIES and all(entry["status"] != HTTPStatus.OK for entry in tries)


def _cut(world: World, cuts: int, chance: random.Random) -> int:
    """End all connections again and again, each time once they are back; the most that were open at
    once.
    """
    most = 0
    for _ in range(cuts):
        end = time.monotonic() + chance.uniform(0.1, 0.9)
        while time.monotonic() < end:
            most = max(most, world.connections())
            time.sleep(0.02)
        if chance.random() < _CUT:
            world.control("disconnect", {"cut": True})
        else:
            world.control("disconnect", {"reason": chance.choice(["warning", "refresh_requested"])})
        until(lambda: world.connections() > 0, _RECONNECTED, "a socket to be open again")
    return most


ROW = Row(
    6, "sockets", "a connection of Socket Mode that ends loses nothing", run, stores=("sqlite",)
)
