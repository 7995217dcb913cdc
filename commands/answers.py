"""What a command or a form answers with."""

from typing import Any

from bot.base.blocks import Block, section
from bot.delivery.message import Message


def to_one(message: Message) -> dict[str, Any]:
    """A message for one person's eyes."""
    answer: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
    if message.blocks:
        answer["blocks"] = message.blocks
    return answer


def thanked(thanks: Block, *, new: bool) -> Block:
    """The window in a form's place; where an earlier press was taken, it says that this one added
    nothing to it.
    """
    if new:
        return thanks
    earlier = section(
        "An earlier press was taken. What was changed in the form after it is not part of it."
    )
    return {**thanks, "blocks": [*thanks["blocks"], earlier]}
