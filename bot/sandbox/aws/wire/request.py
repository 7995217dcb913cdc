"""One HTTP request as AWS services look at it: the path undecoded, the query in order, headers in
lower case.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote, unquote_plus

from bot.sandbox.aws.wire.errors import AwsError

__all__ = ["AwsRequest", "is_whole", "whole"]

LONGEST_NUMBER = 9
"""Digits: what is longer is no number of parts, keys or seconds."""


@dataclass(frozen=True)
class AwsRequest:
    """A request; `raw_path` and `raw_query` are as they came over the wire (percent-encoded,
    without `?`).
    """

    method: str
    raw_path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @classmethod
    def from_scope(cls, scope: Any, body: bytes) -> "AwsRequest":
        """Read an ASGI scope; several headers of one name are joined by a comma."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return cls(
            method=scope["method"],
            raw_path=scope["raw_path"].decode("latin-1"),
            raw_query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
        )

    @cached_property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The query's names and values, still encoded, in order."""
        pairs = [part.partition("=") for part in self.raw_query.split("&") if part]
        return [(name, value) for name, _, value in pairs]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query decoded; a name without a value has an empty one."""
        return {unquote(name): unquote_plus(value) for name, value in self.query_pairs}

    @property
    def path(self) -> str:
        """The path, decoded once."""
        return unquote(self.raw_path)

    @property
    def base_url(self) -> str:
        """The address that the caller used for this server."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


def is_whole(text: str) -> bool:
    """Whether it is a whole number of a usual size, in plain digits."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


def whole(request: AwsRequest, name: str, default: int) -> int:
    """A number of the query; raises InvalidArgument when it is none."""
    text = request.query.get(name, "")
    if text and not is_whole(text):
        raise AwsError("InvalidArgument", f"Provided {name} not an integer or within integer range")
    return int(text) if text else default
