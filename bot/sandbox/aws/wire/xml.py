"""S3's own dialect: answers and errors in XML, requests in XML read with care, times in its two
forms.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from bot.sandbox.aws.wire.errors import AwsError

__all__ = [
    "Reply",
    "children",
    "document",
    "error_reply",
    "http_date",
    "iso",
    "parsed",
    "text_of",
    "writable",
]

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
HTTP_OK = 200
REPLACEMENT = "\ufffd"
# UNSURE: how S3 writes characters that XML 1.0 cannot carry; without encoding-type=url its lists
# are known to break.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Reply:
    """An HTTP answer."""

    status: int = HTTP_OK
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def document(root: str, content: Mapping[str, Any], *, status: int = HTTP_OK) -> Reply:
    """An XML answer: a mapping nests, a list repeats its element, None leaves it out."""
    inner = "".join(_element(name, value) for name, value in content.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inner}</{root}>'
    return Reply(status, text.encode(), {"content-type": "application/xml"})


def error_reply(error: AwsError, resource: str) -> Reply:
    """An error document; it has no namespace, as S3's have none."""
    content = {
        "Code": error.code,
        "Message": error.message,
        **error.extra,
        "Resource": resource,
        "RequestId": request_id(),
        "HostId": secrets.token_urlsafe(24),
    }
    inner = "".join(_element(name, value) for name, value in content.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()
    return Reply(error.status, body, {"content-type": "application/xml", **error.headers})


def parsed(body: bytes) -> ET.Element:
    """A request document; raises MalformedXML, also for one that declares entities."""
    malformed = AwsError(
        "MalformedXML", "The XML you provided was not well-formed or did not validate"
    )
    if b"<!" in body:
        raise malformed
    try:
        return ET.fromstring(body)  # noqa: S314 - declarations are refused above, so no entity can be defined
    except ET.ParseError as error:
        raise malformed from error


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """The children of that name, with or without S3's namespace."""
    return [each for each in element if each.tag.rpartition("}")[2] == name]


def text_of(element: ET.Element, name: str) -> str | None:
    """The text of the first child of that name."""
    found = children(element, name)
    return (found[0].text or "") if found else None


def http_date(at: float) -> str:
    """The form of Last-Modified."""
    return formatdate(at, usegmt=True)


def iso(at: float) -> str:
    """The form of times inside documents."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def request_id() -> str:
    """A request id as S3 writes them."""
    return secrets.token_hex(8).upper()


def writable(text: str) -> str:
    """Text as an XML document carries it."""
    return escape(_UNWRITABLE.sub(REPLACEMENT, text))


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(below, each) for below, each in value.items())}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{writable(text)}</{name}>"
