"""S3's lists of objects, old and new kind: prefix, delimiter, pages, and names encoded for XML."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.sandbox.aws.s3.object_store import ObjectStore, StoredObject, prefix_end
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import is_whole
from bot.sandbox.aws.wire.xml import Reply, document, iso

__all__ = ["list_v1", "list_v2"]

MOST_KEYS = 1000
ROWS_WITH_DELIMITER = 100


@dataclass(frozen=True)
class _Page:
    """One page: objects, common prefixes, and where the next one begins ("" when there is none)."""

    objects: list[StoredObject]
    prefixes: list[str]
    last: str
    truncated: bool


def list_v2(objects: ObjectStore, bucket: str, query: Mapping[str, str], owner: str) -> Reply:
    """ListObjectsV2."""
    token = query.get("continuation-token")
    after = query.get("start-after", "") if token is None else _opened(token)
    most, page = _page(objects, bucket, query, after)
    content = {
        **_common(bucket, query, most, page),
        "KeyCount": len(page.objects) + len(page.prefixes),
        "StartAfter": _name(query, query.get("start-after")),
        "ContinuationToken": token,
        "NextContinuationToken": _sealed(page.last) if page.truncated else None,
        **_entries(query, page, owner if query.get("fetch-owner") == "true" else ""),
    }
    return document("ListBucketResult", content)


def list_v1(objects: ObjectStore, bucket: str, query: Mapping[str, str], owner: str) -> Reply:
    """ListObjects."""
    marker = query.get("marker", "")
    delimiter = query.get("delimiter", "")
    # A marker that is a common prefix stands for all keys below it.
    after = f"{marker}\U0010ffff" if delimiter and marker.endswith(delimiter) else marker
    most, page = _page(objects, bucket, query, after)
    next_marker = page.last.removesuffix("\U0010ffff") if page.truncated and delimiter else None
    content = {
        **_common(bucket, query, most, page),
        "Marker": _name(query, marker),
        "NextMarker": _name(query, next_marker),
        **_entries(query, page, owner),
    }
    return document("ListBucketResult", content)


def _page(
    objects: ObjectStore, bucket: str, query: Mapping[str, str], after: str
) -> tuple[int, _Page]:
    given = query.get("max-keys", str(MOST_KEYS))
    if not is_whole(given):
        raise AwsError(
            "InvalidArgument", "Provided max-keys not an integer or within integer range"
        )
    most = min(int(given), MOST_KEYS)
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    found: list[StoredObject] = []
    prefixes: list[str] = []
    cursor = after
    while most:
        room = most - len(found) - len(prefixes)
        rows = objects.list(
            bucket, prefix, cursor, min(room + 1, ROWS_WITH_DELIMITER) if delimiter else room + 1
        )
        if not rows:
            break
        for row in rows:
            if len(found) + len(prefixes) == most:
                return most, _Page(found, prefixes, cursor, truncated=True)
            common = _common_prefix(row.key, prefix, delimiter)
            if common:
                prefixes.append(common)
                cursor = prefix_end(common) or ""
                break
            found.append(row)
            cursor = row.key
    return most, _Page(found, prefixes, cursor, truncated=False)


def _common_prefix(key: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    end = key.find(delimiter, len(prefix))
    return "" if end < 0 else key[: end + len(delimiter)]


def _common(bucket: str, query: Mapping[str, str], most: int, page: _Page) -> dict[str, Any]:
    return {
        "Name": bucket,
        "Prefix": _name(query, query.get("prefix", "")),
        "Delimiter": _name(query, query.get("delimiter")),
        "MaxKeys": most,
        "EncodingType": query.get("encoding-type"),
        "IsTruncated": page.truncated,
    }


def _entries(query: Mapping[str, str], page: _Page, owner: str) -> dict[str, Any]:
    return {
        "Contents": [
            {
                "Key": _name(query, each.key),
                "LastModified": iso(each.modified),
                "ETag": f'"{each.etag}"',
                "Size": each.size,
                "Owner": {"ID": owner} if owner else None,
                "StorageClass": each.headers.get("x-amz-storage-class", "STANDARD"),
            }
            for each in page.objects
        ],
        "CommonPrefixes": [{"Prefix": _name(query, each)} for each in page.prefixes],
    }


def _name(query: Mapping[str, str], text: str | None) -> str | None:
    """A key as the caller wants to read it; XML itself cannot carry every character that a key may
    have.
    """
    if text is None or query.get("encoding-type") != "url":
        return text
    return quote(text, safe="/-_.~")


def _sealed(cursor: str) -> str:
    return base64.urlsafe_b64encode(f"1{cursor}".encode()).decode()


def _opened(token: str) -> str:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text.startswith("1"):
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect")
    return text[1:]
