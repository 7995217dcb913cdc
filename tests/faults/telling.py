"""What somebody sees of the book while it runs: lines that stay, and words about what goes on
now.
"""

import json
import sys
import time
from typing import Protocol

_SPARSE = 30.0  # seconds between two words about the same store where nobody sits at a terminal
_WIDTH = 100


class Telling(Protocol):
    """Where lines and progress go."""

    def lines(self, *lines: str) -> None:
        """Lines that stay."""

    def progress(self, store: str, words: str) -> None:
        """What goes on now on a store; "" when nothing does."""


class Terminal:
    """One line that changes on a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()
        self._now: dict[str, str] = {}
        self._told: dict[str, float] = {}

    def lines(self, *lines: str) -> None:
        """Lines that stay, above the one that changes."""
        if self._live:
            sys.stdout.write(f"\r{'':<{_WIDTH}}\r")
        for each in lines:
            print(each, flush=True)  # noqa: T201 - this is a command
        self._show()

    def progress(self, store: str, words: str) -> None:
        """The latest words of each store beside each other."""
        self._now[store] = words
        if self._live:
            self._show()
        elif words and time.monotonic() - self._told.setdefault(store, time.monotonic()) > _SPARSE:
            self._told[store] = time.monotonic()
            self.lines(f"  {words}")

    def _show(self) -> None:
        if self._live:
            now = " | ".join(words for words in self._now.values() if words)
            sys.stdout.write(f"\r{now[:_WIDTH]:<{_WIDTH}}")
            sys.stdout.flush()


class Piped:
    """For the process that started this one: JSON, a line each."""

    def lines(self, *lines: str) -> None:
        """Lines that stay."""
        self.say("lines", lines)

    def progress(self, store: str, words: str) -> None:
        """What goes on now."""
        self.say("progress", (store, words))

    @staticmethod
    def say(what: str, value: object) -> None:
        """One message; `side_by_side` reads it."""
        print(json.dumps({what: value}), flush=True)  # noqa: T201 - as above
