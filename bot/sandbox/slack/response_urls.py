"""response_url: five answers within half an hour, in the place where a command or a press happened.

Works where the app is no member. Ephemeral unless it says in_channel; may replace or delete the
message it came from.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.slack.block_tree import with_ids
from bot.sandbox.slack.chat import checked_content
from bot.sandbox.slack.messages import (
    MAX_TEXT,
    bot_message,
    change_ephemeral,
    change_message,
    delete_message,
    drop_ephemeral,
    find_ephemeral,
    find_message,
    post_message,
    show_ephemeral,
)
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["answer_in_place", "new_response_url", "use_response_url"]

USES = 5
LIFE_SECONDS = 30 * 60.0


def new_response_url(  # noqa: PLR0913 - a place has that many parts
    workspace: Workspace,
    person: str,
    channel: str,
    *,
    ts: str | None = None,
    ephemeral_id: str | None = None,
    thread_ts: str | None = None,
) -> str:
    """An address for answers; `ts` or `ephemeral_id` is the message that replace_original means."""
    secret = secrets.token_urlsafe(18)
    data = {"ts": ts, "ephemeral_id": ephemeral_id, "thread_ts": thread_ts}
    with workspace.store.write() as db:
        db.execute(
            (
                "INSERT INTO response_url(id, person, channel, born, uses, data) VALUES (?, ?, ?, "
                "?, 0, ?)"
            ),
            (secret, person, channel, workspace.now, json.dumps(data)),
        )
    return f"{workspace.base_url}/response/{workspace.config.team['id']}/{secret}"


def use_response_url(workspace: Workspace, secret: str, payload: JSON) -> None:
    """Answer through an address; raises `expired_url`, `used_url`, and what a wrong message
    raises.
    """
    with workspace.store.write() as db:
        row = db.execute("SELECT * FROM response_url WHERE id=?", (secret,)).fetchone()
        if row is None or workspace.now - row["born"] > LIFE_SECONDS:
            raise SlackError("expired_url")
        if row["uses"] >= USES:
            raise SlackError("used_url")
        db.execute("UPDATE response_url SET uses=uses+1 WHERE id=?", (secret,))
    place: JSON = json.loads(row["data"])
    if payload.get("delete_original"):
        _delete(workspace, row, place)
        return
    checked_content(workspace, payload)
    if payload.get("replace_original") and (place["ts"] or place["ephemeral_id"]):
        _replace(workspace, row, place, payload)
        return
    answer_in_place(workspace, row["person"], row["channel"], payload)


def answer_in_place(workspace: Workspace, person: str, channel: str, payload: JSON) -> JSON | None:
    """Say something where a person is: to them alone, or to all with response_type in_channel."""
    checked_content(workspace, payload)
    message = _message(workspace, payload)
    # UNSURE: a thread_ts is honoured as in chat.postMessage; without it the answer goes to the
    # channel.
    thread_ts = str(payload["thread_ts"]) if payload.get("thread_ts") else None
    if payload.get("response_type") == "in_channel":
        post_message(workspace, channel, message, thread_ts=thread_ts)
        return None
    return show_ephemeral(workspace, channel, person, message, thread_ts=thread_ts)


def _message(workspace: Workspace, payload: JSON) -> JSON:
    blocks = payload.get("blocks")
    message = bot_message(
        workspace, (payload.get("text") or "")[:MAX_TEXT], with_ids(blocks) if blocks else None
    )
    for name in ("attachments", "metadata"):
        if payload.get(name):
            message[name] = payload[name]
    return message


def _delete(workspace: Workspace, row: sqlite3.Row, place: JSON) -> None:
    ephemeral = find_ephemeral(workspace, place["ephemeral_id"] or "")
    if ephemeral is not None:
        drop_ephemeral(workspace, ephemeral)
    elif place["ts"] and find_message(workspace, row["channel"], place["ts"]) is not None:
        delete_message(workspace, row["channel"], place["ts"])


def _replace(workspace: Workspace, row: sqlite3.Row, place: JSON, payload: JSON) -> None:
    message = _message(workspace, payload)
    ephemeral = find_ephemeral(workspace, place["ephemeral_id"] or "")
    if ephemeral is not None:
        change_ephemeral(workspace, ephemeral, message)
        return
    original = find_message(workspace, row["channel"], place["ts"] or "")
    if original is None:
        # The ephemeral message was lost by a reload: Slack shows the new content as a message of
        # its own.
        show_ephemeral(
            workspace, row["channel"], row["person"], message, thread_ts=place["thread_ts"]
        )
        return
    kept: JSON = json.loads(original["data"])
    for name in ("text", "blocks", "attachments"):
        kept.pop(name, None)
    kept.update(
        {name: message[name] for name in ("text", "blocks", "attachments") if name in message}
    )
    if "blocks" not in message:
        kept["edited"] = {"user": message["user"], "ts": f"{int(workspace.now)}.000000"}
    change_message(workspace, row["channel"], place["ts"], kept)
