"""Row 21: how long Slack waits for an answer at 50 requests a second, and while the database is
locked for 2 s.

The load (`paced_load`) is an open loop from a process of its own: a request is due at a fixed
moment and its time counts from then, so a slow answer hides no other. One replica does everything
beside it: answers, rounds, posts.
"""

import json
import math
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.faults.book import LONG, Figures, Place, Row
from tests.faults.locked import locked
from tests.faults.near import APP_ID
from tests.faults.paced_load import RATE
from tests.faults.world import CHANNEL, World, order, running, to_last_page

_SECONDS = 60
_LOCK = 2.0
_P99, _LOCKED_MAX, _SLACK_WAITS = 0.5, 2.5, 3.0  # seconds
_MOST = 0.98  # the share of requests that the short form judges


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the moment that each request was due to its answer, sorted; and the statuses."""

    seconds: list[float]
    statuses: Counter[int]

    def at(self, share: float) -> float:
        """The time within which that share of the requests was answered, in milliseconds."""
        return round(1000 * self.seconds[math.ceil(share * len(self.seconds)) - 1], 1)


def run(place: Place) -> Figures:
    """The row."""
    seconds = place.of(_SECONDS, 6)
    with running(place.folder, place.database_url) as world:
        _bot, url = world.start_http("one")
        sent = samples(world, url)
        load(
            world, url, sent, 1, 0
        )  # what is read and opened at the first request is not what is measured
        quiet = load(world, url, sent, seconds, 1)
        result: list[Times] = []
        loading = threading.Thread(target=lambda: result.append(load(world, url, sent, 5, 2)))
        loading.start()
        time.sleep(1.5)
        with locked(place.database_url):
            time.sleep(_LOCK)
        loading.join()
        held = result[0]
    failed = {
        status: many
        for status, many in (quiet.statuses + held.statuses).items()
        if status not in {200, 503}
    }
    if place.kills >= LONG:
        kept = (
            not quiet.statuses[503]
            and quiet.at(0.99) < 1000 * _P99
            and held.seconds[-1] < _LOCKED_MAX
        )
    else:  # on a machine that may be busy with other things
        kept = max(quiet.at(_MOST), held.at(_MOST)) < 1000 * _SLACK_WAITS
    return Figures(
        {
            "requests": len(quiet.seconds),
            "per_second": RATE,
            "p50_ms": quiet.at(0.5),
            "p99_ms": quiet.at(0.99),
            "max_ms": quiet.at(1.0),
            "max_ms_while_locked_2_s": held.at(1.0),
        },
        kept and not failed,
        (f"statuses: {dict(quiet.statuses)}, while locked: {dict(held.statuses)}",),
    )


def load(world: World, url: str, sent: dict[str, Any], seconds: int, turn: int) -> Times:
    """That many seconds of load, from a process of its own."""
    wish = {
        "url": url,
        "secret": world.services.keys.signing_secret,
        "seconds": seconds,
        "turn": turn,
        "samples": sent,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.paced_load"],
        input=json.dumps(wish),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    return Times(
        sorted(took for took, _status in answers), Counter(status for _took, status in answers)
    )


def samples(world: World, url: str) -> dict[str, Any]:
    """What Slack sends of each kind: taken from its journal, after somebody has done it."""
    world.control("request_url", {"url": url})
    world.mara.command(CHANNEL, "/labeljob", "help")
    to_last_page(world.mara, order("sample"))
    world.mara.close_windows()
    root = world.mara.say(CHANNEL, "questions go below this")
    command = world.journal("app:/labeljob")[0]["request"]
    pages = world.journal("app:view_submission")
    event = {"user": "U0MARA", "type": "app_home_opened", "channel": "D1", "tab": "home"}
    asked = {
        "user": "U0MARA",
        "type": "app_mention",
        "channel": CHANNEL,
        "thread_ts": root,
        "text": "<@U0BOT> help",
    }
    outer = {"type": "event_callback", "team_id": command["team_id"], "api_app_id": APP_ID}
    return {
        **{text: {**command, "text": text} for text in ("list", "help", "status")},
        "suggestion": world.journal("app:block_suggestion")[0]["request"],
        "page": pages[0]["request"],
        "home": {**outer, "event": event},
        "mention": {**outer, "event": asked},
    }


ROW = Row(
    21,
    "ack under load",
    "Slack is answered in time at 50 requests a second and beside a locked database",
    run,
    short=("sqlite",),
    alone=True,
)
