"""A person's own pictures become a dataset, or more pictures of one; their labels come after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from tests.stories.bringing import pictures, shared, uploaded
from tests.stories.test_create import pick
from tests.stories.test_datasets import imported
from tests.stories.test_gallery import (
    LINES,
    asked,
    at_aws,
    changed,
    make,
    thread_of,
)
from tests.stories.test_results import chosen
from tests.stories.world import DATA, GENERAL, World, buttons

CHANNEL = "own-pictures"
STORE = f"s3://{seed.RAW}/own/"


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    return one_world.channel(CHANNEL)


@pytest.fixture(autouse=True)
def _nothing_waits(world: World) -> Iterator[None]:
    yield
    world.mend()
    world.let_pauses_pass()
    world.settle()
    world.mara.close_windows()


def put(world: World, *names: str) -> dict[str, Any]:
    """Sample pictures of these names, as they stand in a file input."""
    bodies = list(pictures(len(names)).values())
    given = [
        uploaded(world, world.mara, name, body) for name, body in zip(names, bodies, strict=True)
    ]
    return {"files": [{"id": one["id"]} for one in given]}


def form(world: World, channel: str) -> None:
    """The form of a dataset of Mara's own pictures."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    pick(world.mara, "origin", "pictures")


def test_own_pictures_become_a_dataset_that_asks_for_labels(world: World, channel: str) -> None:
    """Without this, whoever has pictures on a laptop would need a bucket's password first."""
    form(world, channel)
    files = {f"files_{number}": put(world, f"{number}.jpg", f"x{number}.jpg") for number in (1, 2)}
    typed = {"project": {"value": "own"}, "store": {"value": STORE}}
    assert not world.mara.fill(**typed, **files).get("errors")
    imported(world)
    entries = at_aws(world, "own")
    assert len(entries) == 4
    assert all(each.startswith(f"{STORE}labeljob/pictures-") for each in entries)
    said = thread_of(world, channel, "own")
    assert "from the pictures in" in said[0]
    assert "was imported, but it cannot be trained: no labels" in said[-1]
    assert "Labels… below them gives them some." in said[-1]
    _, counts = asked(world, channel, "own")
    assert "Labels…" in buttons(counts)


def test_thirty_are_taken_and_what_is_no_picture_is_named(world: World, channel: str) -> None:
    """Without this, the thirty-first would vanish, or take the thirty with it."""
    form(world, channel)
    typed = {"project": {"value": "own-many"}, "store": {"value": STORE}}
    errors = world.mara.fill(**typed)["errors"]
    assert "Add the files" in errors["files_1"]
    wrong = put(world, "notes.txt")
    errors = world.mara.fill(**typed, files_1=wrong)["errors"]
    assert "notes.txt cannot be labeled as pictures" in errors["files_1"]
    files = {
        f"files_{number}": put(world, *(f"{number}-{each}.jpg" for each in range(10)))
        for number in (1, 2, 3)
    }
    assert not world.mara.fill(**typed, **files).get("errors")
    imported(world)
    assert len(at_aws(world, "own-many")) == 30


def test_pictures_are_added_to_a_dataset_that_stands(world: World, channel: str) -> None:
    """Without this, a dataset that lacks ten pictures would be made anew."""
    make(world, channel, "own-more", LINES[:2])
    _, counts = asked(world, channel, "own-more")
    world.mara.press(counts, "gallery_add")
    elsewhere = {"store": {"value": f"s3://{seed.OUT}/own/"}}
    errors = world.mara.fill(files_1=put(world, "a.jpg"), **elsewhere)["errors"]
    assert "Rekognition takes one bucket" in errors["store"]
    taken = world.mara.fill(files_1=put(world, "a.jpg", "b.jpg"), store={"value": STORE})
    assert "2 files for dataset" in str(taken)
    changed(world)
    entries = at_aws(world, "own-more")
    assert len(entries) == 4
    said = thread_of(world, channel, "own-more")[-1]
    assert "2 files of pictures added, without labels" in said
    assert "AWS has 2 of 2 pictures" in said
    _, counts = asked(world, channel, "own-more")
    assert "4 pictures, 2 with a label" in counts["text"]


def test_files_that_hold_no_picture_are_refused_in_the_thread(world: World, channel: str) -> None:
    """Without this, a renamed text would be an entry with errors, or nothing, without a word."""
    make(world, channel, "own-false", LINES[:2])
    _, counts = asked(world, channel, "own-false")
    world.mara.press(counts, "gallery_add")
    file = uploaded(world, world.mara, "false.jpg", b"no picture at all")
    given = {"files": [{"id": file["id"]}]}
    assert not world.mara.fill(files_1=given, store={"value": STORE}).get("errors")
    changed(world)
    assert len(at_aws(world, "own-false")) == 2
    assert "There is nothing to label in these files" in thread_of(world, channel, "own-false")[-1]


def add_to_a_dataset(world: World, channel: str, files: dict[str, bytes]) -> str:
    """Mara chooses *Add to a dataset* on a message with these files; what she was told alone of
    it.
    """
    world.mara.close_windows()
    ts = shared(world, channel, files)
    before = len(world.mara.ask_for("history", channel=channel)["ephemerals"])
    world.mara.ask("shortcut", callback_id="dataset_these", channel=channel, ts=ts)
    told = world.mara.ask_for("history", channel=channel)["ephemerals"][before:]
    return "\n".join(one["text"] for one in told)


def no_window(world: World) -> bool:
    return not world.mara.ask_for("views")["view_stack"]


def test_pictures_of_a_message_become_a_dataset(world: World) -> None:
    """Without this, whoever has the pictures in a message would fetch them to a laptop and bring
    them again.
    """
    made = world.channel("own-message")
    given = {**pictures(2), "notes.txt": b"both of July"}
    assert not add_to_a_dataset(world, made, given)
    page = str(world.mara.view())
    assert "2 files: orchard" in page
    assert "Left out, for Rekognition trains on JPEG and PNG files only: notes.txt." in page
    typed = {"project": {"value": "own-message"}, "store": {"value": STORE}}
    assert not world.mara.fill(**typed).get("errors")
    imported(world)
    entries = at_aws(world, "own-message")
    assert sorted(each.rpartition("/")[2] for each in entries) == sorted(pictures(2))
    assert all(each.startswith(f"{STORE}labeljob/pictures-") for each in entries)


def test_pictures_of_a_message_are_added_to_a_dataset_of_the_channel(world: World) -> None:
    """Without this, a second message of pictures would need a second dataset; and pictures beside
    the manifest, in another bucket than the others, would spoil both.
    """
    made = world.channel("own-message-more")
    make(world, made, "own-message-more", LINES[:2])
    assert not add_to_a_dataset(world, made, pictures(3))
    labels = [one["text"]["text"] for one in menu(world)["options"]]
    assert labels == [
        "A new dataset",
        "own-message-more · training set of own-message-more",
    ]
    dataset_id = menu(world)["options"][1]["value"]
    world.mara.fill(dataset=chosen(dataset_id))
    page = str(world.mara.view())
    assert "3 files: orchard" in page
    assert f"s3://{seed.RAW}/ripeness/" in page, "where the pictures lie, not their manifest"
    assert "3 files for dataset" in str(world.mara.fill())
    changed(world)
    entries = at_aws(world, "own-message-more")
    assert len(entries) == 5
    added = [each for each in entries if "/labeljob/pictures-" in each]
    assert len(added) == 3
    assert all(each.startswith(f"s3://{seed.RAW}/ripeness/") for each in added)
    assert "3 files of pictures added" in thread_of(world, made, "own-message-more")[-1]


def menu(world: World) -> dict[str, Any]:
    """The menu of datasets in Mara's window."""
    blocks = world.mara.view()["blocks"]
    return next(dict(one["element"]) for one in blocks if one.get("block_id") == "dataset")


def test_a_new_dataset_beside_those_of_the_channel(world: World, channel: str) -> None:
    """Without this, a channel with a dataset could make no other of a message; and a picture that
    is too large would end the import later.
    """
    make(world, channel, "own-beside", LINES[:2])
    assert not add_to_a_dataset(world, channel, {"large.jpg": b"x" * 15_000_001})
    world.mara.fill(dataset=chosen("new"))
    assert world.mara.view()["callback_id"] == "dataset_form"
    typed = {"project": {"value": "own-new"}, "store": {"value": STORE}}
    errors = world.mara.fill(**typed)["errors"]
    assert "large.jpg is larger than the 15 MB" in errors["files_1"]
    assert not world.mara.fill(files_1=put(world, "small.jpg"), **typed).get("errors")
    imported(world)
    assert [each.rpartition("/")[2] for each in at_aws(world, "own-new")] == ["small.jpg"]


def test_messages_that_give_no_dataset_are_answered_in_words(world: World, channel: str) -> None:
    """Without this, the thirty-first picture would be left out without a word, and a wrong choice
    in a menu be met with silence.
    """
    tiny = pictures(1).popitem()[1]
    many = {f"{number:02}.jpg": tiny for number in range(31)}
    assert "takes 30 at a time" in add_to_a_dataset(world, channel, many)
    assert no_window(world)
    assert "no pictures for a dataset" in add_to_a_dataset(world, channel, {"a.txt": b"a"})
    assert no_window(world)
    assert "/invite @labeljob" in add_to_a_dataset(world, GENERAL, pictures(1))
    assert no_window(world)


def test_without_the_right_to_files_the_shortcut_says_so(tmp_path: Path) -> None:
    """Without this, an app without the scope would take pictures in that it can never fetch."""
    shut = World(tmp_path, lacks="files:read")
    try:
        assert "lacks the scope files:read" in add_to_a_dataset(shut, DATA, pictures(1))
        assert no_window(shut)
    finally:
        shut.stop()
