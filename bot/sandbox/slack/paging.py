"""Pages by cursor, as the Web API cuts its lists."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.slack.arguments import Arguments

__all__ = ["page"]


def page(
    items: Sequence[Any], args: Arguments, *, default: int, largest: int
) -> tuple[list[Any], str]:
    """The wanted part of a list and the cursor of the next part ("" at the end).

    `limit` counts items, up to `largest`; raises `invalid_limit` and `invalid_cursor`.
    """
    limit = args.number("limit", default)
    if limit < 0:
        raise SlackError("invalid_limit")
    limit = min(limit or default, largest)
    start = _position(args.maybe_text("cursor") or "")
    cursor = (
        base64.b64encode(f"next:{start + limit}".encode()).decode()
        if start + limit < len(items)
        else ""
    )
    return list(items[start : start + limit]), cursor


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise SlackError("invalid_cursor")
        return int(number)
    except (binascii.Error, ValueError) as problem:
        raise SlackError("invalid_cursor") from problem
