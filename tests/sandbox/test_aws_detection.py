"""DetectCustomLabels in the AWS stand-in: what it takes, what it refuses, and that it errs."""

from collections.abc import Iterator
from typing import Any

import pytest
from aws_practice import BUCKET, Practice, lines, picture, refused
from test_aws_rekognition import DATE, trained

from bot.sandbox.crowd.sample_truth import CLASS_PICTURES, truth_of_picture
from bot.sandbox.workspace.sample_pictures import SamplePicture, pictures

SEED = 7


@pytest.fixture(scope="module")
def samples() -> dict[str, SamplePicture]:
    return {each.name: each for each in pictures(SEED)}


@pytest.fixture(scope="module")
def aws(
    tmp_path_factory: pytest.TempPathFactory, samples: dict[str, SamplePicture]
) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("detection"))
    for bucket in (BUCKET, "sealed", "locked"):
        practice.aws.objects.create_bucket(bucket)
        for each in samples.values():
            practice.aws.objects.write(bucket, each.name, each.jpeg, "image/jpeg")
    yield practice
    practice.server.stop()


def classified(each: SamplePicture) -> dict[str, Any]:
    return {
        "source-ref": f"s3://{BUCKET}/{each.name}",
        "kind": 0,
        "kind-metadata": {
            "class-name": each.label,
            "confidence": 0.9,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": DATE,
        },
    }


def boxed(each: SamplePicture) -> dict[str, Any]:
    kinds = sorted({box[0] for box in each.boxes})
    return {
        "source-ref": f"s3://{BUCKET}/{each.name}",
        "box": {
            "image_size": [{"width": 640, "height": 480, "depth": 3}],
            "annotations": [
                {"class_id": kinds.index(kind), "left": a, "top": b, "width": c, "height": d}
                for kind, a, b, c, d in each.boxes
            ],
        },
        "box-metadata": {
            "objects": [{"confidence": 1} for _ in each.boxes],
            "class-map": {str(number): kind for number, kind in enumerate(kinds)},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": DATE,
        },
    }


def running(aws: Practice, name: str, entries: list[dict[str, Any]]) -> str:
    """A model that was trained with these lines and runs."""
    done = trained(aws, name, lines(*entries[5:]), lines(*entries[:5]))
    assert done["Status"] == "TRAINING_COMPLETED", done["StatusMessage"]
    arn = str(done["ProjectVersionArn"])
    aws.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    aws.later()
    return arn


@pytest.fixture(scope="module")
def classes(aws: Practice, samples: dict[str, SamplePicture]) -> str:
    entries = [classified(each) for each in samples.values()][:CLASS_PICTURES]
    return running(aws, "classes", entries)


@pytest.fixture(scope="module")
def boxes(aws: Practice, samples: dict[str, SamplePicture]) -> str:
    return running(aws, "boxes", [boxed(each) for each in samples.values()][CLASS_PICTURES:])


def found(aws: Practice, arn: str, name: str, **more: Any) -> list[dict[str, Any]]:
    image = {"S3Object": {"Bucket": BUCKET, "Name": name}}
    answer = aws.rekognition.detect_custom_labels(ProjectVersionArn=arn, Image=image, **more)
    return list(answer["CustomLabels"])


def test_a_model_is_mostly_right_and_errs(
    aws: Practice, classes: str, samples: dict[str, SamplePicture]
) -> None:
    """A stand-in that is always right would hide what drafts are corrected for."""
    names = list(samples)[:CLASS_PICTURES]
    right = 0
    for name in names:
        truth = truth_of_picture(name)
        assert truth is not None
        right += [each["Name"] for each in found(aws, classes, name)] == [truth.label]
    assert len(names) * 0.6 < right < len(names)
    assert found(aws, classes, names[0]) == found(aws, classes, names[0])


def test_boxes_lie_where_the_fruit_lies(
    aws: Practice, boxes: str, samples: dict[str, SamplePicture]
) -> None:
    """Boxes elsewhere would make drafts worthless to practise with."""
    name = list(samples)[-1]
    shown = found(aws, boxes, name)
    truth = truth_of_picture(name)
    assert truth is not None
    near = 0
    for each in shown:
        box = each["Geometry"]["BoundingBox"]
        assert 0 <= box["Left"] <= box["Left"] + box["Width"] <= 1.000001
        place = (box["Left"] * 640, box["Top"] * 480, box["Width"] * 640, box["Height"] * 480)
        near += any(
            each["Name"] == kind and all(abs(a - b) < 6 for a, b in zip(at, place, strict=True))
            for kind, *at in truth.boxes
        )
    assert near >= len(truth.boxes) - 2


def test_what_is_asked_for_is_kept(aws: Practice, boxes: str, samples: Any) -> None:
    """The least confidence and the number of results decide what a person sees."""
    name = list(samples)[-1]
    every = found(aws, boxes, name, MinConfidence=0)
    sure = [each["Confidence"] for each in every]
    assert sure == sorted(sure, reverse=True)
    assert len(every) > len(found(aws, boxes, name))
    assert found(aws, boxes, name, MinConfidence=0, MaxResults=2) == every[:2]
    assert all(each["Confidence"] >= 90 for each in found(aws, boxes, name, MinConfidence=90))


def test_bytes_are_seen_as_the_object_is(
    aws: Practice, classes: str, samples: dict[str, SamplePicture]
) -> None:
    """A picture of a channel is sent as bytes, and is the same picture."""
    name, each = next(iter(samples.items()))
    answer = aws.rekognition.detect_custom_labels(
        ProjectVersionArn=classes, Image={"Bytes": each.jpeg}, MinConfidence=0
    )
    assert answer["CustomLabels"] == found(aws, classes, name, MinConfidence=0)
    guessed = aws.rekognition.detect_custom_labels(
        ProjectVersionArn=classes, Image={"Bytes": picture()}, MinConfidence=0
    )
    assert {one["Name"] for one in guessed["CustomLabels"]} == {"ripe", "unripe", "overripe"}


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({}, "InvalidParameterException"),
        ({"Bytes": b"GIF89a"}, "InvalidImageFormatException"),
        ({"Bytes": b"0" * (4 * 1024 * 1024 + 1)}, "ImageTooLargeException"),
        ({"Bytes": picture(63, 63)}, "InvalidParameterException"),
        ({"Bytes": picture(4097, 300)}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": BUCKET, "Name": "nothing.jpg"}}, "InvalidS3ObjectException"),
        ({"S3Object": {"Bucket": "locked", "Name": "x.jpg"}}, "InvalidS3ObjectException"),
        ({"S3Object": {"Bucket": "sealed", "Name": "x.jpg"}}, "InvalidS3ObjectException"),
    ],
)
def test_pictures_that_are_refused(
    aws: Practice, classes: str, image: dict[str, Any], code: str
) -> None:
    """A picture that AWS refuses must be refused here, or the bot would fail on its first day."""
    with refused(code):
        aws.rekognition.detect_custom_labels(ProjectVersionArn=classes, Image=image)


def test_a_copy_finds_what_its_source_finds(aws: Practice, classes: str, samples: Any) -> None:
    """A copy that had learned nothing would make copying look broken."""
    whole = aws.rekognition.describe_projects(ProjectNames=["classes"])["ProjectDescriptions"][0]
    there = aws.rekognition.create_project(ProjectName="copied")["ProjectArn"]
    asked = {
        "SourceProjectArn": whole["ProjectArn"],
        "SourceProjectVersionArn": classes,
        "DestinationProjectArn": there,
        "VersionName": "v1",
        "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "copies"},
    }
    arn = aws.rekognition.copy_project_version(**asked)["ProjectVersionArn"]
    with refused("ResourceInUseException"):
        aws.rekognition.copy_project_version(**asked)
    with refused("ResourceInUseException"):
        aws.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    aws.later()
    with refused("ResourceNotFoundException"):
        aws.rekognition.copy_project_version(**{**asked, "SourceProjectArn": there})
    aws.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    aws.later()
    name = next(iter(samples))
    labels = {each["Name"] for each in found(aws, arn, name, MinConfidence=0)}
    assert labels == {each["Name"] for each in found(aws, classes, name, MinConfidence=0)}
    aws.rekognition.stop_project_version(ProjectVersionArn=arn)
    aws.later()


def test_only_a_running_model_looks(aws: Practice, boxes: str, samples: Any) -> None:
    """A model that rests answers nothing at AWS, and costs nothing."""
    aws.rekognition.stop_project_version(ProjectVersionArn=boxes)
    with refused("ResourceNotReadyException"):
        found(aws, boxes, next(iter(samples)))
    aws.later()
    with refused("ResourceNotFoundException"):
        found(aws, boxes.replace("/v1/", "/v2/"), next(iter(samples)))


def test_an_account_runs_so_many_units(aws: Practice, boxes: str, classes: str) -> None:
    """Without its quota the bot's words for it would never be seen."""
    assert classes
    with refused("LimitExceededException"):
        aws.rekognition.start_project_version(ProjectVersionArn=boxes, MinInferenceUnits=25)
