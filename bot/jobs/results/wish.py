"""What somebody wants to see of a job's results (pure): which objects, which page, or one object
large.

Promises to buttons and windows: a wish fits a button's value, and whatever a button carries is read
as a wish or as none.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from bot.base.blocks import typed
from bot.manifests.shapes import Line
from bot.pictures.words import confidence_of, is_labeled, labels_of, told_by

Which = Literal["all", "labeled", "empty", "unlabeled", "differ"]


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """`label`, `which`, `below` (a confidence) and `worker` (who answered it, by their name at the
    engine) choose among the objects; `page` counts from 1; `line` is the number of one object that
    is shown large, 0 for a sheet. `only_counts`: no picture, and the counts in place of those that
    stand in a thread.
    """

    label: str = ""
    which: Which = "all"
    below: float | None = None
    worker: str = ""
    page: int = 1
    line: int = 0
    only_counts: bool = False

    @property
    def filtered(self) -> bool:
        """Whether it leaves some objects out."""
        chosen = (self.label, self.which != "all", self.below is not None, self.worker)
        return any(chosen)

    @property
    def of_answers(self) -> bool:
        """Whether people's own answers say which objects those are."""
        return self.which == "differ" or bool(self.worker)


class AskedOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wish with the job it is about, and the channel in which the person sees that job ("" for
    their Home). `lines` are objects to be verified, as a form takes them.
    """

    job: str
    channel: str = ""
    wish: Wish = Wish()
    lines: str = ""


_ASKED = msgspec.json.Decoder(AskedOf)


def written(asked: AskedOf) -> str:
    """As a button carries it."""
    return msgspec.json.encode(asked).decode()


def read(value: str) -> AskedOf | None:
    """What a button carries; None where that is no wish."""
    try:
        return _ASKED.decode(value)
    except msgspec.MsgspecError:
        return None


def fits(line: Line, attribute: str, wish: Wish, among: frozenset[int] = frozenset()) -> bool:
    """Whether the object is one of those that are wanted; `among` are the lines that people's
    answers choose, where the wish asks for those.
    """
    told = told_by(line, attribute)
    if told is None or not is_labeled(told):
        return chosen(line.number, None, None, wish, among)
    sure = confidence_of(told) if wish.below is not None else None
    return chosen(line.number, frozenset(labels_of(told)), sure, wish, among)


def chosen(
    number: int,
    labels: Collection[str] | None,
    sure: float | None,
    wish: Wish,
    among: frozenset[int] = frozenset(),
) -> bool:
    """Whether an object is wanted that has these `labels` (None: it is not labeled), the least sure
    of them `sure`.
    """
    if wish.of_answers and number not in among:
        return False
    is_which = {
        "all": True,
        "labeled": labels is not None,
        "empty": labels is not None and not labels,
        "unlabeled": labels is None,
        "differ": True,
    }[wish.which]
    is_low = wish.below is None or (sure is not None and sure < wish.below)
    return is_which and is_low and (not wish.label or wish.label in (labels or ()))


def words(wish: Wish, noun: str, person: str = "") -> str:
    """What was chosen, for people; "" where nothing was. `person` is whoever `wish.worker` is, as
    people are told.
    """
    which = {
        "all": "",
        "labeled": f"{noun}s with a label",
        "empty": f"{noun}s in which nothing is marked",
        "unlabeled": f"{noun}s without a label",
        "differ": f"{noun}s about which people differ most",
    }[wish.which]
    parts = [
        which,
        f"label {typed(wish.label, 100)}" if wish.label else "",
        f"confidence below {wish.below:g}" if wish.below is not None else "",
        f"labeled by {person or 'somebody'}" if wish.worker else "",
    ]
    return ", ".join(filter(None, parts))
