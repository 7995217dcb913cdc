"""What is in the workspace on its first day: people, channels, a few messages, all from the
configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.block_tree import with_ids
from bot.sandbox.slack.channels import seed_channels
from bot.sandbox.slack.messages import bot_message, post_message
from bot.sandbox.slack.people import bot_user_id, seed_people

if TYPE_CHECKING:
    from bot.sandbox.slack.state import Workspace

__all__ = ["seed"]


def seed(workspace: Workspace) -> None:
    """Write the seeds into a new store; a store that has them is left as it is."""
    if workspace.setting("seeded") is not None:
        return
    with workspace.store.write():
        seed_people(workspace)
        seed_channels(workspace)
        roots: list[str] = []
        for given in workspace.config.messages:
            user = given.get("user", "bot")
            blocks = given.get("blocks")
            if user in {"bot", bot_user_id(workspace)}:
                message = bot_message(
                    workspace, given.get("text", ""), with_ids(blocks) if blocks else None
                )
            else:
                message = {"type": "message", "user": user, "text": given.get("text", "")}
            # thread_of counts the seed messages from 0.
            root = None if given.get("thread_of") is None else roots[given["thread_of"]]
            posted = post_message(workspace, given["channel"], message, thread_ts=root)
            roots.append(posted["ts"])
        workspace.set_setting("seeded", "yes")
