"""The Web API's chat.* and reactions.*: what the app says, changes and takes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.sandbox.slack.block_kit.blocks import MARKDOWN_TOTAL
from bot.sandbox.slack.block_tree import with_ids
from bot.sandbox.slack.channels import find_channel, is_member, open_im
from bot.sandbox.slack.messages import (
    MAX_TEXT,
    bot_message,
    change_message,
    delete_message,
    find_message,
    post_message,
    show_ephemeral,
    shown,
    tell_changed,
    tell_reaction,
)
from bot.sandbox.slack.people import bot_user_id, find_person
from bot.sandbox.slack.pictures import unreachable_pictures
from bot.sandbox.slack.shown_files import unusable_files
from bot.sandbox.slack.state import SlackError
from bot.sandbox.slack.validate import validate_message
from bot.sandbox.slack.videos import unplayable_videos

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.block_kit.report import Problem
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["METHODS", "checked_content", "refuse", "writable_channel"]

# When several things are wrong Slack names the first of these.
ORDER = ("no_text", "invalid_blocks_format", "invalid_blocks", "msg_blocks_too_long")


def refuse(problems: list[Problem]) -> None:
    """Raise what Slack answers to these problems; nothing when there are none."""
    if not problems:
        return
    codes = [problem.code for problem in problems]
    code = next((known for known in ORDER if known in codes), codes[0])
    words = [str(problem) for problem in problems]
    raise SlackError(
        code,
        errors=[one.removeprefix("[ERROR] ") for one in words],
        response_metadata={"messages": words},
    )


def checked_content(workspace: Workspace, payload: JSON) -> None:
    """Refuse text, blocks and metadata that Slack would refuse, pictures included."""
    refuse(validate_message(payload))
    refuse(unplayable_videos(workspace, payload.get("blocks")))
    refuse(
        unreachable_pictures(payload.get("blocks"))
        + unusable_files(workspace, payload.get("blocks"))
    )


def content_of(workspace: Workspace, args: Arguments) -> JSON:
    """Text, blocks, attachments and metadata of a call, opened and checked; markdown_text becomes a
    markdown block.
    """
    content = {
        "text": args.maybe_text("text"),
        "blocks": args.opened("blocks", "invalid_blocks_format"),
        "attachments": args.opened("attachments", "invalid_attachments"),
        "metadata": args.opened("metadata", "invalid_metadata_format"),
    }
    _take_markdown(content, args.maybe_text("markdown_text"))
    checked_content(workspace, content)
    return content


def _take_markdown(content: JSON, markdown: str | None) -> None:
    """Slack's other way to say something: standard Markdown, 12,000 characters, never beside text
    or blocks.
    """
    if markdown is None:
        return
    if content["text"] or content["blocks"]:
        raise SlackError("markdown_text_conflict")
    if not markdown:
        raise SlackError("no_text")
    if len(markdown) > MARKDOWN_TOTAL:
        # UNSURE: which error a markdown_text beyond 12,000 characters gives; the page only names
        # the number.
        raise SlackError("msg_too_long")
    # UNSURE: how Slack gives such a message back; here as one markdown block, with its source as
    # the text.
    content.update(text=markdown, blocks=[{"type": "markdown", "text": markdown}])


def writable_channel(workspace: Workspace, name: str) -> sqlite3.Row:
    """Where the app may write: where it is a member, and with chat:write.public in every public
    channel.

    A person's id means the direct message with them. Raises `channel_not_found`, `not_in_channel`,
    `is_archived`.
    """
    bot = bot_user_id(workspace)
    if find_person(workspace, name) is not None:
        name = open_im(workspace, name, bot)
    row = find_channel(workspace, name)
    if row is None:
        raise SlackError("channel_not_found")
    if row["is_archived"]:
        raise SlackError("is_archived")
    if not is_member(workspace, row["id"], bot):
        if row["is_private"]:
            raise SlackError("channel_not_found")
        if "chat:write.public" not in workspace.config.scopes:
            raise SlackError("not_in_channel")
    return row


def _message(workspace: Workspace, content: JSON) -> JSON:
    blocks = with_ids(content["blocks"]) if content["blocks"] else None
    message = bot_message(workspace, content["text"] or "", blocks)
    for name in ("attachments", "metadata"):
        if content[name]:
            message[name] = content[name]
    return message


def _answered(workspace: Workspace, channel: str, ts: str) -> JSON:
    row = find_message(workspace, channel, ts)
    assert row is not None
    return shown(workspace, row, metadata=True)


def _post(workspace: Workspace, args: Arguments) -> JSON:
    channel = writable_channel(workspace, args.text("channel"))
    message = _message(workspace, content_of(workspace, args))
    thread = args.maybe_text("thread_ts")
    broadcast = args.flag("reply_broadcast")
    posted = post_message(workspace, channel["id"], message, thread_ts=thread, broadcast=broadcast)
    return {
        "channel": channel["id"],
        "ts": posted["ts"],
        "message": _answered(workspace, channel["id"], posted["ts"]),
    }


def _own_message(workspace: Workspace, channel: str, ts: str, refusal: str) -> JSON:
    row = find_message(workspace, channel, ts)
    if row is None:
        raise SlackError("message_not_found")
    message: JSON = json.loads(row["data"])
    if message.get("bot_id") != workspace.config.bot_id or message.get("subtype") == "tombstone":
        raise SlackError(refusal)
    return message


def _update(workspace: Workspace, args: Arguments) -> JSON:
    named = args.text("channel")
    channel = writable_channel(workspace, named)["id"]
    if channel != named:  # its page: a direct message is named by its own id, no person's
        raise SlackError("channel_not_found")
    ts = args.text("ts")
    _own_message(workspace, channel, ts, "cant_update_message")
    content = content_of(workspace, args)
    with workspace.store.write():
        message = _own_message(workspace, channel, ts, "cant_update_message")
        if content["text"] is not None:
            message["text"] = content["text"][:MAX_TEXT]
            if content["blocks"] is None:
                # Text given and blocks omitted removes the blocks; text omitted keeps both.
                message.pop("blocks", None)
        if content["blocks"] is not None:
            message["blocks"] = with_ids(content["blocks"])
        if content["attachments"] is not None:
            message["attachments"] = content["attachments"]
        # UNSURE: metadata left out keeps the old metadata, {} removes it; not checked against a
        # live workspace.
        if content["metadata"] is not None:
            message["metadata"] = content["metadata"]
            if not content["metadata"]:
                message.pop("metadata")
        if not message.get("blocks"):
            message.pop("blocks", None)
            message["edited"] = {
                "user": bot_user_id(workspace),
                "ts": f"{int(workspace.now)}.000000",
            }
        changed = change_message(workspace, channel, ts, message)
    return {
        "channel": channel,
        "ts": ts,
        "text": changed["text"],
        "message": _answered(workspace, channel, ts),
    }


def _delete(workspace: Workspace, args: Arguments) -> JSON:
    channel = writable_channel(workspace, args.text("channel"))["id"]
    ts = args.text("ts")
    _own_message(workspace, channel, ts, "cant_delete_message")
    delete_message(workspace, channel, ts)
    return {"channel": channel, "ts": ts}


def _ephemeral(workspace: Workspace, args: Arguments) -> JSON:
    channel = writable_channel(workspace, args.text("channel"))["id"]
    if not is_member(workspace, channel, bot_user_id(workspace)):
        raise SlackError("not_in_channel")
    person = args.text("user")
    if not is_member(workspace, channel, person):
        raise SlackError("user_not_in_channel")
    message = _message(workspace, content_of(workspace, args))
    message.pop("metadata", None)
    kept = show_ephemeral(
        workspace, channel, person, message, thread_ts=args.maybe_text("thread_ts")
    )
    return {"message_ts": kept["ts"]}


def _permalink(workspace: Workspace, args: Arguments) -> JSON:
    channel = writable_channel(workspace, args.text("channel"))["id"]
    ts = args.text("message_ts")
    row = find_message(workspace, channel, ts)
    if row is None:
        raise SlackError("message_not_found")
    return {"channel": channel, "permalink": permalink(workspace, row)}


def permalink(workspace: Workspace, row: sqlite3.Row) -> str:
    """A message's address; here on this server, at Slack on the workspace's own host."""
    link = f"{workspace.base_url}/archives/{row['channel']}/p{row['ts'].replace('.', '')}"
    if row["thread_ts"]:
        link += f"?thread_ts={quote(row['thread_ts'])}&cid={row['channel']}"
    return link


def add_reaction(workspace: Workspace, channel: str, ts: str, person: str, name: str) -> None:
    """Put a person's reaction under a message; raises `message_not_found`, `already_reacted`."""
    with workspace.store.write() as db:
        row = find_message(workspace, channel, ts)
        if row is None:
            raise SlackError("message_not_found")
        data: JSON = json.loads(row["data"])
        reactions: list[dict[str, Any]] = data.setdefault("reactions", [])
        mine = next((reaction for reaction in reactions if reaction["name"] == name), None)
        if mine is None:
            reactions.append({"name": name, "users": [person], "count": 1})
        elif person in mine["users"]:
            raise SlackError("already_reacted")
        else:
            mine["users"].append(person)
            mine["count"] += 1
        db.execute(
            "UPDATE message SET data=? WHERE channel=? AND ts=?", (json.dumps(data), channel, ts)
        )
    tell_reaction(workspace, channel, ts, reactions)
    tell_changed(workspace, channel, ts)
    item = {"type": "message", "channel": channel, "ts": ts}
    event = {
        "type": "reaction_added",
        "user": person,
        "reaction": name,
        "item": item,
        "item_user": data.get("user"),
    }
    if is_member(workspace, channel, bot_user_id(workspace)):
        workspace.send_event(
            {**event, "event_ts": workspace.new_ts(), "_subscription": "reaction_added"}
        )


def _react(workspace: Workspace, args: Arguments) -> JSON:
    channel = writable_channel(workspace, args.text("channel"))["id"]
    name = args.text("name").strip(":")
    add_reaction(workspace, channel, args.text("timestamp"), bot_user_id(workspace), name)
    return {}


METHODS = {
    "chat.postMessage": _post,
    "chat.update": _update,
    "chat.delete": _delete,
    "chat.postEphemeral": _ephemeral,
    "chat.getPermalink": _permalink,
    "reactions.add": _react,
}
