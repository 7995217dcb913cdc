"""The crew: a labeling job's whole life under an injected clock, and what it leaves in S3."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workers_world import World

from bot.sandbox.crowd.job_request import job_of
from bot.sandbox.crowd.portal import Held, OpenJob, Portal
from bot.sandbox.crowd.simulated_teams import Behaviours
from bot.sandbox.crowd.tasks import JOB_LOG, WORKER_LOG, Member, Turn
from bot.sandbox.workspace.sample_pictures import SamplePicture, pictures, texts

RIPENESS = ("unripe", "ripe", "overripe")
FRUITS = ("apple", "pear", "orange", "lemon")


@pytest.fixture(scope="module")
def samples() -> list[SamplePicture]:
    return list(pictures(7))


@pytest.fixture
def world(tmp_path: Path, samples: list[SamplePicture]) -> Iterator[World]:
    made = World(tmp_path / "aws.db")
    made.team()
    for sample in samples:
        made.objects.kept["orchard", sample.name] = sample.jpeg
    made.lines(
        {"source-ref": f"s3://orchard/{sample.name}", "row": n}
        for n, sample in enumerate(samples[:40])
    )
    yield made
    made.store.close()


def test_a_classification_job_lives_from_manifest_to_output(
    world: World, samples: list[SamplePicture]
) -> None:
    """This is the first thing a new user watches."""
    job = world.job("Orchard-July", "ImageMultiClass", RIPENESS)
    assert world.row(job)["total"] == 0
    world.later(0.6)
    assert (world.row(job)["status"], world.row(job)["counted"], world.row(job)["total"]) == (
        "InProgress",
        0,
        0,
    )
    seen = []
    for _ in range(40):
        world.later(0.4)
        seen.append(world.row(job)["human"])
    assert seen == sorted(seen)
    assert len(set(seen)) > 4
    row = world.row(job)
    assert (row["status"], row["total"], row["human"], row["failed"]) == ("Completed", 40, 40, 0)
    assert row["output_uri"] == "s3://orchard/out/Orchard-July/manifests/output/output.manifest"
    lines = world.output("Orchard-July")
    assert [line["row"] for line in lines] == list(range(40))
    right = sum(
        line["ripeness-metadata"]["class-name"] == sample.label
        for line, sample in zip(lines, samples, strict=False)
    )
    assert right >= 36


def test_the_pace_is_shared_by_the_jobs_of_a_team(world: World) -> None:
    """A practice user who starts a second job should see the first slow down, as with real
    people.
    """
    one = world.job("one", "ImageMultiClass", RIPENESS)
    two = world.job("two", "ImageMultiClass", RIPENESS)
    world.later(3.0)
    assert 0 < world.row(one)["human"] < 40
    assert abs(world.row(one)["human"] - world.row(two)["human"]) <= 8
    assert world.row(one)["human"] + world.row(two)["human"] <= 20 * 3.0


def test_a_run_repeats(tmp_path: Path, samples: list[SamplePicture]) -> None:
    """A fault found in one run can only be studied in another that is the same."""
    outputs = []
    for name in ("a.db", "b.db"):
        made = World(tmp_path / name)
        made.team()
        for sample in samples[:40]:
            made.objects.kept["orchard", sample.name] = sample.jpeg
        made.lines({"source-ref": f"s3://orchard/{sample.name}"} for sample in samples[:40])
        made.job("again", "ImageMultiClass", RIPENESS)
        made.later(20)
        outputs.append(made.output_text("again"))
        made.store.close()
    assert outputs[0] == outputs[1]


def test_a_new_process_goes_on_where_the_old_one_was_killed(world: World) -> None:
    """Kill -9 in the middle of a job must not leave it stuck for ever."""
    job = world.job("survivor", "ImageMultiClass", RIPENESS)
    world.later(3)
    before = world.row(job)["human"]
    assert 0 < before < 40
    world.crew = world.new_crew()
    world.later(20)
    assert (world.row(job)["status"], world.row(job)["human"]) == ("Completed", 40)


def test_stop_keeps_what_was_labeled_and_leaves_the_rest_untouched(world: World) -> None:
    """Continuing a stopped job relies on the unlabeled lines being exactly the input."""
    job = world.job("halted", "ImageMultiClass", RIPENESS)
    world.later(2)
    world.set_status(job, "Stopping")
    world.crew.tick()
    assert world.row(job)["status"] == "Stopping"
    world.later(1)
    row = world.row(job)
    assert row["status"] == "Stopped"
    text = world.objects.kept["orchard", "in.manifest"].decode().splitlines()
    out = world.output_text("halted").splitlines()
    labeled = [line for line in out if "ripeness-metadata" in line]
    assert 0 < len(labeled) == row["human"] < 40
    assert [line for line in out if "ripeness-metadata" not in line] == [
        line for line, after in zip(text, out, strict=True) if "ripeness-metadata" not in after
    ]
    world.later(3)
    assert world.row(job)["human"] == row["human"]


def test_a_stop_between_reading_and_writing_is_not_overwritten(world: World) -> None:
    """The crew's write-back once turned Stopping into Completed; then nobody could stop
    anything.
    """
    job = world.job("raced", "ImageMultiClass", RIPENESS)
    world.later(2)
    with world.store.read() as connection:
        read_before = job_of(
            connection.execute("SELECT * FROM labeling_job WHERE name_key = ?", (job,)).fetchone()
        )
    world.set_status(job, "Stopping")
    world.crew._end(read_before, "Completed", world.now)
    assert world.row(job)["status"] == "Stopping"


def test_a_stopped_job_is_continued_under_the_same_attribute(world: World) -> None:
    """Labeling finished lines a second time would cost the workers' time again."""
    done = {
        "ripeness": 1,
        "ripeness-metadata": {"class-name": "ripe", "type": "groundtruth/image-classification"},
    }
    first = {"source-ref": "s3://orchard/orchard-s7-001.jpg"} | done
    world.lines([first, {"source-ref": "s3://orchard/orchard-s7-002.jpg"}])
    job = world.job("rest", "ImageMultiClass", RIPENESS)
    world.later(15)
    assert (world.row(job)["status"], world.row(job)["total"], world.row(job)["human"]) == (
        "Completed",
        1,
        1,
    )
    lines = world.output("rest")
    assert lines[0] == first
    assert "ripeness" in lines[1]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (None, "NoSuchKey"),
        ([], "is empty"),
        (
            [{"source": "x"}, "{broken"],
            "line 2 of the manifest s3://orchard/in.manifest is not valid JSON",
        ),
        ([{"source": "x", "source-ref": "s3://a/b"}], "exactly one of source-ref and source"),
        (["[1]"], "not a JSON object"),
    ],
)
def test_a_bad_manifest_fails_the_job_with_the_line(
    world: World, lines: list[Any] | None, words: str
) -> None:
    """The failure reason is all a user gets; without the line number they search 100,000 lines."""
    if lines is None:
        del world.objects.kept["orchard", "in.manifest"]
    else:
        world.lines(lines)
    job = world.job("bad", "TextMultiClass", RIPENESS)
    world.later(1)
    row = world.row(job)
    assert row["status"] == "Failed"
    assert words in row["failure_reason"]
    assert (row["total"], row["counted"]) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"LabelCategoryConfigS3Uri": "s3://orchard/none.json"},
            "label category file could not be read",
        ),
        (
            {"OutputConfig": {"S3OutputPath": "s3://nowhere/out"}},
            "output bucket nowhere does not exist",
        ),
        (
            {"task": {"UiConfig": {"UiTemplateS3Uri": "s3://orchard/none.html"}}},
            "worker template could not be read",
        ),
        (
            {
                "task": {
                    "WorkteamArn": (
                        "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
                    )
                }
            },
            "FreeOfPersonallyIdentifiableInformation",
        ),
    ],
)
def test_a_job_that_cannot_start_says_why(
    world: World, changes: dict[str, Any], words: str
) -> None:
    """Each of these is a support question with a one-line remedy, if the line is there."""
    job = world.job("bad", "ImageMultiClass", RIPENESS, **changes)
    world.later(1)
    assert world.row(job)["status"] == "Failed"
    assert words in world.row(job)["failure_reason"]


def test_missing_pictures_fail_as_objects_and_the_job_completes(world: World) -> None:
    """“Complete with labeling errors” is the finish that the bot must not call clean."""
    world.lines(
        [{"source-ref": "s3://orchard/orchard-s7-001.jpg"}, {"source-ref": "s3://orchard/gone.jpg"}]
    )
    job = world.job("holes", "ImageMultiClass", RIPENESS)
    world.later(15)
    row = world.row(job)
    assert (row["status"], row["human"], row["failed"]) == ("Completed", 1, 1)
    assert "ripeness" not in world.output("holes")[1]


def test_objects_that_all_decline_fail(world: World) -> None:
    """As many declines as workers per object end an object; a counter that misses them never
    reaches the total.
    """
    world.crew = world.new_crew(
        behaviours=Behaviours(lost_share=0.3, initializing_seconds=0, counting_seconds=0)
    )
    job = world.job("refused", "ImageMultiClass", RIPENESS)
    world.later(30)
    row = world.row(job)
    assert row["status"] == "Completed"
    assert row["failed"] > 3
    assert row["human"] + row["failed"] == 40


def test_real_people_are_waited_for(world: World) -> None:
    """A team of people must not be labeled over by simulated hands."""
    world.of_people()
    job = world.job("patient", "ImageMultiClass", RIPENESS)
    world.later(10)
    assert (world.row(job)["status"], world.row(job)["human"]) == ("InProgress", 0)


def test_the_last_answer_is_thanked_for_when_it_ends_the_job(world: World) -> None:
    """Else whoever does the last task reads that the job belongs to somebody else, depending on who
    is quicker.
    """
    world.of_people()
    job = world.job(
        "Orchard-July", "ImageMultiClass", RIPENESS, task={"NumberOfHumanWorkersPerDataObject": 1}
    )
    world.later(2)
    portal = Portal(world.crew.tasks, lambda: world.now, world.crew.present)
    lin, ada = (portal.person(f"sub-{name}") for name in ("lin", "ada"))
    assert lin is not None
    assert ada is not None
    for left in range(40, 0, -1):
        held = portal.next_task(lin, job)
        assert isinstance(held, Held)
        assert held.left == left
        portal.submit(lin, job, held.line, {"crowd-image-classifier": {"label": "ripe"}})
    before = portal.next_task(lin, job)
    world.later(2)
    assert world.row(job)["status"] == "Completed"
    after = portal.next_task(lin, job)
    assert isinstance(before, OpenJob)
    assert isinstance(after, OpenJob)
    assert (before.done, before.left, before.job.is_open) == (40, 0, True)
    assert (after.done, after.left, after.job.is_open) == (40, 0, False)
    assert portal.next_task(ada, job) is None


def test_a_task_that_is_held_too_long_goes_back(world: World) -> None:
    """A closed laptop must not hold an object for ever."""
    world.of_people()
    job = world.job("held", "ImageMultiClass", RIPENESS, task={"TaskTimeLimitInSeconds": 30})
    world.later(2)
    with world.store.write() as connection:
        turn = Turn(
            connection,
            job_of(
                connection.execute(
                    "SELECT * FROM labeling_job WHERE name_key = ?", (job,)
                ).fetchone()
            ),
            world.now,
        )
        assert world.crew.tasks.accept(turn, 0, Member("sub-lin", "Lin"))
    world.now += 31
    world.crew.tick()
    with world.store.read() as connection:
        assert connection.execute("SELECT state FROM assignment").fetchone()["state"] == "expired"


def test_a_person_in_a_simulated_team_is_not_answered_for(world: World) -> None:
    """“Become Lin, label three pictures”: the crew must leave Lin's name alone."""
    world.crew.present.add("sub-lin")
    world.job("with-lin", "ImageMultiClass", RIPENESS)
    world.later(20)
    with world.store.read() as connection:
        workers = {
            row["worker"] for row in connection.execute("SELECT DISTINCT worker FROM assignment")
        }
    assert "sub-lin" not in workers
    assert {"sub-ada", "sub-bo"} <= workers


def test_worker_answers_and_activity_are_on_record(world: World) -> None:
    """Per-person figures come from these files and events alone."""
    job = world.job("Orchard-July", "ImageMultiClass", RIPENESS)
    world.later(20)
    assert world.row(job)["status"] == "Completed"
    keys = [
        key
        for _, key in world.objects.kept
        if key.startswith("out/Orchard-July/annotations/worker-response/")
    ]
    assert len(keys) == 40
    answers = json.loads(world.objects.kept["orchard", keys[0]])["answers"]
    assert len(answers) == 3
    assert len({answer["workerId"] for answer in answers}) == 3
    first = answers[0]
    assert first["answerContent"]["crowd-image-classifier"]["label"] in RIPENESS
    assert first["acceptanceTime"] < first["submissionTime"]
    assert first["acceptanceTime"].endswith("Z")
    assert first["timeSpentInSeconds"] > 0
    assert first["workerMetadata"]["identityData"]["sub"].startswith("sub-")
    response = (
        "out/Orchard-July/annotations/consolidated-annotation/consolidation-response/iteration-1/"
    )
    consolidated = [
        json.loads(body)
        for (_, key), body in world.objects.kept.items()
        if key.startswith(response)
    ]
    assert [entry["datasetObjectId"] for entry in consolidated[0]] == [
        str(line) for line in range(40)
    ]
    assert (
        "orchard",
        "out/Orchard-July/annotations/intermediate/1/annotations.manifest",
    ) in world.objects.kept
    groups = {group for group, *_ in world.logged}
    assert groups == {JOB_LOG, WORKER_LOG}
    assert all(stream == "Orchard-July" for _, stream, *_ in world.logged)
    submitted = [
        json.loads(m) for g, _, _, m in world.logged if g == WORKER_LOG and "TasksSubmitted" in m
    ]
    assert len(submitted) == 120
    assert {
        "worker_id",
        "cognito_sub_id",
        "task_accepted_time",
        "task_submitted_time",
    } <= submitted[0].keys()


def test_boxes_land_on_the_fruit(world: World, samples: list[SamplePicture]) -> None:
    """Practice results that miss the fruit would teach people to distrust the tool."""
    tables = [sample for sample in samples if sample.name.startswith("table-")]
    world.lines({"source-ref": f"s3://orchard/{sample.name}"} for sample in tables)
    world.job("boxes", "BoundingBox", FRUITS)
    world.later(20)
    found = 0
    for line, sample in zip(world.output("boxes"), tables, strict=True):
        annotations = line["ripeness"]["annotations"]
        assert len(line["ripeness-metadata"]["objects"]) == len(annotations)
        for fruit, left, top, *_ in sample.boxes:
            found += any(
                FRUITS[a["class_id"]] == fruit
                and abs(a["left"] - left) < 12
                and abs(a["top"] - top) < 12
                for a in annotations
            )
    assert found >= 0.9 * sum(len(sample.boxes) for sample in tables)


def test_texts_are_judged_by_their_tone(world: World) -> None:
    """The text half of the catalogue needs a practice run as well."""
    written = texts(7)
    world.lines({"source": text} for text, _ in written)
    world.job("tone", "TextMultiClass", ("kind", "mixed", "harsh"))
    world.later(20)
    right = [
        line["ripeness-metadata"]["class-name"] == tone
        for line, (_, tone) in zip(world.output("tone"), written, strict=True)
    ]
    assert sum(right) >= 27


def test_several_labels_and_entities_complete_too(world: World) -> None:
    """Every template task type that the form offers has to run in practice."""
    world.job("several", "ImageMultiClassMultiLabel", RIPENESS)
    world.later(15)
    assert all(isinstance(line["ripeness"], list) for line in world.output("several"))
    world.lines([{"source": "Yesterday Ana met Noor in Lyon at 9:30"}])
    world.job("who", "NamedEntityRecognition", ("Person", "Place"))
    world.later(15)
    assert world.output("who")[0]["ripeness"]["annotations"]["entities"]


def test_a_stopping_condition_ends_the_job(world: World) -> None:
    """People set it to bound what they pay."""
    job = world.job(
        "bounded",
        "ImageMultiClass",
        RIPENESS,
        StoppingConditions={"MaxHumanLabeledObjectCount": 10},
    )
    world.later(15)
    assert world.row(job)["status"] == "Stopped"
    assert 10 <= world.row(job)["human"] < 40


def test_no_more_tasks_lie_out_than_the_job_allows_at_once(world: World) -> None:
    """Without this, a job that is to stop after ten objects would have hundreds in hand by then."""
    job = world.job(
        "few",
        "ImageMultiClass",
        RIPENESS,
        task={"MaxConcurrentTaskCount": 2},
        StoppingConditions={"MaxHumanLabeledObjectCount": 10},
    )
    world.later(15)
    assert world.row(job)["status"] == "Stopped"
    assert 10 <= world.row(job)["human"] < 12


def test_automated_labeling_splits_people_and_machine(
    world: World, samples: list[SamplePicture]
) -> None:
    """The progress card shows both; without a practice run nobody would see the split."""
    world.lines(
        {"source-ref": f"s3://orchard/{samples[n % 40].name}", "row": n} for n in range(1300)
    )
    world.crew = world.new_crew(pace=200.0)
    specifications = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification"
    algorithm = f"{specifications}/image-classification"
    config = {"LabelingJobAlgorithmSpecificationArn": algorithm}
    job = world.job(
        "auto",
        "ImageMultiClass",
        RIPENESS,
        LabelingJobAlgorithmsConfig=config,
        task={"NumberOfHumanWorkersPerDataObject": 1},
    )
    world.later(16)
    row = world.row(job)
    assert row["status"] == "Completed"
    assert row["machine"] > 300
    assert row["human"] + row["machine"] == 1300
    by = [line["ripeness-metadata"]["human-annotated"] for line in world.output("auto")]
    assert by.count("no") == row["machine"]
