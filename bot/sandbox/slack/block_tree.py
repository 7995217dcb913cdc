"""Walking through blocks: the ids Slack makes up, and the elements people can use (pure but for the
made-up ids).
"""

from __future__ import annotations

import copy
import secrets
import string
from typing import TYPE_CHECKING

from bot.sandbox.slack.block_kit.elements import INTERACTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.slack.config import JSON

__all__ = ["elements", "find_element", "input_blocks", "with_ids"]

ID_LETTERS = string.ascii_letters + string.digits


def with_ids(blocks: list[JSON]) -> list[JSON]:
    """A copy in which every block has a block_id and every interactive element an action_id, as
    Slack sends back.
    """
    whole = copy.deepcopy(blocks)
    for block in whole:
        if block.get("type") == "markdown":
            block.pop("block_id", None)  # Slack ignores it here
        block.setdefault("block_id", _made_up())
        for element in _elements_of(block):
            element.setdefault("action_id", _made_up())
        for child in block.get("child_blocks") or []:
            child.setdefault("block_id", _made_up())
            for element in _elements_of(child):
                element.setdefault("action_id", _made_up())
    return whole


def _made_up() -> str:
    return "".join(secrets.choice(ID_LETTERS) for _ in range(5))


def _elements_of(block: JSON) -> Iterator[JSON]:
    kind = block.get("type")
    if kind == "section":
        found = [block["accessory"]] if isinstance(block.get("accessory"), dict) else []
    elif kind == "input":
        found = [block["element"]]
    elif kind in {"actions", "context_actions"}:
        found = block["elements"]
    elif kind == "card":
        found = block.get("actions") or []
    elif kind == "carousel":
        found = [action for card in block["elements"] for action in card.get("actions") or []]
    else:
        found = []
    yield from (element for element in found if element.get("type") in INTERACTIVE)


def elements(blocks: list[JSON]) -> Iterator[tuple[JSON, JSON]]:
    """Every interactive element with its block, in order."""
    for block in blocks:
        for element in _elements_of(block):
            yield block, element
        if block.get("child_blocks"):
            yield from elements(block["child_blocks"])


def find_element(blocks: list[JSON], block_id: str, action_id: str) -> tuple[JSON, JSON] | None:
    """The block and the element with these ids."""
    for block, element in elements(blocks):
        if block.get("block_id") == block_id and element.get("action_id") == action_id:
            return block, element
    return None


def input_blocks(blocks: list[JSON]) -> set[str]:
    """The block_ids of the input blocks."""
    return {str(block["block_id"]) for block in blocks if block.get("type") == "input"}
