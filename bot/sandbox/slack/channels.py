"""Channels and who is in them: the rows, the rights, and the shapes in which they are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.slack.people import bot_user_id, find_person
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = [
    "add_member",
    "api_channel",
    "audience",
    "channel_type",
    "client_channel",
    "find_channel",
    "is_member",
    "members",
    "open_im",
    "remove_member",
    "seed_channels",
    "sharing",
    "visible_channel",
]

ZERO_TS = "0000000000.000000"


def seed_channels(workspace: Workspace) -> None:
    """Write the channels of the configuration down, and a direct message with the app for every
    person.
    """
    bot = bot_user_id(workspace)
    with workspace.store.write() as db:
        for channel in workspace.config.channels:
            db.execute(
                (
                    "INSERT OR IGNORE INTO channel(id, name, is_private, is_im, topic, created) "
                    "VALUES (?, ?, ?, 0, ?, ?)"
                ),
                (
                    channel["id"],
                    str(channel["name"]).lstrip("#"),
                    int(bool(channel.get("is_private"))),
                    channel.get("topic", ""),
                    int(workspace.now),
                ),
            )
            if channel.get("shared_with"):
                ours = workspace.config.team["id"]
                teams = json.dumps([ours, *channel["shared_with"]])
                shared = (channel["id"], channel.get("host", ours), teams)
                db.execute(
                    "INSERT OR IGNORE INTO shared_channel(channel, host, teams) VALUES (?, ?, ?)",
                    shared,
                )
            for person in channel.get("members", []):
                _insert_member(db, channel["id"], bot if person == "bot" else person)
        rows = db.execute("SELECT id, data FROM person ORDER BY id").fetchall()
    for person in [row["id"] for row in rows if not json.loads(row["data"]).get("is_bot")]:
        open_im(workspace, person, bot)


def _insert_member(db: sqlite3.Connection, channel: str, person: str) -> None:
    db.execute(
        "INSERT OR IGNORE INTO member(channel, person, last_read) VALUES (?, ?, ?)",
        (channel, person, ZERO_TS),
    )


def find_channel(workspace: Workspace, name_or_id: str) -> sqlite3.Row | None:
    """A channel by id, or a public one by #name (a legacy habit that fails for private ones, as at
    Slack).
    """
    with workspace.store.read() as db:
        row = db.execute("SELECT * FROM channel WHERE id=?", (name_or_id,)).fetchone()
        if row is None:
            name = name_or_id.lstrip("#")
            row = db.execute(
                "SELECT * FROM channel WHERE name=? AND is_private=0 AND is_im=0", (name,)
            ).fetchone()
    found: sqlite3.Row | None = row
    return found


def sharing(workspace: Workspace, channel: str) -> tuple[str, list[str]] | None:
    """Of a channel of Slack Connect: the workspace that hosts it and all that are in it, ours
    first; None of others.
    """
    with workspace.store.read() as db:
        row = db.execute(
            "SELECT host, teams FROM shared_channel WHERE channel=?", (channel,)
        ).fetchone()
    return None if row is None else (str(row["host"]), list(json.loads(row["teams"])))


def members(workspace: Workspace, channel: str) -> list[str]:
    """The ids of the people in a channel, in the order in which they joined."""
    with workspace.store.read() as db:
        rows = db.execute(
            "SELECT person FROM member WHERE channel=? ORDER BY rowid", (channel,)
        ).fetchall()
    return [row["person"] for row in rows]


def is_member(workspace: Workspace, channel: str, person: str) -> bool:
    """Whether the person is in the channel."""
    with workspace.store.read() as db:
        row = db.execute(
            "SELECT 1 FROM member WHERE channel=? AND person=?", (channel, person)
        ).fetchone()
    return row is not None


def add_member(workspace: Workspace, channel: str, person: str) -> bool:
    """Let a person in; False when they were in already."""
    if is_member(workspace, channel, person):
        return False
    with workspace.store.write() as db:
        _insert_member(db, channel, person)
        last = db.execute("SELECT max(ts) FROM message WHERE channel=?", (channel,)).fetchone()[0]
        db.execute(
            "UPDATE member SET last_read=? WHERE channel=? AND person=?",
            (last or ZERO_TS, channel, person),
        )
    return True


def remove_member(workspace: Workspace, channel: str, person: str) -> bool:
    """Let a person out; False when they were not in."""
    if not is_member(workspace, channel, person):
        return False
    with workspace.store.write() as db:
        db.execute("DELETE FROM member WHERE channel=? AND person=?", (channel, person))
    return True


def open_im(workspace: Workspace, one: str, other: str) -> str:
    """The direct message of two people; made when there is none. Raises `user_not_found`."""
    if find_person(workspace, one) is None or find_person(workspace, other) is None:
        raise SlackError("user_not_found")
    name = "-".join(sorted((one, other)))
    with workspace.store.write() as db:
        row = db.execute("SELECT id FROM channel WHERE is_im=1 AND name=?", (name,)).fetchone()
        if row is not None:
            return str(row["id"])
        channel = workspace.new_id("D")
        db.execute(
            (
                "INSERT INTO channel(id, name, is_private, is_im, topic, created) VALUES (?, ?, "
                "1, 1, '', ?)"
            ),
            (channel, name, int(workspace.now)),
        )
        for person in dict.fromkeys((one, other)):
            _insert_member(db, channel, person)
    return channel


def visible_channel(
    workspace: Workspace, channel: str, person: str, *, member: bool = False
) -> sqlite3.Row:
    """A channel this person may know of.

    Raises `channel_not_found` (also for a private one they are not in: Slack does not tell the
    difference), and with `member` `not_in_channel` for a public one they have not joined.
    """
    row = find_channel(workspace, channel)
    if row is None:
        raise SlackError("channel_not_found")
    if is_member(workspace, row["id"], person):
        return row
    if row["is_private"]:
        raise SlackError("channel_not_found")
    if member:
        raise SlackError("not_in_channel")
    return row


def audience(workspace: Workspace, row: sqlite3.Row) -> list[str] | None:
    """Whose pages show what happens in a channel: its members, everybody for a public one."""
    return members(workspace, row["id"]) if row["is_private"] else None


def channel_type(row: sqlite3.Row) -> str:
    """The word the Events API uses: channel, group or im."""
    if row["is_im"]:
        return "im"
    return "group" if row["is_private"] else "channel"


def payload_name(row: sqlite3.Row) -> str:
    """The name that commands and interactions carry: no real one for places that are not public."""
    names = {"im": "directmessage", "group": "privategroup"}
    return names.get(channel_type(row), str(row["name"]))


def api_channel(workspace: Workspace, row: sqlite3.Row) -> JSON:
    """A channel as conversations.* gives it to the app."""
    bot = bot_user_id(workspace)
    inside = members(workspace, row["id"])
    if row["is_im"]:
        other = next((person for person in inside if person != bot), bot)
        return {
            "id": row["id"],
            "created": row["created"],
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "user": other,
            "is_user_deleted": False,
            "priority": 0,
        }
    private = bool(row["is_private"])
    shared = sharing(workspace, row["id"])
    return {
        "id": row["id"],
        "name": row["name"],
        "name_normalized": row["name"],
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "is_archived": bool(row["is_archived"]),
        "is_general": row["name"] == "general",
        "is_shared": shared is not None,
        "is_ext_shared": shared is not None,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": bot in inside,
        "num_members": len(inside),
        "created": row["created"],
        "creator": inside[0] if inside else "",
        "context_team_id": workspace.config.team["id"],
        "topic": {"value": row["topic"], "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "unlinked": 0,
        **_connected(workspace, shared),
    }


def _connected(workspace: Workspace, shared: tuple[str, list[str]] | None) -> JSON:
    """What conversations.* says about the workspaces of a channel."""
    ours = workspace.config.team["id"]
    if shared is None:
        return {"shared_team_ids": [ours]}
    host, teams = shared
    return {
        "conversation_host_id": host,
        "shared_team_ids": teams,
        "internal_team_ids": [ours],
        "connected_team_ids": [team for team in teams if team != ours],
        "pending_shared": [],
        "pending_connected_team_ids": [],
    }


def client_channel(workspace: Workspace, row: sqlite3.Row, person: str) -> JSON:
    """A channel as this person's page shows it, with how many messages they have not read."""
    with workspace.store.read() as db:
        mine = db.execute(
            "SELECT last_read FROM member WHERE channel=? AND person=?", (row["id"], person)
        ).fetchone()
        latest = db.execute(
            "SELECT max(ts) FROM message WHERE channel=? AND in_channel=1", (row["id"],)
        ).fetchone()[0]
        unread = 0
        if mine is not None:
            unread = db.execute(
                (
                    "SELECT count(*) FROM message WHERE channel=? AND in_channel=1 AND ts>? AND "
                    "person<>?"
                ),
                (row["id"], mine["last_read"], person),
            ).fetchone()[0]
    inside = members(workspace, row["id"])
    shown: JSON = {
        "id": row["id"],
        "name": row["name"],
        "members": inside,
        "is_private": bool(row["is_private"]) and not row["is_im"],
        "is_im": bool(row["is_im"]),
        "topic": row["topic"],
        "is_member": mine is not None,
        "unread": unread,
        "latest_ts": latest,
        "last_read": None if mine is None else mine["last_read"],
    }
    if row["is_im"]:
        other = next((one for one in inside if one != person), person)
        shown["user"] = other
        shown["name"] = str((find_person(workspace, other) or {}).get("name", other))
    return shown


def client_channels(workspace: Workspace, person: str) -> list[JSON]:
    """All channels on this person's page: theirs and the public ones, direct messages last."""
    with workspace.store.read() as db:
        rows = db.execute(
            "SELECT * FROM channel WHERE is_archived=0 AND (is_private=0 OR id IN"
            " (SELECT channel FROM member WHERE person=?)) ORDER BY is_im, name",
            (person,),
        ).fetchall()
    return [client_channel(workspace, row, person) for row in rows]
