"""A labeling job as the people who work on it see it: the stored request, its label category file,
its places in S3.

Promised to the crew, the worker pages and the output files: one reader of the ``labeling_job`` row,
and the only two functions that touch object storage by URI.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox import strict_json
from bot.sandbox.crowd.consolidation import Labels
from bot.sandbox.crowd.task_kinds import TaskKind, kind_of

_BATCH = 1000


class ObjectGone(Exception):
    """No object or bucket under this URI; the message is what Ground Truth puts into a failure
    reason.
    """


class Objects(Protocol):
    """What the people side needs of the object store."""

    def read(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes, or None when bucket or key does not exist."""

    def write(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Store an object; raises KeyError when the bucket does not exist."""

    def bucket_exists(self, bucket: str) -> bool:
        """Whether there is such a bucket."""


@dataclass(frozen=True)
class Job:
    """One labeling job, read from its row."""

    key: str
    name: str
    arn: str
    status: str
    created: float
    modified: float
    counted: bool
    total: int
    human: int
    machine: int
    failed: int
    reference_code: str
    seed: int
    output_uri: str
    request: Mapping[str, Any]

    @property
    def task(self) -> Mapping[str, Any]:
        """The HumanTaskConfig of the request."""
        task: Mapping[str, Any] = self.request["HumanTaskConfig"]
        return task

    @property
    def kind(self) -> TaskKind:
        """The task type."""
        return kind_of(self.request)

    @property
    def automated(self) -> bool:
        """Whether a model labels too."""
        return bool(self.request.get("LabelingJobAlgorithmsConfig"))

    @property
    def attribute(self) -> str:
        """The label attribute name."""
        return str(self.request["LabelAttributeName"])

    @property
    def workers_per_object(self) -> int:
        """How many different people answer for each object, 1 to 9."""
        return int(self.task["NumberOfHumanWorkersPerDataObject"])

    @property
    def time_limit(self) -> int:
        """Seconds a worker has for one task."""
        return int(self.task["TaskTimeLimitInSeconds"])

    @property
    def batch(self) -> int:
        """How many objects are sent out at a time; one such round is an ``iteration`` in the output
        paths.
        """
        return int(self.task.get("MaxConcurrentTaskCount", _BATCH))

    @property
    def folder(self) -> str:
        """``s3://bucket/path/<job name>/``: where everything of this job is written."""
        return f"{str(self.request['OutputConfig']['S3OutputPath']).rstrip('/')}/{self.name}/"

    @property
    def input_topic(self) -> str:
        """The topic that a streaming job is fed by; "" for any other job."""
        source: Mapping[str, Any] = self.request["InputConfig"]["DataSource"]
        return str(source.get("SnsDataSource", {}).get("SnsTopicArn", ""))

    @property
    def output_topic(self) -> str:
        """The topic that every labeled object is told to; "" for none."""
        return str(self.request["OutputConfig"].get("SnsTopicArn", ""))

    @property
    def is_open(self) -> bool:
        """Whether workers may work on it: running, and its objects counted."""
        return self.status == "InProgress" and self.counted

    @property
    def open_objects(self) -> int:
        """Objects that are neither labeled nor failed."""
        return max(0, self.total - self.human - self.machine - self.failed)


def job_of(row: sqlite3.Row) -> Job:
    """Read a ``labeling_job`` row."""
    return Job(
        key=row["name_key"],
        name=row["name"],
        arn=row["arn"],
        status=row["status"],
        created=row["created"],
        modified=row["modified"],
        counted=bool(row["counted"]),
        total=row["total"],
        human=row["human"],
        machine=row["machine"],
        failed=row["failed"],
        reference_code=row["reference_code"] or "",
        seed=row["seed"],
        output_uri=row["output_uri"] or "",
        request=json.loads(row["request"]),
    )


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an ``s3://bucket/key`` URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def fetch(objects: Objects, uri: str) -> bytes:
    """The bytes under an S3 URI; raises ObjectGone."""
    bucket, key = split_uri(uri)
    body = objects.read(bucket, key)
    if body is None:
        raise ObjectGone(f"NoSuchKey: The specified key does not exist: {uri}")
    return body


def store_json(objects: Objects, uri: str, content: Any) -> None:
    """Write one JSON document under an S3 URI; raises ObjectGone when the bucket does not exist."""
    store_bytes(objects, uri, json.dumps(content, ensure_ascii=False).encode(), "application/json")


def store_lines(objects: Objects, uri: str, lines: list[str]) -> None:
    """Write JSON Lines under an S3 URI, each line ended by a newline; raises ObjectGone as
    above.
    """
    text = "".join(f"{line}\n" for line in lines)
    store_bytes(objects, uri, text.encode(), "application/x-sagemaker-manifest")


def store_bytes(objects: Objects, uri: str, body: bytes, content_type: str) -> None:
    """Write an object under an S3 URI; raises ObjectGone as above."""
    bucket, key = split_uri(uri)
    try:
        objects.write(bucket, key, body, content_type)
    except KeyError as fault:
        raise ObjectGone(f"NoSuchBucket: The specified bucket does not exist: {bucket}") from fault


def category_file(objects: Objects, job: Job) -> dict[str, Any]:
    """The label category file, parsed; ``{"labels": []}`` for a custom job without one.

    Raises ObjectGone when it is named and missing, ValueError when it is not a category file.
    """
    uri = job.request.get("LabelCategoryConfigS3Uri")
    if not uri:
        return {"labels": []}
    content = strict_json.loads(fetch(objects, uri))
    if not isinstance(content, dict) or not isinstance(content.get("labels"), list):
        raise ValueError(f"{uri} has no list of labels")  # noqa: TRY004 - the file is wrong, not the caller
    return content


def labels_of(content: Mapping[str, Any]) -> Labels:
    """The labels of a category file, in order; raises ValueError for an entry without a name."""
    names, short = [], {}
    for entry in content["labels"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("label"), str):
            raise ValueError("a label without a name")  # noqa: TRY004 - as above
        names.append(entry["label"])
        if entry.get("shortDisplayName"):
            short[entry["label"]] = str(entry["shortDisplayName"])
    return Labels(tuple(names), short)


def worker_id(member: Mapping[str, Any]) -> str:
    """The opaque id under which a member's answers are filed, the same for ever."""
    return f"private.us-east-1.{hashlib.sha256(str(member['sub']).encode()).hexdigest()[:16]}"
