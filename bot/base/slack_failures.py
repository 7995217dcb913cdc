"""What Slack's SDK raises, told apart in one place, for whoever calls Slack."""

import re
from enum import Enum
from http import HTTPStatus
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

NO_ANSWER = (OSError, HTTPException, ValueError, TypeError)
"""No answer in time, one that was cut off, or one that is not JSON: the call may have been carried
out.
"""

_UNKNOWN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_MOVING = {"team_added_to_org", "org_login_required"}
"""The workspace is being moved into an organisation: calls fail now and then until that is done."""
_SHUT = {
    "account_inactive",
    "ekm_access_denied",
    "invalid_auth",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
"""The token is no good, or not for this: nobody but an administrator can change that."""
# a proxy's page, or a proxy's own JSON, has other words
_SLACKS_OWN = re.compile(r"[a-z][a-z0-9_]*")


def slack_code(error: SlackApiError) -> str:
    """Slack's own error code ("channel_not_found"), or the HTTP status of an answer that is not
    Slack's own.
    """
    data = error.response.data if hasattr(error.response, "data") else error.response
    code = str(data.get("error")) if isinstance(data, dict) else ""
    return code if _SLACKS_OWN.fullmatch(code) else f"HTTP {error.response.status_code}"


def outcome_unknown(error: SlackApiError) -> bool:
    """Whether the request may have been carried out: Slack itself is in trouble, or somebody else
    answered for it.

    Too many requests (429) is a refusal, whoever says it.
    """
    status, code = getattr(error.response, "status_code", HTTPStatus.OK), slack_code(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return (
        bool(status >= HTTPStatus.INTERNAL_SERVER_ERROR)
        or code in _UNKNOWN
        or not _SLACKS_OWN.fullmatch(code)
    )


class Answer(Enum):
    """What an error of Slack's says about the thing that was asked for, whatever its code."""

    REFUSED = "refused"
    """A definite no: there is no such person, channel or group for this bot. Asking again gives the
    same.
    """
    SHUT = "shut"
    """The app may not ask: an administrator must install it again."""
    UNKNOWN = "unknown"
    """Nothing is known. Only here does another try make sense."""


def answer_of(error: SlackApiError) -> Answer:
    """What a look-up that failed says; codes that nobody has heard of yet are refusals."""
    code, status = slack_code(error), getattr(error.response, "status_code", HTTPStatus.OK)
    if (
        status == HTTPStatus.TOO_MANY_REQUESTS
        or code in _MOVING | {"ratelimited"}
        or outcome_unknown(error)
    ):
        return Answer.UNKNOWN
    return Answer.SHUT if code in _SHUT else Answer.REFUSED
