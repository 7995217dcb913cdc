"""A process of its own that reads and writes large manifests and tells how much its memory rose.

`python -m tests.windows.manifest_memory check|import LINES [ENDPOINT BUCKET KEY]` prints one JSON
object. The rise is between the highest resident memory (VmHWM) at the end and that after the
imports and a small run of the same code.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.base.aws import Aws
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage, gathered
from bot.datasets.entries import Made, make, place
from bot.manifests.examine import examine
from bot.manifests.lines import check

FILLING = "x" * 1_700  # a line of some 2,000 bytes


def line(number: int, bucket: str = "orchard-out") -> bytes:
    """A labeled line as Ground Truth writes it, and long."""
    metadata = {
        "class-name": "ripe" if number % 2 else "unripe",
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-07-02T09:14:31.120411",
        "job-name": FILLING,
    }
    source = f"s3://{bucket}/raw/{number:07}.jpg"
    return (
        json.dumps(
            {"source-ref": source, "ripeness": number % 2, "ripeness-metadata": metadata}
        ).encode()
        + b"\n"
    )


def stream(lines: int, *, endless: int = 0, megabytes: int = 50) -> Iterator[bytes]:
    """So many lines; line `endless` is so many megabytes long."""
    for number in range(1, lines + 1):
        if number == endless:
            yield from [b"x" * 1_000_000] * megabytes
            yield b"\n"
        else:
            yield line(number)


def highest() -> int:
    """The highest resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def checked(lines: int) -> dict[str, Any]:
    """The check of a labeling job's input."""
    verdict = check(stream(lines, endless=lines // 2), source_key="source-ref", media=(".jpg",))
    faults = [(fault.line, fault.code) for fault in verdict.faults]
    return {"good": verdict.good, "size": verdict.size, "faults": faults}


def imported(storage: Storage, manifest: S3Uri) -> dict[str, Any]:
    """The way of a manifest into Rekognition, as far as it is ours."""
    found = examine(storage.chunks(manifest), "us-east-1")
    made = Made()
    with gathered(make(storage.chunks(manifest), made, attribute=None, allowed=[])) as body:
        sent = place(manifest, body.sha256)
        storage.put_once(sent, body, "application/x-ndjson")
        size = body.size
    faults = [(fault.line, fault.code) for fault in found.faults]
    return {"good": made.lines, "size": size, "faults": faults, "sent": str(sent)}


def main(what: str, lines: str, *more: str) -> None:
    """Warm up, work, and tell."""
    if what == "check":
        checked(100)
        before = highest()
        told = checked(int(lines))
    else:
        endpoint, bucket, key = more
        settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-practice",
            aws_endpoint_url=endpoint,
            aws_access_key_id="AKIAPRACTICE00000001",
            aws_secret_access_key="practice-secret",
            buckets=(bucket,),
        )
        storage = Storage.for_work(Aws(settings), settings.allowed)
        imported(storage, S3Uri(bucket, "small.manifest"))
        before = highest()
        told = imported(storage, S3Uri(bucket, key))
    sys.stdout.write(json.dumps({**told, "rise": highest() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
