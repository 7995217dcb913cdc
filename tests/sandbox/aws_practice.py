"""A practice AWS account for the tests of the AWS stand-in: its server, clients, a clock that tests
push on.
"""

import io
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

from bot.sandbox.aws.app import Aws, AwsConfig, create_app
from bot.sandbox.crowd.simulated_teams import Behaviours
from bot.sandbox.http import Server

KEY, SECRET = "AKIAPRACTICE", "practice-secret"
ROLE = "arn:aws:iam::111122223333:role/LabelingRole"
FUNCTIONS = "arn:aws:lambda:us-east-1:432418664414:function:"
PUBLIC_TEAM = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
MEMBERS = [
    {"CognitoMemberDefinition": {"UserPool": "us-east-1_abc", "UserGroup": "crew", "ClientId": "c"}}
]
BUCKET = "orchard"
QUICK = Behaviours(
    initializing_seconds=0, counting_seconds=0, stopping_seconds=0, decline_share=0, slow_share=0
)


class Practice:
    """The account; its time is the real one (signatures carry it) plus what a test adds with
    `later`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ahead = 0.0
        self._open()

    def _open(self) -> None:
        self.aws: Aws = create_app(
            AwsConfig(
                folder=self.folder,
                access_keys={KEY: SECRET},
                pace=1000,
                clock=lambda: time.time() + self.ahead,
                worker_pages_url="http://127.0.0.1:4040",
                denied_buckets=frozenset({"locked"}),
                other_region_buckets={"far-away": "eu-west-1"},
                other_account_buckets={"partner": "444455556666"},
                sealed_buckets=frozenset({"sealed"}),
                behaviours=QUICK,
            )
        )
        self.server = Server(self.aws.app).start()
        self._clients: dict[str, Any] = {}

    def restart(self) -> None:
        """End without any farewell, as a kill does, and open the same folder again."""
        self.server.stop()
        self._open()

    def later(self, seconds: float = 2.5) -> None:
        """Let time pass at once, and everything that is due happen."""
        self.ahead += seconds
        self.aws.tick()

    def client(self, service: str, secret: str = SECRET, **more: Any) -> Any:
        """A plain boto3 client with one try per call."""
        made: Any = boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.server.url,
            region_name=more.pop("region", "us-east-1"),
            aws_access_key_id=more.pop("key", KEY),
            aws_secret_access_key=secret,
            aws_session_token=more.pop("token", None),
            config=Config(
                retries={"total_max_attempts": 1},
                parameter_validation=False,
                signature_version="s3v4" if service == "s3" else None,
                s3={"addressing_style": "path"},
                **more,
            ),
        )
        return made

    def __getattr__(self, service: str) -> Any:
        """The client of a service, made once: `practice.s3`."""
        if service not in {"s3", "sagemaker", "rekognition", "logs", "sts", "sns", "sqs", "iam"}:
            raise AttributeError(service)
        return self._clients.setdefault(service, self.client(service))

    def put(self, key: str, body: bytes | str, bucket: str = BUCKET) -> None:
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def control(self, **fault: Any) -> None:
        """Set a fault switch."""
        data = json.dumps(fault).encode()
        urllib.request.urlopen(
            urllib.request.Request(f"{self.server.url}/_control/faults", data)
        ).close()


@contextmanager
def refused(code: str, status: int | None = None, words: str = "") -> Iterator[None]:
    """AWS refuses the call inside with this code."""
    with pytest.raises(ClientError) as caught:
        yield
    found = caught.value.response["Error"]
    assert found["Code"] == code, found
    assert status in {None, caught.value.response["ResponseMetadata"]["HTTPStatusCode"]}
    assert words in found.get("Message", ""), found


class Unframed(S3SigV4Auth):
    """Signs a body that is framed as aws-chunked and whose chunks are not signed."""

    def payload(self, _request: AWSRequest) -> str:
        return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        SigV4Auth._modify_request_before_signing(self, request)  # type: ignore[attr-defined]


def signed(
    method: str,
    url: str,
    body: bytes,
    service: str,
    signer: type[SigV4Auth] = SigV4Auth,
    **headers: str,
) -> tuple[int, bytes]:
    """Status and body of a signed request that boto3 itself would not send."""
    request = AWSRequest(method, url, {k.replace("_", "-"): v for k, v in headers.items()}, body)
    signer(Credentials(KEY, SECRET), service, "us-east-1").add_auth(request)
    sent = urllib.request.Request(url, body, dict(request.headers.items()), method=method)
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of a plain request, as a browser makes one."""
    request = urllib.request.Request(
        url, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def picture(width: int = 64, height: int = 64, kind: str = "PNG") -> bytes:
    """An image file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(file, kind)
    return file.getvalue()


def lines(*entries: dict[str, Any]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def labeling_job(name: str, team: str, **changes: Any) -> dict[str, Any]:
    """A CreateLabelingJob request; `changes` are members of HumanTaskConfig (lower level) or of the
    request.
    """
    task: dict[str, Any] = {
        "WorkteamArn": team,
        "UiConfig": {"UiTemplateS3Uri": f"s3://{BUCKET}/page.liquid.html"},
        "PreHumanTaskLambdaArn": f"{FUNCTIONS}PRE-ImageMultiClass",
        "AnnotationConsolidationConfig": {
            "AnnotationConsolidationLambdaArn": f"{FUNCTIONS}ACS-ImageMultiClass",
        },
        "TaskTitle": "Ripeness",
        "TaskDescription": "Pick one label",
        "NumberOfHumanWorkersPerDataObject": 1,
        "TaskTimeLimitInSeconds": 300,
    }
    request: dict[str, Any] = {
        "LabelingJobName": name,
        "LabelAttributeName": "ripeness",
        "InputConfig": {
            "DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{BUCKET}/fruit.manifest"}}
        },
        "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/results"},
        "RoleArn": ROLE,
        "LabelCategoryConfigS3Uri": f"s3://{BUCKET}/labels.json",
        "HumanTaskConfig": task,
    }
    for member, value in changes.items():
        where = (
            request
            if member in request or member in {"Tags", "LabelingJobAlgorithmsConfig"}
            else task
        )
        if value is None:
            where.pop(member)
        else:
            where[member] = value
    return request


def of_type(name: str) -> dict[str, Any]:
    """The changes that make a labeling job one of another built-in task type."""
    return {
        "PreHumanTaskLambdaArn": f"{FUNCTIONS}PRE-{name}",
        "AnnotationConsolidationConfig": {
            "AnnotationConsolidationLambdaArn": f"{FUNCTIONS}ACS-{name}"
        },
    }
