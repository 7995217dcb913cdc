"""S3 addresses that people type (pure).

Promises to the draft: what could mean two things to two readers (percent codes, queries, look-alike
letters) is refused with words, never repaired by guess; what passes is read by
`bot.base.s3_uri` like every other address. The words never repeat the address: a pasted link may
hold a signature.
"""

import re
import unicodedata

from bot.base.as_typed import plain_address
from bot.base.s3_uri import Allowed, BadAddress, S3Uri

URI_MAX = 1024  # Ground Truth: S3Uri 1..1024 characters
MANIFEST_ENDINGS = (".manifest", ".jsonl", ".json")

TEXT_ENDINGS = (".txt", ".csv", ".tsv")  # of files of which a manifest is made

_ASCII = re.compile(r"[A-Za-z0-9 !_.*'()&$@=;:+,/-]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


def read_place(text: str) -> S3Uri:
    """The S3 address that a person typed: `s3://bucket/key`, the https form that the S3 console
    copies, the console's own link, or an ARN.

    Raises:
        BadAddress: with the words for the field.

    """
    address = plain_address(text)
    if len(address) > URI_MAX:
        raise BadAddress(
            f"The address is longer than {URI_MAX:,} characters, which is the most that AWS takes."
        )
    if not address.startswith(("s3://", "https://")):
        raise BadAddress("Begin with s3:// and the bucket's name, for example s3://bucket/folder/.")
    if (
        any(mark in address for mark in "?#")
        or "@" in address.removeprefix("https://").partition("/")[0]
    ):
        raise BadAddress(
            "Give the plain address (s3://bucket/folder/file), without a signature or other extras."
        )
    if _PERCENT.search(address):
        raise BadAddress(
            "Write the name as it is (s3://bucket/folder/file), without codes such as %20."
        )
    if ".." in address:
        raise BadAddress("The address holds “..”, which S3 does not follow. Give the full path.")
    for character in address:
        if not _is_honest(character):
            name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
            raise BadAddress(
                f"The address holds the character {name}. Retype it, or rename the folder."
            )
    if address.startswith("s3://") and "/" not in address.removeprefix("s3://"):
        raise BadAddress("This names a bucket only. Add the folder or file: s3://bucket/folder/.")
    return S3Uri.parse(address)


def is_text_file(address: str) -> bool:
    """Whether an address or a key names a file of texts, which is no manifest itself."""
    return address.lower().endswith(TEXT_ENDINGS)


def not_open(place: S3Uri, buckets: tuple[str, ...]) -> str:
    """The words for a place outside the buckets of the channel; "" when it is inside. No bucket
    means none is open.
    """
    if place in Allowed(buckets):
        return ""
    if not buckets:
        return (
            "The bot may use no bucket in this channel. An administrator can add one "
            "(LABELJOB_BUCKETS, LABELJOB_PLACES)."
        )
    more = f" and {len(buckets) - 5} more" if len(buckets) > 5 else ""  # noqa: PLR2004 - five names are enough to read
    return (
        f"The bot may not use {place.bucket}. It may use: {', '.join(buckets[:5])}{more}. An "
        "administrator can add others."
    )


def _is_honest(character: str) -> bool:
    """Letters, marks and digits of any script are honest names; other characters beyond ASCII only
    imitate.
    """
    if character.isascii():
        return _ASCII.match(character) is not None
    return (
        unicodedata.category(character)[0] in "LMN"
        and not unicodedata.normalize("NFKC", character).isascii()
    )
