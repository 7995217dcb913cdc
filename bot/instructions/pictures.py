"""Example pictures in instructions (pure): which addresses may stand in a worker page, and why
others may not.

Promises to the worker page: an S3 address that passes cannot end the Liquid text it is put into,
and one outside the allowed places never gets `grant_read_access`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri

# no quote, brace, bracket, &, %, backslash
_S3 = re.compile(r"s3://[a-z0-9.-]{3,63}/[\w !$*().,;=+@:~/-]+")
_WEB = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?/[A-Za-z0-9._~:/?#@!$&()*+,;=%\[\]-]*"
)
_AT_AWS = re.compile(r"https://[^/]*\.amazonaws\.com(\.cn)?(?::\d+)?/", re.IGNORECASE)
_SIGNED = ("x-amz-", "awsaccesskeyid=", "signature=")
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_LIMIT = 1_024  # S3: key and SageMaker: S3Uri
_WEB_LIMIT = 2_000


class BadPicture(Refusal):
    """This is not the address of a picture. Give one like s3://bucket/folder/good.png, or an https
    address.
    """

    field = "examples"


class Example(msgspec.Struct, frozen=True):
    """A picture that shows how it is done (`good`) or how not; `address` is s3:// or https://."""

    address: str
    caption: str = ""
    good: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """An example whose address may be put into a page."""

    address: str
    caption: str
    good: bool
    in_s3: bool

    @property
    def alt(self) -> str:
        """The words that stand for the picture."""
        kind = "Good example" if self.good else "Bad example"
        return f"{kind}: {self.caption}" if self.caption else kind


def checked(example: Example, allowed: Callable[[str], bool] | None = None) -> Picture:
    """The example as it may be shown. An S3 https address becomes its s3:// form, so that the page
    can grant access.

    Raises: BadPicture: not such an address, a signed link (it dies long before the job), or a place
        not `allowed`.

    """
    address = example.address.strip()
    if any(mark in address.lower() for mark in _SIGNED):
        raise BadPicture(
            "This is a signed link: it dies within days, while a job lives for weeks. Give the "
            "s3:// address."
        )
    caption = " ".join(example.caption.split())
    in_s3 = _s3_form(address)
    if in_s3:
        _check_in_s3(in_s3, allowed)
        return Picture(in_s3, caption, example.good, in_s3=True)
    if _AT_AWS.match(address):
        raise BadPicture("Give the plain s3:// address: workers get a fresh link each time.")
    if len(address) > _WEB_LIMIT or not _WEB.fullmatch(address):
        raise BadPicture
    return Picture(address, caption, example.good, in_s3=False)


def _s3_form(address: str) -> str:
    """The s3:// form of an address in S3, "" for one of the web."""
    try:
        plain = address.startswith("s3://") or not {"?", "%"} & set(address)
        return str(S3Uri.parse(address)) if plain else ""
    except BadAddress as error:
        if address.startswith("s3://"):
            raise BadPicture(str(error)) from None
        return ""


def _check_in_s3(address: str, allowed: Callable[[str], bool] | None) -> None:
    """Refuse an object that a worker page cannot show."""
    if len(address) > _LIMIT or not _S3.fullmatch(address):
        raise BadPicture(
            "The name of this picture has signs that a worker page cannot hold. Rename it: "
            "letters, digits, - _ ."
        )
    if not address.lower().endswith(_ENDINGS):
        raise BadPicture(f"A picture ends in {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}.")
    if allowed is not None and not allowed(address):
        raise BadPicture(
            "The bot may not show pictures from this bucket. Copy it to an allowed one."
        )
