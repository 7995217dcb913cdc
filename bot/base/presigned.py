"""Links to many objects at once, many times as quickly as boto3 signs one by one.

Promises: every link is byte for byte the one that boto3 makes in the same second. boto3 signs the
first link to a bucket itself; its host, path and parameters are taken from there, so endpoints,
Regions, session tokens and ways to write an address need no rules of ours. Where our signature of
that first link is not the same as boto3's, boto3 signs them all.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from bot.base.s3_uri import S3Uri

_PROBE = "labeljob-probe"  # a key that needs no escapes
_FRESH = 60.0  # seconds after which links are signed with a new date
_SIGNATURE = "&X-Amz-Signature="
_PLAIN = "-._~/"  # what S3's signature leaves as it is, besides letters and digits


@dataclass(frozen=True, slots=True)
class _Batch:
    """What all links of one date have in common: `query` as boto3 writes it, `canonical` as it is
    signed; `key` signs for that day, Region and service.
    """

    before: str
    path: str
    query: str
    canonical: str
    host: str
    scope: str
    key: bytes

    def link(self, name: str) -> str:
        """The link to one object."""
        quoted = quote(name, safe=_PLAIN)
        asked = (
            f"GET\n{self.path}{quoted}\n{self.canonical}\n"
            f"host:{self.host}\n\nhost\nUNSIGNED-PAYLOAD"
        )
        digest = hashlib.sha256(asked.encode()).hexdigest()
        signed = hmac.digest(self.key, f"{self.scope}\n{digest}".encode(), "sha256").hex()
        return f"{self.before}{quoted}?{self.query}{_SIGNATURE}{signed}"


def links(
    client: Any,
    secret: Callable[[], str],
    objects: Iterable[S3Uri],
    seconds: int,
    *,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """GET links to the objects, in their order, each of which dies after `seconds`, or with the
    session that signed it.

    `client` is a boto3 S3 client that signs with SigV4, `secret` gives its present secret key.
    """
    batches: dict[str, _Batch | None] = {}
    until = now()
    for uri in objects:
        if now() >= until:
            batches.clear()
            until = now() + _FRESH
        if uri.bucket not in batches:
            batches[uri.bucket] = _batch(client, secret(), uri.bucket, seconds)
        batch = batches[uri.bucket]
        yield batch.link(uri.key) if batch else _by_boto3(client, uri.bucket, uri.key, seconds)


def _by_boto3(client: Any, bucket: str, key: str, seconds: int) -> str:
    parameters = {"Bucket": bucket, "Key": key}
    return str(client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds))


def _batch(client: Any, secret: str, bucket: str, seconds: int) -> _Batch | None:
    """What boto3's first link tells; None where it is signed in a way that is not ours."""
    first = _by_boto3(client, bucket, _PROBE, seconds)
    address, mark, _ = first.partition(_SIGNATURE)
    parts = urlsplit(address)
    said = dict(pair.partition("=")[::2] for pair in parts.query.split("&"))
    if not mark or not parts.path.endswith(_PROBE) or "X-Amz-Credential" not in said:
        return None
    scope = said["X-Amz-Credential"].split("%2F")[1:]
    date = said["X-Amz-Date"]
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    batch = _Batch(
        before=address.partition("?")[0].removesuffix(_PROBE),
        path=parts.path.removesuffix(_PROBE),
        query=parts.query,
        canonical="&".join(sorted(parts.query.split("&"))),
        host=parts.netloc,
        scope=f"AWS4-HMAC-SHA256\n{date}\n{'/'.join(scope)}",
        key=key,
    )
    return batch if batch.link(_PROBE) == first else None
