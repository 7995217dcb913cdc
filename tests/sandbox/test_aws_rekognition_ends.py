"""How imports and trainings of Custom Labels end when buckets, labels or lines are wrong: each with
its own code.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import BUCKET, Practice, lines, picture
from test_aws_rekognition import boxed, classified, described, project

from bot.sandbox.aws.rekognition.rules import most_lines, read_line, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "models"}
IMAGES = 24


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("ends"))
    objects = practice.aws.objects
    for bucket in (BUCKET, "partner", "sealed", "locked"):
        objects.create_bucket(bucket)
        for number in range(IMAGES):
            objects.write(bucket, f"{number}.png", picture(640, 640), "image/png")
    yield practice
    practice.server.stop()


def of(bucket: str, *entries: dict[str, Any]) -> str:
    """The lines with their images in that bucket."""
    return lines(
        *({**each, "source-ref": f"s3://{bucket}/{n}.png"} for n, each in enumerate(entries))
    )


def two_kinds(first: int, many: int) -> list[dict[str, Any]]:
    return [classified(n, "ripe" if n % 2 else "green") for n in range(first, first + many)]


def ended(
    aws: Practice, name: str, train: str, test: str, manifests: str = BUCKET, **asked: Any
) -> dict[str, Any]:
    """The training from two manifests in that bucket, at its end."""
    arn = project(aws, name)
    for kind, body in (("TRAIN", train), ("TEST", test)):
        aws.aws.objects.write(
            manifests, f"{name}-{kind}.manifest", body.encode(), "application/x-ndjson"
        )
        place = {"S3Object": {"Bucket": manifests, "Name": f"{name}-{kind}.manifest"}}
        source = {"GroundTruthManifest": place}
        made = aws.rekognition.create_dataset(
            ProjectArn=arn, DatasetType=kind, DatasetSource=source
        )["DatasetArn"]
        aws.later()
        assert described(aws, made)["Status"] == "CREATE_COMPLETE"
    aws.rekognition.create_project_version(
        ProjectArn=arn, VersionName="v1", OutputConfig=OUTPUT, **asked
    )
    aws.later()
    return dict(
        aws.rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][0]
    )


@pytest.mark.parametrize(
    ("images", "manifests", "code"),
    [
        ("partner", BUCKET, "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"),
        (BUCKET, "partner", "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"),
        ("locked", BUCKET, "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET"),
        ("sealed", BUCKET, "ERROR_FAILED_IMAGES_S3_COPY"),
        ("partner", "partner", ""),
        (BUCKET, BUCKET, ""),
    ],
)
def test_where_the_images_are(aws: Practice, images: str, manifests: str, code: str) -> None:
    """The import says nothing of these; only the training does, hours later: the bot has to warn
    before.
    """
    name = f"from-{images}-{manifests}"
    done = ended(aws, name, of(images, *two_kinds(0, 8)), of(images, *two_kinds(8, 4)), manifests)
    assert done["Status"] == ("TRAINING_FAILED" if code else "TRAINING_COMPLETED")
    assert code in done["StatusMessage"]


def test_a_dataset_without_a_manifest_is_the_callers(aws: Practice) -> None:
    """Lines that were sent, not imported: a stranger's images fail all the same."""
    arn = project(aws, "sent")
    for kind in ("TRAIN", "TEST"):
        made = aws.rekognition.create_dataset(ProjectArn=arn, DatasetType=kind)["DatasetArn"]
        aws.later()
        changes = {"GroundTruth": of("partner", *two_kinds(0, 6)).encode()}
        aws.rekognition.update_dataset_entries(DatasetArn=made, Changes=changes)
        aws.later()
    aws.rekognition.create_project_version(ProjectArn=arn, VersionName="v1", OutputConfig=OUTPUT)
    aws.later()
    done = aws.rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][
        0
    ]
    assert "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER" in done["StatusMessage"]


def test_an_empty_dataset(aws: Practice) -> None:
    """Nothing to train with."""
    arn = project(aws, "empty")
    for kind in ("TRAIN", "TEST"):
        aws.rekognition.create_dataset(ProjectArn=arn, DatasetType=kind)
    aws.later()
    aws.rekognition.create_project_version(ProjectArn=arn, VersionName="v1", OutputConfig=OUTPUT)
    aws.later()
    done = aws.rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][
        0
    ]
    assert (done["Status"], "ERROR_EMPTY_MANIFEST" in done["StatusMessage"]) == (
        "TRAINING_FAILED",
        True,
    )


@pytest.mark.parametrize(
    ("name", "train", "test", "code"),
    [
        (
            "usable",
            [
                boxed(0, (0, 0, 90, 90)),
                *(boxed(n) for n in range(1, 6)),
                *(classified(n, "ripe") for n in (6, 7, 8, 9)),
            ],
            [classified(10, "ripe"), boxed(11, (0, 0, 90, 90))],
            "",
        ),
        (
            "few-usable",
            [*(classified(n, "ripe") for n in range(5)), boxed(5, (0, 0, 90, 90))],
            two_kinds(10, 2),
            "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS",
        ),
        (
            "usable-overlap",
            [*two_kinds(0, 6), *(boxed(n, (0, 0, 90, 90)) for n in (6, 7))],
            [
                boxed(10, (0, 0, 90, 90)),
                *(boxed(n, (0, 0, 90, 90), **{"class-map": {"0": "ripe"}}) for n in (11, 12)),
            ],
            "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP",
        ),
        ("overlap", two_kinds(0, 8), [classified(10, "kiwi")], "ERROR_INSUFFICIENT_LABEL_OVERLAP"),
        (
            "many",
            [classified(n, f"l{n}") for n in range(8)],
            [classified(10, "l1")],
            "ERROR_INSUFFICIENT_LABEL_OVERLAP",
        ),
    ],
)
def test_labels_of_two_kinds(
    aws: Practice, name: str, train: list[dict[str, Any]], test: list[dict[str, Any]], code: str
) -> None:
    """Training keeps one kind of label and drops the other: what is left has to be enough, on both
    sides.
    """
    done = ended(aws, f"labels-{name}", of(BUCKET, *train), of(BUCKET, *test))
    assert code in done["StatusMessage"]
    assert (done["Status"] == "TRAINING_FAILED") == bool(code), done["StatusMessage"]


def from_manifests(aws: Practice, name: str, body: str, testing: dict[str, Any]) -> dict[str, Any]:
    """A training of a project without datasets, from a manifest that the request names."""
    arn = project(aws, name)
    aws.put(f"{name}.manifest", body)
    assets = [{"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": f"{name}.manifest"}}}]
    request = {
        "ProjectArn": arn,
        "VersionName": "v1",
        "OutputConfig": OUTPUT,
        "TrainingData": {"Assets": assets},
    }
    testing = testing if "AutoCreate" in testing else {"Assets": assets}
    aws.rekognition.create_project_version(**request, TestingData=testing)
    aws.later()
    return dict(
        aws.rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][0]
    )


def test_too_few_images_to_take_some_for_the_test(aws: Practice) -> None:
    """A label with one image cannot be on both sides, when the service has to split."""
    body = of(BUCKET, *two_kinds(0, 18), classified(19, "kiwi"))
    done = from_manifests(aws, "autosplit", body, {"AutoCreate": True})
    assert "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT" in done["StatusMessage"]
    enough = from_manifests(
        aws, "autosplit-good", of(BUCKET, *two_kinds(0, 20)), {"AutoCreate": True}
    )
    assert enough["Status"] == "TRAINING_COMPLETED"


def test_lines_that_only_a_training_tells_of(aws: Practice) -> None:
    """What an import drops in silence is named in the validation manifest of a training."""
    bad = ["{no json", json.dumps({"kind": 1}), json.dumps({"source-ref": "https://x/y.png"})]
    body = of(BUCKET, *two_kinds(0, 20), boxed(20)) + "".join(f"{line}\n" for line in bad)
    done = from_manifests(aws, "told", body, {})
    assert done["Status"] == "TRAINING_COMPLETED"
    (asset,) = done["TrainingDataResult"]["Validation"]["Assets"]
    place = asset["GroundTruthManifest"]["S3Object"]
    told = (
        aws.s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"]
        .read()
        .decode()
        .splitlines()
    )
    codes = [error["code"] for line in told for error in json.loads(line).get("cl-errors", [])]
    assert codes == [
        "WARNING_NO_ANNOTATIONS",
        "ERROR_INVALID_JSON_LINE",
        "ERROR_MISSING_SOURCE_REF",
        "ERROR_INVALID_SOURCE_REF_FORMAT",
    ]


def imported(aws: Practice, name: str, bucket: str = BUCKET) -> str:
    """Begin an import of a manifest with one good line; gives the dataset."""
    aws.aws.objects.write(
        bucket, f"{name}.manifest", of(bucket, classified(0, "ripe")).encode(), "text/plain"
    )
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": f"{name}.manifest"}}}
    arn = project(aws, name)
    made = aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)
    return str(made["DatasetArn"])


def failure(aws: Practice, dataset: str) -> str:
    aws.later()
    found = described(aws, dataset)
    assert (found["Status"], found["StatusMessageCode"]) == ("CREATE_FAILED", "CLIENT_ERROR")
    return str(found["StatusMessage"])


def test_a_manifest_that_cannot_be_opened(aws: Practice) -> None:
    """It is there, so the request is taken; the key that opens it is missing, so the import
    fails.
    """
    assert "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET" in failure(
        aws, imported(aws, "sealed-import", "sealed")
    )


def test_a_manifest_that_goes_away(aws: Practice) -> None:
    """Between the request and the import somebody removes it."""
    made = imported(aws, "goes-away")
    aws.s3.delete_object(Bucket=BUCKET, Key="goes-away.manifest")
    assert "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT" in failure(aws, made)


def test_a_manifest_that_is_too_large(aws: Practice) -> None:
    """More than 1 GB is refused by its size, unread."""
    made = imported(aws, "gigabyte")
    with aws.aws.store.write() as rows:
        rows.execute("UPDATE object SET size = 1000000001 WHERE key = 'gigabyte.manifest'")
    assert "ERROR_MANIFEST_SIZE_TOO_LARGE" in failure(aws, made)


def test_a_manifest_with_too_many_lines() -> None:
    """How many lines there may be depends on the region and on what they are for."""
    assert (most_lines("us-east-1", "TEST"), most_lines("eu-west-2", "TRAIN")) == (250_000, 28_000)
    assert most_lines("ap-south-1", "TEST") == 7_000
    assert read_lines(b"{}\n" * 7_001, 7_000).failure == "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"
    assert read_lines(lines(classified(0, "ripe")).encode(), 1).failure == ""


@pytest.mark.parametrize(
    "metadata",
    [
        {"type": "groundtruth/point_cloud_object_tracking", "objects": [{"confidence": []}]},
        {"type": "groundtruth/semantic-segmentation", "internal-color-map": {"0": {}}},
    ],
)
def test_a_line_whose_confidences_are_empty_is_read(metadata: dict[str, object]) -> None:
    """Output of frames and point clouds has lists without one; an import that breaks at it would
    hide that its kind is not importable.
    """
    when = {"human-annotated": "yes", "creation-date": "2024-07-05T08:00:00.000000"}
    line = {
        "source-ref": "s3://orchard-raw/seq/1.json",
        "cars-ref": "s3://orchard-out/cars/SeqLabel.json",
        "cars-ref-metadata": {**metadata, **when},
    }
    assert "ERROR_UNSUPPORTED_USE_CASE_TYPE" in str(read_line(json.dumps(line)))
