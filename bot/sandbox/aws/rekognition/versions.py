"""Models of Custom Labels: trained from a project's datasets, started, stopped, deleted.

Nothing is learned here. Promised is the way there and what can go wrong on it: the checks that AWS
makes when training begins, the summary and evaluation files it writes, and the statuses a model
passes through.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.sandbox.aws.rekognition.training import Trained, Trainee, train
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["Versions"]

USUAL_PAGE = 100
MOST_UNITS = 25
_NEXT = {
    "STARTING": "RUNNING",
    "STOPPING": "STOPPED",
    "COPYING_IN_PROGRESS": "COPYING_COMPLETED",
    "DELETING": "",
}
_TRAINED = frozenset({"TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED", "RUNNING", "STARTING"})


class Versions:
    """The operations on models (project versions)."""

    def __init__(
        self,
        store: Store,
        objects: ObjectStore,
        *,
        clock: Callable[[], float],
        seconds: float,
        situations: Situations,
    ) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock
        self._seconds = seconds
        self._situations = situations

    @operation
    def create_project_version(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateProjectVersion: begins the training."""
        project = asked["ProjectArn"]
        with self._store.read() as rows:
            if (
                rows.execute(
                    "SELECT 1 FROM project WHERE arn = ? AND status = 'CREATED'", (project,)
                ).fetchone()
                is None
            ):
                raise AwsError("ResourceNotFoundException", "The project does not exist.")
            datasets = {
                row["type"]: row
                for row in rows.execute(
                    "SELECT * FROM dataset WHERE project_arn = ?", (project,)
                ).fetchall()
            }
        self._check_data(asked, datasets)
        now = self._clock()
        arn = f"{project.rpartition('/')[0]}/version/{asked['VersionName']}/{int(now * 1000)}"
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO project_version (arn, project_arn, name, status, message, "
                "request, created, updated) VALUES (?, ?, ?, 'TRAINING_IN_PROGRESS', 'The model "
                "is being trained.', ?, ?, ?)",
                (arn, project, asked["VersionName"], json.dumps(asked), now, now),
            ).rowcount
        if not made:
            raise AwsError(
                "ResourceInUseException", f"A version {asked['VersionName']} already exists."
            )
        return {"ProjectVersionArn": arn}

    @operation
    def copy_project_version(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CopyProjectVersion within the account: what was learned and what was told of it."""
        source, project = asked["SourceProjectVersionArn"], asked["DestinationProjectArn"]
        now = self._clock()
        arn = f"{project.rpartition('/')[0]}/version/{asked['VersionName']}/{int(now * 1000)}"
        with self._store.write() as rows:
            model = rows.execute(
                "SELECT * FROM project_version WHERE arn = ? AND project_arn = ?",
                (source, asked["SourceProjectArn"]),
            ).fetchone()
            there = rows.execute(
                "SELECT 1 FROM project WHERE arn = ? AND status = 'CREATED'", (project,)
            ).fetchone()
            if model is None or there is None:
                raise AwsError("ResourceNotFoundException", "The model or a project is not there.")
            if model["status"] not in _TRAINED:
                raise AwsError("InvalidParameterException", "The source model is not trained.")
            # UNSURE: where the files about a copy lie; here its evaluation stays the source's.
            made = rows.execute(
                "INSERT OR IGNORE INTO project_version (arn, project_arn, name, status, message, "
                "request, result, created, updated, ended) VALUES (?, ?, ?, "
                "'COPYING_IN_PROGRESS', 'The model is being copied.', ?, ?, ?, ?, ?)",
                (
                    *(arn, project, asked["VersionName"], json.dumps(asked)),
                    *(model["result"], now, now, now),
                ),
            ).rowcount
            if not made:
                raise AwsError(
                    "ResourceInUseException", f"A version {asked['VersionName']} already exists."
                )
            rows.execute(
                "INSERT INTO learned (version, content) SELECT ?, content FROM learned"
                " WHERE version = ?",
                (arn, source),
            )
        return {"ProjectVersionArn": arn}

    @operation
    def describe_project_versions(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeProjectVersions, newest first."""
        try:
            place = paging.opened(asked)
        except paging.BadToken as error:
            raise AwsError(
                "InvalidPaginationTokenException", "The NextToken is not valid."
            ) from error
        where, values = ["project_arn = ?"], [asked["ProjectArn"]]
        if "VersionNames" in asked:
            where.append(f"name IN ({', '.join('?' * len(asked['VersionNames']))})")
            values += asked["VersionNames"]
        if place is not None:
            where.append("(created, name) < (?, ?)")
            values += place
        limit = asked.get("MaxResults", USUAL_PAGE)
        with self._store.read() as rows:
            known = rows.execute(
                "SELECT 1 FROM project WHERE arn = ?", (asked["ProjectArn"],)
            ).fetchone()
            found = rows.execute(
                (
                    f"SELECT * FROM project_version WHERE {' AND '.join(where)} ORDER BY created "
                    "DESC, name DESC LIMIT ?"
                ),
                (*values, limit + 1),
            ).fetchall()
        if known is None:
            raise AwsError("ResourceNotFoundException", "The project does not exist.")
        page = found[:limit]
        more = len(found) > limit
        return {
            "ProjectVersionDescriptions": [_described(row) for row in page],
            "NextToken": paging.sealed(asked, [page[-1]["created"], page[-1]["name"]])
            if more
            else None,
        }

    @operation
    def start_project_version(self, asked: dict[str, Any]) -> dict[str, Any]:
        """StartProjectVersion: charged for as long as it runs."""
        least = asked["MinInferenceUnits"]
        most = asked.get("MaxInferenceUnits", least)
        if most < least:
            raise AwsError(
                "InvalidParameterException",
                "MaxInferenceUnits must not be below MinInferenceUnits.",
            )
        with self._store.write() as rows:
            running = rows.execute(
                "SELECT coalesce(sum(min_units), 0) FROM project_version"
                " WHERE status IN ('STARTING', 'RUNNING', 'STOPPING') AND arn <> ?",
                (asked["ProjectVersionArn"],),
            ).fetchone()[0]
            # UNSURE: how many inference units an account may have at a time; here 25.
            if running + least > MOST_UNITS:
                raise AwsError(
                    "LimitExceededException",
                    f"The account may run {MOST_UNITS} inference units; {running} are in use.",
                )
            self._move(asked, {"TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED"}, "STARTING")
            rows.execute(
                "UPDATE project_version SET min_units = ?, max_units = ? WHERE arn = ?",
                (least, asked.get("MaxInferenceUnits"), asked["ProjectVersionArn"]),
            )
        return {"Status": "STARTING"}

    @operation
    def stop_project_version(self, asked: dict[str, Any]) -> dict[str, Any]:
        """StopProjectVersion."""
        self._move(asked, {"RUNNING"}, "STOPPING")
        return {"Status": "STOPPING"}

    @operation
    def delete_project_version(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteProjectVersion, not while it is trained or runs."""
        self._move(
            asked,
            {
                *("TRAINING_COMPLETED", "TRAINING_FAILED", "STOPPED", "FAILED"),
                *("COPYING_COMPLETED", "COPYING_FAILED"),
            },
            "DELETING",
        )
        return {"Status": "DELETING"}

    def tick(self) -> None:
        """Finish what is due."""
        due = self._clock() - self._seconds
        with self._store.read() as rows:
            moving = rows.execute(
                "SELECT * FROM project_version WHERE updated <= ?"
                " AND status IN ('TRAINING_IN_PROGRESS', 'STARTING', 'STOPPING', 'DELETING', "
                "'COPYING_IN_PROGRESS')",
                (due,),
            ).fetchall()
        for row in moving:
            if row["status"] == "TRAINING_IN_PROGRESS":
                self._end_training(row)
                continue
            following = _NEXT[row["status"]]
            with self._store.write() as rows:
                if following:
                    rows.execute(
                        (
                            "UPDATE project_version SET status = ?, message = ?, updated = ? "
                            "WHERE arn = ? AND status = ?"
                        ),
                        (
                            following,
                            f"The model is {following.lower()}.",
                            self._clock(),
                            row["arn"],
                            row["status"],
                        ),
                    )
                else:
                    rows.execute("DELETE FROM project_version WHERE arn = ?", (row["arn"],))
                    rows.execute("DELETE FROM learned WHERE version = ?", (row["arn"],))

    def _check_data(self, asked: Mapping[str, Any], datasets: Mapping[str, sqlite3.Row]) -> None:
        if datasets and ("TrainingData" in asked or "TestingData" in asked):
            raise AwsError(
                "InvalidParameterException",
                "TrainingData and TestingData are for projects without datasets only.",
            )
        if not datasets and not ("TrainingData" in asked and "TestingData" in asked):
            raise AwsError(
                "InvalidParameterException", "The project has no datasets to train with."
            )
        # UNSURE: AWS's error for a project with only one dataset.
        if datasets and set(datasets) != {"TRAIN", "TEST"}:
            raise AwsError(
                "InvalidParameterException", "The project needs a training and a test dataset."
            )
        if any(row["work"] is not None for row in datasets.values()):
            raise AwsError("ResourceInUseException", "A dataset of the project is changing.")
        if not self._situations.writable(asked.get("OutputConfig", {}).get("S3Bucket", "")):
            raise AwsError("InvalidParameterException", "The output bucket cannot be accessed.")

    def _end_training(self, row: sqlite3.Row) -> None:
        request = json.loads(row["request"])
        training, testing = self._lines(row["project_arn"], request)
        trainee = Trainee(
            row["project_arn"].split("/")[-2],
            row["name"],
            request["OutputConfig"],
            training,
            testing,
            self._manifest_buckets(row["project_arn"], request),
            bool(request.get("TestingData", {}).get("AutoCreate")),
            self._clock(),
        )
        done: Trained = train(self._objects, trainee, self._situations)
        now = self._clock()
        status = "TRAINING_FAILED" if done.failure else "TRAINING_COMPLETED"
        with self._store.write() as rows:
            rows.execute(
                (
                    "UPDATE project_version SET status = ?, message = ?, result = ?, updated = ?, "
                    "ended = ? WHERE arn = ?"
                ),
                (status, done.message, json.dumps(done.description), now, now, row["arn"]),
            )
            if done.learned is not None:
                rows.execute(
                    "INSERT OR REPLACE INTO learned (version, content) VALUES (?, ?)",
                    (row["arn"], json.dumps(done.learned)),
                )

    def _lines(self, project: str, request: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The lines to train and to test with; without datasets from the manifests that the request
        names.
        """
        if "TrainingData" in request:
            training = self._manifests(request["TrainingData"])
            if request["TestingData"].get("AutoCreate"):
                return [line for i, line in enumerate(training) if i % 5], training[::5]
            return training, self._manifests(request["TestingData"])
        with self._store.read() as rows:
            return (
                _entries(rows, project, "TRAIN"),
                _entries(rows, project, "TEST"),
            )

    def _manifests(self, data: Mapping[str, Any]) -> list[str]:
        lines: list[str] = []
        for asset in data.get("Assets", []):
            place = asset["GroundTruthManifest"]["S3Object"]
            body = self._objects.read(place.get("Bucket", ""), place.get("Name", "")) or b""
            lines += body.decode("utf-8", "replace").removesuffix("\n").split("\n")
        return lines

    def _manifest_buckets(self, project: str, request: Mapping[str, Any]) -> set[str]:
        """The buckets that the manifests of a training came from, as far as they came from any."""
        assets = [
            each
            for name in ("TrainingData", "TestingData")
            for each in request.get(name, {}).get("Assets", [])
        ]
        named = {each["GroundTruthManifest"]["S3Object"].get("Bucket", "") for each in assets}
        with self._store.read() as rows:
            found = rows.execute(
                (
                    "SELECT s.bucket FROM dataset_source s JOIN dataset d ON d.arn = s.dataset "
                    "WHERE d.project_arn = ?"
                ),
                (project,),
            ).fetchall()
        return named | {row["bucket"] for row in found}

    def _move(self, asked: Mapping[str, Any], allowed: Collection[str], status: str) -> None:
        arn = asked["ProjectVersionArn"]
        with self._store.write() as rows:
            row = rows.execute(
                "SELECT status FROM project_version WHERE arn = ?", (arn,)
            ).fetchone()
            if row is None:
                raise AwsError("ResourceNotFoundException", "The model does not exist.")
            if row["status"] not in allowed:
                raise AwsError("ResourceInUseException", f"The model is {row['status']}.")
            rows.execute(
                "UPDATE project_version SET status = ?, message = '', updated = ? WHERE arn = ?",
                (status, self._clock(), arn),
            )


def _entries(rows: sqlite3.Connection, project: str, kind: str) -> list[str]:
    found = rows.execute(
        "SELECT e.line FROM dataset_entry e JOIN dataset d ON d.arn = e.dataset WHERE "
        "d.project_arn = ? AND d.type = ?"
        " ORDER BY e.id",
        (project, kind),
    ).fetchall()
    return [row["line"] for row in found]


def _described(row: sqlite3.Row) -> dict[str, Any]:
    request = json.loads(row["request"])
    ended = row["ended"]
    return {
        "ProjectVersionArn": row["arn"],
        "CreationTimestamp": row["created"],
        "Status": row["status"],
        "StatusMessage": row["message"],
        "OutputConfig": request["OutputConfig"],
        "VersionDescription": request.get("VersionDescription"),
        "KmsKeyId": request.get("KmsKeyId"),
        "Feature": "CUSTOM_LABELS",
        "TrainingEndTimestamp": ended,
        "BillableTrainingTimeInSeconds": None
        if ended is None
        else max(1, round(ended - row["created"])),
        "MinInferenceUnits": row["min_units"],
        "MaxInferenceUnits": row["max_units"],
        **json.loads(row["result"]),
    }
