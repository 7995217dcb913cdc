"""A project that is deleted with all that is in it: what AWS has left, and what every channel that
had a part of it reads.
"""

import json
from typing import Any

import pytest
from sqlalchemy import text

from bot.models.delete import TooLate
from bot.sandbox.workspace import seed
from tests.stories.test_models import filled, later
from tests.stories.world import World, shown, words


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """The channel where it is asked for."""
    return one_world.channel("own-deleted-projects")


def card(world: World, channel: str, begins: str) -> dict[str, Any]:
    """The newest live message that begins like this."""
    found = [each for each in world.mara.messages(channel) if each["text"].startswith(begins)]
    return dict(found[-1])


def test_a_project_is_deleted_with_all_that_is_in_it(world: World, channel: str) -> None:
    """Without this, what a trial left behind would have to be cleared away in the console."""
    made = world.rekognition.create_project(ProjectName="left-behind")["ProjectArn"]
    world.rekognition.create_dataset(ProjectArn=made, DatasetType="TRAIN")
    world.pass_time(3)
    named = "delete project left-behind"
    refused = words(world.mara.command(channel, "/dataset", named))
    assert refused.startswith("You cannot delete projects.")
    for nowhere in ("nowhere", "no where", "n" * 300):
        gone = words(world.sam.command(channel, "/dataset", f"delete project {nowhere}"))
        assert gone.startswith("There is no such project")
    world.sam.command(channel, "/dataset", named)
    assert "0 models and 1 dataset" in shown(world.sam.view())
    assert "letter by letter" in world.sam.fill(typed_name={"value": "x"})["errors"]["typed_name"]
    world.sam.fill(typed_name={"value": "left-behind"})
    world.settle()
    waiting = card(world, channel, "Project left-behind: Being deleted")
    assert "Sam deletes it in a minute, with 0 models and 1 dataset." in waiting["text"]
    world.sam.press(waiting, "project_undo")
    later(world, 3)
    assert "Sam undid it" in card(world, channel, "Project left-behind: Kept")["text"]
    world.sam.command(channel, "/dataset", named)
    world.sam.fill(typed_name={"value": "left-behind"})
    for _ in range(4):
        later(world, 3)
    known = world.rekognition.describe_projects(ProjectNames=["left-behind"])
    assert known["ProjectDescriptions"] == []
    said = card(world, channel, "Project left-behind: Deleted")["text"]
    assert "Sam deleted it with 0 models and 1 dataset." in said


def its_dataset(world: World, channel: str, name: str, kind: str, first: int) -> None:
    """Mara asks for a set of project everywhere in that channel, made of pictures that are
    there.
    """
    found = world.s3.list_objects_v2(Bucket=seed.RAW, Prefix="ripeness/")["Contents"]
    refs = [f"s3://{seed.RAW}/{each['Key']}" for each in found[first : first + 4]]
    lines = [json.dumps(line_of(each, n)) for n, each in enumerate(refs)]
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(
        name={"value": name},
        project={"value": "everywhere"},
        dataset_type={"selected_option": {"value": kind}},
        manifest_uri={"value": world.put(f"models/{name}.manifest", "\n".join(lines) + "\n")},
    )
    world.mara.close_windows()
    for _ in range(3):
        later(world)


def line_of(source: str, number: int) -> dict[str, Any]:
    """A labeled line."""
    label = ("ripe", "unripe")[number % 2]
    metadata = {
        "class-name": label,
        "confidence": 1,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-11-21T10:00:00.000001",
    }
    return {"source-ref": source, "fruit": number % 2, "fruit-metadata": metadata}


def test_every_channel_learns_that_its_part_of_a_project_is_gone(
    world: World, channel: str
) -> None:
    """Without this, a card would say Ready, in a channel that nobody told, of what another channel
    has deleted.
    """
    sets, model = world.channel("gone-sets"), world.channel("gone-model")
    its_dataset(world, sets, "gone-train", "TRAIN", 0)
    its_dataset(world, sets, "gone-test", "TEST", 4)
    world.mara.command(model, "/dataset", "train everywhere")
    own = {"selected_option": {"value": "own"}}
    filled(world.mara, "v1", project={"selected_option": {"value": "everywhere"}}, test=own)
    world.mara.close_windows()
    for _ in range(5):
        later(world)
    before = [each["text"] for each in world.mara.messages(sets)]
    assert [each.split(". ")[0] for each in before] == [
        "Dataset gone-train: Ready",
        "Dataset gone-test: Ready",
    ]
    world.sam.command(channel, "/dataset", "delete project everywhere")
    world.sam.fill(typed_name={"value": "everywhere"})
    for _ in range(8):
        later(world, 3)
    after = [each["text"] for each in world.mara.messages(sets)]
    for name, text_ in zip(("gone-train", "gone-test"), after, strict=True):
        gone = f"Dataset {name}: Deleted. Deleted by Sam with its project; its manifest stays."
        assert text_.startswith(gone)
    (trained_one,) = world.mara.messages(model)
    assert trained_one["text"].startswith("Model everywhere / v1: Deleted. Sam deleted it with its")
    said = (
        "Sam deleted this with its project everywhere: 1 model and 2 datasets in all. Manifests "
        "and pictures in S3 stay."
    )
    for place in (sets, model):
        threads = [world.mara.thread(place, each["ts"]) for each in world.mara.messages(place)]
        told = [each["text"] for thread_ in threads for each in thread_ if said in each["text"]]
        assert told == [said]
    listed = words(world.mara.command(sets, "/dataset", "status"))
    assert listed.startswith("No dataset is being imported")


def test_what_is_gone_says_so_also_where_the_rest_of_its_project_stays(
    world: World, channel: str
) -> None:
    """Without this, a deletion that ends half way would leave cards of things that are gone."""
    place = world.channel("gone-half")
    its_dataset(world, place, "gone-half", "TRAIN", 8)
    world.fault("Rekognition.DeleteProject", "throttle")
    world.sam.command(channel, "/dataset", "delete project everywhere")
    world.sam.fill(typed_name={"value": "everywhere"})
    for _ in range(2):
        later(world, 3)
    later(world, 0)
    assert card(world, channel, "Project everywhere: Kept")["text"] == (
        "Project everywhere: Kept. AWS did not answer in time or asks to wait. Some of what was in "
        "it is deleted already."
    )
    (root,) = world.mara.messages(place)
    assert root["text"].startswith("Dataset gone-half: Deleted. Deleted by Sam with its project")
    lines = [each["text"] for each in world.mara.thread(place, root["ts"])][1:]
    assert [each.startswith("Sam deleted this with its") for each in lines] == [False, True]


def project_to_go(world: World, channel: str, name: str) -> str:
    """A project with a dataset, whose minute runs; the id of its deletion."""
    made = world.rekognition.create_project(ProjectName=name)["ProjectArn"]
    world.rekognition.create_dataset(ProjectArn=made, DatasetType="TRAIN")
    world.pass_time(3)
    world.sam.command(channel, "/dataset", f"delete project {name}")
    world.sam.fill(typed_name={"value": name})
    with world.bot.ground.db.engine.begin() as rows:
        found = rows.execute(
            text("SELECT id FROM project_deletion WHERE state = 'waiting' AND content LIKE :name"),
            {"name": f"%{name}%"},
        )
        return str(found.scalar_one())


def test_nothing_is_undone_once_the_first_part_is_deleted(world: World, channel: str) -> None:
    """Without this, the card would say that nothing was deleted, of models that are gone."""
    going = project_to_go(world, channel, "half-gone")
    team = world.bot.ground.access.team_id
    sam = world.bot.ground.access.at_home(team, "U0SAM", channel, channel)
    world.rekognition.delete_dataset(
        DatasetArn=world.rekognition.describe_projects(ProjectNames=["half-gone"])[
            "ProjectDescriptions"
        ][0]["Datasets"][0]["DatasetArn"]
    )
    world.fault("DeleteProject", "throttle", times=50)
    later(world, 1)
    with pytest.raises(TooLate):
        world.bot.models.delete_project.undo(going, sam)
    world.mend()
    later(world, 3)


def test_a_project_made_anew_under_the_name_stays(world: World, channel: str) -> None:
    """Without this, a deletion would take a project that somebody made after it was asked for."""
    project_to_go(world, channel, "made-again")
    old = world.rekognition.describe_projects(ProjectNames=["made-again"])["ProjectDescriptions"]
    world.rekognition.delete_dataset(DatasetArn=old[0]["Datasets"][0]["DatasetArn"])
    world.pass_time(3)
    world.rekognition.delete_project(ProjectArn=old[0]["ProjectArn"])
    world.pass_time(3)
    new = world.rekognition.create_project(ProjectName="made-again")["ProjectArn"]
    for _ in range(3):
        later(world, 3)
    (there,) = world.rekognition.describe_projects(ProjectNames=["made-again"])[
        "ProjectDescriptions"
    ]
    assert there["ProjectArn"] == new
