"""JSON values of any shape, read without surprise (pure): what is not there, or is something else,
is empty.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any


def text(value: Any) -> str:
    """The text; "" for anything else."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    """The number as a float; None for anything else (a truth value and an empty list too), and for
    what no float holds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        read = float(value)
    except OverflowError:
        return None
    return read if isfinite(read) else None


def numbers(value: Any, names: Iterable[str]) -> list[float]:
    """The object's members of these names; none where one of them is no number."""
    found = [number(member(value, name)) for name in names]
    return [] if None in found else [each for each in found if each is not None]


def member(value: Any, name: str) -> Any:
    """The object's member of this name; None where there is none, or no object."""
    return value.get(name) if isinstance(value, dict) else None


def items(value: Any) -> list[Any]:
    """The list; an empty one for anything else."""
    return value if isinstance(value, list) else []
