"""What people type, as Slack stores it: entities escaped, names of people and channels made into
mentions.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import find_channel
from bot.sandbox.slack.people import person_named

if TYPE_CHECKING:
    from bot.sandbox.slack.state import Workspace

__all__ = ["stored"]

MENTION = re.compile(r"<(?:[@#][A-Z0-9]+(?:\|[^<>]*)?|![a-z]+)>")
NAMED = re.compile(r"(?<![\w@])@([A-Za-z0-9._-]+)")
HASHED = re.compile(r"(?<![\w#&/])#([a-z0-9_-]+)")


def stored(workspace: Workspace, text: str) -> str:
    """The text with & < > escaped and @name, #name (public channels) as <@U…>, <#C…|name>; mentions
    stay.
    """
    parts: list[str] = []
    at = 0
    for found in MENTION.finditer(text):
        parts += [_named(workspace, text[at : found.start()]), found.group()]
        at = found.end()
    parts.append(_named(workspace, text[at:]))
    return "".join(parts)


def _named(workspace: Workspace, text: str) -> str:
    def mention(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in {"channel", "here", "everyone"}:
            return f"<!{name}>"
        person = person_named(workspace, name)
        return f"<@{person['id']}>" if person else found.group()

    def place(found: re.Match[str]) -> str:
        row = find_channel(workspace, found.group())
        return f"<#{row['id']}|{row['name']}>" if row and not row["is_private"] else found.group()

    return HASHED.sub(place, NAMED.sub(mention, html.escape(text, quote=False)))
