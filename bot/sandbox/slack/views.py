"""Modals and the Home of the app: each person's stack of views, and the Web API's views.*."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.block_tree import with_ids
from bot.sandbox.slack.chat import refuse
from bot.sandbox.slack.people import acting_team, bot_user_id, find_person
from bot.sandbox.slack.pictures import unreachable_pictures
from bot.sandbox.slack.shown_files import show_files, unusable_files
from bot.sandbox.slack.state import SlackError
from bot.sandbox.slack.validate import validate_view
from bot.sandbox.slack.videos import unplayable_videos
from bot.sandbox.slack.view_state import merged

if TYPE_CHECKING:
    import sqlite3

    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = [
    "METHODS",
    "checked_view",
    "close_view",
    "find_view",
    "home_view",
    "keep_state",
    "new_trigger",
    "push_view",
    "replace_view",
    "stack",
    "top",
]

STACK = 3
TRIGGER_SECONDS = 3.0


# -- triggers
# --------------------------------------------------------------------------------------------------


def new_trigger(workspace: Workspace, person: str, view_id: str | None = None) -> str:
    """A trigger id for one modal, within 3 seconds; `view_id` is the modal in which it was born."""
    number = int(workspace.now * 1000)
    trigger = f"{number}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
    with workspace.store.write() as db:
        db.execute("DELETE FROM trigger_id WHERE born < ?", (workspace.now - 3600,))
        db.execute(
            "INSERT INTO trigger_id VALUES (?, ?, ?, 0, ?)",
            (trigger, person, workspace.now, view_id),
        )
    return trigger


def _use_trigger(workspace: Workspace, trigger: str) -> sqlite3.Row:
    with workspace.store.write() as db:
        row: sqlite3.Row | None = db.execute(
            "SELECT * FROM trigger_id WHERE id=?", (trigger,)
        ).fetchone()
        if row is None:
            raise SlackError("invalid_trigger_id")
        if row["used"]:
            raise SlackError("exchanged_trigger_id")
        if workspace.now - row["born"] > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        db.execute("UPDATE trigger_id SET used=1 WHERE id=?", (trigger,))
    return row


# -- the stacks
# --------------------------------------------------------------------------------------------------


def stack(workspace: Workspace, person: str) -> list[JSON]:
    """A person's open modals, bottom first."""
    with workspace.store.read() as db:
        rows = db.execute(
            "SELECT data FROM view WHERE kind='modal' AND person=? ORDER BY position", (person,)
        ).fetchall()
    return [json.loads(row["data"]) for row in rows]


def top(workspace: Workspace, person: str) -> JSON | None:
    """The modal a person sees."""
    views = stack(workspace, person)
    return views[-1] if views else None


def home_view(workspace: Workspace, person: str) -> JSON | None:
    """What the app has published for a person's Home."""
    with workspace.store.read() as db:
        row = db.execute(
            "SELECT data FROM view WHERE kind='home' AND person=?", (person,)
        ).fetchone()
    return None if row is None else dict(json.loads(row["data"]))


def find_view(workspace: Workspace, view_id: str) -> tuple[str, JSON] | None:
    """An open view and whose it is."""
    with workspace.store.read() as db:
        row = db.execute("SELECT person, data FROM view WHERE id=?", (view_id,)).fetchone()
    return None if row is None else (row["person"], json.loads(row["data"]))


def checked_view(workspace: Workspace, view: Any) -> JSON:
    """Refuse a view that Slack would refuse, pictures included."""
    if not isinstance(view, dict):
        words = "[ERROR] missing required field: view"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    problems = validate_view(view)
    if any(problem.code == "view_too_large" for problem in problems):
        raise SlackError("view_too_large")
    refuse(problems)
    surface = str(view["type"])
    refuse(unplayable_videos(workspace, view.get("blocks"), surface))
    refuse(
        unreachable_pictures(view.get("blocks"), surface)
        + unusable_files(workspace, view.get("blocks"), surface)
    )
    return view


def _whole(
    workspace: Workspace, person: str, given: JSON, before: JSON | None, **place: Any
) -> JSON:
    """A view as Slack keeps it: ids, hash, state and defaults around what the app gave.

    UNSURE: that `team_id` is the reader's workspace; that app_installed_team_id is the app's has
    been seen.
    """
    blocks = with_ids(given["blocks"])
    known = before["state"]["values"] if before else {}
    view: JSON = {
        "id": before["id"] if before else workspace.new_id("V"),
        "team_id": acting_team(workspace, person),
        "type": given["type"],
        "blocks": blocks,
        "private_metadata": given.get("private_metadata") or "",
        "callback_id": given.get("callback_id") or "",
        "external_id": given.get("external_id") or "",
        "state": {"values": merged(blocks, known)},
        "hash": f"{int(workspace.now)}.{secrets.token_hex(4)}",
        "title": given.get("title"),
        "submit": given.get("submit"),
        "close": given.get("close"),
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "submit_disabled": bool(given.get("submit_disabled")),
        "app_id": workspace.config.app_id,
        "app_installed_team_id": workspace.config.team["id"],
        "bot_id": workspace.config.bot_id,
        "root_view_id": before["root_view_id"] if before else None,
        "previous_view_id": before["previous_view_id"] if before else None,
    }
    view.update(place)
    if view["root_view_id"] is None:
        view["root_view_id"] = view["id"]
    return view


def _write(workspace: Workspace, person: str, view: JSON, position: int) -> None:
    show_files(workspace, view["blocks"], person=person, surface=view["type"])
    external = view["external_id"] or None
    with workspace.store.write() as db:
        if external is not None:
            other = db.execute(
                "SELECT id FROM view WHERE external_id=? AND id<>?", (external, view["id"])
            ).fetchone()
            if other is not None:
                raise SlackError("duplicate_external_id")
        db.execute(
            (
                "INSERT OR REPLACE INTO view(id, kind, person, position, external_id, data) "
                "VALUES (?, ?, ?, ?, ?, ?)"
            ),
            (view["id"], view["type"], person, position, external, json.dumps(view)),
        )


def _tell(workspace: Workspace, person: str) -> None:
    workspace.tell("view", {"view_stack": stack(workspace, person)}, [person])


def push_view(workspace: Workspace, person: str, given: JSON, *, fresh: bool = False) -> JSON:
    """Open a modal on top of a person's stack; `fresh` closes what was open. Raises
    `push_limit_reached`.
    """
    with workspace.store.write() as db:
        if fresh:
            db.execute("DELETE FROM view WHERE kind='modal' AND person=?", (person,))
        views = stack(workspace, person)
        if len(views) >= STACK:
            raise SlackError("push_limit_reached")
        place = (
            {"root_view_id": views[0]["id"], "previous_view_id": views[-1]["id"]} if views else {}
        )
        view = _whole(workspace, person, given, None, **place)
        _write(workspace, person, view, len(views))
        _tell(workspace, person)
    return view


def replace_view(workspace: Workspace, person: str, before: JSON, given: JSON) -> JSON:
    """Put a new content into an open view; what was typed stays where block_id and action_id
    stay.
    """
    with workspace.store.write() as db:
        row = db.execute("SELECT position FROM view WHERE id=?", (before["id"],)).fetchone()
        if row is None:
            raise SlackError("not_found")
        view = _whole(workspace, person, given, before)
        _write(workspace, person, view, row["position"])
        if view["type"] == "home":
            workspace.tell("home", {"view": view}, [person])
        else:
            _tell(workspace, person)
    return view


def keep_state(workspace: Workspace, view_id: str, sent: JSON) -> JSON:
    """Remember what a person has typed so far; gives the view with its state."""
    with workspace.store.write() as db:
        row = db.execute(
            "SELECT person, position, data FROM view WHERE id=?", (view_id,)
        ).fetchone()
        if row is None:
            raise SlackError("not_found")
        view: JSON = json.loads(row["data"])
        view["state"] = {"values": merged(view["blocks"], view["state"]["values"], sent)}
        db.execute("UPDATE view SET data=? WHERE id=?", (json.dumps(view), view_id))
    return view


def close_view(workspace: Workspace, person: str, *, clear: bool = False) -> list[JSON]:
    """Close the modal on top, or all of them; gives the closed ones, top first."""
    with workspace.store.write() as db:
        views = stack(workspace, person)[::-1]
        closed = views if clear or (views and views[0]["clear_on_close"]) else views[:1]
        for view in closed:
            db.execute("DELETE FROM view WHERE id=?", (view["id"],))
        if closed:
            _tell(workspace, person)
    return closed


# -- the Web API
# --------------------------------------------------------------------------------------------------


def _modal(workspace: Workspace, args: Arguments) -> JSON:
    view = checked_view(workspace, args.opened("view", "invalid_arguments"))
    if view["type"] != "modal":
        words = "[ERROR] must be one of: modal [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    return view


def _open(workspace: Workspace, args: Arguments) -> JSON:
    view = _modal(workspace, args)
    trigger = _use_trigger(workspace, args.text("trigger_id"))
    # UNSURE: views.open by a press inside a modal lands on top of it; any other starts a new stack.
    return {"view": push_view(workspace, trigger["person"], view, fresh=trigger["view_id"] is None)}


def _push(workspace: Workspace, args: Arguments) -> JSON:
    view = _modal(workspace, args)
    trigger = _use_trigger(workspace, args.text("trigger_id"))
    if trigger["view_id"] is None or not stack(workspace, trigger["person"]):
        raise SlackError("invalid_trigger_id")
    return {"view": push_view(workspace, trigger["person"], view)}


def _check_hash(args: Arguments, before: JSON) -> None:
    sent = args.maybe_text("hash")
    if sent and sent != before["hash"]:
        raise SlackError("hash_conflict")


def _update(workspace: Workspace, args: Arguments) -> JSON:
    view = _modal(workspace, args)
    view_id = args.maybe_text("view_id")
    if view_id is None:
        with workspace.store.read() as db:
            row = db.execute(
                "SELECT id FROM view WHERE external_id=?", (args.text("external_id"),)
            ).fetchone()
        view_id = None if row is None else row["id"]
    with workspace.store.write():
        found = find_view(workspace, view_id or "")
        if found is None or found[1]["type"] != "modal":
            raise SlackError("not_found")
        person, before = found
        _check_hash(args, before)
        return {"view": replace_view(workspace, person, before, view)}


def _publish(workspace: Workspace, args: Arguments) -> JSON:
    person = args.text("user_id")
    view = checked_view(workspace, args.opened("view", "invalid_arguments"))
    if view["type"] != "home":
        words = "[ERROR] must be one of: home [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [words]})
    if not (workspace.config.features.get("app_home") or {}).get("home_tab_enabled"):
        raise SlackError("not_enabled")
    if find_person(workspace, person) is None or person == bot_user_id(workspace):
        raise SlackError("user_not_found")
    with workspace.store.write():
        before = home_view(workspace, person)
        if before is not None:
            _check_hash(args, before)
            return {"view": replace_view(workspace, person, before, view)}
        whole = _whole(workspace, person, view, None)
        _write(workspace, person, whole, 0)
        workspace.tell("home", {"view": whole}, [person])
    return {"view": whole}


METHODS = {
    "views.open": _open,
    "views.push": _push,
    "views.update": _update,
    "views.publish": _publish,
}
