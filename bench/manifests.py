"""Manifests: counting one, listing a folder for one, signing links to its objects.

Measured beside these, once, in an environment of its own (November 2026, two busy cores, seconds of
the processor):

- Counting the labels of 50,000 lines with pandas 3 takes 2.4 to 2.5 s, our summary 0.18 to 0.19 in
  one process: 13 times as long.
- A million lines (1.16 GB) take 0.4 s in the command and 3.6 to 3.9 in the processes that count;
  some 0.3 of the command's are spent while they do not run. By the clock it was 2.6 s with two of
  them, while others used a fifth of both cores (pandas takes 19 times as long). On free cores it
  would be 2.2 s by two (22 times), 1.5 by three (31 times) and 0.8 by eight (60 times): less than
  three do not reach 25 times. Private memory of all processes together rises by 35 MiB with two, by
  55 with eight.
- obstore lists a far folder in 4.3 to 4.9 ms a page, our reader behind boto3 did in 4.3 to 4.8.
  obstore was faster by the clock on cores that were taken (3 times), because its threads need no
  turn of Python's. It wins by a factor on one of the two, so boto3 stays alone.
- Since then a page takes 2.0 to 2.4 ms in one thread, where it took 3.2 to 3.5: some 1.7 are
  boto3's request (0.4 of it the transfer), 0.6 are reading the page, which took 1.2 to 1.5. With
  the turns of 24 threads and the manifest's lines (1 ms) it is 3.8 to 4.5, where it was 5.8 to 6.2.
  The manifest of a far folder came 23 and 24 times as quickly as from one paginator, on two cores
  that others used too.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import msgspec
from botocore.config import Config

from bot.base.listing import pages_at_once, read_leanly
from bot.base.presigned import links
from bot.base.s3_uri import S3Uri
from bot.jobs.results.counted import counted
from bot.jobs.results.wish import Wish
from bot.manifests.build import lines_for
from bot.manifests.formats.augmented import AUGMENTED
from bot.manifests.formats.coco import COCO
from bot.manifests.formats.format import Findings, Naming
from bot.manifests.formats.packed import one_file
from bot.manifests.summary import summarize
from bot.runtime.manifest_commands.side_by_side import processes_for, summarize_at_once

LINES = 50_000
MANY_LINES = 200_000  # 220 MB: large enough for several processes
CONVERTED = 5_000
_KEYS = 400_000  # 20 pages of each folder: more than wait for their turn in memory
_SAMPLE = 20_000
_FAR_MS = 60
_LINKS = 2_000
_FRUIT = ("pear", "apple", "plum", "fig", "quince")
_SECRET = "practice-secret"  # noqa: S105 - signs links to nothing


class _Box(msgspec.Struct, gc=False):
    class_id: int


class _Boxes(msgspec.Struct, gc=False):
    annotations: list[_Box]


class _Metadata(msgspec.Struct, gc=False):
    names: dict[str, str] = msgspec.field(name="class-map")
    human: str = msgspec.field(name="human-annotated")


class _Line(msgspec.Struct, gc=False):
    source: str = msgspec.field(name="source-ref")
    fruit: _Boxes
    metadata: _Metadata = msgspec.field(name="fruit-metadata")


_DECODER = msgspec.json.Decoder(_Line)


def box_lines(count: int) -> Iterator[bytes]:
    """Lines of a box manifest as Ground Truth writes them, with 0 to 20 boxes: 1.1 KB each."""
    for number in range(count):
        side = number % 600
        boxes = [
            {"class_id": (number + at) % 5, "top": at * 7, "left": side, "height": 40, "width": at}
            for at in range(number % 21)
        ]
        metadata = {
            "objects": [{"confidence": 0.09 * (at % 10)} for at in range(len(boxes))],
            "class-map": {str(box["class_id"]): _FRUIT[box["class_id"]] for box in boxes},
            "type": "groundtruth/object-detection",
            "job-name": "labeling-job/fruit-boxes",
            "human-annotated": "yes",
            "creation-date": "2026-07-03T11:00:02.553100",
        }
        size = {"width": 800, "height": 600, "depth": 3}
        line = {
            "source-ref": f"s3://orchard-raw/july/{number:07}.jpg",
            "fruit": {"image_size": [size], "annotations": boxes},
            "fruit-metadata": metadata,
        }
        yield msgspec.json.encode(line) + b"\n"


@contextmanager
def box_manifest(count: int) -> Iterator[Path]:
    """Such lines in a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "boxes.manifest"
        with file.open("wb") as opened:
            opened.writelines(box_lines(count))
        yield file


def decode(file: Path) -> None:
    """The floor: the fastest typed decode of every line."""
    with file.open("rb") as lines:
        for line in lines:
            _DECODER.decode(line)


def count(file: Path) -> None:
    """What `labeljob manifest summary` does."""
    with file.open("rb") as opened:
        found = summarize(iter(lambda: opened.read(1 << 18), b""))
    assert found.sources == found.lines


def count_by_processes(file: Path) -> None:
    """What the command does with a large file."""
    found = summarize_at_once(str(file), processes_for(str(file)))
    assert found.sources == found.lines


def count_for_a_card(file: Path) -> None:
    """What [Results] does: the counts, and the twenty objects of a page."""
    with file.open("rb") as opened:
        found = counted(iter(lambda: opened.read(1 << 18), b""), "fruit", Wish(label="pear"))
    assert found.labeled == found.objects


class _Held:
    """A manifest on this machine, as the readers of formats want it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def paths(self) -> list[str]:
        return [self._file.name]

    def chunks(self, _path: str) -> Iterator[bytes]:
        with self._file.open("rb") as opened:
            yield from iter(lambda: opened.read(1 << 18), b"")


def to_coco(file: Path) -> None:
    """What `labeljob manifest convert --to coco` does, but for the writing."""
    findings = Findings()
    lines = AUGMENTED.read(_Held(file), Naming(), findings)
    for _piece in one_file(COCO.write(lines, "", findings)):
        pass
    assert not findings.total


def client(endpoint: str | None = None) -> Any:
    """A boto3 client that nobody else uses."""
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="AKIAPRACTICE00000001",
        aws_secret_access_key=_SECRET,
        config=Config(signature_version="s3v4", max_pool_connections=32),
    )


def sign_one_by_one(made: Any) -> None:
    """Links by boto3."""
    for number in range(_LINKS):
        parameters = {"Bucket": "orchard-raw", "Key": f"july/{number:07}.jpg"}
        made.generate_presigned_url("get_object", Params=parameters, ExpiresIn=900)


def sign_at_once(made: Any) -> None:
    """The same links by us."""
    objects = (S3Uri("orchard-raw", f"july/{number:07}.jpg") for number in range(_LINKS))
    for _ in links(made, lambda: _SECRET, objects, 900):
        pass


def far_folder() -> tuple[float, float]:
    """Seconds for the manifest of a far folder: with one paginator of boto3, and by us."""
    command = [sys.executable, "-m", "bench.far_bucket", str(_KEYS), str(_FAR_MS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bucket:  # noqa: S603
        assert bucket.stdout is not None
        try:
            endpoint = bucket.stdout.readline().strip()
            return _paginated(client(endpoint)), _parted(client(endpoint))
        finally:
            bucket.terminate()


def _paginated(made: Any) -> float:
    """A part of the folder, page after page; the seconds for all of it."""
    begin = time.perf_counter()
    asked = made.get_paginator("list_objects_v2").paginate(Bucket="far", Prefix="july/")
    for page in islice(asked, _SAMPLE // 1_000):
        for one in page["Contents"]:
            msgspec.json.encode({"source-ref": f"s3://far/{one['Key']}"})
    return _KEYS / _SAMPLE * (time.perf_counter() - begin)


def _parted(made: Any) -> float:
    read_leanly(made)
    begin = time.perf_counter()
    listed = (one for page in pages_at_once(made, S3Uri("far", "july/")) for one in page)
    written = sum(1 for _ in lines_for(listed, "far", (".jpg",), limit=_KEYS))
    assert written == _KEYS
    return time.perf_counter() - begin
