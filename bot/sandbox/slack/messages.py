"""Messages: kept, threaded, shown to people's pages and told to the app's event subscriptions.

Promises the rules of `facts/slack.md` 7 that do not depend on who speaks: a thread's root counts
its replies, a wrong thread_ts makes a top-level message, an ephemeral message lives until its
reader's page is loaded again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import audience, channel_type, find_channel, is_member
from bot.sandbox.slack.files import file_json
from bot.sandbox.slack.people import bot_user_id
from bot.sandbox.slack.shown_files import show_files
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = [
    "bot_message",
    "change_message",
    "delete_message",
    "drop_ephemeral",
    "drop_ephemerals_of",
    "ephemerals",
    "find_ephemeral",
    "find_message",
    "post_message",
    "show_ephemeral",
    "shown",
    "thread_root",
]

MAX_TEXT = 40_000
"""Longer texts are cut, not refused."""
EVENT_OF = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def bot_message(workspace: Workspace, text: str, blocks: list[JSON] | None = None) -> JSON:
    """A message by the app, before it has a place and a ts."""
    message: JSON = {
        "type": "message",
        "user": bot_user_id(workspace),
        "bot_id": workspace.config.bot_id,
        "app_id": workspace.config.app_id,
        "team": workspace.config.team["id"],
        "bot_profile": workspace.bot_profile(),
        "text": text[:MAX_TEXT],
    }
    if blocks:
        message["blocks"] = blocks
    return message


def find_message(workspace: Workspace, channel: str, ts: str) -> sqlite3.Row | None:
    """A message's row, or None."""
    with workspace.store.read() as db:
        row: sqlite3.Row | None = db.execute(
            "SELECT * FROM message WHERE channel=? AND ts=?", (channel, ts)
        ).fetchone()
    return row


def shown(
    workspace: Workspace, row: sqlite3.Row, *, metadata: bool = False, channel: bool = False
) -> JSON:
    """A message as others see it; metadata only for an app that asks for it."""
    message: JSON = json.loads(row["data"])
    if not metadata:
        message.pop("metadata", None)
    if "file_ids" in message:
        files = [file_json(workspace, file_id) for file_id in message.pop("file_ids")]
        message["files"] = [file for file in files if file is not None]
    if channel:
        message["channel"] = row["channel"]
    return message


def thread_root(workspace: Workspace, channel: str, thread_ts: str | None) -> str | None:
    """Where a reply really goes.

    A ts that is no message of the channel makes a top-level message; the ts of a reply makes an
    orphan that no thread shows. Slack does both silently.
    """
    if not thread_ts or find_message(workspace, channel, thread_ts) is None:
        return None
    return thread_ts


def post_message(
    workspace: Workspace,
    channel: str,
    message: JSON,
    *,
    thread_ts: str | None = None,
    broadcast: bool = False,
) -> JSON:
    """Keep a message and tell everybody; gives it as the app sees it, with its ts."""
    root = thread_root(workspace, channel, thread_ts)
    kept = {**message, "ts": workspace.new_ts()}
    if root is not None:
        kept["thread_ts"] = root
        if broadcast:
            kept["subtype"] = "thread_broadcast"
    with workspace.store.write() as db:
        db.execute(
            (
                "INSERT INTO message(channel, ts, thread_ts, in_channel, person, data) VALUES (?, "
                "?, ?, ?, ?, ?)"
            ),
            (
                channel,
                kept["ts"],
                root,
                int(root is None or broadcast),
                kept.get("user", ""),
                json.dumps(kept),
            ),
        )
        db.execute(
            "UPDATE member SET last_read=? WHERE channel=? AND person=? AND ?",
            (kept["ts"], channel, kept.get("user", ""), int(root is None)),
        )
        if root is not None:
            _count_reply(workspace, channel, root)
        show_files(workspace, kept.get("blocks"), channel=channel)
    row = find_message(workspace, channel, kept["ts"])
    assert row is not None
    _tell(workspace, "message", row)
    if root is not None:
        _tell_root(workspace, channel, root)
    answer = shown(workspace, row)
    _event(workspace, channel, {**answer, "event_ts": kept["ts"]})
    return answer


def _count_reply(workspace: Workspace, channel: str, root: str) -> None:
    row = find_message(workspace, channel, root)
    if row is None or row["thread_ts"] is not None:
        return
    data: JSON = json.loads(row["data"])
    with workspace.store.write() as db:
        replies = db.execute(
            "SELECT ts, person FROM message WHERE channel=? AND thread_ts=? ORDER BY ts",
            (channel, root),
        ).fetchall()
        for name in (
            "thread_ts",
            "reply_count",
            "reply_users",
            "reply_users_count",
            "latest_reply",
        ):
            data.pop(name, None)
        if replies:
            people = list(dict.fromkeys(reply["person"] for reply in replies))
            data.update(
                thread_ts=root,
                reply_count=len(replies),
                reply_users=people[:20],
                reply_users_count=len(people),
                latest_reply=replies[-1]["ts"],
                is_locked=False,
                subscribed=False,
            )
        db.execute(
            "UPDATE message SET data=? WHERE channel=? AND ts=?", (json.dumps(data), channel, root)
        )


def change_message(workspace: Workspace, channel: str, ts: str, message: JSON) -> JSON:
    """Replace what a message says (its place, author and thread stay); gives it as the app sees
    it.
    """
    before = find_message(workspace, channel, ts)
    if before is None:
        raise SlackError("message_not_found")
    with workspace.store.write() as db:
        db.execute(
            "UPDATE message SET data=? WHERE channel=? AND ts=?", (json.dumps(message), channel, ts)
        )
        show_files(workspace, message.get("blocks"), channel=channel)
    after = find_message(workspace, channel, ts)
    assert after is not None
    _tell(workspace, "message_changed", after)
    answer = shown(workspace, after)
    previous = shown(workspace, before)
    change = {
        "subtype": "message_changed",
        "hidden": True,
        "message": answer,
        "previous_message": previous,
    }
    _event(workspace, channel, {"type": "message", **change})
    return answer


def delete_message(workspace: Workspace, channel: str, ts: str) -> None:
    """Take a message away; a root with replies leaves a tombstone so that its thread stays
    readable.
    """
    before = find_message(workspace, channel, ts)
    if before is None:
        raise SlackError("message_not_found")
    old: JSON = json.loads(before["data"])
    if old.get("reply_count"):
        keep = (
            "ts",
            "thread_ts",
            "reply_count",
            "reply_users",
            "reply_users_count",
            "latest_reply",
        )
        stone = {name: old[name] for name in keep if name in old}
        stone.update(
            type="message", subtype="tombstone", text="This message was deleted.", user="USLACKBOT"
        )
        change_message(workspace, channel, ts, {**stone, "hidden": True})
        return
    with workspace.store.write() as db:
        db.execute("DELETE FROM message WHERE channel=? AND ts=?", (channel, ts))
        if before["thread_ts"] is not None:
            _count_reply(workspace, channel, before["thread_ts"])
    place = {"channel": channel, "ts": ts, "thread_ts": before["thread_ts"]}
    room = find_channel(workspace, channel)
    workspace.tell("message_deleted", place, None if room is None else audience(workspace, room))
    if before["thread_ts"] is not None:
        _tell_root(workspace, channel, before["thread_ts"])
    change = {
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": ts,
        "previous_message": old,
    }
    _event(workspace, channel, {"type": "message", **change})


def tell_changed(workspace: Workspace, channel: str, ts: str) -> None:
    """Have pages draw a message again."""
    _tell_root(workspace, channel, ts)


def tell_reaction(workspace: Workspace, channel: str, ts: str, reactions: list[JSON]) -> None:
    """Have pages show the reactions under a message."""
    room = find_channel(workspace, channel)
    if room is not None:
        workspace.tell(
            "reaction",
            {"channel": channel, "ts": ts, "reactions": reactions},
            audience(workspace, room),
        )


def _tell_root(workspace: Workspace, channel: str, ts: str) -> None:
    row = find_message(workspace, channel, ts)
    if row is not None:
        _tell(workspace, "message_changed", row)


def _tell(workspace: Workspace, name: str, row: sqlite3.Row) -> None:
    room = find_channel(workspace, row["channel"])
    if room is not None:
        workspace.tell(name, shown(workspace, row, channel=True), audience(workspace, room))


def _event(workspace: Workspace, channel: str, event: JSON) -> None:
    """The app hears of messages where its bot is a member, its own included (Bolt drops those by
    itself).

    UNSURE: whether mentions by other apps' bots and by workflows reach the app; here they do, but
    never its own.
    """
    room = find_channel(workspace, channel)
    if room is None or not is_member(workspace, channel, bot_user_id(workspace)):
        return
    kind = channel_type(room)
    ts = event.get("event_ts") or workspace.new_ts()
    full = {**event, "channel": channel, "channel_type": kind, "event_ts": ts}
    full.setdefault("ts", ts)
    workspace.send_event({**full, "_subscription": EVENT_OF[kind]})
    mention: str = f"<@{bot_user_id(workspace)}>"
    own = event.get("bot_id") == workspace.config.bot_id
    said = event.get("subtype") in {None, "bot_message"}
    if not own and said and mention in event.get("text", "") and kind != "im":
        mentioned = {name: value for name, value in full.items() if name != "channel_type"}
        workspace.send_event({**mentioned, "type": "app_mention", "_subscription": "app_mention"})


# -- ephemeral messages
# -------------------------------------------------------------------------------------------


def show_ephemeral(
    workspace: Workspace, channel: str, person: str, message: JSON, *, thread_ts: str | None = None
) -> JSON:
    """Show a message to one person; gives it with `ephemeral_id`, `channel` and a ts that no method
    accepts.
    """
    root = thread_root(workspace, channel, thread_ts)
    ephemeral_id = workspace.new_id("E")
    kept = {**message, "ts": workspace.new_ts(), "ephemeral_id": ephemeral_id, "channel": channel}
    kept["is_ephemeral"] = True
    if root is not None:
        kept["thread_ts"] = root
    with workspace.store.write() as db:
        db.execute(
            "INSERT INTO ephemeral(id, channel, person, thread_ts, data) VALUES (?, ?, ?, ?, ?)",
            (ephemeral_id, channel, person, root, json.dumps(kept)),
        )
        show_files(workspace, kept.get("blocks"), person=person)
    workspace.tell("ephemeral", kept, [person])
    return kept


def find_ephemeral(workspace: Workspace, ephemeral_id: str) -> sqlite3.Row | None:
    """An ephemeral message that its reader still sees."""
    with workspace.store.read() as db:
        row: sqlite3.Row | None = db.execute(
            "SELECT * FROM ephemeral WHERE id=?", (ephemeral_id,)
        ).fetchone()
    return row


def change_ephemeral(workspace: Workspace, row: sqlite3.Row, message: JSON) -> None:
    """Replace what an ephemeral message says."""
    old: JSON = json.loads(row["data"])
    fixed = ("ts", "ephemeral_id", "channel", "thread_ts", "is_ephemeral")
    kept: JSON = {**message, **{name: old[name] for name in fixed if name in old}}
    with workspace.store.write() as db:
        db.execute("UPDATE ephemeral SET data=? WHERE id=?", (json.dumps(kept), row["id"]))
        show_files(workspace, kept.get("blocks"), person=row["person"])
    workspace.tell("ephemeral_changed", kept, [row["person"]])


def drop_ephemeral(workspace: Workspace, row: sqlite3.Row) -> None:
    """Take an ephemeral message away."""
    with workspace.store.write() as db:
        db.execute("DELETE FROM ephemeral WHERE id=?", (row["id"],))
    gone = {"channel": row["channel"], "ephemeral_id": row["id"], "thread_ts": row["thread_ts"]}
    workspace.tell("ephemeral_deleted", gone, [row["person"]])


def drop_ephemerals_of(workspace: Workspace, person: str) -> None:
    """What a reload of the page does: nothing ephemeral survives it."""
    with workspace.store.write() as db:
        db.execute("DELETE FROM ephemeral WHERE person=?", (person,))


def ephemerals(
    workspace: Workspace, channel: str, person: str, thread_ts: str | None = None
) -> list[JSON]:
    """The ephemeral messages a person still sees in a channel, or in one thread."""
    with workspace.store.read() as db:
        rows = db.execute(
            (
                "SELECT data FROM ephemeral WHERE channel=? AND person=? AND thread_ts IS ? ORDER "
                "BY rowid"
            ),
            (channel, person, thread_ts),
        ).fetchall()
    return [json.loads(row["data"]) for row in rows]
