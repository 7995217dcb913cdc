"""Places that are open to a channel: a project sees its own pictures and files, and nothing of
another one's.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import first_page, make_dataset, second_page
from tests.stories.test_bad_input import faults
from tests.stories.test_managers import at_aws
from tests.stories.world import DATA, WAITING, World, an_order, shown

RAW, OUT = f"s3://{seed.RAW}", f"s3://{seed.OUT}"
NARROW, UNLISTED = "C0NARROW", "C0UNLISTED"
PLACES = f"{DATA}={seed.RAW} {seed.OUT}, {NARROW}={seed.RAW}/ripeness/ {seed.OUT}/narrow/"
GOOD = "ripeness/orchard-s7-001.jpg"
SECRET = "next-year"  # the folder of another project: nothing that is said in a channel names it


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose channels have places of their own."""
    made = World(tmp_path_factory.mktemp("places"), places=PLACES)
    made.channel("narrow")
    made.channel("unlisted")
    made.put("narrow/good.manifest", lines(f"{RAW}/{GOOD}"), seed.OUT)
    made.put(f"{SECRET}/bad.manifest", "the harvest of next year\n", seed.OUT)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _begin(world: World) -> Iterator[None]:
    world.begin()
    yield
    world.mara.close_windows()
    world.sam.close_windows()


def lines(*pictures: str) -> str:
    return "".join(json.dumps({"source-ref": picture}) + "\n" for picture in pictures)


def narrow(name: str, **other: Any) -> Any:
    asked = {
        "source": f"{OUT}/narrow/good.manifest",
        "output": f"{OUT}/narrow/results/",
        "team": WAITING,
    }
    return an_order(name, **{**asked, **other})


def read_at_aws(world: World) -> str:
    """Everything that was asked of S3 in this test."""
    kinds = ("GetObject", "HeadObject", "ListObjectsV2", "PutObject")
    return json.dumps([each for kind in kinds for each in world.journal(f"S3.{kind}", slack=False)])


def test_job_within_the_places_of_its_channel_is_launched(world: World) -> None:
    """Without this, a list of places would keep everybody from everything."""
    order = narrow("within", good_examples=f"{RAW}/{GOOD} | round")
    world.ask(order, NARROW)
    assert world.aws_jobs("within") == ["within"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"source": f"{OUT}/{SECRET}/bad.manifest"}, "input_uri"),
        ({"source": f"{OUT}/{SECRET}/not-there.manifest"}, "input_uri"),
        ({"source": f"{OUT}/{SECRET}/"}, "input_uri"),
        ({"source": f"{RAW}/first-basket.manifest"}, "input_uri"),
        ({"source": f"{OUT}/narrow-and-more/x.manifest"}, "input_uri"),
        ({"output": f"{OUT}/{SECRET}/"}, "output_uri"),
    ],
)
def test_place_of_another_channel_is_refused_before_anything_is_read(
    world: World, typed: dict[str, str], field: str
) -> None:
    """Without this, a fault would quote another project's file, or tell whether it is there."""
    told = faults(world, narrow("other-place", **typed), NARROW)
    bucket = typed.get("source", typed.get("output", "")).split("/")[2]
    assert told == {
        field: f"The bot may not use {bucket}. It may use: {seed.RAW}/ripeness/, "
        f"{seed.OUT}/narrow/. An administrator can add others."
    }
    assert SECRET not in read_at_aws(world)
    assert "first-basket" not in read_at_aws(world)
    if field == "input_uri":
        assert "narrow/" in read_at_aws(world), "what is open is read at once"
    told = faults(
        world, narrow("other-place", **{**typed, "output": typed.get("output", f"{OUT}/x/")}), DATA
    )
    assert "not open" not in json.dumps(told), "the other channel may"


def test_picture_of_another_channel_in_a_manifest_is_refused(world: World) -> None:
    """Without this, a manifest of one's own would bring another project's pictures into a worker
    portal.
    """
    source = world.put(
        "narrow/foreign.manifest", lines(f"{RAW}/{GOOD}", f"{RAW}/{SECRET}/a.jpg"), seed.OUT
    )
    told = faults(world, narrow("foreign-lines", source=source), NARROW)
    assert list(told) == ["input_uri"]
    assert "ine 2 points to a place the bot may not touch here" in told["input_uri"]


@pytest.mark.parametrize(
    "address", [f"{RAW}/{SECRET}/a.jpg", f"https://{seed.RAW}.s3.amazonaws.com/{SECRET}/a.jpg"]
)
def test_example_picture_of_another_channel_is_refused(world: World, address: str) -> None:
    """Without this, whoever can name a picture of another project could look at it."""
    told = faults(world, narrow("foreign-example", good_examples=f"{address} | look"), NARROW)
    assert list(told) == ["good_examples"]
    assert told["good_examples"].startswith(f"Line 1: The bot may not use {seed.RAW}.")
    assert SECRET not in told["good_examples"]
    assert SECRET not in read_at_aws(world)


def test_channel_that_is_not_listed_has_no_place(world: World) -> None:
    """Without this, a new channel would see everything until an administrator thinks of it."""
    told = faults(world, narrow("nowhere"), UNLISTED)
    words = (
        "The bot may use no bucket in this channel. An administrator can add one "
        "(LABELJOB_BUCKETS, LABELJOB_PLACES)."
    )
    assert told == {"input_uri": words, "output_uri": words}


@pytest.mark.parametrize("channel", [NARROW, UNLISTED])
def test_manifest_of_another_channel_becomes_no_dataset(world: World, channel: str) -> None:
    """Without this, the labels of another project could be taken away by their address."""
    world.mara.command(channel, "/dataset", "create")
    answer = world.mara.fill(
        project={"value": "taken-away"},
        manifest_uri={"value": f"{OUT}/{SECRET}/manifests/output/output.manifest"},
    )
    assert list(answer["errors"]) == ["manifest_uri"]
    assert "in this channel. It may use: " in answer["errors"]["manifest_uri"]


def test_followed_job_of_another_place_becomes_no_dataset(world: World) -> None:
    """Without this, to follow a job by its name would be a way to its labels."""
    at_aws(world, "their-labels", seed.AUTOMATIC_TEAM)
    world.sam.command(NARROW, "/labeljob", "follow their-labels")
    world.finish("their-labels")
    world.sam.press(world.card("their-labels", NARROW), "job_make_dataset")
    answer = world.sam.fill(project={"value": "their-labels"})
    assert "in this channel. It may use" in answer["errors"]["manifest_uri"]


def test_list_that_changed_since_the_form_holds_for_the_launch(world: World) -> None:
    """Without this, a place that was closed would stay open to every job that waits."""
    for order in (
        an_order("closed-since", team=WAITING),
        an_order("example-closed-since", team=WAITING, good_examples=f"{RAW}/{GOOD} | x"),
    ):
        world.mara.command(DATA, "/labeljob", "create")
        assert not first_page(world.mara, order).get("errors")
        assert not second_page(world.mara, order).get("errors")
        world.mara.fill()
        world.mara.close_windows()
    changed = {"places": {DATA: (f"{seed.OUT}/labels/",), "*": (seed.RAW, seed.OUT)}}
    other = wiring.build(world.bot.settings.model_copy(update=changed), answering=False)
    try:
        other.jobs.launch.round()
    finally:
        other.ground.db.close()
    world.settle()
    assert world.aws_jobs("closed-since") == []
    said = world.thread("closed-since")[-1]
    assert f"The bot may not use {seed.RAW}. It may use: {seed.OUT}/labels/." in said


def test_example_picture_is_shown_only_while_it_is_open_to_the_jobs_channel(world: World) -> None:
    """Without this, a picture of a closed place would be shown for as long as a job's card
    stands.
    """
    world.ask(narrow("shown-example", good_examples=f"{RAW}/{GOOD} | round"), NARROW)
    job = world.bot.jobs.status.named(world.bot.installation.team_id, NARROW, "shown-example")
    assert any(block["type"] == "image" for block in world.bot.jobs.status.instructions(job))
    world.mara.press(world.card("shown-example", NARROW), "job_instructions")
    assert any(block["type"] == "image" for block in world.mara.view()["blocks"])
    changed = {"places": {NARROW: (f"{seed.OUT}/narrow/",), "*": (seed.RAW, seed.OUT)}}
    other = wiring.build(world.bot.settings.model_copy(update=changed))
    try:
        blocks = other.jobs.status.instructions(job)
    finally:
        other.ground.db.close()
    assert not any(block["type"] == "image" for block in blocks)
    assert "Good example left out" in shown({"blocks": blocks})


def test_dataset_asked_for_before_a_place_was_closed_is_refused(world: World) -> None:
    """Without this, a place that was closed would still be read for every import that waits."""
    world.ask(an_order("import-closed"), DATA)
    world.finish("import-closed")
    make_dataset(world.mara, DATA, "import-closed", "project-closed")
    changed = {
        "places": {DATA: (f"{seed.OUT}/labels/",)}
    }  # its pictures are closed, its manifest is not
    other = wiring.build(world.bot.settings.model_copy(update=changed), answering=False)
    try:
        other.datasets.load.round()
    finally:
        other.ground.db.close()
    world.settle()
    said = "\n".join(world.thread("import-closed"))
    assert "pictures lie outside the places that are open to this channel" in said
    assert f"The bot may use: {seed.OUT}/labels/." in said
    assert not [
        each
        for each in world.journal("Rekognition.CreateDataset", slack=False)
        if "project-closed" in str(each)
    ]
