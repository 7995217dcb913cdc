"""Which people a private work team has: those of its groups in the user pool.

Shared by the operations on work teams and those of Cognito; everything runs inside the caller's
transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from bot.sandbox.aws.wire.errors import AwsError

__all__ = [
    "OWN",
    "check_group",
    "fill_group",
    "groups_of",
    "has_group",
    "members_of",
    "people_of",
    "pool_of",
    "regroup",
]

OWN = "arn LIKE '%:workteam/private-crowd/%'"
"""A condition on a row: it is a private team, no vendor's."""


def pool_of(region: str) -> str:
    """The id of the one user pool of a Region."""
    return f"{region}_practice"


def has_group(rows: sqlite3.Connection, name: str) -> bool:
    """Whether the pool has the group."""
    found = rows.execute("SELECT 1 FROM cognito_group WHERE name = ?", (name,)).fetchone()
    return found is not None


def check_group(rows: sqlite3.Connection, name: str) -> None:
    """Refuse a group that the pool does not have, as Cognito does; raises AwsError."""
    if not has_group(rows, name):
        raise AwsError("ResourceNotFoundException", "Group not found.")


def members_of(rows: sqlite3.Connection, group: str) -> list[sqlite3.Row]:
    """The users of a group, by name."""
    return rows.execute(
        "SELECT u.* FROM cognito_user u JOIN cognito_membership m USING (username)"
        " WHERE m.group_name = ? ORDER BY username",
        (group,),
    ).fetchall()


def people_of(rows: sqlite3.Connection, groups: Iterable[str]) -> list[dict[str, str]]:
    """The people of these groups as a work team lists them."""
    found: dict[str, dict[str, str]] = {}
    for group in groups:
        for row in members_of(rows, group):
            known = json.loads(row["attributes"])
            email = known.get("email", "")
            name = known.get("name") or email or row["username"]
            found[row["sub"]] = {"sub": row["sub"], "name": name, "email": email}
    return list(found.values())


def groups_of(team: sqlite3.Row, pool: str) -> list[str]:
    """The groups of this pool that a work team is made of."""
    definitions = json.loads(team["definitions"])
    if not definitions:
        return [team["name"]]
    cognito = [each.get("CognitoMemberDefinition", {}) for each in definitions]
    return [each["UserGroup"] for each in cognito if each.get("UserPool") == pool]


def regroup(rows: sqlite3.Connection, pool: str, group: str) -> None:
    """Give every work team that has the group its people as they are now."""
    for team in rows.execute(f"SELECT * FROM workteam WHERE {OWN}").fetchall():
        groups = groups_of(team, pool)
        if group in groups:
            people = json.dumps(people_of(rows, groups))
            rows.execute("UPDATE workteam SET members = ? WHERE name = ?", (people, team["name"]))


def fill_group(
    rows: sqlite3.Connection, name: str, people: Iterable[Mapping[str, str]], now: float
) -> None:
    """Make a group of people as a work team lists them; they have signed in before."""
    rows.execute("INSERT OR IGNORE INTO cognito_group (name, created) VALUES (?, ?)", (name, now))
    for person in people:
        username = person.get("email") or person["sub"]
        attributes = {key: person[key] for key in ("email", "name") if key in person}
        rows.execute(
            "INSERT OR IGNORE INTO cognito_user (username, sub, attributes, status, created)"
            " VALUES (?, ?, ?, 'CONFIRMED', ?)",
            (username, person["sub"], json.dumps(attributes), now),
        )
        rows.execute(
            "INSERT OR IGNORE INTO cognito_membership (group_name, username) VALUES (?, ?)",
            (name, username),
        )
