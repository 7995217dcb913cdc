"""Video blocks: Slack embeds a video only for an app that has the scope for it and owns the video's
domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.slack.block_kit.report import Problem

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["unplayable_videos"]


def unplayable_videos(
    workspace: Workspace, blocks: list[JSON] | None, surface: str = "message"
) -> list[Problem]:
    """Problems of videos without links.embed:write, or from none of the manifest's unfurl
    domains.
    """
    code, pointer = (
        ("invalid_blocks", "/blocks")
        if surface == "message"
        else ("invalid_arguments", "/view/blocks")
    )
    may_embed = "links.embed:write" in workspace.config.scopes
    domains = workspace.config.features.get("unfurl_domains") or []
    problems = []
    for number, block in enumerate(blocks or []):
        if block.get("type") != "video":
            continue
        host = urlsplit(str(block.get("video_url"))).hostname or ""
        known = any(host == domain or host.endswith(f".{domain}") for domain in domains)
        if not (may_embed and known):
            # UNSURE: the words of this refusal; that the scope and the domain are needed is
            # documented.
            problems.append(
                Problem(code, "video_url is not embeddable", f"{pointer}/{number}/video_url")
            )
    return problems
