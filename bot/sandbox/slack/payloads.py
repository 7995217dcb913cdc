"""Payloads of commands and interactions, with every field of facts sections 1 and 2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import find_channel, payload_name
from bot.sandbox.slack.messages import find_ephemeral, find_message, shown
from bot.sandbox.slack.people import acting_team, find_person, user_brief
from bot.sandbox.slack.response_urls import new_response_url
from bot.sandbox.slack.state import SlackError
from bot.sandbox.slack.view_state import merged
from bot.sandbox.slack.views import find_view, home_view, keep_state, new_trigger

if TYPE_CHECKING:
    from dataclasses import dataclass

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace
else:
    from dataclasses import dataclass

__all__ = ["Place", "base", "channel_brief", "command_fields", "find_place"]

LEGACY_TOKEN = "legacy-verification-token"  # noqa: S105 - the field every payload carries and nobody may trust


@dataclass(frozen=True)
class Place:
    """Where an element stands: its blocks, what the payload says about the place, and the modal if
    it is one.
    """

    blocks: list[JSON]
    fields: JSON
    view_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    ephemeral_id: str | None = None
    thread_ts: str | None = None


def base(workspace: Workspace, kind: str, person: str) -> JSON:
    """What every interaction payload begins with.

    UNSURE: which team a press of somebody of another workspace names; here, as in their user, their
    own.
    """
    return {
        "type": kind,
        "token": LEGACY_TOKEN,
        "team": workspace.team_brief(acting_team(workspace, person)),
        "user": user_brief(workspace, person),
        "api_app_id": workspace.config.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_brief(workspace: Workspace, channel: str) -> JSON:
    """A channel as payloads carry it."""
    row = find_channel(workspace, channel)
    if row is None:
        raise SlackError("channel_not_found")
    return {"id": row["id"], "name": payload_name(row)}


def command_fields(
    workspace: Workspace, person: str, channel: str, command: str, text: str
) -> JSON:
    """A slash command's form fields: no thread_ts and no ts, because commands have no thread.

    UNSURE: whether people of another workspace can type our commands at all; here they can, under
    their own team_id.
    """
    team = workspace.team_brief(acting_team(workspace, person))
    brief = channel_brief(workspace, channel)
    name = (find_person(workspace, person) or {}).get("name", person)
    return {
        "token": LEGACY_TOKEN,
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": brief["id"],
        "channel_name": brief["name"],
        "user_id": person,
        "user_name": name,
        "command": command,
        "text": text,
        "api_app_id": workspace.config.app_id,
        "is_enterprise_install": "false",
        "response_url": new_response_url(workspace, person, brief["id"]),
        "trigger_id": new_trigger(workspace, person),
    }


def find_place(workspace: Workspace, person: str, container: JSON, sent: JSON) -> Place:
    """The place a page names, with what the person has typed there (`sent`: {block_id: {action_id:
    {...}}}).
    """
    kind = container.get("type")
    if kind == "view":
        return _modal(workspace, person, str(container.get("view_id")), sent)
    if kind == "home":
        home = home_view(workspace, person)
        if home is None:
            raise SlackError("not_found")
        return _view_place(keep_state(workspace, home["id"], sent))
    if kind == "ephemeral":
        return _ephemeral(workspace, person, str(container.get("ephemeral_id")), sent)
    return _message(workspace, str(container.get("channel")), str(container.get("ts")), sent)


def _modal(workspace: Workspace, person: str, view_id: str, sent: JSON) -> Place:
    found = find_view(workspace, view_id)
    if found is None or found[0] != person:
        raise SlackError("not_found")
    return _view_place(keep_state(workspace, view_id, sent))


def _view_place(view: JSON) -> Place:
    fields = {"container": {"type": "view", "view_id": view["id"]}, "view": view}
    return Place(view["blocks"], fields, view_id=view["id"])


def _ephemeral(workspace: Workspace, person: str, ephemeral_id: str, sent: JSON) -> Place:
    row = find_ephemeral(workspace, ephemeral_id)
    if row is None or row["person"] != person:
        raise SlackError("message_not_found")
    message: JSON = json.loads(row["data"])
    blocks = message.get("blocks") or []
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": row["channel"],
        "is_ephemeral": True,
        **({"thread_ts": row["thread_ts"]} if row["thread_ts"] else {}),
    }
    # UNSURE: payloads of ephemeral messages carry no `message`; the stricter reading.
    fields = {
        "container": container,
        "channel": channel_brief(workspace, row["channel"]),
        "state": {"values": merged(blocks, {}, sent)},
    }
    return Place(
        blocks,
        fields,
        channel=row["channel"],
        ephemeral_id=ephemeral_id,
        ts=None,
        thread_ts=row["thread_ts"],
    )


def _message(workspace: Workspace, channel: str, ts: str, sent: JSON) -> Place:
    row = find_message(workspace, channel, ts)
    if row is None:
        raise SlackError("message_not_found")
    message = shown(workspace, row, metadata=True)
    blocks = message.get("blocks") or []
    thread = message.get("thread_ts")
    container = {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel,
        "is_ephemeral": False,
        **({"thread_ts": thread} if thread else {}),
    }
    fields = {
        "container": container,
        "channel": channel_brief(workspace, channel),
        "message": message,
        "state": {"values": merged(blocks, {}, sent)},
    }
    return Place(blocks, fields, channel=channel, ts=ts, thread_ts=thread)
