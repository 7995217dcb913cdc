"""The labels of a job go back into the dataset whose pictures it was about, by a press."""

from typing import Any

import pytest

from tests.stories.test_chains import BOXES, go_through, lines, stop_half_way
from tests.stories.test_create import field, more
from tests.stories.test_datasets import imported
from tests.stories.test_gallery import asked, at_aws, changed
from tests.stories.test_managers import ephemeral
from tests.stories.world import World, an_order, buttons

CHANNEL = "put-back"
DATASET = "put-back-boxes"


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a dataset that was made of a job of boxes."""
    made = one_world.channel(CHANNEL)
    one_world.ask(an_order(DATASET, **BOXES), made)
    one_world.finish(DATASET)
    one_world.mara.press(one_world.card(DATASET, made), "job_make_dataset")
    assert not one_world.mara.fill().get("errors")
    one_world.mara.close_windows()
    imported(one_world)
    return made


def corrected(world: World, channel: str) -> str:
    """Mara asks for a job over the boxes of the dataset's first sheet; its name."""
    _, counts = asked(world, channel, DATASET)
    world.mara.press(counts, "gallery_boxes")
    more(world.mara)
    name = str(field(world.mara, "job_name")["initial_value"])
    go_through(world)
    return name


def boxes(entry: dict[str, Any]) -> list[dict[str, int]]:
    """The boxes of an entry, whatever their attribute is called."""
    every = [value["annotations"] for value in entry.values() if "annotations" in value]
    assert len(every) <= 1, "an entry has the boxes of one answer"
    return [{side: box[side] for side in ("left", "top")} for one in every for box in one]


def test_label_that_was_renamed_meanwhile_is_named_when_it_comes_back(
    world: World, channel: str
) -> None:
    """Without this, a job that began before a rename would undo it, and nobody would hear."""
    assert "apple" in str(at_aws(world, DATASET))
    name = corrected(world, channel)
    _, counts = asked(world, channel, DATASET)
    world.mara.press(counts, "gallery_names")
    assert not world.mara.fill(names={"value": "apple = malus"}).get("errors")
    world.mara.close_windows()
    changed(world)
    assert "New labels" not in world.thread(DATASET, channel)[-1], "people named it themselves"
    world.finish(name)
    world.mara.press(world.card(name, channel), "job_put_back")
    changed(world)
    told = world.thread(DATASET, channel)[-1]
    assert "New labels in it: apple. Where one was renamed meanwhile, [Change labels…]" in told


def test_what_a_job_corrected_goes_back_by_a_press_and_the_rest_stays(
    world: World, channel: str
) -> None:
    """Without this, corrections would come back only by whoever knows a command and an address; and
    pictures that a stopped job did not get to would lose their boxes.
    """
    before = at_aws(world, DATASET)
    name = corrected(world, channel)
    assert f"Put into dataset {DATASET}" not in buttons(world.card(name, channel)), "not over yet"
    stop_half_way(world, name)
    card = world.card(name, channel)
    assert f"Put into dataset {DATASET}" in buttons(card)
    assert f"Put into dataset {DATASET} on its card" in world.thread(name, channel)[-1]
    results = {line["source-ref"]: line[name] for line in lines(world, name) if name in line}
    assert 0 < len(results) < len(before), "the test wants some left"

    world.ana.press(card, "job_put_back")
    assert "You cannot add to this dataset" in str(ephemeral(world.ana, channel)["text"])
    world.mara.press(card, "job_put_back")
    said = str(ephemeral(world.mara, channel)["text"])
    assert said.startswith(f"The lines are checked, then sent to dataset {DATASET}.")
    world.mara.press(card, "job_put_back")
    assert "on their way" in str(ephemeral(world.mara, channel)["text"])
    changed(world)
    after = at_aws(world, DATASET)
    assert set(after) == set(before)
    for picture, entry in after.items():
        if picture in results:
            assert name in entry
        else:
            assert entry == before[picture], "left as it was"
    told = world.thread(DATASET, channel)[-1]
    assert f"{len(results)} picture" in told
    assert f"of job {name} now; " in told
    assert "that it left without a label" in told
    world.mara.press(card, "job_put_back")
    assert "are in the dataset already" in str(ephemeral(world.mara, channel)["text"])
    world.mara.command(channel, "/dataset", f"delete {DATASET}")
    world.mara.fill(typed_name={"value": DATASET})
    world.mara.press(card, "job_put_back")
    assert "takes no lines" in str(ephemeral(world.mara, channel)["text"]), "it goes, with them"
