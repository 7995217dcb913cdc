"""Slack fetches every image_url when a message or view arrives, and refuses all of it when one is
no picture.

Promises the same for addresses on this machine, within 3 seconds. An address anywhere else is taken
unseen, because the practice workspace must never reach out of the machine.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.slack.block_kit.report import Problem
from bot.sandbox.slack.validate import pictures

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON

__all__ = ["unreachable_pictures"]

FETCH_SECONDS = 3.0
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# GIF, JPEG, PNG. Slack has refused WebP, so it is no picture here.
MAGIC = (b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def unreachable_pictures(blocks: list[JSON] | None, surface: str = "message") -> list[Problem]:
    """Problems of pictures that could not be downloaded; empty when all could."""
    code = "invalid_blocks" if surface == "message" else "invalid_arguments"
    found = pictures(blocks, surface) if blocks else []
    return [
        Problem(code, "downloading image failed", place)
        for place, url in found
        if not _is_picture(url)
    ]


def _is_picture(url: str) -> bool:
    try:
        if urlsplit(url).hostname not in LOOPBACK:
            return True
        # The scheme was checked by the validator: http or https.
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310
            head: bytes = answer.read(16)
    except (urllib.error.URLError, OSError, ValueError, http.client.HTTPException):
        return False
    return head.startswith(MAGIC)
