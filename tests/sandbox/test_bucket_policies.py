"""What a bucket's policy allows where no other policy names the bucket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import BUCKET, Practice, refused

from bot.sandbox.aws.s3.bucket_policies import allows
from bot.sandbox.aws.s3.situations import Situation

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::111122223333:role/Labeljob"
SESSION = "arn:aws:sts::111122223333:assumed-role/Labeljob/i-0f"
SERVICE = {"Service": "rekognition.amazonaws.com"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("policies"))
    practice.s3.create_bucket(Bucket=BUCKET)
    practice.put("a.txt", b"x")
    yield practice
    practice.server.stop()


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": ["s3:GetObject"],
        "Resource": "arn:aws:s3:::raw/*",
        **changes,
    }


@pytest.mark.parametrize(
    ("statements", "arn", "action", "allowed"),
    [
        ([statement()], SESSION, "s3:GetObject", True),
        ([statement()], ROLE, "s3:GetObject", True),
        ([statement()], "", "s3:GetObject", True),
        ([statement()], f"{ROLE}2", "s3:GetObject", False),
        ([statement()], ROLE, "s3:GetObjectAcl", False),
        ([statement()], ROLE, "s3:ListBucket", False),
        ([statement(Action="s3:*", Resource="arn:aws:s3:::raw")], ROLE, "s3:ListBucket", True),
        ([statement(Action="s3:*", Resource="arn:aws:s3:::raw")], ROLE, "s3:GetObject", False),
        ([statement(Resource="arn:aws:s3:::raw2/*")], ROLE, "s3:GetObject", False),
        ([statement(Principal="*")], SESSION, "s3:GetObject", True),
        ([statement(Principal=SERVICE)], "", "s3:GetObject", False),
        ([statement(Condition={"Bool": {}})], ROLE, "s3:GetObject", False),
        ([statement(), statement(Effect="Deny")], ROLE, "s3:GetObject", False),
        ([], ROLE, "s3:GetObject", False),
    ],
)
def test_what_a_policy_allows(
    statements: list[dict[str, Any]], arn: str, action: str, allowed: bool
) -> None:
    """A stand-in that is kinder than S3 would call a policy good that opens nothing."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert allows(policy, action, "raw", arn) is allowed


def test_a_bucket_that_only_its_own_policy_opens(aws: Practice) -> None:
    """Reading is refused until the policy names the caller; the policy itself can be written, by
    the bucket's own account.
    """
    me = aws.client("sts").get_caller_identity()["Arn"]
    there = statement(Principal={"AWS": me}, Resource=f"arn:aws:s3:::{BUCKET}/*")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [there]})
    nobody = json.dumps({"Statement": [statement(Principal={"AWS": "the bot's role"})]})
    situations = aws.aws.situations
    situations.put(BUCKET, Situation("unnamed"))
    with refused("AccessDenied", 403):
        aws.s3.get_object_acl(Bucket=BUCKET, Key="a.txt")
    assert BUCKET in situations.closed
    with refused("MalformedPolicy", 400):
        aws.s3.put_bucket_policy(Bucket=BUCKET, Policy=nobody)
    aws.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    aws.s3.get_object(Bucket=BUCKET, Key="a.txt")
    with refused("AccessDenied", 403):
        aws.s3.get_bucket_acl(Bucket=BUCKET)
    assert BUCKET in situations.closed, "Custom Labels needs more than that"
    situations.put(BUCKET, Situation("unnamed", "444455556666"))
    with refused("MethodNotAllowed", 405):
        aws.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert BUCKET not in [each["Name"] for each in aws.s3.list_buckets()["Buckets"]]
    situations.put(BUCKET, None)
