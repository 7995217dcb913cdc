"""Where a dataset's pictures come from: each source of `/dataset create`, from the choice to what
Rekognition has.
"""

import pytest

from bot.sandbox.workspace import seed
from tests.stories.test_create import pick
from tests.stories.test_datasets import imported, rekognition
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
