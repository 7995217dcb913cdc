"""How far the people who labeled the same objects agree (pure).

Promises to [Agreement] and to the report: every figure is of objects that two people or more
answered. Masks are compared label by label, by the pixels that both painted of those that either
painted; frames one by one, whatever is followed through them; cuboids by their volumes. What cannot
be compared (masks that nobody opened, points of clouds, pages of one's own) is not counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

import msgspec

from bot.answers.alpha import alpha
from bot.answers.overlap import LEAST, Figure, marks, matched
from bot.manifests.areas import pixels_in, shared_pixels
from bot.manifests.shapes import Area, FrameMarks, Kind, Told

MARKS_MAX = 500
"""Ours: figures of one answer that are matched with those of another; more take seconds."""
ALIKE = 0.8
"""Ours: an object of which less agrees is one about which people differ. One of nine people (the
most that AWS asks) who chooses another class is such a one; boxes a little apart are none."""
DIFFERING_MAX = 60  # ours: three sheets of pictures
_COMPARED: tuple[Kind, ...] = ("classes", "boxes", "drawings", "spans", "mask", "frames")


class Label(msgspec.Struct, frozen=True, gc=False):
    """How far people agree about one label: of all the times that somebody gave it (`times`), the
    share in which the other one gave it too; `overlap` is the mean of how well their figures of it
    cover each other (None where nobody drew).
    """

    name: str
    share: float
    times: int
    overlap: float | None = None


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
    """Two people's answers: what both gave, what each gave, how well figures of one label cover
    each other, those of two labels, and how alike the whole is.
    """

    both: list[str]
    given: list[str]
    confused: list[tuple[str, str]]
    overlaps: list[tuple[str, float]]
    others: list[float]
    share: float


def agreement(objects: Iterable[tuple[int, Sequence[Told]]]) -> Agreement:
    """The agreement about objects, each with its number and everybody's answer."""
    both, given, confused = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    covered: dict[str, list[float]] = {}  # by label, of each pair of figures
    others: list[float] = []
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
            others += pair.others
            for name, share in pair.overlaps:
                covered.setdefault(name, []).append(share)
        shares.append(Differing(number, sum(pair.share for pair in pairs) / len(pairs)))
        answers.append([_labels(each) for each in told])
    differing = sorted((one for one in shares if one.share < ALIKE), key=lambda one: one.share)
    labels = (
        Label(name, both[name] / times, times, _mean_of(covered.get(name, [])))
        for name, times in given.items()
    )
    return Agreement(
        objects=len(shares),
        share=_mean_of([one.share for one in shares]),
        alpha=alpha(_units(answers)),
        overlap=_mean_of(list(chain(others, *covered.values()))),
        labels=tuple(sorted(labels, key=lambda label: (label.share, label.name))),
        confused=tuple(
            Confused(*names, times)
            for names, times in sorted(confused.items(), key=lambda each: (-each[1], each[0]))
        ),
        differing=tuple(differing[:DIFFERING_MAX]),
        not_compared=not_compared,
    )


def _comparable(said: Told) -> bool:
    if said.kind == "mask":
        return said.size is not None
    if said.kind == "cloud":
        return not said.address
    figures = [len(marks(said)), *(len(marks(frame)) for frame in said.frames)]
    if said.kind == "frames" and said.classes and not any(figures):
        return False  # what was marked has no place that we know
    return said.kind in _COMPARED and sum(many * many for many in figures) <= MARKS_MAX**2


def _labels(said: Told) -> frozenset[str]:
    """The labels that an answer gives, each once."""
    drawn = {mark.label for mark in marks(said)} | {area.label for area in said.areas}
    return frozenset(each.name for each in said.classes) | drawn


def _pair(one: Told, other: Told) -> _Pair:
    if one.kind == other.kind == "classes":
        return _of_classes(_labels(one), _labels(other))
    if one.kind == other.kind == "mask":
        return _of_areas(one.areas, other.areas)
    if one.kind == other.kind == "frames":
        return _of_frames(one.frames, other.frames)
    return _of_marks([(marks(one), marks(other))])


def _of_frames(ours: Sequence[FrameMarks], theirs: Sequence[FrameMarks]) -> _Pair:
    """Frame by frame; of one that only one person has, the other marked nothing."""
    mine = {each.frame: marks(each) for each in ours}
    yours = {each.frame: marks(each) for each in theirs}
    return _of_marks([(mine.get(name, ()), yours.get(name, ())) for name in {**mine, **yours}])


def _of_areas(ours: Sequence[Area], theirs: Sequence[Area]) -> _Pair:
    """Label by label: of the pixels that either painted, those that both did. A label is one that
    both gave where that is half of them.
    """
    mine, yours = _by_label(ours), _by_label(theirs)
    names = sorted({*mine, *yours})
    covering = {name: _covering(mine.get(name, ()), yours.get(name, ())) for name in names}
    confused = [
        (one, other)
        for one in mine
        for other in yours
        if one != other and covering[one] < LEAST and covering[other] < LEAST
        if _covering(mine[one], yours[other]) >= LEAST
    ]
    return _Pair(
        [name for name in names if covering[name] >= LEAST] * 2,
        [*mine, *yours],
        confused,
        [(name, covering[name]) for name in names if name in mine and name in yours],
        [],
        _share(sum(covering.values()), len(names)),
    )


def _by_label(areas: Sequence[Area]) -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = {}
    for area in areas:
        found.setdefault(area.label, []).append(area)
    return found


def _covering(ours: Sequence[Area], theirs: Sequence[Area]) -> float:
    """Intersection over union of what was painted, be it in one piece or in several."""
    shared = sum(shared_pixels(one.runs, other.runs) for one in ours for other in theirs)
    both = sum(pixels_in(area.runs) for area in (*ours, *theirs)) - shared
    return shared / both if both else 0.0


def _of_classes(ours: frozenset[str], theirs: frozenset[str]) -> _Pair:
    """Who had to choose one class confused two where they differ."""
    shared = sorted(ours & theirs)
    given = [*ours, *theirs]
    confused = []
    if len(ours) == len(theirs) == 1 and not shared:
        confused = [(min(given), max(given))]
    return _Pair(2 * shared, given, confused, [], [], _share(2 * len(shared), len(given)))


def _of_marks(frames: Sequence[tuple[Sequence[Figure], Sequence[Figure]]]) -> _Pair:
    """Figures that two people drew: matched within each frame, of which a picture is one."""
    pairs = [pair for ours, theirs in frames for pair in matched(ours, theirs)]
    same = [(mine.label, share) for mine, yours, share in pairs if mine.label == yours.label]
    given = [mark.label for each in frames for marks_of in each for mark in marks_of]
    return _Pair(
        [label for label, _ in same] * 2,
        given,
        [(mine.label, yours.label) for mine, yours, _ in pairs if mine.label != yours.label],
        same,
        [share for mine, yours, share in pairs if mine.label != yours.label],
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


def _mean_of(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None
