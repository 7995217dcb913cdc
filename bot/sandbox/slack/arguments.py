"""The arguments of a Web API call: form fields and JSON bodies read alike."""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any

from bot.sandbox import strict_json
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON

__all__ = ["Arguments"]


class Arguments:
    """What a caller sent.

    Strings in forms may hold JSON (blocks, view, metadata); `opened` reads both. A missing required
    argument raises `invalid_arguments`, with the words Slack puts into response_metadata.
    """

    def __init__(self, values: JSON, base_url: str = "") -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self.base_url = base_url

    @staticmethod
    def read(body: bytes, content_type: str, query: str) -> Arguments:
        """Read a request; raises `invalid_json`, `json_not_object` or `invalid_form_data`."""
        values: JSON = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if content_type.startswith("application/json"):
            try:
                sent = strict_json.loads(body or b"{}")
            except ValueError as problem:
                raise SlackError("invalid_json") from problem
            if not isinstance(sent, dict):
                raise SlackError("json_not_object")
            return Arguments({**values, **sent})
        try:
            values.update(urllib.parse.parse_qsl(body.decode("utf-8"), keep_blank_values=True))
        except UnicodeDecodeError as problem:
            raise SlackError("invalid_form_data") from problem
        return Arguments(values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """A required string."""
        value = self.maybe_text(name)
        if value is None or not value:
            words = f"[ERROR] missing required field: {name}"
            raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
        return value

    def maybe_text(self, name: str) -> str | None:
        """A string, or None when it was not sent."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        return json.dumps(value)

    def flag(self, name: str) -> bool:
        """A yes or no; absent is no."""
        return str(self._values.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.maybe_text(name)
        if value is None or value == "":
            return default
        try:
            return int(float(value))
        except ValueError as problem:
            words = f"[ERROR] must be a number: {name}"
            raise SlackError(
                "invalid_arguments", response_metadata={"messages": [words]}
            ) from problem

    def names(self, name: str) -> list[str]:
        """A list that came as commas or as a JSON array."""
        value = self._values.get(name)
        if isinstance(value, str) and value[:1] != "[":
            return [part.strip() for part in value.split(",") if part.strip()]
        opened = self.opened(name, "invalid_arguments")
        return [str(part) for part in opened] if isinstance(opened, list) else []

    def opened(self, name: str, error: str) -> Any:
        """A JSON value, sent as itself or as a string of JSON; None when absent; raises `error`
        when it is neither.
        """
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return strict_json.loads(value)
        except ValueError as problem:
            raise SlackError(error) from problem
