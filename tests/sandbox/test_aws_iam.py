"""IAM in the AWS stand-in: the execution role and what its policies allow, as botocore reads it."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_practice import ROLE, Practice, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECT = "arn:aws:s3:::orchard/a.jpg"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("iam"))
    yield practice
    practice.server.stop()


def put(aws: Practice, bucket: str, situation: str | None) -> None:
    body = json.dumps({"bucket": bucket, "situation": situation}).encode()
    urllib.request.urlopen(f"{aws.server.url}/_control/situations", body).close()


def decision(aws: Practice, action: str, resource: str) -> str:
    (found,) = aws.iam.simulate_principal_policy(
        PolicySourceArn=ROLE, ActionNames=[action], ResourceArns=[resource]
    )["EvaluationResults"]
    assert (found["EvalActionName"], found["EvalResourceName"]) == (action, resource)
    return str(found["EvalDecision"])


def test_role_is_trusted_by_sagemaker(aws: Practice) -> None:
    """Without this, nobody could tell a role that jobs may take from any other."""
    role = aws.iam.get_role(RoleName="LabelingRole")["Role"]
    assert role["Arn"] == ROLE
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    with refused("NoSuchEntity", 404):
        aws.iam.get_role(RoleName="Nobody")


def test_policies_of_the_role_are_simulated(aws: Practice) -> None:
    """Without this, a role that lacks a right would look like one that has it."""
    assert decision(aws, "s3:GetObject", OBJECT) == "allowed"
    assert decision(aws, "s3:ListBucket", "arn:aws:s3:::orchard") == "allowed"
    assert decision(aws, "s3:ListBucket", OBJECT) == "implicitDeny", "no right of an object"
    assert decision(aws, "s3:DeleteObject", OBJECT) == "implicitDeny"
    assert decision(aws, "s3:GetObject", "arn:aws:s3:::locked/a.jpg") == "allowed", (
        "what a bucket's own policy denies is not known"
    )
    put(aws, "orchard", "forbidden")
    assert decision(aws, "s3:PutObject", OBJECT) == "explicitDeny"
    put(aws, "orchard", "unlisted")
    assert decision(aws, "s3:PutObject", OBJECT) == "implicitDeny"
    put(aws, "orchard", None)
    with refused("NoSuchEntity", 404):
        aws.iam.simulate_principal_policy(PolicySourceArn=ROLE + "s", ActionNames=["s3:GetObject"])
    with refused("NotImplementedException", 501):
        aws.iam.simulate_principal_policy(
            PolicySourceArn=ROLE, ActionNames=["s3:GetObject"], MaxItems=5
        )


def test_whoever_took_a_role_may_not_ask(aws: Practice) -> None:
    """Without this, the bot would never meet an account that does not let it look."""
    keys = aws.sts.assume_role(RoleArn=ROLE, RoleSessionName="bot")["Credentials"]
    iam: Any = boto3.client(
        "iam",
        endpoint_url=aws.server.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    with refused("AccessDenied", 403):
        iam.get_role(RoleName="LabelingRole")
    with refused("AccessDenied", 403):
        iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=["s3:GetObject"])
