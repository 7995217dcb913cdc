"""Buckets in a difficult situation: closed to this account, in another region, a stranger's, sealed
by a key, denied to the execution role or not named in its policies, named in no policy of the
caller's.

Promises that a bucket's situation is one for all services (S3, Ground Truth, Custom Labels), that
it can be put on and taken off while the account runs, at `/_control/situations`, and that the
objects in the bucket stay as they are.
"""

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.sandbox import strict_json
from bot.sandbox.aws.s3.bucket_policies import ACTIONS, READS, allows
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.xml import Reply

__all__ = ["CONTROL", "Situation", "Situations", "control"]

CONTROL = "/_control/situations"
Kind = Literal["denied", "elsewhere", "stranger", "sealed", "forbidden", "unlisted", "unnamed"]
DEFAULTS = {
    "denied": "",
    "elsewhere": "eu-central-1",
    "stranger": "444455556666",
    "sealed": "orchard-key",
    "forbidden": "",
    "unlisted": "",
    "unnamed": "",
}
_OF_THE_ROLE = {"forbidden", "unlisted"}  # nobody else meets them
_OF_POLICIES = {"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"}
HTTP_OK, HTTP_MOVED, HTTP_FORBIDDEN, HTTP_BAD_REQUEST, HTTP_NOT_ALLOWED = 200, 301, 403, 400, 405
_SEALED_READS = {"GetObject", "UploadPartCopy"}
_SEALED_WRITES = {
    "PutObject",
    "CopyObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
}


@dataclass(frozen=True)
class Situation:
    """`detail` is the region (elsewhere), the account (stranger; unnamed, "" for ours) or the name
    of the key (sealed).
    """

    kind: Kind
    detail: str = ""


class Situations:
    """Which buckets are in which situation; safe to ask and to change from every thread."""

    def __init__(self, seeded: Mapping[str, Situation], *, region: str, account: str) -> None:
        self._seeded = dict(seeded)
        self._now = dict(seeded)
        self._lock = threading.Lock()
        self._region = region
        self._account = account
        self._policy_of: Callable[[str], str | None] = lambda _bucket: None
        self.elsewhere: Mapping[str, str] = _Details(self, "elsewhere")
        """Buckets of other regions, and which; always as it is now."""
        self.closed: Collection[str] = _Closed(self)
        """Buckets whose objects nobody can read from here; always as it is now."""

    def read_policies(self, policy_of: Callable[[str], str | None]) -> None:
        """Tell where the policies of buckets stand."""
        self._policy_of = policy_of

    def lets_in(self, bucket: str, actions: Collection[str], arn: str) -> bool:
        """Whether the bucket's policy lets the caller do all this in it, whatever its own say."""
        policy = self._policy_of(bucket)
        return policy is not None and all(allows(policy, each, bucket, arn) for each in actions)

    def of(self, bucket: str) -> Situation | None:
        """The bucket's situation; None when it has none."""
        with self._lock:
            return self._now.get(bucket)

    def all(self) -> dict[str, Situation]:
        """Every bucket that has one."""
        with self._lock:
            return dict(self._now)

    def put(self, bucket: str, situation: Situation | None) -> None:
        """Put a bucket into a situation, or out of it."""
        with self._lock:
            self._now.pop(bucket, None)
            if situation is not None:
                self._now[bucket] = situation

    def reset(self) -> None:
        """Go back to what was seeded."""
        with self._lock:
            self._now = dict(self._seeded)

    def owner(self, bucket: str) -> str:
        """The account that owns the bucket."""
        found = self.of(bucket)
        theirs = found is not None and found.kind in {"stranger", "unnamed"}
        return (found.detail if found is not None and theirs else "") or self._account

    def foreign(self, bucket: str) -> bool:
        """Whether another account owns the bucket, so that it is in no list of this one."""
        found = self.of(bucket)
        denied = found is not None and found.kind == "denied"
        return denied or self.owner(bucket) != self._account

    def writable(self, bucket: str) -> bool:
        """Whether Custom Labels can write there with the rights of somebody of this account."""
        found = self.of(bucket)
        if found is not None and found.kind == "unnamed":
            return self.lets_in(bucket, {"s3:GetBucketAcl", "s3:PutObject"}, "")
        return bucket not in self.closed

    def check(self, bucket: str, operation: str, arn: str, region: str) -> None:
        """Raise what S3 answers to `operation` of the caller `arn` in a bucket in this situation.

        Whoever signed for the region that the bucket is in (clients do so when they were told) is
        served.
        """
        found = self.of(bucket)
        if found is None or found.kind in _OF_THE_ROLE:
            return
        if operation == "CreateBucket" and found.kind != "sealed":
            raise AwsError(
                "BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by "
                "all users of the"
                " system. Please select a different name and try again.",
                409,
            )
        if found.kind == "denied":
            raise AwsError("AccessDenied", "Access Denied", HTTP_FORBIDDEN)
        if found.kind == "unnamed":
            self._check_unnamed(bucket, operation, arn)
        if found.kind == "elsewhere" and region != found.detail:
            raise AwsError(
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified "
                "endpoint. Please send"
                " all future requests to this endpoint.",
                HTTP_MOVED,
                extra={"Endpoint": f"{bucket}.s3.{found.detail}.amazonaws.com", "Bucket": bucket},
                headers={"x-amz-bucket-region": found.detail},
            )
        if found.kind == "sealed" and operation in _SEALED_READS | _SEALED_WRITES:
            raise AwsError(
                "AccessDenied", self._sealed_words(found, operation, arn), HTTP_FORBIDDEN
            )

    def _check_unnamed(self, bucket: str, operation: str, arn: str) -> None:
        """Raise unless the bucket's policy lets the caller do it; S3 takes that policy from the
        bucket's own account alone.
        """
        if operation in _OF_POLICIES:
            if self.foreign(bucket):
                words = "The specified method is not allowed against this resource."
                raise AwsError("MethodNotAllowed", words, HTTP_NOT_ALLOWED)
            return
        action = f"s3:{ACTIONS.get(operation, operation)}"
        if not self.lets_in(bucket, {action}, arn):
            # UNSURE: which buckets S3 still refuses with "Access Denied" alone.
            words = (
                f"User: {arn} is not authorized to perform: {action} on resource: "
                f'"arn:aws:s3:::{bucket}" because no identity-based policy allows the {action} '
                "action"
            )
            raise AwsError("AccessDenied", words, HTTP_FORBIDDEN)

    def _sealed_words(self, found: Situation, operation: str, arn: str) -> str:
        # UNSURE: HeadObject and lists are taken to need no key; and the words are those of threads,
        # not of a document.
        action = "kms:Decrypt" if operation in _SEALED_READS else "kms:GenerateDataKey"
        key = f"arn:aws:kms:{self._region}:{self._account}:key/{found.detail}"
        return (
            f"User: {arn} is not authorized to perform: {action} on resource: {key} because no "
            "identity-based policy"
            f" allows the {action} action"
        )

    def check_owner(self, bucket: str, expected: str | None) -> None:
        """Raise what S3 answers when the caller expects another owner than the bucket has."""
        if expected is not None and expected != self.owner(bucket):
            raise AwsError("AccessDenied", "Access Denied", HTTP_FORBIDDEN)

    def role_refusal(self, bucket: str) -> str:
        """Why the service's role cannot use the bucket, in AWS's words; "" when it can."""
        found = self.of(bucket)
        if found is None or found.kind == "stranger":
            return ""
        if found.kind == "elsewhere":
            return f"PermanentRedirect: the bucket {bucket} is in {found.detail}"
        if found.kind == "sealed":
            return (
                f"AccessDenied: the role may not use the key {found.detail} of the bucket {bucket}"
            )
        if found.kind == "forbidden":
            return f"AccessDenied: an explicit deny in an identity-based policy: {bucket}"
        return f"AccessDenied: Access Denied: {bucket}"


class _Details(Mapping[str, str]):
    def __init__(self, situations: Situations, kind: Kind) -> None:
        self._situations = situations
        self._kind = kind

    def _all(self) -> dict[str, str]:
        return {
            name: each.detail
            for name, each in self._situations.all().items()
            if each.kind == self._kind
        }

    def __getitem__(self, bucket: str) -> str:
        return self._all()[bucket]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class _Closed(Collection[str]):
    def __init__(self, situations: Situations) -> None:
        self._situations = situations

    def _all(self) -> set[str]:
        open_to_us = {"stranger", *_OF_THE_ROLE}
        return {
            name
            for name, each in self._situations.all().items()
            if each.kind not in open_to_us and not self._let_in(name, each)
        }

    def _let_in(self, bucket: str, situation: Situation) -> bool:
        """Whether the bucket's policy names this account for what Custom Labels reads.

        UNSURE: Custom Labels acts for its caller, long after the call; here somebody of the account
        must have the rights.
        """
        return situation.kind == "unnamed" and self._situations.lets_in(bucket, READS, "")

    def __contains__(self, bucket: object) -> bool:
        return bucket in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def control(situations: Situations, request: AwsRequest) -> Reply:
    """GET: what is. POST {"bucket", "situation": a kind or null, "detail"}: change one. DELETE: as
    seeded.
    """
    origin = request.headers.get("origin")
    if origin is not None and request.method != "GET" and origin != request.base_url:
        return _json({"ok": False, "error": "cross_origin"}, HTTP_FORBIDDEN)
    if request.method == "DELETE":
        situations.reset()
    elif request.method == "POST":
        try:
            bucket, situation = _wanted(request.body)
        except ValueError as problem:
            return _json(
                {"ok": False, "error": "bad_situation", "message": str(problem)}, HTTP_BAD_REQUEST
            )
        situations.put(bucket, situation)
    elif request.method != "GET":
        return _json({"ok": False, "error": "method_not_allowed"}, HTTP_NOT_ALLOWED)
    found = {
        bucket: {"situation": each.kind, "detail": each.detail}
        for bucket, each in situations.all().items()
    }
    return _json({"ok": True, "situations": found}, HTTP_OK)


def _wanted(body: bytes) -> tuple[str, Situation | None]:
    asked = strict_json.loads(body)
    if (
        not isinstance(asked, dict)
        or not isinstance(asked.get("bucket"), str)
        or not asked["bucket"]
    ):
        raise ValueError("bucket: expected the name of a bucket")
    kind = asked.get("situation")
    if kind is None:
        return asked["bucket"], None
    if kind not in get_args(Kind):
        raise ValueError(f"situation: expected null or one of {', '.join(get_args(Kind))}")
    return asked["bucket"], Situation(kind, str(asked.get("detail") or DEFAULTS[kind]))


def _json(content: Mapping[str, object], status: int) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"content-type": "application/json"})
