"""What can be wrong with AWS and with the clock, each with its remedy."""

import json

import pytest

from bot.runtime.doctor.clocks import judged, skew
from bot.runtime.doctor.examination import NotAsked
from bot.sandbox.workspace import seed
from tests.windows.doctor.conftest import Clinic


def test_nothing_is_left_in_the_buckets(clinic: Clinic) -> None:
    """Every look would leave an object in somebody's bucket."""
    rows = clinic.examine()
    assert "removed again" in rows[f"writing to buckets: {seed.OUT}"]["found"]
    for bucket in seed.BUCKETS:
        assert not clinic.s3.list_objects_v2(Bucket=bucket, Prefix="labeljob/").get("Contents")


def test_object_that_cannot_be_removed_is_named(clinic: Clinic) -> None:
    """A bot without s3:DeleteObject would leave objects behind silently."""
    clinic.control(
        "faults", {"operation": "S3.DeleteObject", "fault": "error_500"}, clinic.services.aws_url
    )
    try:
        row = clinic.examine(LABELJOB_BUCKETS=f"{seed.OUT}/labels")[
            f"writing to buckets: {seed.OUT}/labels"
        ]
    finally:
        clinic.services.aws.faults.book.clear()
    left = clinic.s3.list_objects_v2(Bucket=seed.OUT, Prefix="labels/labeljob/doctor-")["Contents"][
        0
    ]["Key"]
    clinic.s3.delete_object(Bucket=seed.OUT, Key=left)
    assert row["verdict"] == "look at"
    assert f"s3://{seed.OUT}/{left}" in row["remedy"]


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, "ok"), (-100, "look at"), (100, "look at"), (280, "fails")]
)
def test_clock(clinic: Clinic, seconds: float, verdict: str) -> None:
    """Signatures would be refused for a reason that nobody sees."""
    rows = clinic.examine(seconds_ahead=seconds)
    for name in ("clock against Slack", "clock against AWS"):
        assert rows[name]["verdict"] == verdict
        assert ("ahead" if seconds > 0 else "behind") in rows[name]["found"] or verdict == "ok"


def test_clock_without_a_date() -> None:
    """A proxy that drops the header would be taken for a good clock."""
    assert skew({"content-type": "text/plain"}, 0.0, 0.0) is None
    assert skew({"Date": "yesterday"}, 0.0, 0.0) is None
    with pytest.raises(NotAsked, match="Slack"):
        judged(None, "Slack")


def test_wrong_aws_key(clinic: Clinic) -> None:
    """Every row below would fail with the same words."""
    rows = clinic.examine(AWS_SECRET_ACCESS_KEY="wrong")
    assert rows["AWS credentials"]["verdict"] == "fails"
    assert rows["clock against AWS"]["verdict"] == "ok"
    for name in (
        "labeling jobs",
        "work teams",
        "execution role",
        "buckets",
        "writing to buckets",
        "CORS of buckets",
    ):
        assert name not in rows
        assert name in rows["skipped"]["found"]


def test_region_without_task_types(clinic: Clinic) -> None:
    """Jobs would be refused at launch, one after the other."""
    row = clinic.examine(AWS_REGION="eu-north-1")["AWS Region"]
    assert row["verdict"] == "fails"
    assert "us-east-1" in row["found"]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("", "not set"),
        ("arn:aws:iam::111122223333:user/LabelingRole", "not the ARN of a role"),
        (
            "arn:aws:iam::999988887777:role/LabelingRole",
            "in account 999988887777, the bot in 111122223333",
        ),
    ],
)
def test_execution_role(clinic: Clinic, role: str, words: str) -> None:
    """CreateLabelingJob would answer with words about PassRole."""
    row = clinic.examine(LABELJOB_EXECUTION_ROLE_ARN=role)["execution role"]
    assert row["verdict"] == "fails"
    assert words in row["found"]


def test_buckets(clinic: Clinic, other_aws: str) -> None:
    """A bucket that is missing, closed or far away would show at the first job."""
    rows = clinic.examine(AWS_ENDPOINT_URL=other_aws, LABELJOB_BUCKETS="near,closed,far,missing")
    found = {name: row["found"] for name, row in rows.items() if row["verdict"] == "fails"}
    assert "may not read" in found["buckets: closed"]
    assert "eu-west-1" in found["buckets: far"] or "another Region" in found["buckets: far"]
    assert "no bucket “missing”" in found["buckets: missing"]
    assert rows["buckets: near"]["verdict"] == "ok"
    assert rows["writing to buckets: near"]["verdict"] == "ok"
    assert rows["events of buckets: near"]["found"] == "Its folders can feed streaming jobs."
    assert rows["topics"]["verdict"] == "ok"
    assert "no private work team" in found["work teams"]
    assert "Labeling workforces" in rows["work teams"]["remedy"]


def test_workforce(clinic: Clinic, other_aws: str) -> None:
    """A manager would learn at the first invitation that the bot's role may not invite."""
    row = clinic.examine()["workforce"]
    assert row["verdict"] == "ok"
    assert "orchard-team has 4 people" in row["found"]
    rows = clinic.examine(AWS_ENDPOINT_URL=other_aws)
    assert "workforce" in rows["skipped"]["found"]


def test_no_bucket_is_set(clinic: Clinic) -> None:
    """The form would refuse every address."""
    rows = clinic.examine(LABELJOB_BUCKETS="")
    assert rows["buckets"]["verdict"] == "fails"
    for name in ("writing to buckets", "CORS of buckets"):
        assert name in rows["skipped"]["found"]


def test_cors_and_its_remedy(clinic: Clinic) -> None:
    """Workers would see “failed to load image”; and a remedy that does not help is worse than
    none.
    """
    kept = clinic.s3.get_bucket_cors(Bucket=seed.RAW)["CORSRules"]
    clinic.s3.delete_bucket_cors(Bucket=seed.RAW)
    try:
        row = clinic.examine()[f"CORS of buckets: {seed.RAW}"]
        assert row["verdict"] == "fails"
        command, _, rule = row["remedy"].partition("--cors-configuration ")
        assert f"put-bucket-cors --bucket {seed.RAW}" in command
        clinic.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration=json.loads(rule.strip("'")))
        assert clinic.examine()[f"CORS of buckets: {seed.RAW}"]["verdict"] == "ok"
        for_another_page = [
            {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://elsewhere.example"]}
        ]
        clinic.s3.put_bucket_cors(
            Bucket=seed.RAW, CORSConfiguration={"CORSRules": for_another_page}
        )
        assert clinic.examine()[f"CORS of buckets: {seed.RAW}"]["verdict"] == "fails"
    finally:
        clinic.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration={"CORSRules": kept})
