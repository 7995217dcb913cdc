"""The people of the practice workspace, their groups, and the Web API about them (users,
usergroups, team, bots).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.paging import page
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.arguments import Arguments
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = [
    "METHODS",
    "acting_team",
    "bot_user_id",
    "find_person",
    "home_team",
    "person_named",
    "seed_people",
    "shared_profile",
    "user_brief",
]

# Slack's eight colours, darkened where white initials on them could not be read.
COLORS = ("7c3fd6", "2b7a18", "c42b20", "2a7278", "674b1b", "b8336a", "8a6410", "684b6c")


def seed_people(workspace: Workspace) -> None:
    """Write the people of the configuration down; the bot user joins them when it is not among
    them.
    """
    people = [dict(person) for person in workspace.config.people]
    if not any(person["id"] == workspace.config.bot_user_id for person in people):
        people.append({**workspace.config.bot_user, "is_bot": True})
    with workspace.store.write() as db:
        for number, person in enumerate(people):
            person.setdefault("color", COLORS[number % len(COLORS)])
            db.execute(
                "INSERT OR REPLACE INTO person(id, data) VALUES (?, ?)",
                (person["id"], json.dumps(person)),
            )


def bot_user_id(workspace: Workspace) -> str:
    """The id of the app's own user."""
    return workspace.config.bot_user_id


def find_person(workspace: Workspace, person_id: str) -> JSON | None:
    """A person as they were given, or None."""
    with workspace.store.read() as db:
        row = db.execute("SELECT data FROM person WHERE id=?", (person_id,)).fetchone()
    return None if row is None else dict(json.loads(row["data"]))


def all_people(workspace: Workspace) -> list[JSON]:
    """Everybody, by id."""
    with workspace.store.read() as db:
        rows = db.execute("SELECT data FROM person ORDER BY id").fetchall()
    return [dict(json.loads(row["data"])) for row in rows]


def person_named(workspace: Workspace, name: str) -> JSON | None:
    """The person whose short or full name this is, whatever the capitals."""
    wanted = name.lower()
    for person in all_people(workspace):
        if wanted in {str(person["name"]).lower(), str(person.get("real_name", "")).lower()}:
            return person
    return None


def home_team(workspace: Workspace, person_id: str) -> str:
    """The id of the workspace that a person calls home."""
    return _home(workspace, find_person(workspace, person_id) or {})


def acting_team(workspace: Workspace, person_id: str) -> str:
    """The id of the workspace in which a person sits: ours for everybody who belongs here, else
    their own.
    """
    person = find_person(workspace, person_id) or {}
    return (
        _home(workspace, person)
        if _is_foreign(workspace, person)
        else str(workspace.config.team["id"])
    )


def _home(workspace: Workspace, person: JSON) -> str:
    return str(person.get("team_id") or workspace.config.team["id"])


def _is_foreign(workspace: Workspace, person: JSON) -> bool:
    ours = workspace.config.team["id"]
    here = (person.get("enterprise_user") or {}).get("teams") or []
    return _home(workspace, person) != ours and ours not in here


def _is_stranger(workspace: Workspace, person: JSON) -> bool:
    """Whether somebody of another workspace is in no channel that the app sees (facts of the user
    object).
    """
    if "is_stranger" in person or not _is_foreign(workspace, person):
        return bool(person.get("is_stranger"))
    with workspace.store.read() as db:
        row = db.execute(
            "SELECT 1 FROM member AS theirs JOIN member AS ours ON ours.channel = theirs.channel"
            " JOIN channel ON channel.id = theirs.channel WHERE theirs.person=? AND ours.person=? "
            "AND is_im=0",
            (person["id"], bot_user_id(workspace)),
        ).fetchone()
    return row is None


def user_brief(workspace: Workspace, person_id: str) -> JSON:
    """A person as interaction payloads carry them."""
    person = find_person(workspace, person_id) or {"id": person_id, "name": person_id.lower()}
    return {
        "id": person_id,
        "username": person["name"],
        "name": person["name"],
        "team_id": _home(workspace, person),
    }


def shared_profile(person: JSON, team: str) -> JSON:
    """A person as messages in channels of Slack Connect carry them."""
    return {
        "name": person["name"],
        "real_name": person.get("real_name") or person["name"],
        "display_name": person.get("display_name", person["name"]),
        "team": team,
        "is_restricted": bool(person.get("is_restricted")),
        "is_ultra_restricted": bool(person.get("is_ultra_restricted")),
    }


def client_person(person: JSON) -> JSON:
    """A person as the page shows them."""
    real = str(person.get("real_name") or person["name"])
    initials = "".join(word[0] for word in real.split()[:2]).upper()
    return {
        "id": person["id"],
        "name": person["name"],
        "real_name": real,
        "title": person.get("title", ""),
        "is_bot": bool(person.get("is_bot")),
        "is_restricted": bool(person.get("is_restricted")),
        "color": person["color"],
        "initials": initials,
    }


def _profile(workspace: Workspace, person: JSON) -> JSON:
    real = str(person.get("real_name") or person["name"])
    profile: JSON = {
        "title": person.get("title", ""),
        "phone": "",
        "real_name": real,
        "real_name_normalized": real,
        "display_name": person.get("display_name", person["name"]),
        "display_name_normalized": person.get("display_name", person["name"]),
        "status_text": person.get("status_text", ""),
        "status_emoji": person.get("status_emoji", ""),
        "team": _home(workspace, person),
    }
    if person.get("is_bot"):
        own = person["id"] == bot_user_id(workspace)
        bot_id = workspace.config.bot_id if own else person.get("bot_id", "")
        profile.update(
            bot_id=bot_id, api_app_id=workspace.config.app_id if own else person.get("app_id", "")
        )
    elif (
        person.get("email")
        and "users:read.email" in workspace.config.scopes
        and not _is_foreign(workspace, person)
    ):
        # UNSURE: whether an app may read the address of somebody of another workspace; here it may
        # not.
        profile["email"] = person["email"]
    return profile


def api_user(workspace: Workspace, person: JSON) -> JSON:
    """A person as the Web API gives them; the e-mail only with the scope users:read.email.

    Who was deactivated, and who is of another workspace, has no rank here; a deactivated person has
    no clock either.
    """
    user: JSON = {
        "id": person["id"],
        "team_id": _home(workspace, person),
        "name": person["name"],
        "deleted": bool(person.get("deleted")),
        "profile": _profile(workspace, person),
        "is_bot": bool(person.get("is_bot")),
        "is_app_user": False,
        "updated": 0,
    }
    if person.get("enterprise_user"):
        user["enterprise_user"] = person["enterprise_user"]
    if person.get("deleted"):
        return user
    foreign = _is_foreign(workspace, person)
    user.update(
        color=person["color"],
        real_name=person.get("real_name") or person["name"],
        tz=person.get("tz", "Europe/Amsterdam"),
        tz_label=person.get("tz_label", "Central European Time"),
        tz_offset=int(person.get("tz_offset", 3600)),
        locale=person.get("locale", "en-GB"),
        is_admin=bool(person.get("is_admin")) and not foreign,
        is_owner=bool(person.get("is_owner")) and not foreign,
        is_primary_owner=False,
        is_restricted=bool(person.get("is_restricted")),
        is_ultra_restricted=bool(person.get("is_ultra_restricted")),
        is_stranger=_is_stranger(workspace, person),
        is_email_confirmed=True,
    )
    return user


def _users_list(workspace: Workspace, args: Arguments) -> JSON:
    known = [
        person
        for person in all_people(workspace)
        if not person.get("hidden") and not person.get("is_workflow")
    ]
    people = [api_user(workspace, person) for person in known]
    shown, cursor = page(people, args, default=len(people) or 1, largest=1000)
    return {
        "members": shown,
        "cache_ts": int(workspace.now),
        "response_metadata": {"next_cursor": cursor},
    }


def _users_info(workspace: Workspace, args: Arguments) -> JSON:
    return {"user": api_user(workspace, _seen(workspace, args.text("user")))}


def _seen(workspace: Workspace, person_id: str) -> JSON:
    """A person the app may see."""
    person = find_person(workspace, person_id)
    if person is None or person.get("is_workflow"):
        raise SlackError("user_not_found")
    if person.get("hidden"):
        raise SlackError("user_not_visible")
    return person


def _users_lookup(workspace: Workspace, args: Arguments) -> JSON:
    wanted = args.text("email").lower()
    for person in all_people(workspace):
        known = str(person.get("email", "")).lower() == wanted and not _is_foreign(
            workspace, person
        )
        if known and not person.get("deleted") and not person.get("hidden"):
            return {"user": api_user(workspace, person)}
    raise SlackError("users_not_found")


def _profile_get(workspace: Workspace, args: Arguments) -> JSON:
    person = _seen(workspace, args.maybe_text("user") or bot_user_id(workspace))
    return {"profile": _profile(workspace, person)}


def _usergroups_list(workspace: Workspace, args: Arguments) -> JSON:
    with_users = args.flag("include_users")
    groups: list[JSON] = []
    for given in workspace.config.usergroups:
        group = {
            "id": given["id"],
            "team_id": workspace.config.team["id"],
            "is_usergroup": True,
            "name": given["name"],
            "handle": given.get("handle", given["name"]),
            "description": given.get("description", ""),
            "date_delete": 0,
            "user_count": len(given.get("users", [])),
        }
        groups.append({**group, "users": list(given.get("users", []))} if with_users else group)
    return {"usergroups": groups}


def _usergroup_users(workspace: Workspace, args: Arguments) -> JSON:
    wanted = args.text("usergroup")
    for group in workspace.config.usergroups:
        if group["id"] == wanted:
            return {"users": list(group.get("users", []))}
    raise SlackError("no_such_subteam")


def _team_info(workspace: Workspace, _args: Arguments) -> JSON:
    team = workspace.config.team
    return {
        "team": {
            "id": team["id"],
            "name": team["name"],
            "domain": team["domain"],
            "email_domain": "",
            "icon": {},
        }
    }


def _bots_info(workspace: Workspace, args: Arguments) -> JSON:
    if args.maybe_text("bot") not in {None, workspace.config.bot_id}:
        raise SlackError("bot_not_found")
    profile: dict[str, Any] = workspace.bot_profile()
    return {"bot": {**profile, "user_id": bot_user_id(workspace)}}


METHODS = {
    "users.list": _users_list,
    "users.info": _users_info,
    "users.lookupByEmail": _users_lookup,
    "users.profile.get": _profile_get,
    "usergroups.list": _usergroups_list,
    "usergroups.users.list": _usergroup_users,
    "team.info": _team_info,
    "bots.info": _bots_info,
}
