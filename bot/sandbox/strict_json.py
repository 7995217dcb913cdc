"""JSON as services read it: what a store and an answer can carry, and nothing else.

Python's reader takes more than JSON has (NaN, Infinity, numbers that overflow) and gives texts that
no encoder writes (lone surrogates); a stand-in that lets them in breaks later, far from the
request.
"""

from __future__ import annotations

import json
import math
from typing import Any

__all__ = ["loads"]


def loads(text: str | bytes) -> Any:
    """Read JSON; raises ValueError for what is none, is nested too deeply, or cannot be written as
    UTF-8 again.
    """
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is too large")
    return number
