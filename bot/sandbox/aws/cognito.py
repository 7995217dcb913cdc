"""Amazon Cognito: the one user pool of the private workforce, its users and its groups.

Promises the work teams that a team of Cognito groups has the people who are in them, from the
moment a user joins or leaves on. No e-mail is ever sent from here: an invited user signs in to the
worker pages as everybody does there.
"""

import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.sandbox.aws.sagemaker.pool_groups import (
    OWN,
    check_group,
    fill_group,
    groups_of,
    has_group,
    members_of,
    pool_of,
    regroup,
)
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["Cognito"]

MOST_PER_PAGE = 60
INVITED = "FORCE_CHANGE_PASSWORD"
_FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')
_SEARCHED = {"username", "email", "name", "sub"}


class Cognito:
    """The operations on users and groups of the one user pool of a Region."""

    def __init__(self, store: Store, *, region: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._pool = pool_of(region)
        self._clock = clock
        with store.write() as rows:
            for team in rows.execute(f"SELECT * FROM workteam WHERE {OWN}").fetchall():
                if team["definitions"] == "[]" and not has_group(rows, team["name"]):
                    fill_group(rows, team["name"], json.loads(team["members"]), clock())

    @operation
    def create_group(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateGroup."""
        self._check_pool(asked)
        name, now = asked["GroupName"], self._clock()
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO cognito_group (name, description, created) VALUES (?, ?, ?)",
                (name, asked.get("Description", ""), now),
            ).rowcount
        if not made:
            raise AwsError("GroupExistsException", "A group with the name already exists.")
        return {"Group": {"GroupName": name, "UserPoolId": self._pool, "CreationDate": now}}

    @operation
    def delete_group(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteGroup: not while a work team is made of it."""
        self._check_pool(asked)
        name = asked["GroupName"]
        with self._store.write() as rows:
            check_group(rows, name)
            teams = rows.execute(f"SELECT * FROM workteam WHERE {OWN}").fetchall()
            if any(name in groups_of(team, self._pool) for team in teams):
                # UNSURE: the guide says that this ends in an error, and not in which.
                raise _invalid(f"Group {name} is associated with a work team.")
            rows.execute("DELETE FROM cognito_membership WHERE group_name = ?", (name,))
            rows.execute("DELETE FROM cognito_group WHERE name = ?", (name,))
        return {}

    @operation
    def admin_create_user(self, asked: dict[str, Any]) -> dict[str, Any]:
        """AdminCreateUser: whoever is new has to choose a password first."""
        self._check_pool(asked)
        if asked.get("MessageAction") == "RESEND":
            raise _invalid("This practice server sends no message a second time.")
        name, now, sub = asked["Username"], self._clock(), str(uuid.uuid4())
        attributes = {
            each["Name"]: each.get("Value", "") for each in asked.get("UserAttributes", ())
        }
        if "sub" in attributes:
            raise _invalid("Cannot modify the non-mutable attribute sub")
        medium = asked.get("DesiredDeliveryMediums", ["SMS"])
        if asked.get("MessageAction") != "SUPPRESS" and not _reachable(attributes, medium):
            raise _invalid("User has no attribute for the medium of delivery.")
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO cognito_user (username, sub, attributes, status, created)"
                " VALUES (?, ?, ?, ?, ?)",
                (name, sub, json.dumps(attributes), INVITED, now),
            ).rowcount
            if not made:
                raise AwsError("UsernameExistsException", "User account already exists")
            row = _user(rows, name)
        return {"User": _described(row)}

    @operation
    def admin_add_user_to_group(self, asked: dict[str, Any]) -> dict[str, Any]:
        """AdminAddUserToGroup: a second time changes nothing."""
        self._change(
            asked, "INSERT OR IGNORE INTO cognito_membership (group_name, username) VALUES (?, ?)"
        )
        return {}

    @operation
    def admin_remove_user_from_group(self, asked: dict[str, Any]) -> dict[str, Any]:
        """AdminRemoveUserFromGroup: of somebody who is not in it nothing is changed."""
        self._change(asked, "DELETE FROM cognito_membership WHERE group_name = ? AND username = ?")
        return {}

    @operation
    def list_users_in_group(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListUsersInGroup, by name; 60 at most on a page."""
        self._check_pool(asked)
        with self._store.read() as rows:
            check_group(rows, asked["GroupName"])
            found = members_of(rows, asked["GroupName"])
        users, token = _page(found, asked, "NextToken")
        return {"Users": users, "NextToken": token}

    @operation
    def list_users(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListUsers, by name; a filter compares one attribute."""
        self._check_pool(asked)
        with self._store.read() as rows:
            found = rows.execute("SELECT * FROM cognito_user ORDER BY username").fetchall()
        fits = _filter(asked.get("Filter", ""))
        users, token = _page([row for row in found if fits(row)], asked, "PaginationToken")
        return {"Users": users, "PaginationToken": token}

    def _change(self, asked: Mapping[str, Any], statement: str) -> None:
        """Run a change of a membership, and give every team that has the group its people."""
        self._check_pool(asked)
        with self._store.write() as rows:
            user = _user(rows, asked["Username"])
            check_group(rows, asked["GroupName"])
            rows.execute(statement, (asked["GroupName"], user["username"]))
            regroup(rows, self._pool, asked["GroupName"])

    def _check_pool(self, asked: Mapping[str, Any]) -> None:
        if asked["UserPoolId"] != self._pool:
            raise AwsError(
                "ResourceNotFoundException", f"User pool {asked['UserPoolId']} does not exist."
            )


def _user(rows: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The user of that name, or of that sub."""
    row: sqlite3.Row | None = rows.execute(
        "SELECT * FROM cognito_user WHERE username = ? OR sub = ?", (name, name)
    ).fetchone()
    if row is None:
        raise AwsError("UserNotFoundException", "User does not exist.")
    return row


def _described(row: sqlite3.Row) -> dict[str, Any]:
    known = {"sub": row["sub"], **json.loads(row["attributes"])}
    return {
        "Username": row["username"],
        "Attributes": [{"Name": name, "Value": value} for name, value in known.items()],
        "UserCreateDate": row["created"],
        "UserLastModifiedDate": row["created"],
        "Enabled": True,
        "UserStatus": row["status"],
    }


def _reachable(attributes: Mapping[str, str], mediums: Iterable[str]) -> bool:
    return any(attributes.get("email" if each == "EMAIL" else "phone_number") for each in mediums)


def _page(
    found: list[sqlite3.Row], asked: Mapping[str, Any], token_name: str
) -> tuple[list[dict[str, Any]], str | None]:
    """One page, and the token for the next."""
    question = {name: asked[name] for name in asked if name not in {token_name, "Limit"}}
    given = {**question, "NextToken": asked.get(token_name)}
    try:
        start = int((paging.opened(given) or [0])[0])
    except paging.BadToken as error:
        raise _invalid("Invalid pagination token.") from error
    end = start + (asked.get("Limit") or MOST_PER_PAGE)
    more = paging.sealed(given, [end]) if end < len(found) else None
    return [_described(row) for row in found[start:end]], more


def _filter(text: str) -> Callable[[sqlite3.Row], bool]:
    """Whether a user fits `attribute = "value"` or `attribute ^= "beginning"`."""
    if not text:
        return lambda _row: True
    read = _FILTER.fullmatch(text)
    if read is None or read[1] not in _SEARCHED:
        raise _invalid("Error while parsing filter.")
    name, sign, wanted = read[1], read[2], re.sub(r"\\(.)", r"\1", read[3])

    def fits(row: sqlite3.Row) -> bool:
        known = {"username": row["username"], "sub": row["sub"], **json.loads(row["attributes"])}
        value = str(known.get(name, ""))
        return value == wanted if sign == "=" else value.startswith(wanted)

    return fits


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterException", words)
