"""Somebody waits for an answer: whatever is waited for on their behalf shares one deadline.

Slack waits three seconds. A lock, the answer to a repeat and a question to AWS each have their own
patience, and together they would be longer than that.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LEAST = 0.05  # seconds that something is waited for in any case

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float, since: float | None = None) -> Iterator[None]:
    """Everything that is waited for inside, by this thread, takes no longer than `seconds`
    altogether: from now on, or from `since` on the monotonic clock.
    """
    began = time.monotonic() if since is None else since
    token = _deadline.set(began + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def hurried() -> bool:
    """Whether somebody waits."""
    return _deadline.get() is not None


def over() -> bool:
    """Whether somebody waits whose time has passed: nothing more is begun for them."""
    end = _deadline.get()
    return end is not None and time.monotonic() >= end


def left(most: float) -> float:
    """How many seconds may be waited for something that is worth `most`."""
    end = _deadline.get()
    return most if end is None else max(_LEAST, min(most, end - time.monotonic()))
