"""How often the app may call: Slack's tiers per method, and one message a second in a channel
(facts section 9).
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RateLimits"]

TIER_2, TIER_3, TIER_4 = 20, 50, 100
TIERS = {
    "conversations.list": TIER_2,
    "users.list": TIER_2,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.join": TIER_3,
    "conversations.open": TIER_3,
    "conversations.invite": TIER_3,
    "conversations.leave": TIER_3,
    "conversations.info": TIER_3,
    "users.conversations": TIER_3,
    "reactions.add": TIER_3,
    "users.lookupByEmail": TIER_3,
    "apps.connections.open": TIER_3,
    "files.list": TIER_3,
    "team.info": TIER_3,
    "bots.info": TIER_3,
}
"""Calls a minute; everything else is tier 4."""
SPECIAL = {"auth.test": 300, "api.test": 300, "chat.getPermalink": 300, "chat.postMessage": 600}
# UNSURE: the workspace-wide cap on chat.postMessage is "several hundred a minute"; 600 here.
RESPONSE_URL = "response_url"
# UNSURE: one answer a second through a response_url; that three may come at once is a guess.
RESPONSE_BURST = 3.0
KEPT_BUCKETS = 5_000
CHANNEL_BURST = 5.0
CHANNEL_A_SECOND = 1.0


class RateLimits:
    """Token buckets, kept in memory; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def wait_for(self, method: str, channel: str = "") -> int:
        """Whole seconds to wait before this call may come again; 0 lets it pass and counts it.

        For answers through a response_url `channel` is the address.
        """
        with self._lock:
            if method == RESPONSE_URL:
                return self._take((method, channel), RESPONSE_BURST, CHANNEL_A_SECOND)
            a_minute = SPECIAL.get(method, TIERS.get(method, TIER_4))
            waits = [self._take((method, ""), float(a_minute), a_minute / 60)]
            if not waits[0] and method == "chat.postMessage" and channel:
                waits.append(self._take((method, channel), CHANNEL_BURST, CHANNEL_A_SECOND))
        return max(waits)

    def _take(self, key: tuple[str, str], size: float, a_second: float) -> int:
        now = self._clock()
        # a bucket that nobody touched for minutes is full again
        if len(self._buckets) > KEPT_BUCKETS:
            self._buckets = {name: one for name, one in self._buckets.items() if now - one[1] < 300}  # noqa: PLR2004
        tokens, filled_at = self._buckets.get(key, (size, now))
        tokens = min(size, tokens + max(0.0, now - filled_at) * a_second)
        if tokens < 1.0:
            self._buckets[key] = (tokens, now)
            return max(1, math.ceil((1.0 - tokens) / a_second))
        self._buckets[key] = (tokens - 1.0, now)
        return 0
