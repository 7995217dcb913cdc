"""Which buckets S3 keeps from the bot: asked of the stand-in, with all that it may answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.base.bucket_policy import BUCKETS_MOST, Closed
from bot.base.bucket_rights import BucketRights
from bot.base.errors import Transient
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import NotAllowedPlace
from bot.sandbox.aws.s3.situations import Situation
from tests.windows.test_custom_labels import BUCKET, World

PICTURE = S3Uri(BUCKET, "a.jpg")
HERE = Allowed((BUCKET, "far", "theirs", *(f"more-{number}" for number in range(9))))


class Over(Transient):
    """Nobody waits any more."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.put(PICTURE.key, "a picture")
    yield made
    made.stop()


@pytest.fixture
def rights(world: World) -> BucketRights:
    return BucketRights(world.aws, world.storage)


def shut(world: World, bucket: str = BUCKET, kind: str = "unnamed", detail: str = "") -> None:
    """Put a bucket into a situation."""
    situation = Situation(kind, detail)  # type: ignore[arg-type]  # the words of a test
    world.aws_app.situations.put(bucket, situation)


def asked(rights: BucketRights, *places: S3Uri) -> tuple[Closed, ...]:
    return rights.closed(places, HERE, lambda: None)


def test_buckets_that_are_open_or_not_there_are_not_called_closed(
    world: World, rights: BucketRights
) -> None:
    """A false alarm would teach people to press what they need not."""
    shut(world, "far", "elsewhere", "eu-west-1")
    places = (PICTURE, S3Uri("far", "b.jpg"), S3Uri("more-1", "c.jpg"), S3Uri(BUCKET, "gone.jpg"))
    assert asked(rights, *places) == ()
    assert asked(rights, S3Uri(BUCKET, "gone.jpg")) == ()
    shut(world, BUCKET, "sealed", "a-key")
    assert asked(rights, PICTURE) == (), "a bucket's policy opens no key"
    assert world.count("STS.GetCallerIdentity") == 0


def test_each_bucket_is_asked_once_and_few_are(world: World, rights: BucketRights) -> None:
    """A manifest of a thousand buckets would otherwise ask S3 for minutes."""
    places = [S3Uri(f"more-{number}", "a.jpg") for number in range(9)]
    for place in places:
        shut(world, place.bucket)
    found = asked(rights, *places, *places)
    assert [each.bucket for each in found] == [f"more-{number}" for number in range(BUCKETS_MOST)]
    assert world.count("S3.GetBucketAcl") == BUCKETS_MOST


def test_what_is_denied_is_named_with_the_caller_and_the_owner(
    world: World, rights: BucketRights
) -> None:
    """Without the caller nobody knows whom a policy is to name."""
    shut(world)
    of_bucket = ("s3:GetBucketLocation", "s3:GetBucketAcl")
    of_object = ("s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging")
    (found,) = asked(rights, S3Uri(BUCKET, "folder/"), PICTURE)
    me = world.aws.caller
    assert found == Closed(BUCKET, of_bucket + of_object, me)
    (found,) = asked(rights, S3Uri(BUCKET, "folder/"))
    assert found == Closed(BUCKET, of_bucket, me)
    shut(world, "theirs", "unnamed", "444455556666")
    (found,) = asked(rights, S3Uri("theirs", ""))
    assert found.foreign
    assert not found.curable


def test_places_that_are_closed_to_the_channel_are_not_asked_or_changed(
    world: World, rights: BucketRights
) -> None:
    """Somebody would learn of, or open, what an administrator has kept from the channel."""
    shut(world)
    nowhere = Allowed(("other",))
    assert rights.closed([PICTURE], nowhere, lambda: None) == ()
    assert world.count("S3.GetBucketAcl") == 0
    with pytest.raises(NotAllowedPlace):
        rights.let_in(Closed(BUCKET), nowhere)
    with pytest.raises(NotAllowedPlace):
        rights.let_in(Closed(BUCKET), Allowed((f"{BUCKET}/folder/",)))
    assert world.count("S3.PutBucketPolicy") == 0


def test_s3_that_does_not_answer_says_nothing_of_a_bucket(
    world: World, rights: BucketRights
) -> None:
    """A moment without S3 would be told as a policy that is missing, or end a form; whoever does
    not wait any more ends the questions.
    """
    world.spoil("S3.GetBucketLocation", "throttle", 9)
    assert asked(rights, PICTURE) == ()

    def over() -> None:
        raise Over

    with pytest.raises(Over):
        rights.closed([PICTURE], HERE, over)
