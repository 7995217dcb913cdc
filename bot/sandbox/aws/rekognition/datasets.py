"""Datasets of Custom Labels: made from a manifest, a copy or nothing; changed, listed, split,
deleted.

Promises that a change is asynchronous and one at a time, that entries are rows found by
`source-ref`, and that what the import silently leaves out is silently left out.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.sandbox.aws.rekognition.rules import (
    LARGEST_MANIFEST,
    Entry,
    Import,
    label_stats,
    most_lines,
    read_lines,
)
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["Datasets"]

USUAL_PAGE = 100
TEST_SHARE = 5
"""One entry of five goes to the test dataset."""
FEWEST_TO_SPLIT = 2
_WORDS = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": (
        "The manifest file cannot be read or used."
    ),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": (
        "The permissions of the manifest's S3 bucket are incorrect."
    ),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": "The manifest file exceeds the maximum size.",
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": "The manifest file has too many rows.",
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": "Too many records of the manifest file are in error.",
    "ERROR_EMPTY_MANIFEST": "The manifest file is empty.",
    "ERROR_MANIFEST_TOO_MANY_LABELS": "The manifest file has too many labels.",
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": (
        "There are too few images of a label to distribute."
    ),
}


class Datasets:
    """The operations on datasets."""

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
        self.lost_share, self.lost_seed = 0.0, 0
        """Which share of the pictures AWS loses without a word, and the seed of which they are."""

    @operation
    def create_dataset(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateDataset: one of each type per project."""
        source = asked.get("DatasetSource", {})
        if len(source) > 1:
            raise AwsError("InvalidParameterException", "DatasetSource must have one source only.")
        work: dict[str, Any] = {"do": "nothing"}
        if "GroundTruthManifest" in source:
            work = self._manifest_work(source["GroundTruthManifest"].get("S3Object", {}))
        elif "DatasetArn" in source:
            self._settled(source["DatasetArn"], "InvalidParameterException")
            work = {"do": "copy", "from": source["DatasetArn"]}
        now, project = self._clock(), asked["ProjectArn"]
        arn = (
            f"{project.rpartition('/')[0]}/dataset/{asked['DatasetType'].lower()}/{int(now * 1000)}"
        )
        with self._store.write() as rows:
            if (
                rows.execute(
                    "SELECT 1 FROM project WHERE arn = ? AND status = 'CREATED'", (project,)
                ).fetchone()
                is None
            ):
                raise AwsError("ResourceNotFoundException", "The project does not exist.")
            made = rows.execute(
                "INSERT OR IGNORE INTO dataset (arn, project_arn, type, status, message, created, "
                "updated, work)"
                " VALUES (?, ?, ?, 'CREATE_IN_PROGRESS', 'The dataset is being created.', ?, ?, ?)",
                (
                    arn,
                    project,
                    asked["DatasetType"],
                    now,
                    now,
                    json.dumps(work | {"due": now + self._seconds}),
                ),
            ).rowcount
        if not made:
            raise AwsError(
                "ResourceAlreadyExistsException",
                f"The project already has a {asked['DatasetType']} dataset.",
            )
        return {"DatasetArn": arn}

    @operation
    def describe_dataset(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeDataset."""
        row = self._row(asked["DatasetArn"])
        return {
            "DatasetDescription": {
                "CreationTimestamp": row["created"],
                "LastUpdatedTimestamp": row["updated"],
                "Status": row["status"],
                "StatusMessage": row["message"],
                "StatusMessageCode": row["message_code"],
                "DatasetStats": {
                    "LabeledEntries": row["labeled"],
                    "TotalEntries": row["total"],
                    "TotalLabels": row["labels"],
                    "ErrorEntries": row["errors"],
                },
            }
        }

    @operation
    def delete_dataset(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteDataset, not while it is changing."""
        self._begin(asked["DatasetArn"], "DELETE_IN_PROGRESS", {"do": "delete"})
        return {}

    @operation
    def update_dataset_entries(self, asked: dict[str, Any]) -> dict[str, Any]:
        """UpdateDatasetEntries: JSON Lines; a `source-ref` that is there is replaced, any other is
        added.
        """
        try:
            text = asked["Changes"]["GroundTruth"].decode("utf-8")
        except UnicodeDecodeError as error:
            raise AwsError("InvalidParameterException", "Changes are not UTF-8.") from error
        self._begin(asked["DatasetArn"], "UPDATE_IN_PROGRESS", {"do": "update", "lines": text})
        return {}

    @operation
    def distribute_dataset_entries(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DistributeDatasetEntries: a fifth of the training dataset goes to the empty test
        dataset.
        """
        found = [
            self._settled(each["Arn"], "ResourceNotReadyException") for each in asked["Datasets"]
        ]
        by_type = {row["type"]: row for row in found}
        if set(by_type) != {"TRAIN", "TEST"} or len({row["project_arn"] for row in found}) != 1:
            raise AwsError(
                "InvalidParameterException",
                "Give the training and the test dataset of one project.",
            )
        if by_type["TEST"]["total"]:
            raise AwsError("InvalidParameterException", "The test dataset must be empty.")
        train, test = by_type["TRAIN"]["arn"], by_type["TEST"]["arn"]
        with self._store.write():
            self._begin(train, "UPDATE_IN_PROGRESS", {"do": "distribute", "to": test})
            self._begin(test, "UPDATE_IN_PROGRESS", {"do": "wait"})
        return {}

    @operation
    def list_dataset_entries(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListDatasetEntries: lines as strings, with `cl-metadata` and, where something is wrong,
        `cl-errors`.
        """
        self._readable(asked["DatasetArn"])
        where, values = ["dataset = ?"], [asked["DatasetArn"]]
        if "Labeled" in asked:
            where.append("labeled = ?")
            values.append(int(asked["Labeled"]))
        if "HasErrors" in asked:
            where.append("errors != '[]'" if asked["HasErrors"] else "errors = '[]'")
        if "SourceRefContains" in asked:
            where.append("instr(source_ref, ?) > 0")
            values.append(asked["SourceRefContains"])
        if "ContainsLabels" in asked:
            marks = ", ".join("?" * len(asked["ContainsLabels"]))
            where.append(f"EXISTS (SELECT 1 FROM json_each(labels) WHERE key IN ({marks}))")
            values += asked["ContainsLabels"]
        start = _start(asked)
        if start is not None:
            where.append("id > ?")
            values.append(start)
        limit = asked.get("MaxResults", USUAL_PAGE)
        with self._store.read() as rows:
            found = rows.execute(
                f"SELECT * FROM dataset_entry WHERE {' AND '.join(where)} ORDER BY id LIMIT ?",
                (*values, limit + 1),
            ).fetchall()
        page = found[:limit]
        token = paging.sealed(asked, [page[-1]["id"]]) if len(found) > limit else None
        return {"DatasetEntries": [_written(row) for row in page], "NextToken": token}

    @operation
    def list_dataset_labels(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListDatasetLabels, by name."""
        self._readable(asked["DatasetArn"])
        stats = sorted(label_stats(self._labels(asked["DatasetArn"])).items())
        start = _start(asked) or 0
        end = start + asked.get("MaxResults", USUAL_PAGE)
        described = [
            {
                "LabelName": label[:255],
                "LabelStats": {"EntryCount": entries, "BoundingBoxCount": boxes},
            }
            for label, (entries, boxes) in stats[start:end]
        ]
        return {
            "DatasetLabelDescriptions": described,
            "NextToken": paging.sealed(asked, [end]) if end < len(stats) else None,
        }

    def tick(self) -> None:
        """Finish the changes that are due."""
        now = self._clock()
        with self._store.read() as rows:
            busy = rows.execute(
                "SELECT * FROM dataset WHERE work IS NOT NULL ORDER BY updated"
            ).fetchall()
        for row in busy:
            work = json.loads(row["work"])
            if work["due"] <= now and work["do"] != "wait":
                self._finish(row, work)

    def _manifest_work(self, place: Mapping[str, str]) -> dict[str, Any]:
        bucket, key = place.get("Bucket", ""), place.get("Name", "")
        found = self._situations.of(bucket)
        # Looking needs no key, reading does: a sealed manifest fails later.
        shut = found is not None and found.kind in {"denied", "elsewhere"}
        if shut or self._objects.head(bucket, key) is None:
            raise AwsError(
                "InvalidS3ObjectException",
                (
                    "Unable to get object metadata from S3. Check object key, region and/or "
                    "access permissions."
                ),
            )
        return {"do": "manifest", "bucket": bucket, "key": key}

    def _finish(self, row: sqlite3.Row, work: Mapping[str, Any]) -> None:
        # The manifest is read outside the transaction, everything else is quick.
        read = self._imported(row, work) if work["do"] == "manifest" else Import({}, 0)
        if work["do"] == "update":
            read = read_lines(work["lines"].encode(), is_lost=self._is_lost)
        with self._store.write() as rows:
            if work["do"] == "delete":
                rows.execute("DELETE FROM dataset_entry WHERE dataset = ?", (row["arn"],))
                rows.execute("DELETE FROM dataset WHERE arn = ?", (row["arn"],))
                return
            failure = read.failure or _over(rows, row, work, read)
            if work["do"] == "manifest":
                values = (row["arn"], work["bucket"])
                rows.execute(
                    "INSERT OR REPLACE INTO dataset_source (dataset, bucket) VALUES (?, ?)", values
                )
            if work["do"] == "copy":
                rows.execute(
                    "INSERT INTO dataset_entry (dataset, source_ref, line, labeled, kind, labels, "
                    "errors) SELECT ?, source_ref, line, labeled, kind, labels, errors FROM "
                    "dataset_entry WHERE dataset = ?"
                    " ORDER BY id",
                    (row["arn"], work["from"]),
                )
            elif work["do"] == "distribute":
                failure = self._distribute(rows, row["arn"], work["to"])
                self._end(rows, work["to"], "UPDATE", failure)
            elif not failure:
                _put_entries(rows, row["arn"], read.entries.values())
            self._end(rows, row["arn"], str(row["status"]).partition("_")[0], failure)

    def _imported(self, row: sqlite3.Row, work: Mapping[str, Any]) -> Import:
        if work["bucket"] in self._situations.closed:
            return Import({}, 0, "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET")
        extension = work["key"].rpartition("/")[2].rpartition(".")[0]
        found = self._objects.head(work["bucket"], work["key"])
        if not extension or found is None:
            return Import({}, 0, "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
        if found.size > LARGEST_MANIFEST:
            return Import({}, 0, "ERROR_MANIFEST_SIZE_TOO_LARGE")
        region = row["arn"].split(":")[3]
        return read_lines(
            self._objects.content(found), most_lines(region, row["type"]), self._is_lost
        )

    def _is_lost(self, source: str) -> bool:
        """Whether this picture's line leaves no trace, for a reason that nobody is told."""
        return random.Random(f"{self.lost_seed} {source}").random() < self.lost_share

    def _distribute(self, rows: sqlite3.Connection, train: str, test: str) -> str:
        """Move a fifth of each label's entries. UNSURE: how AWS picks them, and what it does about
        rare labels.
        """
        found = rows.execute(
            "SELECT id, labels FROM dataset_entry WHERE dataset = ? ORDER BY id", (train,)
        ).fetchall()
        labels = [json.loads(row["labels"]) for row in found]
        if any(count < FEWEST_TO_SPLIT for count, _ in label_stats(labels).values()):
            return "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"
        seen: dict[str, int] = {}
        for row, each in zip(found, labels, strict=True):
            group = min(each, default="")
            seen[group] = seen.get(group, 0) + 1
            # The second of every five: so a label with two images has one on each side.
            if seen[group] % TEST_SHARE == FEWEST_TO_SPLIT:
                rows.execute("UPDATE dataset_entry SET dataset = ? WHERE id = ?", (test, row["id"]))
        return ""

    def _end(self, rows: sqlite3.Connection, arn: str, verb: str, failure: str) -> None:
        status = f"{verb}_{'FAILED' if failure else 'COMPLETE'}"
        words = f"{failure}: {_WORDS[failure]}" if failure else f"The dataset was {verb.lower()}d."
        counts = rows.execute(
            "SELECT coalesce(sum(labeled), 0), count(*), coalesce(sum(errors != '[]'), 0) FROM "
            "dataset_entry"
            " WHERE dataset = ?",
            (arn,),
        ).fetchone()
        rows.execute(
            "UPDATE dataset SET status = ?, message = ?, message_code = ?, updated = ?, work = "
            "NULL, labeled = ?,"
            " total = ?, errors = ?, labels = ? WHERE arn = ?",
            (
                *(status, words, "CLIENT_ERROR" if failure else "SUCCESS", self._clock()),
                *(counts[0], counts[1], counts[2], len(label_stats(self._labels(arn))), arn),
            ),
        )

    def _begin(self, arn: str, status: str, work: Mapping[str, Any]) -> None:
        """Start a change; one at a time."""
        self._settled(arn)
        now = self._clock()
        with self._store.write() as rows:
            changed = rows.execute(
                "UPDATE dataset SET status = ?, message = ?, message_code = 'SUCCESS', updated = "
                "?, work = ?"
                " WHERE arn = ? AND work IS NULL",
                (
                    status,
                    "The dataset is changing.",
                    now,
                    json.dumps({**work, "due": now + self._seconds}),
                    arn,
                ),
            ).rowcount
        if not changed:
            raise AwsError(
                "ResourceInUseException", "The dataset is changing. Wait until it is complete."
            )

    def _settled(self, arn: str, busy: str = "ResourceInUseException") -> sqlite3.Row:
        """The dataset, unless it is changing; `busy` is the code for that."""
        row = self._row(arn)
        if row["work"] is not None:
            raise AwsError(busy, "The dataset is changing. Wait until it is complete.")
        return row

    def _readable(self, arn: str) -> None:
        """UNSURE: which of two declared errors lists give; here not-ready while it is made, in-use
        while it changes.
        """
        made = self._row(arn)["status"] != "CREATE_IN_PROGRESS"
        self._settled(arn, "ResourceInUseException" if made else "ResourceNotReadyException")

    def _row(self, arn: str) -> sqlite3.Row:
        with self._store.read() as rows:
            row: sqlite3.Row | None = rows.execute(
                "SELECT * FROM dataset WHERE arn = ?", (arn,)
            ).fetchone()
        if row is None:
            raise AwsError("ResourceNotFoundException", "The dataset does not exist.")
        return row

    def _labels(self, arn: str) -> list[Mapping[str, int]]:
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT labels FROM dataset_entry WHERE dataset = ?", (arn,)
            ).fetchall()
        return [json.loads(row["labels"]) for row in found]


def _over(rows: sqlite3.Connection, row: sqlite3.Row, work: Mapping[str, Any], read: Import) -> str:
    """The code of more lines than a set takes. UNSURE: how lines end that go beyond it beside those
    that are there; here none of them is taken.
    """
    most = most_lines(row["arn"].split(":")[3], row["type"])
    if work["do"] != "update" or row["total"] + len(read.entries) <= most:
        return ""
    known = rows.execute("SELECT source_ref FROM dataset_entry WHERE dataset = ?", (row["arn"],))
    new = len(read.entries.keys() - {each["source_ref"] for each in known})
    return "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM" if row["total"] + new > most else ""


def _put_entries(rows: sqlite3.Connection, dataset: str, entries: Iterable[Entry]) -> None:
    rows.executemany(
        "INSERT INTO dataset_entry (dataset, source_ref, line, labeled, kind, labels, errors)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dataset, source_ref) DO UPDATE SET line = "
        "excluded.line, labeled = excluded.labeled, kind = excluded.kind, labels = "
        "excluded.labels, errors = excluded.errors",
        [
            (
                *(
                    dataset,
                    entry.source_ref,
                    entry.line,
                    int(entry.labeled),
                    ",".join(sorted(entry.kinds)),
                ),
                *(json.dumps(dict(entry.labels)), json.dumps(list(entry.errors))),
            )
            for entry in entries
        ],
    )


def _start(asked: Mapping[str, Any]) -> int | None:
    try:
        place = paging.opened(asked)
    except paging.BadToken as error:
        raise AwsError(
            "InvalidPaginationTokenException", "The NextToken is not valid for this request."
        ) from error
    return None if place is None else int(place[0])


def _written(row: sqlite3.Row) -> str:
    content = json.loads(row["line"])
    content["cl-metadata"] = {"is_labeled": bool(row["labeled"])}
    if row["errors"] != "[]":
        content["cl-errors"] = json.loads(row["errors"])
    return json.dumps(content, ensure_ascii=False)
