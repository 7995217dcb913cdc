"""A job's output manifest, counted in one pass (pure): how often each label, how many objects
without one, and those objects that somebody wants to see.

Promises: memory stays flat whatever the manifest's size, and what cannot be read is counted as
that.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat

from bot.jobs.results.wish import Wish, chosen, fits
from bot.manifests.blocks_of_lines import BLOCK, blocks, halves
from bot.manifests.json_lines import numbered, parse_loosely
from bot.manifests.json_words import BadLine
from bot.manifests.known_lines import Shape, Totals
from bot.manifests.shapes import Kind, Line
from bot.manifests.told import kind_of, label_columns, told_object
from bot.pictures.limits import TILES
from bot.pictures.words import is_labeled, labels_of, named, told_by

_LABELS_MOST = 2_000  # ours: Ground Truth takes 1,000 labels in a job
NUMBERS_MOST = 150  # ours: what a button can carry of them
OTHERS = "other labels"


@dataclass(slots=True)
class LabelTimes:
    """How many objects have a label, and how often it is given in all of them."""

    objects: int = 0
    times: int = 0


@dataclass(slots=True)
class Counted:
    """What a manifest holds of one label attribute. `empty` objects have a label in which nothing
    is marked; `unreadable` lines are no JSON. `fitting` objects are those that are wanted:
    `numbers` are the lines of the first 150, `shown` the ones of the wanted page, and `person` says
    whose answers chose them, where that was wanted.
    """

    objects: int = 0
    labeled: int = 0
    empty: int = 0
    unreadable: int = 0
    fitting: int = 0
    labels: dict[str, LabelTimes] = field(default_factory=dict)
    kinds: set[Kind] = field(default_factory=set)
    shown: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    person: str = ""

    @property
    def unlabeled(self) -> int:
        """Objects without a label."""
        return self.objects - self.labeled

    @property
    def ordered(self) -> list[tuple[str, LabelTimes]]:
        """The labels, those with most objects first."""
        return sorted(self.labels.items(), key=lambda one: (-one[1].objects, one[0]))


def counted(
    chunks: Iterable[bytes],
    attribute: str,
    wish: Wish,
    among: frozenset[int] = frozenset(),
) -> Counted:
    """What the manifest holds, and the objects of the wanted page or the one that is wanted
    large; `among` are the lines that people's answers choose.
    """
    counting = _Counting(attribute, wish, among)
    for block in blocks(chunks):
        counting.take(block)
    return counting.found


@dataclass(slots=True)
class _Counting:
    """A manifest on its way: many lines of a known shape at once, any other one by itself."""

    attribute: str
    wish: Wish
    among: frozenset[int]
    found: Counted = field(default_factory=Counted)
    number: int = 0
    shape: Shape = field(init=False)
    types: dict[str, Totals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shape = Shape(whole=True, sure=self.wish.below is not None)

    def take(self, block: bytes) -> None:
        """Count a block of lines: at once where they are of the known shape, else in halves."""
        if len(block) <= BLOCK and self._known(block):
            return
        first, second = halves(block)
        if second:
            self.take(first)
            self.take(second)
            return
        for _, body in numbered([block]):
            self.number += 1
            self._one(body)

    def _known(self, block: bytes) -> bool:
        names = [name for name in named(self.attribute) if name in self.types]
        if len(names) != 1:
            return False
        listed = self.shape.labels(block, names[0])
        if listed is None:
            return False
        self._count(listed, kind_of(self.types[names[0]].type))
        sure: Iterable[float | None] = repeat(None)
        if self.wish.below is not None:
            sure = self.shape.least_sure(block, names[0])
        self._choose(block, zip(listed, sure, strict=False))
        return True

    def _one(self, body: bytes | None) -> None:
        """Count a line by itself, and learn from it what others may be like."""
        try:
            parsed = parse_loosely(body)
        except BadLine:
            self.found.unreadable += 1
            return
        for name, metadata in label_columns(parsed):
            self.types.setdefault(name, Totals(str(metadata.get("type"))))
        self.shape.learn(parsed, self.types)
        line = told_object(self.number, parsed)
        told = told_by(line, self.attribute)
        if told is None or not is_labeled(told):
            self._count([None])
        else:
            self._count([list(labels_of(told).elements())], told.kind)
        if self._wanted(line.number, fits(line, self.attribute, self.wish, self.among)):
            self.found.shown.append(line)

    def _count(self, listed: Sequence[list[str] | None], kind: Kind | None = None) -> None:
        """Count the labels of some lines; None for one without a label."""
        found = self.found
        labeled = [labels for labels in listed if labels is not None]
        found.objects += len(listed)
        found.labeled += len(labeled)
        found.empty += labeled.count([])
        if labeled and kind:
            found.kinds.add(kind)
        objects = Counter(chain.from_iterable(map(frozenset, labeled)))
        for label, times in Counter(chain.from_iterable(labeled)).items():
            known = label in found.labels or len(found.labels) < _LABELS_MOST
            count = found.labels.setdefault(label if known else OTHERS, LabelTimes())
            count.objects += objects[label]
            count.times += times

    def _choose(
        self, block: bytes, listed: Iterable[tuple[list[str] | None, float | None]]
    ) -> None:
        """Keep those of some lines that are wanted; only what is shown is read whole."""
        bodies: list[bytes] = []
        for at, (labels, sure) in enumerate(listed):
            self.number += 1
            fit = chosen(self.number, labels, sure, self.wish, self.among)
            if self._wanted(self.number, fit):
                bodies = bodies or block.split(b"\n")
                self.found.shown.append(told_object(self.number, parse_loosely(bodies[at])))

    def _wanted(self, number: int, fit: bool) -> bool:
        """Count a line that fits, and say whether it is shown."""
        if self.wish.line:
            return number == self.wish.line
        if not fit:
            return False
        self.found.fitting += 1
        if len(self.found.numbers) < NUMBERS_MOST:
            self.found.numbers.append(number)
        return (self.found.fitting - 1) // TILES == self.wish.page - 1
