"""A signed `/labeljob help`, as Slack sends it."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

SECRET = "bench"  # noqa: S105 - signs requests to ourselves


def signed(trigger: str) -> tuple[str, dict[str, str]]:
    """The body and its headers; each trigger makes a request of its own."""
    body = urlencode(
        {
            "command": "/labeljob",
            "text": "help",
            "team_id": "T1",
            "user_id": "U1",
            "channel_id": "C1",
            "trigger_id": trigger,
            "response_url": "http://127.0.0.1:9/response/x",
        }
    )
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return body, {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
        "content-type": "application/x-www-form-urlencoded",
    }
