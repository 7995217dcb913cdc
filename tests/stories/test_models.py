"""From a project's datasets to a model that runs until its end: what the cards say is what AWS
does.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.base import failpoints
from bot.jobs.preset import ChannelDefaults
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import make_dataset
from bot.work.tries import Stale
from tests.cases import forms
from tests.stories.bringing import field, shared
from tests.stories.places import SHORT_RUNS
from tests.stories.test_chains import go_through
from tests.stories.test_create import more
from tests.stories.test_gallery import PICTURES, make, of_classes
from tests.stories.test_results import direct
from tests.stories.test_set_aside import denied, without_rights
from tests.stories.world import World, an_order, buttons, shown, words

PROJECT = "project-models"
OUT = f"s3://{seed.OUT}/models/"


def version(world: World, name: str) -> dict[str, Any]:
    """What AWS says of a version."""
    project = world.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"][0]
    found = world.rekognition.describe_project_versions(
        ProjectArn=project["ProjectArn"], VersionNames=[name]
    )["ProjectVersionDescriptions"]
    return dict(found[0]) if found else {}


def card(world: World, begins: str) -> dict[str, Any]:
    """The newest live message that begins like this."""
    found = [each for each in world.mara.messages(SHORT_RUNS) if each["text"].startswith(begins)]
    return dict(found[-1])


def thread(world: World, begins: str) -> list[str]:
    """What stands below that message."""
    root = card(world, begins)
    return [each["text"] for each in world.mara.thread(SHORT_RUNS, root["ts"])][1:]


def filled(person: Person, name: str, **more: Any) -> dict[str, Any]:
    """The form of a training, filled and sent."""
    typed = {
        "version_name": {"value": name},
        "test": {"selected_option": {"value": "split"}},
        "output_uri": {"value": OUT},
        "agreed": {"selected_options": [{"value": "agreed"}]},
        **more,
    }
    return person.fill(**typed)


def later(world: World, seconds: float = 5) -> None:
    """Time passes at AWS, and the bot sees it."""
    world.let_pauses_pass()
    world.pass_time(seconds)
    world.settle()


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a project whose training set is ready."""
    made = one_world.channel("models")
    assert made == SHORT_RUNS
    one_world.ask(an_order("models-image"), made)
    one_world.finish("models-image")
    make_dataset(one_world.mara, made, "models-image", PROJECT)
    for _ in range(2):
        later(one_world)
    return made


@pytest.fixture(scope="module")
def trained(one_world: World, channel: str) -> str:
    """A model that was trained from that channel."""
    mara = one_world.mara
    mara.command(channel, "/dataset", f"train {PROJECT}")
    filled(mara, "v1", project={"selected_option": {"value": PROJECT}})
    mara.close_windows()
    for _ in range(5):
        later(one_world)
    return "v1"


def test_a_training_tells_how_good_the_model_is(world: World, channel: str, trained: str) -> None:
    """Without this, nobody in the channel would know whether the labels were worth their while."""
    said = version(world, trained)
    assert said["Status"] == "TRAINING_COMPLETED"
    score = f"F1 {said['EvaluationResult']['F1Score']:.2f}"
    assert (
        f"Model {PROJECT} / {trained}: Trained. {score}" in card(world, f"Model {PROJECT}")["text"]
    )
    below = thread(world, f"Model {PROJECT} / {trained}: Trained")
    line = next(each for each in below if "is trained" in each)
    assert line.startswith(f"<@U0MARA> *Model {PROJECT} / {trained}* is trained: {score}")
    for label in ("ripe", "unripe", "overripe"):
        assert f"\n{label}: F1 " in line
    picture = next(
        each
        for each in world.mara.thread(channel, card(world, f"Model {PROJECT}")["ts"])
        if each.get("files")
    )
    assert picture["files"][0]["name"] == "scores.jpg"
    assert picture["text"].endswith("is recognized, the worst first.")
    table = [
        block
        for message in world.mara.thread(channel, card(world, f"Model {PROJECT}")["ts"])
        for block in message.get("blocks", [])
        if block["type"] == "table"
    ]
    assert [cell["text"] for cell in table[0]["rows"][0]][:2] == ["label", "F1"]
    assert len(table[0]["rows"]) == 4


def told(world: World, channel: str) -> list[dict[str, Any]]:
    """What was told in the thread of v1 of what it takes for what."""
    root = card(world, f"Model {PROJECT} / v1: Trained")
    said = world.mara.thread(channel, root["ts"])[1:]
    return [each for each in said if "came out" in each["text"] or "not known" in each["text"]]


def judged(world: World) -> tuple[str, list[dict[str, Any]]]:
    """AWS's file of what came out of each test picture of v1: its key, its lines."""
    assets = version(world, "v1")["TestingDataResult"]["Output"]["Assets"]
    key = str(assets[0]["GroundTruthManifest"]["S3Object"]["Name"])
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read()
    return key, [json.loads(line) for line in body.splitlines()]


def taken(line: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The labels of a test picture that were missed, and those that were given wrongly."""
    columns = [line[name] for name in line if "evaluation" in name and name.endswith("-metadata")]
    missed, given = (
        [
            each["class-name"]
            for each in columns
            if each["rekognition-custom-labels-evaluation-details"][f"is-false-{kind}"]
        ]
        for kind in ("negative", "positive")
    )
    return missed, given


@pytest.mark.usefixtures("trained")
def test_a_training_tells_what_the_model_takes_for_what(world: World, channel: str) -> None:
    """Without this, nobody would know which labels to explain better, and on which pictures."""
    key, lines = judged(world)
    wrong = [line for line in lines if any(taken(line))]
    confused = [taken(line) for line in lines if all(taken(line))]
    assert confused, "the stand-in errs in this version"
    (said,) = told(world, channel)
    assert said["text"].startswith(
        f"*Model {PROJECT} / v1*: {len(wrong)} of {len(lines)} test picture"
    )
    missed, given = confused[0]
    assert f"{missed[0]} as {given[0]}, 1 picture" in said["text"]
    assert "files" not in said
    # the pictures come to whoever asks, alone
    before = len(world.direct_messages(world.ana))
    answer = world.ana.press(said, "model_mistakes")
    assert answer is not None
    world.settle()
    sheet = direct(world, world.ana)[-1]
    assert len(world.direct_messages(world.ana)) == before + 1
    assert sheet["files"][0]["name"] == "mistakes.jpg"
    assert sheet["text"] == said["text"]
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert alt.startswith(f"{len(wrong)} test picture")
    assert f"{missed[0]} as {given[0]} 0." in alt
    assert "could not be drawn" not in alt
    assert len(told(world, channel)) == 1
    # or into the thread, where the channel wants that
    presets, team = world.bot.jobs.begin.presets, world.bot.installation.team_id
    presets.set_defaults(team, channel, ChannelDefaults(results_in_thread=True), "U0SAM")
    root = card(world, f"Model {PROJECT} / v1: Trained")
    world.ana.press(root, "model_mistakes")
    world.settle()
    assert told(world, channel)[-1]["files"][0]["name"] == "mistakes.jpg"
    presets.set_defaults(team, channel, ChannelDefaults(), "U0SAM")
    # what cannot be read is said as not known
    closed = {"bucket": seed.OUT, "situation": "denied"}
    forms.control(world.services.aws_url, "situations", closed)
    world.ana.press(root, "model_mistakes")
    world.settle()
    forms.control(world.services.aws_url, "situations", {**closed, "situation": None})
    assert "The bot may not read the file" in world.direct_messages(world.ana)[-1]
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read()
    for odd, why in (
        (b"no manifest", "AWS's file of test results tells no result of a picture."),
        (None, "The file with the results of its test is not there any more."),
    ):
        if odd is None:
            world.s3.delete_object(Bucket=seed.OUT, Key=key)
        else:
            world.s3.put_object(Bucket=seed.OUT, Key=key, Body=odd)
        world.ana.press(root, "model_mistakes")
        world.settle()
        assert world.direct_messages(world.ana)[-1].endswith(why)
    world.s3.put_object(Bucket=seed.OUT, Key=key, Body=body)
    assert len(told(world, channel)) == 2


def test_the_test_set_is_a_fifth_of_the_training_set(world: World, trained: str) -> None:
    """Without this, a model would be measured by the pictures that it has seen."""
    project = world.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"][0]
    counts = {
        each["DatasetType"]: world.rekognition.describe_dataset(DatasetArn=each["DatasetArn"])[
            "DatasetDescription"
        ]["DatasetStats"]["TotalEntries"]
        for each in project["Datasets"]
    }
    assert sum(counts.values()) == 8
    assert counts["TEST"] > 0
    assert trained


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        ({"version_name": {"value": "v1"}}, "version_name", "has a version of this name already"),
        ({"version_name": {"value": "v 1"}}, "version_name", "letters from A to Z"),
        ({"output_uri": {"value": "s3://nobodys/models/"}}, "output_uri", "may not use"),
        ({"agreed": {"selected_options": []}}, "agreed", "complete this required field"),
        ({"tags": {"value": "aws:x=1"}}, "tags", "reserved"),
        ({}, "test", "has a test set with pictures already"),
    ],
)
@pytest.mark.usefixtures("trained")
def test_what_is_wrong_stands_at_its_field(
    world: World, channel: str, typed: dict[str, Any], field: str, remedy: str
) -> None:
    """Without this, a training would fail hours later for what a form could have said."""
    world.mara.command(channel, "/dataset", f"train {PROJECT}")
    own = {"test": {"selected_option": {"value": "own"}}} if typed else {}
    answer = filled(world.mara, "v9", **{**own, **typed})
    assert remedy in answer["errors"][field]


def test_a_project_is_found_by_a_part_of_its_name(world: World, channel: str) -> None:
    """Without this, a project would have to be typed letter by letter."""
    world.mara.command(channel, "/dataset", "train")
    chosen = world.mara.choose("project", "ject-mod")
    assert chosen["value"] == PROJECT


def test_a_training_set_that_is_ready_offers_its_training(world: World, channel: str) -> None:
    """Without this, whoever made a dataset would have to know the word that comes next."""
    root = world.card("models-image", channel)
    ready = next(
        each
        for each in world.mara.thread(channel, root["ts"])
        if "is ready" in each["text"] and "Train…" in str(each["blocks"])
    )
    world.mara.press(ready, "dataset_train")
    assert PROJECT in str(world.mara.view()["blocks"][0]["element"]["initial_option"])


def test_a_dataset_goes_into_a_project_that_is_there(world: World, channel: str) -> None:
    """Without this, a slip in a project's name would make another project."""
    world.mara.command(channel, "/dataset", "create")
    chosen = world.mara.choose("known_project", "models")
    key = "labels/models-image/manifests/output/output.manifest"
    answer = world.mara.fill(
        known_project={"selected_option": chosen},
        manifest_uri={"value": f"s3://{seed.OUT}/{key}"},
        dataset_type={"selected_option": {"value": "TEST"}},
    )
    assert f"The training set of project {PROJECT} has these pictures" in str(answer["errors"])


def start(world: World, channel: str) -> None:
    """Mara starts the model for the 72 seconds that this channel allows."""
    world.mara.press(card(world, f"Model {PROJECT} / v1: Trained"), "model_run")
    window = world.mara.view()
    assert "This channel lets a model run for 1 minute at most." in str(window)
    world.mara.fill(seconds={"selected_option": {"value": "72"}})
    world.mara.close_windows()
    world.settle()
    later(world, 3)
    assert channel


def test_a_model_runs_until_its_end_and_is_stopped(
    world: World, channel: str, trained: str
) -> None:
    """Without this, a model would be billed until somebody remembers it."""
    start(world, channel)
    assert version(world, trained)["Status"] == "RUNNING"
    running = card(world, f"Model {PROJECT} / v1: Running")
    assert "It stops <!date^" in running["text"]
    assert "So far it has run less than a minute." in running["text"]
    later(world, 40)
    assert version(world, trained)["Status"] == "RUNNING"
    later(world, 20)
    assert "50 % of the time" in thread(world, f"Model {PROJECT} / v1: Running")[-2]
    assert "80 % of the time" in thread(world, f"Model {PROJECT} / v1: Running")[-1]
    later(world, 20)
    later(world, 3)
    assert version(world, trained)["Status"] == "STOPPED"
    over = thread(world, f"Model {PROJECT} / v1: Stopped")[-1]
    assert over.startswith(
        f"<@U0MARA> *Model {PROJECT} / v1* is stopped. It was stopped at its end."
    )
    assert "about $0.07." in over
    assert "Stop now" not in str(card(world, f"Model {PROJECT} / v1: Stopped")["blocks"])


def test_stop_now_stops_at_once(world: World, channel: str, trained: str) -> None:
    """Without this, whoever is done early would pay to the end."""
    start(world, channel)
    refused = words(world.ana.command(channel, "/dataset", "stop models"))
    assert refused.startswith("You cannot stop this model."), "she has not started it"
    stopped_now(world)
    assert version(world, trained)["Status"] == "STOPPED"
    assert "Mara stopped it." in thread(world, f"Model {PROJECT} / v1: Stopped")[-1]


@pytest.mark.usefixtures("trained")
def test_a_stop_that_aws_denies_is_told_once_and_tried_again(world: World, channel: str) -> None:
    """Without this, a missing right would leave a model running behind everybody's back."""
    start(world, channel)
    with without_rights(world) as bot:
        for _ in range(3):
            world.let_pauses_pass()
            bot.models.runs.round()
    world.send()
    running = f"Model {PROJECT} / v1: Running"
    told = [each for each in thread(world, running) if "cannot be looked after" in each]
    assert len(told) == 1
    assert "It could not be stopped so far" in card(world, running)["text"]
    world.let_pauses_pass()
    world.settle()
    assert "could not be stopped" not in card(world, running)["text"]
    stopped_now(world)


def test_an_end_that_nobody_can_see_to_is_told(world: World, channel: str, trained: str) -> None:
    """Without this, credentials that have lapsed would leave a model running without a word."""
    start(world, channel)
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE run SET ends_at = ends_at - 1000 WHERE state = 'running'"))
    with denied(world):
        for _ in range(2):
            world.let_pauses_pass()
            world.settle()
    told = thread(world, f"Model {PROJECT} / v1: Running")[-1]
    assert "AWS does not accept the bot's credentials" in told
    assert version(world, trained)["Status"] == "RUNNING", "AWS's clock decides while it answers"
    world.let_pauses_pass()
    stopped_now(world)


def tried(world: World, **typed: Any) -> dict[str, Any]:
    """Mara opens the form of the running model and fills it."""
    world.mara.press(card(world, f"Model {PROJECT} / v1: Running"), "run_try")
    answer = world.mara.fill(**typed)
    world.mara.close_windows()
    return answer


def picture_of(world: World) -> tuple[str, bytes]:
    """A sample picture: its address, and its bytes."""
    listed = world.s3.list_objects_v2(Bucket=seed.RAW, Prefix="ripeness/orchard-")["Contents"]
    key = str(listed[0]["Key"])
    return f"s3://{seed.RAW}/{key}", world.s3.get_object(Bucket=seed.RAW, Key=key)["Body"].read()


@pytest.mark.usefixtures("trained")
def test_a_running_model_is_tried_on_pictures(world: World, channel: str) -> None:
    """Without this, nobody would see what a model sees before they rely on it."""
    start(world, channel)
    address, body = picture_of(world)
    name = address.rpartition("/")[2]
    running = card(world, f"Model {PROJECT} / v1: Running")
    assert not tried(world, address={"value": address}, least={"value": "0"}).get("errors")
    world.settle()
    shown_below = world.mara.thread(channel, running["ts"])[-1]
    assert f"looked at {name} for <@U0MARA> and found " in shown_below["text"]
    for label in ("ripe", "unripe", "overripe"):
        assert f"{label} " in shown_below["text"]
    assert shown_below["files"][0]["name"] == name
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert alt.startswith(f"{name} with what the model found: ")
    # a picture that somebody shared in the channel
    ts = shared(world, channel, {"mine.jpg": body, "notes.txt": b"x"})
    world.mara.ask("shortcut", callback_id="try_these", channel=channel, ts=ts)
    assert [each["text"]["text"] for each in field(world.mara, "picture")["options"]] == [
        "mine.jpg"
    ]
    assert not world.mara.fill(least={"value": "0"}).get("errors")
    world.mara.close_windows()
    world.settle()
    second = world.mara.thread(channel, running["ts"])[-1]
    said = second["text"].partition(" and found ")[2]
    assert said == shown_below["text"].partition(" and found ")[2], "the same picture"
    # what is wrong with one
    refused = tried(world, address={"value": "s3://nobodys/one.jpg"})
    assert "may not use s3://nobodys/one.jpg" in refused["errors"]["address"]
    broken = world.put("broken.jpg", b"no picture")
    assert not tried(world, address={"value": broken}).get("errors")
    world.settle()
    assert "Rekognition takes PNG and JPEG" in world.direct_messages(world.mara)[-1]
    # it stops before its turn comes
    assert not tried(world, address={"value": address}).get("errors")
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE trial SET next_try_at = next_try_at + 100"))
    stopped_now(world)
    world.let_pauses_pass()
    world.settle()
    assert "This model does not run" in world.direct_messages(world.mara)[-1]
    answer = words(world.mara.command(channel, "/dataset", "try"))
    assert answer.startswith("No model runs in this channel.")


@pytest.mark.usefixtures("trained")
def test_the_next_batch_is_drafted_and_asked_about(world: World, channel: str) -> None:
    """Without this, people would label from nothing what a model could have drafted."""
    start(world, channel)
    running = card(world, f"Model {PROJECT} / v1: Running")
    world.mara.press(running, "run_draft")
    refused = world.mara.fill(source={"value": "s3://nobodys/more/"}, most={"value": "many"})
    assert set(refused["errors"]) == {"source", "most"}
    source = f"s3://{seed.RAW}/ripeness/"
    assert not world.mara.fill(source={"value": source}, most={"value": "30"}).get("errors")
    world.mara.close_windows()
    for _ in range(2):
        world.settle()
    said, line = thread(world, f"Model {PROJECT} / v1: Running")[-2:]
    assert line.startswith(f"<@U0MARA> *Drafts of {PROJECT} / v1*: ")
    assert line.endswith(" of 30 pictures have one.")
    manifest = said.partition(f"s3://{seed.OUT}/")[2].partition("`")[0]
    assert manifest.startswith("models/drafts/")
    lines = world.s3.get_object(Bucket=seed.OUT, Key=manifest)["Body"].read().splitlines()
    rest = re.sub(" ha(s|ve) none.*", "", said).rpartition(". ")[2].partition(" ")[0]
    assert len(lines) + int(rest or 0) == 30
    drafts = world.mara.thread(channel, running["ts"])[-1]
    world.mara.press(drafts, "drafts_label")
    assert "overripe" in str(world.mara.view())
    assert manifest in str(world.mara.view())
    more(world.mara)
    name = str(field(world.mara, "job_name")["initial_value"])
    go_through(world)
    world.finish(name)
    offered = buttons(world.card(name, channel))
    assert "Put into dataset models-image" in offered, "the next model learns of it"
    busy = words(world.sam.command(channel, "/dataset", f"delete project {PROJECT}"))
    assert busy.startswith("Version v1 of this project is running.")
    # nothing to look at
    world.mara.press(running, "run_draft")
    empty = {"value": f"s3://{seed.RAW}/nothing-here/"}
    assert not world.mara.fill(source=empty).get("errors")
    world.mara.close_windows()
    world.settle()
    said = thread(world, f"Model {PROJECT} / v1: Running")[-1]
    assert "No drafts were made. There is no .jpg, .jpeg or .png file" in said
    stopped_now(world)


@pytest.mark.usefixtures("trained")
def test_a_worker_that_is_killed_at_any_step_drafts_every_picture_once(
    world: World, channel: str
) -> None:
    """Without this, a kill -9 would leave pictures without a draft, or with two."""
    start(world, channel)
    running = card(world, f"Model {PROJECT} / v1: Running")
    before = len(thread(world, f"Model {PROJECT} / v1: Running"))
    world.mara.press(running, "run_draft")
    source = {"value": f"s3://{seed.RAW}/ripeness/"}
    assert not world.mara.fill(source=source, most={"value": "30"}).get("errors")
    world.mara.close_windows()
    for step in failpoints.DRAFT_STEPS:
        world.die(step, lambda bot: bot.models.drafting.round())
    world.settle()
    looks = world.journal("Rekognition.DetectCustomLabels", slack=False)
    assert len(looks) == 30 + 25 + 25, "a kill costs what was being looked at"
    said, line = thread(world, f"Model {PROJECT} / v1: Running")[before:]
    assert line.endswith(" of 30 pictures have one.")
    found = []
    for key in re.findall(rf"s3://{seed.OUT}/([^`]+)`", said):
        body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read()
        found += [json.loads(each)["source-ref"] for each in body.splitlines()]
    assert len(found) == len(set(found)) == 30, "none is lost, none comes twice"
    stopped_now(world)


@pytest.mark.usefixtures("trained")
def test_a_model_that_stops_leaves_the_drafts_it_made(world: World, channel: str) -> None:
    """Without this, the end of a run would throw away what was paid for."""
    start(world, channel)
    world.mara.press(card(world, f"Model {PROJECT} / v1: Running"), "run_draft")
    source = {"value": f"s3://{seed.RAW}/ripeness/"}
    assert not world.mara.fill(source=source, most={"value": "40"}).get("errors")
    world.mara.close_windows()
    drafting = world.bot.models.drafting
    waiting = drafting.records.at_work()[-1]
    storage = drafting.storage
    with world.bot.ground.tries.hold("a test") as hold:
        assert hold is not None
        listed = drafting._listed(waiting, storage, hold)
        addresses = drafting._addresses(listed, storage)
        drafting._chunk(listed, addresses, storage, hold)
        with pytest.raises(Stale):  # as after a kill that came before the row was written
            drafting._chunk(listed, addresses, storage, hold)
    stopped_now(world)
    world.settle()
    below = thread(world, f"Model {PROJECT} / v1: Stopped")
    said = next(each for each in below if "15 pictures were not looked at any more" in each)
    assert "The model has stopped." in said
    manifest = said.partition(f"s3://{seed.OUT}/")[2].partition("`")[0]
    lines = world.s3.get_object(Bucket=seed.OUT, Key=manifest)["Body"].read().splitlines()
    assert 10 < len(lines) == len(set(lines)) <= 25, "none twice"


def stopped_now(world: World) -> None:
    """Mara stops it."""
    world.mara.press(card(world, f"Model {PROJECT} / v1: Running"), "run_stop")
    world.settle()
    later(world, 3)
    assert version(world, "v1")["Status"] == "STOPPED"


def test_models_that_run_elsewhere_are_told_to_managers_once_a_day(
    world: World, trained: str
) -> None:
    """Without this, a model that somebody left running in the console would be found on the
    bill.
    """
    arn = version(world, trained)["ProjectVersionArn"]
    world.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=2)
    world.pass_time(3)
    for _ in range(2):
        with world.bot.ground.db.engine.begin() as rows:
            rows.execute(text("UPDATE lease SET until = 0 WHERE name = 'models elsewhere'"))
        world.settle()
    told = [each for each in world.direct_messages(world.sam) if "Labeljob did not start" in each]
    assert len(told) == 1
    assert "2 inference units, about $8.00 an hour" in told[0]
    world.rekognition.stop_project_version(ProjectVersionArn=arn)
    world.pass_time(3)


def test_a_model_is_copied_into_another_project(world: World, trained: str) -> None:
    """Without this, a model could be used from one project alone, or be copied in a console."""
    copied = "copy-of-models"
    world.rekognition.create_project(ProjectName=copied)
    world.mara.press(card(world, f"Model {PROJECT} / {trained}: Trained"), "model_copy")
    assert "with a training set" not in shown(world.mara.view()), "a copy needs none"
    world.mara.choose("project", copied)
    typed = {
        "project": {"selected_option": {"value": copied}},
        "version_name": {"value": "taken over"},
        "output_uri": {"value": OUT},
    }
    refused = world.mara.fill(**typed)
    assert "letters from A to Z" in refused["errors"]["version_name"]
    typed["version_name"] = {"value": "v1"}
    assert not world.mara.fill(**typed).get("errors")
    world.mara.close_windows()
    world.settle()
    assert "Copying. AWS copies it" in card(world, f"Model {copied} / v1: ")["text"]
    for _ in range(3):
        later(world)
    found = world.rekognition.describe_projects(ProjectNames=[copied])["ProjectDescriptions"][0]
    versions = world.rekognition.describe_project_versions(ProjectArn=found["ProjectArn"])
    assert versions["ProjectVersionDescriptions"][0]["Status"] == "COPYING_COMPLETED"
    of_copy = card(world, f"Model {copied} / v1: Trained")
    assert "F1 0." in of_copy["text"]
    assert "bills" not in of_copy["text"]
    told = thread(world, f"Model {copied} / v1: Trained")[-1]
    assert told.startswith(f"<@U0MARA> *Model {copied} / v1* is copied: F1 0.")
    with world.bot.ground.db.engine.begin() as rows:  # the channel has its one model again
        rows.execute(text("DELETE FROM model WHERE project = :project"), {"project": copied})


def test_another_account_is_let_copy_a_model_by_a_manager(
    world: World, channel: str, trained: str
) -> None:
    """Without this, a model could go to another account only by somebody who writes policies; or
    anybody could hand it out.
    """
    model = version(world, trained)["ProjectVersionArn"]
    project = world.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"][0]
    said = words(world.mara.command(channel, "/dataset", f"share {trained} 210987654321"))
    assert said.startswith("You cannot let other AWS accounts copy models")
    said = words(world.sam.command(channel, "/dataset", f"share {trained} 12345"))
    assert "12 digits" in said
    said = words(world.sam.command(channel, "/dataset", f"share {trained} {model.split(':')[4]}"))
    assert "/dataset copy model copies it here" in said
    listed = partial(world.rekognition.list_project_policies, ProjectArn=project["ProjectArn"])
    assert not listed()["ProjectPolicies"]
    for _ in range(2):  # asking again does no harm
        said = words(world.sam.command(channel, "/dataset", f"share {trained} 2109-8765-4321"))
        assert f"--source-project-version-arn {model}" in said
    (policy,) = listed()["ProjectPolicies"]
    (statement,) = json.loads(policy["PolicyDocument"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert statement["Resource"] == model
    assert statement["Action"] == "rekognition:CopyProjectVersion"
    for number in range(4):
        world.sam.command(channel, "/dataset", f"share {trained} 21098765432{number + 2}")
    said = words(world.sam.command(channel, "/dataset", f"share {trained} 210987654329"))
    assert "five policies" in said, "AWS's own limit, in its words"


def test_models_are_listed(world: World, channel: str, trained: str) -> None:
    """Without this, nobody would know which versions there are, and how good each is."""
    said = words(world.ana.command(channel, "/dataset", "models"))
    assert f"*{PROJECT} / {trained}* · Trained" in said
    world.mara.command(channel, "/dataset", "run v1")
    assert "Counted from now" in shown(world.mara.view())
    said = words(world.mara.command(channel, "/dataset", "models nothing"))
    assert said.startswith("This channel has no models of project nothing."), "it has others"


def test_a_model_is_deleted_unless_somebody_undoes_it_within_a_minute(
    world: World, channel: str, trained: str
) -> None:
    """Without this, a slip would cost a day's training."""
    mine = f"Model {PROJECT} / {trained}"
    world.mara.press(card(world, f"{mine}: Trained"), "model_delete")
    assert "name" in world.mara.fill(typed_name={"value": "v2"})["errors"]["typed_name"]
    world.mara.fill(typed_name={"value": trained})
    world.settle()
    assert "Mara deletes it in a minute" in card(world, f"{mine}: Being deleted")["text"]
    refused = words(world.ana.command(channel, "/dataset", f"delete {trained}"))
    assert refused.startswith("You cannot delete this model.")
    assert version(world, trained)["Status"], "nothing is deleted within the minute"
    world.mara.press(card(world, f"{mine}: Being deleted"), "model_undo")
    later(world, 3)
    assert "Trained. F1" in card(world, f"{mine}: Trained")["text"]
    assert version(world, trained)["Status"] == "STOPPED"


def test_after_its_minute_a_model_is_gone(world: World, channel: str, trained: str) -> None:
    """Without this, what was deleted here would stay at AWS, and its name be taken for ever."""
    mine = f"Model {PROJECT} / {trained}"
    world.sam.command(channel, "/dataset", f"delete {trained}")
    world.sam.fill(typed_name={"value": trained})
    later(world, 3)
    world.pass_time(3)
    assert version(world, trained) == {}
    assert "Sam deleted it. Its datasets stay." in card(world, f"{mine}: Deleted")["text"]
    said = words(world.mara.command(channel, "/dataset", "models"))
    assert said.startswith("This channel has no models yet.")


def test_a_dataset_is_deleted_with_a_minute_to_undo_it(world: World, channel: str) -> None:
    """Without this, a failed or mistaken dataset would keep its place in a project for ever."""
    live = next(
        each
        for each in world.mara.thread(channel, world.card("models-image", channel)["ts"])
        if each["text"].startswith("Dataset models-image: Ready")
    )
    world.mara.press(live, "dataset_delete")
    assert "letter by letter" in world.mara.fill(typed_name={"value": "x"})["errors"]["typed_name"]
    world.mara.fill(typed_name={"value": "models-image"})
    world.settle()
    assert "Being deleted. Deleted by Mara in a minute" in dataset_card(world, channel)["text"]
    world.mara.press(dataset_card(world, channel), "dataset_undo")
    world.settle()
    assert dataset_card(world, channel)["text"].startswith("Dataset models-image: Ready")
    world.sam.command(channel, "/dataset", "delete models-image")
    world.sam.fill(typed_name={"value": "models-image"})
    later(world, 3)
    assert "Deleted by Sam; its manifest stays" in dataset_card(world, channel)["text"]
    world.pass_time(3)
    project = world.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"][0]
    assert [each["DatasetType"] for each in project["Datasets"]] == ["TEST"]
    assert "Make dataset" in buttons(world.card("models-image", channel))


def dataset_card(world: World, channel: str) -> dict[str, Any]:
    """The dataset's live message."""
    root = world.card("models-image", channel)
    found = [
        each
        for each in world.mara.thread(channel, root["ts"])
        if each["text"].startswith("Dataset models-image: ")
    ]
    return dict(found[0])


def test_a_version_is_promised_to_one_training(world: World, channel: str) -> None:
    """Without this, whoever asks for a version while the set of another training is split would be
    told the other's model as their own: two cards, two ends of runs and two deletions of one model.
    """
    project = "project-promised"
    ripe = [of_classes(each, "ripe") for each in PICTURES[:4]]
    make(world, channel, project, [*ripe, *(of_classes(each, "unripe") for each in PICTURES[4:])])
    world.mara.close_windows()
    chosen = {"project": {"selected_option": {"value": project}}}
    for person in (world.mara, world.sam):
        person.command(channel, "/dataset", f"train {project}")
    assert not filled(world.mara, "v1", **chosen).get("errors")
    errors = filled(world.sam, "v1", **chosen)["errors"]
    assert errors["version_name"].startswith("The project has a version of this name already.")
    for person in (world.mara, world.sam):
        person.close_windows()
    accept = world.bot.models.accept_training
    [first] = accept._records.promised(project, "v1")
    moment_later = first.asked_at + timedelta(seconds=1)
    late = replace(first, id="promised-late", request_key="late", asked_at=moment_later)
    assert accept._store.add(late), "both were asked for at the same moment, in two processes"
    for _ in range(5):
        later(world)
    told = [each["text"] for each in world.mara.messages(channel) if project in each["text"]]
    cards = [each for each in told if each.startswith("Model ")]
    assert len([each for each in cards if ": Trained. " in each]) == 1
    assert len([each for each in cards if "version of this name already" in each]) == 1


def test_a_split_that_was_begun_is_told_where_the_training_is_refused(
    world: World, channel: str
) -> None:
    """Without this, a fifth of a training set could stand in a test set that nobody knows of."""
    project = "project-half"
    ripe = [of_classes(each, "ripe") for each in PICTURES[:4]]
    make(world, channel, project, [*ripe, *(of_classes(each, "unripe") for each in PICTURES[4:])])
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", f"train {project}")
    filled(world.mara, "v1", project={"selected_option": {"value": project}})
    world.mara.close_windows()
    world.settle()
    found = world.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]
    arns = {each["DatasetType"]: each["DatasetArn"] for each in found["Datasets"]}
    assert set(arns) == {"TRAIN", "TEST"}
    world.rekognition.delete_dataset(DatasetArn=arns["TRAIN"])
    for _ in range(2):
        later(world)
    said = card(world, f"Model {project} / v1: Not trained")["text"]
    assert "has no training set" in said
    assert "the project may have a test set by now" in said
