"""What the SDK raises, told apart."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack_failures import outcome_unknown, slack_code

_PAGE = {"ok": False, "error": "Received a response in a non-JSON format: <html>…</html>"}


@pytest.mark.parametrize(
    ("status", "body", "code", "unknown"),
    [
        (200, {"ok": False, "error": "channel_not_found"}, "channel_not_found", False),
        (429, {"ok": False, "error": "ratelimited"}, "ratelimited", False),
        (200, {"ok": False, "error": "internal_error"}, "internal_error", True),
        (200, {"ok": False}, "HTTP 200", True),
        (200, _PAGE, "HTTP 200", True),
        (403, _PAGE, "HTTP 403", True),
        (408, _PAGE, "HTTP 408", True),
        (400, {"error": "Bad Request"}, "HTTP 400", True),
        (403, {"error": {"code": 1010}}, "HTTP 403", True),
        (404, {"ok": False, "error": "unknown_method"}, "unknown_method", False),
        (429, _PAGE, "HTTP 429", False),
        (503, _PAGE, "HTTP 503", True),
    ],
)
def test_each_answer_has_a_code_and_says_whether_it_was_carried_out(
    status: int, body: Any, code: str, unknown: bool
) -> None:
    """Without this, a post of unknown outcome could be made again as if refused, or a proxy's page be logged whole."""
    response = SlackResponse(
        client=WebClient(), http_verb="POST", api_url="", req_args={}, data=body, headers={}, status_code=status
    )
    error = SlackApiError("refused", response)
    assert slack_code(error) == code
    assert outcome_unknown(error) is unknown
