"""Which of the known names somebody may have meant (pure)."""

from collections.abc import Iterable
from difflib import get_close_matches

_AT_MOST = 3
_ALIKE = 0.6  # difflib's own measure of what is close


def nearest(typed: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like what was typed, the nearest first; capitals do not
    count.
    """
    by_key = {each.casefold(): each for each in known}
    keys = get_close_matches(typed.strip().casefold(), by_key, _AT_MOST, _ALIKE)
    return [by_key[key] for key in keys]
