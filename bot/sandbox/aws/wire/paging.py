"""Pages of a list: a token that says where the next one begins and for which question it was
given.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox import strict_json

__all__ = ["BadToken", "opened", "question", "sealed"]


class BadToken(Exception):
    """The token was made up, cut short, or given for another question."""


def question(asked: Mapping[str, Any]) -> str:
    """What makes two requests the same list: everything but the page's size and place."""
    rest = {name: value for name, value in asked.items() if name not in {"NextToken", "MaxResults"}}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()[:16]


def sealed(asked: Mapping[str, Any], place: Sequence[Any]) -> str:
    """The token for the page that begins after `place`."""
    return base64.urlsafe_b64encode(json.dumps([question(asked), *place]).encode()).decode()


def opened(asked: Mapping[str, Any]) -> list[Any] | None:
    """The place of the request's NextToken; None without one. Raises BadToken."""
    token = asked.get("NextToken")
    if not token:
        return None
    try:
        whose, *place = strict_json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError) as error:
        raise BadToken from error
    if whose != question(asked):
        raise BadToken
    return list(place)
