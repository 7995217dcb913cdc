"""Uploads in parts: begun, sent, put together or given up; parts survive a restart."""

import hashlib
import json
import re
import secrets
import sqlite3
from collections.abc import Callable

from bot.sandbox.aws.s3.body import Received
from bot.sandbox.aws.s3.headers import described_headers
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.objects import S3Objects, check_key, kept_headers, tags_of_header
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest, is_whole, whole
from bot.sandbox.aws.wire.xml import Reply, children, document, iso, parsed, text_of
from bot.sandbox.store import Store

__all__ = ["S3Multipart"]

MOST_PARTS = 10_000
SMALLEST_PART = 5 * 1024 * 1024
MOST_LISTED = 1000
HTTP_NO_CONTENT, HTTP_NOT_FOUND = 204, 404


class S3Multipart:
    """Operations on multipart uploads of one account."""

    def __init__(
        self, store: Store, objects: ObjectStore, single: S3Objects, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._objects = objects
        self._single = single
        self._clock = clock

    def create(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """CreateMultipartUpload."""
        check_key(key)
        upload = secrets.token_urlsafe(48)
        kept, tags = kept_headers(request.headers), json.dumps(tags_of_header(request.headers))
        with self._store.write() as rows:
            rows.execute(
                (
                    "INSERT INTO upload (id, bucket, key, headers, tags, created) VALUES (?, ?, "
                    "?, ?, ?, ?)"
                ),
                (upload, bucket, key, json.dumps(kept), tags, self._clock()),
            )
        reply = document(
            "InitiateMultipartUploadResult", {"Bucket": bucket, "Key": key, "UploadId": upload}
        )
        reply.headers.update(described_headers(kept))
        return reply

    def put_part(self, request: AwsRequest, bucket: str, key: str, content: Received) -> Reply:
        """UploadPart and, with x-amz-copy-source, UploadPartCopy."""
        upload, number = self._upload(request, bucket, key), request.query.get("partNumber", "")
        if not is_whole(number) or not 1 <= int(number) <= MOST_PARTS:
            raise AwsError(
                "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"
            )
        body, checksums = content
        copied = "x-amz-copy-source" in request.headers
        if copied:
            source, body = self._single.copy_source(request)
            body = _cut(request, source.size, body)
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        blob, now = self._objects.new_blob(f"{upload['id']}/{number}", body), self._clock()
        with self._store.write() as rows:
            where = (upload["id"], int(number))
            old = rows.execute(
                "SELECT blob FROM upload_part WHERE upload = ? AND number = ?", where
            ).fetchone()
            rows.execute(
                "INSERT OR REPLACE INTO upload_part (upload, number, blob, size, etag, modified)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*where, blob, len(body), etag, now),
            )
        self._objects.drop_blobs([old["blob"]] if old else [])
        if copied:
            return document("CopyPartResult", {"LastModified": iso(now), "ETag": f'"{etag}"'})
        return Reply(headers={"etag": f'"{etag}"', **checksums})

    def complete(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """CompleteMultipartUpload: the parts named, in rising order, all but the last of 5 MiB at
        least.
        """
        upload = self._upload(request, bucket, key)
        named = [
            (text_of(part, "PartNumber") or "", (text_of(part, "ETag") or "").strip('"'))
            for part in children(parsed(request.body), "Part")
        ]
        if not named or not all(is_whole(number) for number, _ in named):
            raise AwsError(
                "MalformedXML", "The XML you provided was not well-formed or did not validate"
            )
        sent = {row["number"]: row for row in self._parts(upload["id"])}
        chosen = [_chosen(sent.get(int(number)), etag) for number, etag in named]
        numbers = [int(number) for number, _ in named]
        if numbers != sorted(set(numbers)):
            raise AwsError("InvalidPartOrder", "The list of parts was not in ascending order.")
        if any(row["size"] < SMALLEST_PART for row in chosen[:-1]):
            raise AwsError(
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed object size.",
            )
        body = b"".join(self._objects.blob_content(row["blob"]) for row in chosen)
        digest = hashlib.md5(
            b"".join(bytes.fromhex(row["etag"]) for row in chosen), usedforsecurity=False
        )
        with self._store.write():
            made = self._objects.put(
                bucket,
                key,
                body,
                headers=json.loads(upload["headers"]),
                tags=json.loads(upload["tags"]),
                etag=f"{digest.hexdigest()}-{len(chosen)}",
            )
            self._forget(upload["id"])
        location = f"{request.base_url}{request.raw_path}"
        return document(
            "CompleteMultipartUploadResult",
            {"Location": location, "Bucket": bucket, "Key": key, "ETag": f'"{made.etag}"'},
        )

    def abort(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """AbortMultipartUpload."""
        self._forget(self._upload(request, bucket, key)["id"])
        return Reply(HTTP_NO_CONTENT)

    def list_parts(self, request: AwsRequest, bucket: str, key: str) -> Reply:
        """ListParts, all on one page up to 1,000."""
        upload = self._upload(request, bucket, key)
        after = whole(request, "part-number-marker", 0)
        most = min(whole(request, "max-parts", MOST_LISTED), MOST_LISTED)
        rows = [row for row in self._parts(upload["id"]) if row["number"] > after]
        page = rows[:most]
        parts = [
            {
                "PartNumber": r["number"],
                "LastModified": iso(r["modified"]),
                "ETag": f'"{r["etag"]}"',
                "Size": r["size"],
            }
            for r in page
        ]
        content = {
            "Bucket": bucket,
            "Key": key,
            "UploadId": upload["id"],
            "PartNumberMarker": after,
            "NextPartNumberMarker": page[-1]["number"] if page else 0,
            "MaxParts": most,
            "IsTruncated": len(rows) > most,
            "Part": parts,
        }
        return document("ListPartsResult", content)

    def list_uploads(self, bucket: str) -> Reply:
        """ListMultipartUploads."""
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT * FROM upload WHERE bucket = ? ORDER BY key, created", (bucket,)
            ).fetchall()
        uploads = [
            {"Key": row["key"], "UploadId": row["id"], "Initiated": iso(row["created"])}
            for row in found
        ]
        content = {"Bucket": bucket, "MaxUploads": 1000, "IsTruncated": False, "Upload": uploads}
        return document("ListMultipartUploadsResult", content)

    def _upload(self, request: AwsRequest, bucket: str, key: str) -> sqlite3.Row:
        with self._store.read() as rows:
            row: sqlite3.Row | None = rows.execute(
                "SELECT * FROM upload WHERE id = ? AND bucket = ? AND key = ?",
                (request.query.get("uploadId", ""), bucket, key),
            ).fetchone()
        if row is None:
            raise AwsError(
                "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload "
                "may have been"
                " aborted or completed.",
                HTTP_NOT_FOUND,
            )
        return row

    def _parts(self, upload: str) -> list[sqlite3.Row]:
        with self._store.read() as rows:
            return rows.execute(
                "SELECT * FROM upload_part WHERE upload = ? ORDER BY number", (upload,)
            ).fetchall()

    def _forget(self, upload: str) -> None:
        with self._store.write() as rows:
            gone = rows.execute(
                "DELETE FROM upload_part WHERE upload = ? RETURNING blob", (upload,)
            ).fetchall()
            rows.execute("DELETE FROM upload WHERE id = ?", (upload,))
        self._objects.drop_blobs([row["blob"] for row in gone])


def _cut(request: AwsRequest, size: int, body: bytes) -> bytes:
    """The bytes that x-amz-copy-source-range names: `bytes=first-last`, both inside the source."""
    asked = request.headers.get("x-amz-copy-source-range")
    if asked is None:
        return body
    found = re.fullmatch(r"bytes=(\d{1,18})-(\d{1,18})", asked, re.ASCII)
    if not found:
        raise AwsError(
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
            "and last are the"
            " zero-based offsets of the first and last bytes to copy",
        )
    first, last = int(found[1]), int(found[2])
    if not first <= last < size:
        raise AwsError(
            "InvalidArgument", f"Range specified is not valid for source object of size: {size}"
        )
    return body[first : last + 1]


def _chosen(row: sqlite3.Row | None, etag: str) -> sqlite3.Row:
    if row is None or row["etag"] != etag:
        raise AwsError(
            "InvalidPart",
            "One or more of the specified parts could not be found. The part may not have been "
            "uploaded, or the"
            " specified entity tag may not match the part's entity tag.",
        )
    return row
