"""What SQS lets queues be set to: names, attributes and their bounds, policies."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.aws.messaging import policies
from bot.sandbox.aws.messaging.sqs_messages import invalid_parameter
from bot.sandbox.aws.wire.errors import AwsError

__all__ = ["check_name", "checked"]

_BOUNDS = {
    "VisibilityTimeout": (0, 43_200),
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_FREE = {"KmsMasterKeyId"}
_MOST_RECEIVES = 1000
HTTP_NOT_IMPLEMENTED = 501


def check_name(name: str, attributes: Mapping[str, str]) -> None:
    """Refuse a name that no queue has; queues in strict order (FIFO) are not here."""
    if name.endswith(".fifo") or attributes.get("FifoQueue") == "true":
        words = "This practice server does not have FIFO queues."
        raise AwsError("NotImplementedException", words, HTTP_NOT_IMPLEMENTED)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
        raise invalid_parameter(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def checked(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes that may be set; raises AwsError for one that may not, or may not be that."""
    for name, value in attributes.items():
        if name in _BOUNDS:
            low, high = _BOUNDS[name]
            fits = value.isascii() and value.isdigit() and low <= int(value[:10]) <= high
        elif name == "SqsManagedSseEnabled":
            fits = value in {"true", "false"}
        elif name == "Policy":
            fits = not value or not policies.problem(value)
        elif name == "RedrivePolicy":
            fits = not value or _is_redrive(value)
        elif name == "RedriveAllowPolicy":
            fits = not value or isinstance(_parsed(value), dict)
        elif name in _FREE:
            fits = True
        else:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")
        if not fits:
            raise AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    return dict(attributes)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_redrive(text: str) -> bool:
    policy = _parsed(text)
    if not isinstance(policy, dict) or not isinstance(policy.get("deadLetterTargetArn"), str):
        return False
    # The guide writes the number as one and as a text.
    most = str(policy.get("maxReceiveCount", ""))
    return most.isascii() and most.isdigit() and 1 <= int(most[:6]) <= _MOST_RECEIVES
