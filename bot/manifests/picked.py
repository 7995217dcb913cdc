"""Which of many objects are labeled (pure): those of a name, of some lines, every n-th, or some at
random.

Promises to the requester: the same objects and the same seed give the same choice, in the order in
which they came; memory stays flat where they are not counted, and holds no more than the chosen
ones where they are.
"""

import hashlib
import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

SEED = 1  # where nobody names one
_EVERY = re.compile(r"every\s+(\d[\d,]{0,8})(?:st|nd|rd|th)?", re.IGNORECASE)
_SOME = re.compile(
    r"(\d[\d,]{0,8}(?:\.\d{1,3})?)\s*(%?)(?:\s+(?:at random))?(?:[,;]?\s+seed\s+(\d{1,9}))?",
    re.IGNORECASE,
)
_RUN = re.compile(r"(\d{1,9})(?:\s*-\s*(\d{1,9}))?")
_LINES = re.compile(rf"lines?\s+({_RUN.pattern}(?:[\s,;]+{_RUN.pattern})*)", re.IGNORECASE)
_WHOLE = 1 << 64


@dataclass(frozen=True, slots=True)
class Choice:
    """Which objects are taken: those whose names fit the `pattern` ("" for any), of these every
    `every`-th, or `count` of them (`share` of them, 0 to 1) at random. 0 says nothing. `lines` are
    places from 1, each with the last of its run, in their order.
    """

    pattern: str = ""
    every: int = 0
    count: int = 0
    share: float = 0.0
    seed: int = SEED
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def takes_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.pattern or self.every or self.count or self.share or self.lines)

    @property
    def words(self) -> str:
        """In words, with the seed: "100 at random (seed 1)"; "" for all."""
        said = [f"named {self.pattern}"] if self.pattern else []
        if self.every:
            said.append(f"every {self.every:,}{_ordinal(self.every)}")
        if self.count:
            said.append(f"{self.count:,} at random (seed {self.seed})")
        if self.share:
            said.append(f"about {self.share * 100:g}% at random (seed {self.seed})")
        if self.lines:
            said.append(lines_words(self.lines))
        return ", ".join(said)


def read_choice(pattern: str, sample: str) -> Choice | None:
    """The choice that two answers of a form make: a pattern of names, and `100`, `10%`, `every 5`
    or `lines 3, 7-9`, with `seed 7` behind it where it is at random. None for what says neither.
    """
    pattern, sample = pattern.strip(), sample.strip()
    if not sample:
        return Choice(pattern)
    every = _EVERY.fullmatch(sample)
    if every:
        number = _number(every[1])
        return Choice(pattern, every=int(number)) if number >= 1 else None
    lines = _LINES.fullmatch(sample)
    if lines:
        runs = _runs(lines[1])
        return Choice(pattern, lines=runs) if runs else None
    return _at_random(pattern, sample)


def _at_random(pattern: str, sample: str) -> Choice | None:
    some = _SOME.fullmatch(sample)
    if some is None:
        return None
    number, seed = _number(some[1]), int(some[3] or SEED)
    if some[2]:
        return Choice(pattern, share=number / 100, seed=seed) if 0 < number <= 100 else None  # noqa: PLR2004
    if number < 1 or number != int(number):
        return None
    return Choice(pattern, count=int(number), seed=seed)


def picked(things: Iterable[T], choice: Choice, name: Callable[[T], str]) -> Iterator[T]:
    """The chosen ones, in their order; `name` is what the pattern and the chance go by."""
    if choice.pattern:
        things = (one for one in things if fits(choice.pattern, name(one)))
    if choice.lines:
        return _of_lines(things, choice.lines)
    if choice.every:
        return islice(things, 0, None, choice.every)
    if choice.share:
        most = choice.share * _WHOLE
        return (one for one in things if _chance(name(one), choice.seed) < most)
    if choice.count:
        return _some(things, choice, name)
    return iter(things)


def lines_words(runs: Iterable[tuple[int, int]]) -> str:
    """Lines as somebody would type them: "lines 3, 7-9"."""
    return "lines " + ", ".join(
        str(first) if first == last else f"{first}-{last}" for first, last in runs
    )


def runs_of(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order, those that follow each other together."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


def _runs(text: str) -> tuple[tuple[int, int], ...]:
    """What was typed, in order and without overlaps; nothing where a run goes backwards, or begins
    at 0.
    """
    ends = [(int(first), int(last or first)) for first, last in _RUN.findall(text)]
    if any(not 1 <= first <= last for first, last in ends):
        return ()
    runs: list[tuple[int, int]] = []
    for first, last in sorted(ends):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return tuple(runs)


def _of_lines(things: Iterable[T], runs: tuple[tuple[int, int], ...]) -> Iterator[T]:
    """Those in the runs; nothing is read behind the last."""
    left = list(reversed(runs))
    for place, one in enumerate(things, start=1):
        while left and place > left[-1][1]:
            left.pop()
        if not left:
            return
        if place >= left[-1][0]:
            yield one


def fits(pattern: str, name: str) -> bool:
    """Whether a name, or its end behind a slash, fits a pattern with `*`, `?` and `[abc]`; capitals
    count.
    """
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"*/{pattern}")


def _some(things: Iterable[T], choice: Choice, name: Callable[[T], str]) -> Iterator[T]:
    """So many of them: those whose chance is the smallest."""
    drawn = ((_chance(name(one), choice.seed), place, one) for place, one in enumerate(things))
    least = heapq.nsmallest(choice.count, drawn, key=lambda each: each[:2])
    return (one for _chance_of, _place, one in sorted(least, key=lambda each: each[1]))


def _chance(name: str, seed: int) -> int:
    """A number that the name and the seed decide, as good as drawn."""
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8, salt=_salt(seed))
    return int.from_bytes(digest.digest(), "big")


def _salt(seed: int) -> bytes:
    return seed.to_bytes(8, "big")


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
