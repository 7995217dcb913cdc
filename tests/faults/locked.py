"""Row 8: another process holds the write lock of the database, for up to 15 s at a time.

Whoever asks meanwhile is answered within Slack's three seconds: taken, or asked to try again.
Nothing of it is lost.
"""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from sqlalchemy import make_url

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import LONG, Figures, Place, Row
from tests.faults.crowd import Crowd
from tests.faults.journals import Journal
from tests.faults.world import CHANNEL, running

_LONGEST = 15.0
_BETWEEN = 1.0
SLACK_WAITS = 3.0
# share that the short form forgives: it runs on machines that are busy with other things
_LATE = 0.05
_SETTLE = 180.0


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else holds the write lock."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("LOCK TABLE inbox, job, draft IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def run(place: Place) -> Figures:
    """The row."""
    chance = random.Random(place.seed)
    holds = place.of(20, 2)
    longest = max(3.5, _LONGEST * holds / 20)
    lengths = [longest, *(chance.uniform(0.0, longest) for _ in range(holds - 1))]
    with running(place.folder, place.database_url) as world:
        _bot, url = world.start_http("one")
        world.control("request_url", {"url": url})
        journal, crowd = Journal(world), Crowd(world)
        with crowd.asking():
            for length in lengths:
                end = time.monotonic() + length
                with locked(place.database_url):
                    while time.monotonic() < end:
                        with suppress(PracticeError):  # the journal tells how late the answer was
                            world.sam.command(CHANNEL, "/labeljob", "help")
                time.sleep(_BETWEEN)
        asked = [entry for entry in journal.more() if entry["operation"].startswith("app:")]
        verdict = crowd.verdict(_SETTLE)
    late = [entry for entry in asked if entry["seconds"] >= SLACK_WAITS or not entry["status"]]
    again = [
        entry for entry in asked if entry["status"] == 503 or "try again" in str(entry["response"])
    ]
    slowest = max(entry["seconds"] for entry in asked)
    return Figures(
        {
            "holds": holds,
            "longest_s": round(max(lengths), 1),
            "requests": len(asked),
            "told_to_try_again": len(again),
            "slowest_answer_s": round(slowest, 2),
            "late": len(late),
            "forms_taken": len(crowd.taken),
            "lost": verdict.lost,
            "twice": verdict.duplicates,
        },
        verdict.clean
        and bool(again)
        and len(late) <= (0 if place.kills >= LONG else _LATE * len(asked)),
        (
            *verdict.findings,
            *(
                f"{entry['operation']} {entry['response']} after {entry['seconds']} s"
                for entry in late[:10]
            ),
        ),
    )


ROW = Row(
    8,
    "locked database",
    "a locked database is answered in time, and nothing is lost",
    run,
    short=("sqlite",),
    alone=True,
)
