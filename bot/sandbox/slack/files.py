"""Files of the workspace: their bytes on disk, what is known about them, and who may see them."""

from __future__ import annotations

import json
import mimetypes
import secrets
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = [
    "bytes_path",
    "file_json",
    "file_row",
    "is_ready",
    "keep_bytes",
    "may_see",
    "new_file",
    "set_file",
]


def new_file(
    workspace: Workspace, person: str, name: str, *, length: int, alt_txt: str = ""
) -> sqlite3.Row:
    """A file that waits for its bytes; `secret` is the last part of its upload address."""
    file_id = workspace.new_id("F")
    safe = PurePosixPath(name.replace("\\", "/")).name or "file"
    data = {
        "name": safe,
        "title": safe,
        "length": length,
        "alt_txt": alt_txt,
        "created": int(workspace.now),
    }
    with workspace.store.write() as db:
        db.execute(
            "INSERT INTO file(id, person, secret, state, data) VALUES (?, ?, ?, 'waiting', ?)",
            (file_id, person, secrets.token_urlsafe(24), json.dumps({**data, "shares": []})),
        )
    row = file_row(workspace, file_id)
    assert row is not None
    return row


def file_row(workspace: Workspace, file_id: str) -> sqlite3.Row | None:
    """A file's row, or None."""
    with workspace.store.read() as db:
        row: sqlite3.Row | None = db.execute("SELECT * FROM file WHERE id=?", (file_id,)).fetchone()
    return row


def set_file(workspace: Workspace, file_id: str, state: str, **fields: object) -> None:
    """Change a file's state (waiting, uploaded, done) and fields."""
    with workspace.store.write() as db:
        row = db.execute("SELECT data FROM file WHERE id=?", (file_id,)).fetchone()
        data = {**json.loads(row["data"]), **fields}
        db.execute("UPDATE file SET state=?, data=? WHERE id=?", (state, json.dumps(data), file_id))


def bytes_path(workspace: Workspace, file_id: str) -> Path:
    """Where the bytes lie; the name on disk is the id, never what a person typed."""
    return workspace.files_folder / file_id


def keep_bytes(workspace: Workspace, file_id: str, body: bytes) -> None:
    """Write a file's bytes down, whole or not at all."""
    path = bytes_path(workspace, file_id)
    half = path.with_suffix(".part")
    half.write_bytes(body)
    half.replace(path)
    set_file(workspace, file_id, "uploaded", size=len(body))


def open_to(workspace: Workspace, file_id: str, channel: str) -> None:
    """Let the readers of a channel see a file that is being shared there."""
    with workspace.store.write():
        row = file_row(workspace, file_id)
        assert row is not None
        there = json.loads(row["data"]).get("shown_in", [])
        set_file(workspace, file_id, row["state"], shown_in=[*there, channel])


def share(workspace: Workspace, file_id: str, channel: str, ts: str) -> None:
    """Note where a file has been shared."""
    row = file_row(workspace, file_id)
    assert row is not None
    shares = [*json.loads(row["data"])["shares"], [channel, ts]]
    set_file(workspace, file_id, "done", shares=shares)


def may_see(workspace: Workspace, row: sqlite3.Row, person: str) -> bool:
    """The uploader, the app that got it in a form, who is in a channel where it was shared (a
    public one: all).

    To be shown in a block of a message or view counts as being shared.
    """
    data: JSON = json.loads(row["data"])
    if row["person"] == person or (person == workspace.config.bot_user_id and data.get("in_form")):
        return True
    if person in data.get("shown_to", []):
        return True
    channels = [*(channel for channel, _ts in data["shares"]), *data.get("shown_in", [])]
    with workspace.store.read() as db:
        for channel in channels:
            found = db.execute(
                "SELECT 1 FROM channel c WHERE c.id=? AND (c.is_private=0 OR EXISTS"
                " (SELECT 1 FROM member m WHERE m.channel=c.id AND m.person=?))",
                (channel, person),
            ).fetchone()
            if found is not None:
                return True
    return False


def file_json(workspace: Workspace, file_id: str) -> JSON | None:
    """A file as the Web API gives it; its addresses are this server's."""
    row = file_row(workspace, file_id)
    if row is None:
        return None
    data: JSON = json.loads(row["data"])
    name = data["name"]
    suffix = PurePosixPath(name).suffix.lstrip(".").lower()
    address = f"{workspace.base_url}/files-pri/{workspace.config.team['id']}-{file_id}"
    shares = data["shares"] if is_ready(workspace, data) else []
    kinds = _kinds(workspace, [channel for channel, _ts in shares])
    return {
        "id": file_id,
        "created": data["created"],
        "timestamp": data["created"],
        "name": name,
        "title": data["title"],
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": {"jpeg": "jpg", "": "binary"}.get(suffix, suffix),
        "pretty_type": suffix.upper() or "Binary",
        "user": row["person"],
        "user_team": workspace.config.team["id"],
        "editable": False,
        "size": data.get("size", 0),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": "channel" in kinds.values(),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{quote(name)}",
        "url_private_download": f"{address}/download/{quote(name)}",
        "permalink": f"{workspace.base_url}/files/{file_id}/{quote(name)}",
        "alt_txt": data.get("alt_txt", ""),
        "has_rich_preview": False,
        "file_access": "visible",
        "channels": [channel for channel, kind in kinds.items() if kind == "channel"],
        "groups": [channel for channel, kind in kinds.items() if kind == "group"],
        "ims": [channel for channel, kind in kinds.items() if kind == "im"],
        "shares": _shares(shares, kinds),
    }


def is_ready(workspace: Workspace, data: JSON) -> bool:
    """Whether Slack has worked through a file; until then its shares are missing and no block can
    show it.
    """
    return bool(data.get("ready_at", 0.0) <= workspace.now)


def _kinds(workspace: Workspace, channels: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    with workspace.store.read() as db:
        for channel in channels:
            row = db.execute(
                "SELECT is_private, is_im FROM channel WHERE id=?", (channel,)
            ).fetchone()
            if row is not None:
                found[channel] = "group" if row["is_private"] else "channel"
                if row["is_im"]:
                    found[channel] = "im"
    return found


def give_to_app(workspace: Workspace, file_id: str, person: str) -> JSON | None:
    """A file that its uploader puts into a form: the app may fetch it from now on; None when it is
    not theirs.
    """
    row = file_row(workspace, file_id)
    if row is None or row["person"] != person or row["state"] == "waiting":
        return None
    set_file(workspace, file_id, "done", in_form=True)
    return file_json(workspace, file_id)


def _shares(shares: list[list[str]], kinds: dict[str, str]) -> JSON:
    found: JSON = {}
    for channel, ts in shares:
        where = "public" if kinds.get(channel) == "channel" else "private"
        found.setdefault(where, {}).setdefault(channel, []).append({"ts": ts})
    return found
