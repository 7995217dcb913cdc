"""Durations that people type (pure): read leniently, written back exactly."""

import re

_SECONDS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_PIECE = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([a-z]+)\.?")
_HALF_SAID = re.compile(r"(.*\d\s*h(?:ours?|rs?)?)\s*([0-5]?\d)")  # 1h30: minutes follow hours
_NUMBERS = {
    "half an": "0.5", "half a": "0.5", "an": "1", "a": "1", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip
_IN_WORDS = re.compile(rf"\b({'|'.join(_NUMBERS)}) (?=[a-z])")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")


def parse_duration(text: str) -> int | None:
    """Seconds from "5 min", "1h 30m", "1h30", "10 days", "1.5 hours", "half an hour", "00:05:00";
    None when it is not a duration.

    A bare number is not one: nobody can tell 5 minutes from 5 days. Neither is "1:30" (hours or
    minutes).
    """
    words = " ".join(text.lower().replace(" and ", " ").split())
    words = _IN_WORDS.sub(lambda said: f"{_NUMBERS[said[1]]} ", words)
    if clock := _CLOCK.fullmatch(words):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if said := _HALF_SAID.fullmatch(words):
        words = f"{said[1]} {said[2]} min"
    total, end, pieces = 0.0, 0, 0
    for piece in _PIECE.finditer(words):
        if words[end : piece.start()].strip(" ,") or piece[2] not in _SECONDS:
            return None
        total += float(piece[1].replace(",", ".")) * _SECONDS[piece[2]]
        end, pieces = piece.end(), pieces + 1
    return round(total) if pieces and not words[end:].strip(" ,") else None


def spell_duration(seconds: int) -> str:
    """The duration in full, to the second, so that reading it gives the same number: "1 hour 30
    minutes".
    """
    parts: list[str] = []
    left = max(0, seconds)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if number := left // size:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
            left %= size
    return " ".join(parts) or "0 seconds"
