"""What Slack's SDK raises, told apart in one place, for whoever calls Slack."""

from http import HTTPStatus
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

NO_ANSWER = (OSError, HTTPException, ValueError, TypeError)
"""No answer in time, one that was cut off, or one that is not JSON: the call may have been carried out."""

_UNKNOWN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "HTTP 200"}
_UNREADABLE = "Received a response in a non-JSON format"  # how the SDK begins the "error" of an answer that is a page


def slack_code(error: SlackApiError) -> str:
    """Slack's own error code ("channel_not_found"), or the HTTP status of an answer that is not Slack's own."""
    data = error.response.data if hasattr(error.response, "data") else error.response
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    return f"HTTP {error.response.status_code}" if not code or code.startswith(_UNREADABLE) else code


def outcome_unknown(error: SlackApiError) -> bool:
    """Whether this is Slack's own trouble and says nothing of the request: it may have been carried out."""
    status = getattr(error.response, "status_code", HTTPStatus.OK)
    return bool(status >= HTTPStatus.INTERNAL_SERVER_ERROR) or slack_code(error) in _UNKNOWN
