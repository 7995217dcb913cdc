"""Questions to AWS that a form page may ask: together, and only as long as the page may wait.

Slack waits 3 s for an answer, so a page gets 1.5 s for all its questions at once, and less when the
database made it wait before. What did not answer in time is told by name, shown on the review, and
asked again before the launch.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from bot.base.deadline import left
from bot.base.errors import Fault, Refusal, Transient

_AT_ONCE = 192  # three questions for each of the 64 pages that the front answers at once


class TooLate(Transient):
    """Nobody waits for the answer any more."""


class Questions:
    """Asks several questions at once, each a function that returns an answer or raises a `Refusal`
    or `Transient`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="form-question")

    def patience(self) -> Callable[[], None]:
        """A step for long questions (see `Storage.attended`): it ends them when their page does not
        wait any more.

        Without it a manifest of 200 MB would be read to its end beside everybody else's answers,
        with every press.
        """
        end = time.monotonic() + left(self._seconds)

        def step() -> None:
            if time.monotonic() > end:
                raise TooLate

        return step

    def ask(
        self, questions: Mapping[str, Callable[[], Any]]
    ) -> tuple[dict[str, Any], list[Fault], tuple[str, ...]]:
        """Answers by name, the faults that were found, and the names of what nobody answered in
        time.

        A `Refusal` without a field becomes a fault of the field the question is named for.
        """
        asked = {name: self._pool.submit(question) for name, question in questions.items()}
        wait(asked.values(), timeout=left(self._seconds))
        answers: dict[str, Any] = {}
        faults: list[Fault] = []
        silent: list[str] = []
        for name, future in asked.items():
            if not future.done():
                future.cancel()
                silent.append(name)
                continue
            try:
                answers[name] = future.result()
            except Refusal as refusal:
                faults.append(Fault(refusal.field or name, refusal.words))
            except Transient:
                silent.append(name)
        return answers, faults, tuple(silent)
