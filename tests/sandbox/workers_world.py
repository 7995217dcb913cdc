"""A store, a bucket and a clock for the people side of the AWS stand-in, without its server."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.aws.tables import SCHEMA
from bot.sandbox.crowd.simulated_teams import Behaviours
from bot.sandbox.crowd.workers import Crew
from bot.sandbox.store import Store

ACCOUNT = "arn:aws:sagemaker:us-east-1:111122223333"


class Bucket:
    """Objects in memory, as the people side asks for them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def read(self, bucket: str, key: str) -> bytes | None:
        return self.kept.get((bucket, key))

    def bucket_exists(self, bucket: str) -> bool:
        return bucket == "orchard"

    def write(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        assert content_type
        if not self.bucket_exists(bucket):
            raise KeyError(bucket)
        self.kept[bucket, key] = body


class World:
    """Everything a crew lives on; `later` moves the clock in ticks of 0.2 s."""

    def __init__(self, path: Path, **crew: Any) -> None:
        self.store = Store(path, SCHEMA)
        self.objects = Bucket()
        self.now = 1_795_000_000.0
        self.logged: list[tuple[str, str, int, str]] = []
        self.crew = self.new_crew(**crew)

    def new_crew(self, **crew: Any) -> Crew:
        quick = Behaviours(initializing_seconds=0.4, counting_seconds=0.4)
        settings: dict[str, Any] = {"pace": 20.0, "seed": 3, "behaviours": quick} | crew
        return Crew(
            self.store,
            self.objects,
            lambda *event: self.logged.append(event),
            lambda: self.now,
            **settings,
        )

    def later(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            self.now += 0.2
            self.crew.tick()

    def team(
        self, name: str = "orchard-crew", people: Iterable[str] = ("lin", "ada", "bo", "cy", "di")
    ) -> str:
        arn = f"{ACCOUNT}:workteam/private-crowd/{name}"
        members = json.dumps(
            [{"sub": f"sub-{p}", "name": p.title(), "email": f"{p}@example.com"} for p in people]
        )
        with self.store.write() as connection:
            connection.execute(
                "INSERT INTO workteam (name, arn, description, subdomain, members, simulated, "
                "created, updated)"
                " VALUES (?, ?, '', '', ?, 1, 0, 0)",
                (name, arn, members),
            )
        return arn

    def of_people(self, name: str = "orchard-crew") -> None:
        with self.store.write() as connection:
            connection.execute("UPDATE workteam SET simulated = 0 WHERE name = ?", (name,))

    def lines(self, entries: Iterable[Mapping[str, Any] | str]) -> None:
        text = "".join(f"{e if isinstance(e, str) else json.dumps(e)}\n" for e in entries)
        self.objects.kept["orchard", "in.manifest"] = text.encode()

    def job(self, name: str, kind: str, labels: Iterable[str], **changes: Any) -> str:
        self.objects.kept["orchard", "labels.json"] = json.dumps(
            {
                "document-version": "2018-11-28",
                "labels": [{"label": label} for label in labels],
                "instructions": {
                    "shortInstruction": "<p>Look</p>",
                    "fullInstruction": "<p>Look well</p>",
                },
            }
        ).encode()
        self.objects.kept.setdefault(("orchard", "page.liquid.html"), b"<crowd-form></crowd-form>")
        team = f"{ACCOUNT}:workteam/private-crowd/orchard-crew"
        function = f"arn:aws:lambda:us-east-1:432418664414:function:ACS-{kind}"
        task = {
            "WorkteamArn": team,
            "UiConfig": {"UiTemplateS3Uri": "s3://orchard/page.liquid.html"},
            "TaskTitle": "How ripe is it",
            "TaskDescription": "Look and pick",
            "NumberOfHumanWorkersPerDataObject": 3,
            "TaskTimeLimitInSeconds": 300,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": function},
        } | changes.pop("task", {})
        request = {
            "LabelingJobName": name,
            "LabelAttributeName": "ripeness",
            "InputConfig": {
                "DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://orchard/in.manifest"}}
            },
            "OutputConfig": {"S3OutputPath": "s3://orchard/out/"},
            "LabelCategoryConfigS3Uri": "s3://orchard/labels.json",
            "HumanTaskConfig": task,
        } | changes
        with self.store.write() as connection:
            connection.execute(
                "INSERT INTO labeling_job (name_key, name, arn, status, request, tags, "
                "reference_code, created, modified, failure_reason, total, human, machine, "
                "failed, counted, output_uri, seed)"
                " VALUES (?, ?, ?, 'Initializing', ?, '[]', 'ref', ?, ?, '', 0, 0, 0, 0, 0, '', 7)",
                (
                    name.lower(),
                    name,
                    f"{ACCOUNT}:labeling-job/{name.lower()}",
                    json.dumps(request),
                    self.now,
                    self.now,
                ),
            )
        return name.lower()

    def row(self, key: str) -> dict[str, Any]:
        with self.store.read() as connection:
            return dict(
                connection.execute(
                    "SELECT * FROM labeling_job WHERE name_key = ?", (key,)
                ).fetchone()
            )

    def set_status(self, key: str, status: str) -> None:
        with self.store.write() as connection:
            connection.execute(
                "UPDATE labeling_job SET status = ?, modified = ? WHERE name_key = ?",
                (status, self.now, key),
            )

    def output(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output_text(name).splitlines()]

    def output_text(self, name: str) -> str:
        return self.objects.kept["orchard", f"out/{name}/manifests/output/output.manifest"].decode()
