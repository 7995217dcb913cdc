"""How long models may run (pure): LABELJOB_MODEL_HOURS as it is written, and what it means."""

import math
import re
from collections.abc import Mapping

from bot.base.open_places import OTHERS

HOURS_MAX = 24 * 7  # ours: whoever wants more starts it again
DEFAULT = 8.0
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,}")
_SAMPLE = "8, C0123456789=2"


def read_hours(text: str) -> dict[str, float]:
    """Hours by channel, from `8, C0DATA=2`: a number alone is that of every channel that is not
    named.

    Raises:
        ValueError: with words for each entry that is wrong.

    """
    found: dict[str, float] = {}
    wrong: list[str] = []
    for entry in filter(None, map(str.strip, text.split(","))):
        channel, equals, number = (part.strip() for part in entry.rpartition("="))
        name = channel if equals else OTHERS
        hours = _hours(number)
        if name != OTHERS and not _CHANNEL.fullmatch(name):
            wrong.append(f"“{entry[:60]}” does not begin with a channel's id (C…).")
        elif name in found:
            wrong.append(f"“{entry[:60]}” is the second for the same channel.")
        elif hours is None:
            wrong.append(f"“{entry[:60]}” is not a number of hours up to {HOURS_MAX}.")
        else:
            found[name] = hours
    if wrong:
        raise ValueError(f"{' '.join(wrong)} Write it like {_SAMPLE}.")
    return {OTHERS: DEFAULT, **found}


def longest_of(hours: Mapping[str, float], channel: str) -> int:
    """How long a model may run that is started from a channel, in seconds."""
    return round(3600 * hours.get(channel, hours[OTHERS]))


def _hours(text: str) -> float | None:
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if math.isfinite(hours) and 1 / 60 <= hours <= HOURS_MAX else None
