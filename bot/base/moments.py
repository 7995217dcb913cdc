"""Moments that the database's clock wrote, and what becomes of them when that clock is set back.

A clock that was a day ahead for a moment leaves rows that would wait for a day: nobody would send,
launch or hold a lease until then. So no moment is believed that lies further ahead than whoever
wrote it could rightly have meant.
"""

MARGIN = 60.0
"""Seconds beyond a rightful span: clocks are corrected by less every day, and nothing may end early
for that.
"""


def too_far(moment: str, span: float | str) -> str:
    """The SQL condition that the clock was set back since: `moment` lies more than `span` (seconds,
    or SQL) ahead.
    """
    return f"{moment} > :now + {span} + {MARGIN}"


def over(moment: str, span: float | str) -> str:
    """The SQL condition that `moment` is over, or was written by a clock that was set back
    since.
    """
    return f"({moment} <= :now OR {too_far(moment, span)})"
