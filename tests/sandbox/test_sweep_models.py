"""Every JSON and form operation of the AWS stand-in, swept with parameters made from botocore's
models.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_practice import (
    BUCKET,
    FUNCTIONS,
    KEY,
    MEMBERS,
    ROLE,
    SECRET,
    Practice,
    labeling_job,
    lines,
    picture,
)
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapes import Known, breaks, broken, valid
from wire import Line, call, call_form

from bot.sandbox.aws.wire.constraints import uncompilable
from bot.sandbox.aws.wire.protocol import ModelService, service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel

HAD = {
    "sagemaker": [
        *(
            "AddTags",
            "CreateLabelingJob",
            "CreateWorkteam",
            "DeleteTags",
            "DeleteWorkteam",
            "DescribeLabelingJob",
        ),
        *(
            "DescribeSubscribedWorkteam",
            "DescribeWorkforce",
            "DescribeWorkteam",
            "ListLabelingJobs",
        ),
        *(
            "ListLabelingJobsForWorkteam",
            "ListSubscribedWorkteams",
            "ListTags",
            "ListWorkforces",
            "ListWorkteams",
        ),
        *("RenderUiTemplate", "StopLabelingJob", "UpdateWorkteam"),
    ],
    "rekognition": [
        *(
            "CreateDataset",
            "CreateProject",
            "CreateProjectVersion",
            "DeleteDataset",
            "DeleteProject",
        ),
        *("DeleteProjectVersion", "DescribeDataset", "DescribeProjectVersions", "DescribeProjects"),
        *("CopyProjectVersion", "DetectCustomLabels"),
        *("ListProjectPolicies", "PutProjectPolicy"),
        *(
            "DistributeDatasetEntries",
            "ListDatasetEntries",
            "ListDatasetLabels",
            "StartProjectVersion",
        ),
        *("StopProjectVersion", "UpdateDatasetEntries"),
    ],
    "cognito-idp": [
        *("AdminAddUserToGroup", "AdminCreateUser", "AdminRemoveUserFromGroup"),
        *("CreateGroup", "DeleteGroup", "ListUsers", "ListUsersInGroup"),
    ],
    "logs": [
        *(
            "CreateLogGroup",
            "CreateLogStream",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "FilterLogEvents",
        ),
        *("GetLogEvents", "PutLogEvents"),
    ],
    "sqs": [
        *(
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "CreateQueue",
            "DeleteMessage",
        ),
        *(
            "DeleteMessageBatch",
            "DeleteQueue",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListQueues",
            "PurgeQueue",
        ),
        *("ReceiveMessage", "SendMessage", "SendMessageBatch", "SetQueueAttributes"),
    ],
    "sns": [
        *(
            "CreateTopic",
            "DeleteTopic",
            "GetSubscriptionAttributes",
            "GetTopicAttributes",
            "ListSubscriptions",
        ),
        *(
            "ListSubscriptionsByTopic",
            "ListTopics",
            "Publish",
            "PublishBatch",
            "SetSubscriptionAttributes",
        ),
        *("SetTopicAttributes", "Subscribe", "Unsubscribe"),
    ],
    "sts": ["AssumeRole", "GetCallerIdentity"],
    "iam": ["GetRole", "SimulatePrincipalPolicy"],
}
FORMS = {"sns", "sts", "iam"}
OPERATIONS = [(service, name) for service, names in HAD.items() for name in names]
UNCHECKED = {
    # Surrogate ranges: a JSON text has no surrogates, and neither re nor regex compiles a class of
    # halves.
    "sagemaker": [r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"],
    "rekognition": [],
    "cognito-idp": [],
    "logs": [],
    "sqs": [],
    "sns": [],
    "sts": [],
    "iam": [],
}
REFUSALS = {
    *("ValidationException", "InvalidParameterException", "SerializationException"),
    *("InvalidParameterValue", "InvalidAttributeName", "MissingParameter"),
    *("ValidationError", "MalformedInput"),
}
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
    aws.put(
        "labels.json",
        json.dumps({"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "b"}]}),
    )
    aws.put("page.liquid.html", "<crowd-form></crowd-form>")
    team = aws.sagemaker.create_workteam(
        WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
    )
    aws.sagemaker.create_labeling_job(**labeling_job("known-job", team["WorkteamArn"]))
    project = aws.rekognition.create_project(ProjectName="known")["ProjectArn"]
    aws.rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN")
    for _ in range(6):
        aws.later()
    aws.aws.log(GROUP, "known-job", int(aws.aws.clock() * 1000), "{}")
    topic = aws.sns.create_topic(Name="known")["TopicArn"]
    aws.sqs.create_queue(QueueName="known")
    aws.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:111122223333:known"
    )


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
        "TopicArn": [(topic := aws.sns.list_topics()["Topics"][0]["TopicArn"])],
        "SubscriptionArn": [
            aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0][
                "SubscriptionArn"
            ]
        ],
        "Protocol": ["sqs"],
        "Endpoint": ["arn:aws:sqs:us-east-1:111122223333:known"],
        "QueueName": ["known"],
        "QueueUrl": [f"{aws.server.url}/111122223333/known"],
        "RoleArn": [ROLE],
        "RoleName": ["LabelingRole"],
        "PolicySourceArn": [ROLE],
    }


@functools.cache
def _operation(service: str, name: str) -> OperationModel:
    return service_model(service).operation_model(name)


def _call(
    line: Line, service: str, operation: OperationModel, asked: Any
) -> tuple[int, dict[str, Any]]:
    if isinstance(asked, dict) and asked.get("WaitTimeSeconds") in range(1, 21):
        asked = asked | {"WaitTimeSeconds": 0}  # a long poll would be just that
    return (call_form if service in FORMS else call)(line, operation, asked)


def test_these_are_all_operations(aws: Practice) -> None:
    """An operation that is added must be swept too."""
    services: list[ModelService] = [*aws.aws._services.values(), *aws.aws._forms.values()]
    assert {each.name: sorted(each._handlers) for each in services} == {
        key: sorted(value) for key, value in HAD.items()
    }


@pytest.mark.parametrize("service", HAD)
def test_patterns_that_nothing_compiles(service: str) -> None:
    """What is not checked has to be known, and to be little."""
    assert uncompilable(service_model(service)) == UNCHECKED[service]


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_valid_parameters(line: Line, known: Known, service: str, name: str) -> None:
    """Whatever the model allows gets an answer that botocore parses: a result, or a refusal with a
    code.
    """
    operation: Any = _operation(service, name)

    @SWEPT
    @given(valid(operation.input_shape, known))
    def swept(asked: dict[str, Any]) -> None:
        status, answer = _call(line, service, operation, asked)
        lacking = status == 501 and "does not have" in answer["Error"]["Message"]
        assert status == 200 or 400 <= status < 500 or lacking, (status, answer, asked)
        if status == 200:
            shape = operation.output_shape
            missing = [
                member
                for member in (shape.required_members if shape else ())
                if member not in answer
            ]
            assert not missing, (missing, asked)
        else:
            assert answer["Error"]["Code"].replace(".", "").isidentifier(), answer
            assert answer["Error"]["Message"], answer
            assert not answer["Error"]["Message"].startswith("Parameter validation failed"), (
                answer,
                asked,
            )

    swept()


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_invalid_parameters(line: Line, known: Known, service: str, name: str) -> None:
    """One thing wrong is enough to be refused, with the code that the service has for it and the
    member's name.
    """
    operation: Any = _operation(service, name)

    @SWEPT
    @given(valid(operation.input_shape, known), st.data())
    def swept(asked: dict[str, Any], data: st.DataObject) -> None:
        # A form has texts only: what is of another type there is another text.
        ways = [
            each
            for each in breaks(operation.input_shape, asked)
            if service not in FORMS or each.kind != "type"
        ]
        if not ways:
            return
        wrong = data.draw(st.sampled_from(ways))
        status, answer = _call(line, service, operation, broken(asked, wrong))
        assert status == 400, (status, wrong, answer, asked)
        assert answer["Error"]["Code"] in REFUSALS, (wrong, answer)

    swept()


@pytest.mark.parametrize("service", HAD)
def test_what_is_not_here(line: Line, service: str) -> None:
    """Every other operation of the model says that it is not here, so that nobody takes silence for
    success.
    """
    model = service_model(service)
    others = sorted(set(model.operation_names) - set(HAD[service]))
    for name in others:
        status, answer = _call(line, service, model.operation_model(name), {})
        assert (status, answer["Error"]["Code"]) == (501, "NotImplementedException"), name
        assert name in answer["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("sagemaker", "ListModels"),
        ("rekognition", "DetectFaces"),
        ("logs", "ListAnomalies"),
        ("sqs", "ListMessageMoveTasks"),
        ("sns", "ListPlatformApplications"),
    ],
)
def test_what_is_not_here_is_asked_once(aws: Practice, service: str, name: str) -> None:
    """A client with its usual retries must not wait for what will never come."""
    client: Any = boto3.client(  # type: ignore[call-overload]  # the stubs want a name that is written out
        service,
        endpoint_url=aws.server.url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
    )
    before = aws.aws.faults.book.last
    needed: dict[str, dict[str, Any]] = {
        "DetectFaces": {"Image": {}},
        "ListMessageMoveTasks": {"SourceArn": "x"},
    }
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(name))(**needed.get(name, {}))
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert aws.aws.faults.book.last == before + 1
