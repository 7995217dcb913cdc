"""The Web API's files.*: the three steps of an upload, and what is known of a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.slack import files
from bot.sandbox.slack.block_tree import with_ids
from bot.sandbox.slack.channels import is_member
from bot.sandbox.slack.chat import checked_content, writable_channel
from bot.sandbox.slack.messages import bot_message, post_message
from bot.sandbox.slack.paging import page
from bot.sandbox.slack.people import bot_user_id
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["METHODS", "receive_bytes", "share_files"]

ALT_TEXT = 1000


def _get_url(workspace: Workspace, args: Arguments) -> JSON:
    name = args.text("filename")
    length = args.number("length", 0)
    if length <= 0:
        words = "[ERROR] must be greater than 0 [json-pointer:/length]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    alt_txt = args.maybe_text("alt_txt") or ""
    if len(alt_txt) > ALT_TEXT:
        words = f"[ERROR] must be less than {ALT_TEXT + 1} characters [json-pointer:/alt_txt]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    row = files.new_file(workspace, bot_user_id(workspace), name, length=length, alt_txt=alt_txt)
    return {
        "upload_url": f"{workspace.base_url}/upload/v1/{row['id']}/{row['secret']}",
        "file_id": row["id"],
    }


def receive_bytes(workspace: Workspace, file_id: str, secret: str, body: bytes) -> str | None:
    """Take the bytes of an upload; gives what is wrong, or None.

    UNSURE: what Slack answers when the length is not the promised one; here the upload is refused.
    """
    row = files.file_row(workspace, file_id)
    if row is None or row["secret"] != secret or row["state"] != "waiting":
        return "This upload address is not known or has been used."
    promised = json.loads(row["data"])["length"]
    if len(body) != promised:
        return f"{len(body)} bytes came, {promised} were promised."
    files.keep_bytes(workspace, file_id, body)
    return None


def _complete(workspace: Workspace, args: Arguments) -> JSON:
    given = args.opened("files", "invalid_arguments")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        words = "[ERROR] missing required field: files"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    ids = [str(one.get("id")) for one in given]
    for file_id in ids:
        row = files.file_row(workspace, file_id)
        if row is None or row["person"] != bot_user_id(workspace) or row["state"] == "waiting":
            raise SlackError("file_not_found")
    channels = [args.text("channel_id")] if "channel_id" in args else args.names("channels")
    places = [writable_channel(workspace, channel) for channel in channels]
    for place in places:
        if not is_member(workspace, place["id"], bot_user_id(workspace)):
            raise SlackError("not_in_channel")
    ready_at = workspace.now + workspace.file_seconds
    for one in given:
        title = one.get("title")
        named = {"title": title} if title else {}
        files.set_file(workspace, str(one["id"]), "done", ready_at=ready_at, **named)
    comment = args.maybe_text("initial_comment")
    # Slack ignores blocks when there is an initial comment.
    blocks = None if comment else args.opened("blocks", "invalid_blocks_format")
    if blocks:
        checked_content(workspace, {"text": "", "blocks": blocks})
    for place in places:
        message = bot_message(workspace, comment or "", with_ids(blocks) if blocks else None)
        share_files(workspace, place["id"], message, ids, args.maybe_text("thread_ts"))
    return {"files": [files.file_json(workspace, file_id) for file_id in ids]}


def share_files(
    workspace: Workspace, channel: str, message: JSON, file_ids: list[str], thread_ts: str | None
) -> JSON:
    """Post a message that shares files; gives it as the app sees it."""
    whole = {
        **message,
        "subtype": "file_share",
        "upload": True,
        "file_ids": file_ids,
        "display_as_bot": False,
    }
    # Whoever sees the message sees its files, from the first moment on.
    for file_id in file_ids:
        files.open_to(workspace, file_id, channel)
    posted = post_message(workspace, channel, whole, thread_ts=thread_ts)
    for file_id in file_ids:
        files.share(workspace, file_id, channel, posted["ts"])
    return posted


def _info(workspace: Workspace, args: Arguments) -> JSON:
    row = files.file_row(workspace, args.text("file"))
    if (
        row is None
        or row["state"] == "waiting"
        or not files.may_see(workspace, row, bot_user_id(workspace))
    ):
        raise SlackError("file_not_found")
    return {
        "file": files.file_json(workspace, row["id"]),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _list(workspace: Workspace, args: Arguments) -> JSON:
    with workspace.store.read() as db:
        rows = db.execute("SELECT * FROM file WHERE state='done' ORDER BY rowid DESC").fetchall()
    bot = bot_user_id(workspace)
    channel = args.maybe_text("channel")
    seen = [
        files.file_json(workspace, row["id"])
        for row in rows
        if files.may_see(workspace, row, bot)
        and (
            channel is None
            or any(place == channel for place, _ts in json.loads(row["data"])["shares"])
        )
    ]
    shown, _cursor = page(seen, args, default=100, largest=1000)
    return {"files": shown, "paging": {"count": 100, "total": len(seen), "page": 1, "pages": 1}}


METHODS = {
    "files.getUploadURLExternal": _get_url,
    "files.completeUploadExternal": _complete,
    "files.info": _info,
    "files.list": _list,
}
