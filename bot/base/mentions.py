"""Mentions in Slack's rich text (pure): which there are, and how they read.

Promises to review, worker page and windows: a person, a channel or a group is written by its name
wherever instructions are shown; who is not known is written in plain words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Names = Mapping[str, str]
"""How people, channels and groups are called, by id."""

# kind: the member that holds the id, the sign before the name, the words for one that is not known
_KINDS = {
    "user": ("user_id", "@", "someone"),
    "channel": ("channel_id", "#", "a channel"),
    "usergroup": ("usergroup_id", "@", "a group"),
    "team": ("team_id", "@", "a workspace"),
}


def mention_words(part: Mapping[str, Any], names: Names) -> str:
    """How a mention reads; "" for an element that is none."""
    kind = str(part.get("type"))
    if kind == "broadcast":
        return f"@{part.get('range') or 'everyone'}"
    if kind not in _KINDS:
        return ""
    member, sign, unknown = _KINDS[kind]
    return sign + names.get(str(part.get(member)), unknown)


def mentioned_in(rich: Any) -> Iterator[tuple[str, str]]:
    """(kind, id) of every mention in a piece of rich text, however deep."""
    pieces = [rich]
    while pieces:
        piece = pieces.pop()
        if not isinstance(piece, Mapping):
            continue
        kind = str(piece.get("type"))
        member, _sign, _unknown = _KINDS.get(kind, ("", "", ""))
        if isinstance(piece.get(member), str):
            yield kind, piece[member]
        elements = piece.get("elements")
        pieces += elements if isinstance(elements, list) else []
