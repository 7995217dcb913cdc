"""What S3 does with single objects: put, get with ranges and conditions, head, copy, delete,
tags.
"""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote

from bot.sandbox.aws.s3.body import Received
from bot.sandbox.aws.s3.headers import (
    check_readable,
    copied_headers,
    described_headers,
    own_headers,
)
from bot.sandbox.aws.s3.object_store import ObjectStore, StoredObject
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.xml import Reply, children, document, http_date, iso, parsed, text_of

__all__ = ["S3Objects", "kept_headers", "tags_of_header"]

LONGEST_KEY = 1024
LARGEST_METADATA = 2048
MOST_DELETED = 1000
MOST_TAGS = 10
HTTP_OK, HTTP_NO_CONTENT, HTTP_PARTIAL, HTTP_NOT_MODIFIED = 200, 204, 206, 304
HTTP_NOT_FOUND, HTTP_PRECONDITION, HTTP_RANGE = 404, 412, 416
_KEPT = (
    "content-type",
    "content-disposition",
    "content-encoding",
    "content-language",
    "cache-control",
    "expires",
    "x-amz-website-redirect-location",
)
_CHANGES = (
    "x-amz-storage-class",
    "x-amz-server-side-encryption",
    "x-amz-website-redirect-location",
)
_OVERRIDES = {f"response-{name}": name for name in _KEPT if not name.startswith("x-")}


class S3Objects:
    """Operations on objects of a bucket that exists and that the caller may use."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def put(self, request: AwsRequest, bucket: str, key: str, content: Received) -> Reply:
        """PutObject; If-None-Match: * and If-Match make it conditional."""
        check_key(key)
        existing = self._objects.head(bucket, key)
        _check_overwrite(request.headers, existing)
        body, checksums = content
        made = self._objects.put(
            bucket,
            key,
            body,
            headers=kept_headers(request.headers),
            checksums=checksums,
            tags=tags_of_header(request.headers),
        )
        return Reply(
            HTTP_OK, b"", {"etag": f'"{made.etag}"', **checksums, **described_headers(made.headers)}
        )

    def get(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """GetObject and HeadObject."""
        found = self._objects.get(bucket, key) if request.method == "GET" else None
        row = found[0] if found else self._objects.head(bucket, key)
        if row is None:
            raise no_such_key(key)
        unchanged = _check_conditions(request.headers, row)
        if unchanged:
            return Reply(HTTP_NOT_MODIFIED, b"", {"etag": f'"{row.etag}"'})
        headers = _description(request, row)
        if found:
            check_readable(row.headers)
        body = found[1] if found else b""
        part = _range(request.headers.get("range", ""), row.size)
        if part is None:
            if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
                headers.update(row.checksums)
            headers["content-length"] = str(row.size)
            return Reply(HTTP_OK, body, headers)
        first, last = part
        headers["content-range"] = f"bytes {first}-{last}/{row.size}"
        headers["content-length"] = str(last - first + 1)
        return Reply(HTTP_PARTIAL, body[first : last + 1], headers)

    def copy(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """CopyObject within the account."""
        check_key(key)
        source, body = self.copy_source(request)
        replaced = request.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE"
        changed = any(request.headers.get(name) for name in _CHANGES)
        if (source.bucket, source.key) == (bucket, key) and not replaced and not changed:
            raise AwsError(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself "
                "without changing the object's metadata, storage class, website redirect location "
                "or encryption attributes.",
            )
        retagged = request.headers.get("x-amz-tagging-directive", "COPY").upper() == "REPLACE"
        made = self._objects.put(
            bucket,
            key,
            body,
            headers=kept_headers(request.headers)
            if replaced
            else copied_headers(source.headers, request.headers),
            checksums=source.checksums,
            tags=tags_of_header(request.headers) if retagged else source.tags,
        )
        reply = document(
            "CopyObjectResult", {"LastModified": iso(made.modified), "ETag": f'"{made.etag}"'}
        )
        reply.headers.update(described_headers(made.headers))
        return reply

    def copy_source(self, request: AwsRequest) -> tuple[StoredObject, bytes]:
        """The object that x-amz-copy-source names; raises NoSuchKey, NoSuchBucket."""
        given = unquote(request.headers["x-amz-copy-source"]).removeprefix("/")
        source_bucket, _, rest = given.partition("/")
        if not self._objects.bucket_exists(source_bucket):
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", HTTP_NOT_FOUND)
        source_key = rest.partition("?versionId=")[0]
        found = self._objects.get(source_bucket, source_key)
        if found is None:
            raise no_such_key(source_key)
        check_readable(found[0].headers)
        return found

    def delete(self, bucket: str, key: str) -> Reply:
        """DeleteObject: succeeds whether or not there was one."""
        self._objects.delete(bucket, key)
        return Reply(HTTP_NO_CONTENT)

    def delete_many(self, request: AwsRequest, bucket: str, body: bytes) -> Reply:
        """DeleteObjects, at most 1,000 keys."""
        if not any(
            name == "content-md5" or name.startswith("x-amz-checksum-") for name in request.headers
        ):
            raise AwsError(
                "InvalidRequest",
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            )
        root = parsed(body)
        keys = [text_of(each, "Key") or "" for each in children(root, "Object")]
        if not 1 <= len(keys) <= MOST_DELETED:
            raise AwsError(
                "MalformedXML", "The XML you provided was not well-formed or did not validate"
            )
        for key in keys:
            self._objects.delete(bucket, key)
        quiet = (text_of(root, "Quiet") or "").lower() == "true"
        return document(
            "DeleteResult", {"Deleted": [] if quiet else [{"Key": key} for key in keys]}
        )

    def get_tags(self, bucket: str, key: str) -> Reply:
        """GetObjectTagging."""
        row = self._row(bucket, key)
        tags = [{"Key": name, "Value": value} for name, value in row.tags.items()]
        return document("Tagging", {"TagSet": {"Tag": tags}})

    def put_tags(self, bucket: str, key: str, body: bytes) -> Reply:
        """PutObjectTagging."""
        row = self._row(bucket, key)
        self._objects.set_tags(bucket, row.key, tags_of_document(body, MOST_TAGS))
        return Reply()

    def delete_tags(self, bucket: str, key: str) -> Reply:
        """DeleteObjectTagging."""
        row = self._row(bucket, key)
        self._objects.set_tags(bucket, row.key, {})
        return Reply(HTTP_NO_CONTENT)

    def _row(self, bucket: str, key: str) -> StoredObject:
        row = self._objects.head(bucket, key)
        if row is None:
            raise no_such_key(key)
        return row


def no_such_key(key: str) -> AwsError:
    """There is nothing at the key."""
    return AwsError(
        "NoSuchKey", "The specified key does not exist.", HTTP_NOT_FOUND, extra={"Key": key}
    )


def check_key(key: str) -> None:
    """Refuse a key of more than 1,024 bytes."""
    if len(key.encode()) > LONGEST_KEY:
        raise AwsError(
            "KeyTooLongError",
            "Your key is too long",
            extra={"Size": str(len(key.encode())), "MaxSizeAllowed": "1024"},
        )


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The request headers that belong to the object; user metadata has 2 KB at most."""
    kept = {name: headers[name] for name in _KEPT if headers.get(name)}
    encodings = [each.strip() for each in kept.get("content-encoding", "").split(",")]
    encoding = ",".join(each for each in encodings if each and each != "aws-chunked")
    kept.pop("content-encoding", None)
    if encoding:
        kept["content-encoding"] = encoding
    own = {name: value for name, value in headers.items() if name.startswith("x-amz-meta-")}
    if (
        sum(len(name) - len("x-amz-meta-") + len(value) for name, value in own.items())
        > LARGEST_METADATA
    ):
        raise AwsError(
            "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"
        )
    kept.setdefault("content-type", "binary/octet-stream")
    return {**kept, **own_headers(headers), **own}


def tags_of_header(headers: Mapping[str, str]) -> dict[str, str]:
    """The tags of an x-amz-tagging header."""
    return _checked_tags(
        parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True), MOST_TAGS
    )


def tags_of_document(body: bytes, most: int) -> dict[str, str]:
    """The tags of a Tagging document."""
    sets = children(parsed(body), "TagSet")
    if len(sets) != 1:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate"
        )
    pairs = [
        (text_of(tag, "Key") or "", text_of(tag, "Value") or "")
        for each in sets
        for tag in children(each, "Tag")
    ]
    return _checked_tags(pairs, most)


def _checked_tags(pairs: list[tuple[str, str]], most: int) -> dict[str, str]:
    if len(pairs) > most:
        raise AwsError("BadRequest", f"Object tags cannot be greater than {most}")
    if len(dict(pairs)) != len(pairs):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key")
    if any(not 1 <= len(name) <= 128 or len(value) > 256 for name, value in pairs):  # noqa: PLR2004 - S3's limits
        raise AwsError("InvalidTag", "The TagKey or TagValue you have provided is invalid")
    return dict(pairs)


def _description(request: AwsRequest, row: StoredObject) -> dict[str, str]:
    headers = {
        "x-amz-server-side-encryption": "AES256",
        **row.headers,
        "etag": f'"{row.etag}"',
        "last-modified": http_date(row.modified),
        "accept-ranges": "bytes",
    }
    if row.tags:
        headers["x-amz-tagging-count"] = str(len(row.tags))
    headers.update(
        {name: request.query[asked] for asked, name in _OVERRIDES.items() if asked in request.query}
    )
    return headers


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of one range; None for the whole object. Several ranges are ignored, as
    S3 does.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first_text, last_text = match.groups()
    if not first_text:
        first, last = max(0, size - int(last_text)), size - 1
        reachable = int(last_text) > 0 and size > 0
    else:
        first, last = int(first_text), min(int(last_text), size - 1) if last_text else size - 1
        if last_text and int(last_text) < first:
            return None
        reachable = first < size
    if not reachable:
        raise AwsError(
            "InvalidRange",
            "The requested range is not satisfiable",
            HTTP_RANGE,
            extra={"RangeRequested": header, "ActualObjectSize": str(size)},
            headers={"content-range": f"bytes */{size}"},
        )
    return first, last


def _check_conditions(headers: Mapping[str, str], row: StoredObject) -> bool:
    """True when the caller has this version already; raises PreconditionFailed."""
    if_match, if_none = headers.get("if-match"), headers.get("if-none-match")
    if if_match is not None:
        if not _names(if_match, row.etag):
            raise _precondition("If-Match")
    elif (
        "if-unmodified-since" in headers
        and row.modified >= _moment(headers["if-unmodified-since"]) + 1
    ):
        raise _precondition("If-Unmodified-Since")
    if if_none is not None:
        return _names(if_none, row.etag)
    return (
        "if-modified-since" in headers and row.modified < _moment(headers["if-modified-since"]) + 1
    )


def _check_overwrite(headers: Mapping[str, str], existing: StoredObject | None) -> None:
    if headers.get("if-none-match") == "*" and existing is not None:
        raise _precondition("If-None-Match")
    if_match = headers.get("if-match")
    if if_match is not None and (existing is None or not _names(if_match, existing.etag)):
        raise _precondition("If-Match")


def _precondition(condition: str) -> AwsError:
    return AwsError(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        HTTP_PRECONDITION,
        extra={"Condition": condition},
    )


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in {each.strip().strip('"') for each in header.split(",")}


def _moment(header: str) -> float:
    try:
        moment = parsedate_to_datetime(header)
    except ValueError as error:
        raise AwsError("InvalidArgument", "A date in the headers is not valid") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
