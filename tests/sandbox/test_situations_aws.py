"""Buckets in difficult situations, and throttling: how AWS refuses, everywhere where it would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_practice import (
    BUCKET,
    KEY,
    MEMBERS,
    SECRET,
    Practice,
    labeling_job,
    lines,
    picture,
    refused,
)
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTNER_ACCOUNT = "444455556666"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("situations"))
    practice.s3.create_bucket(Bucket=BUCKET)
    practice.put("page.liquid.html", "<crowd-form></crowd-form>")
    practice.put(
        "labels.json",
        json.dumps({"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "b"}]}),
    )
    for bucket in (BUCKET, "partner", "sealed"):
        practice.aws.objects.create_bucket(bucket)
        practice.aws.objects.write(bucket, "one.png", picture(), "image/png")
        line = lines({"source-ref": f"s3://{bucket}/one.png"}).encode()
        practice.aws.objects.write(bucket, "fruit.manifest", line, "application/x-ndjson")
    practice.sagemaker.create_workteam(
        WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
    )
    yield practice
    practice.server.stop()


def switch(aws: Practice, bucket: str, situation: str | None, **more: Any) -> dict[str, Any]:
    """Put a bucket into a situation, as a person would with curl."""
    body = json.dumps({"bucket": bucket, "situation": situation, **more}).encode()
    with urllib.request.urlopen(f"{aws.server.url}/_control/situations", body) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def failed_job(aws: Practice, name: str, **changes: Any) -> str:
    """Why a labeling job failed."""
    team = aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"]
    aws.sagemaker.create_labeling_job(**labeling_job(name, team, **changes))
    for _ in range(6):
        aws.later()
    job = aws.sagemaker.describe_labeling_job(LabelingJobName=name)
    assert job["LabelingJobStatus"] == "Failed", job["LabelingJobStatus"]
    return str(job["FailureReason"])


def manifest(bucket: str) -> dict[str, Any]:
    return {
        "InputConfig": {
            "DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{bucket}/fruit.manifest"}}
        }
    }


def test_a_closed_bucket(aws: Practice) -> None:
    """Nothing in it can be done, and whether it exists is not told."""
    for call in (aws.s3.list_objects_v2, aws.s3.get_bucket_cors, aws.s3.get_bucket_location):
        with refused("AccessDenied", 403):
            call(Bucket="locked")
    with refused("AccessDenied", 403):
        aws.s3.put_object(Bucket="locked", Key="k", Body=b"x")
    with refused("AccessDenied", 403):
        aws.s3.copy_object(Bucket=BUCKET, Key="k", CopySource={"Bucket": "locked", "Key": "k"})
    with refused("403", 403):
        aws.s3.head_bucket(Bucket="locked")
    with refused("BucketAlreadyExists", 409):
        aws.s3.create_bucket(Bucket="locked")


def test_a_bucket_elsewhere(aws: Practice) -> None:
    """A bucket of another region names its region, and serves the client that follows: one that
    checks nothing never learns where it was.
    """
    aws.aws.objects.create_bucket("far-away")
    there = aws.client("s3", region="eu-west-1")
    there.put_object(Bucket="far-away", Key="a", Body=b"far")
    plain, answers = aws.client("s3"), []
    plain.meta.events.register_first(
        "needs-retry.s3", lambda response, **_: answers.append(response[1])
    )
    assert plain.get_object(Bucket="far-away", Key="a")["Body"].read() == b"far"
    moved, served = answers
    assert moved["Error"]["Code"] == "PermanentRedirect"
    assert moved["ResponseMetadata"]["HTTPStatusCode"] == 301
    assert moved["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
    assert served["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert plain.head_bucket(Bucket="far-away")["BucketRegion"] == "eu-west-1"
    assert plain.get_bucket_location(Bucket="far-away")["LocationConstraint"] == "eu-west-1"
    there.delete_object(Bucket="far-away", Key="a")
    there.delete_bucket(Bucket="far-away")


def test_a_bucket_of_another_account(aws: Practice) -> None:
    """Its owner lets us in, but who expects an own bucket is refused; and it is in no list of
    ours.
    """
    assert aws.s3.get_object(Bucket="partner", Key="one.png", ExpectedBucketOwner=PARTNER_ACCOUNT)[
        "ContentLength"
    ]
    with refused("AccessDenied", 403):
        aws.s3.get_object(Bucket="partner", Key="one.png", ExpectedBucketOwner="111122223333")
    with refused("AccessDenied", 403):
        aws.s3.copy_object(
            Bucket=BUCKET,
            Key="k",
            CopySource={"Bucket": "partner", "Key": "one.png"},
            ExpectedSourceBucketOwner="111122223333",
        )
    assert [each["Name"] for each in aws.s3.list_buckets()["Buckets"]] == [BUCKET, "sealed"]


def test_a_key_that_refuses(aws: Practice) -> None:
    """The bucket can be listed, but its objects cannot be read or written: the words name the
    key.
    """
    assert aws.s3.list_objects_v2(Bucket="sealed")["KeyCount"] == 2
    assert aws.s3.head_object(Bucket="sealed", Key="one.png")["ContentLength"]
    with refused("AccessDenied", 403, "kms:Decrypt"):
        aws.s3.get_object(Bucket="sealed", Key="one.png")
    with refused("AccessDenied", 403, "kms:GenerateDataKey"):
        aws.s3.put_object(Bucket="sealed", Key="k", Body=b"x")
    with refused("AccessDenied", 403, "kms:Decrypt"):
        aws.s3.copy_object(
            Bucket=BUCKET, Key="k", CopySource={"Bucket": "sealed", "Key": "one.png"}
        )


@pytest.mark.parametrize(
    ("bucket", "words"), [("locked", "AccessDenied"), ("sealed", "may not use the key")]
)
def test_a_job_whose_role_is_refused(aws: Practice, bucket: str, words: str) -> None:
    """Ground Truth takes the request and fails the job later, with the reason."""
    assert words in failed_job(aws, f"from-{bucket}", **manifest(bucket))


def test_a_job_that_cannot_write(aws: Practice) -> None:
    """The output is refused as the input is, when the job comes to it."""
    output = {"OutputConfig": {"S3OutputPath": "s3://sealed/results"}}
    assert "may not use the key" in failed_job(aws, "to-sealed", **manifest(BUCKET), **output)


def test_a_job_elsewhere(aws: Practice) -> None:
    """Another region is noticed at once."""
    team = aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"]
    with refused("ValidationException", 400, "eu-west-1"):
        aws.sagemaker.create_labeling_job(**labeling_job("far", team, **manifest("far-away")))


@pytest.mark.parametrize("bucket", ["locked", "sealed"])
def test_an_import_that_is_refused(aws: Practice, bucket: str) -> None:
    """Custom Labels reads as the caller, and says which permission is missing."""
    project = aws.rekognition.create_project(ProjectName=f"from-{bucket}")["ProjectArn"]
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": "fruit.manifest"}}}
    try:
        made = aws.rekognition.create_dataset(
            ProjectArn=project, DatasetType="TRAIN", DatasetSource=source
        )
    except aws.rekognition.exceptions.InvalidS3ObjectException:
        return
    for _ in range(3):
        aws.later()
    found = aws.rekognition.describe_dataset(DatasetArn=made["DatasetArn"])["DatasetDescription"]
    assert (found["Status"], found["StatusMessageCode"]) == ("CREATE_FAILED", "CLIENT_ERROR")


def test_a_situation_comes_and_goes(aws: Practice) -> None:
    """Whoever tries the product closes a bucket while it is used, and opens it again; the objects
    are still there.
    """
    assert switch(aws, BUCKET, "denied")["situations"][BUCKET]["situation"] == "denied"
    with refused("AccessDenied", 403):
        aws.s3.get_object(Bucket=BUCKET, Key="one.png")
    switch(aws, BUCKET, "sealed", detail="blue-key")
    with refused("AccessDenied", 403, "key/blue-key"):
        aws.s3.get_object(Bucket=BUCKET, Key="one.png")
    switch(aws, BUCKET, None)
    assert aws.s3.get_object(Bucket=BUCKET, Key="one.png")["ContentLength"]
    switch(aws, "locked", None)
    request = urllib.request.Request(f"{aws.server.url}/_control/situations", method="DELETE")
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["situations"]["locked"]["situation"] == "denied"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"bucket": ""}', b'{"bucket": "b", "situation": "sad"}']
)
def test_situations_that_do_not_exist(aws: Practice, body: bytes) -> None:
    """A slip in a switch must be told, not taken for a situation that changes nothing."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{aws.server.url}/_control/situations", body)
    assert json.load(caught.value)["error"] == "bad_situation"


def test_other_pages_cannot_switch(aws: Practice) -> None:
    """A web page of somebody else must not close the buckets of a practice account."""
    address = f"{aws.server.url}/_control/situations"
    request = urllib.request.Request(address, b'{"bucket": "b"}', {"Origin": "http://evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
    caught.value.close()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sagemaker", "SageMaker.ListWorkteams", "ThrottlingException"),
        ("rekognition", "Rekognition.DescribeProjects", "ThrottlingException"),
        ("logs", "Logs.DescribeLogGroups", "ThrottlingException"),
        ("s3", "S3.ListBuckets", "SlowDown"),
        ("sts", "STS.GetCallerIdentity", "Throttling"),
        ("sns", "SNS.ListTopics", "Throttling"),
        ("sqs", "SQS.ListQueues", "ThrottlingException"),
    ],
)
def test_throttling(aws: Practice, service: str, operation: str, code: str) -> None:
    """A client with its usual retries gets through; one without learns the code of the service."""
    method = {
        "sagemaker": "list_workteams",
        "rekognition": "describe_projects",
        "logs": "describe_log_groups",
        "s3": "list_buckets",
        "sts": "get_caller_identity",
        "sns": "list_topics",
        "sqs": "list_queues",
    }[service]
    aws.control(operation=operation, fault="throttle", times=1)
    with refused(code):
        getattr(aws.client(service), method)()
    aws.control(operation=operation, fault="throttle", times=1)
    patient = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=aws.server.url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
    )
    assert getattr(patient, method)()["ResponseMetadata"]["RetryAttempts"] == 1
