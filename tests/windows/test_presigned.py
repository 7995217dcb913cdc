"""Links made in a batch are those that boto3 makes one by one, letter for letter."""

from collections.abc import Iterable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bot.base.presigned import links
from bot.base.s3_uri import S3Uri

SECRET = "practice/secret+"
ODD = ["a/b.jpg", "ä ö+%&?=.jpg", "a//b", "~x*()!'", "/first", "a\nb", "😀", ".hidden/x", "%41"]


def client(style: str = "auto", **more: Any) -> Any:
    s3: Any = {"addressing_style": style}
    given: dict[str, Any] = {"region_name": "us-east-1", **more}
    return boto3.client(
        "s3",
        aws_access_key_id="AKIAPRACTICE00000001",
        aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4", s3=s3),
        **given,
    )


def one_by_one(made: Any, bucket: str, keys: Iterable[str]) -> list[str]:
    return [
        made.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=900
        )
        for key in keys
    ]


def dates(found: Iterable[str]) -> set[str]:
    return {link.partition("X-Amz-Date=")[2][:16] for link in found}


def both(made: Any, bucket: str, keys: list[str]) -> tuple[list[str], list[str]]:
    """Ours and boto3's, of one second."""
    while True:
        ours = list(links(made, lambda: SECRET, [S3Uri(bucket, key) for key in keys], 900))
        theirs = one_by_one(made, bucket, keys)
        if len(dates([*ours, *theirs])) == 1:
            return ours, theirs


@pytest.mark.parametrize("bucket", ["orchard-raw", "a.dotted.bucket"])
@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"region_name": "eu-west-1"},
        {"region_name": "cn-north-1"},
        {"endpoint_url": "http://127.0.0.1:9"},
        {"aws_session_token": "to+k/en=="},
    ],
    ids=str,
)
def test_links_are_boto3s(more: dict[str, Any], style: str, bucket: str) -> None:
    """Without this, a thousand links could lead to an error page."""
    ours, theirs = both(client(style, **more), bucket, ODD)
    assert ours == theirs


CLIENT = client()


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_links_to_any_key_are_boto3s(keys: list[str]) -> None:
    """Without this, one odd name of a file would have a dead link."""
    names = [key.encode("utf-8", "replace").decode() for key in keys]
    ours, theirs = both(CLIENT, "orchard-raw", names)
    assert ours == theirs


def test_each_minute_has_its_own_date() -> None:
    """Without this, the last of a million links would be dead when it is made."""
    asked: list[float] = []

    def now() -> float:
        asked.append(0)
        return 100.0 * len(asked)

    class Counting:
        signed = 0

        def generate_presigned_url(self, *words: Any, **more: Any) -> str:
            self.signed += 1
            return str(CLIENT.generate_presigned_url(*words, **more))

    counting = Counting()
    objects = [S3Uri("orchard-raw", key) for key in "abc"]
    assert len(list(links(counting, lambda: SECRET, objects, 900, now=now))) == 3
    assert counting.signed == 3


def test_what_is_signed_otherwise_is_left_to_boto3() -> None:
    """Without this, a secret that changed in between would give dead links."""
    while True:
        [link] = links(CLIENT, lambda: "another secret", [S3Uri("orchard-raw", "a")], 900)
        wanted = one_by_one(CLIENT, "orchard-raw", ["a"])
        if len(dates([link, *wanted])) == 1:
            break
    assert [link] == wanted
