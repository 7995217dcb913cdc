"""What S3 promises, asked of our stand-in and of moto with the same tests."""

from __future__ import annotations

import io
import time
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import refused
from contract import Endpoint, endpoints, expect_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

BIG = 5 * 1024 * 1024
ODD_KEYS = [
    "a b.jpg",
    "é/日本.png",
    "a+b",
    "%41",
    "a//b",
    "quote'\"",
    "<a>&b",
    "~tilde",
    "folder/",
    "x=1&y=2",
    "#?;:@",
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    yield from endpoints(tmp_path_factory.mktemp("contract"))


@pytest.fixture(params=["ours", "moto"])
def at(request: pytest.FixtureRequest, both: dict[str, Endpoint]) -> Endpoint:
    """One implementation."""
    expect_difference(request, request.param)
    return both[request.param]


@pytest.fixture
def s3(at: Endpoint) -> Any:
    """Its S3."""
    return at.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    """A bucket of the test's own."""
    name = f"contract-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def _keys(answer: dict[str, Any]) -> list[str]:
    return [entry["Key"] for entry in answer.get("Contents", [])]


def _status(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, sent, method=method)
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


# -- objects
# --------------------------------------------------------------------------------------------------


def test_what_is_put_is_got(s3: Any, bucket: str) -> None:
    """Bytes, type, metadata and ETag come back as they went."""
    put = s3.put_object(
        Bucket=bucket, Key="k", Body=b"ripe", ContentType="text/plain", Metadata={"who": "mara"}
    )
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"ripe"
    assert (got["ContentType"], got["ContentLength"], got["Metadata"]) == (
        "text/plain",
        4,
        {"who": "mara"},
    )
    assert got["ETag"] == put["ETag"] == '"f3f1e19bebcc591ae51d97c59abab647"'
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ETag"], head["ContentLength"], head["ContentType"]) == (
        put["ETag"],
        4,
        "text/plain",
    )


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys(s3: Any, bucket: str, key: str) -> None:
    """People name their files as they like; none may be lost or found under another name."""
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_an_empty_object(s3: Any, bucket: str) -> None:
    """An empty file is a file."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b""
    with refused("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-3")


def test_the_last_one_wins(s3: Any, bucket: str) -> None:
    """A second upload replaces the first whole, with its type and metadata."""
    s3.put_object(
        Bucket=bucket, Key="k", Body=b"one", Metadata={"a": "1"}, ContentType="text/plain"
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"second")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (
        b"second",
        {},
        "binary/octet-stream",
    )


def test_what_is_not_there(s3: Any, bucket: str) -> None:
    """Missing keys and buckets are told apart, and a HEAD has no body to tell with."""
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="none")
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="none")
    with refused("NoSuchBucket", 404):
        s3.get_object(Bucket=f"{bucket}-none", Key="k")
    with refused("NoSuchBucket", 404):
        s3.put_object(Bucket=f"{bucket}-none", Key="k", Body=b"")
    with refused("404", 404):
        s3.head_bucket(Bucket=f"{bucket}-none")


def test_deleting_twice(s3: Any, bucket: str) -> None:
    """To delete what is gone is no failure."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for _ in range(2):
        assert s3.delete_object(Bucket=bucket, Key="k")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_deleting_many(s3: Any, bucket: str) -> None:
    """Many at once, those that are not there included."""
    for key in "abc":
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "none"}]})
    assert sorted(each["Key"] for each in answer["Deleted"]) == ["a", "none"]
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == ["b", "c"]


def test_deleting_many_without_words(s3: Any, bucket: str) -> None:
    """Quiet names only what failed."""
    for key in "bc":
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in quiet
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == ["c"]


@pytest.mark.parametrize(
    ("asked", "got", "where"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=0-0", b"0", "bytes 0-0/10"),
    ],
)
def test_ranges(s3: Any, bucket: str, asked: str, got: bytes, where: str) -> None:
    """Manifests are read in pieces; a piece must be the piece."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    answer = s3.get_object(Bucket=bucket, Key="k", Range=asked)
    assert (answer["Body"].read(), answer["ContentRange"]) == (got, where)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206


def test_a_range_beyond_the_end(s3: Any, bucket: str) -> None:
    """Who reads on must learn that there is nothing more."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    with refused("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-")


def test_conditions_of_reading(s3: Any, bucket: str) -> None:
    """Known versions are not sent again, changed ones are noticed."""
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)["Body"].read() == b"x"
    with refused("PreconditionFailed", 412):
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    with refused("304", 304):
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    with refused("304", 304):
        s3.head_object(Bucket=bucket, Key="k", IfNoneMatch=etag)


def test_conditions_of_writing(s3: Any, bucket: str) -> None:
    """Two writers of one key: If-None-Match lets only the first one in."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"


def test_keys_that_are_too_long(s3: Any, bucket: str) -> None:
    """A key has 1,024 bytes at most."""
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")


def test_metadata_that_is_too_long(s3: Any, bucket: str) -> None:
    """Own metadata has 2 KB at most."""
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="m", Body=b"", Metadata={"a": "x" * 2100})


def test_a_stream_is_stored_without_its_framing(s3: Any, bucket: str) -> None:
    """boto3 sends streams in chunks with a checksum at the end; only the content is the object."""
    body = b"0123456789" * 5000
    s3.put_object(Bucket=bucket, Key="k", Body=io.BytesIO(body), ChecksumAlgorithm="CRC32")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body


def test_a_body_that_is_not_what_was_meant(s3: Any, bucket: str) -> None:
    """A digest that does not fit the body stops the upload."""
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_a_checksum_that_does_not_fit(s3: Any, bucket: str) -> None:
    """The newer checksums count as the old digest does."""
    with refused("BadDigest", 400):
        s3.put_object(
            Bucket=bucket,
            Key="k",
            Body=b"x",
            ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        )


# -- copies and tags
# ------------------------------------------------------------------------------------------------


def test_a_copy(s3: Any, bucket: str) -> None:
    """A copy has the bytes, and the metadata unless other is given."""
    s3.put_object(
        Bucket=bucket, Key="a b", Body=b"x", Metadata={"n": "1"}, ContentType="text/plain"
    )
    s3.copy_object(Bucket=bucket, Key="same", CopySource={"Bucket": bucket, "Key": "a b"})
    new = {"MetadataDirective": "REPLACE", "Metadata": {"n": "2"}, "ContentType": "text/html"}
    s3.copy_object(Bucket=bucket, Key="new", CopySource={"Bucket": bucket, "Key": "a b"}, **new)
    same, other = (s3.get_object(Bucket=bucket, Key=key) for key in ("same", "new"))
    assert (same["Body"].read(), same["Metadata"], same["ContentType"]) == (
        b"x",
        {"n": "1"},
        "text/plain",
    )
    assert (other["Body"].read(), other["Metadata"], other["ContentType"]) == (
        b"x",
        {"n": "2"},
        "text/html",
    )


def test_copies_that_cannot_be(s3: Any, bucket: str) -> None:
    """Nothing is copied from nowhere, and nothing onto itself without a change."""
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "none"})
    with refused("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": f"{bucket}-none", "Key": "k"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k"})


def test_tags_of_an_object(s3: Any, bucket: str) -> None:
    """Tags are put with the object or later, counted, and taken away."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b=two%20words")
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 2
    tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "1", "b": "two words"}
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": "3"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "c", "Value": "3"}]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


def test_too_many_tags(s3: Any, bucket: str) -> None:
    """An object has ten tags at most."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    eleven = [{"Key": f"k{number}", "Value": ""} for number in range(11)]
    with refused("BadRequest", 400):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": eleven})


# -- lists
# --------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(s3: Any, bucket: str) -> str:
    """A bucket with six objects in folders."""
    for key in ("b/2.jpg", "a/1.jpg", "a/sub/x.jpg", "top.txt", "a/2.jpg", "Z.txt"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"12")
    return bucket


def test_lists_are_in_order_of_bytes(s3: Any, shelf: str) -> None:
    """Capitals come first; the order is what pages rely on."""
    answer = s3.list_objects_v2(Bucket=shelf)
    assert _keys(answer) == ["Z.txt", "a/1.jpg", "a/2.jpg", "a/sub/x.jpg", "b/2.jpg", "top.txt"]
    assert (answer["KeyCount"], answer["IsTruncated"], answer["Contents"][0]["Size"]) == (
        6,
        False,
        2,
    )


def test_folders(s3: Any, shelf: str) -> None:
    """A delimiter makes folders of common beginnings."""
    top = s3.list_objects_v2(Bucket=shelf, Delimiter="/")
    assert _keys(top) == ["Z.txt", "top.txt"]
    assert [each["Prefix"] for each in top["CommonPrefixes"]] == ["a/", "b/"]
    below = s3.list_objects_v2(Bucket=shelf, Delimiter="/", Prefix="a/")
    assert _keys(below) == ["a/1.jpg", "a/2.jpg"]
    assert [each["Prefix"] for each in below["CommonPrefixes"]] == ["a/sub/"]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_a_list(s3: Any, shelf: str, size: int) -> None:
    """Every object is on one page and only on one, with folders and without."""
    pages = s3.get_paginator("list_objects_v2")
    whole = pages.paginate(Bucket=shelf, PaginationConfig={"PageSize": size})
    assert [key for page in whole for key in _keys(page)] == _keys(s3.list_objects_v2(Bucket=shelf))
    entries = []
    for page in pages.paginate(Bucket=shelf, Delimiter="/", PaginationConfig={"PageSize": size}):
        entries += [*_keys(page), *(each["Prefix"] for each in page.get("CommonPrefixes", []))]
    assert sorted(entries) == ["Z.txt", "a/", "b/", "top.txt"]


def test_lists_from_a_key_on(s3: Any, shelf: str) -> None:
    """StartAfter leaves out what comes before, the key itself included."""
    assert _keys(s3.list_objects_v2(Bucket=shelf, StartAfter="a/2.jpg")) == [
        "a/sub/x.jpg",
        "b/2.jpg",
        "top.txt",
    ]


def test_the_old_list(s3: Any, shelf: str) -> None:
    """Other people's tools still ask with a marker."""
    first = s3.list_objects(Bucket=shelf, MaxKeys=2)
    assert (_keys(first), first["IsTruncated"]) == (["Z.txt", "a/1.jpg"], True)
    assert _keys(s3.list_objects(Bucket=shelf, Marker="a/1.jpg"))[0] == "a/2.jpg"


def test_a_token_of_no_list(s3: Any, shelf: str) -> None:
    """A made-up token is refused, not taken for the beginning."""
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=shelf, ContinuationToken="made up")


# -- uploads in parts
# -----------------------------------------------------------------------------------------------


def test_an_upload_in_parts(s3: Any, bucket: str) -> None:
    """Large files arrive in parts and are one object, whose ETag tells the number of parts."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ContentType="text/plain")[
        "UploadId"
    ]
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**place, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in ((1, b"a" * BIG), (2, b"b"))
    ]
    assert [each["Size"] for each in s3.list_parts(**place)["Parts"]] == [BIG, 1]
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [
        upload
    ]
    done = s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-2"')
    got = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={BIG - 1}-")
    assert (got["Body"].read(), got["ContentType"]) == (b"ab", "text/plain")


def test_parts_that_do_not_fit(s3: Any, bucket: str) -> None:
    """Small and unknown parts are refused before anything is put together."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    etags = [s3.upload_part(**place, PartNumber=number, Body=b"x")["ETag"] for number in (1, 2)]
    both = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    with refused("EntityTooSmall", 400):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": both})
    with refused("InvalidPart", 400):
        s3.complete_multipart_upload(
            **place, MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": etags[0]}]}
        )


def test_parts_out_of_order(s3: Any, bucket: str) -> None:
    """The order of an upload is that of the parts' numbers, never another."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    etags = [
        s3.upload_part(**place, PartNumber=number, Body=b"x" * BIG)["ETag"] for number in (1, 2)
    ]
    both = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    with refused("InvalidPartOrder", 400):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": both[::-1]})


def test_an_upload_given_up(s3: Any, bucket: str) -> None:
    """What is given up is gone."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    s3.upload_part(**place, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(**place)
    with refused("NoSuchUpload", 404):
        s3.upload_part(**place, PartNumber=2, Body=b"x")
    assert _keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_a_part_copied_from_an_object(s3: Any, bucket: str) -> None:
    """Big objects are put together inside S3."""
    s3.put_object(Bucket=bucket, Key="src", Body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    source = {"CopySource": {"Bucket": bucket, "Key": "src"}, "CopySourceRange": "bytes=2-4"}
    etag = s3.upload_part_copy(**place, PartNumber=1, **source)["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(
        **place, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"234"


# -- buckets
# --------------------------------------------------------------------------------------------------


def test_a_bucket_from_first_to_last(s3: Any, bucket: str) -> None:
    """A bucket can be made again by its owner, listed, found, and removed once it is empty."""
    s3.create_bucket(Bucket=bucket)
    assert bucket in [each["Name"] for each in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    with refused("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("name", ["ab", "Capital", "under_score", "-begin", "x" * 64])
def test_names_that_no_bucket_has(at: Endpoint, name: str) -> None:
    """A name that S3 would refuse is refused here."""
    with refused("InvalidBucketName", 400):
        at.client("s3").create_bucket(Bucket=name)


def test_cors_rules(s3: Any, bucket: str) -> None:
    """`doctor` reads the rules, the workers' browsers depend on them."""
    with refused("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=bucket)
    rule = {
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposeHeaders": ["Access-Control-Allow-Origin"],
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    found = s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]
    assert {name: found[name] for name in rule} == rule
    s3.delete_bucket_cors(Bucket=bucket)
    with refused("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=bucket)


def test_cors_rules_that_cannot_be(s3: Any, bucket: str) -> None:
    """Only five methods can be allowed to other pages."""
    with refused("InvalidRequest", 400):
        s3.put_bucket_cors(
            Bucket=bucket,
            CORSConfiguration={
                "CORSRules": [{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}]
            },
        )


def test_a_preflight(at: Endpoint, s3: Any, bucket: str) -> None:
    """A browser asks first, without a signature; only what a rule allows is allowed."""
    s3.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={
            "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://a.b"]}]
        },
    )
    ask: Any = {"access_control_request_method": "GET"}
    assert _status(f"{at.url}/{bucket}/k", "OPTIONS", origin="http://a.b", **ask) == 200
    assert _status(f"{at.url}/{bucket}/k", "OPTIONS", origin="http://evil", **ask) == 403


def test_public_access_and_encryption_of_a_bucket(s3: Any, bucket: str) -> None:
    """What keeps strangers out is kept as it was written, what is not named is off."""
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert [name for name, on in found.items() if on] == ["BlockPublicAcls"]
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}
    }
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    kept = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert [one["ApplyServerSideEncryptionByDefault"] for one in kept] == [
        rule["ApplyServerSideEncryptionByDefault"]
    ]


def test_encryption_that_cannot_be(s3: Any, bucket: str) -> None:
    """One rule, of the ways that S3 has."""
    for rules in ([], [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]):
        with refused("MalformedXML", 400):
            s3.put_bucket_encryption(
                Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules}
            )


def test_a_bucket_policy(s3: Any, bucket: str) -> None:
    """A policy is kept as it was written."""
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)
    words = (
        '{"Version":"2012-10-17","Statement":'
        '[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}'
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=words)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == words
    s3.delete_bucket_policy(Bucket=bucket)
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)


def test_the_owner_alone_has_every_right(s3: Any, bucket: str) -> None:
    """Buckets have had no ACLs of their own since April 2023; reading them says whose they are."""
    s3.put_object(Bucket=bucket, Key="mine.txt", Body=b"x")
    for found in (
        s3.get_bucket_acl(Bucket=bucket),
        s3.get_object_acl(Bucket=bucket, Key="mine.txt"),
    ):
        (grant,) = found["Grants"]
        assert grant["Permission"] == "FULL_CONTROL"
        assert grant["Grantee"]["Type"] == "CanonicalUser"
        assert grant["Grantee"]["ID"] == found["Owner"]["ID"]
    with refused("NoSuchKey", 404):
        s3.get_object_acl(Bucket=bucket, Key="nothing.txt")


def test_tags_of_a_bucket(s3: Any, bucket: str) -> None:
    """Cost tags stay with the bucket."""
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "fruit"}]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "team", "Value": "fruit"}]


def test_a_bucket_of_somebody_else(s3: Any, bucket: str) -> None:
    """Who expects another owner is refused, so that no data goes to a stranger's bucket."""
    with refused("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner="999999999999")


# -- links
# --------------------------------------------------------------------------------------------------


def _link(s3: Any, bucket: str, seconds: int = 60) -> str:
    s3.put_object(Bucket=bucket, Key="a b.txt", Body=b"x")
    params = {"Bucket": bucket, "Key": "a b.txt", "ResponseContentDisposition": "attachment"}
    return str(s3.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))


def test_a_link(s3: Any, bucket: str) -> None:
    """A link works without keys and can name what the browser does with it."""
    with urllib.request.urlopen(_link(s3, bucket)) as answer:
        assert (answer.read(), answer.headers["Content-Disposition"]) == (b"x", "attachment")


def test_a_forged_link(s3: Any, bucket: str) -> None:
    """A link is worth its signature; without one nothing is given."""
    link = _link(s3, bucket)
    assert _status(link.replace("a%20b.txt", "other.txt")) == 403
    assert _status(link[:-4] + "0000") == 403
    assert _status(link.partition("?")[0]) == 403


def test_a_link_that_is_over(s3: Any, bucket: str) -> None:
    """A link ends when it says so."""
    link = _link(s3, bucket, 1)
    deadline = time.monotonic() + 2.5
    while _status(link) == 200:
        assert time.monotonic() < deadline, "the link still works"
    assert _status(link) == 403
