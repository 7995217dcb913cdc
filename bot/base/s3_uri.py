"""S3 addresses (pure): read once, normalised once, and checked against the list of allowed places.

Every S3 address that the bot is given (typed in a form, found in a manifest, named by AWS as an
output) goes through `S3Uri.parse` and `Allowed` before anything is fetched, written or signed.
"""

import re
from dataclasses import dataclass

import msgspec

# S3: 3-63 characters, lower case, digits, dot, hyphen
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_VIRTUAL_HOST = re.compile(r"https://([a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/(.*)")
_PATH_STYLE = re.compile(r"https://s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com/([a-z0-9.-]+)/(.*)")
_KEY_LIMIT = 1024  # S3: key length in UTF-8 bytes; SageMaker: S3Uri <= 1024 characters


class BadAddress(ValueError):
    """This is not an S3 address. Write it like s3://bucket/folder/file."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class Listed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a list of S3 says of an object: its key, its bytes, and whether it lies in an archive
    from which nobody reads at once. A million of them are made in a seventh of a tuple's time.
    """

    key: str
    size: int
    archived: bool = False


@dataclass(frozen=True, slots=True)
class S3Uri:
    """A bucket and a key (which may be empty or end in "/": then it is a folder)."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "S3Uri":
        """The address that `text` names; s3:// and https forms of S3 are understood.

        Raises:
            BadAddress: with words for the person: not an S3 address, a bucket name that S3 does
                not allow, or a key with parts (`.`, `..`, control characters) that mean different
                things to different readers. An empty part (`//`) is a name like any other.

        """
        text = text.strip()
        if text.startswith("https://"):
            match = _VIRTUAL_HOST.fullmatch(text) or _PATH_STYLE.fullmatch(text)
            if match is None:
                raise BadAddress
            text = f"s3://{match[1]}/{match[2]}"
        if not text.startswith("s3://"):
            raise BadAddress
        bucket, _, key = text.removeprefix("s3://").partition("/")
        if not _BUCKET.fullmatch(bucket) or ".." in bucket:
            raise BadAddress(
                f"“{bucket[:63]}” is not the name of a bucket. Write it like s3://bucket/folder/file."
            )
        if len(key.encode()) > _KEY_LIMIT:
            raise BadAddress("This address is longer than the 1,024 characters that S3 allows.")
        if any(part in {".", ".."} for part in key.split("/")):
            raise BadAddress("This address has “.” or “..” for a folder. Write the plain path.")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in key):  # noqa: PLR2004 - control characters
            raise BadAddress("This address has invisible control characters in it. Type it again.")
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def is_folder(self) -> bool:
        """True when the key names a folder (empty, or ends in "/")."""
        return not self.key or self.key.endswith("/")

    def join(self, *parts: str) -> "S3Uri":
        """The address below this folder."""
        head = self.key if self.is_folder else f"{self.key}/"
        return S3Uri(self.bucket, head + "/".join(part.strip("/") for part in parts))


@dataclass(frozen=True, slots=True)
class Allowed:
    """The places the bot may touch: buckets, or folders in buckets (`bucket` or
    `bucket/prefix/`), letter by letter: `bucket/a//` opens nothing of `bucket/a/` beside itself.
    """

    places: tuple[str, ...]

    def __contains__(self, uri: object) -> bool:
        if not isinstance(uri, S3Uri):
            return False
        # a folder that somebody names without its slash is that folder
        key = uri.key if uri.is_folder else f"{uri.key}/"
        for place in self.places:
            bucket, _, folder = place.partition("/")
            if folder and not folder.endswith("/"):
                folder += "/"
            if uri.bucket == bucket and key.startswith(folder):
                return True
        return False

    def text(self, address: str) -> bool:
        """Whether a typed or found address is well formed and allowed."""
        try:
            return S3Uri.parse(address) in self
        except BadAddress:
            return False

    def words(self) -> str:
        """The places as a person reads them."""
        return (
            ", ".join(self.places)
            if self.places
            else "none: an administrator can add one (LABELJOB_BUCKETS, LABELJOB_PLACES)"
        )
