"""What is delivered to the app and what came of it, over HTTP as over Socket Mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox import strict_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.slack.config import JSON

__all__ = ["OK", "Answer", "Delivery"]

OK = 200
Outcome = Literal["answered", "timeout", "http_error", "connection_failed", "not_connected"]


@dataclass(frozen=True)
class Delivery:
    """One thing for the app.

    `operation` is the journal's word ("app:/labeljob"), `envelope` the Socket Mode type, `encoding`
    how HTTP carries the payload: as form fields (commands), as a field `payload` (interactivity) or
    as JSON (events).
    """

    operation: str
    envelope: Literal["slash_commands", "interactive", "events_api"]
    payload: JSON
    encoding: Literal["fields", "payload", "json"]
    retry_num: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of it: the app's status and body, or why there is none."""

    outcome: Outcome
    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """The app took it."""
        return self.outcome == "answered" and self.status == OK

    def opened(self) -> Any:
        """The body as JSON; a plain text as {"text": ...}; None when it is empty."""
        if not self.body.strip():
            return None
        try:
            return strict_json.loads(self.body)
        except ValueError:
            return {"text": self.body.decode("utf-8", "replace")}
