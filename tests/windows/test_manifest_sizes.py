"""Manifests at the sizes that people bring: the limit is told, and memory stays flat on the whole
way to AWS.

Row 15 of the failure book: 100,000 lines in 200 MB raise a process's resident memory by less than
64 MiB, and a line of 50 MB is an error with its number. The process measured is one of its own
(`tests.windows.manifest_memory`).
"""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base.aws import Aws, AwsBusy
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import PART, Storage, gathered
from bot.manifests.lines import check, words
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server
from tests.windows.manifest_memory import FILLING
from tests.windows.manifest_memory import stream as long_lines

MOST = 64 * 1024 * 1024
BUCKET = "orchard-out"

GOOD = b'{"source-ref":"s3://orchard-raw/july/a.jpg"}\n'


def stream(lines: int) -> Iterator[bytes]:
    """A manifest of so many lines, a thousand at a time."""
    for first in range(0, lines, 1000):
        last = min(first + 1000, lines)
        yield b"".join(
            b'{"source-ref":"s3://orchard-raw/july/%07d.jpg"}\n' % n for n in range(first, last)
        )


def test_the_object_limit_is_told() -> None:
    """AWS would refuse the job only after minutes; the count is the same one it makes."""
    verdict = check(stream(100_001), source_key="source-ref", media=(".jpg",))
    assert verdict.good == 100_000
    assert words(verdict) == (
        "This manifest is too large: 100,001 objects; one job takes 100,000. Split it into "
        "several jobs."
    )


def test_many_lines_fit_in_little_memory() -> None:
    """The checker runs beside everything else the bot does; a line may cost a number, not its text
    (row 15).
    """
    tracemalloc.start()
    verdict = check(stream(10_000), source_key="source-ref", media=(".jpg",))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.good == 10_000
    assert peak < 3 * 1024 * 1024


def test_one_endless_line_is_named_and_skipped() -> None:
    """A 50 MB line must neither fill the memory nor hide the lines behind it."""
    tracemalloc.start()
    chunks = [GOOD, *([b"x" * 1_000_000] * 50), b"\n", GOOD, b'{"a":']
    verdict = check(iter(chunks), source_key="source-ref", media=(".jpg",))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(fault.line, fault.code) for fault in verdict.faults] == [(2, "long"), (4, "json")]
    assert verdict.good == 2
    assert peak < 8 * 1024 * 1024


class Cloud:
    """The AWS stand-in with one bucket, and a client to it."""

    def __init__(self, folder: Path) -> None:
        keys = {"AKIAPRACTICE00000001": "practice-secret"}
        self.server = Server(create_app(AwsConfig(folder, keys)).app).start()
        settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-practice",
            aws_endpoint_url=self.server.url,
            aws_access_key_id="AKIAPRACTICE00000001",
            aws_secret_access_key="practice-secret",
            buckets=(BUCKET,),
        )
        aws = Aws(settings)
        self.s3: Any = aws.act("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.storage = Storage.for_work(aws, settings.allowed)

    def parts(self) -> list[str]:
        """The keys of uploads that were begun and neither ended nor given up."""
        return [
            each["Key"] for each in self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())
        ]

    def keys(self) -> set[str]:
        return {each["Key"] for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.server.stop()


def in_a_process(*words: str) -> dict[str, Any]:
    """What a process of its own told of its work and its memory."""
    command = [sys.executable, "-m", "tests.windows.manifest_memory", *words]
    return dict(
        json.loads(subprocess.run(command, check=True, capture_output=True, timeout=300).stdout)
    )


def test_the_largest_manifest_of_a_job_fits_in_little_memory() -> None:
    """A person's manifest would end the bot, and with it everybody else's jobs."""
    told = in_a_process("check", "100000")
    assert told["size"] > 200_000_000
    assert (told["good"], told["faults"]) == (99_999, [[50_000, "long"]])
    assert told["rise"] < MOST


def test_a_large_import_fits_in_little_memory_on_its_whole_way(cloud: Cloud) -> None:
    """An import at Rekognition's limit would take a gigabyte, and the kill would take all other
    work along.
    """
    lines, small = 36_000, S3Uri(BUCKET, "small.manifest")
    cloud.storage.put(small, b"".join(long_lines(100)), "application/x-ndjson")
    with gathered(long_lines(lines, endless=lines // 2, megabytes=5)) as body:
        cloud.storage.put_once(S3Uri(BUCKET, "large.manifest"), body, "application/x-ndjson")
    told = in_a_process("import", str(lines), cloud.server.url, BUCKET, "large.manifest")
    assert (told["good"], told["faults"]) == (lines - 1, [[lines // 2, "line_too_long"]])
    assert told["size"] > MOST > told["rise"]
    assert (
        cloud.storage.size(S3Uri(BUCKET, told["sent"].removeprefix(f"s3://{BUCKET}/")))
        == told["size"]
    )
    assert cloud.parts() == []


def large(parts: int = 2) -> Iterator[bytes]:
    """Some parts' worth of bytes."""
    for _ in range(parts * PART // len(FILLING) + 1):
        yield FILLING.encode()


def test_an_upload_that_fails_in_the_middle_leaves_nothing_behind(cloud: Cloud) -> None:
    """Half an import would be paid for every month, where no list shows it."""
    asked = 0

    def overtaken() -> None:
        nonlocal asked
        asked += 1
        if asked > 10:
            raise AwsBusy

    with gathered(large()) as body, pytest.raises(AwsBusy):
        cloud.storage.attended(overtaken).put_once(
            S3Uri(BUCKET, "half.manifest"), body, "text/plain"
        )
    assert (cloud.parts(), cloud.keys()) == ([], set())


def test_parts_of_a_killed_upload_go_with_the_next_try(cloud: Cloud) -> None:
    """What a killed process had sent would be paid for every month; what is another's must stay."""
    for key in ("again.manifest", "again.manifest.other"):
        upload = cloud.s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        cloud.s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=b"half")
    with gathered(large()) as body:
        cloud.storage.put_once(S3Uri(BUCKET, "again.manifest"), body, "text/plain")
    assert (cloud.parts(), cloud.keys()) == (["again.manifest.other"], {"again.manifest"})


def test_what_is_written_is_what_was_gathered_and_is_written_once(cloud: Cloud) -> None:
    """A manifest could arrive cut off, or a gigabyte be sent again with every try."""
    for parts in (0, 2):
        uri = S3Uri(BUCKET, f"{parts}.manifest")
        with gathered(large(parts)) as body:
            cloud.storage.put_once(uri, body, "application/x-ndjson")
            written = cloud.s3.get_object(Bucket=BUCKET, Key=uri.key)
            assert written["Body"].read() == b"".join(large(parts))
            assert written["ContentType"] == "application/x-ndjson"
            first = written["LastModified"], written["ETag"]
        with gathered(large(parts)) as body:
            cloud.storage.put_once(uri, body, "application/x-ndjson")
        again = cloud.s3.get_object(Bucket=BUCKET, Key=uri.key)
        assert (again["LastModified"], again["ETag"]) == first
