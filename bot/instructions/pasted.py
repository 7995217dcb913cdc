"""Pictures that were pasted into instructions as Ground Truth's own templates write them (pure).

Promises to the review: `{{ 's3://bucket/good.png' | grant_read_access }}` is found however Slack
has bent its quotes, and can be taken out of the text, which shows it as signs alone.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.base.blocks import rich_words

_QUOTE = "[\"'‘’“”`]"  # noqa: RUF001 - Slack's clients bend quotes
_PASTED = re.compile(
    rf"\{{\{{-?\s*{_QUOTE}?(s3://[^\s\"'‘’“”`|{{}}]+){_QUOTE}?\s*\|\s*grant_read_access\s*-?\}}\}}"  # noqa: RUF001
)


def pasted_in(rich: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The S3 addresses that a rich text shows pictures of, each once."""
    return tuple(dict.fromkeys(_PASTED.findall(rich_words(rich))))


def without_pasted(rich: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The rich text without them; one that Slack has cut into several pieces stays."""
    return _without(rich) if rich else None


def _without(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _kept(name, value) for name, value in part.items()}
    if isinstance(part, list):
        return [_without(one) for one in part]
    return part


def _kept(name: str, value: Any) -> Any:
    if name != "text" or not isinstance(value, str) or not _PASTED.search(value):
        return _without(value)
    return _PASTED.sub("", value) or " "  # Slack takes no empty text
