"""The files that a labeling job leaves in S3, under ``<S3OutputPath>/<job name>/``.

Promised to everybody who reads results: ``manifests/output/output.manifest`` has one line per input
line in the same order; unknown keys are kept, a labeled line gains the attribute and its metadata,
and a line without a label is the input line unchanged, byte for byte.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.crowd.consolidation import iso
from bot.sandbox.crowd.job_request import Job, Objects, store_bytes, store_json, store_lines
from bot.sandbox.store import Store

_ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_practice"


@dataclass(frozen=True)
class Response:
    """One worker's submitted answer; times are epoch seconds."""

    worker: str
    sub: str
    accepted_at: float
    submitted_at: float
    content: Mapping[str, Any]


def manifest_line(line: str, result: Mapping[str, Any] | None) -> str:
    """An output line: the input line, with the consolidated pair appended when there is one."""
    if not result:
        return line
    return json.dumps(json.loads(line) | dict(result), ensure_ascii=False, separators=(",", ":"))


def output_manifest_uri(job: Job) -> str:
    """Where the output manifest of this job is, or will be."""
    return f"{job.folder}manifests/output/output.manifest"


def write_worker_responses(
    objects: Objects, job: Job, line: int, responses: Sequence[Response]
) -> str:
    """Write the answers for one object; gives the URI of the file."""
    answers = [
        {
            "acceptanceTime": _zulu(response.accepted_at),
            "answerContent": response.content,
            "submissionTime": _zulu(response.submitted_at),
            "timeSpentInSeconds": round(response.submitted_at - response.accepted_at, 3),
            "workerId": response.worker,
            "workerMetadata": {
                "identityData": {
                    "identityProviderType": "Cognito",
                    "issuer": _ISSUER,
                    "sub": response.sub,
                }
            },
        }
        for response in responses
    ]
    moment = (
        iso(max(response.submitted_at for response in responses)).split(".")[0].replace("T", "_")
    )
    iteration = f"{job.folder}annotations/worker-response/iteration-{1 + line // job.batch}"
    uri = f"{iteration}/{line}/{moment}.json"
    store_json(objects, uri, {"answers": answers})
    return uri


_MEDIA = {
    "png": "image/png",
    "json": "application/json",
    "zlib": "application/octet-stream",
}


@dataclass(frozen=True)
class ResultFiles:
    """Where the files go that the label of one object names."""

    objects: Objects
    job: Job
    line: int
    now: float

    def keep(self, kind: str, body: bytes) -> str:
        """Write the file (png, json, zlib); gives its URI, named as AWS names it.

        UNSURE: the name of a cloud's .zlib file; the guide prints dataset-object-id/filename.zlib.
        """
        names = {
            "png": f"{self.line}_{iso(self.now)}.png",
            "json": f"{self.line}/SeqLabel.json",
            "zlib": f"{self.line}/{iso(self.now)}.zlib",
        }
        uri = f"{self.job.folder}annotations/consolidated-annotation/output/{names[kind]}"
        store_bytes(self.objects, uri, body, _MEDIA[kind])
        return uri


def write_intermediate(store: Store, objects: Objects, job: Job) -> None:
    """Write the labeled lines of the batch that is being worked on: the freshest look at a running
    job.
    """
    with store.read() as connection:
        last = connection.execute(
            (
                "SELECT max(line) FROM job_object WHERE job = ? AND state = 'labeled' AND result "
                "IS NOT NULL"
            ),
            (job.key,),
        ).fetchone()[0]
        if last is None:
            return
        batch = last // job.batch
        rows = connection.execute(
            "SELECT manifest_line, result FROM job_object"
            " WHERE job = ? AND line >= ? AND line < ? AND result IS NOT NULL AND state = "
            "'labeled' ORDER BY line",
            (job.key, batch * job.batch, (batch + 1) * job.batch),
        ).fetchall()
    lines = [manifest_line(row["manifest_line"], json.loads(row["result"])) for row in rows]
    store_lines(
        objects, f"{job.folder}annotations/intermediate/{batch + 1}/annotations.manifest", lines
    )


def write_final(store: Store, objects: Objects, job: Job, now: float) -> str:
    """Write the consolidation responses and the output manifest; gives the manifest's URI.

    Called for a completed job and for a stopped one, whose unlabeled lines stay as they came.
    """
    lines: list[str] = []
    for number, batch in enumerate(_batches(store, job), start=1):
        consolidated = [
            {"datasetObjectId": str(line), "consolidatedAnnotation": {"content": result}}
            for line, _, result in batch
            if result
        ]
        if consolidated:
            folder = f"{job.folder}annotations/consolidated-annotation"
            uri = f"{folder}/consolidation-response/iteration-{number}/"
            store_json(
                objects, f"{uri}{iso(now).split('.')[0].replace('T', '_')}.json", consolidated
            )
        lines += [manifest_line(text, result) for _, text, result in batch]
    uri = output_manifest_uri(job)
    store_lines(objects, uri, lines)
    return uri


def _batches(store: Store, job: Job) -> Iterator[list[tuple[int, str, dict[str, Any] | None]]]:
    first = 0
    while True:
        with store.read() as connection:
            rows = connection.execute(
                "SELECT line, manifest_line, state, result FROM job_object WHERE job = ? AND line "
                ">= ? AND line < ?"
                " ORDER BY line",
                (job.key, first, first + job.batch),
            ).fetchall()
        if not rows:
            return
        yield [
            (row["line"], row["manifest_line"], _result(row["state"], row["result"]))
            for row in rows
        ]
        first += job.batch


def _result(state: str, result: str | None) -> dict[str, Any] | None:
    # UNSURE: how a failed object looks in a real output manifest; here its line is left as it came.
    if state != "labeled" or not result:
        return None
    pair: dict[str, Any] = json.loads(result)
    return pair


def _zulu(at: float) -> str:
    return f"{iso(at)[:-3]}Z"
