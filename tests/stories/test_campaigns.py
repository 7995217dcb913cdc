"""More objects than one job takes: several jobs at Ground Truth, one of ours."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engines.campaigns import Part, summed
from bot.engines.protocol import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    INITIALIZING,
    STOPPED,
    STOPPING,
    Known,
    Report,
)
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.console import classification_job
from bot.sandbox.workspace.story import make_dataset
from tests.stories.places import TEAM_ID
from tests.stories.test_datasets import imported, rekognition
from tests.stories.world import DATA, WAITING, World, an_order

AT_MOST = 3  # of the eight pictures of an order: jobs of 3, 3 and 2
JOBS = ["july-1", "july-2", "july-3"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, objects_per_job=AT_MOST)
    made.begin()
    yield made
    made.stop()


def lines(world: World, key: str) -> list[str]:
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read().decode()
    return [json.loads(line)["source-ref"] for line in body.splitlines()]


def test_campaign_has_one_card_one_number_one_end_and_one_manifest(world: World) -> None:
    """Without this, 250,000 pictures would be refused, or be three jobs that people add up by
    hand.
    """
    name = world.ask(an_order("july"))
    assert sorted(world.aws_jobs("july")) == JOBS
    for job in JOBS:
        for _ in range(60):
            world.pass_time(1)
            if world.aws_status(job) == "Completed":
                break
        world.settle()
    assert len(world.cards(name)) == 1
    ends = [
        line for line in world.thread(name) if line.startswith("<@U0MARA> Completed: all 8 labeled")
    ]
    assert len(ends) == 1, world.thread(name)
    given = world.s3.get_object(Bucket=seed.RAW, Key="first-basket.manifest")["Body"].read()
    asked = [json.loads(line)["source-ref"] for line in given.decode().splitlines()]
    assert lines(world, "labels/july/manifests/output/output.manifest") == asked
    parts = [lines(world, f"labels/{job}/manifests/output/output.manifest") for job in JOBS]
    assert [len(part) for part in parts] == [3, 3, 2]
    assert [*parts[0], *parts[1], *parts[2]] == asked
    ours = world.bot.jobs.status.named(TEAM_ID, DATA, name)
    known, output = Known(ours.arn, name), ours.draft.output_uri
    answered = world.bot.jobs.engine.answers(known, output, lambda: None)
    assert [each.number for each in answered] == list(range(8)), "their numbers in the whole"
    make_dataset(world.mara, DATA, name, "project-july")
    imported(world)
    stats, counts = rekognition(world, "project-july")
    assert (stats["LabeledEntries"], stats["ErrorEntries"]) == (8, 0), "one dataset of all parts"
    assert counts


def test_end_says_which_results_are_not_there(world: World) -> None:
    """Without this, a campaign would never end, or a third of it would be missing unsaid, because
    one of its jobs left no manifest.
    """
    name = world.ask(an_order("july"))
    for job in JOBS:
        for _ in range(60):
            world.pass_time(1)
            if world.aws_status(job) == "Completed":
                break
    world.s3.delete_object(Bucket=seed.OUT, Key="labels/july-2/manifests/output/output.manifest")
    world.settle()
    end = world.thread(name)[-1]
    assert end.startswith("<@U0MARA> Completed: all 8 labeled")
    assert "Not among the results: july-2: There is nothing at" in end
    assert len(lines(world, "labels/july/manifests/output/output.manifest")) == 5


def test_stop_stops_all(world: World) -> None:
    """Without this, two of three jobs would go on costing money after a stop."""
    name = world.ask(an_order("july", team=WAITING))
    world.pass_time(2)
    world.settle()
    world.mara.press(world.card(name), "job_stop")
    world.mara.fill()
    world.settle()
    for _ in range(5):
        world.pass_time(1)
        world.settle()
    assert {world.aws_status(part) for part in JOBS} == {"Stopped"}
    assert "Stopped" in world.card(name)["text"]


def made_elsewhere(world: World, name: str) -> None:
    """Somebody makes a job of that name in the console."""
    team = world.sagemaker.describe_workteam(WorkteamName=WAITING)["Workteam"]["WorkteamArn"]
    manifest = f"s3://{seed.RAW}/first-basket.manifest"
    job = classification_job(name, team, attribute="r", manifest=manifest, title="Another")
    world.sagemaker.create_labeling_job(**job)


def test_campaign_of_which_one_job_is_refused_leaves_none_running(world: World) -> None:
    """Without this, two of three jobs would go on unsaid behind a card that says "not launched"."""
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    name = world.ask(an_order("july", team=WAITING))
    assert not world.aws_jobs("july")
    world.mend()
    made_elsewhere(world, "july-3")
    world.let_pauses_pass()
    for _ in range(5):
        world.settle()
        world.pass_time(1)
    assert "Not launched" in world.card(name)["text"]
    assert {part: world.aws_status(part) for part in JOBS[:2]} == dict.fromkeys(JOBS[:2], "Stopped")
    assert world.aws_status("july-3") == "InProgress"
    assert any("Stopped again: 2 jobs" in line for line in world.thread(name))


def test_names_of_others_are_passed_by(world: World) -> None:
    """Without this, a campaign would end half made over a name that nobody sees."""
    made_elsewhere(world, "july-2")
    world.ask(an_order("july", team=WAITING))
    assert sorted(world.aws_jobs("july")) == ["july-1", "july-2", "july-3", "july-4"]


def test_review_and_command_say_that_it_becomes_several_jobs(world: World) -> None:
    """Without this, three names in the console would surprise whoever pays for them."""
    name = world.ask(an_order("july", team=WAITING))
    said = "8 pictures in 3 jobs at AWS, 3 in each at most"
    assert any(said in line for line in world.thread(name))
    assert said in json.dumps(world.journal("app:view_submission"), ensure_ascii=False)


STATES = [
    ([INITIALIZING, INITIALIZING], INITIALIZING),
    ([INITIALIZING, COMPLETED], IN_PROGRESS),
    ([IN_PROGRESS, STOPPED], IN_PROGRESS),
    ([STOPPING, COMPLETED], STOPPING),
    ([COMPLETED, FAILED], FAILED),
    ([COMPLETED, STOPPED], STOPPED),
    ([COMPLETED, COMPLETED], COMPLETED),
    ([None, None], None),
]


@pytest.mark.parametrize(("states", "whole"), STATES)
def test_state_of_all_is_that_of_the_furthest_or_the_worst_end(
    states: list[str | None], whole: str | None
) -> None:
    """Without this, a campaign would be over while people still label it."""
    parts = [Part(f"july-{number}", "s3://b/m") for number in range(len(states))]
    reports = [Report(state, labeled=2, unlabeled=1, cause="Why.") for state in states]
    found = summed(parts, reports)
    assert (found.state, found.labeled, found.unlabeled) == (whole, 4, 2)
    assert found.cause == "july-0: Why. july-1: Why."
