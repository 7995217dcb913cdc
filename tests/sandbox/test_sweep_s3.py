"""Every S3 operation of the AWS stand-in, swept with parameters of botocore's model: valid, and
with one wrong.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import BUCKET, Practice, picture, refused, signed
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from shapes import Known, valid

from bot.sandbox.aws.s3.headers import VALUES
from bot.sandbox.aws.wire.protocol import service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

HAD = [
    *(
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateBucket",
        "CreateMultipartUpload",
    ),
    *(
        "DeleteBucket",
        "DeleteBucketCors",
        "DeleteBucketPolicy",
        "DeleteBucketTagging",
        "DeleteObject",
    ),
    *(
        "DeleteObjectTagging",
        "DeleteObjects",
        "GetBucketAcl",
        "GetBucketCors",
        "GetBucketLocation",
        "GetBucketNotificationConfiguration",
        "GetBucketPolicy",
        "GetObjectAcl",
    ),
    *(
        "GetBucketTagging",
        "GetObject",
        "GetObjectTagging",
        "HeadBucket",
        "HeadObject",
        "ListBuckets",
    ),
    *(
        "ListMultipartUploads",
        "ListObjects",
        "ListObjectsV2",
        "ListParts",
        "PutBucketCors",
        "PutBucketNotificationConfiguration",
        "PutBucketPolicy",
    ),
    *("GetPublicAccessBlock", "PutPublicAccessBlock", "GetBucketEncryption", "PutBucketEncryption"),
    *("PutBucketTagging", "PutObject", "PutObjectTagging", "UploadPart", "UploadPartCopy"),
]
KEY = "fruit/0.png"
COMPUTABLE = {"CRC32", "SHA1", "SHA256"}
NOT_ORDINARY = {
    "x-amz-storage-class": {
        *("OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP"),
        *("AWS_BACKUP_WARM", "AWS_BACKUP_LOW_COST_WARM"),
    },
    "x-amz-server-side-encryption": {"aws:fsx", "aws:backup"},
}
"""What the model has for other kinds of buckets."""
SWEPT = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("sweep-s3"))
    practice.s3.create_bucket(Bucket=BUCKET)
    practice.put(KEY, picture())
    yield practice
    practice.server.stop()


@functools.cache
def _shape(name: str) -> Shape | None:
    return service_model("s3").operation_model(name).input_shape


def _known(aws: Practice) -> Known:
    upload = aws.s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    return {"UploadId": [upload], "ETag": ["made-up"], "VersionId": ["null"]}


def _minimal(name: str, known: Known) -> dict[str, Any]:
    """A request with the required members only."""
    given_by_hand: dict[str, Any] = {
        "Bucket": "made-by-the-sweep" if name in {"CreateBucket", "DeleteBucket"} else BUCKET,
        "Key": KEY,
        "UploadId": known["UploadId"][0],
        "PartNumber": 1,
        "CopySource": f"{BUCKET}/{KEY}",
        "Policy": '{"Statement": [{"Effect": "Deny"}]}',
        "Tagging": {"TagSet": [{"Key": "a", "Value": "1"}]},
        "Delete": {"Objects": [{"Key": "nobody"}]},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
        "NotificationConfiguration": {},
    }
    shape = _shape(name)
    required = shape.required_members if shape is not None else []
    return {member: given_by_hand[member] for member in required}


def _enums(name: str) -> dict[str, tuple[str, list[str]]]:
    """Member -> its name on the wire and its values, for members with a few values only."""
    shape = _shape(name)
    found = {}
    for member, each in (shape.members if shape is not None else {}).items():  # type: ignore[attr-defined]
        values = each.metadata.get("enum") or (
            each.type_name == "list" and each.member.metadata.get("enum")
        )
        if values and each.serialization.get("location") in {"header", "querystring"}:
            wire = each.serialization["name"]
            found[member] = (wire.lower() if wire.startswith("x-") else wire, list(values))
    return found


def test_these_are_all_operations(aws: Practice) -> None:
    """An operation that is added must be swept too."""
    assert sorted(aws.aws._s3._operations) == sorted(HAD)


def test_these_are_all_values() -> None:
    """A value that the model knows must be known here, else a good request is refused."""
    for name in HAD:
        for wire, values in _enums(name).values():
            assert set(values) - NOT_ORDINARY.get(wire, set()) <= set(VALUES[wire]), (name, wire)


@pytest.mark.parametrize("name", HAD)
def test_valid_parameters(aws: Practice, name: str) -> None:
    """Whatever the model allows gets an answer that botocore parses: a result, or a refusal with a
    code.
    """
    known = _known(aws)
    call = getattr(aws.s3, xform_name(name))
    shape: Any = _shape(name)

    @SWEPT
    @given(valid(shape, known))
    def swept(asked: dict[str, Any]) -> None:
        made = asked | _minimal(name, known)
        made.pop("ContentLength", None)  # a wrong one makes both sides wait for the rest
        if made.get("ChecksumAlgorithm", "CRC32") not in COMPUTABLE:
            made["ChecksumAlgorithm"] = "CRC32"
        if name == "DeleteObjects":
            made["Delete"] = {"Objects": [{"Key": "nobody"}]}
        try:
            answer = call(**made)
        except ClientError as refusal:
            answer = refusal.response
            code = answer["Error"]["Code"]
            assert code.isidentifier() or code.isdigit(), (answer, made)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        assert status < 500 or (status, answer["Error"]["Code"]) == (501, "NotImplemented"), (
            answer,
            made,
        )

    swept()


@pytest.mark.parametrize(
    ("name", "member"), [(name, member) for name in HAD for member in _enums(name)]
)
def test_values_that_do_not_exist(aws: Practice, name: str, member: str) -> None:
    """A misspelled class, list or directive must not pass for the usual one."""
    asked = _minimal(name, _known(aws))
    many = _shape(name).members[member].type_name == "list"  # type: ignore[union-attr]
    if member == "ChecksumAlgorithm" and name not in {"CopyObject", "CreateMultipartUpload"}:
        return  # boto3 cannot be made to send it: it computes the checksum itself
    with pytest.raises(ClientError) as caught:
        getattr(aws.s3, xform_name(name))(**asked, **{member: ["Bogus"] if many else "Bogus"})
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    if name not in {"HeadObject", "HeadBucket"}:
        assert answer["Error"]["Code"] in {
            "InvalidArgument",
            "InvalidRequest",
            "InvalidStorageClass",
        }


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("StorageClass", "Bogus", "InvalidStorageClass"),
        ("StorageClass", "OUTPOSTS", "InvalidStorageClass"),
        ("ACL", "Bogus", "InvalidArgument"),
        ("ACL", "public-read", "AccessControlListNotSupported"),
        ("GrantRead", "id=1", "AccessControlListNotSupported"),
        ("ServerSideEncryption", "Bogus", "InvalidArgument"),
        ("SSEKMSKeyId", "alias/mine", "InvalidArgument"),
        ("SSECustomerAlgorithm", "Bogus", "InvalidEncryptionAlgorithmError"),
        ("ObjectLockMode", "GOVERNANCE", "InvalidRequest"),
        ("ObjectLockMode", "Bogus", "InvalidArgument"),
        ("ObjectLockLegalHoldStatus", "Bogus", "InvalidArgument"),
        ("WebsiteRedirectLocation", "elsewhere", "InvalidRedirectLocation"),
        ("Tagging", "a=1&a=2", "InvalidTag"),
    ],
)
def test_codes_of_a_write(aws: Practice, member: str, value: str, code: str) -> None:
    """Each wrong header of a write has its own code; programs tell people by it."""
    with refused(code, 400):
        aws.s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", **{member: value})
    with refused("NoSuchKey"):
        aws.s3.get_object(Bucket=BUCKET, Key="k")


@pytest.mark.parametrize(
    ("member", "value"),
    [("MetadataDirective", "replace"), ("TaggingDirective", "Bogus"), ("StorageClass", "cold")],
)
def test_codes_of_a_copy(aws: Practice, member: str, value: str) -> None:
    """A directive in small letters is none, and must not silently copy what should be replaced."""
    code = "InvalidStorageClass" if member == "StorageClass" else "InvalidArgument"
    with refused(code, 400):
        aws.s3.copy_object(Bucket=BUCKET, Key="k", CopySource=f"{BUCKET}/{KEY}", **{member: value})


def test_checksum_algorithms_that_do_not_exist(aws: Practice) -> None:
    """As clients without boto3 send them: the name is checked, and that its checksum came along."""
    url = f"{aws.server.url}/{BUCKET}/k"
    for algorithm, words in (("CRC7", b"header is invalid"), ("SHA256", b"no corresponding")):
        status, body = signed(
            "PUT", url, b"x", "s3", x_amz_sdk_checksum_algorithm=algorithm, **_SHA_OF_X
        )
        assert (status, words in body, b"InvalidRequest" in body) == (400, True, True)


_SHA_OF_X: dict[str, Any] = {
    "x_amz_content_sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
}


def test_class_and_encryption_stay_with_the_object(aws: Practice) -> None:
    """What was asked for is told by every later look; a copy has its own."""
    asked = {
        "StorageClass": "STANDARD_IA",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "alias/orchard",
    }
    made = aws.s3.put_object(Bucket=BUCKET, Key="cold", Body=b"x", **asked)
    assert (made["ServerSideEncryption"], made["SSEKMSKeyId"]) == ("aws:kms", "alias/orchard")
    for call in (aws.s3.head_object, aws.s3.get_object):
        found = call(Bucket=BUCKET, Key="cold")
        assert (found["StorageClass"], found["ServerSideEncryption"]) == ("STANDARD_IA", "aws:kms")
    listed = aws.s3.list_objects_v2(Bucket=BUCKET, Prefix="cold")["Contents"]
    assert [each["StorageClass"] for each in listed] == ["STANDARD_IA"]
    aws.s3.copy_object(
        Bucket=BUCKET, Key="cold", CopySource=f"{BUCKET}/cold", StorageClass="STANDARD"
    )
    found = aws.s3.head_object(Bucket=BUCKET, Key="cold")
    assert ("StorageClass" in found, found["ServerSideEncryption"]) == (False, "AES256")


def test_archived_objects_cannot_be_read(aws: Practice) -> None:
    """A picture in the archive is listed and described, and fails where somebody opens it."""
    aws.s3.put_object(Bucket=BUCKET, Key="ice.png", Body=picture(), StorageClass="GLACIER")
    assert aws.s3.head_object(Bucket=BUCKET, Key="ice.png")["StorageClass"] == "GLACIER"
    with refused("InvalidObjectState", 403):
        aws.s3.get_object(Bucket=BUCKET, Key="ice.png")
    with refused("InvalidObjectState", 403):
        aws.s3.copy_object(Bucket=BUCKET, Key="k", CopySource=f"{BUCKET}/ice.png")


def test_new_buckets(aws: Practice) -> None:
    """Lists of rights at a bucket that allows none, and owners that do not exist."""
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        aws.s3.create_bucket(Bucket="public-fruit", ACL="public-read")
    with refused("InvalidArgument", 400):
        aws.s3.create_bucket(Bucket="owned-fruit", ObjectOwnership="Bogus")
    with refused("NotImplemented", 501):
        aws.s3.create_bucket(Bucket="locked-fruit", ObjectLockEnabledForBucket=True)


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("?cors", "<CORSConfiguration/>"),
        (
            "?cors",
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
        ),
        ("?tagging", "<Tagging/>"),
        ("?tagging", "<Tagging>"),
        (f"/{KEY}?tagging", "<Tagging/>"),
        ("?delete", "<Delete/>"),
        ("?delete", "not xml"),
        (f"/{KEY}?uploadId=", "<CompleteMultipartUpload/>"),
    ],
)
def test_documents_that_are_not_complete(aws: Practice, place: str, body: str) -> None:
    """A body that lacks what it needs is MalformedXML, never a change."""
    known = _known(aws)
    method = "POST" if "delete" in place or "uploadId" in place else "PUT"
    url = f"{aws.server.url}/{BUCKET}{place}{known['UploadId'][0] if place.endswith('=') else ''}"
    headers: dict[str, Any] = {"content_md5": _md5(body)} if "delete" in place else {}
    headers["x_amz_content_sha256"] = _sha256(body)
    status, answer = signed(method, url, body.encode(), "s3", **headers)
    assert (status, b"<Code>MalformedXML</Code>" in answer) == (400, True), answer


def _md5(text: str) -> str:
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_policy_that_is_none(aws: Practice) -> None:
    """A policy is JSON with statements."""
    for text in ("no json", json.dumps({"Version": "2012-10-17"}), "[]"):
        with refused("MalformedPolicy", 400):
            aws.s3.put_bucket_policy(Bucket=BUCKET, Policy=text)
