"""What somebody wants to see of a dataset (pure): which pictures, which page, or one large.

Promises to buttons and windows: a wish fits a button's value, and whatever a button carries is read
as a wish or as none.
"""

from typing import Any, Literal

import msgspec

from bot.base.blocks import typed
from bot.datasets.lifecycle import Report

Which = Literal["all", "labeled", "unlabeled", "errors"]
LABEL_MAX = 255  # Rekognition: DatasetLabel 1..255
NAME_MAX = 200  # ours: a part of an address, in a button; Rekognition takes 2,048
PAGES_MAX = 500  # ours: AWS lists from the beginning, 100 pictures a call of a fifth of a second


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """`which`, `label` and `part` (of an address) choose among the pictures; `page` counts from 1;
    `at` is the place in that list of one picture that is shown large, 0 for a sheet.
    """

    which: Which = "all"
    label: str = ""
    part: str = ""
    page: int = 1
    at: int = 0

    @property
    def filters(self) -> dict[str, Any]:
        """The filters of ListDatasetEntries for it."""
        found: dict[str, Any] = {}
        if self.which in {"labeled", "unlabeled"}:
            found["Labeled"] = self.which == "labeled"
        if self.which == "errors":
            found["HasErrors"] = True
        if self.label:
            found["ContainsLabels"] = [self.label]
        if self.part:
            found["SourceRefContains"] = self.part
        return found


class AskedOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wish with the dataset it is about."""

    dataset: str
    wish: Wish = Wish()


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


def fitting(wish: Wish, report: Report, with_label: int | None) -> int | None:
    """How many pictures are those that are wanted, None where AWS counts no such pictures;
    `with_label` have the label that is wanted, None where that is not known.
    """
    if wish.part or (wish.label and wish.which != "all"):
        return None
    if wish.label:
        return with_label
    return {
        "all": report.total,
        "labeled": report.labeled,
        "unlabeled": max(0, report.total - report.labeled),
        "errors": report.errors,
    }[wish.which]


def words(wish: Wish) -> str:
    """What was chosen, for people; "" where nothing was."""
    which = {
        "all": "",
        "labeled": "with a label",
        "unlabeled": "without a label",
        "errors": "with errors",
    }[wish.which]
    parts = [
        which,
        f"label {typed(wish.label, 100)}" if wish.label else "",
        f"“{typed(wish.part, 100)}” in the address" if wish.part else "",
    ]
    return ", ".join(filter(None, parts))
