"""What a model takes for what among its test pictures (pure), read from AWS's evaluation manifest.

Promises to whoever shows it: pictures are counted whatever else a line holds or lacks; a line that
tells nothing of a test is counted as such; memory stays flat whatever the size of the manifest.

Source: "Evaluation manifest snapshot" of the Custom Labels guide. Each test picture is a line that
has, beside what people said (`rekognition-custom-labels-training…`), what the model says
(`rekognition-custom-labels-evaluation…`): one class per column, or all boxes in one, each with its
confidence and whether it is a true or false positive or negative at AWS's threshold for the label.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.manifests.json_lines import numbered
from bot.manifests.json_words import Object
from bot.manifests.plain_values import items, member
from bot.manifests.shapes import Box, Line, Told
from bot.manifests.told import METADATA, told_object

LISTED = 5  # ours: pairs that are named of each kind
KEPT = 20  # pictures that are kept of each pair: a sheet has no room for more
_TRAINING, _EVALUATION = (
    "rekognition-custom-labels-training",
    "rekognition-custom-labels-evaluation",
)
_DETAILS = f"{_EVALUATION}-details"
_SAME_PLACE = 0.5  # ours: two boxes that share half of what they cover together mean one thing

Pair = tuple[str, str]
"""What people said, and what the model said in its place: "" for nothing."""


class Mistake(msgspec.Struct, frozen=True):
    """One thing that came out wrong. `sure` is the model's confidence in what it said, 0 to 1;
    `there` is people's box and `seen` the model's, where there are boxes.
    """

    label: str
    taken_for: str
    sure: float = 0.0
    there: Box | None = None
    seen: Box | None = None

    @property
    def pair(self) -> Pair:
        """By which it is counted."""
        return self.label, self.taken_for


class Judged(msgspec.Struct, frozen=True):
    """A test picture: its line's number and address, and what came out wrong. `size` is its width
    and height in pixels where boxes are told.
    """

    number: int
    address: str
    mistakes: tuple[Mistake, ...] = ()
    size: tuple[int, int] | None = None


@dataclass(slots=True)
class Tally:
    """What the manifest holds: pictures with a result (`tested`), those of them with a mistake
    (`wrong`), lines that tell no result (`untold`), and for each pair its pictures and the numbers
    of those of which the model was most sure.
    """

    tested: int = 0
    wrong: int = 0
    untold: int = 0
    pictures: Counter[Pair] = field(default_factory=Counter)
    surest: dict[Pair, list[tuple[float, int]]] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Count one picture, once for each pair."""
        self.tested += 1
        self.wrong += bool(judged.mistakes)
        best: dict[Pair, float] = {}
        for each in judged.mistakes:
            best[each.pair] = max(best.get(each.pair, 0.0), each.sure)
        for pair, sure in best.items():
            self.pictures[pair] += 1
            kept = self.surest.setdefault(pair, [])
            heapq.heappush(kept, (sure, -judged.number))
            if len(kept) > KEPT:
                heapq.heappop(kept)

    @property
    def confused(self) -> list[tuple[Pair, int]]:
        """Which label was taken for which other in how many pictures, the worst first."""
        return self._worst(there=True, seen=True)

    @property
    def missed(self) -> list[tuple[Pair, int]]:
        """Which label was not recognized, nor taken for another."""
        return self._worst(there=True, seen=False)

    @property
    def imagined(self) -> list[tuple[Pair, int]]:
        """Which label was seen where people said nothing like it."""
        return self._worst(there=False, seen=True)

    def _worst(self, *, there: bool, seen: bool) -> list[tuple[Pair, int]]:
        found = [
            (pair, many)
            for pair, many in self.pictures.items()
            if (bool(pair[0]), bool(pair[1])) == (there, seen)
        ]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def worth_a_look(self, most: int) -> dict[int, Pair]:
        """The numbers of so many pictures that show the worst pairs, in turn, and what each
        shows; in the order of the pairs.
        """
        kinds = (self.confused, self.missed, self.imagined)
        pairs = [pair for kind in kinds for pair, _ in kind[:LISTED]][:most]
        chosen: dict[int, Pair] = {}
        for place in range(KEPT):
            for pair in pairs:
                known = sorted(self.surest[pair], reverse=True)
                if place < len(known) and len(chosen) < most:
                    chosen.setdefault(-known[place][1], pair)
        return dict(sorted(chosen.items(), key=lambda each: (pairs.index(each[1]), each[0])))


def tally(files: Iterable[Iterable[bytes]], known: Collection[str] = ()) -> Tally:
    """Count what manifests hold that arrive in pieces; `known` are the model's labels, as far as
    they are known: what people call something else is no mistake of its.
    """
    found = Tally()
    for number, body in _lines(files):
        judged = judge(number, body, known)
        if judged is None:
            found.untold += 1
        else:
            found.add(judged)
    return found


def pictures(
    files: Iterable[Iterable[bytes]], numbers: Collection[int], known: Collection[str] = ()
) -> dict[int, Judged]:
    """The pictures of those lines."""
    found: dict[int, Judged] = {}
    for number, body in _lines(files):
        judged = judge(number, body, known) if number in numbers else None
        if judged is not None:
            found[number] = judged
        if len(found) == len(numbers):
            break
    return found


def judge(number: int, body: bytes | None, known: Collection[str] = ()) -> Judged | None:
    """What came out of one line; None where it tells no result of a test, or cannot be read."""
    try:
        found = msgspec.json.decode(body or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    line = told_object(number, found)
    results = [each for each in line.told if _is_result(found, each)]
    if not results:
        return None
    names = {each.attribute for each in results}
    said = [each for each in _said(line) if each.attribute not in names]
    classes = [each for each in results if each.kind == "classes"]
    boxes = [each for each in results if each.kind == "boxes"]
    mistakes: list[Mistake] = []
    if classes:
        mistakes += _of_classes(found, classes, said, known)
    for each in boxes:
        mistakes += _of_boxes(found, each, said, known)
    size = next((each.size for each in (*boxes, *said) if each.size), None)
    return Judged(number, line.address, tuple(mistakes), size)


def _lines(files: Iterable[Iterable[bytes]]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of all files that hold something, with running numbers."""
    number = 0
    for chunks in files:
        for _, body in numbered(chunks):
            if body is None or body.strip():
                number += 1
                yield number, body


def _is_result(line: Object, told: Told) -> bool:
    """Whether a column is what the model said."""
    metadata = line.get(told.attribute + METADATA)
    return told.attribute.startswith(_EVALUATION) or member(metadata, _DETAILS) is not None


def _said(line: Line) -> list[Told]:
    """The columns of what people said: those that AWS trained with, where they are named so."""
    trained = [each for each in line.told if each.attribute.startswith(_TRAINING)]
    return trained or list(line.told)


def _of_classes(
    line: Object, results: Sequence[Told], said: Sequence[Told], known: Collection[str]
) -> Iterator[Mistake]:
    """Each class that was missed with the surest of those given in its place; then what was given
    beside.
    """
    right: set[str] = set()
    missed: dict[str, None] = {}
    wrong: list[tuple[float, str]] = []
    for told in results:
        details = member(line.get(told.attribute + METADATA), _DETAILS)
        for each in told.classes:
            if _is(details, "true-positive"):
                right.add(each.name)
            elif _is(details, "false-positive"):
                wrong.append((each.confidence or 0.0, each.name))
            elif _is(details, "false-negative"):
                missed[each.name] = None
    for told in said:
        missed.update({each.name: None for each in told.classes if not known or each.name in known})
    wrong.sort(key=lambda each: (-each[0], each[1]))
    left = [each for each in wrong if each[1] not in missed]
    for label in missed:
        if label not in right:
            sure, taken_for = left.pop(0) if left else (0.0, "")
            yield Mistake(label, taken_for, sure)
    for sure, taken_for in left:
        yield Mistake("", taken_for, sure)


def _of_boxes(
    line: Object, result: Told, said: Sequence[Told], known: Collection[str]
) -> Iterator[Mistake]:
    """Each box that the model should not have drawn with what people drew at that place; then what
    it missed.
    """
    objects = items(member(line.get(result.attribute + METADATA), "objects"))
    if len(objects) != len(result.boxes):
        return  # which box an outcome belongs to is not known
    judged = [
        (box, member(each, _DETAILS)) for box, each in zip(result.boxes, objects, strict=True)
    ]
    missed = [box for told in said for box in told.boxes if not known or box.label in known]
    if not missed:
        missed = [box for box, details in judged if _is(details, "false-negative")]
    for box in (box for box, details in judged if _is(details, "true-positive")):
        found = _nearest(box, [each for each in missed if each.label == box.label])
        if found is not None:
            missed.remove(found)
    wrong = [box for box, details in judged if _is(details, "false-positive")]
    for box in sorted(wrong, key=lambda each: -(each.confidence or 0.0)):
        others = [each for each in missed if each.label != box.label]
        there = _nearest(box, others, at_least=_SAME_PLACE)
        if there is not None:
            missed.remove(there)
        label = there.label if there is not None else ""
        yield Mistake(label, box.label, box.confidence or 0.0, there, box)
    for box in missed:
        yield Mistake(box.label, "", 0.0, box)


def _nearest(box: Box, among: Sequence[Box], at_least: float = 0.0) -> Box | None:
    """The box that shares most with this one; none where none shares enough."""
    shared = [(_shared(box, each), -place) for place, each in enumerate(among)]
    most = max(shared, default=(-1.0, 0))
    return among[-most[1]] if most[0] >= at_least else None


def _shared(one: Box, other: Box) -> float:
    """Which part of all that two boxes cover is covered by both (0 to 1)."""
    wide = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    high = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    both = max(0.0, wide) * max(0.0, high)
    whole = one.width * one.height + other.width * other.height - both
    return both / whole if whole > 0 else 0.0


def _is(details: Any, outcome: str) -> bool:
    return member(details, f"is-{outcome}") is True
