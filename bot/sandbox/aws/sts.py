"""STS: who am I, and short-lived keys for a role. It speaks the older query protocol (forms in, XML out)."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.aws.errors import AwsError
from bot.sandbox.aws.protocol import caller, service_model
from bot.sandbox.aws.request import is_whole
from bot.sandbox.aws.s3_xml import Reply, writable
from bot.sandbox.aws.signature import Credentials
from bot.sandbox.store import Store

__all__ = ["Sts"]

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
HTTP_NOT_IMPLEMENTED = 501
SHORTEST, LONGEST, USUAL = 900, 43_200, 3600
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")


class Sts:
    """The operations of STS, and the sessions it gave out."""

    def __init__(self, store: Store, *, account: str, clock: Callable[[], float]) -> None:
        if service_model("sts").resolved_protocol != "query":
            raise RuntimeError("botocore no longer speaks query to sts; this stand-in does.")
        self._store = store
        self._account = account
        self._clock = clock

    def answer(self, body: bytes) -> Reply:
        """Answer one form; raises AwsError."""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        action = form.get("Action", "")
        if action == "GetCallerIdentity":
            who = caller()
            return _document(action, {"Arn": who.arn, "UserId": who.user_id, "Account": self._account})
        if action == "AssumeRole":
            return _document(action, self._assume_role(form))
        if action in service_model("sts").operation_names:
            raise AwsError(
                "NotImplementedException", f"This practice server does not have STS.{action}.", HTTP_NOT_IMPLEMENTED
            )
        raise AwsError("InvalidAction", f"Could not find operation {action} for version 2011-06-15")

    def session(self, access_key: str) -> Credentials | None:
        """The credentials of a session, also of one that is over."""
        with self._store.read() as rows:
            row = rows.execute("SELECT * FROM role_session WHERE access_key = ?", (access_key,)).fetchone()
        if row is None:
            return None
        return Credentials(access_key, row["secret"], row["arn"], row["role_id"], row["token"], row["expires"])

    def _assume_role(self, form: Mapping[str, str]) -> dict[str, Any]:
        role = _ROLE.fullmatch(form.get("RoleArn", ""))
        name, duration = form.get("RoleSessionName", ""), form.get("DurationSeconds", str(USUAL))
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", name) or role is None:
            raise AwsError("ValidationError", "RoleArn and RoleSessionName must be given and valid.")
        if not is_whole(duration) or not SHORTEST <= int(duration) <= LONGEST:
            raise AwsError("ValidationError", f"DurationSeconds must be from {SHORTEST} to {LONGEST}.")
        account, role_name = role.groups()
        if account != self._account:
            who = caller().arn
            raise AwsError(
                "AccessDenied",
                f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {form['RoleArn']}",
                403,
            )
        made = Credentials(
            access_key=f"ASIA{secrets.token_hex(8).upper()}",
            secret=secrets.token_urlsafe(30),
            arn=f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
            user_id=f"AROAPRACTICE{role_name.upper()[:8]}:{name}",
            token=secrets.token_urlsafe(96),
            expires=self._clock() + int(duration),
        )
        with self._store.write() as rows:
            rows.execute(
                "INSERT INTO role_session (access_key, secret, token, arn, role_id, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (made.access_key, made.secret, made.token, made.arn, made.user_id, made.expires),
            )
        expires = datetime.fromtimestamp(made.expires or 0, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "AssumedRoleUser": {"AssumedRoleId": made.user_id, "Arn": made.arn},
            "Credentials": {
                "AccessKeyId": made.access_key,
                "SecretAccessKey": made.secret,
                "SessionToken": made.token,
                "Expiration": expires,
            },
        }


def error_document(error: AwsError) -> Reply:
    """An error as the query protocol writes it."""
    kind = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004 - the server's side
    text = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{writable(error.code)}</Code>'
        f"<Message>{writable(error.message)}</Message></Error><RequestId>{secrets.token_hex(16)}</RequestId>"
        "</ErrorResponse>"
    )
    return Reply(error.status, text.encode(), {"content-type": "text/xml"})


def _document(action: str, result: Mapping[str, Any]) -> Reply:
    text = (
        f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{_inner(result)}</{action}Result>'
        f"<ResponseMetadata><RequestId>{secrets.token_hex(16)}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Reply(200, text.encode(), {"content-type": "text/xml"})


def _inner(content: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_inner(value) if isinstance(value, Mapping) else writable(str(value))}</{name}>"
        for name, value in content.items()
    )
