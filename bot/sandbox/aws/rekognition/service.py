"""Rekognition Custom Labels: projects, and the whole of the service put together.

Promises that everything takes its time: an import, a training, a start each last `seconds`, survive
a kill, and end at a tick as the guide says they end.
"""

import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.aws.rekognition.datasets import Datasets
from bot.sandbox.aws.rekognition.detection import Detection
from bot.sandbox.aws.rekognition.policies import Policies
from bot.sandbox.aws.rekognition.versions import Versions
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["CustomLabels"]

USUAL_PAGE = 100


class CustomLabels:
    """The service for one account and region; `subjects` are the parts that bring operations.

    `arn` is `arn:aws:rekognition:<region>:<account>`; `situations` says which buckets are in
    difficulties.
    """

    def __init__(  # noqa: PLR0913 - a service stands on that many things
        self,
        store: Store,
        objects: ObjectStore,
        *,
        arn: str,
        clock: Callable[[], float] = time.time,
        seconds: float = 2.0,
        situations: Situations,
    ) -> None:
        self.datasets = Datasets(
            store, objects, clock=clock, seconds=seconds, situations=situations
        )
        self.versions = Versions(
            store, objects, clock=clock, seconds=seconds, situations=situations
        )
        self.projects = Projects(store, arn=arn, clock=clock)
        detection = Detection(store, objects, situations=situations)
        policies = Policies(store, clock=clock)
        self.subjects = [self.projects, self.datasets, self.versions, detection, policies]

    def tick(self) -> None:
        """End what is due."""
        self.datasets.tick()
        self.versions.tick()
        self.projects.tick()


class Projects:
    """The operations on projects."""

    def __init__(self, store: Store, *, arn: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._arn = arn
        self._clock = clock

    @operation
    def create_project(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateProject."""
        now = self._clock()
        arn = f"{self._arn}:project/{asked['ProjectName']}/{int(now * 1000)}"
        with self._store.write() as rows:
            made = rows.execute(
                (
                    "INSERT OR IGNORE INTO project (name, arn, feature, status, created) VALUES "
                    "(?, ?, ?, 'CREATED', ?)"
                ),
                (asked["ProjectName"], arn, asked.get("Feature", "CUSTOM_LABELS"), now),
            ).rowcount
        if not made:
            raise AwsError(
                "ResourceInUseException", f"A project {asked['ProjectName']} already exists."
            )
        return {"ProjectArn": arn}

    @operation
    def describe_projects(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeProjects, newest first."""
        try:
            place = paging.opened(asked)
        except paging.BadToken as error:
            raise AwsError(
                "InvalidPaginationTokenException", "The NextToken is not valid."
            ) from error
        features = asked.get("Features", ["CUSTOM_LABELS"])
        where = [f"feature IN ({', '.join('?' * len(features))})"]
        values: list[Any] = list(features)
        if "ProjectNames" in asked:
            where.append(f"name IN ({', '.join('?' * len(asked['ProjectNames']))})")
            values += asked["ProjectNames"]
        if place is not None:
            where.append("(created, name) < (?, ?)")
            values += place
        limit = asked.get("MaxResults", USUAL_PAGE)
        with self._store.read() as rows:
            found = rows.execute(
                (
                    f"SELECT * FROM project WHERE {' AND '.join(where)} ORDER BY created DESC, "
                    "name DESC LIMIT ?"
                ),
                (*values, limit + 1),
            ).fetchall()
        page = found[:limit]
        more = len(found) > limit
        return {
            "ProjectDescriptions": [
                {
                    "ProjectArn": row["arn"],
                    "CreationTimestamp": row["created"],
                    "Status": row["status"],
                    "Feature": row["feature"],
                    "AutoUpdate": "DISABLED",
                    "Datasets": self._datasets(row["arn"]),
                }
                for row in page
            ],
            "NextToken": paging.sealed(asked, [page[-1]["created"], page[-1]["name"]])
            if more
            else None,
        }

    @operation
    def delete_project(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteProject, once every model is gone. UNSURE: its datasets go with it."""
        with self._store.write() as rows:
            row = rows.execute(
                "SELECT 1 FROM project WHERE arn = ?", (asked["ProjectArn"],)
            ).fetchone()
            if row is None:
                raise AwsError("ResourceNotFoundException", "The project does not exist.")
            if rows.execute(
                "SELECT 1 FROM project_version WHERE project_arn = ?", (asked["ProjectArn"],)
            ).fetchone():
                raise AwsError("ResourceInUseException", "Delete every model of the project first.")
            rows.execute(
                "UPDATE project SET status = 'DELETING' WHERE arn = ?", (asked["ProjectArn"],)
            )
        return {"Status": "DELETING"}

    def tick(self) -> None:
        """Remove projects that are being deleted."""
        with self._store.read() as rows:
            gone = [
                row["arn"]
                for row in rows.execute("SELECT arn FROM project WHERE status = 'DELETING'")
            ]
        for arn in gone:
            with self._store.write() as rows:
                rows.execute(
                    (
                        "DELETE FROM dataset_entry WHERE dataset IN (SELECT arn FROM dataset "
                        "WHERE project_arn = ?)"
                    ),
                    (arn,),
                )
                rows.execute("DELETE FROM dataset WHERE project_arn = ?", (arn,))
                rows.execute("DELETE FROM project WHERE arn = ?", (arn,))

    def _datasets(self, project: str) -> list[dict[str, Any]]:
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT * FROM dataset WHERE project_arn = ? ORDER BY created", (project,)
            ).fetchall()
        return [
            {
                "CreationTimestamp": row["created"],
                "DatasetType": row["type"],
                "DatasetArn": row["arn"],
                "Status": row["status"],
                "StatusMessage": row["message"],
                "StatusMessageCode": row["message_code"],
            }
            for row in found
        ]
