"""S3 as the bot uses it: streaming reads, whole writes, folder lists, short links; only in the allowed places."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.base.aws import Aws, AwsRefused, renamed
from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, S3Uri

CHUNK = 1 << 18
_MISSING = {"NoSuchKey", "404", "NotFound"}


class NotAllowedPlace(Refusal):
    """The bot may not touch this bucket."""


class MissingObject(Refusal):
    """There is nothing at this address."""


class Storage:
    """Reads, writes and signs in the allowed places.

    `client` is a boto3 S3 client with the patience of whoever waits (see `Aws`).

    Raises, from every method:
        NotAllowedPlace: the bucket or folder is not on the list.
        MissingObject: no such bucket or key.
        AwsRefused, AwsBusy: see `bot.base.aws`.

    """

    def __init__(self, client: Any, allowed: Allowed) -> None:
        self._s3 = client
        self._allowed = allowed

    @classmethod
    def for_form(cls, aws: Aws, allowed: Allowed) -> "Storage":
        """Storage for a form page (1.5 s, one try)."""
        return cls(aws.form("s3"), allowed)

    @classmethod
    def for_work(cls, aws: Aws, allowed: Allowed) -> "Storage":
        """Storage for the worker."""
        return cls(aws.act("s3"), allowed)

    def chunks(self, uri: S3Uri) -> Iterator[bytes]:
        """The object's bytes in pieces; memory stays flat whatever its size."""
        self._check(uri)
        with renamed_missing(uri):
            body = self._s3.get_object(Bucket=uri.bucket, Key=uri.key)["Body"]
        with renamed():
            yield from body.iter_chunks(CHUNK)

    def size(self, uri: S3Uri) -> int:
        """The object's size in bytes."""
        self._check(uri)
        with renamed_missing(uri):
            return int(self._s3.head_object(Bucket=uri.bucket, Key=uri.key)["ContentLength"])

    def exists(self, uri: S3Uri) -> bool:
        """Whether there is an object at the address."""
        try:
            self.size(uri)
        except MissingObject:
            return False
        return True

    def reach(self, folder: S3Uri) -> None:
        """Refuse a folder whose bucket is missing, elsewhere, or closed to the bot; an empty folder is fine."""
        self._check(folder)
        with renamed_missing(folder):
            self._s3.list_objects_v2(Bucket=folder.bucket, Prefix=folder.key, MaxKeys=1)

    def keys(self, folder: S3Uri) -> Iterator[tuple[str, int]]:
        """Key and size of every object below the folder, in S3's order, listed a page at a time."""
        self._check(folder)
        with renamed_missing(folder):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.key)
            for page in pages:
                for item in page.get("Contents", ()):
                    yield item["Key"], item["Size"]

    def put(self, uri: S3Uri, body: bytes, content_type: str) -> None:
        """Write the object whole."""
        self._check(uri)
        with renamed_missing(uri):
            self._s3.put_object(Bucket=uri.bucket, Key=uri.key, Body=body, ContentType=content_type)

    def link(self, uri: S3Uri, *, seconds: int, content_type: str | None = None) -> str:
        """A GET-only link that dies after `seconds` (15 minutes at most), or with the session that signed it."""
        self._check(uri)
        parameters = {"Bucket": uri.bucket, "Key": uri.key, "ResponseContentDisposition": "inline"}
        if content_type:
            parameters["ResponseContentType"] = content_type
        with renamed():
            return str(self._s3.generate_presigned_url("get_object", Params=parameters, ExpiresIn=min(seconds, 900)))

    def _check(self, uri: S3Uri) -> None:
        if uri not in self._allowed:
            raise NotAllowedPlace(f"The bot may not touch {uri}. Allowed: {self._allowed.words()}.")


@contextmanager
def renamed_missing(uri: S3Uri) -> Iterator[None]:
    """As `renamed`; a missing bucket or key becomes `MissingObject` with the address in its words."""
    try:
        with renamed():
            yield
    except AwsRefused as error:
        if error.code in _MISSING:
            raise MissingObject(f"There is nothing at {uri}. Check the spelling; capitals count.") from error
        if error.code == "NoSuchBucket":
            raise MissingObject(f"There is no bucket “{uri.bucket}” in this account.") from error
        if error.code == "PermanentRedirect":
            raise Refusal(f"Bucket “{uri.bucket}” is in another Region than the bot works in.") from error
        if error.code in {"AccessDenied", "403"}:
            raise AwsRefused(
                f"AWS does not let the bot in at {uri}. An administrator can give its role s3:GetObject, s3:PutObject "
                f"and s3:ListBucket on “{uri.bucket}”.",
                error.code,
            ) from error
        raise
