"""SageMaker Ground Truth: labeling jobs are created, described, listed and stopped.

Promises a job as AWS keeps one: its name belongs to it for ever, whatever the capitals; its status
moves only through the crew and through StopLabelingJob; describing and listing never touch manifest
lines.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.aws.sagemaker.rules import Place, check_labeling_job, default_availability
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError, invalid
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["LabelingJobs"]

USUAL_PAGE = 10
USUAL_AT_ONCE = 1000
_SORTED_BY = {"Name": "name_key", "CreationTime": "created", "Status": "status"}


class LabelingJobs:
    """The operations on labeling jobs of one account and region."""

    def __init__(self, store: Store, place: Place, clock: Callable[[], float], seed: int) -> None:
        self._store = store
        self._place = place
        self._clock = clock
        self._seed = seed

    @operation
    def create_labeling_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateLabelingJob. Not idempotent: the same request again meets its own name."""
        check_labeling_job(asked, self._place)
        name, now = asked["LabelingJobName"], round(self._clock(), 3)
        key = name.lower()
        # UNSURE: whether AWS writes the ARN in lower case; real output files do so with the job's
        # name.
        arn = f"arn:aws:sagemaker:{self._place.region}:{self._place.account}:labeling-job/{key}"
        digest = hashlib.sha256(f"{self._seed}/{arn}".encode()).hexdigest()
        request = {member: value for member, value in asked.items() if member != "Tags"}
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO labeling_job (name_key, name, arn, status, request, tags, "
                "reference_code, created, modified, seed, workteam_arn) VALUES (?, ?, ?, "
                "'Initializing', ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(key, name, arn, json.dumps(request), json.dumps(asked.get("Tags", []))),
                    *(
                        digest[:32],
                        now,
                        now,
                        int(digest[-7:], 16),
                        asked["HumanTaskConfig"]["WorkteamArn"],
                    ),
                ),
            ).rowcount
        if not made:
            raise AwsError(
                "ResourceInUse",
                "Labeling job name must be unique within an AWS account and region, and a "
                f"labeling job {name}"
                f" already exists ({arn}).",
            )
        return {"LabelingJobArn": arn}

    @operation
    def describe_labeling_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeLabelingJob, by name (capitals do not count)."""
        row = self._job(asked["LabelingJobName"])
        request: dict[str, Any] = json.loads(row["request"])
        task = request["HumanTaskConfig"]
        task.setdefault("MaxConcurrentTaskCount", USUAL_AT_ONCE)
        task.setdefault(
            "TaskAvailabilityLifetimeInSeconds", default_availability(task["WorkteamArn"])
        )
        request["OutputConfig"].setdefault("KmsKeyId", "")
        return request | {
            **_state(row),
            "LabelingJobName": row["name"],
            "JobReferenceCode": row["reference_code"],
            "Tags": json.loads(row["tags"]),
        }

    @operation
    def list_labeling_jobs(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListLabelingJobs.

        As seen on real accounts, LastModifiedTime filters are applied to a page after it was cut: a
        page may come empty and still bring a NextToken.
        """
        where, values = _created_between(asked)
        if "NameContains" in asked:
            where.append("instr(name_key, ?) > 0")
            values.append(asked["NameContains"].lower())
        if "StatusEquals" in asked:
            where.append("status = ?")
            values.append(asked["StatusEquals"])
        # UNSURE: the order without SortOrder; the reference says Ascending.
        column = _SORTED_BY[asked.get("SortBy", "CreationTime")]
        rows, token = self._page(asked, where, values, column, asked.get("SortOrder", "Ascending"))
        after, before = asked.get("LastModifiedTimeAfter"), asked.get("LastModifiedTimeBefore")
        kept = [
            row
            for row in rows
            if (after is None or round(row["modified"], 3) > float(after))
            and (before is None or round(row["modified"], 3) < float(before))
        ]
        return {"LabelingJobSummaryList": [_summary(row) for row in kept], "NextToken": token}

    @operation
    def list_labeling_jobs_for_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListLabelingJobsForWorkteam: other counters than elsewhere, and no status."""
        if not self._place.team_exists(asked["WorkteamArn"]):
            raise AwsError(
                "ResourceNotFound", f"The workteam {asked['WorkteamArn']} does not exist."
            )
        where, values = _created_between(asked)
        where.append("workteam_arn = ?")
        values.append(asked["WorkteamArn"])
        if "JobReferenceCodeContains" in asked:
            where.append("instr(reference_code, ?) > 0")
            values.append(asked["JobReferenceCodeContains"])
        rows, token = self._page(
            asked, where, values, "created", asked.get("SortOrder", "Ascending")
        )
        summaries = [
            {
                "LabelingJobName": row["name"],
                "JobReferenceCode": row["reference_code"],
                "WorkRequesterAccountId": self._place.account,
                "CreationTime": row["created"],
                "LabelCounters": _team_counters(row),
                "NumberOfHumanWorkersPerDataObject": json.loads(row["request"])["HumanTaskConfig"][
                    "NumberOfHumanWorkersPerDataObject"
                ],
            }
            for row in rows
        ]
        return {"LabelingJobSummaryList": summaries, "NextToken": token}

    @operation
    def stop_labeling_job(self, asked: dict[str, Any]) -> dict[str, Any]:
        """StopLabelingJob: one statement, so that nobody overwrites it."""
        with self._store.write() as rows:
            changed = rows.execute(
                "UPDATE labeling_job SET status = 'Stopping', modified = ?"
                " WHERE name_key = ? AND status IN ('Initializing', 'InProgress')",
                (self._clock(), asked["LabelingJobName"].lower()),
            ).rowcount
        if not changed:
            status = self._job(asked["LabelingJobName"])["status"]
            # UNSURE: the exception for a job that is over; nothing documents it.
            if status != "Stopping":
                raise invalid(
                    f"The labeling job {asked['LabelingJobName']} cannot be stopped: its status "
                    f"is {status}."
                )
        return {}

    def _job(self, name: str) -> sqlite3.Row:
        with self._store.read() as rows:
            row: sqlite3.Row | None = rows.execute(
                "SELECT * FROM labeling_job WHERE name_key = ?", (name.lower(),)
            ).fetchone()
        if row is None:
            # UNSURE: the model declares ResourceNotFound; a controller in the field met
            # ValidationException instead.
            raise invalid(f"Requested resource not found: labeling job {name} does not exist.")
        return row

    def _page(
        self, asked: Mapping[str, Any], where: list[str], values: list[Any], column: str, order: str
    ) -> tuple[list[sqlite3.Row], str | None]:
        try:
            place = paging.opened(asked)
        except paging.BadToken as error:
            raise invalid("The NextToken is not valid for this request.") from error
        conditions, bound = list(where), list(values)
        if place is not None:
            conditions.append(f"({column}, name_key) {'>' if order == 'Ascending' else '<'} (?, ?)")
            bound += place
        direction = "ASC" if order == "Ascending" else "DESC"
        limit = asked.get("MaxResults", USUAL_PAGE)
        with self._store.read() as rows:
            found = rows.execute(
                f"SELECT * FROM labeling_job WHERE {' AND '.join(conditions) or '1'}"
                f" ORDER BY {column} {direction}, name_key {direction} LIMIT ?",
                (*bound, limit + 1),
            ).fetchall()
        page = found[:limit]
        more = len(found) > limit
        return page, paging.sealed(
            asked, [page[-1][column], page[-1]["name_key"]]
        ) if more else None


def _created_between(asked: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    where, values = [], []
    for member, comparison in (("CreationTimeAfter", ">"), ("CreationTimeBefore", "<")):
        if member in asked:
            where.append(f"created {comparison} ?")
            values.append(float(asked[member]))
    return where, values


def _counters(row: sqlite3.Row) -> dict[str, int]:
    """All zero until the manifest was read: real jobs have been seen so for two days."""
    counted = row["counted"]
    labeled = row["human"] + row["machine"]
    return {
        "TotalLabeled": labeled if counted else 0,
        "HumanLabeled": row["human"] if counted else 0,
        "MachineLabeled": row["machine"] if counted else 0,
        "FailedNonRetryableError": row["failed"] if counted else 0,
        "Unlabeled": max(0, row["total"] - labeled - row["failed"]) if counted else 0,
    }


def _team_counters(row: sqlite3.Row) -> dict[str, int]:
    every = _counters(row)
    total = row["total"] if row["counted"] else 0
    return {
        "HumanLabeled": every["HumanLabeled"],
        "PendingHuman": every["Unlabeled"],
        "Total": total,
    }


def _state(row: sqlite3.Row) -> dict[str, Any]:
    """What a description and a summary share."""
    return {
        "LabelingJobArn": row["arn"],
        "LabelingJobStatus": row["status"],
        "LabelCounters": _counters(row),
        "CreationTime": row["created"],
        "LastModifiedTime": row["modified"],
        "FailureReason": row["failure_reason"] or None,
        "LabelingJobOutput": {"OutputDatasetS3Uri": row["output_uri"]}
        if row["output_uri"]
        else None,
    }


def _summary(row: sqlite3.Row) -> dict[str, Any]:
    request = json.loads(row["request"])
    task = request["HumanTaskConfig"]
    consolidation = task.get("AnnotationConsolidationConfig", {})
    return {
        **_state(row),
        "LabelingJobName": row["name"],
        "WorkteamArn": task["WorkteamArn"],
        "PreHumanTaskLambdaArn": task.get("PreHumanTaskLambdaArn"),
        "AnnotationConsolidationLambdaArn": consolidation.get("AnnotationConsolidationLambdaArn"),
        "InputConfig": request["InputConfig"],
    }
