"""Every JSON operation of the AWS stand-in, swept with parameters that hypothesis makes from botocore's models."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_practice import BUCKET, FUNCTIONS, KEY, MEMBERS, SECRET, Practice, labeling_job, lines, picture
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapes import Known, breaks, broken, valid
from wire import Line, call

from bot.sandbox.aws.constraints import uncompilable
from bot.sandbox.aws.protocol import JsonService, service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel

HAD = {
    "sagemaker": [
        *("AddTags", "CreateLabelingJob", "CreateWorkteam", "DeleteTags", "DeleteWorkteam", "DescribeLabelingJob"),
        *("DescribeSubscribedWorkteam", "DescribeWorkforce", "DescribeWorkteam", "ListLabelingJobs"),
        *("ListLabelingJobsForWorkteam", "ListSubscribedWorkteams", "ListTags", "ListWorkforces", "ListWorkteams"),
        *("RenderUiTemplate", "StopLabelingJob", "UpdateWorkteam"),
    ],
    "rekognition": [
        *("CreateDataset", "CreateProject", "CreateProjectVersion", "DeleteDataset", "DeleteProject"),
        *("DeleteProjectVersion", "DescribeDataset", "DescribeProjectVersions", "DescribeProjects"),
        *("DistributeDatasetEntries", "ListDatasetEntries", "ListDatasetLabels", "StartProjectVersion"),
        *("StopProjectVersion", "UpdateDatasetEntries"),
    ],
    "logs": [
        *("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams", "FilterLogEvents"),
        *("GetLogEvents", "PutLogEvents"),
    ],
}
OPERATIONS = [(service, name) for service, names in HAD.items() for name in names]
UNCHECKED = {
    # Surrogate ranges: a JSON text has no surrogates, and neither re nor regex compiles a class of halves.
    "sagemaker": [r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"],
    "rekognition": [],
    "logs": [],
}
REFUSALS = {"ValidationException", "InvalidParameterException", "SerializationException"}
GROUP = "/aws/sagemaker/LabelingJobs"
SWEPT = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("sweep"))
    _furnish(practice)
    yield practice
    practice.server.stop()


def _furnish(aws: Practice) -> None:
    aws.s3.create_bucket(Bucket=BUCKET)
    aws.put("fruit/0.png", picture())
    aws.put("fruit.manifest", lines({"source-ref": f"s3://{BUCKET}/fruit/0.png"}))
    aws.put("labels.json", json.dumps({"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "b"}]}))
    aws.put("page.liquid.html", "<crowd-form></crowd-form>")
    team = aws.sagemaker.create_workteam(WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS)
    aws.sagemaker.create_labeling_job(**labeling_job("known-job", team["WorkteamArn"]))
    project = aws.rekognition.create_project(ProjectName="known")["ProjectArn"]
    aws.rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN")
    for _ in range(6):
        aws.later()
    aws.aws.log(GROUP, "known-job", int(aws.aws.clock() * 1000), "{}")


@pytest.fixture(scope="module")
def line(aws: Practice) -> Iterator[Line]:
    kept = Line(aws.server.url)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def known(aws: Practice) -> Known:
    """What exists, by the name of the member that would name it."""
    team = aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"]
    job = aws.sagemaker.describe_labeling_job(LabelingJobName="known-job")["LabelingJobArn"]
    found = aws.rekognition.describe_projects(ProjectNames=["known"])["ProjectDescriptions"][0]
    return {
        "LabelingJobName": ["known-job"],
        "WorkteamName": ["crew"],
        "WorkteamArn": [team],
        "WorkforceName": ["default"],
        "ResourceArn": [job, team],
        "ProjectArn": [found["ProjectArn"]],
        "DatasetArn": [found["Datasets"][0]["DatasetArn"]],
        "ProjectName": ["known"],
        "logGroupName": [GROUP],
        "logStreamName": ["known-job"],
        "ManifestS3Uri": [f"s3://{BUCKET}/fruit.manifest"],
        "UiTemplateS3Uri": [f"s3://{BUCKET}/page.liquid.html"],
        "PreHumanTaskLambdaArn": [f"{FUNCTIONS}PRE-ImageMultiClass"],
        "AnnotationConsolidationLambdaArn": [f"{FUNCTIONS}ACS-ImageMultiClass"],
    }


@functools.cache
def _operation(service: str, name: str) -> OperationModel:
    return service_model(service).operation_model(name)


def test_these_are_all_operations(aws: Practice) -> None:
    """An operation that is added must be swept too."""
    services: list[JsonService] = list(aws.aws._services.values())
    assert {each.name: sorted(each._handlers) for each in services} == {
        key: sorted(value) for key, value in HAD.items()
    }


@pytest.mark.parametrize("service", HAD)
def test_patterns_that_nothing_compiles(service: str) -> None:
    """What is not checked has to be known, and to be little."""
    assert uncompilable(service_model(service)) == UNCHECKED[service]


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_valid_parameters(line: Line, known: Known, service: str, name: str) -> None:
    """Whatever the model allows gets an answer that botocore parses: a result, or a refusal with a code."""
    operation = _operation(service, name)

    @SWEPT
    @given(valid(operation.input_shape, known))
    def swept(asked: dict[str, Any]) -> None:
        status, answer = call(line, operation, asked)
        assert status == 200 or 400 <= status < 500, (status, answer, asked)
        if status == 200:
            shape = operation.output_shape
            missing = [member for member in (shape.required_members if shape else ()) if member not in answer]
            assert not missing, (missing, asked)
        else:
            assert answer["Error"]["Code"].isidentifier(), answer
            assert answer["Error"]["Message"], answer
            assert not answer["Error"]["Message"].startswith("Parameter validation failed"), (answer, asked)

    swept()


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_invalid_parameters(line: Line, known: Known, service: str, name: str) -> None:
    """One thing wrong is enough to be refused, with the code that the service has for it and the member's name."""
    operation = _operation(service, name)

    @SWEPT
    @given(valid(operation.input_shape, known), st.data())
    def swept(asked: dict[str, Any], data: st.DataObject) -> None:
        ways = breaks(operation.input_shape, asked)
        if not ways:
            return
        wrong = data.draw(st.sampled_from(ways))
        status, answer = call(line, operation, broken(asked, wrong))
        assert status == 400, (status, wrong, answer, asked)
        assert answer["Error"]["Code"] in REFUSALS, (wrong, answer)

    swept()


@pytest.mark.parametrize("service", HAD)
def test_what_is_not_here(line: Line, service: str) -> None:
    """Every other operation of the model says that it is not here, so that nobody takes silence for success."""
    model = service_model(service)
    others = sorted(set(model.operation_names) - set(HAD[service]))
    for name in others:
        status, answer = call(line, model.operation_model(name), {})
        assert (status, answer["Error"]["Code"]) == (501, "NotImplementedException"), name
        assert name in answer["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "name"), [("sagemaker", "ListModels"), ("rekognition", "DetectFaces"), ("logs", "ListAnomalies")]
)
def test_what_is_not_here_is_asked_once(aws: Practice, service: str, name: str) -> None:
    """A client with its usual retries must not wait for what will never come."""
    client = boto3.client(
        service,
        endpoint_url=aws.server.url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
    )
    before = aws.aws.faults.book.last
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(name))(**({"Image": {}} if name == "DetectFaces" else {}))
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert aws.aws.faults.book.last == before + 1
