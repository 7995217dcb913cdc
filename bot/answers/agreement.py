"""How far the people who labeled the same objects agree (pure).

Promises to [Agreement] and to the report: every figure is of objects that two people or more
answered; what cannot be compared (masks, frames, point clouds, pages of one's own) is not counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from bot.answers.alpha import alpha
from bot.answers.overlap import Mark, marks, matched
from bot.manifests.shapes import Kind, Told

MARKS_MAX = 500
"""Ours: figures of one answer that are matched with those of another; more take seconds."""
ALIKE = 0.8
"""Ours: an object of which less agrees is one about which people differ. One of nine people (the
most that AWS asks) who chooses another class is such a one; boxes a little apart are none."""
DIFFERING_MAX = 60  # ours: three sheets of pictures
_COMPARED: tuple[Kind, ...] = ("classes", "boxes", "drawings", "spans")


class Label(msgspec.Struct, frozen=True, gc=False):
    """How far people agree about one label: of all the times that somebody gave it (`times`), the
    share in which the other one gave it too.
    """

    name: str
    share: float
    times: int


class Confused(msgspec.Struct, frozen=True, gc=False):
    """How often one person gave one label and another person the other, for the same thing."""

    one: str
    other: str
    times: int


class Differing(msgspec.Struct, frozen=True, gc=False):
    """An object about which people differ: its number (from 0), and the share that agrees."""

    number: int
    share: float


class Agreement(msgspec.Struct, frozen=True):
    """The agreement of a job's people: `share` is the mean of its objects, `alpha` Krippendorff's
    (of figures: about which labels occur), `overlap` the mean of the figures that two people drew
    of the same thing (None where nobody drew). What is agreed upon least comes first; `differing`
    are the 60 least alike of those below `ALIKE`.
    """

    objects: int = 0
    share: float | None = None
    alpha: float | None = None
    overlap: float | None = None
    labels: tuple[Label, ...] = ()
    confused: tuple[Confused, ...] = ()
    differing: tuple[Differing, ...] = ()
    not_compared: int = 0


class _Pair(NamedTuple):
    """Two people's answers: what both gave, what each gave, and how alike the whole is."""

    both: list[str]
    given: list[str]
    confused: list[tuple[str, str]]
    overlaps: list[float]
    share: float


def agreement(objects: Iterable[tuple[int, Sequence[Told]]]) -> Agreement:
    """The agreement about objects, each with its number and everybody's answer."""
    both, given, confused = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    covered, figures = 0.0, 0
    shares: list[Differing] = []
    answers: list[list[frozenset[str]]] = []
    not_compared = 0
    for number, told in objects:
        if len(told) < 2:  # noqa: PLR2004 - nobody to agree with
            continue
        if not all(map(_comparable, told)):
            not_compared += 1
            continue
        pairs = [_pair(one, other) for one, other in combinations(told, 2)]
        for pair in pairs:
            both.update(pair.both)
            given.update(pair.given)
            confused.update((min(each), max(each)) for each in pair.confused)
            covered += sum(pair.overlaps)
            figures += len(pair.overlaps)
        shares.append(Differing(number, sum(pair.share for pair in pairs) / len(pairs)))
        answers.append([_labels(each) for each in told])
    differing = sorted((one for one in shares if one.share < ALIKE), key=lambda one: one.share)
    labels = (Label(name, both[name] / times, times) for name, times in given.items())
    return Agreement(
        objects=len(shares),
        share=_mean(sum(one.share for one in shares), len(shares)),
        alpha=alpha(_units(answers)),
        overlap=_mean(covered, figures),
        labels=tuple(sorted(labels, key=lambda label: (label.share, label.name))),
        confused=tuple(
            Confused(*names, times)
            for names, times in sorted(confused.items(), key=lambda each: (-each[1], each[0]))
        ),
        differing=tuple(differing[:DIFFERING_MAX]),
        not_compared=not_compared,
    )


def _comparable(said: Told) -> bool:
    figures = len(said.boxes) + len(said.drawings) + len(said.spans)
    return said.kind in _COMPARED and figures <= MARKS_MAX


def _labels(said: Told) -> frozenset[str]:
    """The labels that an answer gives, each once."""
    return frozenset(each.name for each in said.classes) | {mark.label for mark in marks(said)}


def _pair(one: Told, other: Told) -> _Pair:
    if one.kind == other.kind == "classes":
        return _of_classes(_labels(one), _labels(other))
    return _of_marks(marks(one), marks(other))


def _of_classes(ours: frozenset[str], theirs: frozenset[str]) -> _Pair:
    """Who had to choose one class confused two where they differ."""
    shared = sorted(ours & theirs)
    given = [*ours, *theirs]
    confused = []
    if len(ours) == len(theirs) == 1 and not shared:
        confused = [(min(given), max(given))]
    return _Pair(2 * shared, given, confused, [], _share(2 * len(shared), len(given)))


def _of_marks(ours: Sequence[Mark], theirs: Sequence[Mark]) -> _Pair:
    pairs = matched(ours, theirs)
    same = [(mine.label, share) for mine, yours, share in pairs if mine.label == yours.label]
    confused = [(mine.label, yours.label) for mine, yours, _ in pairs if mine.label != yours.label]
    given = [mark.label for mark in (*ours, *theirs)]
    return _Pair(
        [label for label, _ in same] * 2,
        given,
        confused,
        [share for *_, share in pairs],
        _share(2 * sum(share for _, share in same), len(given)),
    )


def _share(agreed: float, given: int) -> float:
    """Nothing from either is agreement too."""
    return agreed / given if given else 1.0


def _units(answers: Sequence[Sequence[frozenset[str]]]) -> Iterator[list[object]]:
    """What alpha counts: the class of each object, or of each label whether it was given."""
    if all(len(labels) == 1 for each in answers for labels in each):
        for each in answers:
            yield [label for labels in each for label in labels]
        return
    names = sorted({label for each in answers for labels in each for label in labels})
    for each in answers:
        for name in names:
            yield [name in labels for labels in each]


def _mean(total: float, times: int) -> float | None:
    return total / times if times else None
