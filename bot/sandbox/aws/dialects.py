"""Which dialect a request speaks, and to which service, told from its headers alone; and errors in
that dialect.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from starlette.responses import Response

from bot.sandbox.aws.s3.service import s3_operation
from bot.sandbox.aws.s3.situations import CONTROL
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import json_error
from bot.sandbox.aws.wire.query_protocol import error_document
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.signature import Dialect
from bot.sandbox.aws.wire.xml import Reply, error_reply

__all__ = ["PAGE", "addressed", "fault_answer", "internal", "journal_name"]

PAGE = "/_s3"
HTTP_INTERNAL, HTTP_UNAVAILABLE = 500, 503
QUERY_SERVICES = ("sts", "sns")
_JOURNAL_NAMES = {
    "SageMaker": "SageMaker",
    "RekognitionService": "Rekognition",
    "Logs_20140328": "Logs",
}
_JOURNAL_NAMES["AmazonSQS"] = "SQS"
_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([a-z]+)/")
_NAMESPACE = "http://webservices.amazon.com/AWSFault/2005-15-09"


def addressed(request: AwsRequest) -> tuple[Dialect, str, str]:
    """Dialect, service and operation of a request; the operation of a form is in its body, and so
    "" here.
    """
    target = request.headers.get("x-amz-target", "")
    if target:
        service, _, operation = target.rpartition(".")
        return "json", service, operation
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if request.method == "POST" and request.path == "/" and form:
        # At AWS every service has its own host; here what it was signed for tells which one is
        # meant.
        signed_for = _SCOPE.search(request.headers.get("authorization", ""))
        return (
            "query",
            signed_for[1] if signed_for and signed_for[1] in QUERY_SERVICES else "sts",
            "",
        )
    return "s3", "S3", ""


def journal_name(scope: Mapping[str, Any], body: bytes) -> str:
    """The operation as the journal and the fault switches name it ("SNS.Publish"); "" for what is
    nobody's.
    """
    request = AwsRequest.from_scope(scope, b"")
    dialect, service, operation = addressed(request)
    if dialect == "json":
        return f"{_JOURNAL_NAMES.get(service, service)}.{operation}"
    if dialect == "query":
        form = dict(part.partition("=")[::2] for part in body.decode("latin-1").split("&"))
        return f"{service.upper()}.{unquote_plus(form.get('Action', 'Unknown'))}"
    if request.path in {PAGE, CONTROL} or request.path.startswith(f"{PAGE}/"):
        return ""
    return f"S3.{s3_operation(request) or 'Unknown'}"


def fault_answer(scope: Mapping[str, Any], kind: str, retry_after: int) -> Response:
    """Throttling and failure, each in the dialect that was spoken."""
    dialect, _, _ = addressed(AwsRequest.from_scope(scope, b""))
    if kind != "throttle":
        reply = internal(dialect)
    elif dialect == "s3":
        reply = error_reply(
            AwsError("SlowDown", "Please reduce your request rate.", HTTP_UNAVAILABLE),
            scope["path"],
        )
    else:
        error = AwsError(
            "ThrottlingException" if dialect == "json" else "Throttling", "Rate exceeded"
        )
        reply = json_error(error) if dialect == "json" else error_document(error, _NAMESPACE)
    return Response(reply.body, reply.status, {**reply.headers, "retry-after": str(retry_after)})


def internal(dialect: Dialect) -> Reply:
    """The stand-in itself broke."""
    if dialect == "s3":
        words = "We encountered an internal error. Please try again."
        return error_reply(AwsError("InternalError", words, HTTP_INTERNAL), "/")
    error = AwsError(
        "InternalFailure",
        "The request processing has failed because of an unknown error.",
        HTTP_INTERNAL,
    )
    return error_document(error, _NAMESPACE) if dialect == "query" else json_error(error)
