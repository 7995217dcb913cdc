"""What is said (pure): a message is its plain text and its blocks, and knows its own
fingerprint.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A message for people.

    `text` says the same as `blocks` in words: it is the notification and what a screen reader reads
    (Slack does not read blocks out). `blocks` may be empty for a plain line. Slack takes 50 blocks
    and about 12,000 characters.
    """

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def payload(self) -> dict[str, Any]:
        """The arguments of chat.postMessage / chat.update that carry this message."""
        return {"text": self.text, "blocks": self.blocks}

    def digest(self) -> str:
        """A fingerprint of everything a reader would see; equal digests need no edit."""
        return hashlib.sha256(json.dumps(self.payload(), sort_keys=True).encode()).hexdigest()
