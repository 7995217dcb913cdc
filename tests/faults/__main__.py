"""`make faults`: the whole bot while its processes are killed, on each store. The last lines are figures.

KILLS (50; 500 is the long form), STORE (sqlite, postgresql or both), SEED (chance is repeatable up to the machine's
own timing). Two replicas ask, launch, watch and tell; again and again one of them dies by kill -9, at a random moment
or at a named step, while Slack answers 5 % of the posts with 429 and 5 % with 500 and drops 10 % of the replies after
posting, and AWS drops 10 % of the replies after creating a job.

`python -m tests.faults payloads 20000` posts that many awkwardly changed payloads instead.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.base.failpoints import STEPS
from bot.sandbox.person import Person, PracticeError
from bot.sandbox.running_bot import RunningBot
from tests.faults import lost_replies, payloads, postgres
from tests.faults.oracle import Verdict, judge, settled
from tests.faults.world import World, ask, order, running, until

_LONG = 500
_STEP_LIFE = 6.0  # seconds that a replica has to reach the step at which it is to die
_AT_A_STEP = 0.5  # share of the deaths that are aimed at a named step
_SETTLE = 240.0  # seconds that everything may take to be told once nobody is killed any more


@dataclass
class Asked:
    """The names people used, and those of which they were told that they were taken."""

    names: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)


def main() -> int:
    """Run what the environment asks for; 1 when a promise was broken."""
    if sys.argv[1:2] == ["payloads"]:
        return payloads.main(int((sys.argv[2:] or ["20000"])[0]), int(os.environ.get("SEED", "7")), _print)
    kills, seed = int(os.environ.get("KILLS", "50")), int(os.environ.get("SEED", "7"))
    chosen = os.environ.get("STORE", "both")
    stores = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
    posts = 2000 if kills >= _LONG else 200
    figures, clean = [], True
    for store in stores:
        server = postgres.start() if store == "postgresql" else None
        try:
            with tempfile.TemporaryDirectory(prefix="labeljob-faults-") as name:
                folder = Path(name)
                url = f"sqlite:///{folder}/labeljob.db" if server is None else server.new_database()
                verdict, died = storm(folder, url, kills, seed)
                _print(f"deaths at named steps: {dict(sorted(died.items()))}", *verdict.findings)
                figures.append(_line(kills, verdict, store))
                posting = f"sqlite:///{folder}/posts.db" if server is None else server.new_database()
                count = lost_replies.run(folder / "posts", posting, posts, seed)
                figures.append(
                    f"lost_replies={count.dropped} rows={count.rows} lost={count.lost} "
                    f"duplicates={count.duplicates} out_of_order={count.out_of_order} store={store}"
                )
                clean = clean and verdict.clean and count.clean
        finally:
            if server is not None:
                server.remove()
    _print(*figures)
    return 0 if clean else 1


def storm(folder: Path, url: str, kills: int, seed: int) -> tuple[Verdict, Counter[str]]:
    """Kill replicas while people ask for jobs; then let everything be told, and judge."""
    chance = random.Random(seed)
    asked = Asked()
    with running(folder, url) as world:
        first = world.start("one")
        _spoil(world, seed)
        people = [
            threading.Thread(target=_keep_asking, args=(person, asked, number), daemon=True)
            for number, person in enumerate((world.mara, world.sam))
        ]
        for person in people:
            person.start()
        died = _kill(world, first, kills, chance)
        asked.ending.set()
        last = world.start("last")
        for person in people:
            person.join()
        world.no_faults()
        with suppress(PracticeError):
            until(lambda: settled(world, asked.names), _SETTLE, "everything to be told")
        verdict = judge(world, asked.taken, asked.names)
        last.stop()
        if not verdict.clean:
            _print(last.log.read_text()[-3000:])
        return verdict, died


def _spoil(world: World, seed: int) -> None:
    """The weather during the storm."""
    for operation, fault, share in (
        ("chat.postMessage", "drop_after", 0.10),
        ("chat.*", "throttle", 0.05),
        ("chat.*", "error_500", 0.05),
    ):
        world.fault(operation, fault, probability=share, seed=seed, retry_after=1)
    world.fault("*CreateLabelingJob", "drop_after", aws=True, probability=0.10, seed=seed)


def _keep_asking(person: Person, asked: Asked, number: int) -> None:
    """One person who wants one job after another."""
    count = 0
    while not asked.ending.is_set():
        count += 1
        name = f"storm-{number}-{count}"
        asked.names.append(name)
        if ask(person, order(name), patience=30):
            asked.taken.append(name)
        asked.ending.wait(0.3)


def _kill(world: World, first: RunningBot, kills: int, chance: random.Random) -> Counter[str]:
    """Let two replicas live a moment and die in turn; how many died at which step."""
    died: Counter[str] = Counter()
    second = world.replica("two")
    second.start()
    living: dict[str, tuple[RunningBot, str]] = {"one": (first, ""), "two": (second, "")}
    for count in range(kills):
        name = ("one", "two")[count % 2]
        bot, step = living[name]
        end = time.monotonic() + (_STEP_LIFE if step else chance.uniform(0.3, 3.0))
        while bot.alive() and time.monotonic() < end:
            time.sleep(0.01)
        died[step if step and not bot.alive() else "at random"] += 1
        bot.kill()
        bot.stop()  # closes its log
        step = STEPS[(count // 2) % len(STEPS)] if chance.random() < _AT_A_STEP else ""
        more: dict[str, Any] = {"LABELJOB_FAILPOINT": f"{step}:{chance.randint(1, 2)}"} if step else {}
        living[name] = (world.replica(name, **more), step)
        living[name][0].start()
    for bot, _step in living.values():
        bot.kill()
    return died


def _line(kills: int, verdict: Verdict, store: str) -> str:
    return (
        f"kills={kills} rows={verdict.rows} lost={verdict.lost} duplicates={verdict.duplicates} "
        f"out_of_order={verdict.out_of_order} dropped_replies={verdict.dropped} look_ups={verdict.looked} store={store}"
    )


def _print(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main())
