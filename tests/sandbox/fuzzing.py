"""What both fuzzers share: awkward values, changes in the middle of things, and the report."""

from __future__ import annotations

import random
import string
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_FAILURES = 40
NOT_HERE = 501

AWKWARD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        7.5,
        2**31,
        2**63,
        -(2**70),
        1e308,
        "",
        " ",
        "0",
        "-1",
        "true",
        "null",
        "[]",
        "{}",
    ),
    *(
        "a" * 300,
        "a" * 5000,
        "\x00",
        "a\nb",
        "\ud800",
        "\u202e",
        "é日本🍐",
        "../../etc/passwd",
        "%00%2e%2e",
        "'\"--;",
    ),
    *(
        "<script>alert(1)</script>",
        "{{ 7 | times: 7 }}",
        "{% for %}",
        "s3://orchard/fruit.manifest",
        "s3://",
        "arn:",
    ),
    *(
        "http://127.0.0.1:1/x.png",
        "javascript:alert(1)",
        "1700000000.000100",
        "2026-13-45",
        "99999999999999999999",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        {"": ""},
        [{}],
        {"type": "section"},
        {"id": None},
        ["a"] * 120,
        {"a": {"b": {"c": []}}},
    ),
]


@dataclass
class Fuzzed:
    """How a run went: how many requests, which statuses, and what should not have been."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def judge(self, what: str, status: int, problem: str | None) -> None:
        """Count an answer; 5xx other than 501, and answers that cannot be read, are failures."""
        self.requests += 1
        self.statuses[status] += 1
        self.operations.add(what.split(" ", 1)[0])
        if status >= 500 and status != NOT_HERE:
            problem = problem or f"status {status}"
        if not problem:
            return
        kind = f"{what.split(' ', 1)[0]} {problem[:60]}"
        self._seen[kind] += 1
        if self._seen[kind] == 1 and len(self.failures) < MOST_FAILURES:
            self.failures.append(f"{problem}: {what}"[:2000])


class Chance:
    """Seeded chance in the forms that fuzzing wants."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, of: list[Any]) -> Any:
        return self.random.choice(of)

    def some(self, of: list[Any], most: int) -> list[Any]:
        return self.random.sample(of, min(len(of), self.random.randint(0, most)))

    def awkward(self) -> Any:
        """An awkward value, now and then a deep one or plain noise."""
        if self.often(0.05):
            deep: Any = "x"
            for _ in range(self.one([3, 30, 300, 900])):
                deep = [deep] if self.often(0.5) else {"type": deep}
            return deep
        if self.often(0.1):
            return "".join(self.random.choices(string.printable, k=self.random.randint(1, 60)))
        return self.one(AWKWARD)

    def word(self) -> str:
        """A text without what a request line or header cannot carry."""
        text = str(self.awkward())
        return "".join(letter for letter in text if letter.isprintable() and ord(letter) < 0x250)[
            :300
        ]

    def spoiled(self, value: Any, share: float = 0.5) -> Any:
        """A copy with something awkward somewhere inside; as it is with probability 1 - share."""
        return self._spoiled(value) if self.often(share) else value

    def _spoiled(self, value: Any) -> Any:
        if not isinstance(value, dict | list) or not value or self.often(0.15):
            return self.awkward()
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        at = self.one(list(copy)) if isinstance(copy, dict) else self.random.randrange(len(copy))
        how = self.random.random()
        if how < 0.15:
            del copy[at]
        elif how < 0.25 and isinstance(copy, dict):
            copy[self.word()] = self.awkward()
        elif how < 0.3 and isinstance(copy, list):
            copy += [copy[at]] * self.one([1, 5, 60])
        else:
            copy[at] = self._spoiled(copy[at])
        return copy


def many(count: int, one: Callable[[], None], progress: Callable[[], None]) -> None:
    """`one` again and again, with a look at the progress after each."""
    for _ in range(count):
        one()
        progress()
