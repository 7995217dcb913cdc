"""S3 as the bot uses it: streaming reads and writes, folder lists, short links; only in the allowed
places.

Promises: memory stays flat whatever the size of an object, in both directions; what is written
stands whole or not at all, and a large upload that fails leaves no parts behind that somebody pays
for.
"""

import hashlib
import logging
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any

from bot.base import listing
from bot.base.aws import Aws, AwsRefused, renamed
from bot.base.cors import RULE, lets_browsers_read
from bot.base.encryption import headers
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.s3_uri import Allowed, Listed, S3Uri

CHUNK = 1 << 18
# bytes of an upload that are in memory at once; S3 takes parts from 5 MiB on, 10,000 of them
PART = 1 << 23
# bytes of a file that is read by lines: Rekognition's 1 GB; ours for a job's input
READ_MOST = 1_000_000_000
CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
"""All that S3 can keep out of a bucket (PublicAccessBlockConfiguration)."""
_FIRST = "us-east-1"
_MISSING = {"NoSuchKey", "404", "NotFound"}

log = logging.getLogger(__name__)


class NoRoom(Transient):
    """The bot's machine has no room for a temporary file. Nothing was sent; tell your
    administrator.
    """


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a new object, to be read once from the beginning, with their number and their
    hash.
    """

    file: IO[bytes]
    size: int
    sha256: str


@contextmanager
def gathered(pieces: Iterable[bytes]) -> Iterator[Body]:
    """The pieces as one body: in memory while they are few, else in a file without a name that dies
    with us.

    Raises:
        NoRoom: the disk is full.

    """
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(PART) as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            with _room():
                file.write(piece)
        with _room():
            file.seek(0)  # writes what is left
        yield Body(file, size, digest.hexdigest())


@contextmanager
def _room() -> Iterator[None]:
    """The disk is full: in our words."""
    try:
        yield
    except OSError as error:
        raise NoRoom from error


def _nothing() -> None:
    """A step that nobody waits for."""


class NotAllowedPlace(Refusal):
    """The bot may not touch this bucket."""


class MissingObject(Refusal):
    """There is nothing at this address."""


class NoBucket(MissingObject):
    """There is no such bucket in this account."""


class BucketTaken(Refusal):
    """Another account has a bucket of this name; names of buckets are the whole world's. Choose
    another one.
    """


class TooLarge(Refusal):
    """This file is larger than what Labeljob reads."""


class FarAway(Refusal):
    """This bucket is in another Region than the bot works in, and neither Ground Truth nor
    Rekognition takes buckets of another. Copy the data into a bucket there, or ask your
    administrator.
    """

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"Bucket “{bucket}” is in another Region than the bot works in, and neither Ground "
            "Truth nor Rekognition takes buckets of another. Copy the data into a bucket there, or "
            "ask your administrator."
        )


class CorsChanged(Transient):
    """Somebody changed the bucket's CORS rules at this very moment. Nothing was written."""


class PolicyChanged(Transient):
    """Somebody changed the bucket's policy at this very moment. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """What S3 says of an object without giving it: its bytes, whether it lies in an archive from
    which nobody reads at once, the KMS key that seals it ("" for none), and when it was written, in
    seconds since 1970 by S3's clock (0 where S3 does not say).
    """

    size: int
    archived: bool = False
    key_id: str = ""
    written_at: float = 0.0


def check_size(uri: S3Uri, size: int, most: int = READ_MOST) -> None:
    """Refuse to read a file of so many bytes line by line: it would take minutes, and AWS does not
    take it in the end.

    Raises:
        TooLarge: with both sizes and the remedy.

    """
    if size > most:
        # nobody understands that 1.0 GB is more than 1 GB
        gigabytes = max(1.1, round(size / READ_MOST, 1))
        raise TooLarge(
            f"{uri} is {gigabytes:,} GB; Labeljob reads files up to 1 GB. Split it into smaller "
            "ones."
        )


class Storage:
    """Reads, writes and signs in the allowed places.

    `client` is a boto3 S3 client with the patience of whoever waits (see `Aws`); `encrypted` are
    PutObject's arguments for encryption; `most` are the bytes of the largest file that is read.

    Raises, from every method:
        NotAllowedPlace: the bucket or folder is not on the list.
        FarAway: the bucket is in another Region.
        MissingObject: no such bucket or key.
        AwsRefused, AwsBusy: see `bot.base.aws`.

    """

    def __init__(
        self,
        client: Any,
        allowed: Allowed,
        *,
        encrypted: Mapping[str, str] = MappingProxyType({}),
        step: Callable[[], None] = _nothing,
        most: int = READ_MOST,
    ) -> None:
        self._s3 = client
        self._allowed = allowed
        self._encrypted = encrypted
        self._step = step
        self._most = most

    @classmethod
    def for_form(cls, aws: Aws, allowed: Allowed) -> "Storage":
        """Storage for a form page (1.5 s, one try)."""
        return cls(aws.form("s3"), allowed, encrypted=headers(aws.encryption))

    @classmethod
    def for_work(cls, aws: Aws, allowed: Allowed) -> "Storage":
        """Storage for the worker."""
        return cls(aws.act("s3"), allowed, encrypted=headers(aws.encryption))

    def attended(self, step: Callable[[], None]) -> "Storage":
        """The same storage, which calls `step` at every piece and page.

        What `step` raises ends a long reading or writing that somebody else has taken over.
        """
        return Storage(
            self._s3, self._allowed, encrypted=self._encrypted, step=step, most=self._most
        )

    def alive(self) -> None:
        """Take the step that stands between two pieces, for pieces that come from elsewhere."""
        self._step()

    def limited_to(self, allowed: Allowed) -> "Storage":
        """The same storage in the places of one channel, which lie within the bot's own."""
        return Storage(
            self._s3, allowed, encrypted=self._encrypted, step=self._step, most=self._most
        )

    def chunks(self, uri: S3Uri) -> Iterator[bytes]:
        """The object's bytes in pieces; memory stays flat whatever its size.

        S3 says the size before the first byte, so that nothing of a file that is too large is read.

        Raises:
            TooLarge: see `check_size`.

        """
        self._check(uri)
        with renamed_missing(uri):
            answer = self._s3.get_object(Bucket=uri.bucket, Key=uri.key)
        with closing(answer["Body"]) as body, renamed():
            check_size(uri, answer["ContentLength"], self._most)
            for chunk in body.iter_chunks(CHUNK):
                self._step()
                yield chunk

    def size(self, uri: S3Uri) -> int:
        """The object's size in bytes."""
        return self.head(uri).size

    def head(self, uri: S3Uri) -> Head:
        """What S3 says of the object without giving it (HeadObject)."""
        self._check(uri)
        with renamed_missing(uri):
            said = self._s3.head_object(Bucket=uri.bucket, Key=uri.key)
        written = said.get("LastModified")
        return Head(
            int(said["ContentLength"]),
            _archived(said),
            str(said.get("SSEKMSKeyId") or ""),
            written.timestamp() if written else 0.0,
        )

    def beginning(self, uri: S3Uri, size: int) -> bytes:
        """The object's first `size` bytes, or all where it has fewer: none of an empty one, of
        which S3 gives no range.
        """
        try:
            return self.part(uri, 0, size)
        except AwsRefused as refused:
            if refused.code != "InvalidRange":
                raise
        return b""

    def part(self, uri: S3Uri, begin: int, size: int) -> bytes:
        """So many of the object's bytes from `begin` on, or fewer where it ends; one at least."""
        self._check(uri)
        self._step()
        with renamed_missing(uri):
            answer = self._s3.get_object(
                Bucket=uri.bucket, Key=uri.key, Range=f"bytes={begin}-{begin + size - 1}"
            )
            with closing(answer["Body"]) as body:
                return bytes(body.read())

    def exists(self, uri: S3Uri) -> bool:
        """Whether there is an object at the address."""
        try:
            self.size(uri)
        except MissingObject:
            return False
        return True

    def probe(self, folder: S3Uri) -> None:
        """Refuse a folder whose bucket is missing, elsewhere, or closed to the bot; an empty folder
        is fine.
        """
        self._check(folder)
        with renamed_missing(folder):
            self._s3.list_objects_v2(Bucket=folder.bucket, Prefix=folder.key, MaxKeys=1)

    def keys(self, folder: S3Uri) -> Iterator[Listed]:
        """Every object below the folder, in S3's order, listed a page at a time.

        A list does not tell the archive tiers of Intelligent-Tiering.
        """
        self._check(folder)
        with renamed_missing(folder):
            for page in listing.pages(self._s3, folder):
                self._step()
                yield from page

    def keys_at_once(self, folder: S3Uri) -> Iterator[Listed]:
        """As `keys`, many pages asked for at once where the folder has folders: for whoever waits
        for all of them.
        """
        self._check(folder)
        with renamed_missing(folder):
            for page in listing.pages_at_once(self._s3, folder):
                self._step()
                yield from page

    def buckets(self) -> list[str]:
        """The names of the account's buckets, of every Region (ListBuckets: 10,000 at most)."""
        with renamed():
            return [str(one["Name"]) for one in self._s3.list_buckets().get("Buckets", ())]

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket in the Region that the bot works in.

        Raises:
            BucketTaken: another account has one of this name.

        """
        self._check(S3Uri(bucket, ""))
        region = self._s3.meta.region_name
        # S3: its oldest Region is named by saying nothing
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            with renamed():
                self._s3.create_bucket(Bucket=bucket, **({} if region == _FIRST else place))
        except AwsRefused as error:
            if error.code == "BucketAlreadyExists":
                raise BucketTaken from error
            if error.code != "BucketAlreadyOwnedByYou":
                raise

    def is_closed_to_public(self, bucket: str) -> bool:
        """Whether S3 lets nobody into the bucket from outside, whatever a policy or an object's
        ACL says (GetPublicAccessBlock).
        """
        try:
            with renamed_missing(S3Uri(bucket, "")):
                said = self._s3.get_public_access_block(Bucket=bucket)
        except AwsRefused as error:
            if error.code == "NoSuchPublicAccessBlockConfiguration":
                return False
            raise
        return bool(said["PublicAccessBlockConfiguration"] == CLOSED)

    def close_to_public(self, bucket: str) -> None:
        """Let nobody into the bucket from outside (PutPublicAccessBlock)."""
        with renamed_missing(S3Uri(bucket, "")):
            self._s3.put_public_access_block(
                Bucket=bucket, PublicAccessBlockConfiguration=dict(CLOSED)
            )

    def encrypt_bucket(self, bucket: str) -> None:
        """Have S3 encrypt whatever comes into the bucket as the bot's own writes are
        (PutBucketEncryption); nothing is asked where those go S3's usual way.
        """
        if not self._encrypted:
            return
        names = {"ServerSideEncryption": "SSEAlgorithm", "SSEKMSKeyId": "KMSMasterKeyID"}
        said = {names[name]: value for name, value in self._encrypted.items()}
        rule = {"ApplyServerSideEncryptionByDefault": said}
        with renamed_missing(S3Uri(bucket, "")):
            self._s3.put_bucket_encryption(
                Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )

    def browsers_may_read(self, bucket: str) -> bool:
        """Whether a CORS rule of the bucket lets workers' browsers fetch pictures
        (GetBucketCors).
        """
        return lets_browsers_read(self._cors(bucket))

    def open_to_browsers(self, bucket: str) -> None:
        """Add the rule by which workers' browsers may fetch pictures; the others stay.

        S3 replaces all rules with every write, so they are read again right before it.

        Raises:
            CorsChanged: somebody else changed them at this moment.

        """
        rules = self._cors(bucket)
        if lets_browsers_read(rules):
            return
        if self._cors(bucket) != rules:
            raise CorsChanged
        with renamed_missing(S3Uri(bucket, "")):
            self._s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [*rules, RULE]})

    def _cors(self, bucket: str) -> list[dict[str, Any]]:
        try:
            with renamed():
                return list(self._s3.get_bucket_cors(Bucket=bucket).get("CORSRules", ()))
        except AwsRefused as error:
            if error.code == "NoSuchCORSConfiguration":
                return []
            raise

    def change_policy(self, bucket: str, changed: Callable[[str], str | None]) -> bool:
        """Write the bucket's policy as `changed` gives it (it gets "" for none, and gives None for
        one that is fine); whether it was written.

        S3 replaces the whole policy with every write, so it is read again right before it.

        Raises:
            PolicyChanged: somebody else changed it at this moment.

        """
        self._check(S3Uri(bucket, ""))
        before = self._policy(bucket)
        after = changed(before)
        if after is None:
            return False
        if self._policy(bucket) != before:
            raise PolicyChanged
        with renamed_missing(S3Uri(bucket, "")):
            self._s3.put_bucket_policy(Bucket=bucket, Policy=after)
        return True

    def denied(self, place: S3Uri) -> dict[str, str]:
        """What S3 denies the bot there of what Custom Labels needs of its caller: actions in IAM's
        words, each with what AWS says of it. Of an object that is not there, or a folder, only the
        bucket is asked. GetObjectVersion is not: it is needed for none but old versions.
        """
        self._check(place)
        s3, bucket = self._s3, {"Bucket": place.bucket}
        asked = {"GetBucketLocation": s3.get_bucket_location, "GetBucketAcl": s3.get_bucket_acl}
        found = self._denied(place, asked, bucket)
        if place.is_folder:
            return found
        try:
            found |= self._denied(place, {"GetObject": s3.head_object}, _at(place))
            asked = {"GetObjectAcl": s3.get_object_acl, "GetObjectTagging": s3.get_object_tagging}
            return found | self._denied(place, asked, _at(place))
        except MissingObject:
            return found

    def _denied(
        self, place: S3Uri, asked: Mapping[str, Callable[..., Any]], where: Mapping[str, str]
    ) -> dict[str, str]:
        found = {}
        for action, ask in asked.items():
            self._step()
            try:
                with renamed_missing(place):
                    ask(**where)
            except AwsRefused as error:
                if not error.denied:
                    raise
                found[f"s3:{action}"] = error.said
        return found

    def _policy(self, bucket: str) -> str:
        try:
            with renamed():
                return str(self._s3.get_bucket_policy(Bucket=bucket).get("Policy") or "")
        except AwsRefused as error:
            if error.code == "NoSuchBucketPolicy":
                return ""
            raise

    def put(self, uri: S3Uri, body: bytes, content_type: str) -> None:
        """Write the object whole."""
        self._check(uri)
        with renamed_missing(uri):
            self._s3.put_object(
                Bucket=uri.bucket,
                Key=uri.key,
                Body=body,
                ContentType=content_type,
                **self._encrypted,
            )

    def try_writing(self, uri: S3Uri) -> bool:
        """Write a small object at the address and remove it again; whether it could be removed.

        What S3 refuses of the writing is raised, as from `put`.
        """
        self.put(uri, b"Labeljob tries whether it can write here.\n", "text/plain")
        try:
            with renamed_missing(uri):
                self._s3.delete_object(Bucket=uri.bucket, Key=uri.key)
        except LabeljobError as error:
            log.info("%s stays: %s", uri, error.words)
            return False
        return True

    def put_once(self, uri: S3Uri, body: Body, content_type: str) -> None:
        """Write the object whole under a key that holds the hash of its content.

        After a try that died later it is there already. From 8 MiB on it goes in parts (S3: 10,000
        at most), which are given up when one of them fails.
        """
        self._check(uri)
        with suppress(
            Refusal
        ):  # it is not there, or nobody may look: then writing says what is the matter
            if self.size(uri) == body.size:
                return
        self.put_file(uri, body, content_type)

    def put_file(self, uri: S3Uri, body: Body, content_type: str) -> None:
        """Write the object whole, whatever is there; from 8 MiB on in parts."""
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - boto3 is read when it is first used

        self._check(uri)
        if body.size >= PART:
            self._give_up_parts(uri)
        in_parts = TransferConfig(
            multipart_threshold=PART, multipart_chunksize=PART, use_threads=False
        )
        with renamed_missing(uri):
            self._s3.upload_fileobj(
                body.file,
                uri.bucket,
                uri.key,
                ExtraArgs={"ContentType": content_type, **self._encrypted},
                Callback=lambda _bytes: self._step(),
                Config=in_parts,
            )

    def _give_up_parts(self, uri: S3Uri) -> None:
        """Remove the parts of a try that was killed; without the right to look for them, a
        lifecycle rule must.
        """
        try:
            with renamed_missing(uri):
                found = self._s3.list_multipart_uploads(Bucket=uri.bucket, Prefix=uri.key).get(
                    "Uploads", ()
                )
                for upload in found:
                    if upload["Key"] == uri.key:
                        self._s3.abort_multipart_upload(
                            Bucket=uri.bucket, Key=uri.key, UploadId=upload["UploadId"]
                        )
        except Refusal as refusal:
            log.info(
                "parts of an earlier upload to %s cannot be looked for: %s", uri, refusal.words
            )

    def link(self, uri: S3Uri, *, seconds: int, content_type: str | None = None) -> str:
        """A GET-only link that dies after `seconds` (15 minutes at most), or with the session that
        signed it.
        """
        self._check(uri)
        parameters = {"Bucket": uri.bucket, "Key": uri.key, "ResponseContentDisposition": "inline"}
        if content_type:
            parameters["ResponseContentType"] = content_type
        with renamed():
            return str(
                self._s3.generate_presigned_url(
                    "get_object", Params=parameters, ExpiresIn=min(seconds, 900)
                )
            )

    def _check(self, uri: S3Uri) -> None:
        if uri not in self._allowed:
            raise NotAllowedPlace(f"The bot may not touch {uri}. Allowed: {self._allowed.words()}.")


def _archived(said: Mapping[str, Any]) -> bool:
    """Whether nobody reads the object at once (HeadObject; S3: Glacier classes until restored,
    archive tiers of Intelligent-Tiering).
    """
    if said.get("ArchiveStatus"):
        return True
    return said.get("StorageClass") in listing.ARCHIVES and 'ongoing-request="false"' not in str(
        said.get("Restore") or ""
    )


@contextmanager
def renamed_missing(uri: S3Uri) -> Iterator[None]:
    """As `renamed`; a missing bucket or key becomes `MissingObject` with the address in its
    words.
    """
    try:
        with renamed():
            yield
    except AwsRefused as error:
        if error.code in _MISSING:
            raise MissingObject(
                f"There is nothing at {uri}. Check the spelling, upper and lower case too."
            ) from error
        if error.code == "NoSuchBucket":
            raise NoBucket(f"There is no bucket “{uri.bucket}” in this account.") from error
        if error.code == "PermanentRedirect":
            raise FarAway(uri.bucket) from error
        if error.code in {"AccessDenied", "403"}:
            raise AwsRefused(
                f"The bot has no access to {uri}. {_remedy(uri, error.said)}",
                error.code,
                error.said,
            ) from error
        raise


def _at(place: S3Uri) -> dict[str, str]:
    return {"Bucket": place.bucket, "Key": place.key}


_KEY = re.compile(r"(kms:\w+) on resource: (\S+)")


def _remedy(uri: S3Uri, said: str) -> str:
    """What an administrator can do about a denied access, by what AWS says of it."""
    if key := _KEY.search(said):
        return f"It is encrypted: an administrator can give the bot's role {key[1]} on {key[2]}."
    if "explicit deny" in said:
        return (
            "A policy denies it explicitly, so more rights do not help: an administrator can take "
            "that statement out, or do what it asks for (often an encryption header)."
        )
    return (
        "An administrator can give its role s3:GetObject, s3:PutObject and s3:ListBucket on "
        f"“{uri.bucket}”."
    )
