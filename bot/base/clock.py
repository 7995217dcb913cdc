"""The clock and the ids: passed in everywhere, so that tests choose time and chance."""

from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils

Clock = Callable[[], datetime]
NewId = Callable[[], str]


def system_clock() -> datetime:
    """The time now, with its zone (UTC)."""
    return datetime.now(UTC)


def new_id() -> str:
    """A time-ordered id (UUIDv7) of 32 hex digits."""
    return uuid_utils.uuid7().hex
