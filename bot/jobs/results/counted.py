"""A job's output manifest, counted in one pass (pure): how often each label, how many objects
without one, and those objects that somebody wants to see.

Promises: memory stays flat whatever the manifest's size, and what cannot be read is counted as
that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.jobs.results.wish import Wish, fits
from bot.manifests.json_lines import numbered
from bot.manifests.json_words import BadLine
from bot.manifests.shapes import Kind, Line
from bot.manifests.told import told_line
from bot.pictures.limits import TILES
from bot.pictures.words import is_labeled, labels_of, told_by

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
    found = Counted()
    for number, body in numbered(chunks):
        try:
            line = told_line(number, body)
        except BadLine:
            found.unreadable += 1
            continue
        _count(found, line, attribute)
        if wish.line:
            if number == wish.line:
                found.shown.append(line)
        elif fits(line, attribute, wish, among):
            found.fitting += 1
            if len(found.numbers) < NUMBERS_MOST:
                found.numbers.append(number)
            if (found.fitting - 1) // TILES == wish.page - 1:
                found.shown.append(line)
    return found


def _count(found: Counted, line: Line, attribute: str) -> None:
    found.objects += 1
    told = told_by(line, attribute)
    if told is None or not is_labeled(told):
        return
    found.labeled += 1
    found.kinds.add(told.kind)
    labels = labels_of(told)
    if not labels:
        found.empty += 1
    for label, times in labels.items():
        known = label in found.labels or len(found.labels) < _LABELS_MOST
        count = found.labels.setdefault(label if known else OTHERS, LabelTimes())
        count.objects += 1
        count.times += times
