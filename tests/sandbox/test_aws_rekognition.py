"""Custom Labels in the AWS stand-in, through boto3: imports that lie by silence, changes, splits,
trainings.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aws_practice import BUCKET, Practice, lines, picture, refused

from bot.sandbox.aws.rekognition.rules import MOST_LABELS, read_lines

DATE = "2026-11-21T10:00:00.000001"
OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "models"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("rekognition"))
    practice.s3.create_bucket(Bucket=BUCKET)
    for number in range(12):
        practice.put(f"fruit/{number}.png", picture())
    yield practice
    practice.server.stop()


def classified(number: int, label: str, **changes: Any) -> dict[str, Any]:
    metadata = {
        "class-name": label,
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": DATE,
    }
    return {
        "source-ref": f"s3://{BUCKET}/fruit/{number}.png",
        "kind": 0,
        "kind-metadata": metadata | changes,
    }


def boxed(number: int, *boxes: tuple[float, float, float, float], **changes: Any) -> dict[str, Any]:
    size = changes.pop("size", 640)
    value = {
        "image_size": [{"width": size, "height": size, "depth": 3}],
        "annotations": [
            {"class_id": 0, "left": a, "top": b, "width": c, "height": d} for a, b, c, d in boxes
        ],
    }
    metadata = {
        "objects": [{"confidence": 1} for _ in boxes],
        "class-map": {"0": "pear"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": DATE,
    }
    return {
        "source-ref": f"s3://{BUCKET}/fruit/{number}.png",
        "box": value,
        "box-metadata": metadata | changes,
    }


def project(aws: Practice, name: str) -> str:
    return str(aws.rekognition.create_project(ProjectName=name)["ProjectArn"])


def imported(
    aws: Practice, arn: str, body: str | bytes, kind: str = "TRAIN"
) -> tuple[str, dict[str, Any]]:
    """A dataset made from a manifest with this body; its ARN and description once it is done."""
    aws.put("import.manifest", body)
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "import.manifest"}}}
    made = aws.rekognition.create_dataset(ProjectArn=arn, DatasetType=kind, DatasetSource=source)[
        "DatasetArn"
    ]
    aws.later()
    return made, described(aws, made)


def described(aws: Practice, dataset: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.rekognition.describe_dataset(DatasetArn=dataset)[
        "DatasetDescription"
    ]
    return found


def test_an_import_takes_its_time(aws: Practice) -> None:
    """Until it is complete nothing may be listed or changed; afterwards the counts must be
    right.
    """
    arn = project(aws, "time")
    aws.put(
        "time.manifest", lines(*(classified(n, "ripe" if n % 3 else "green") for n in range(6)))
    )
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "time.manifest"}}}
    made = aws.rekognition.create_dataset(
        ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source
    )["DatasetArn"]
    assert ":project/time/dataset/train/" in made
    assert described(aws, made)["Status"] == "CREATE_IN_PROGRESS"
    with pytest.raises(aws.rekognition.exceptions.ResourceNotReadyException):
        aws.rekognition.list_dataset_entries(DatasetArn=made)
    with pytest.raises(aws.rekognition.exceptions.ResourceInUseException):
        aws.rekognition.update_dataset_entries(DatasetArn=made, Changes={"GroundTruth": b"{}"})
    with pytest.raises(aws.rekognition.exceptions.ResourceInUseException):
        aws.rekognition.delete_dataset(DatasetArn=made)
    aws.later()
    done = described(aws, made)
    assert (done["Status"], done["StatusMessageCode"]) == ("CREATE_COMPLETE", "SUCCESS")
    assert done["DatasetStats"] == {
        "LabeledEntries": 6,
        "TotalEntries": 6,
        "TotalLabels": 2,
        "ErrorEntries": 0,
    }
    labels = aws.rekognition.list_dataset_labels(DatasetArn=made)["DatasetLabelDescriptions"]
    assert [(each["LabelName"], each["LabelStats"]["EntryCount"]) for each in labels] == [
        ("green", 2),
        ("ripe", 4),
    ]
    seen = aws.rekognition.describe_projects(ProjectNames=["time"])["ProjectDescriptions"][0][
        "Datasets"
    ]
    assert [(each["DatasetType"], each["Status"]) for each in seen] == [
        ("TRAIN", "CREATE_COMPLETE")
    ]


def test_projects_and_datasets_are_unique(aws: Practice) -> None:
    """A retry after a lost answer meets these errors, and must not make a second one."""
    arn = project(aws, "unique")
    with pytest.raises(aws.rekognition.exceptions.ResourceInUseException):
        project(aws, "unique")
    aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TEST")
    with pytest.raises(aws.rekognition.exceptions.ResourceAlreadyExistsException):
        aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TEST")
    with pytest.raises(aws.rekognition.exceptions.ResourceNotFoundException):
        aws.rekognition.create_dataset(
            ProjectArn=arn.replace("unique", "absent"), DatasetType="TEST"
        )
    with refused("ValidationException", words="pattern"):
        project(aws, "has space")


@pytest.mark.parametrize(
    "place", [(BUCKET, "absent.manifest"), ("locked", "a.manifest"), ("far-away", "a.manifest")]
)
def test_manifests_that_cannot_be_read_are_refused(aws: Practice, place: tuple[str, str]) -> None:
    """These fail at once, the others only later: the bot words them differently."""
    arn = project(aws, f"unreadable-{place[0]}")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": place[0], "Name": place[1]}}}
    with pytest.raises(aws.rekognition.exceptions.InvalidS3ObjectException):
        aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)


def test_lines_vanish_in_silence(aws: Practice) -> None:
    """Nobody tells of these lines: only the count does, and the bot has to compare."""
    good = lines(*(classified(n, "ripe") for n in range(40)))
    bad = "\n".join(
        (
            "not json",
            "",
            json.dumps({"kind": 1}),
            json.dumps({"source-ref": "https://x/y.png"}),
            json.dumps(classified(0, "twice")),
            json.dumps(classified(99, "x" * 100_000)),
        )
    )
    made, done = imported(aws, project(aws, "silence"), good + bad)
    assert (done["Status"], done["DatasetStats"]["TotalEntries"]) == ("CREATE_COMPLETE", 40)
    assert done["DatasetStats"]["ErrorEntries"] == 0
    assert not aws.rekognition.list_dataset_entries(DatasetArn=made, HasErrors=True)[
        "DatasetEntries"
    ]


def test_too_many_bad_lines_fail_all(aws: Practice) -> None:
    """More than a fifth: the dataset fails and says why only by its code."""
    _, done = imported(
        aws, project(aws, "fifth"), lines(*(classified(n, "ripe") for n in range(4))) + "{\n{\n"
    )
    assert (done["Status"], done["StatusMessageCode"]) == ("CREATE_FAILED", "CLIENT_ERROR")
    assert "ERROR_TOO_MANY_RECORDS_IN_ERROR" in done["StatusMessage"]
    assert done["DatasetStats"]["TotalEntries"] == 0


def test_whole_manifests_that_fail(aws: Practice) -> None:
    """No extension, and too many labels."""
    aws.put("nameless", lines(classified(0, "ripe")))
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "nameless"}}}
    made = aws.rekognition.create_dataset(
        ProjectArn=project(aws, "nameless"), DatasetType="TRAIN", DatasetSource=source
    )["DatasetArn"]
    aws.later()
    assert (
        "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT" in described(aws, made)["StatusMessage"]
    )
    body = lines(*(classified(n, f"label {n}") for n in range(MOST_LABELS + 1)))
    _, done = imported(aws, project(aws, "many-labels"), body)
    assert "ERROR_MANIFEST_TOO_MANY_LABELS" in done["StatusMessage"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"source-ref": f"s3://{BUCKET}/a.png", "kind": 1}, "ERROR_NO_LABEL_ATTRIBUTES"),
        ({"source-ref": f"s3://{BUCKET}/a.png", "kind-metadata": {}}, "ERROR_NO_LABEL_ATTRIBUTES"),
        (classified(0, "ripe") | {"kind": [1]}, "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (classified(0, "ripe", confidence=7), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (classified(0, "x" * 257), "ERROR_INVALID_LABEL_NAME_LENGTH"),
        (
            classified(0, "ripe", type="groundtruth/text-classification"),
            "ERROR_UNSUPPORTED_USE_CASE_TYPE",
        ),
        (
            classified(0, "a", type="groundtruth/image-classification-multilabel"),
            "ERROR_UNSUPPORTED_USE_CASE_TYPE",
        ),
        (boxed(0, (0, 0, 9, 9), objects=[]), "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"),
        (boxed(0, (0, 0, 9, 9), **{"class-map": {"1": "x"}}), "ERROR_MISSING_CLASS_MAP_ID"),
        (boxed(0, (600, 0, 90, 9)), "ERROR_INVALID_BOUNDING_BOX"),
        (boxed(0, (-1, 0, 9, 9)), "ERROR_INVALID_BOUNDING_BOX"),
        (boxed(0, (0.5, 0, 9, 9)), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (boxed(0, (0, 0, 9.0, 9)), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (boxed(0, (0, 0, 9, 9), (0, 0, 9, 9.25)), "ERROR_NO_VALID_LABEL_ATTRIBUTES"),
        (boxed(0, (0, 0, 9, 9), size=640.0), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (boxed(0, (0, 0, 2, 2), size=4096), "ERROR_BOUNDING_BOX_TOO_SMALL"),
        (boxed(0, *[(0, 0, 9, 9)] * 51), "ERROR_TOO_MANY_BOUNDING_BOXES"),
        (boxed(0, (0, 0, 9, 9), size=5000), "ERROR_INVALID_IMAGE_DIMENSION"),
        (boxed(0, (-1, 0, 9, 9)), "ERROR_NO_VALID_ANNOTATIONS"),
        (boxed(0) | {"box": {}}, "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
    ],
)
def test_lines_with_faults_are_kept_with_their_codes(entry: dict[str, Any], code: str) -> None:
    """Each code of the guide's table for datasets is given for what the guide says it is given
    for.
    """
    kept = next(iter(read_lines(lines(entry).encode()).entries.values()))
    assert code in {error["code"] for error in kept.errors}


def test_good_lines_have_no_faults() -> None:
    """A picture without boxes and one without labels are no errors; one is labeled, the other is
    not.
    """
    whole = read_lines(
        lines(boxed(0), boxed(1, (0, 0, 9, 9)), {"source-ref": f"s3://{BUCKET}/bare.png"}).encode()
    )
    assert [entry.errors for entry in whole.entries.values()] == [(), (), ()]
    assert [entry.labeled for entry in whole.entries.values()] == [False, True, False]


def test_faults_are_listed(aws: Practice) -> None:
    """The bot reads cl-errors to tell people which lines to mend."""
    made, done = imported(
        aws, project(aws, "listed"), lines(boxed(0, (0, 0, 9, 9)), boxed(1, (-1, 0, 9, 9)))
    )
    assert done["DatasetStats"]["ErrorEntries"] == 1
    listing = aws.rekognition.list_dataset_entries
    (wrong,) = listing(DatasetArn=made, HasErrors=True)["DatasetEntries"]
    assert json.loads(wrong)["cl-errors"][0]["code"] == "ERROR_INVALID_BOUNDING_BOX"
    (right,) = listing(DatasetArn=made, HasErrors=False)["DatasetEntries"]
    assert json.loads(right)["cl-metadata"] == {"is_labeled": True}
    assert len(listing(DatasetArn=made, ContainsLabels=["pear", "kiwi"])["DatasetEntries"]) == 1
    assert len(listing(DatasetArn=made, SourceRefContains="1.png")["DatasetEntries"]) == 1
    assert len(listing(DatasetArn=made, Labeled=False)["DatasetEntries"]) == 1
    pages = aws.rekognition.get_paginator("list_dataset_entries").paginate(
        DatasetArn=made, PaginationConfig={"PageSize": 1}
    )
    assert sum(len(page["DatasetEntries"]) for page in pages) == 2
    with refused("InvalidPaginationTokenException"):
        listing(DatasetArn=made, NextToken="made up")


def test_updates_replace_and_add(aws: Practice) -> None:
    """The same source-ref is the same picture; there is no way to take one out."""
    made, _ = imported(
        aws, project(aws, "update"), lines(classified(0, "ripe"), classified(1, "ripe"))
    )
    changes = lines(classified(1, "green"), classified(2, "green")).encode()
    aws.rekognition.update_dataset_entries(DatasetArn=made, Changes={"GroundTruth": changes})
    assert described(aws, made)["Status"] == "UPDATE_IN_PROGRESS"
    with pytest.raises(aws.rekognition.exceptions.ResourceInUseException):
        aws.rekognition.update_dataset_entries(DatasetArn=made, Changes={"GroundTruth": changes})
    aws.later()
    done = described(aws, made)
    assert (done["Status"], done["DatasetStats"]["TotalEntries"]) == ("UPDATE_COMPLETE", 3)
    labels = aws.rekognition.list_dataset_labels(DatasetArn=made)["DatasetLabelDescriptions"]
    assert {each["LabelName"]: each["LabelStats"]["EntryCount"] for each in labels} == {
        "green": 2,
        "ripe": 1,
    }
    with refused("ValidationException", words="5242880"):
        aws.rekognition.update_dataset_entries(
            DatasetArn=made, Changes={"GroundTruth": b"x" * 5_242_881}
        )


def test_copies(aws: Practice) -> None:
    """A dataset can begin as a copy of another one."""
    made, _ = imported(
        aws, project(aws, "original"), lines(classified(0, "ripe"), classified(1, "green"))
    )
    copy = aws.rekognition.create_dataset(
        ProjectArn=project(aws, "copy"), DatasetType="TRAIN", DatasetSource={"DatasetArn": made}
    )["DatasetArn"]
    aws.later()
    assert described(aws, copy)["DatasetStats"]["TotalLabels"] == 2


def test_a_fifth_goes_to_the_test_dataset(aws: Practice) -> None:
    """The split moves entries and never copies them; it wants an empty test dataset of the same
    project.
    """
    arn = project(aws, "split")
    train, _ = imported(
        aws, arn, lines(*(classified(n, "ripe" if n % 2 else "green") for n in range(20)))
    )
    test = aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TEST")["DatasetArn"]
    both = [{"Arn": train}, {"Arn": test}]
    with pytest.raises(aws.rekognition.exceptions.ResourceNotReadyException):
        aws.rekognition.distribute_dataset_entries(Datasets=both)
    aws.later()
    aws.rekognition.distribute_dataset_entries(Datasets=both)
    assert {described(aws, each)["Status"] for each in (train, test)} == {"UPDATE_IN_PROGRESS"}
    aws.later()
    assert [described(aws, each)["DatasetStats"]["TotalEntries"] for each in (train, test)] == [
        16,
        4,
    ]
    assert described(aws, test)["DatasetStats"]["TotalLabels"] == 2
    with refused("InvalidParameterException", words="empty"):
        aws.rekognition.distribute_dataset_entries(Datasets=both)
    other, _ = imported(aws, project(aws, "split-other"), lines(classified(0, "ripe")), "TEST")
    with refused("InvalidParameterException", words="one project"):
        aws.rekognition.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": other}])


def test_too_few_images_cannot_be_split(aws: Practice) -> None:
    """A label with one image cannot be on both sides."""
    arn = project(aws, "few")
    train, _ = imported(aws, arn, lines(classified(0, "ripe"), classified(1, "green")))
    test = aws.rekognition.create_dataset(ProjectArn=arn, DatasetType="TEST")["DatasetArn"]
    aws.later()
    aws.rekognition.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    aws.later()
    for each in (train, test):
        assert described(aws, each)["Status"] == "UPDATE_FAILED"
    assert (
        "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"
        in described(aws, train)["StatusMessage"]
    )


def test_deleting(aws: Practice) -> None:
    """A dataset goes for good, and a project only when its models are gone."""
    arn = project(aws, "gone")
    made, _ = imported(aws, arn, lines(classified(0, "ripe")))
    aws.rekognition.delete_dataset(DatasetArn=made)
    assert described(aws, made)["Status"] == "DELETE_IN_PROGRESS"
    aws.later()
    with pytest.raises(aws.rekognition.exceptions.ResourceNotFoundException):
        described(aws, made)
    assert aws.rekognition.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    aws.later()
    assert not aws.rekognition.describe_projects(ProjectNames=["gone"])["ProjectDescriptions"]


def trained(aws: Practice, name: str, train: str, test: str, **asked: Any) -> dict[str, Any]:
    """A version trained from these two manifests; its description once it is done."""
    arn = project(aws, name)
    imported(aws, arn, train)
    imported(aws, arn, test, "TEST")
    request = {"ProjectArn": arn, "VersionName": "v1", "OutputConfig": OUTPUT} | asked
    aws.rekognition.create_project_version(**request)
    aws.later()
    return dict(
        aws.rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][0]
    )


EVALUATION = "rekognition-custom-labels-evaluation"


def results(aws: Practice, done: dict[str, Any], name: str = "Testing") -> list[dict[str, Any]]:
    """The lines of the evaluation manifest snapshot of a version."""
    asset = done[f"{name}DataResult"]["Output"]["Assets"][0]
    key = asset["GroundTruthManifest"]["S3Object"]["Name"]
    body = aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def outcome(details: dict[str, Any]) -> str:
    """The one of the four that it is."""
    (found,) = [
        name
        for name in ("true-positive", "true-negative", "false-positive", "false-negative")
        if details[f"is-{name}"]
    ]
    return found


def test_the_results_of_a_test_say_what_came_out_of_each_picture(aws: Practice) -> None:
    """In the form of the guide's example; the matrix of the summary counts the same."""
    done = trained(aws, "judged", GOOD_TRAIN, GOOD_TEST)
    judged = results(aws, done)
    assert len(judged) == 4
    given: dict[tuple[str, str], int] = {}
    for line in judged:
        truth = line["rekognition-custom-labels-training-0-metadata"]["class-name"]
        for place in range(2):
            assert line[f"{EVALUATION}-{place}"] == 1
            said = line[f"{EVALUATION}-{place}-metadata"]
            came = outcome(said[f"{EVALUATION}-details"])
            assert (said["confidence"] > 0.5) == came.endswith("positive")
            there = said["class-name"] == truth
            assert said[f"{EVALUATION}-details"]["is-present-in-ground-truth"] == there
            assert there == (came in {"true-positive", "false-negative"})
            if came.endswith("positive"):
                pair = (truth, said["class-name"])
                given[pair] = given.get(pair, 0) + 1
    assert given.get(("green", "ripe"), 0) + given.get(("ripe", "green"), 0), "it errs"
    where = done["EvaluationResult"]["Summary"]["S3Object"]
    summary = json.loads(aws.s3.get_object(Bucket=BUCKET, Key=where["Name"])["Body"].read())
    assert {
        (each["GroundTruthLabel"], each["PredictedLabel"]): each["Value"]
        for each in summary["AggregatedEvaluationResults"]["ConfusionMatrix"]
    } == {pair: many / 2 for pair, many in given.items()}
    learned = results(aws, done, "Training")
    assert len(learned) == 8
    assert not any(EVALUATION in name for line in learned for name in line)


def test_the_results_of_a_test_of_boxes_have_an_outcome_each(aws: Practice) -> None:
    """Every box of people's is found or missed, and what is drawn beside is a false positive."""
    train = lines(*(boxed(n, (10, 10, 90, 90), (300, 300, 90, 90)) for n in range(8)))
    test = lines(*(boxed(n, (10, 10, 90, 90), (300, 300, 90, 90)) for n in range(8, 12)))
    done = trained(aws, "judged-boxes", train, test)
    outcomes: list[str] = []
    for line in results(aws, done):
        drawn, said = line[EVALUATION], line[f"{EVALUATION}-metadata"]
        assert drawn["image_size"] == [{"width": 640, "height": 640, "depth": 3}]
        assert len(drawn["annotations"]) == len(said["objects"])
        for box in drawn["annotations"]:
            assert said["class-map"][str(box["class_id"])] == "pear"
            assert 0 <= box["left"] < box["left"] + box["width"] <= 640
        outcomes += [outcome(each[f"{EVALUATION}-details"]) for each in said["objects"]]
    assert sum(each in {"true-positive", "false-negative"} for each in outcomes) == 8
    assert "true-negative" not in outcomes


GOOD_TRAIN = lines(*(classified(n, "ripe" if n % 2 else "green") for n in range(8)))
GOOD_TEST = lines(*(classified(n, "ripe" if n % 2 else "green") for n in range(8, 12)))


def test_a_model_from_training_to_deletion(aws: Practice) -> None:
    """The statuses that a person is told of, in their order, and the score at the end."""
    done = trained(aws, "whole", GOOD_TRAIN, GOOD_TEST)
    rekognition, model = aws.rekognition, {"ProjectVersionArn": done["ProjectVersionArn"]}
    assert done["Status"] == "TRAINING_COMPLETED"
    assert 0.5 < done["EvaluationResult"]["F1Score"] < 1
    summary = done["ManifestSummary"]["S3Object"]
    assert (
        json.loads(aws.s3.get_object(Bucket=BUCKET, Key=summary["Name"])["Body"].read())["errors"]
        == []
    )
    arn = done["ProjectVersionArn"].partition("/version/")[0]
    whole = rekognition.describe_projects(ProjectNames=["whole"])["ProjectDescriptions"][0][
        "ProjectArn"
    ]
    assert whole.startswith(arn)
    with pytest.raises(rekognition.exceptions.ResourceInUseException):
        rekognition.create_project_version(ProjectArn=whole, VersionName="v1", OutputConfig=OUTPUT)
    with pytest.raises(rekognition.exceptions.ResourceInUseException):
        rekognition.delete_project(ProjectArn=whole)

    def status() -> str:
        return str(
            rekognition.describe_project_versions(ProjectArn=whole)["ProjectVersionDescriptions"][
                0
            ]["Status"]
        )

    rekognition.start_project_version(**model, MinInferenceUnits=1)
    assert status() == "STARTING"
    aws.later()
    assert status() == "RUNNING"
    with pytest.raises(rekognition.exceptions.ResourceInUseException):
        rekognition.delete_project_version(**model)
    rekognition.stop_project_version(**model)
    aws.later()
    assert status() == "STOPPED"
    rekognition.delete_project_version(**model)
    aws.later()
    assert not rekognition.describe_project_versions(ProjectArn=whole)["ProjectVersionDescriptions"]
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException):
        rekognition.start_project_version(**model, MinInferenceUnits=1)


@pytest.mark.parametrize(
    ("name", "train", "test", "code"),
    [
        (
            "one-label",
            lines(*(classified(n, "ripe") for n in range(4))),
            GOOD_TEST,
            "ERROR_MANIFEST_TOO_FEW_LABELS",
        ),
        ("overlap", GOOD_TRAIN, lines(classified(9, "kiwi")), "ERROR_INSUFFICIENT_LABEL_OVERLAP"),
        (
            "buckets",
            GOOD_TRAIN,
            lines(classified(9, "ripe") | {"source-ref": "s3://other/9.png"}),
            "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
        ),
        (
            "images",
            lines(*(classified(n, "ripe" if n % 2 else "green") for n in range(90, 98))),
            GOOD_TEST,
            "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
        ),
    ],
)
def test_trainings_that_fail(aws: Practice, name: str, train: str, test: str, code: str) -> None:
    """A training fails after hours on AWS; its reason must be readable and be in the summary."""
    done = trained(aws, f"fails-{name}", train, test)
    assert (done["Status"], code in done["StatusMessage"]) == ("TRAINING_FAILED", True)
    summary = done["ManifestSummary"]["S3Object"]["Name"]
    errors = json.loads(aws.s3.get_object(Bucket=BUCKET, Key=summary)["Body"].read())["errors"]
    assert [error["code"] for error in errors] == [code]


def test_an_output_bucket_that_is_not_there(aws: Practice) -> None:
    """This error comes as words without a code."""
    done = trained(
        aws,
        "no-output",
        GOOD_TRAIN,
        GOOD_TEST,
        OutputConfig={"S3Bucket": "nobody", "S3KeyPrefix": "x"},
    )
    assert (done["Status"], done["StatusMessage"]) == (
        "TRAINING_FAILED",
        "Unable to write to output S3 bucket.",
    )


def test_training_needs_both_datasets(aws: Practice) -> None:
    """Said before the training begins, not hours later."""
    arn = project(aws, "half")
    request = {"ProjectArn": arn, "VersionName": "v", "OutputConfig": OUTPUT}
    with refused("InvalidParameterException", words="no datasets"):
        aws.rekognition.create_project_version(**request)
    imported(aws, arn, GOOD_TRAIN)
    with refused("InvalidParameterException", words="a test dataset"):
        aws.rekognition.create_project_version(**request)
