"""Row 9: PostgreSQL is ended as by a crash and comes back after up to a minute, again and again.

The bot is working again within ten seconds of its return: somebody who mentions it then has an
answer, which takes an answer to Slack, a row, a worker and a post. Its processes are never
restarted meanwhile.
"""

import random
import time
from contextlib import suppress

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.crowd import Crowd, question
from tests.faults.postgres import Postgres
from tests.faults.world import World, running, until

_RESUMES = 10.0
_PATIENCE = 60.0
_LONG_ABSENCES = (20.0, 40.0, 60.0)
_SHORT_ABSENCE = 3.0
_BETWEEN = (0.5, 2.0)
_SETTLE = 300.0


def run(place: Place) -> Figures:
    """The row."""
    assert place.server is not None
    chance = random.Random(place.seed)
    restarts = place.of(50, 2)
    absences = [chance.uniform(0.0, _SHORT_ABSENCE) for _ in range(restarts)]
    for number, length in enumerate(_LONG_ABSENCES[: place.of(3)]):
        absences[(2 * number + 1) * restarts // 6] = length
    returns: list[float] = []
    with running(place.folder, place.database_url) as world:
        bots = [world.start("one"), world.start("two", role="worker")]
        crowd = Crowd(world, pause=1.0)
        with crowd.asking():
            for number, absence in enumerate(absences):
                returns.append(_one(world, place.server, absence))
                words = f"away {absence:.1f} s, working {returns[-1]:.1f} s later"
                place.tell(f"restart {number + 1} of {restarts}: {words}")
                time.sleep(chance.uniform(*_BETWEEN))
        dead = sum(not bot.alive() for bot in bots)
        verdict = crowd.verdict(_SETTLE)
    slowest = max(returns)
    return Figures(
        {
            "restarts": restarts,
            "longest_absence_s": round(max(absences), 1),
            "slowest_return_s": round(slowest, 1),
            "median_return_s": round(sorted(returns)[len(returns) // 2], 1),
            "processes_ended": dead,
            "forms_taken": len(crowd.taken),
            "lost": verdict.lost,
            "twice": verdict.duplicates,
        },
        verdict.clean and not dead and slowest <= _RESUMES,
        verdict.findings,
    )


def _one(world: World, server: Postgres, absence: float) -> float:
    """One crash of the database; how many seconds after its return the bot did a whole piece of
    work.
    """
    server.stop_at_once()
    time.sleep(absence)
    server.start()
    back = time.monotonic()
    asked: list[str] = []

    def works() -> bool:
        asked.append(
            question(world.mara)
        )  # an event that was refused comes again only after a minute
        with suppress(PracticeError):
            until(lambda: any(len(world.thread(ts)) > 1 for ts in asked[-5:]), 1.0, "an answer")
            return True
        return False

    with suppress(PracticeError):
        until(works, _PATIENCE, "the bot to work again")
    return time.monotonic() - back


_PROMISE = "the bot works again soon after its database"
ROW = Row(9, "restarts of the database", _PROMISE, run, stores=("postgresql",), short=False)
