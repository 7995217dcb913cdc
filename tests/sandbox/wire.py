"""Requests as they lie on the wire, for tests that send what boto3 itself would not: signed, sent,
parsed.
"""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from aws_practice import KEY, SECRET
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape

_PARSERS = {protocol: create_parser(protocol) for protocol in ("json", "query")}
_CREDENTIALS = Credentials(KEY, SECRET)


class Line:
    """One kept connection to a loopback server; `send` gives status, headers (lower case) and
    body.
    """

    def __init__(self, url: str, seconds: float = 20.0) -> None:
        self.url = url
        self._host = urlsplit(url).netloc
        assert self._host.startswith("127.0.0.1:"), "these requests are for this machine alone"
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on the kept connection; a second try only where the server had closed it
        before.
        """
        for last in (False, True):
            fresh = self._connection is None
            connection = self._connection or http.client.HTTPConnection(
                self._host, timeout=self._seconds
            )
            self._connection = connection
            try:
                connection.request(method, path, body or None, dict(headers or {}))
                answer = connection.getresponse()
                content = answer.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                if fresh or last:
                    raise
                continue
            found = {name.lower(): value for name, value in answer.getheaders()}
            if answer.will_close:
                self.close()
            return answer.status, found, content
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def signed_headers(  # noqa: PLR0917 - a request has that many parts
    url: str, method: str, path: str, body: bytes, service: str, headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a signed request."""
    request = AWSRequest(method, url + path, dict(headers), body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(_CREDENTIALS, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def call(line: Line, operation: OperationModel, asked: Any) -> tuple[int, dict[str, Any]]:
    """Call a JSON 1.1 operation with whatever `asked` is; status, and the answer as botocore parses
    it.
    """
    model = operation.service_model
    headers = {
        "X-Amz-Target": f"{model.metadata['targetPrefix']}.{operation.name}",
        "Content-Type": f"application/x-amz-json-{model.metadata['jsonVersion']}",
    }
    body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    sent = signed_headers(line.url, "POST", "/", body, model.signing_name, headers)
    status, found, content = line.send("POST", "/", body, sent)
    return status, parsed(status, found, content, operation.output_shape)


def call_form(line: Line, operation: OperationModel, asked: Any) -> tuple[int, dict[str, Any]]:
    """Call an operation of the query protocol, written by botocore's own serializer; status and
    answer as above.
    """
    model = operation.service_model
    made = create_serializer("query", include_validation=False).serialize_to_request(
        asked, operation
    )
    body = urlencode(made["body"]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    sent = signed_headers(line.url, "POST", "/", body, model.signing_name, headers)
    status, found, content = line.send("POST", "/", body, sent)
    return status, parsed(status, found, content, operation.output_shape, "query")


def parsed(
    status: int, headers: dict[str, str], body: bytes, shape: Shape | None, protocol: str = "json"
) -> dict[str, Any]:
    """An answer as botocore's own parser reads it."""
    found = {"status_code": status, "headers": headers, "body": body}
    parser: Any = _PARSERS[protocol]  # takes None for an answer of no shape, whatever its stubs say
    answer: dict[str, Any] = parser.parse(found, shape)
    return answer
