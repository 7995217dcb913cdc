"""SQS messages: what may be in one, how long it may be, and the digests by which clients check the
transport.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.aws.wire.errors import AwsError

__all__ = ["attributes_md5", "check_body", "checked_attributes", "md5", "shown_attributes"]

MOST_ATTRIBUTES = 10
LONGEST_NAME = 256
_UNSENDABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"(?!\.)(?!.*\.\.)[\w.-]+(?<!\.)", re.ASCII)
_KIND = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BINARY, _TEXT = b"\x02", b"\x01"


def invalid_parameter(message: str) -> AwsError:
    """InvalidParameterValue, which the model does not declare and SQS gives most."""
    return AwsError("InvalidParameterValueException", message)


def check_body(body: str, attributes: Mapping[str, Any], largest: int) -> None:
    """Refuse an empty, an unsendable, and too long a message."""
    if not body:
        raise AwsError(
            "MissingParameterException", "The request must contain the parameter MessageBody."
        )
    if _UNSENDABLE.search(body):
        raise AwsError(
            "InvalidMessageContents", "Invalid binary character was found in the message body."
        )
    if len(body.encode()) + _size(attributes) > largest:
        raise invalid_parameter(
            f"One or more parameters are invalid. Reason: Message must be shorter than {largest} "
            "bytes."
        )


def checked_attributes(given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Message attributes as they are kept: binary ones as base64. Raises AwsError."""
    if len(given) > MOST_ATTRIBUTES:
        raise invalid_parameter(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum [10]."
        )
    return {name: _checked(name, value) for name, value in given.items()}


def _checked(name: str, value: Mapping[str, Any]) -> dict[str, str]:
    if (
        not _NAME.fullmatch(name)
        or len(name) > LONGEST_NAME
        or name.lower().startswith(("aws.", "amazon."))
    ):
        raise invalid_parameter(f"The message attribute name '{name}' is invalid.")
    kind = _KIND.fullmatch(value["DataType"])
    if not kind:
        raise invalid_parameter(
            f"The message attribute '{name}' has an invalid message attribute type, the set of "
            "supported type prefixes"
            " is Binary, Number, and String."
        )
    if kind[1] == "Binary":
        kept = {"BinaryValue": base64.b64encode(value.get("BinaryValue") or b"").decode()}
    else:
        kept = {"StringValue": str(value.get("StringValue") or "")}
    (content,) = kept.values()
    if not content or _UNSENDABLE.search(content):
        raise invalid_parameter(
            f"The message attribute '{name}' must contain a non-empty value that can be sent."
        )
    if kind[1] == "Number" and not _NUMBER.fullmatch(content):
        raise invalid_parameter(f"Could not cast message attribute '{name}' value to number.")
    return {"DataType": value["DataType"], **kept}


def shown_attributes(kept: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """Kept attributes as an answer has them."""
    return {
        name: {k: base64.b64decode(v) if k == "BinaryValue" else v for k, v in value.items()}
        for name, value in kept.items()
    }


def md5(text: str) -> str:
    """The digest of a body."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def attributes_md5(kept: Mapping[str, Mapping[str, str]]) -> str | None:
    """The digest of attributes: every part with its length before it, names in order; None without
    any.
    """
    if not kept:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(kept):
        value = kept[name]
        binary = "BinaryValue" in value
        content = (
            base64.b64decode(value["BinaryValue"]) if binary else value["StringValue"].encode()
        )
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
        digest.update((_BINARY if binary else _TEXT) + len(content).to_bytes(4, "big") + content)
    return digest.hexdigest()


def _size(kept: Mapping[str, Mapping[str, str]]) -> int:
    return sum(
        len(name) + sum(len(part.encode()) for part in value.values())
        for name, value in kept.items()
    )
