"""How far this machine's clock is from another one, told by the other's Date header."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bot.base.blocks import count
from bot.runtime.doctor.examination import Finding, NotAsked, Verdict

LOOK_AFTER = 60.0  # seconds
FAILS_AFTER = 240.0  # seconds: Slack's signatures die at 300 s, those of AWS at 300 s (S3 at 900 s)


def skew(headers: Mapping[str, object], began: float, ended: float) -> float | None:
    """Seconds that the other clock is ahead; None without a Date. `began` and `ended` are ours
    round the request.
    """
    found = next((value for name, value in headers.items() if name.lower() == "date"), None)
    text = found[0] if isinstance(found, list) and found else found
    if not isinstance(text, str):
        return None
    try:
        there = parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
    # A Date has whole seconds, cut off: half a second on average.
    return there + 0.5 - (began + ended) / 2


def judged(found: float | None, whose: str) -> Finding:
    """What a difference means.

    Raises:
        NotAsked: there was no answer, or no Date in it.

    """
    if found is None:
        raise NotAsked(f"no date from {whose}")
    seconds = round(abs(found))
    words = f"{count(seconds, 'second')} {'behind' if found > 0 else 'ahead of'} {whose}'s"
    if seconds > FAILS_AFTER:
        return Finding(
            Verdict.FAILS, f"This machine's clock is {words}; signatures die at 300 seconds."
        )
    if seconds > LOOK_AFTER:
        return Finding(Verdict.LOOK, f"This machine's clock is {words}.")
    return Finding(Verdict.OK, f"Less than {LOOK_AFTER:.0f} seconds from {whose}'s.")
