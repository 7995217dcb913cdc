"""What a look at objects says, and how a broken-off one goes on."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.base.cors import RULE, lets_browsers_read
from bot.manifests.lines import check, sources
from bot.manifests.looked import Looked, Thing
from bot.manifests.picture_head import PictureHead, read_head


def test_first_lines_are_named_and_all_are_counted() -> None:
    """Without this, a manifest of 40,000 missing pictures would be a message of 40,000 lines, or
    one without a number.
    """
    things = [Thing(line, "missing", f"s3://orchard/{line}.jpg") for line in range(1, 1001)]
    looked = Looked(of=1000).with_more(1000, 1000, things)
    assert looked.blocking == 1000
    assert len(looked.things) == 200
    ((code, words),) = looked.sentences("picture")
    assert code == "missing"
    assert words.startswith("Lines 1, 2, 3, 4 and 996 more name pictures that are not there;")


def test_what_blocks_comes_first() -> None:
    """Without this, the one thing that must be mended would stand below what may be right."""
    things = [Thing(1, "turned"), Thing(2, "large"), Thing(3, "sealed", "key/1")]
    looked = Looked(of=3).with_more(3, 3, things)
    assert [code for code, _ in looked.sentences("picture")] == ["large", "sealed", "turned"]
    assert looked.blocking == 1


def test_look_goes_on_where_it_was() -> None:
    """Without this, a launch that is killed at picture 90,000 would begin again for ever."""
    half = Looked(of=4).with_more(2, 2, [Thing(1, "empty")])
    whole = half.with_more(4, 2, [Thing(4, "empty")])
    assert (whole.done, whole.line, whole.counts) == (4, 4, {"empty": 2})


def _jpeg(orientation: int = 1, kind: str = "JPEG") -> bytes:
    picture, body = Image.new("RGB", (120, 40)), BytesIO()
    exif = picture.getexif()
    exif[0x112] = orientation
    picture.save(body, kind, exif=exif)
    return body.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_says_its_size_and_whether_it_is_turned(orientation: int) -> None:
    """Without this, boxes would lie beside what they were drawn round, in every other program."""
    head = read_head(_jpeg(orientation))
    assert head == PictureHead(True, 120, 40, turned=orientation != 1)


def test_file_of_another_kind_is_no_picture() -> None:
    """Without this, a HEIC file called .jpg would reach workers as a broken frame."""
    assert not read_head(b"\x00\x00\x00\x18ftypheic").known
    assert not read_head(b"<html>").known
    assert read_head(_jpeg(kind="PNG")).width == 120


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
def test_no_bytes_make_it_raise(rest: bytes, sign: bytes) -> None:
    """Without this, one hostile picture would end the look at all others."""
    read_head(sign + rest)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_no_broken_picture_makes_it_raise(place: int, bytes_: bytes) -> None:
    """Without this, a damaged upload would."""
    body = bytearray(_jpeg(6))
    body[3 + place : 3 + place + len(bytes_)] = bytes_
    read_head(bytes(body))


@pytest.mark.parametrize(
    ("rules", "open_"),
    [
        ([RULE], True),
        ([], False),
        ([{**RULE, "AllowedMethods": ["PUT"]}], False),
        ([{**RULE, "AllowedOrigins": ["https://example.com"]}], False),
        ([{**RULE, "AllowedOrigins": ["https://*.labeling.us-east-1.sagemaker.aws"]}], True),
        ([{"AllowedMethods": ["GET"]}], False),
    ],
)
def test_rule_lets_the_workers_browsers_in_or_not(
    rules: list[dict[str, object]], open_: bool
) -> None:
    """Without this, a bucket that is open to somebody else would count as open to workers."""
    assert lets_browsers_read(rules) is open_


def test_lines_that_have_the_label_are_counted() -> None:
    """Without this, nobody would know why a second round labels nothing."""
    body = (
        b'{"source-ref":"s3://orchard/1.jpg","ripe":0,"ripe-metadata":{}}\n'
        b'{"source-ref":"s3://orchard/2.jpg"}\n'
    )
    verdict = check([body], source_key="source-ref", attribute="ripe")
    assert (verdict.objects, verdict.labeled) == (2, 1)
    assert list(sources([body])) == [(1, "s3://orchard/1.jpg"), (2, "s3://orchard/2.jpg")]
