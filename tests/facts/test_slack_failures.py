"""What the SDK raises, told apart."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.base.slack_failures import Answer, answer_of, outcome_unknown, slack_code

_PAGE = {"ok": False, "error": "Received a response in a non-JSON format: <html>…</html>"}


def failed(status: int, body: Any) -> SlackApiError:
    response = SlackResponse(
        client=WebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data=body,
        headers={},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


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
    """Without this, a post of unknown outcome could be made again as if refused, or a proxy's page
    be logged whole.
    """
    error = failed(status, body)
    assert slack_code(error) == code
    assert outcome_unknown(error) is unknown


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        *(
            (200, {"error": code}, Answer.REFUSED)
            for code in ("user_not_found", "user_not_visible")
        ),
        *(
            (200, {"error": code}, Answer.REFUSED)
            for code in ("plan_upgrade_required", "nobody_knows_this")
        ),
        *(
            (200, {"error": code}, Answer.SHUT)
            for code in ("missing_scope", "invalid_auth", "account_inactive")
        ),
        *(
            (200, {"error": code}, Answer.UNKNOWN)
            for code in ("ratelimited", "internal_error", "team_added_to_org")
        ),
        (429, _PAGE, Answer.UNKNOWN),
        (403, _PAGE, Answer.UNKNOWN),
        (503, _PAGE, Answer.UNKNOWN),
    ],
)
def test_every_code_of_a_look_up_has_one_of_three_answers(
    status: int, body: Any, answer: Answer
) -> None:
    """Without this, a code that is in no list would tell people to try again for ever."""
    assert answer_of(failed(status, body)) is answer
