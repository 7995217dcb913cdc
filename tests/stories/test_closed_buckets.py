"""Buckets that Custom Labels cannot use with the bot's rights: named before and after an import,
with the exact policy and the press that adds it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.base.bucket_policy import Closed, statements
from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.stories.test_create import pick
from tests.stories.test_dataset_updates import line, rounds
from tests.stories.world import World, shown

STORE = f"s3://{seed.OUT}/datasets/"
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "s3:ListBucket",
    "Resource": f"arn:aws:s3:::{seed.RAW}",
}


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel of these tests' own."""
    return one_world.channel("own-closed-buckets")


@contextmanager
def unnamed(world: World, owner: str = "", bucket: str = seed.RAW) -> Iterator[None]:
    """The bot's own policy does not name the bucket (of pictures); what the bucket's says counts.
    `owner` is another account that owns it.
    """
    url = world.services.aws_url
    body: dict[str, Any] = {"bucket": bucket, "situation": "unnamed", "detail": owner}
    forms.control(url, "situations", body)
    try:
        yield
    finally:
        forms.control(url, "situations", {**body, "situation": None})
        world.s3.delete_bucket_policy(Bucket=bucket)


def manifest(world: World, name: str, bucket: str) -> str:
    """A manifest of two pictures that are there."""
    body = b"\xff\xd8\xff a picture"
    for picture in ("a", "b"):
        world.put(f"updates/closed-{picture}.jpg", body)
    lines = [line("closed-a", "ripe"), line("closed-b", "unripe")]
    return world.put(
        f"closed/{name}.manifest", "".join(json.dumps(one) + "\n" for one in lines), bucket
    )


def asked_for(world: World, channel: str, name: str, address: str) -> dict[str, Any]:
    """Sam, a manager, fills the form for a manifest; what Slack shows then."""
    world.sam.close_windows()
    world.sam.command(channel, "/dataset", "create")
    answer = world.sam.fill(
        name={"value": name},
        project={"value": f"project-{name}"},
        manifest_uri={"value": address},
    )
    assert not answer.get("errors")
    world.settle()
    return world.sam.view()


def policy_of(world: World, bucket: str = seed.RAW) -> list[dict[str, Any]]:
    """The statements of its policy."""
    said = json.loads(world.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    found: list[dict[str, Any]] = said["Statement"]
    return found


def wanted(world: World) -> list[dict[str, Any]]:
    """The statements that the bot adds."""
    return statements(Closed(seed.RAW, caller=world.bot.ground.aws.caller))


def root(world: World, channel: str, name: str) -> dict[str, Any]:
    """A dataset's live message."""
    lead = f"Dataset {name}:"
    return next(one for one in world.sam.messages(channel) if one["text"].startswith(lead))


def test_closed_bucket_of_pictures_is_named_before_the_import(world: World, channel: str) -> None:
    """Without this, a policy that is missing would be found by a training that failed hours
    later.
    """
    address = manifest(world, "pictures", seed.OUT)
    with unnamed(world):
        world.s3.put_bucket_policy(
            Bucket=seed.RAW, Policy=json.dumps({"Version": "2012-10-17", "Statement": [THEIRS]})
        )
        view = asked_for(world, channel, "closed-pictures", address)
        assert view["callback_id"] == "dataset_review"
        said = shown(view)
        assert "S3 denies the bot s3:GetBucketLocation, s3:GetBucketAcl, s3:GetObject" in said
        assert f"in bucket `{seed.RAW}`" in said
        assert view.get("submit"), "it is told, and not forbidden"
        world.sam.press_in_view("dataset_form_policy")
        assert "lets the bot, and so Rekognition, in now" in shown(world.sam.view())
        assert policy_of(world) == [THEIRS, *wanted(world)]
        rounds(world, 2)
        view = world.sam.view()
        assert "S3 denies" not in shown(view)
        world.sam.fill()
        rounds(world, 3)
        assert "2 of 2 lines arrived" in json.dumps(
            world.sam.thread(channel, root(world, channel, "closed-pictures")["ts"])
        )


def test_what_the_bot_may_do_needs_no_policy(world: World, channel: str) -> None:
    """Without this, everybody would be told to open buckets that Custom Labels reads anyhow."""
    view = asked_for(world, channel, "open-pictures", manifest(world, "open", seed.RAW))
    assert view["callback_id"] == "dataset_thanks"
    rounds(world, 3)
    assert "S3 denies" not in json.dumps(
        world.sam.thread(channel, root(world, channel, "open-pictures")["ts"])
    )


def test_bucket_that_keeps_the_bot_from_looking_is_named_with_its_policy(
    world: World, channel: str
) -> None:
    """Without this, the form would only say no, and nobody would know what to write where."""
    world.put("closed-folder/ripe/1.jpg", b"\xff\xd8\xff a picture")
    with unnamed(world):
        world.sam.close_windows()
        world.sam.command(channel, "/dataset", "create")
        pick(world.sam, "origin", "folder", project={"value": "project-shut-folder"})
        folder = {"value": f"s3://{seed.RAW}/closed-folder/"}
        assert not world.sam.fill(folder=folder, store={"value": STORE}).get("errors")
        world.settle()
        view = world.sam.view()
        assert "The bot has no access to" in shown(view)
        assert not view.get("submit")
        world.sam.press_in_view("dataset_form_policy")
        assert policy_of(world) == wanted(world)
        rounds(world, 2)
        assert "• *ripe*" in shown(world.sam.view())


def test_bucket_of_another_account_is_not_pressed_for(world: World, channel: str) -> None:
    """Without this, a manager would press for what S3 takes from the owner alone."""
    address = manifest(world, "foreign", seed.OUT)
    with unnamed(world, owner="444455556666"):
        view = asked_for(world, channel, "closed-foreign", address)
        said = shown(view)
        assert "It belongs to another account, so what its policy says is not known here" in said
        assert "dataset_form_policy" not in json.dumps(view)


def test_failed_import_names_the_bucket_and_the_press_adds_what_is_missing(
    world: World, channel: str
) -> None:
    """Without this, an import that failed for the policy of its bucket would wait for somebody who
    knows where in AWS it is written.
    """
    asked_for(world, channel, "shut", manifest(world, "shut", seed.RAW))
    with unnamed(world):
        world.s3.put_bucket_policy(
            Bucket=seed.RAW, Policy=json.dumps({"Version": "2012-10-17", "Statement": [THEIRS]})
        )
        rounds(world, 3)
        message = root(world, channel, "shut")
        told = json.dumps(world.sam.thread(channel, message["ts"]))
        assert "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET" in told
        assert f"could not use bucket `{seed.RAW}` with the bot's rights" in told
        world.mara.press(message, "dataset_bucket_policy")
        assert policy_of(world) == [THEIRS], "a manager's press"
        for said in (
            "it stays. Delete the failed dataset",
            "says that already",
        ):
            world.sam.press(root(world, channel, "shut"), "dataset_bucket_policy")
            assert said in world.sam.ask_for("history", channel=channel)["ephemerals"][-1]["text"]
        assert policy_of(world) == [THEIRS, *wanted(world)]


PROJECT = "project-closed-training"


@pytest.fixture(scope="module")
def to_train(one_world: World, channel: str) -> str:
    """A project with a training set that can be split."""
    kinds = ("ripe", "unripe")
    lines = [line(f"train-{kind}-{number}", kind) for kind in kinds for number in range(5)]
    body = "".join(json.dumps(one) + "\n" for one in lines)
    address = one_world.put("closed/train.manifest", body)
    one_world.sam.close_windows()
    one_world.sam.command(channel, "/dataset", "create")
    one_world.sam.fill(project={"value": PROJECT}, manifest_uri={"value": address})
    rounds(one_world, 3)
    return PROJECT


def training(world: World, channel: str, version: str) -> None:
    """Sam trains a version, as far as AWS is at it."""
    world.sam.close_windows()
    world.sam.command(channel, "/dataset", f"train {PROJECT}")
    world.sam.fill(
        project={"selected_option": {"value": PROJECT}},
        version_name={"value": version},
        test={"selected_option": {"value": "split" if version == "v1" else "own"}},
        output_uri={"value": f"s3://{seed.OUT}/models/"},
        agreed={"selected_options": [{"value": "agreed"}]},
    )
    for _ in range(10):
        world.let_pauses_pass()
        world.settle()
        if status(world, version) == "TRAINING_IN_PROGRESS":
            return
        world.pass_time(2)
    raise AssertionError(status(world, version))


def status(world: World, version: str) -> str:
    """How AWS says that a version stands; "" for none."""
    arn = world.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"][0]
    found = world.rekognition.describe_project_versions(
        ProjectArn=arn["ProjectArn"], VersionNames=[version]
    )["ProjectVersionDescriptions"]
    return str(found[0]["Status"]) if found else ""


def failed_model(world: World, channel: str, version: str) -> tuple[dict[str, Any], str]:
    """A model's card, and its thread, once it has failed."""
    rounds(world, 3)
    assert status(world, version) == "TRAINING_FAILED"
    lead = f"Model {PROJECT} / {version}: Failed"
    message = next(one for one in world.sam.messages(channel) if one["text"].startswith(lead))
    return message, json.dumps(world.sam.thread(channel, message["ts"]))


def test_training_that_may_not_read_names_the_bucket_of_the_pictures(
    world: World, channel: str, to_train: str
) -> None:
    """Without this, hours of training would end with a code, and nobody would know which bucket it
    means.
    """
    training(world, channel, "v1")
    with unnamed(world):
        message, told = failed_model(world, channel, "v1")
        assert "AWS may not read the pictures' bucket." in told, to_train
        assert f"s3:GetObjectTagging in bucket `{seed.RAW}`" in told
        world.mara.press(message, "model_bucket_policy")
        world.sam.press(message, "model_bucket_policy")
        said = world.sam.ask_for("history", channel=channel)["ephemerals"][-1]["text"]
        assert said.endswith("Train again with /dataset train: a failed version keeps its name.")
        assert policy_of(world) == wanted(world)


def test_training_that_may_not_write_names_the_bucket_of_its_output(
    world: World, channel: str, to_train: str
) -> None:
    """Without this, the words of AWS alone would be shown, which come without a code and name no
    bucket.
    """
    training(world, channel, "v2")
    with unnamed(world, bucket=seed.OUT):
        message, told = failed_model(world, channel, "v2")
        assert "Unable to write to output S3 bucket." in told, to_train
        assert "Allow s3:PutObject on it, or choose another." in told
        world.sam.press(message, "model_bucket_policy")
        caller = world.bot.ground.aws.caller
        there = policy_of(world, seed.OUT)
        assert there == statements(Closed(seed.OUT, caller=caller, writes=True))
        assert "s3:PutObject" in there[1]["Action"]


def test_training_that_aws_does_not_take_names_its_bucket(
    world: World, channel: str, to_train: str
) -> None:
    """Without this, a refusal of AWS would not say that the bot lacks a right there."""
    world.sam.close_windows()
    world.sam.command(channel, "/dataset", f"train {to_train}")
    with unnamed(world, bucket=seed.OUT):
        world.sam.fill(
            project={"selected_option": {"value": PROJECT}},
            version_name={"value": "v3"},
            test={"selected_option": {"value": "own"}},
            output_uri={"value": f"s3://{seed.OUT}/models/"},
            agreed={"selected_options": [{"value": "agreed"}]},
        )
        rounds(world, 2)
    lead = f"Model {PROJECT} / v3: Not trained"
    message = next(one for one in world.sam.messages(channel) if one["text"].startswith(lead))
    assert "model_bucket_policy" in json.dumps(message)
    told = json.dumps(world.sam.thread(channel, message["ts"]))
    assert f"in bucket `{seed.OUT}`" in told
    assert "s3:PutObject" in told
