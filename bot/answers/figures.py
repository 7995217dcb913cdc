"""What a labeler did, in figures (pure): objects, time, answers of one kind.

Promises to people and their managers: figures of one person stay figures of one person until
somebody adds them up here; fewer than `TOGETHER` are never added up as a group.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from bot.answers.numbers import packed
from bot.answers.worker_responses import Answer
from bot.manifests.shapes import Told

TOGETHER = 5
"""People who are at least in a group: of fewer, whoever knows all but one knows that one."""
ENOUGH = 20  # ours: objects from which on a habit can be told from chance
_FAST = 0.4  # ours: of the others' median time
_UNIFORM, _USUAL = 0.95, 0.8  # ours: the share of one answer, with one person and with the others
_ANSWERS_MAX = 50  # different answers that are kept, the most frequent ones
_NOTHING = "nothing"


class Work(msgspec.Struct, frozen=True):
    """What one person did. `seconds` are how many tasks took how many whole seconds, `said` how
    often each answer was given ("" are figures, of which no two are the same). `first` and `last`
    are seconds since 1970, 0 where nobody knows. `answered` are the numbers of the objects (from
    0), as `packed` keeps them; empty where that was not kept.
    """

    worker: str
    sub: str = ""
    objects: int = 0
    seconds: dict[int, int] = {}
    said: dict[str, int] = {}
    first: float = 0.0
    last: float = 0.0
    declined: int = 0
    answered: bytes = b""


class Labeler(msgspec.Struct, frozen=True):
    """Somebody who labeled in a job; who they are in Slack, and their address (in small letters),
    are "" where they are not known.
    """

    work: Work
    user_id: str = ""
    email: str = ""


def median_seconds(seconds: Mapping[int, int]) -> int | None:
    """The median of so many tasks that took so many seconds; the lower one of two."""
    left = (sum(seconds.values()) + 1) // 2
    for each, tasks in sorted(seconds.items()):
        left -= tasks
        if left <= 0:
            return each
    return None


class Counted:
    """Adds up answers as they are read; `works` gives what came of it."""

    def __init__(self) -> None:
        self._seconds: dict[str, Counter[int]] = {}
        self._said: dict[str, Counter[str]] = {}
        self._subs: dict[str, str] = {}
        self._moments: dict[str, list[float]] = {}
        self._numbers: dict[str, array[int]] = {}

    def add(self, number: int, answers: Iterable[Answer]) -> None:
        """Everybody's answers to the object of that number."""
        for each in answers:
            self._numbers.setdefault(each.worker, array("L")).append(number)
            self._subs.setdefault(each.worker, each.sub)
            self._said.setdefault(each.worker, Counter())[answer_words(each.said)] += 1
            seconds = self._seconds.setdefault(each.worker, Counter())
            if each.seconds is not None:
                seconds[round(each.seconds)] += 1
            if each.submitted is not None:
                moment = each.submitted.timestamp()
                known = self._moments.setdefault(each.worker, [moment, moment])
                known[:] = [min(known[0], moment), max(known[1], moment)]

    def works(self, declined: Mapping[str, int]) -> list[Work]:
        """What each did; `declined` are how often each `sub` declined. Who only declined did
        nothing.
        """
        return [
            Work(
                worker=worker,
                sub=self._subs[worker],
                objects=said.total(),
                seconds=dict(self._seconds[worker]),
                said=dict(said.most_common(_ANSWERS_MAX)),
                first=self._moments.get(worker, [0.0])[0],
                last=self._moments.get(worker, [0.0])[-1],
                declined=declined.get(self._subs[worker], 0),
                answered=packed(self._numbers[worker]),
            )
            for worker, said in self._said.items()
        ]


def answer_words(said: Told) -> str:
    """An answer as a name by which it can be known again; "" of figures and pages of one's own."""
    if said.kind == "classes":
        return ", ".join(sorted(each.name for each in said.classes)) or _NOTHING
    if said.kind in {"boxes", "drawings", "spans"}:
        return "" if said.boxes or said.drawings or said.spans else _NOTHING
    return ""


def together(works: Sequence[Work]) -> Work:
    """The work of several people, or of one in several jobs, as of one."""
    seconds, said = Counter[int](), Counter[str]()
    for work in works:
        seconds.update(work.seconds)
        said.update(work.said)
    known = [moment for work in works for moment in (work.first, work.last) if moment]
    return Work(
        worker="",
        objects=sum(work.objects for work in works),
        seconds=dict(seconds),
        said=dict(said),
        first=min(known, default=0.0),
        last=max(known, default=0.0),
        declined=sum(work.declined for work in works),
    )


def hints(work: Work, everybody: Sequence[Work]) -> list[str]:
    """What a manager may want to look at, in words: answers that come much faster than those of the
    others, or are nearly always the same where others' are not. A hint is no proof: of few objects,
    and where nobody else labeled, there is none.
    """
    others = together([other for other in everybody if other.worker != work.worker])
    if work.objects < ENOUGH or others.objects < ENOUGH:
        return []
    found = []
    mine, theirs = median_seconds(work.seconds), median_seconds(others.seconds)
    if mine is not None and theirs is not None and mine < _FAST * theirs:
        found.append(f"fast: {seconds_words(mine)} each, the others {seconds_words(theirs)}")
    usual = max((said for said in work.said if said), key=lambda said: work.said[said], default="")
    share = work.said.get(usual, 0) / work.objects
    if usual and share >= _UNIFORM and others.said.get(usual, 0) / others.objects < _USUAL:
        found.append(f"nearly always “{usual}” ({share:.0%})")
    return found


def seconds_words(seconds: int | None) -> str:
    """A median as people read it."""
    if seconds is None:
        return "time not known"
    return f"{seconds:,} s" if seconds else "under 1 s"


def day(moment: float) -> str:
    """The day (UTC) of a moment; "" of none."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat() if moment else ""
