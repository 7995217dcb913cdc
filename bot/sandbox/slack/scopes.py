"""Which scope a Web API method needs, as the manifest grants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import channel_type, find_channel
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.state import Workspace

__all__ = ["EVENT_SCOPES", "check_scopes"]

METHOD_SCOPES = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "reactions.add": ("reactions:write",),
    "users.list": ("users:read",),
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "users.profile.get": ("users.profile:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "team.info": ("team:read",),
    "bots.info": ("users:read",),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.info": ("files:read",),
    "files.list": ("files:read",),
    "conversations.join": ("channels:join",),
}
"""One of these is needed."""

PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
READ = {"conversations.info", "conversations.members"}
HISTORY = {"conversations.history", "conversations.replies"}
LIST_KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}

EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "reaction_added": "reactions:read",
}
"""An event reaches the app only with its scope; the others need none."""


def check_scopes(workspace: Workspace, method: str, args: Arguments) -> None:
    """Raise `missing_scope` with `needed` and `provided` when the app may not call this."""
    granted = set(workspace.config.scopes)
    for needed in _needed(workspace, method, args):
        if not granted.intersection(needed):
            provided = ",".join(workspace.config.scopes)
            raise SlackError("missing_scope", needed=needed[0], provided=provided)


def _needed(workspace: Workspace, method: str, args: Arguments) -> list[tuple[str, ...]]:
    if method in METHOD_SCOPES:
        return [METHOD_SCOPES[method]]
    if method == "users.conversations" or method.startswith("conversations."):
        return _needed_for_channels(workspace, method, args)
    return []


def _needed_for_channels(
    workspace: Workspace, method: str, args: Arguments
) -> list[tuple[str, ...]]:
    if method in {"conversations.list", "users.conversations"}:
        kinds = args.names("types") or ["public_channel"]
        return [(f"{LIST_KINDS[kind]}:read",) for kind in kinds if kind in LIST_KINDS]
    if method == "conversations.open":
        return [("im:write", "mpim:write")]
    row = find_channel(workspace, args.maybe_text("channel") or "")
    prefix = PREFIX["channel" if row is None else channel_type(row)]
    if method in READ:
        return [(f"{prefix}:read",)]
    if method in HISTORY:
        return [(f"{prefix}:history",)]
    return [(f"{prefix}:manage", f"{prefix}:write.invites", f"{prefix}:write")]
