"""Slack's Web API for whoever waits: each call takes at most what is left of the answer's time.

Promises to the listeners: however many questions one answer asks of Slack, together they share its 2.2 s (see
`bot.base.deadline`). Where nobody waits a call has its usual patience. It never tries again by itself.
"""

import ssl
from functools import cache

from slack_sdk import WebClient

from bot.base.deadline import left


class SlackClient(WebClient):
    """A client whose `timeout` (seconds) is read anew for each call; threads may share it."""

    def __init__(self, token: str, base_url: str, most: float) -> None:
        """Make a client that waits `most` seconds for a call, less where somebody waits."""
        self._most = most
        context = _certificates() if base_url.startswith("https") else None
        super().__init__(token, base_url=base_url, ssl=context, retry_handlers=[])

    @property  # type: ignore[override]
    def timeout(self) -> float:
        """How many seconds the next call may take."""
        return left(self._most)

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        """Ignore what the SDK sets in its constructor: the patience is `most`."""


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust: read once (17 ms) for all clients."""
    return ssl.create_default_context()
