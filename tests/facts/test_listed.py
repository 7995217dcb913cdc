"""A page of S3's list as our lean reader reads it, judged by botocore's own parser."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import botocore.session
import pytest
from botocore.handlers import decode_list_object_v2
from botocore.parsers import create_parser
from hypothesis import example, given
from hypothesis import strategies as st

from bot.base import listing
from bot.base.listing import objects
from bot.base.s3_uri import Listed

SHAPE: Any = (
    botocore.session.get_session()
    .get_service_model("s3")
    .operation_model("ListObjectsV2")
    .output_shape
)
PARSER = create_parser("rest-xml")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult '
    'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>orchard-raw</Name><Prefix></Prefix>'
)
KEYS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("+% &<>'\"/."), max_size=12
)
PLAIN = st.from_regex(r"[a-zI]{1,4}/[0-9]{1,3}\.jpg", fullmatch=True)
CLASSES = st.sampled_from(["STANDARD", "STANDARD", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", ""])
RESTORED = (
    "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>"
    "2026-12-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>"
)


def contents(key: str, size: int | None, kind: str, *, also: str = "", url: bool = True) -> str:
    """An object as S3 writes it; a size or a class may be missing."""
    named = escape(quote(key, safe="/") if url else key)
    parts = [
        f"<Key>{named}</Key><LastModified>2026-07-02T09:14:31.000Z</LastModified>",
        "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>",
        "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>",
        "" if size is None else f"<Size>{size}</Size>",
        f"<StorageClass>{kind}</StorageClass>" if kind else "",
        also,
    ]
    return f"<Contents>{''.join(parts)}</Contents>"


def page(inner: Sequence[str], folders: Sequence[str] = (), *, said: int, url: bool = True) -> str:
    """A page that says that it has so many keys."""
    encoded = "<EncodingType>url</EncodingType>" if url else ""
    named = "".join(
        f"<CommonPrefixes><Prefix>{escape(quote(name, safe='/'))}</Prefix></CommonPrefixes>"
        for name in folders
    )
    return (
        f"{HEAD}<KeyCount>{said}</KeyCount><MaxKeys>1000</MaxKeys>{encoded}"
        f"<IsTruncated>false</IsTruncated>{''.join(inner)}{named}</ListBucketResult>"
    )


def by_botocore(body: bytes, status: int = 200, more: dict[str, Any] | None = None) -> Any:
    """The page as botocore gives it to us, with what the lean reader added."""
    response = {"body": body, "headers": {}, "status_code": status}
    parsed = PARSER.parse(response, SHAPE)
    parsed.update(more or {})
    decode_list_object_v2(parsed, context={"encoding_type_auto_set": True})
    return parsed


def leanly(body: bytes, status: int = 200) -> Any:
    """The page by way of our reader."""
    added: dict[str, Any] = {}
    response: dict[str, Any] = {"body": body, "headers": {}, "status_code": status}
    listing.read_page(response, added)
    return by_botocore(response["body"], status, added)


OBJECTS = st.builds(
    contents,
    KEYS | PLAIN,
    st.integers(0, 5 * 10**12),
    CLASSES,
    also=st.sampled_from(["", "", "", RESTORED, "<Owner><ID>a</ID></Owner>"]),
    url=st.just(True),
)


@given(
    inner=st.lists(OBJECTS, max_size=6),
    folders=st.lists(KEYS, max_size=2),
    wrong=st.sampled_from([0, 0, 0, 1, -1]),
)
@example(inner=[contents("a%20b &<>+ä.jpg", 1, "STANDARD")], folders=["x/"], wrong=0)
@example(inner=[contents("I/1.jpg", 1, "GLACIER", also=RESTORED)], folders=[], wrong=0)
def test_page_is_what_botocore_reads(inner: list[str], folders: list[str], wrong: int) -> None:
    """Without this, a manifest would name objects that are not there, or wait for archives."""
    body = page(inner, folders, said=len(inner) + len(folders) + wrong).encode()
    ours, theirs = leanly(body), by_botocore(body)
    assert objects(ours) == objects(theirs)
    for each in (ours, theirs):
        each.pop("Contents", None)
        each.pop(listing.LEAN, None)
    assert ours == theirs, "the rest of the page is boto3's"


@pytest.mark.parametrize(
    "body",
    [
        page([contents("a&b.jpg", 1, "STANDARD", url=False)], said=1),
        page([contents("ä.jpg", 1, "STANDARD", url=False)], said=1),
        page([contents("a%20b.jpg", 1, "STANDARD", url=False)], said=1, url=False),
        page([contents("a.jpg", None, "STANDARD"), contents("b.jpg", 1, "STANDARD")], said=2),
        page(["<Contents><Size>1</Size></Contents>", contents("b.jpg", 1, "STANDARD")], said=2),
        page([contents("a.jpg", 1, "STANDARD")], said=1).replace("<KeyCount>1</KeyCount>", ""),
        page([], said=0),
        page([contents("a.jpg", 1, "DEEP_ARCHIVE")], said=1),
        "<Error><Code>InternalError</Code><Message>Again.</Message></Error>",
        "",
    ],
)
def test_page_that_is_not_plain_is_left_to_botocore(body: str) -> None:
    """Without this, an entity, a letter or a missing part would become a wrong key or size."""
    response = {"body": body.encode(), "headers": {}, "status_code": 200}
    added: dict[str, Any] = {}
    listing.read_page(response, added)
    assert (response["body"], added) == (body.encode(), {})


def test_plain_page_is_read_by_us() -> None:
    """Without this, the lean reader could leave every page to boto3, and nobody would see it."""
    body = page([contents("I ä/1+2.jpg", 7, "STANDARD")], ["x/"], said=2).encode()
    assert leanly(body)[listing.LEAN] == [Listed("I ä/1+2.jpg", 7)]


def test_refusal_is_left_to_botocore() -> None:
    """Without this, what S3 refuses could pass for a list."""
    body = page([contents("a.jpg", 1, "STANDARD")], said=1).encode()
    response = {"body": body, "headers": {}, "status_code": 500}
    listing.read_page(response, {})
    assert response["body"] == body
