"""What is counted in this process, for `/metrics` (Prometheus).

Promises to whoever counts: one line where the thing happens, no label that somebody outside can
choose (each value of a label is kept for ever), nothing that identifies a person. What the database
knows is read when it is asked for: see `bot.runtime.health`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import Counter, Histogram

_KINDS = {
    "command",
    "block_actions",
    "block_suggestion",
    "view_submission",
    "view_closed",
    "event_callback",
}
_KINDS |= {"shortcut", "message_action", "url_verification", "forged"}

THROTTLED = {
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "BandwidthLimitExceeded",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "SlowDown",
}
"""What AWS says when it is asked too often: botocore's own list without LimitExceededException.

Rekognition says that one of a full account too (so many projects), which a person must mend.
"""

requests = Histogram(
    "labeljob_request_seconds",
    "How long requests of Slack's took to be answered; it waits 3 s",
    ["kind", "outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
)
not_ours = Counter(
    "labeljob_not_ours", "Requests refused because they name another app or installation"
)
slack_calls = Counter(
    "labeljob_slack_calls", "Calls of Slack's Web API by the senders", ["method", "outcome"]
)
aws_calls = Counter(
    "labeljob_aws_calls", "Calls of AWS, each try counted", ["service", "operation", "outcome"]
)
rounds = Histogram(
    "labeljob_round_seconds",
    "How long the worker's rounds took",
    ["round", "outcome"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
)


def answered(kind: str, outcome: str, seconds: float) -> None:
    """A request of Slack's was answered; a kind that Slack does not have is "other"."""
    requests.labels(kind if kind in _KINDS else "other", outcome).observe(seconds)


@contextmanager
def timed_round(name: str) -> Iterator[None]:
    """One round of the worker; an error passes through and is counted."""
    began, outcome = time.monotonic(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        rounds.labels(name, outcome).observe(time.monotonic() - began)


def count_aws(events: Any) -> None:
    """Count every call of the clients that are made of a botocore session with these events from
    now on.
    """
    events.register("response-received", _received)


def _received(*, event_name: str, parsed_response: dict[str, Any] | None, **_more: Any) -> None:
    """One try of one call ("response-received.<service>.<operation>"); without an answer there is
    no response.
    """
    _, service, operation = event_name.split(".")
    code = (parsed_response or {}).get("Error", {}).get("Code", "")
    if parsed_response is None:
        outcome = "no answer"
    elif code in THROTTLED:
        outcome = "throttled"
    else:
        outcome = "refused" if code else "ok"
    aws_calls.labels(service, operation, outcome).inc()
