"""Row 12: AWS throttles half of everything for five minutes while jobs are asked for, made, watched
and finished.

Afterwards no job has failed, every one is told, and AWS is looked at in the usual gap again, by
AWS's journal.
"""

import random
import time
from contextlib import suppress

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.journals import Journal
from tests.faults.near import Near
from tests.faults.oracle import judge, settled
from tests.faults.world import CHANNEL, running, until

_MINUTES = 5
_JOBS = 20
_LATE, _LATE_JOBS = (
    20.0,
    6,
)  # seconds before the end at which so many are asked for: work to be looked at afterwards
_GAP = 5.0  # seconds between two looks at AWS in this world
_LOOKS = 5
_STATUSES = 3  # a look lists the jobs of each status that is not over
_SETTLE = 600.0  # a launch that AWS put off is tried again within five minutes


def run(place: Place) -> Figures:
    """The row."""
    chance = random.Random(place.seed)
    seconds, jobs = place.of(60 * _MINUTES, 20), place.of(_JOBS, 3)
    names = [f"busy-{number}" for number in range(jobs)]
    with running(place.folder, place.database_url, pace=1.0) as world:
        near = Near(world)
        world.start("one", role="worker", LABELJOB_POLL_GAP=str(_GAP))
        world.start("two", role="worker", LABELJOB_POLL_GAP=str(_GAP))
        near.accept("before")
        until(
            lambda: world.lines("before")[:1] == ["Launched"], 60, "a job that runs when it begins"
        )
        world.fault("*", "throttle", aws=True, probability=0.5, seed=place.seed)
        end = time.monotonic() + seconds
        for number, name in enumerate(names):
            near.accept(name)
            time.sleep(
                max(0.0, min(chance.uniform(0.0, 1.5) * seconds / jobs, end - time.monotonic()))
            )
            if number % 5 == 0:
                place.tell(
                    f"{number} of {jobs} jobs asked for, {max(0.0, end - time.monotonic()):.0f} s "
                    "to go"
                )
        time.sleep(max(0.0, end - _LATE - time.monotonic()))
        late = [near.accept(f"late-{number}").name for number in range(_LATE_JOBS)]
        time.sleep(max(0.0, end - time.monotonic()))
        throttled = sum(
            entry.get("fault") == "throttle"
            for entry in world.control("journal", aws=True)["entries"]
        )
        journal = Journal(world, aws=True)
        world.no_faults()
        # A launch that AWS put off is tried again within five minutes; a look needs a job that
        # runs.
        until(lambda: "InProgress" in world.labeling_jobs().values(), _SETTLE, "a job to look at")
        lag = _slowest_look(journal)
        near.accept("after")
        asked = ["before", *names, *late, "after"]
        with suppress(PracticeError):
            until(lambda: settled(world, asked), _SETTLE, "everything to be told")
        verdict = judge(world, asked, asked)
        cards = [root["text"] for root in world.roots(CHANNEL)]
        near.bot.ground.db.close()
    failed = [text for text in cards if "Completed" not in text]
    return Figures(
        {
            "seconds": seconds,
            "jobs": len(asked),
            "throttled_calls": throttled,
            "marked_failed": len(failed),
            "poll_gap_s": _GAP,
            "slowest_look_afterwards_s": round(lag, 1),
            "lost": verdict.lost,
            "twice": verdict.duplicates,
        },
        verdict.clean and not failed and lag <= 2 * _GAP,
        (*verdict.findings, *failed[:10]),
    )


def _slowest_look(journal: Journal) -> float:
    """The longest time until, and between, whole looks at AWS after the weather has become fine."""
    last, slowest, lists = time.time(), 0.0, 0
    end = time.monotonic() + 60 + 3 * _GAP * _LOOKS
    looks = 0
    while looks < _LOOKS and time.monotonic() < end:
        for entry in journal.more():
            if entry["operation"].endswith("ListLabelingJobs") and entry["status"] == 200:
                lists += 1
                if lists % _STATUSES == 0:
                    looks += 1
                    slowest, last = max(slowest, entry["at"] - last), entry["at"]
        time.sleep(0.1)
    return max(slowest, time.time() - last) if looks < _LOOKS else slowest


ROW = Row(12, "AWS throttles", "a busy AWS fails no job and is caught up with", run, short=False)
