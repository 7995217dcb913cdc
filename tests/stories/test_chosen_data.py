"""Which of the data are labeled: those of a name, a sample, frames made into sequences."""

import json

import pytest

from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.jobs.draft import Draft
from bot.jobs.inputs import Inputs
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.bringing import pictures
from tests.stories.test_data_in import launched, manifest
from tests.stories.world import DATA, World, an_order, shown


def asked_for(world: World, name: str, source: str, **chosen: str) -> dict[str, str]:
    """The errors of the form of a job with a choice; without any the review is open."""
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    more = {field: {"value": text} for field, text in chosen.items()}
    order = an_order(name, source=source)
    answer = first_page(world.mara, order, **more)
    if not answer.get("errors"):
        answer = second_page(world.mara, order)
    return dict(answer.get("errors") or {})


def test_sample_of_a_folder_is_the_one_that_was_shown(world: World) -> None:
    """Without this, whoever tries a task on a hundred pictures would pay for all."""
    source = f"s3://{seed.RAW}/ripeness/"
    assert asked_for(world, "sampled", source, sample="5", named="*.jpg") == {}
    world.settle()
    review = shown(world.mara.view())
    assert "5 pictures found" in review
    assert "Taken: 5 of 40 pictures (named" in review
    assert "at random (seed 1)" in review
    found = manifest(world, launched(world, "sampled"))
    assert len(found) == 5
    assert any("5 at random (seed 1)" in line for line in world.thread("sampled"))
    assert asked_for(world, "sampled-again", source, sample="5", named="*.jpg") == {}
    assert manifest(world, launched(world, "sampled-again")) == found


def test_some_lines_of_a_manifest_make_a_new_one(world: World) -> None:
    """Without this, a choice would hold for folders alone."""
    source = f"s3://{seed.RAW}/first-basket.manifest"
    assert asked_for(world, "every-third", source, sample="every 3") == {}
    asked = launched(world, "every-third")
    uri = asked["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    assert uri != source
    body = world.s3.get_object(Bucket=seed.RAW, Key="first-basket.manifest")["Body"].read()
    every = [json.loads(line)["source-ref"] for line in body.splitlines()][::3]
    assert manifest(world, asked) == every


@pytest.mark.parametrize(
    ("chosen", "field", "said"),
    [
        ({"sample": "some of them"}, "sample", "Write 100 or 10%"),
        ({"named": "*.tiff"}, "input_uri", "Nothing in s3://orchard-raw/ripeness/ is named *.tiff"),
    ],
)
def test_choice_that_takes_nothing_is_told(
    world: World, chosen: dict[str, str], field: str, said: str
) -> None:
    """Without this, a slip would have everything labeled, or nothing."""
    errors = asked_for(world, "badly-chosen", f"s3://{seed.RAW}/ripeness/", **chosen)
    assert said in errors[field]


def frames(world: World, folder: str) -> str:
    """Two sub-folders with three frames each; their folder's address."""
    body = pictures(1).popitem()[1]
    for drive in ("cam2", "cam10"):
        for number in (1, 2, 10):
            world.put(f"{folder}/{drive}/frame{number}.jpg", body)
    return f"s3://{seed.RAW}/{folder}/"


def test_frames_of_folders_become_sequences(world: World) -> None:
    """Without this, whoever has frames in folders would have to write Ground Truth's files."""
    kind = world.bot.jobs.engine.task_types["video-object-tracking"]
    storage = Storage.for_work(world.bot.ground.aws, world.bot.settings.allowed)
    inputs = Inputs(storage, world.bot.settings.allowed)
    draft = Draft(input_uri=frames(world, "drives"), job_name="drives")
    read = inputs.read(draft, kind)
    assert (read.objects, read.notes) == (
        2,
        "2 sequences of 6 frames, one of each folder, in the order of their numbers.",
    )
    with inputs.made(draft, kind, S3Uri.parse(f"s3://{seed.OUT}/drives/labeljob/")) as made:
        assert made.body is not None
        lines = [json.loads(line)["source-ref"] for line in made.body.file.read().splitlines()]
    bucket, _, key = lines[0].removeprefix("s3://").partition("/")
    first = json.load(world.s3.get_object(Bucket=bucket, Key=key)["Body"])
    assert first["prefix"] == f"s3://{seed.RAW}/drives/cam2/"
    assert [one["frame"] for one in first["frames"]] == ["frame1.jpg", "frame2.jpg", "frame10.jpg"]


def test_pasted_pictures_become_examples_by_a_press(world: World) -> None:
    """Without this, workers would read signs where a picture was meant."""
    order = an_order(
        "pasted-pictures",
        short=f"Like {{{{ 's3://{seed.RAW}/ripeness/orchard-s7-001.jpg' | grant_read_access }}}}",
    )
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert not second_page(world.mara, order).get("errors")
    world.settle()
    assert "1 picture as grant_read_access" in shown(world.mara.view())
    world.mara.press_in_view("job_form_fix")
    world.settle()
    review = shown(world.mara.view())
    assert "grant_read_access" not in review
    assert "1 good, 0 bad" in review
