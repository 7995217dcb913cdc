"""Signatures and protocol of the AWS stand-in: who gets in, what is refused before any service is
asked.
"""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from aws_practice import BUCKET, MEMBERS, ROLE, Practice, fetch, labeling_job, refused, signed
from botocore.exceptions import ClientError, ConnectionClosedError

from bot.sandbox.aws.wire.constraints import uncompilable
from bot.sandbox.aws.wire.protocol import JsonService, operation, service_model

TEAM = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/absent"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("signature"))
    practice.s3.create_bucket(Bucket=BUCKET)
    practice.put("secret.txt", "only for those who may")
    yield practice
    practice.server.stop()


def link(aws: Practice, seconds: int = 60, key: str = "secret.txt") -> str:
    url: str = aws.s3.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=seconds
    )
    return url


def test_wrong_secrets_and_unknown_keys_are_refused(aws: Practice) -> None:
    """A stand-in that lets everybody in would hide a bot that signs wrongly."""
    wrong = {
        "s3": "SignatureDoesNotMatch",
        "sagemaker": "InvalidSignatureException",
        "sts": "SignatureDoesNotMatch",
    }
    unknown = {
        "s3": "InvalidAccessKeyId",
        "sagemaker": "UnrecognizedClientException",
        "sts": "InvalidClientTokenId",
    }
    call = {"s3": "list_buckets", "sagemaker": "list_workteams", "sts": "get_caller_identity"}
    for service, method in call.items():
        with refused(wrong[service], 403):
            getattr(aws.client(service, "wrong"), method)()
        with refused(unknown[service], 403):
            getattr(aws.client(service, key="AKIAUNKNOWN"), method)()


def test_unsigned_requests_are_refused(aws: Practice) -> None:
    """An address alone opens nothing."""
    assert fetch(f"{aws.server.url}/{BUCKET}/secret.txt")[0] == 403
    status, headers, _ = fetch(aws.server.url, "POST", X_Amz_Target="SageMaker.ListWorkteams")
    assert (status, headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")


def test_another_region_is_not_this_one(aws: Practice) -> None:
    """A bot set to the wrong region must find out at once."""
    with refused("InvalidSignatureException", 403, "valid region"):
        aws.client("sagemaker", region="eu-west-1").list_workteams()


def test_links_open_until_they_expire(aws: Practice) -> None:
    """A link that lives on after its time is a leak; one that dies early breaks the card."""
    url = link(aws, seconds=60)
    assert fetch(url)[2] == b"only for those who may"
    aws.ahead += 61
    status, _, body = fetch(url)
    aws.ahead -= 61
    assert (status, b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body) == (
        403,
        True,
    )


def test_forged_links_are_refused(aws: Practice) -> None:
    """Every part of a link is signed: object, lifetime, shown type, and the signature itself."""
    url = link(aws)
    for forged in (
        url.replace("secret.txt", "other.txt"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        url + "&response-content-type=text%2Fhtml",
        url[:-4] + "0000",
    ):
        status, _, body = fetch(forged)
        assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
    assert fetch(url, "DELETE")[0] == 403


def test_links_of_another_kind_are_refused(aws: Practice) -> None:
    """A client that still signs in the old way, or asks for more than a week, must fail here as on
    AWS.
    """
    old = f"{aws.server.url}/{BUCKET}/secret.txt?AWSAccessKeyId=AKIAPRACTICE&Expires=1&Signature=x"
    assert (fetch(old)[0], b"AWS4-HMAC-SHA256" in fetch(old)[2]) == (400, True)
    too_long = link(aws, seconds=604_801)
    assert b"AuthorizationQueryParametersError" in fetch(too_long)[2]
    parts = urlsplit(link(aws))
    query = dict(parse_qsl(parts.query))
    query.pop("X-Amz-Date")
    assert (
        b"AuthorizationQueryParametersError"
        in fetch(f"{aws.server.url}{parts.path}?{urlencode(query)}")[2]
    )


def test_a_clock_that_is_wrong_is_told(aws: Practice) -> None:
    """A request replayed later must not count."""
    aws.ahead += 1000
    with refused("RequestTimeTooSkewed", 403):
        aws.s3.list_buckets()
    with refused("InvalidSignatureException", 403, "expired"):
        aws.sagemaker.list_workteams()
    aws.ahead -= 1000


def test_a_role_gives_keys_for_a_while(aws: Practice) -> None:
    """Links signed with a role's keys die with the session, whatever lifetime they name."""
    assert aws.sts.get_caller_identity()["Account"] == "111122223333"
    given = aws.sts.assume_role(RoleArn=ROLE, RoleSessionName="bot", DurationSeconds=900)[
        "Credentials"
    ]
    keys = {"key": given["AccessKeyId"], "secret": given["SecretAccessKey"]}
    session = aws.client("s3", token=given["SessionToken"], **keys)
    assert session.list_buckets()["Buckets"]
    who = aws.client("sts", token=given["SessionToken"], **keys).get_caller_identity()["Arn"]
    assert who == "arn:aws:sts::111122223333:assumed-role/LabelingRole/bot"
    with refused("InvalidAccessKeyId", 403):
        aws.client("s3", token="made-up", **keys).list_buckets()
    url = session.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": "secret.txt"}, ExpiresIn=3600
    )
    assert fetch(url)[0] == 200
    aws.ahead += 901
    status, _, body = fetch(url)
    aws.ahead -= 901
    assert (status, b"ExpiredToken" in body) == (400, True)
    with refused("AccessDenied", 403):
        aws.sts.assume_role(RoleArn="arn:aws:iam::999999999999:role/Other", RoleSessionName="bot")
    with refused("NotImplementedException", 501):
        aws.sts.get_session_token()


def test_the_service_signs_for_its_workers(aws: Practice) -> None:
    """Pictures on worker pages come through such links; without them no task can be done."""
    url = aws.aws.grant(f"s3://{BUCKET}/secret.txt")
    assert fetch(url)[2] == b"only for those who may"
    with pytest.raises(ValueError, match="S3 URI"):
        aws.aws.grant("https://example.com/x.png")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"LabelingJobName": "a_b"},
            "Value 'a_b' at 'labelingJobName' failed to satisfy constraint",
        ),
        ({"LabelingJobName": "n" * 64}, "length less than or equal to 63"),
        ({"NumberOfHumanWorkersPerDataObject": 10}, "value less than or equal to 9"),
        ({"NumberOfHumanWorkersPerDataObject": 0}, "value greater than or equal to 1"),
        ({"TaskDescription": "two\nlines"}, "regular expression pattern: .+"),
        ({"TaskKeywords": ["has-hyphen"]}, "humanTaskConfig.taskKeywords.1.member"),
        ({"TaskKeywords": []}, "length greater than or equal to 1"),
        ({"TaskTitle": "t" * 129}, "length less than or equal to 128"),
        ({"RoleArn": "arn:aws:iam::1:role/x-but-long-enough"}, "at 'roleArn'"),
        (
            {
                "InputConfig": {
                    "DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/k"}},
                    "DataAttributes": {"ContentClassifiers": ["Bogus"]},
                }
            },
            "enum value set: [FreeOfPersonallyIdentifiableInformation, FreeOfAdultContent]",
        ),
        ({"Tags": [{"Key": "bad!", "Value": ""}]}, "tags.1.member.key"),
        ({"TaskTitle": None}, "Value null at 'humanTaskConfig.taskTitle'"),
        ({"TaskTitle": 7}, "Invalid type"),
    ],
)
def test_what_the_model_forbids_is_refused(
    aws: Practice, changes: dict[str, object], words: str
) -> None:
    """boto3 does not check enums, patterns and maxima; what slips through here fails on AWS."""
    with refused("ValidationException", 400, words):
        aws.sagemaker.create_labeling_job(**labeling_job("valid-name", TEAM, **changes))


def test_unknown_members_are_refused(aws: Practice) -> None:
    """A misspelled member must not be lost in silence."""
    code, words = call(aws, "SageMaker.ListWorkteams", {"MaxResult": 5})
    assert (code, "Unknown parameter" in words) == ("ValidationException", True)


def test_what_is_missing_here_says_so(aws: Practice) -> None:
    """An operation that this stand-in lacks must fail fast and by name, not hang in retries."""
    patient = aws.client("sagemaker")
    patient.meta.config.retries["total_max_attempts"] = 5
    with pytest.raises(ClientError) as caught:
        patient.list_models()
    answer: Any = caught.value.response
    assert answer["Error"]["Code"] == "NotImplementedException"
    assert (
        answer["ResponseMetadata"]["RetryAttempts"],
        answer["ResponseMetadata"]["HTTPStatusCode"],
    ) == (0, 501)
    assert call(aws, "SageMaker.MakeCoffee", {})[0] == "UnknownOperationException"
    assert call(aws, "SageMaker.ListWorkteams", [])[0] == "SerializationException"


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("comprehend", "detect_sentiment", {"Text": "good", "LanguageCode": "en"}),  # JSON
        ("iam", "get_user", {}),  # forms
        ("lambda", "list_functions", {}),  # paths, as S3's
    ],
)
def test_a_service_that_is_not_here_says_so(
    aws: Practice, service: str, operation: str, arguments: dict[str, str]
) -> None:
    """A call of another service would be taken for S3's or STS's, and refused with a wrong word
    about its signature.
    """
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), operation)(**arguments)
    answer: Any = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "does not have" in answer["Error"]["Message"]


def call(aws: Practice, target: str, content: object) -> tuple[str, str]:
    """Code and words of the refusal of a request that boto3 itself would not send."""
    _, body = signed(
        "POST", f"{aws.server.url}/", json.dumps(content).encode(), "sagemaker", X_Amz_Target=target
    )
    answer = json.loads(body)
    return answer["__type"], answer["message"]


def test_the_models_are_what_we_think(aws: Practice) -> None:
    """A later botocore with another protocol or with patterns nobody compiles must be noticed at
    start.
    """
    assert aws
    for name in ("sagemaker", "rekognition", "logs"):
        assert service_model(name).resolved_protocol == "json"
    assert len(uncompilable(service_model("sagemaker"))) <= 4
    assert uncompilable(service_model("rekognition")) == []


def test_a_stand_in_cannot_invent() -> None:
    """An operation or a member that AWS does not have would teach the bot a service that does not
    exist.
    """

    class Invents:
        @operation
        def list_workteams(self, asked: dict[str, object]) -> dict[str, object]:
            return {"Workteams": [], "Beauty": 1, **asked}

    class Dreams:
        @operation
        def paint_picture(self, asked: dict[str, object]) -> dict[str, object]:
            return asked

    with pytest.raises(LookupError):
        JsonService("sagemaker", [Dreams()])
    with pytest.raises(LookupError, match="Beauty"):
        JsonService("sagemaker", [Invents()]).answer("ListWorkteams", b"{}")


def test_faults_speak_each_dialect(aws: Practice) -> None:
    """The bot's patience is tested against what AWS really says when it is busy or broken."""
    aws.control(operation="SageMaker.ListWorkteams", fault="throttle", times=1)
    with refused("ThrottlingException", 400):
        aws.sagemaker.list_workteams()
    aws.control(operation="S3.ListBuckets", fault="throttle", times=1)
    with refused("SlowDown", 503):
        aws.s3.list_buckets()
    aws.control(operation="Rekognition.*", fault="error_500", times=1)
    with refused("InternalFailure", 500):
        aws.rekognition.describe_projects()
    aws.control(operation="SageMaker.CreateWorkteam", fault="drop_after", times=1)
    with pytest.raises(ConnectionClosedError):
        aws.sagemaker.create_workteam(
            WorkteamName="dropped", Description="d", MemberDefinitions=MEMBERS
        )
    assert aws.sagemaker.describe_workteam(WorkteamName="dropped")["Workteam"]["Description"] == "d"


def test_the_journal_names_operations_and_keeps_no_secret(aws: Practice) -> None:
    """The journal is the tests' oracle; a link in it must not open anything."""
    fetch(link(aws))
    aws.sts.get_caller_identity()
    aws.logs.describe_log_groups()
    with urllib.request.urlopen(f"{aws.server.url}/_control/journal") as answer:
        text = answer.read().decode()
    seen = {entry["operation"] for entry in json.loads(text)["entries"]}
    assert {
        "S3.GetObject",
        "STS.GetCallerIdentity",
        "Logs.DescribeLogGroups",
        "S3.CreateBucket",
    } <= seen
    assert link(aws).rpartition("=")[2] not in text
    assert "practice-secret" not in text
