"""A folder listed quickly has the same objects, in the same order, as boto3 gives them."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.base import listing
from bot.base.s3_uri import Listed, S3Uri
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server

BUCKET = "orchard-raw"
KEYS = {"AKIAPRACTICE00000001": "practice-secret"}
ODD = [
    "ä ö/1+2.jpg",
    "a&b/<x>.jpg",
    "100%/a%20b.jpg",
    "z/😀.jpg",
    "a.jpg",
    "a/",
    "a//b.jpg",
    "q?x=1",
]
FLAT = [f"july/{number:02}.jpg" for number in range(25)]
DEEP = [f"one/two/{row}/{number}.jpg" for row in "abc" for number in range(7)]


@pytest.fixture(scope="module", name="client")
def fixture_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = Path(tmp_path_factory.mktemp("aws"))
    server = Server(create_app(AwsConfig(folder, KEYS)).app).start()
    [(key, secret)] = KEYS.items()
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    client.create_bucket(Bucket=BUCKET)
    for number, name in enumerate([*ODD, *FLAT, *DEEP]):
        client.put_object(Bucket=BUCKET, Key=name, Body=b"x" * number)
    client.put_object(Bucket=BUCKET, Key="old/1.jpg", Body=b"x", StorageClass="GLACIER")
    listing.read_leanly(client)
    yield client
    server.stop()


def as_boto3_gives_them(client: Any, prefix: str) -> list[Listed]:
    """The objects without our reader."""
    plain = boto3.client(
        "s3",
        endpoint_url=client.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=next(iter(KEYS)),
        aws_secret_access_key="practice-secret",
    )
    found = plain.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [
        Listed(one["Key"], one["Size"], one["StorageClass"] == "GLACIER")
        for page in found
        for one in page.get("Contents", ())
    ]


@pytest.mark.parametrize("prefix", ["", "july/", "one/", "a", "old/", "none/"])
@pytest.mark.parametrize("size", [listing.PAGE, 4])
def test_lists_are_those_of_boto3(client: Any, prefix: str, size: int) -> None:
    """Without this, a manifest would miss pictures, or name them in a way that S3 does not know."""
    folder, wanted = S3Uri(BUCKET, prefix), as_boto3_gives_them(client, prefix)
    for pages in (listing.pages, listing.pages_at_once):
        found = [one for page in pages(client, folder, size=size) for one in page]
        assert found == wanted


def test_plain_pages_are_read_by_us(client: Any) -> None:
    """Without this, the quick reader could be left out and nobody would see it."""
    page = client.list_objects_v2(Bucket=BUCKET, Prefix="july/")
    assert [one.key for one in page[listing.LEAN]] == FLAT
    assert listing.LEAN not in client.list_objects_v2(Bucket=BUCKET, Prefix="old/")


def test_whoever_stops_leaves_nobody_asking(client: Any) -> None:
    """Without this, an error in the middle of a list would hang the command for ever."""
    found = listing.pages_at_once(client, S3Uri(BUCKET, ""), size=2)
    assert len(list(islice(found, 2))) == 2
    found.close()  # type: ignore[attr-defined]


def test_part_whose_turn_has_not_come_is_asked_for_to_its_end(client: Any) -> None:
    """Without this, a far folder of a million pictures would be listed one folder after the other:
    each would stop after a few pages, until all before it are written.
    """
    asked, everything = iter(range(1_000)), threading.Event()
    last = len(DEEP) // 3 * 3  # pages of one object each, in three folders

    def count(**_event: object) -> None:
        if next(asked) >= last:
            everything.set()

    client.meta.events.register("after-call.s3.ListObjectsV2", count)
    try:
        found = listing.pages_at_once(client, S3Uri(BUCKET, "one/two/"), size=1)
        first = next(found)
        assert everything.wait(20)
    finally:
        client.meta.events.unregister("after-call.s3.ListObjectsV2", count)
    rest = [one for page in found for one in page]
    assert [one.key for one in [*first, *rest]] == DEEP


def test_what_s3_refuses_reaches_whoever_lists(client: Any) -> None:
    """Without this, a missing bucket would be an empty folder."""
    with pytest.raises(client.exceptions.NoSuchBucket):
        list(listing.pages_at_once(client, S3Uri("no-such-bucket", "a/")))
