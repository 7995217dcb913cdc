"""What Slack's SDK raises, told apart in one place, for whoever calls Slack."""

import re
from http import HTTPStatus
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

NO_ANSWER = (OSError, HTTPException, ValueError, TypeError)
"""No answer in time, one that was cut off, or one that is not JSON: the call may have been carried out."""

_UNKNOWN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_SLACKS_OWN = re.compile(r"[a-z][a-z0-9_]*")  # a proxy's page, or a proxy's own JSON, has other words


def slack_code(error: SlackApiError) -> str:
    """Slack's own error code ("channel_not_found"), or the HTTP status of an answer that is not Slack's own."""
    data = error.response.data if hasattr(error.response, "data") else error.response
    code = str(data.get("error")) if isinstance(data, dict) else ""
    return code if _SLACKS_OWN.fullmatch(code) else f"HTTP {error.response.status_code}"


def outcome_unknown(error: SlackApiError) -> bool:
    """Whether the request may have been carried out: Slack itself is in trouble, or somebody else answered for it.

    Too many requests (429) is a refusal, whoever says it.
    """
    status, code = getattr(error.response, "status_code", HTTPStatus.OK), slack_code(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return bool(status >= HTTPStatus.INTERNAL_SERVER_ERROR) or code in _UNKNOWN or not _SLACKS_OWN.fullmatch(code)
