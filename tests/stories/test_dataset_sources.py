"""Where a dataset's pictures come from: each source of `/dataset create`, from the choice to what
Rekognition has.
"""

import json
import re
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from tests.stories.test_create import pick
from tests.stories.test_datasets import dataset_thread, imported, rekognition
from tests.stories.world import World, an_order, shown

CHANNEL = "own-sources"


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a finished job of pictures."""
    made = one_world.channel(CHANNEL)
    one_world.ask(an_order("from-image"), made)
    one_world.finish("from-image")
    return made


def test_a_finished_job_is_chosen_from_a_list(world: World, channel: str) -> None:
    """Without this, whoever does not find the job's card would have to type its manifest."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", "job", project={"value": "project-from-list"})
    assert set(world.mara.fill()["errors"]) == {"finished_job"}
    chosen = world.mara.choose("finished_job", "image")
    assert not world.mara.fill(finished_job={"selected_option": chosen}).get("errors")
    imported(world)
    stats, counts = rekognition(world, "project-from-list")
    assert stats["TotalEntries"] == 8
    assert counts
    assert "Dataset from-image" in world.thread("from-image", channel)[-1]


def test_what_was_typed_for_a_source_comes_back_with_it(world: World, channel: str) -> None:
    """Without this, looking at another choice would cost what was typed."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    address = f"s3://{seed.OUT}/some/output.manifest"
    pick(world.mara, "origin", "job", manifest_uri={"value": address})
    assert address not in shown(world.mara.view())
    pick(world.mara, "origin", "manifest")
    field = next(one for one in world.mara.view()["blocks"] if one["block_id"] == "manifest_uri")
    assert field["element"]["initial_value"] == address


STORE = f"s3://{seed.OUT}/datasets/"


def folder(world: World, name: str, *keys: str) -> str:
    """A folder with these files in it; its address."""
    for key in keys:
        world.put(f"{name}/{key}", b"\xff\xd8\xff a picture")
    return f"s3://{seed.RAW}/{name}/"


def reviewed(world: World, channel: str, project: str, address: str, **more: Any) -> dict[str, Any]:
    """Fill the form for a folder, as far as the review; what the workspace answers."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", "folder", project={"value": project})
    answer = world.mara.fill(folder={"value": address}, store={"value": STORE}, **more)
    world.settle()
    return answer


def lines_at(world: World, address: str) -> list[dict[str, Any]]:
    """The lines of a manifest."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


FRUIT = ("echo/white/1.jpg", "echo/2.png", "ripe/3.JPG", "4.jpeg", "ripe/notes.txt", "ripe/5.jpg")


def test_names_of_folders_become_labels_after_they_were_shown(world: World, channel: str) -> None:
    """Without this, pictures that were sorted into folders would have to be labeled again, and
    nobody would see beforehand that a deeper folder is no label.
    """
    address = folder(world, "sorted/fruit", *FRUIT)
    folder(world, "sorted", "beside/6.jpg")
    assert not reviewed(world, channel, "project-folders", address).get("errors")
    view = world.mara.view()
    assert view["callback_id"] == "dataset_review"
    said = shown(view)
    assert "*5 pictures*" in said
    assert "*echo* ← `echo/`: 2 pictures" in said
    assert "*ripe* ← `ripe/`: 2 pictures" in said
    assert "no label: 1 picture" in said
    assert "white" not in said
    assert "Left out: 1 of other kinds (.txt 1)." in said
    assert not world.rekognition.describe_projects(ProjectNames=["project-folders"])[
        "ProjectDescriptions"
    ], "nothing is made before it was seen"
    world.mara.fill()
    imported(world)
    stats, counts = rekognition(world, "project-folders")
    assert (stats["TotalEntries"], stats["LabeledEntries"]) == (5, 4)
    assert counts == {"echo": (2, 0), "ripe": (2, 0)}
    root, *_, last = dataset_thread(world, channel, "project-folders")
    written = re.search(r"manifest `(s3://[^`]+)`", root)
    assert written
    assert written[1].startswith(f"{STORE}labeljob/project-folders-")
    assert len(lines_at(world, written[1])) == 5
    assert "5 of 5 lines arrived: " in last
    assert "Left out: 1 of other kinds (.txt 1)." in last


def test_a_folder_without_labels_is_imported_bare(world: World, channel: str) -> None:
    """Without this, pictures that are to be labeled later would bear names of folders."""
    address = folder(world, "bare/fruit", "ripe/1.jpg", "2.jpg")
    none = {"selected_option": {"value": "none", "text": {"type": "plain_text", "text": "x"}}}
    reviewed(world, channel, "project-unsorted", address, folder_labels=none)
    assert "no label: 2 pictures" in shown(world.mara.view())
    world.mara.fill()
    imported(world)
    stats, counts = rekognition(world, "project-unsorted")
    assert (stats["TotalEntries"], counts) == (2, {})


def test_one_label_alone_is_said_before(world: World, channel: str) -> None:
    """Without this, the training would fail an hour later."""
    address = folder(world, "lonely/fruit", "ripe/1.jpg", "ripe/2.jpg")
    reviewed(world, channel, "project-lonely", address)
    assert "A training from it would fail as it is:" in shown(world.mara.view())


@pytest.mark.parametrize(
    ("keys", "address", "words"),
    [
        (("a/notes.txt",), "", "No picture that Rekognition takes"),
        ((), "", "No picture that Rekognition takes"),
        ((), "s3://somebody-elses/fruit/", "The bot may not use"),
        ((), "fruit", "This is not an S3 address"),
    ],
    ids=["no pictures", "empty", "not open", "no address"],
)
def test_a_folder_of_which_nothing_can_be_made_is_refused_at_the_form(
    world: World, channel: str, keys: tuple[str, ...], address: str, words: str
) -> None:
    """Without this, a dataset would begin that can only fail."""
    there = folder(world, f"refused-{len(keys)}", *keys)
    errors = reviewed(world, channel, "project-none", address or there)["errors"]
    assert errors["folder"].startswith(words)


def test_the_same_folder_is_not_taken_for_both_sets(world: World, channel: str) -> None:
    """Without this, a model would be measured by the pictures that it learned from."""
    address = folder(world, "twice/fruit", "ripe/1.jpg", "raw/2.jpg")
    reviewed(world, channel, "project-both", address)
    world.mara.fill()
    imported(world)
    test = {"selected_option": {"value": "TEST", "text": {"type": "plain_text", "text": "x"}}}
    errors = reviewed(world, channel, "project-both", address, dataset_type=test)["errors"]
    assert "has these pictures" in errors["folder"]


def test_a_folder_that_takes_long_is_read_by_the_worker(world: World, channel: str) -> None:
    """Without this, a folder of 250,000 pictures could not be shown before it is imported."""
    address = folder(world, "slow/fruit", "ripe/1.jpg", "raw/2.jpg")
    world.fault("S3.ListObjectsV2", "throttle", times=1)
    reviewed(world, channel, "project-slow", address)
    assert "It is being read." in shown(world.mara.view())
    assert not world.mara.view().get("submit")
    world.let_pauses_pass()
    world.settle()
    assert "*ripe* ← `ripe/`: 1 picture" in shown(world.mara.view())
    world.mara.fill()
    imported(world)
    assert rekognition(world, "project-slow")[0]["TotalEntries"] == 2


def test_back_leads_to_the_form_as_it_was_filled(world: World, channel: str) -> None:
    """Without this, a folder that was not the right one would cost what was typed."""
    address = folder(world, "back/fruit", "ripe/1.jpg", "raw/2.jpg")
    reviewed(world, channel, "project-back", address)
    world.mara.press_in_view("dataset_form_back")
    fields = {one.get("block_id"): one.get("element", {}) for one in world.mara.view()["blocks"]}
    assert fields["folder"]["initial_value"] == address
    assert fields["project"]["initial_value"] == "project-back"
    assert fields["store"]["initial_value"] == STORE
    assert not world.mara.fill().get("errors")
    assert world.mara.view()["callback_id"] == "dataset_review"


def test_a_review_that_was_left_is_not_filled(world: World, channel: str) -> None:
    """Without this, a page would turn under the hands of whoever went back to the form."""
    address = folder(world, "left/fruit", "ripe/1.jpg", "raw/2.jpg")
    world.fault("S3.ListObjectsV2", "throttle", times=1)
    reviewed(world, channel, "project-left", address)
    world.mara.press_in_view("dataset_form_back")
    world.let_pauses_pass()
    world.settle()
    assert world.mara.view()["callback_id"] == "dataset_form"
