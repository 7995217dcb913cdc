"""People who ask for one job after another and mention the app now and then, while something
breaks.

`Crowd.verdict` says what became of it, by what Slack and AWS keep.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.sandbox.workspace.person import Person, PracticeError
from tests.faults.oracle import Verdict, judge, settled
from tests.faults.world import CHANNEL, World, ask, order, until

_PAUSE = 0.2


class Crowd:
    """Two people with forms, one with questions. `names` were tried, `taken` are those that Slack
    showed as taken.
    """

    def __init__(self, world: World, *, pause: float = _PAUSE) -> None:
        self.world = world
        self.names: list[str] = []
        self.taken: list[str] = []
        self.questions: list[str] = []
        self._pause = pause
        self._ending = threading.Event()
        self._people = [
            threading.Thread(target=self._forms, args=(person, number), daemon=True)
            for number, person in enumerate((world.mara, world.sam))
        ]
        self._people.append(threading.Thread(target=self._mentions, daemon=True))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """They ask until the end of the block, and finish what they are at."""
        for person in self._people:
            person.start()
        try:
            yield
        finally:
            self._ending.set()
            for person in self._people:
                person.join()

    def verdict(self, seconds: float) -> Verdict:
        """Let everything be told, for `seconds` at most, and judge it."""
        with suppress(PracticeError):
            until(lambda: settled(self.world, self.names), seconds, "everything to be told")
        return judge(self.world, self.taken, self.names)

    def unanswered(self, seconds: float) -> tuple[list[str], list[str]]:
        """The questions without an answer below them, and those with more than one."""
        answers: dict[str, int] = {}

        def all_answered() -> bool:
            answers.update(
                {ts: len(self.world.thread(ts)) - 1 for ts in self.questions if not answers.get(ts)}
            )
            return all(answers.values())

        with suppress(PracticeError):
            until(all_answered, seconds, "every question to be answered")
        counted = {ts: len(self.world.thread(ts)) - 1 for ts in self.questions}
        return [ts for ts, many in counted.items() if not many], [
            ts for ts, many in counted.items() if many > 1
        ]

    def _forms(self, person: Person, number: int) -> None:
        count = 0
        while not self._ending.is_set():
            count += 1
            name = f"crowd-{number}-{count}"
            self.names.append(name)
            with suppress(OSError):
                if ask(person, order(name), patience=60):
                    self.taken.append(name)
            self._ending.wait(self._pause)

    def _mentions(self) -> None:
        person = Person(self.world.services.slack_url, "U0MARA")
        while not self._ending.is_set():
            self.questions.append(question(person))
            self._ending.wait(2 * self._pause)


def question(person: Person) -> str:
    """Mention the app; the ts below which its answer is to stand."""
    return person.say(CHANNEL, f"@labeljob help (asked at {time.monotonic():.3f})")
