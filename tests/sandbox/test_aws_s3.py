"""The S3 of the AWS stand-in, through real clients: objects, lists, parts, buckets, and what
browsers see.
"""

import base64
import hashlib
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_practice import BUCKET, Practice, Unframed, fetch, refused, signed
from botocore.auth import S3SigV4Auth
from botocore.exceptions import ClientError

ODD_KEYS = [
    "a b/é.jpg",
    "plus+sign",
    "percent%2Fslash",
    "a//b",
    "?query&x=1#y",
    "line\nbreak",
    "日本/語.txt",
    "..",
    "a/../b",
]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("s3"))
    practice.s3.create_bucket(Bucket=BUCKET)
    yield practice
    practice.server.stop()


def test_odd_keys_come_back_as_they_went(aws: Practice) -> None:
    """A key decoded twice or normalised would make somebody's picture unreachable."""
    for key in ODD_KEYS:
        aws.put(key, key)
        assert aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == key.encode()
        url = aws.s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key})
        if ".." not in key:
            assert fetch(url)[2] == key.encode()
    listed = [each["Key"] for each in aws.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sorted(ODD_KEYS, key=str.encode) == [key for key in listed if key in ODD_KEYS]
    aws.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in ODD_KEYS]})
    assert "Contents" not in aws.s3.list_objects_v2(Bucket=BUCKET, Prefix="a")


def test_an_object_keeps_its_headers(aws: Practice) -> None:
    """Content type, metadata and times are what the bot reads before it touches a large object."""
    aws.s3.put_object(
        Bucket=BUCKET,
        Key="kept",
        Body=b"12345",
        ContentType="image/png",
        Metadata={"who": "mara"},
        CacheControl="no-store",
        Tagging="stage=raw",
    )
    head = aws.s3.head_object(Bucket=BUCKET, Key="kept")
    assert (head["ContentLength"], head["ContentType"], head["Metadata"]) == (
        5,
        "image/png",
        {"who": "mara"},
    )
    assert head["ETag"] == f'"{hashlib.md5(b"12345", usedforsecurity=False).hexdigest()}"'
    assert head["CacheControl"] == "no-store"
    assert aws.s3.get_object_tagging(Bucket=BUCKET, Key="kept")["TagSet"] == [
        {"Key": "stage", "Value": "raw"}
    ]
    with refused("404", 404):
        aws.s3.head_object(Bucket=BUCKET, Key="absent")
    with refused("NoSuchKey", 404):
        aws.s3.get_object(Bucket=BUCKET, Key="absent")
    aws.s3.copy_object(Bucket=BUCKET, Key="copy é", CopySource={"Bucket": BUCKET, "Key": "kept"})
    assert aws.s3.head_object(Bucket=BUCKET, Key="copy é")["Metadata"] == {"who": "mara"}
    aws.s3.put_object_tagging(
        Bucket=BUCKET, Key="kept", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    )
    assert aws.s3.get_object_tagging(Bucket=BUCKET, Key="kept")["TagSet"] == [
        {"Key": "a", "Value": "b"}
    ]


@pytest.mark.parametrize(
    ("asked", "body", "span"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_ranges(aws: Practice, asked: str, body: bytes, span: str) -> None:
    """Manifests are read in pieces; a wrong piece is a wrong line."""
    aws.put("ten", "0123456789")
    got = aws.s3.get_object(Bucket=BUCKET, Key="ten", Range=asked)
    assert (got["Body"].read(), got["ContentRange"], got["ResponseMetadata"]["HTTPStatusCode"]) == (
        body,
        span,
        206,
    )


def test_a_range_behind_the_end_is_refused(aws: Practice) -> None:
    """A reader that goes on behind the end has to be told, not given the whole object."""
    aws.put("ten", "0123456789")
    with refused("InvalidRange", 416):
        aws.s3.get_object(Bucket=BUCKET, Key="ten", Range="bytes=10-")


def test_conditions(aws: Practice) -> None:
    """Immutable files are written once: If-None-Match is how a second writer learns that it is
    second.
    """
    etag = aws.s3.put_object(Bucket=BUCKET, Key="once", Body=b"1", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed", 412):
        aws.s3.put_object(Bucket=BUCKET, Key="once", Body=b"2", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        aws.s3.get_object(Bucket=BUCKET, Key="once", IfMatch='"other"')
    with refused("304", 304):
        aws.s3.get_object(Bucket=BUCKET, Key="once", IfNoneMatch=etag)
    assert aws.s3.get_object(Bucket=BUCKET, Key="once", IfMatch=etag)["Body"].read() == b"1"


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_wrong_checksums_are_refused(aws: Practice, algorithm: str) -> None:
    """Bytes that were damaged on the way must not be stored."""
    member = f"Checksum{algorithm}"
    size = {"CRC32": "AAAAAA==", "CRC32C": "AAAAAA==", "CRC64NVME": "AAAAAAAAAAA="}.get(
        algorithm, "AAAA"
    )
    with refused("BadDigest", 400):
        aws.s3.put_object(Bucket=BUCKET, Key="sum", Body=b"orchard", **{member: size})
    with refused("BadDigest", 400):
        aws.s3.put_object(
            Bucket=BUCKET, Key="sum", Body=b"orchard", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="
        )


def test_known_checksums_hold(aws: Practice) -> None:
    """The check values of the two polynomials that the standard library lacks."""
    sums = {"ChecksumCRC32C": "4waSgw==", "ChecksumCRC64NVME": "rosUhgp5mIg="}
    for member, value in sums.items():
        aws.s3.put_object(Bucket=BUCKET, Key="sum", Body=b"123456789", **{member: value})
        got = aws.s3.get_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
        assert got[member] == value


def test_streams_in_chunks_are_unpacked(aws: Practice) -> None:
    """A client that frames its body (aws-chunked, trailing checksum) must not find the framing in
    the object.
    """
    body = b"5\r\norcha\r\n2\r\nrd\r\n0\r\nx-amz-checksum-crc32:"
    body += base64.b64encode(zlib.crc32(b"orchard").to_bytes(4, "big")) + b"\r\n\r\n"
    framing = {
        "X_Amz_Content_SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "Content_Encoding": "aws-chunked",
        "X_Amz_Decoded_Content_Length": "7",
        "X_Amz_Trailer": "x-amz-checksum-crc32",
    }
    url = f"{aws.server.url}/{BUCKET}/chunks"
    assert signed("PUT", url, body, "s3", Unframed, **framing)[0] == 200
    damaged = body.replace(b"orcha", b"orchx")
    assert b"BadDigest" in signed("PUT", url, damaged, "s3", Unframed, **framing)[1]
    assert b"IncompleteBody" in signed("PUT", url, b"not framed", "s3", Unframed, **framing)[1]
    got = aws.s3.get_object(Bucket=BUCKET, Key="chunks")
    assert got["Body"].read() == b"orchard"
    assert "ContentEncoding" not in got


def test_lists_page_by_page(aws: Practice) -> None:
    """A folder of more than one page must come whole, in order, once."""
    aws.s3.create_bucket(Bucket="lists")
    keys = [f"f{folder}/{number:02}.jpg" for folder in range(3) for number in range(4)] + [
        "root.txt"
    ]
    for key in keys:
        aws.put(key, key, "lists")
    for operation in ("list_objects_v2", "list_objects"):
        pages = list(
            aws.s3.get_paginator(operation).paginate(
                Bucket="lists", PaginationConfig={"PageSize": 5}
            )
        )
        assert [each["Key"] for page in pages for each in page["Contents"]] == keys
        assert len(pages) == 3
        pages = list(
            aws.s3.get_paginator(operation).paginate(
                Bucket="lists", Delimiter="/", PaginationConfig={"PageSize": 2}
            )
        )
        assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == [
            "f0/",
            "f1/",
            "f2/",
        ]
        assert [each["Key"] for page in pages for each in page.get("Contents", [])] == ["root.txt"]
    after = aws.s3.list_objects_v2(
        Bucket="lists", Prefix="f", StartAfter="f1/01.jpg", FetchOwner=True
    )
    assert (after["KeyCount"], after["Contents"][0]["Key"]) == (6, "f1/02.jpg")
    assert after["Contents"][0]["Owner"]["ID"] == "111122223333"
    with refused("InvalidArgument"):
        aws.s3.list_objects_v2(Bucket="lists", ContinuationToken="made up")


def test_uploads_in_parts(aws: Practice) -> None:
    """Large uploads arrive in parts; each rule about parts keeps a broken object from appearing."""
    begun = {"Bucket": BUCKET, "Key": "large"}
    upload = aws.s3.create_multipart_upload(**begun, ContentType="video/mp4")["UploadId"]
    big = b"x" * (5 * 1024 * 1024)
    first = aws.s3.upload_part(**begun, UploadId=upload, PartNumber=1, Body=big)["ETag"]
    second = aws.s3.upload_part(**begun, UploadId=upload, PartNumber=2, Body=b"end")["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    assert [p["Size"] for p in aws.s3.list_parts(**begun, UploadId=upload)["Parts"]] == [
        len(big),
        3,
    ]
    assert [u["Key"] for u in aws.s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == ["large"]
    with refused("InvalidPartOrder"):
        aws.s3.complete_multipart_upload(
            **begun, UploadId=upload, MultipartUpload={"Parts": parts[::-1]}
        )
    with refused("InvalidPart"):
        wrong = [{"PartNumber": 1, "ETag": second}]
        aws.s3.complete_multipart_upload(**begun, UploadId=upload, MultipartUpload={"Parts": wrong})
    done = aws.s3.complete_multipart_upload(
        **begun, UploadId=upload, MultipartUpload={"Parts": parts}
    )
    assert done["ETag"].endswith('-2"')
    head = aws.s3.head_object(**begun)
    assert (head["ContentLength"], head["ContentType"]) == (len(big) + 3, "video/mp4")
    with refused("NoSuchUpload", 404):
        aws.s3.abort_multipart_upload(**begun, UploadId=upload)


def test_small_parts_are_refused(aws: Practice) -> None:
    """S3 takes no part below 5 MiB but the last; a bot that tries must learn it here."""
    begun = {"Bucket": BUCKET, "Key": "small"}
    upload = aws.s3.create_multipart_upload(**begun)["UploadId"]
    parts = [
        {
            "PartNumber": n,
            "ETag": aws.s3.upload_part(**begun, UploadId=upload, PartNumber=n, Body=b"x")["ETag"],
        }
        for n in (1, 2)
    ]
    with refused("EntityTooSmall"):
        aws.s3.complete_multipart_upload(**begun, UploadId=upload, MultipartUpload={"Parts": parts})
    aws.s3.abort_multipart_upload(**begun, UploadId=upload)
    with refused("404"):
        aws.s3.head_object(**begun)


def test_buckets(aws: Practice) -> None:
    """Every way in which a bucket can be the wrong one has its own code."""
    assert aws.s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    assert BUCKET in [each["Name"] for each in aws.s3.list_buckets()["Buckets"]]
    with refused("NoSuchBucket", 404):
        aws.s3.list_objects_v2(Bucket="nobody")
    with refused("AccessDenied", 403):
        aws.s3.get_object(Bucket="locked", Key="x")
    with refused("403", 403):
        aws.s3.head_bucket(Bucket="locked")
    with refused("AccessDenied", 403):
        aws.s3.get_object(Bucket=BUCKET, Key="x", ExpectedBucketOwner="999999999999")
    with refused("InvalidBucketName"):
        aws.s3.create_bucket(Bucket="Has_Capitals")
    with refused("BucketAlreadyExists", 409):
        aws.s3.create_bucket(Bucket="locked")
    aws.s3.create_bucket(Bucket="short-lived")
    aws.put("x", "x", "short-lived")
    with refused("BucketNotEmpty", 409):
        aws.s3.delete_bucket(Bucket="short-lived")
    aws.s3.delete_object(Bucket="short-lived", Key="x")
    aws.s3.delete_bucket(Bucket="short-lived")
    with refused("404", 404):
        aws.s3.head_bucket(Bucket="short-lived")
    with refused("NotImplemented", 501):
        aws.s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)


def test_what_belongs_to_a_bucket(aws: Practice) -> None:
    """The doctor reads CORS, policy and tags before it calls a bucket fit."""
    aws.s3.create_bucket(Bucket="dressed")
    for read, code in (
        (aws.s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (aws.s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (aws.s3.get_bucket_tagging, "NoSuchTagSet"),
    ):
        with refused(code, 404):
            read(Bucket="dressed")
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}'
    aws.s3.put_bucket_policy(Bucket="dressed", Policy=policy)
    assert aws.s3.get_bucket_policy(Bucket="dressed")["Policy"] == policy
    aws.s3.put_bucket_tagging(
        Bucket="dressed", Tagging={"TagSet": [{"Key": "team", "Value": "fruit"}]}
    )
    assert aws.s3.get_bucket_tagging(Bucket="dressed")["TagSet"] == [
        {"Key": "team", "Value": "fruit"}
    ]
    with refused("MalformedPolicy"):
        aws.s3.put_bucket_policy(Bucket="dressed", Policy="no")


def test_cross_origin_rules(aws: Practice) -> None:
    """Without the right CORS answer a worker's page cannot load the picture, and the task fails."""
    aws.s3.create_bucket(Bucket="cross")
    aws.put("a.png", b"p", "cross")
    url = aws.s3.generate_presigned_url("get_object", Params={"Bucket": "cross", "Key": "a.png"})
    page = "https://worker.example"
    assert "access-control-allow-origin" not in fetch(url, Origin=page)[1]
    assert fetch(url, "OPTIONS", Origin=page, Access_Control_Request_Method="GET")[0] == 403
    rule = {
        "AllowedHeaders": [],
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposeHeaders": ["Access-Control-Allow-Origin"],
    }
    aws.s3.put_bucket_cors(Bucket="cross", CORSConfiguration={"CORSRules": [rule]})
    assert aws.s3.get_bucket_cors(Bucket="cross")["CORSRules"][0]["AllowedOrigins"] == ["*"]
    status, headers, _ = fetch(url, Origin=page)
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    status, headers, _ = fetch(url, "OPTIONS", Origin=page, Access_Control_Request_Method="GET")
    assert (status, headers["access-control-allow-methods"]) == (200, "GET")
    assert fetch(url, "OPTIONS", Origin=page, Access_Control_Request_Method="PUT")[0] == 403
    narrow = rule | {"AllowedOrigins": ["https://*.example"], "AllowedHeaders": ["x-*"]}
    aws.s3.put_bucket_cors(Bucket="cross", CORSConfiguration={"CORSRules": [narrow]})
    assert fetch(url, Origin=page)[1]["access-control-allow-origin"] == page
    assert "access-control-allow-origin" not in fetch(url, Origin="https://evil.test")[1]


def test_links_can_change_how_an_object_is_shown(aws: Practice) -> None:
    """A picture stored without a type is still shown in Slack, because the link says what it is."""
    aws.put("typeless", "x")
    url = aws.s3.generate_presigned_url(
        "get_object",
        Params={
            "Bucket": BUCKET,
            "Key": "typeless",
            "ResponseContentType": "image/png",
            "ResponseContentDisposition": "inline",
        },
    )
    headers = fetch(url)[1]
    assert (headers["content-type"], headers["content-disposition"]) == ("image/png", "inline")


def test_limits_of_an_object(aws: Practice) -> None:
    """Too long a key and too much metadata are refused, as S3 refuses them."""
    with refused("KeyTooLongError"):
        aws.put("k" * 1025, "x")
    with refused("MetadataTooLarge"):
        aws.s3.put_object(Bucket=BUCKET, Key="m", Body=b"", Metadata={"a": "x" * 2100})
    with refused("InvalidTag"):
        aws.s3.put_object(Bucket=BUCKET, Key="m", Body=b"", Tagging="a=1&a=2")


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    """What was answered with 200 is there after a kill; what was half done is gone."""
    aws = Practice(tmp_path)
    try:
        aws.s3.create_bucket(Bucket=BUCKET)
        aws.put("a b/é.jpg", b"picture")
        upload = aws.s3.create_multipart_upload(Bucket=BUCKET, Key="later")["UploadId"]
        aws.s3.upload_part(Bucket=BUCKET, Key="later", UploadId=upload, PartNumber=1, Body=b"part")
        aws.aws.objects.new_blob("orphan", b"written, but the process died before its row")
        files = len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()])
        aws.restart()
        assert aws.s3.get_object(Bucket=BUCKET, Key="a b/é.jpg")["Body"].read() == b"picture"
        assert (
            aws.s3.list_parts(Bucket=BUCKET, Key="later", UploadId=upload)["Parts"][0]["Size"] == 4
        )
        assert (
            len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()]) == files - 1
        )
    finally:
        aws.server.stop()


SERVE = """
import sys, threading
from pathlib import Path
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server
account = create_app(AwsConfig(Path(sys.argv[1]), {"AKIAPRACTICE": "practice-secret"}))
print(Server(account.app).start().port, flush=True)
threading.Event().wait()
"""


def test_a_kill_tears_no_object(tmp_path: Path) -> None:
    """An upload that was acknowledged is there whole; one that was not is there whole or not at
    all.
    """
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url, sizes = f"http://127.0.0.1:{process.stdout.readline().strip()}/killed", []
    signed("PUT", url, b"", "s3", S3SigV4Auth)
    try:
        for turn in range(200):
            if turn == 40:
                threading.Timer(0.02, process.kill).start()
            body = b"%04d" % turn * 2000
            if signed("PUT", f"{url}/key", body, "s3", S3SigV4Auth)[0] == 200:
                sizes.append(turn)
    except OSError:
        process.wait()
    process.stdout.close()
    aws = Practice(tmp_path)
    try:
        body = aws.s3.get_object(Bucket="killed", Key="key")["Body"].read()
        assert body == body[:4] * 2000
        assert int(body[:4]) >= sizes[-1] >= 39
    finally:
        aws.server.stop()


def test_overwriting_leaves_one_file(tmp_path: Path) -> None:
    """Without the removal of old versions a busy job would fill the disk."""
    aws = Practice(tmp_path)
    try:
        aws.s3.create_bucket(Bucket=BUCKET)
        for turn in range(3):
            aws.put("again", f"{turn}")
        assert len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()]) == 1
    finally:
        aws.server.stop()


def test_people_can_look(aws: Practice) -> None:
    """The page for people shows folders, text and pictures, escapes names, and lets nobody in by
    another name.
    """
    aws.put("look/<b>.txt", "<script>alert(1)</script>")
    aws.put("look/deeper/p.png", b"\x89PNG")
    base = f"{aws.server.url}/_s3/"
    assert BUCKET in fetch(base)[2].decode()
    folder = fetch(f"{base}{BUCKET}/look/")[2].decode()
    assert "deeper/" in folder
    assert "<b>" not in folder
    status, headers, page = fetch(f"{base}{BUCKET}/look/%3Cb%3E.txt")
    assert (status, b"<script>alert" in page) == (200, False)
    (script,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    known = base64.b64encode(hashlib.sha256(script).digest()).decode()
    assert f"script-src 'sha256-{known}'" in headers["content-security-policy"]
    assert "s3://" + f"{BUCKET}/look/&lt;b&gt;.txt" in page.decode()
    raw = fetch(f"{base}{BUCKET}/look/deeper/p.png?raw")
    assert (raw[1]["content-type"], raw[2]) == ("image/png", b"\x89PNG")
    assert fetch(f"{base}{BUCKET}/look/", "POST")[0] == 405
    assert fetch(base, Host="buckets.evil.test")[0] == 421


def test_errors_reach_boto3_typed(aws: Practice) -> None:
    """Code that catches `NoSuchKey` by its class has to work here as on AWS."""
    with pytest.raises(aws.s3.exceptions.NoSuchKey):
        aws.s3.get_object(Bucket=BUCKET, Key="absent")
    with pytest.raises(ClientError) as caught:
        aws.s3.get_object(Bucket=BUCKET, Key="absent")
    assert dict(caught.value.response["Error"])["Key"] == "absent"
