"""An object as it is sent to a streaming job (pure).

Ground Truth labels an object of one id once. The id is the object's address, or, of a text that
stands in its line, a hash of it: the same thing has the same id whoever sends it.
"""

import hashlib
from dataclasses import dataclass

from bot.manifests.json_lines import parse, written

_KEY_NAME = "dataset-objectid-attribute-name"  # Ground Truth: which member of the line is the id
_TEXT_ID = "text-id"


@dataclass(frozen=True, slots=True)
class Sent:
    """An object: its id, and the message that brings it."""

    id: str
    message: str


def object_of(line: bytes) -> Sent:
    """The object of a manifest's line, whose shape has been judged.

    Raises:
        BadLine: it is no JSON object.

    """
    members = {name: value for name, value in parse(line).items() if name != _KEY_NAME}
    address = members.get("source-ref")
    if isinstance(address, str):
        return _sent(members, "source-ref", address)
    digest = hashlib.sha256(str(members.get("source", "")).encode()).hexdigest()
    return _sent({**members, _TEXT_ID: digest}, _TEXT_ID, digest)


def _sent(members: dict[str, object], key: str, value: str) -> Sent:
    return Sent(value, written({**members, _KEY_NAME: key}).decode())
