"""How many events an app may get, and how many it must take, within an hour (facts sections 9 and
10).

Promises two verdicts on a sliding hour, counted by minutes and kept in memory: whether one more
event may be sent, and whether the app has failed so often that its subscription ends.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EventLimits"]

MINUTE = 60
HOUR = 60
LEAST_TAKEN = 0.05


class _Hour:
    """Counts of the last sixty minutes."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, int]] = deque()

    def add(self, minute: int, count: int) -> None:
        last = self._minutes.pop()[1] if self._minutes and self._minutes[-1][0] == minute else 0
        self._minutes.append((minute, last + count))

    def total(self, minute: int) -> int:
        while self._minutes and self._minutes[0][0] <= minute - HOUR:
            self._minutes.popleft()
        return sum(count for _minute, count in self._minutes)


class EventLimits:
    """`an_hour` events at most; at `enough` deliveries an hour, fewer than 5 % taken end the
    subscription.

    UNSURE: from how many deliveries on a failing app loses its subscription; Slack is known to
    spare quiet apps.
    """

    def __init__(self, clock: Callable[[], float], an_hour: int, enough: int) -> None:
        self._clock = clock
        self._an_hour = an_hour
        self._enough = enough
        self._lock = threading.Lock()
        self._told = -1
        self.renew()

    def renew(self) -> None:
        """Begin to count anew, with the subscription in force."""
        with self._lock:
            self._sent, self._tried, self._taken = _Hour(), _Hour(), _Hour()
            self.enabled = True

    @property
    def minute(self) -> int:
        """The minute it is, as seconds since 1970."""
        return int(self._clock()) // MINUTE * MINUTE

    def admit(self) -> bool:
        """Whether one more event may go out now; it is counted if so."""
        minute = self.minute // MINUTE
        with self._lock:
            if not self.enabled or self._sent.total(minute) >= self._an_hour:
                return False
            self._sent.add(minute, 1)
            return True

    def first_this_minute(self) -> bool:
        """Whether the app has not yet been told in this minute that it gets too many."""
        with self._lock:
            before, self._told = self._told, self.minute
            return before != self._told

    def note(self, *, taken: bool) -> None:
        """Count a delivery and how it went; may end the subscription."""
        minute = self.minute // MINUTE
        with self._lock:
            self._tried.add(minute, 1)
            self._taken.add(minute, int(taken))
            tried = self._tried.total(minute)
            if tried >= self._enough and self._taken.total(minute) < LEAST_TAKEN * tried:
                self.enabled = False
