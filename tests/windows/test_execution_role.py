"""The execution role: what its trust policy says, and what IAM simulates, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.base.aws import Aws, AwsRefused
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.engines.ground_truth.execution_role import ExecutionRole, may_take
from bot.sandbox.aws import app
from bot.sandbox.http import Server

ROLE = "arn:aws:iam::111122223333:role/LabelingRole"
KEYS = {"AKIAPRACTICE": "practice-secret"}
READS, WRITES = [S3Uri.parse("s3://raw/a.jpg")], S3Uri.parse("s3://out/labels/ripe")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("iam")
    server = Server(app.create_app(app.AwsConfig(folder, KEYS)).app).start()
    yield server.url
    server.stop()


def aws(url: str, key: str, secret: str, token: str | None = None) -> Aws:
    more: dict[str, Any] = {"AWS_SESSION_TOKEN": token} if token else {}
    return Aws(
        Settings(
            SLACK_BOT_TOKEN="xoxb-test",
            AWS_ENDPOINT_URL=url,
            AWS_REGION="us-east-1",
            AWS_ACCESS_KEY_ID=key,
            AWS_SECRET_ACCESS_KEY=secret,
            **more,
        )
    )


def test_role_that_has_its_rights_is_fine(url: str) -> None:
    """Without this, a good role would be warned of in every review."""
    (key, secret) = next(iter(KEYS.items()))
    found = ExecutionRole(aws(url, key, secret), ROLE).rights(READS, WRITES)
    assert (found.blocks, found.look_at, found.fine) == ((), (), "execution role")


def test_role_that_is_not_there_is_named(url: str) -> None:
    """Without this, a slip in the settings would be learned of from a refused launch."""
    (key, secret) = next(iter(KEYS.items()))
    role = ExecutionRole(aws(url, key, secret), "arn:aws:iam::111122223333:role/path/Nobody")
    with pytest.raises(AwsRefused, match="There is no execution role Nobody in this account"):
        role.rights(READS, WRITES)


def test_bot_that_may_not_ask_says_so_and_blocks_nothing(url: str) -> None:
    """Without this, two optional rights would be needed for every job."""
    (key, secret) = next(iter(KEYS.items()))
    sts: Any = boto3.client(
        "sts",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    made = sts.assume_role(RoleArn=ROLE, RoleSessionName="bot")["Credentials"]
    there = aws(url, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    found = ExecutionRole(there, ROLE).rights(READS, WRITES)
    assert (found.blocks, found.look_at) == ((), ())
    assert found.fine == (
        "execution role not looked at (the bot may not ask: iam:GetRole, "
        "iam:SimulatePrincipalPolicy)"
    )


def trust(**statement: Any) -> dict[str, Any]:
    """A trust policy of one statement."""
    service = {"Service": "sagemaker.amazonaws.com"}
    usual = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**usual, **statement}]}


@pytest.mark.parametrize(
    "policy",
    [
        trust(),
        {"Statement": trust()["Statement"][0]},
        trust(Principal={"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}),
        trust(Principal={"Service": "sagemaker.eu-west-1.amazonaws.com"}),
        trust(Principal="*"),
        trust(Action=["sts:TagSession", "sts:assume*"]),
        trust(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ],
)
def test_trust_in_sagemaker_is_seen_however_it_is_written(policy: dict[str, Any]) -> None:
    """Without this, a good role would block every launch."""
    assert may_take(policy)


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"Statement": ["odd", None]},
        trust(Effect="Deny"),
        trust(Principal={"Service": "lambda.amazonaws.com"}),
        trust(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        trust(Principal={"Service": "sagemaker.amazonaws.com.example.org"}),
        trust(Action="sts:AssumeRoleWithSAML"),
    ],
)
def test_role_that_sagemaker_may_not_take_is_seen(policy: dict[str, Any]) -> None:
    """Without this, a role made for another service would fail after the launch."""
    assert not may_take(policy)
