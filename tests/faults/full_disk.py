"""Row 10: there is no room for the database any more, and later there is again.

The limit is the operating system's own on the size of the bot's files (RLIMIT_FSIZE), set on the
running process, so its log cannot grow either. Whoever asks meanwhile is told; what the database
holds stays whole; a bot that is killed in this state and started again finds it so.
"""

import random
import resource
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.running_bot import RunningBot
from tests.faults.book import Figures, Place, Row
from tests.faults.journals import Journal
from tests.faults.oracle import judge, settled
from tests.faults.world import CHANNEL, World, ask, order, running, until

_TRIES = 4  # commands and forms while there is no room
_SETTLE = 120.0
_WORDS = "disk of the database"


def run(place: Place) -> Figures:
    """The row."""
    chance = random.Random(place.seed)
    times = place.of(20, 2)
    file = Path(place.database_url.removeprefix("sqlite:///"))
    asked: list[str] = []
    taken: list[str] = []
    told = silent = broken = 0
    findings: list[str] = []
    with running(place.folder, place.database_url) as world:
        bot = world.start("one")
        for number in range(times):
            journal = Journal(world)
            with _full(bot, file, chance):
                _insist(world, f"full-{number}", asked, taken)
                if number % 2:
                    bot.kill()  # nothing is finished, nothing is checkpointed
            if not bot.alive():
                bot.stop()
                bot = world.start("one")
            state = _integrity(file)
            broken += state != "ok"
            answers = [entry for entry in journal.more() if entry["operation"].startswith("app:")]
            told += sum(_WORDS in str(entry["response"]) for entry in answers)
            late = [
                entry for entry in answers if not entry["status"] and entry["response"] == "timeout"
            ]
            silent += len(late)
            findings += [f"{entry['operation']} was not answered" for entry in late]
            findings += [] if state == "ok" else [f"integrity_check: {state}"]
            name = f"room-{number}"
            asked.append(name)
            if ask(world.mara, order(name), patience=30):
                taken.append(name)
            else:
                findings.append(f"{name} was not taken although there is room again")
        with suppress(PracticeError):
            until(lambda: settled(world, asked), _SETTLE, "everything to be told")
        verdict = judge(world, taken, asked)
    resumed = sum(name.startswith("room-") for name in taken)
    return Figures(
        {
            "times_full": times,
            "told_so": told,
            "unanswered": silent,
            "not_whole": broken,
            "resumed": resumed,
            "lost": verdict.lost,
            "twice": verdict.duplicates,
        },
        verdict.clean and not silent and not broken and bool(told) and resumed == times,
        (*verdict.findings, *findings[:10]),
    )


def _insist(world: World, name: str, asked: list[str], taken: list[str]) -> None:
    """People who ask while there is no room."""
    for number in range(_TRIES):
        with suppress(PracticeError):
            world.sam.command(CHANNEL, "/labeljob", "list")
        asked.append(f"{name}-{number}")
        if ask(world.mara, order(asked[-1]), patience=1):
            taken.append(asked[-1])


class _full:  # noqa: N801 - used as a word: with _full(bot)
    """No file of the bot's may grow beyond what the database's are now, or a little more."""

    def __init__(self, bot: RunningBot, file: Path, chance: random.Random) -> None:
        assert bot._process is not None
        self._process = bot._process
        sizes = [each.stat().st_size for each in (file, Path(f"{file}-wal")) if each.exists()]
        self._room = chance.choice([0, min(sizes), max(sizes), max(sizes) + 20_000])

    def __enter__(self) -> None:
        self._before = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (self._room, self._before[1]))

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, self._before)


def _integrity(file: Path) -> str:
    """What SQLite says of the whole file."""
    end = time.monotonic() + 20
    while True:
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as rows:
                return str(rows.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.OperationalError as error:
            if time.monotonic() > end:
                return str(error)
            time.sleep(0.2)


ROW = Row(
    10, "full disk", "a full disk is told, costs nothing, and is got over", run, stores=("sqlite",)
)
