"""The Web API's conversations.* and users.conversations: channels, their people, their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import (
    add_member,
    api_channel,
    audience,
    channel_type,
    find_channel,
    is_member,
    members,
    open_im,
    remove_member,
    visible_channel,
)
from bot.sandbox.slack.messages import find_message, post_message, shown
from bot.sandbox.slack.paging import page
from bot.sandbox.slack.people import bot_user_id, find_person, home_team
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["METHODS", "join", "leave"]

LARGEST = 999


def _known_channel(workspace: Workspace, args: Arguments, *, member: bool = False) -> sqlite3.Row:
    return visible_channel(workspace, args.text("channel"), bot_user_id(workspace), member=member)


def _list(workspace: Workspace, args: Arguments) -> JSON:
    rows = _rows(workspace, args)
    bot = bot_user_id(workspace)
    seen = [row for row in rows if not row["is_private"] or is_member(workspace, row["id"], bot)]
    part, cursor = page(seen, args, default=100, largest=1000)
    channels = [api_channel(workspace, row) for row in part]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def _of_person(workspace: Workspace, args: Arguments) -> JSON:
    """users.conversations: where somebody is, the app by default; places that are not public only
    if the app is in.
    """
    bot = bot_user_id(workspace)
    person = args.maybe_text("user") or bot
    if find_person(workspace, person) is None:
        raise SlackError("user_not_found")
    seen = [
        row
        for row in _rows(workspace, args)
        if is_member(workspace, row["id"], person)
        and (not row["is_private"] or is_member(workspace, row["id"], bot))
    ]
    # UNSURE: whether a limit above the largest is refused; the reference only says "with a max
    # value of 999".
    part, cursor = page(seen, args, default=100, largest=LARGEST)
    channels = [api_channel(workspace, row) for row in part]
    for channel in channels:  # the reference shows neither
        channel.pop("is_member", None)
        channel.pop("num_members", None)
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def _rows(workspace: Workspace, args: Arguments) -> list[sqlite3.Row]:
    """All channels of the wanted kinds, in the order in which they were made."""
    kinds = set(args.names("types") or ["public_channel"])
    if kinds - {"public_channel", "private_channel", "im", "mpim"}:
        raise SlackError("invalid_types")
    wanted = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    kinds = {wanted[kind] for kind in kinds}
    with workspace.store.read() as db:
        rows = db.execute("SELECT * FROM channel ORDER BY rowid").fetchall()
    gone = args.flag("exclude_archived")
    return [row for row in rows if channel_type(row) in kinds and not (gone and row["is_archived"])]


def _info(workspace: Workspace, args: Arguments) -> JSON:
    channel = api_channel(workspace, _known_channel(workspace, args))
    if not args.flag("include_num_members"):
        channel.pop("num_members", None)
    return {"channel": channel}


def _members(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args)
    people, cursor = page(members(workspace, row["id"]), args, default=100, largest=LARGEST)
    return {"members": people, "response_metadata": {"next_cursor": cursor}}


def _open(workspace: Workspace, args: Arguments) -> JSON:
    bot = bot_user_id(workspace)
    if "channel" in args:
        row = visible_channel(workspace, args.text("channel"), bot, member=True)
        return {"channel": {"id": row["id"]}}
    people = args.names("users")
    if len(people) != 1:
        # Group direct messages do not exist in this workspace.
        raise SlackError("users_list_not_supplied" if not people else "not_enough_users")
    if people[0] == bot:
        raise SlackError("cannot_dm_bot")
    person = find_person(workspace, people[0]) or {}
    if person.get("hidden"):
        raise SlackError("user_not_visible")
    if person.get("deleted"):
        raise SlackError("user_disabled")
    opened = find_channel(workspace, open_im(workspace, people[0], bot))
    assert opened is not None
    return {
        "channel": api_channel(workspace, opened)
        if args.flag("return_im")
        else {"id": opened["id"]}
    }


def join(workspace: Workspace, row: sqlite3.Row, person: str, inviter: str | None = None) -> None:
    """Let a person in, say so in the channel, tell pages and the app."""
    if not add_member(workspace, row["id"], person):
        return
    words = f"<@{person}> has joined the channel"
    message = {"type": "message", "subtype": "channel_join", "user": person, "text": words}
    post_message(workspace, row["id"], {**message, "inviter": inviter} if inviter else message)
    _tell_channel(workspace, row, person)
    if is_member(workspace, row["id"], bot_user_id(workspace)):
        event = {
            "type": "member_joined_channel",
            "user": person,
            "channel": row["id"],
            "channel_type": "G" if row["is_private"] else "C",
            "team": home_team(workspace, person),
            "event_ts": workspace.new_ts(),
        }
        workspace.send_event({**event, **({"inviter": inviter} if inviter else {})})


def leave(workspace: Workspace, row: sqlite3.Row, person: str) -> bool:
    """Let a person out, say so, tell pages and the app; False when they were not in."""
    bot_was_in = is_member(workspace, row["id"], bot_user_id(workspace))
    if not remove_member(workspace, row["id"], person):
        return False
    words = f"<@{person}> has left the channel"
    post_message(
        workspace,
        row["id"],
        {"type": "message", "subtype": "channel_leave", "user": person, "text": words},
    )
    _tell_channel(workspace, row, person)
    if bot_was_in and person != bot_user_id(workspace):
        event = {
            "type": "member_left_channel",
            "user": person,
            "channel": row["id"],
            "channel_type": "G" if row["is_private"] else "C",
            "team": home_team(workspace, person),
            "event_ts": workspace.new_ts(),
        }
        workspace.send_event(event)
    return True


def _tell_channel(workspace: Workspace, row: sqlite3.Row, person: str) -> None:
    """Pages ask again for what they show of the channel; each person sees it in their own way."""
    people = audience(workspace, row)
    workspace.tell("channel", {"id": row["id"]}, None if people is None else [*people, person])


def _join(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args)
    if row["is_archived"]:
        raise SlackError("is_archived")
    if row["is_private"]:
        raise SlackError("method_not_supported_for_channel_type")
    answer: JSON = {}
    if is_member(workspace, row["id"], bot_user_id(workspace)):
        answer = {
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    join(workspace, row, bot_user_id(workspace))
    return {"channel": api_channel(workspace, row), **answer}


def _invite(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args, member=True)
    people = args.names("users")
    if not people:
        raise SlackError("no_user")
    for person in people:
        if find_person(workspace, person) is None:
            raise SlackError("user_not_found")
        if person == bot_user_id(workspace):
            raise SlackError("cant_invite_self")
        if is_member(workspace, row["id"], person):
            raise SlackError("already_in_channel")
    for person in people:
        join(workspace, row, person, bot_user_id(workspace))
    return {"channel": api_channel(workspace, row)}


def _leave(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args)
    return {} if leave(workspace, row, bot_user_id(workspace)) else {"not_in_channel": True}


def _in_window(args: Arguments, ts: str) -> bool:
    oldest, latest = args.maybe_text("oldest") or "0", args.maybe_text("latest") or "9" * 20
    # Callers may leave the fraction out or shorten it: compare as numbers of microseconds, never as
    # floats.
    moment, first, last = _micros(ts), _micros(oldest), _micros(latest)
    return first <= moment <= last if args.flag("inclusive") else first < moment < last


def _micros(ts: str) -> int:
    whole, _, fraction = ts.partition(".")
    try:
        return int(whole or 0) * 1_000_000 + int((fraction + "000000")[:6])
    except ValueError as problem:
        raise SlackError("invalid_ts_oldest") from problem


def _history(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args, member=True)
    with workspace.store.read() as db:
        rows = db.execute(
            "SELECT * FROM message WHERE channel=? AND in_channel=1 ORDER BY ts DESC", (row["id"],)
        ).fetchall()
    kept = [one for one in rows if _in_window(args, one["ts"])]
    part, cursor = page(kept, args, default=100, largest=LARGEST)
    metadata = args.flag("include_all_metadata")
    answer: JSON = {
        "messages": [shown(workspace, one, metadata=metadata) for one in part],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    return {**answer, "response_metadata": {"next_cursor": cursor}} if cursor else answer


def _replies(workspace: Workspace, args: Arguments) -> JSON:
    row = _known_channel(workspace, args, member=True)
    root = find_message(workspace, row["id"], args.text("ts"))
    if root is None:
        raise SlackError("thread_not_found")
    with workspace.store.read() as db:
        rows = db.execute(
            "SELECT * FROM message WHERE channel=? AND thread_ts=? ORDER BY ts",
            (row["id"], root["ts"]),
        ).fetchall()
    part, cursor = page(
        [one for one in rows if _in_window(args, one["ts"])],
        args,
        default=1000,
        largest=LARGEST + 1,
    )
    metadata = args.flag("include_all_metadata")
    # The root comes first on every page, whatever the window.
    messages = [shown(workspace, one, metadata=metadata) for one in [root, *part]]
    answer: JSON = {"messages": messages, "has_more": bool(cursor)}
    return {**answer, "response_metadata": {"next_cursor": cursor}} if cursor else answer


METHODS = {
    "conversations.list": _list,
    "conversations.info": _info,
    "conversations.members": _members,
    "conversations.open": _open,
    "conversations.join": _join,
    "conversations.invite": _invite,
    "conversations.leave": _leave,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "users.conversations": _of_person,
}
