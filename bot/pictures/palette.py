"""The colours of labels (pure): told apart by people who see colours differently, with names that
are read on each of them.
"""

import math
from collections.abc import Iterable

Colour = tuple[int, int, int]

# Okabe and Ito, "Color Universal Design" (2008), in an order in which neighbours differ most; their
# black is left out, for it is no colour over a dark picture.
LABELS: tuple[Colour, ...] = (
    (230, 159, 0),  # orange
    (86, 180, 233),  # sky blue
    (0, 158, 115),  # bluish green
    (204, 121, 167),  # reddish purple
    (240, 228, 66),  # yellow
    (0, 114, 178),  # blue
    (213, 94, 0),  # vermilion
)
INK: Colour = (0, 0, 0)
PAPER: Colour = (255, 255, 255)
GREY: Colour = (120, 120, 124)
PALE: Colour = (226, 226, 229)


class Colours:
    """Which colour each label has: by its place among `labels`, so that it stays from sheet to
    sheet; one that is not among them gets the next. After seven they begin again: the name is
    always there too.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        self._places: dict[str, int] = {}
        for label in labels:
            self.place(label)

    def place(self, label: str) -> int:
        """The label's number, from 0."""
        return self._places.setdefault(label, len(self._places))

    def of(self, label: str) -> Colour:
        """The label's colour."""
        return LABELS[self.place(label) % len(LABELS)]


def ink_on(ground: Colour) -> Colour:
    """Dark or white, whichever is read better on this ground (WCAG 2: the larger contrast)."""
    light = _light(ground)
    on_white, on_ink = 1.05 / (light + 0.05), (light + 0.05) / (_light(INK) + 0.05)
    return INK if on_ink >= on_white else PAPER


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2)."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(colour: Colour) -> float:
    """How light a colour is, 0 to 1 (WCAG 2: relative luminance)."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    if share <= 0.04045:  # noqa: PLR2004 - sRGB
        return share / 12.92
    return math.pow((share + 0.055) / 1.055, 2.4)
