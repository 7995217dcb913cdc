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
HTTP_INTERNAL, HTTP_NOT_IMPLEMENTED, HTTP_UNAVAILABLE = 500, 501, 503
QUERY_SERVICES = ("sts", "sns", "iam")
SERVICES = {"sagemaker", "cognito-idp", "rekognition", "logs", "sqs", "s3", *QUERY_SERVICES}
"""The services that are here, by the names that requests are signed for."""
_JOURNAL_NAMES = {
    "SageMaker": "SageMaker",
    "RekognitionService": "Rekognition",
    "Logs_20140328": "Logs",
    "AWSCognitoIdentityProviderService": "Cognito",
}
_JOURNAL_NAMES["AmazonSQS"] = "SQS"
_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([a-z0-9-]+)/")
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
        name = signed_for(request)
        return "query", name if name in QUERY_SERVICES else "sts", ""
    return "s3", "S3", ""


def signed_for(request: AwsRequest) -> str:
    """The service that a request was signed for, "" where it does not say.

    At AWS every service has its own host; here this tells which one is meant.
    """
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    return scope[1] if scope else ""


def unknown_service(request: AwsRequest) -> Reply | None:
    """The answer to a request of a service that is not here; None where it is.

    AWS has no such answer, since every service has its own host; 501 is HTTP's word for what a
    server does not have.
    """
    dialect, service, _ = addressed(request)
    name = signed_for(request)
    here = not name or name in SERVICES
    if dialect == "json" and service not in _JOURNAL_NAMES:
        name, here = service, False
    if here:
        return None
    error = AwsError(
        "UnknownOperationException",
        f"This practice server does not have {name}.",
        HTTP_NOT_IMPLEMENTED,
    )
    return error_document(error, _NAMESPACE) if dialect == "query" else json_error(error)


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
