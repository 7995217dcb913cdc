"""S3 over HTTP, path style: which operation a request is, whether the caller may, and the answer in
S3's XML.

Promises: every request but a preflight is signed; keys are taken from the path as it came and
decoded once; buckets that the configuration closes or puts elsewhere answer as such buckets do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from bot.sandbox.aws.s3 import listing
from bot.sandbox.aws.s3.body import received
from bot.sandbox.aws.s3.buckets import S3Buckets
from bot.sandbox.aws.s3.headers import check_values
from bot.sandbox.aws.s3.multipart import S3Multipart
from bot.sandbox.aws.s3.notifications import CREATED, Notifications
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.objects import S3Objects
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.signature import Signatures, Signed
from bot.sandbox.aws.wire.xml import Reply, error_reply, request_id
from bot.sandbox.store import Store

__all__ = ["S3", "ObjectStore", "S3Rules", "s3_operation"]

HTTP_MOVED, HTTP_NOT_FOUND, HTTP_NOT_ALLOWED = 301, 404, 405
HTTP_INTERNAL, HTTP_NOT_IMPLEMENTED = 500, 501

_SUBRESOURCES = {
    "accelerate": "AccelerateConfiguration",
    "acl": "Acl",
    "analytics": "AnalyticsConfiguration",
    "attributes": "Attributes",
    "cors": "Cors",
    "encryption": "Encryption",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "inventory": "InventoryConfiguration",
    "legal-hold": "LegalHold",
    "lifecycle": "LifecycleConfiguration",
    "location": "Location",
    "logging": "Logging",
    "metrics": "MetricsConfiguration",
    "notification": "NotificationConfiguration",
    "object-lock": "LockConfiguration",
    "ownershipControls": "OwnershipControls",
    "policy": "Policy",
    "policyStatus": "PolicyStatus",
    "publicAccessBlock": "PublicAccessBlock",
    "replication": "Replication",
    "requestPayment": "RequestPayment",
    "restore": "Restore",
    "retention": "Retention",
    "select": "Content",
    "tagging": "Tagging",
    "torrent": "Torrent",
    "versioning": "Versioning",
    "versions": "Versions",
    "website": "Website",
}
_CALLED_OTHERWISE = {
    "GetBucketPublicAccessBlock": "GetPublicAccessBlock",
    "PutBucketPublicAccessBlock": "PutPublicAccessBlock",
    "DeleteBucketPublicAccessBlock": "DeletePublicAccessBlock",
}
_BUCKET = {
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "list-type"): "ListObjectsV2",
    ("GET", ""): "ListObjects",
    ("PUT", ""): "CreateBucket",
    ("HEAD", ""): "HeadBucket",
    ("DELETE", ""): "DeleteBucket",
    ("POST", "delete"): "DeleteObjects",
}
_OBJECT = {
    ("GET", "uploadId"): "ListParts",
    ("PUT", "uploadId"): "UploadPart",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("GET", ""): "GetObject",
    ("HEAD", ""): "HeadObject",
    ("PUT", ""): "PutObject",
    ("DELETE", ""): "DeleteObject",
}


@dataclass(frozen=True)
class S3Rules:
    """Who and where this S3 is, and which buckets are in a difficult situation."""

    account: str
    region: str
    situations: Situations


@dataclass(frozen=True)
class _Call:
    """One signed request, taken apart."""

    request: AwsRequest
    signed: Signed
    bucket: str
    key: str


def place(request: AwsRequest) -> tuple[str, str]:
    """Bucket and key of a path-style request, decoded once."""
    bucket, _, key = request.raw_path.removeprefix("/").partition("/")
    return unquote(bucket), unquote(key)


def s3_operation(request: AwsRequest) -> str:
    """The name of the operation that a request asks for ("PutObject"); "" when S3 has none like
    it.
    """
    bucket, key = place(request)
    if request.method == "OPTIONS":
        return "PreflightRequest"
    if not bucket:
        return "ListBuckets" if request.method in {"GET", "HEAD"} else ""
    table = _OBJECT if key else _BUCKET
    for name in request.query:
        if (request.method, name) in table:
            operation = table[request.method, name]
            if operation == "UploadPart" and "x-amz-copy-source" in request.headers:
                return "UploadPartCopy"
            return operation
        if name in _SUBRESOURCES:
            verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}.get(
                request.method, request.method.title()
            )
            asked = f"{verb}{'Object' if key else 'Bucket'}{_SUBRESOURCES[name]}"
            return _CALLED_OTHERWISE.get(asked, asked)
    operation = table.get((request.method, ""), "")
    return (
        "CopyObject"
        if operation == "PutObject" and "x-amz-copy-source" in request.headers
        else operation
    )


class S3:
    """S3 for one account and region."""

    def __init__(  # noqa: PLR0913 - what S3 is made of
        self,
        store: Store,
        objects: ObjectStore,
        signatures: Signatures,
        rules: S3Rules,
        clock: Callable[[], float],
        *,
        notifications: Notifications,
    ) -> None:
        self._objects = objects
        self._notifications = notifications
        self._signatures = signatures
        self._rules = rules
        self._buckets = S3Buckets(store, objects, region=rules.region, account=rules.account)
        self._single = S3Objects(objects)
        self._multipart = S3Multipart(store, objects, self._single, clock)
        rules.situations.read_policies(self._buckets.policy)
        self._operations = {**self._bucket_operations(), **self._object_operations()}

    def answer(self, request: AwsRequest) -> Reply:
        """Answer one request; errors become S3's error documents."""
        bucket, _ = place(request)
        try:
            reply = self._answered(request)
        except AwsError as error:
            reply = error_reply(error, request.path)
        reply.headers.update(self._buckets.cors_headers(request, bucket))
        reply.headers["x-amz-request-id"] = request_id()
        if request.method == "HEAD":
            if reply.status >= HTTP_MOVED:
                reply.headers["content-length"] = "0"
            reply.body = b""
        return reply

    def _answered(self, request: AwsRequest) -> Reply:
        bucket, key = place(request)
        operation = s3_operation(request)
        if operation == "PreflightRequest":
            return self._buckets.preflight(request, bucket)
        signed = self._signatures.check(
            request, "s3", "s3", self._rules.situations.elsewhere.get(bucket, "")
        )
        if not operation:
            raise AwsError(
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                HTTP_NOT_ALLOWED,
            )
        headers = request.headers
        if bucket:
            owner = headers.get("x-amz-expected-bucket-owner")
            self._check_bucket(bucket, operation, signed, owner)
        if "x-amz-copy-source" in headers:
            source = unquote(headers["x-amz-copy-source"]).removeprefix("/").partition("/")[0]
            self._check_bucket(
                source, "GetObject", signed, headers.get("x-amz-source-expected-bucket-owner")
            )
        handler = self._operations.get(operation)
        if handler is None:
            raise AwsError(
                "NotImplemented",
                f"This practice server does not have S3.{operation}.",
                HTTP_NOT_IMPLEMENTED,
            )
        check_values(operation, request)
        reply = handler(_Call(request, signed, bucket, key))
        if operation in CREATED and reply.status < HTTP_MOVED:
            self._notifications.tell(bucket, key, CREATED[operation])
        return reply

    def _check_bucket(self, bucket: str, operation: str, signed: Signed, owner: str | None) -> None:
        self._rules.situations.check(bucket, operation, signed.credentials.arn, signed.region)
        if operation == "CreateBucket":
            return
        if not self._objects.bucket_exists(bucket):
            raise AwsError(
                "NoSuchBucket",
                "The specified bucket does not exist",
                HTTP_NOT_FOUND,
                extra={"BucketName": bucket},
            )
        self._rules.situations.check_owner(bucket, owner)

    def _acl_of_object(self, bucket: str, key: str) -> Reply:
        self._single.get_tags(bucket, key)  # says what S3 says where there is no such object
        return self._buckets.acl(self._rules.situations.owner(bucket))

    def _region_of(self, bucket: str) -> str:
        return self._rules.situations.elsewhere.get(bucket, self._rules.region)

    def _bucket_operations(self) -> dict[str, Callable[[_Call], Reply]]:
        buckets, owner = self._buckets, self._rules.account
        return {
            "ListBuckets": lambda _: buckets.list_all(self._rules.situations.foreign),
            "CreateBucket": lambda c: buckets.create(c.bucket, received(c.request, c.signed)[0]),
            "HeadBucket": lambda c: buckets.head(self._region_of(c.bucket)),
            "DeleteBucket": lambda c: buckets.delete(c.bucket),
            "GetBucketLocation": lambda c: buckets.location(self._region_of(c.bucket)),
            "GetBucketCors": lambda c: buckets.get_cors(c.bucket),
            "PutBucketCors": lambda c: buckets.put_cors(c.bucket, received(c.request, c.signed)[0]),
            "DeleteBucketCors": lambda c: buckets.forget(c.bucket, "cors"),
            "GetPublicAccessBlock": lambda c: buckets.get_public_access_block(c.bucket),
            "PutPublicAccessBlock": lambda c: buckets.put_public_access_block(
                c.bucket, received(c.request, c.signed)[0]
            ),
            "GetBucketEncryption": lambda c: buckets.get_encryption(c.bucket),
            "PutBucketEncryption": lambda c: buckets.put_encryption(
                c.bucket, received(c.request, c.signed)[0]
            ),
            "GetBucketAcl": lambda c: buckets.acl(self._rules.situations.owner(c.bucket)),
            "GetBucketPolicy": lambda c: buckets.get_policy(c.bucket),
            "PutBucketPolicy": lambda c: buckets.put_policy(
                c.bucket, received(c.request, c.signed)[0]
            ),
            "DeleteBucketPolicy": lambda c: buckets.forget(c.bucket, "policy"),
            "GetBucketNotificationConfiguration": lambda c: self._notifications.get(c.bucket),
            "PutBucketNotificationConfiguration": lambda c: self._notifications.put(
                c.bucket, received(c.request, c.signed)[0]
            ),
            "GetBucketTagging": lambda c: buckets.get_tags(c.bucket),
            "PutBucketTagging": lambda c: buckets.put_tags(
                c.bucket, received(c.request, c.signed)[0]
            ),
            "DeleteBucketTagging": lambda c: buckets.forget(c.bucket, "tags"),
            "ListObjects": lambda c: listing.list_v1(
                self._objects, c.bucket, c.request.query, owner
            ),
            "ListObjectsV2": lambda c: listing.list_v2(
                self._objects, c.bucket, c.request.query, owner
            ),
            "ListMultipartUploads": lambda c: self._multipart.list_uploads(c.bucket),
            "DeleteObjects": lambda c: self._single.delete_many(
                c.request, c.bucket, received(c.request, c.signed)[0]
            ),
        }

    def _object_operations(self) -> dict[str, Callable[[_Call], Reply]]:
        single, parts = self._single, self._multipart
        return {
            "PutObject": lambda c: single.put(
                c.request, c.bucket, c.key, received(c.request, c.signed)
            ),
            "GetObject": lambda c: single.get(c.request, c.bucket, c.key),
            "HeadObject": lambda c: single.get(c.request, c.bucket, c.key),
            "CopyObject": lambda c: single.copy(c.request, c.bucket, c.key),
            "DeleteObject": lambda c: single.delete(c.bucket, c.key),
            "GetObjectAcl": lambda c: self._acl_of_object(c.bucket, c.key),
            "GetObjectTagging": lambda c: single.get_tags(c.bucket, c.key),
            "PutObjectTagging": lambda c: single.put_tags(
                c.bucket, c.key, received(c.request, c.signed)[0]
            ),
            "DeleteObjectTagging": lambda c: single.delete_tags(c.bucket, c.key),
            "CreateMultipartUpload": lambda c: parts.create(c.request, c.bucket, c.key),
            "UploadPart": lambda c: parts.put_part(
                c.request, c.bucket, c.key, received(c.request, c.signed)
            ),
            "UploadPartCopy": lambda c: parts.put_part(c.request, c.bucket, c.key, (b"", {})),
            "CompleteMultipartUpload": lambda c: parts.complete(c.request, c.bucket, c.key),
            "AbortMultipartUpload": lambda c: parts.abort(c.request, c.bucket, c.key),
            "ListParts": lambda c: parts.list_parts(c.request, c.bucket, c.key),
        }
