"""A person's own pictures become a dataset, or more pictures of one; their labels come after."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from tests.stories.bringing import pictures, uploaded
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
from tests.stories.world import World, buttons

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
