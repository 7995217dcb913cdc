"""The start of a labeling job: read the manifest, the label category file and the template, or say
why the job fails.

Promised to the crew: ``take_in`` either puts one ``job_object`` row per manifest line or raises
``IntakeFailure``, whose message becomes the FailureReason (at most 1,024 characters). It may run
again after a crash.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.sandbox import strict_json
from bot.sandbox.crowd.category_files import category_fault
from bot.sandbox.crowd.functions import missing
from bot.sandbox.crowd.job_request import (
    Job,
    ObjectGone,
    Objects,
    category_file,
    fetch,
    labels_of,
    split_uri,
)
from bot.sandbox.crowd.scene_results import is_audited
from bot.sandbox.crowd.sequences import MOST_SEQUENCES, Unreadable, sequence_of
from bot.sandbox.crowd.sequences import line_fault as cloud_line_fault
from bot.sandbox.store import Store

_MOST_LINES = 100_000
_MOST_MASKS = 20_000
_LONGEST_LINE, _LONGEST_ATTRIBUTE = 100_000, 20_000
_STREAMED = ("-object-id", "sequencer")
"""Ends of the names beginning with $ that the service itself writes into the lines of a streaming
job.
"""
_ROWS_AT_ONCE = 5_000
_SOURCES = {"source", "source-ref"}
_NO_PII = "FreeOfPersonallyIdentifiableInformation"


class IntakeFailure(Exception):
    """The job cannot start; the message is its FailureReason."""


def take_in(store: Store, objects: Objects, job: Job) -> int:
    """Read and check everything the job names; gives the number of lines. Raises IntakeFailure."""
    absent = missing(job.task, job.arn)
    if absent:
        # UNSURE: when the service looks for the functions; here as the job starts.
        raise IntakeFailure(f"ClientError: ResourceNotFoundException: Function not found: {absent}")
    if "/public-crowd/" in job.task["WorkteamArn"]:
        flags = job.request["InputConfig"].get("DataAttributes", {}).get("ContentClassifiers", [])
        if _NO_PII not in flags:
            raise IntakeFailure(
                f"ClientError: the public workforce needs the content classifier {_NO_PII} in "
                "DataAttributes."
            )
    bucket = split_uri(job.folder)[0]
    if not objects.bucket_exists(bucket):
        raise IntakeFailure(f"ClientError: the output bucket {bucket} does not exist. NoSuchBucket")
    content = _check_labels(objects, job)
    _check_template(objects, job)
    if job.input_topic and not _manifest_uri(job):
        return 0
    lines = list(_lines(objects, job))
    if not lines:
        raise IntakeFailure(f"ClientError: the manifest {_manifest_uri(job)} is empty.")
    masks = job.kind.media == "image" and "SemanticSegmentation" in job.kind.name
    most = _MOST_MASKS if masks else _MOST_LINES
    if len(lines) > most:
        raise IntakeFailure(
            f"ClientError: the manifest has {len(lines):,} lines; a job takes {most:,} at most."
        )
    if job.kind.is_scene:
        _check_scenes(objects, job, lines, content)
    numbered = enumerate(lines)
    while rows := list(islice(numbered, _ROWS_AT_ONCE)):
        with store.write() as connection:
            connection.executemany(
                (
                    "INSERT OR IGNORE INTO job_object (job, line, manifest_line, state) VALUES "
                    "(?, ?, ?, ?)"
                ),
                [(job.key, line, text, first_state(job, text)) for line, text in rows],
            )
    return len(lines)


def _manifest_uri(job: Job) -> str:
    source: dict[str, Any] = job.request["InputConfig"]["DataSource"]
    return str(source.get("S3DataSource", {}).get("ManifestS3Uri", ""))


def first_state(job: Job, text: str) -> str:
    """How a manifest line begins: open, or labeled when it has this job's attribute (so a stopped
    job is continued).
    """
    return (
        "labeled" if f'"{job.attribute}"' in text and job.attribute in json.loads(text) else "open"
    )


def _lines(objects: Objects, job: Job) -> Iterator[str]:
    uri = _manifest_uri(job)
    try:
        text = fetch(objects, uri).decode("utf-8")
    except ObjectGone as gone:
        raise IntakeFailure(f"ClientError: the manifest could not be read. {gone}") from gone
    except UnicodeDecodeError as fault:
        raise IntakeFailure(f"ClientError: the manifest {uri} is not UTF-8.") from fault
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        fault_found = line_fault(line)
        if fault_found:
            raise IntakeFailure(
                f"ClientError: line {number:,} of the manifest {uri} {fault_found}."
            )
        yield line


def line_fault(line: str) -> str:
    """What is wrong with a manifest line ("is not valid JSON"); "" when it is one."""
    if len(line) > _LONGEST_LINE:
        return f"is longer than {_LONGEST_LINE:,} characters"
    try:
        entry = strict_json.loads(line)
    except ValueError:
        return "is not valid JSON"
    if not isinstance(entry, dict):
        return "is not a JSON object"
    named = _SOURCES & entry.keys()
    if len(named) != 1:
        return "needs exactly one of source-ref and source"
    if not isinstance(entry[named.pop()], str):
        return "has a source that is not text"
    return _attribute_fault(line, entry)


def _attribute_fault(line: str, entry: Mapping[str, Any]) -> str:
    for name, value in entry.items():
        if name.startswith("$") and not name.endswith(_STREAMED):
            return f"has an attribute {name[:40]!r}, and names may not begin with $"
        if len(line) <= _LONGEST_ATTRIBUTE:
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if len(text) > _LONGEST_ATTRIBUTE:
            return f"has an attribute {name[:40]!r} of more than {_LONGEST_ATTRIBUTE:,} characters"
    return ""


def _check_labels(objects: Objects, job: Job) -> Mapping[str, Any]:
    """The category file, known to fit the task type."""
    uri = job.request.get("LabelCategoryConfigS3Uri", "")
    if not uri and job.kind.shape != "any":
        raise IntakeFailure(
            "ClientError: this task type needs a label category file (LabelCategoryConfigS3Uri)."
        )
    try:
        content = category_file(objects, job)
        labels_of(content)
    except ObjectGone as gone:
        raise IntakeFailure(
            f"ClientError: the label category file could not be read. {gone}"
        ) from gone
    except ValueError as fault:
        raise IntakeFailure(
            f"ClientError: the label category file {uri} is not valid: {fault}."
        ) from fault
    wrong = category_fault(job.kind, content, automated=job.automated)
    if wrong:
        raise IntakeFailure(f"ClientError: the label category file {uri} {wrong}.")
    return content


def _check_scenes(objects: Objects, job: Job, lines: list[str], content: Mapping[str, Any]) -> None:
    """What only frames and point clouds need of their manifest."""
    entries = [json.loads(line) for line in lines]
    if job.kind.media == "frames" and len(entries) > MOST_SEQUENCES:
        raise IntakeFailure(
            f"ClientError: the manifest has {len(entries):,} sequences of video frames; a job "
            f"takes {MOST_SEQUENCES} at most."
        )
    for number, entry in enumerate(entries, start=1):
        if "source" in entry:
            raise IntakeFailure(f"ClientError: line {number:,} of the manifest has no source-ref.")
        if job.kind.is_sequence:
            _check_sequence(objects, job, entry["source-ref"])
        elif fault := cloud_line_fault(entry):
            raise IntakeFailure(f"ClientError: line {number:,} of the manifest {fault}.")
    if job.kind.audit:
        _check_audited(job, entries, str(content["auditLabelAttributeName"]))


def _check_sequence(objects: Objects, job: Job, uri: str) -> None:
    try:
        sequence_of(job.kind, fetch(objects, uri))
    except ObjectGone as gone:
        raise IntakeFailure(f"ClientError: a sequence file could not be read. {gone}") from gone
    except Unreadable as fault:
        raise IntakeFailure(f"ClientError: the sequence file {uri} {fault}.") from fault


def _check_audited(job: Job, entries: list[dict[str, Any]], audited: str) -> None:
    """UNSURE: what becomes of single lines without the audited labels; here their objects fail, and
    the job only where no line has them.
    """
    if audited == job.attribute:
        raise IntakeFailure(
            f"ClientError: auditLabelAttributeName {audited} is this job's own "
            "LabelAttributeName; the two must differ."
        )
    if not any(is_audited(entry, audited, job.kind) for entry in entries):
        raise IntakeFailure(
            f"ClientError: no line of the manifest has labels of this task type under {audited}, "
            "which the label category file names as auditLabelAttributeName."
        )


def _check_template(objects: Objects, job: Job) -> None:
    uri = job.task["UiConfig"].get("UiTemplateS3Uri")
    if not uri:
        return
    try:
        fetch(objects, uri)
    except ObjectGone as gone:
        raise IntakeFailure(f"ClientError: the worker template could not be read. {gone}") from gone
