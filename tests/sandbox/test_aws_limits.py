"""Limits and rules of Ground Truth that a job meets only when it runs, or that belong to rarer task
types.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import (
    BUCKET,
    MEMBERS,
    PUBLIC_TEAM,
    Practice,
    labeling_job,
    lines,
    of_type,
    picture,
    refused,
)
from PIL import Image
from workers_world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HUMAN_UI = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
ALGORITHM = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/"
DAY = 86_400


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("limits"))
    practice.s3.create_bucket(Bucket=BUCKET)
    practice.put("page.liquid.html", "<crowd-form></crowd-form>")
    practice.put("labels.json", json.dumps({"labels": [{"label": "a"}, {"label": "b"}]}))
    practice.put("fruit/0.png", picture())
    practice.put("fruit.manifest", lines({"source-ref": f"s3://{BUCKET}/fruit/0.png"}))
    practice.sagemaker.create_workteam(
        WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
    )
    yield practice
    practice.server.stop()


@pytest.fixture(scope="module")
def team(aws: Practice) -> str:
    return str(aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"])


def test_frames_take_longer(aws: Practice, team: str) -> None:
    """Video frames and point clouds may take 30 days where a picture may take 8 hours."""
    frames = of_type("VideoObjectDetection") | {"LabelAttributeName": "x-ref"}
    frames["UiConfig"] = {"HumanTaskUiArn": f"{HUMAN_UI}VideoObjectDetection"}
    aws.sagemaker.create_labeling_job(
        **labeling_job("frames", team, **frames, TaskTimeLimitInSeconds=30 * DAY)
    )
    with refused("ValidationException", 400, "2592000"):
        aws.sagemaker.create_labeling_job(
            **labeling_job("more", team, **frames, TaskTimeLimitInSeconds=30 * DAY + 1)
        )


def test_masks_have_their_own_prices(aws: Practice) -> None:
    """Masks are dear: what is allowed for boxes is not for them."""
    masks = of_type("SemanticSegmentation") | {"LabelAttributeName": "x-ref"}
    for tenths, good in ((240, False), (840, True)):
        amount = {"Dollars": 0, "Cents": tenths // 10, "TenthFractionsOfACent": 0}
        job = labeling_job(
            f"mask-{tenths}", PUBLIC_TEAM, PublicWorkforceTaskPrice={"AmountInUsd": amount}, **masks
        )
        if good:
            aws.sagemaker.create_labeling_job(**job)
        else:
            with refused("ValidationException", 400, "0.240 US dollars"):
                aws.sagemaker.create_labeling_job(**job)


@pytest.mark.parametrize(
    "kind", ["ImageMultiClassMultiLabel", "TextMultiClassMultiLabel", "VerificationBoundingBox"]
)
def test_types_without_automated_labeling(aws: Practice, team: str, kind: str) -> None:
    """Several labels and audits are never labeled by a model, nor is text by the algorithm for
    pictures.
    """
    asked = {"LabelingJobAlgorithmSpecificationArn": f"{ALGORITHM}image-classification"}
    job = labeling_job("auto", team, **of_type(kind), LabelingJobAlgorithmsConfig=asked)
    with refused("ValidationException", 400, "cannot be used"):
        aws.sagemaker.create_labeling_job(**job)


def test_automated_labeling_shortens_availability(aws: Practice, team: str) -> None:
    """With a model tasks stay available for 10 days, not 30."""
    asked = {"LabelingJobAlgorithmSpecificationArn": f"{ALGORITHM}image-classification"}
    longer = {"LabelingJobAlgorithmsConfig": asked, "TaskAvailabilityLifetimeInSeconds": 11 * DAY}
    with refused("ValidationException", 400, "864000"):
        aws.sagemaker.create_labeling_job(**labeling_job("auto", team, **longer))


def test_an_account_has_25_teams(tmp_path: Path) -> None:
    """The 26th work team is one too many."""
    aws = Practice(tmp_path)
    for number in range(25):
        aws.sagemaker.create_workteam(
            WorkteamName=f"t{number}", Description="x", MemberDefinitions=MEMBERS
        )
    with refused("ResourceLimitExceeded", 400):
        aws.sagemaker.create_workteam(
            WorkteamName="t25", Description="x", MemberDefinitions=MEMBERS
        )
    aws.server.stop()


def test_what_was_not_sent_is_described(aws: Practice, team: str) -> None:
    """A description has the defaults that the service filled in, and an empty key where none was
    named.
    """
    aws.sagemaker.create_labeling_job(**labeling_job("defaults", team))
    job = aws.sagemaker.describe_labeling_job(LabelingJobName="defaults")
    assert job["OutputConfig"]["KmsKeyId"] == ""
    task = job["HumanTaskConfig"]
    assert (task["MaxConcurrentTaskCount"], task["TaskAvailabilityLifetimeInSeconds"]) == (
        1000,
        30 * DAY,
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "aws.db")
    made.team()
    return made


def failed(world: World, kind: str, **changes: Any) -> str:
    """Why a job of this kind failed."""
    labels = changes.pop("labels", ["good", "bad"])
    key = world.job("limits", kind, labels, **changes)
    world.later(2)
    row = world.row(key)
    assert row["status"] == "Failed", row["status"]
    return str(row["failure_reason"])


@pytest.mark.parametrize(
    "kind", ["ImageMultiClassMultiLabel", "TextMultiClassMultiLabel", "BoundingBox"]
)
def test_too_many_labels(world: World, kind: str) -> None:
    """50 labels are the most for several labels and for boxes; single labels are not counted."""
    world.lines([{"source": "x"}])
    many = [f"label {number}" for number in range(51)]
    assert "51 labels" in failed(world, kind, labels=many)
    key = world.job("single", "TextMultiClass", many)
    world.later(1)
    assert world.row(key)["status"] == "InProgress"


def test_labels_that_are_too_long(world: World) -> None:
    """A label has 256 characters at most."""
    world.lines([{"source": "x"}])
    assert "256" in failed(world, "TextMultiClass", labels=["good", "b" * 257])


def test_entities_need_instructions(world: World) -> None:
    """The service's own page for entities has no template: it takes the instructions from the
    category file.
    """
    world.lines([{"source": "Ana met Noor"}])
    key = world.job("entities", "NamedEntityRecognition", ["Person"])
    world.objects.kept["orchard", "labels.json"] = json.dumps(
        {"labels": [{"label": "Person"}]}
    ).encode()
    world.later(2)
    assert "instructions" in world.row(key)["failure_reason"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"source": "x" * 20_001}, "20,000"),
        ({"source": "x", "notes": ["y" * 20_001]}, "'notes'"),
        ({"source": "x", "$mine": 1}, "begin with $"),
        ({"source": "x" * 100_001}, "100,000"),
    ],
)
def test_lines_that_are_too_much(world: World, entry: dict[str, Any], words: str) -> None:
    """One such line fails the whole job, with its number."""
    world.lines([{"source": "fine"}, entry])
    reason = failed(world, "TextMultiClass")
    assert words in reason
    assert "line 2" in reason


def test_lines_of_a_stream_can_be_chained(world: World) -> None:
    """What the service itself wrote into a streaming job's lines must not fail the job after it."""
    world.lines(
        [
            {
                "source": "x",
                "dataset-objectid-attribute-name": "$old-object-id",
                "$old-object-id": "1",
            }
        ]
    )
    key = world.job("chained", "TextMultiClass", ["good", "bad"])
    world.later(8)
    assert world.row(key)["status"] == "Completed"


def test_masks_take_fewer_lines(world: World) -> None:
    """20,000 pictures are the most for masks, where other jobs take 100,000."""
    world.lines({"source-ref": f"s3://orchard/{number}.png"} for number in range(20_001))
    assert "20,000" in failed(world, "SemanticSegmentation", labels=["tree"])


def test_pictures_that_are_too_large(world: World) -> None:
    """More than 40 MB or 100 million pixels cannot be labeled: the object fails, the job goes
    on.
    """
    huge = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(huge, "PNG")
    world.objects.kept["orchard", "many.png"] = huge.getvalue()
    world.objects.kept["orchard", "heavy.png"] = picture() + b"\x00" * (40 * 1024 * 1024)
    world.objects.kept["orchard", "fine.png"] = picture()
    world.lines({"source-ref": f"s3://orchard/{name}.png"} for name in ("many", "heavy", "fine"))
    key = world.job("sizes", "ImageMultiClass", ["good", "bad"])
    world.later(20)
    row = world.row(key)
    assert (row["status"], row["failed"], row["human"]) == ("Completed", 2, 1)


def test_a_first_sample_that_fails(world: World) -> None:
    """Automated labeling gives up when more than a tenth of the first sample cannot be labeled."""
    for number in range(1250):
        if number % 5:
            world.objects.kept["orchard", f"{number}.png"] = picture()
    world.lines({"source-ref": f"s3://orchard/{number}.png"} for number in range(1250))
    world.crew.hurry(400.0, world.crew._behaviours)
    asked = {"LabelingJobAlgorithmSpecificationArn": f"{ALGORITHM}image-classification"}
    key = world.job("sample", "ImageMultiClass", ["good", "bad"], LabelingJobAlgorithmsConfig=asked)
    world.later(8)
    row = world.row(key)
    assert (row["status"], "10%" in row["failure_reason"]) == ("Failed", True)


def test_a_job_expires_after_thirty_days(world: World) -> None:
    """A job that nobody finishes fails after a month and has to be chained."""
    world.of_people()
    world.lines([{"source": "x"}])
    key = world.job("old", "TextMultiClass", ["good", "bad"])
    world.later(2)
    world.now += 31 * DAY
    world.crew.tick()
    row = world.row(key)
    assert (row["status"], "30 days" in row["failure_reason"]) == ("Failed", True)
