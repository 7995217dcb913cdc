"""Slack's Web API for whoever waits: each call takes at most what is left of the answer's time.

Promises to the listeners: however many questions one answer asks of Slack, together they share its
2.2 s (see `bot.base.deadline`). Where nobody waits a call has its usual patience. It never tries
again by itself.
"""

import ssl
from functools import cache

from slack_sdk import WebClient

from bot.base.deadline import left
from bot.base.settings import Settings

_ANSWER_TIMEOUT = 2.0  # seconds that Slack's own API may take while a person waits for an answer


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


def client_of(settings: Settings, *, answering: bool) -> SlackClient:
    """Make the bot's client, of short patience where somebody waits; it never tries again by
    itself.

    A second try can double a post.
    """
    most = _ANSWER_TIMEOUT if answering else settings.slack_timeout
    return SlackClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, most)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust: read once (17 ms) for all clients."""
    return ssl.create_default_context()
