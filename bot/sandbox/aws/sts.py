"""STS: who am I, and short-lived keys for a role."""

import re
import secrets
from collections.abc import Callable
from typing import Any

from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import caller, operation
from bot.sandbox.aws.wire.signature import Credentials
from bot.sandbox.store import Store

__all__ = ["Sts"]

USUAL = 3600
HTTP_FORBIDDEN = 403
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")


class Sts:
    """The operations of STS, and the sessions it gave out."""

    def __init__(self, store: Store, *, account: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._account = account
        self._clock = clock

    def session(self, access_key: str) -> Credentials | None:
        """The credentials of a session, also of one that is over."""
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT * FROM role_session WHERE access_key = ?", (access_key,)
            ).fetchone()
        if row is None:
            return None
        return Credentials(
            access_key, row["secret"], row["arn"], row["role_id"], row["token"], row["expires"]
        )

    @operation
    def get_caller_identity(self, _asked: dict[str, Any]) -> dict[str, Any]:
        """GetCallerIdentity."""
        who = caller()
        return {"Arn": who.arn, "UserId": who.user_id, "Account": self._account}

    @operation
    def assume_role(self, asked: dict[str, Any]) -> dict[str, Any]:
        """AssumeRole, of this account's roles."""
        role, name = _ROLE.fullmatch(asked["RoleArn"]), asked["RoleSessionName"]
        if role is None:
            raise AwsError("ValidationError", f"{asked['RoleArn']} is invalid")
        account, role_name = role.groups()
        if account != self._account:
            who = caller().arn
            raise AwsError(
                "AccessDenied",
                (
                    f"User: {who} is not authorized to perform: sts:AssumeRole on resource: "
                    f"{asked['RoleArn']}"
                ),
                HTTP_FORBIDDEN,
            )
        made = Credentials(
            access_key=f"ASIA{secrets.token_hex(8).upper()}",
            secret=secrets.token_urlsafe(30),
            arn=f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
            user_id=f"AROAPRACTICE{role_name.upper()[:8]}:{name}",
            token=secrets.token_urlsafe(96),
            expires=self._clock() + asked.get("DurationSeconds", USUAL),
        )
        with self._store.write() as rows:
            rows.execute(
                (
                    "INSERT INTO role_session (access_key, secret, token, arn, role_id, expires) "
                    "VALUES (?, ?, ?, ?, ?, ?)"
                ),
                (made.access_key, made.secret, made.token, made.arn, made.user_id, made.expires),
            )
        return {
            "AssumedRoleUser": {"AssumedRoleId": made.user_id, "Arn": made.arn},
            "Credentials": {
                "AccessKeyId": made.access_key,
                "SecretAccessKey": made.secret,
                "SessionToken": made.token,
                "Expiration": made.expires,
            },
        }
