"""What the bot writes is encrypted as LABELJOB_S3_ENCRYPTION says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base import encryption
from bot.base.settings import Settings
from bot.sandbox.workspace import seed
from tests.stories.world import WAITING, World, an_order

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"


@pytest.fixture
def sealed_world(tmp_path: Path) -> Iterator[World]:
    """A world whose administrator has named a KMS key."""
    world = World(tmp_path, s3_encryption=KEY)
    yield world
    world.stop()


def test_every_object_of_ours_and_the_results_bear_the_key(sealed_world: World) -> None:
    """Without this, a bucket whose policy demands the header would deny each write of the bot."""
    world = sealed_world
    order = an_order("sealed-job", team=WAITING, source=f"s3://{seed.RAW}/ripeness/")
    world.ask(order)
    written = [entry["path"] for entry in world.journal("S3.PutObject", slack=False)]
    ours = [path for path in written if "/sealed-job/labeljob/" in path]
    assert len(ours) >= 3, "manifest, page and labels"
    for path in ours:
        bucket, _, key = path.lstrip("/").partition("/")
        head = world.s3.head_object(Bucket=bucket, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
    asked: dict[str, Any] = world.sagemaker.describe_labeling_job(LabelingJobName="sealed-job")
    assert asked["OutputConfig"]["KmsKeyId"] == KEY


@pytest.mark.parametrize(
    ("setting", "headers", "key"),
    [
        ("none", {}, ""),
        ("AES256", {"ServerSideEncryption": "AES256"}, ""),
        (
            "alias/ours",
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/ours"},
            "alias/ours",
        ),
    ],
)
def test_setting_is_what_s3_and_ground_truth_get(
    setting: str, headers: dict[str, str], key: str
) -> None:
    """Without this, a setting would be believed and not sent."""
    assert encryption.headers(encryption.check(setting)) == headers
    assert encryption.kms_key(setting) == key


@pytest.mark.parametrize("setting", ["", "yes please", "key\n"])
def test_setting_that_is_no_key_is_refused_at_the_start(setting: str) -> None:
    """Without this, every write would fail later, one by one."""
    with pytest.raises(ValueError, match="none, AES256"):
        Settings(_env_file=None, slack_bot_token="xoxb-test", s3_encryption=setting)
