"""What a bucket's policy allows, for buckets that no policy of the caller's names.

Promised: an Allow counts only for the principal, the action and the place that it names, and a Deny
before it. Conditions are not read: a statement with one allows nothing here.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["ACTIONS", "READS", "allows", "principal_fault"]

ACTIONS = {
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteObjects": "DeleteObject",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
}
"""Operations whose right has another name."""
READS = {
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectVersion",
    "s3:GetObjectTagging",
}
"""What Custom Labels needs of its caller to read pictures and manifests."""
_OBJECTS = re.compile(r"s3:(Get|Put|Delete)Object|s3:AbortMultipart|s3:ListMultipartUploadParts")
_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:aws:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|arn:aws:sts::\d{12}:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+"
)


def allows(policy: str, action: str, bucket: str, arn: str) -> bool:
    """Whether the policy lets the caller `arn` ("" for anybody that it names) do an action in the
    whole bucket.
    """
    place = f"arn:aws:s3:::{bucket}/x" if _OBJECTS.match(action) else f"arn:aws:s3:::{bucket}"
    fitting = [
        each
        for each in _list(json.loads(policy).get("Statement"))
        if _names(each, arn)
        and any(fnmatchcase(action, name) for name in _list(each.get("Action")))
        and any(fnmatchcase(place, name) for name in _list(each.get("Resource")))
    ]
    if any(each.get("Effect") == "Deny" for each in fitting):
        return False
    return any(each.get("Effect") == "Allow" and "Condition" not in each for each in fitting)


def principal_fault(policy: dict[str, Any]) -> bool:
    """Whether a statement names a caller that can be none."""
    return any(
        not isinstance(name, str) or not _PRINCIPAL.fullmatch(name)
        for each in _list(policy.get("Statement"))
        for name in _callers(each)
    )


def _names(statement: dict[str, Any], arn: str) -> bool:
    """Whether the statement is about this caller."""
    named = _callers(statement)
    return "*" in named or (bool(named) if not arn else _role(arn) in named or arn in named)


def _callers(statement: dict[str, Any]) -> list[Any]:
    principal = statement.get("Principal")
    return _list(principal.get("AWS") if isinstance(principal, dict) else principal)


def _role(arn: str) -> str:
    """The role of a session."""
    parts = arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").split("/")
    return "/".join(parts[:2]) if ":assumed-role/" in arn else arn


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
