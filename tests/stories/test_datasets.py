"""From a finished job, or any manifest, to a Rekognition dataset: what the thread says is what
Rekognition says.
"""

import json
import re
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import make_dataset
from tests.stories.test_set_aside import denied
from tests.stories.world import World, an_order, buttons, shown, words

AFTERWARDS = ["Instructions", "Status", "Label again…", "Duplicate", "Log"]

CHANNEL = "own-datasets"
IMAGES = ("sets-image", "sets-twice", "sets-once")


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with finished jobs: three of pictures in classes, one of pictures with boxes, and
    one of texts.
    """
    made = one_world.channel(CHANNEL)
    for name in IMAGES:
        one_world.ask(an_order(name), made)
    boxes = {"task_type": "bounding-box", "labels": ("apple", "pear", "orange", "lemon")}
    one_world.ask(
        an_order("sets-boxes", source=f"s3://{seed.RAW}/boxes/boxes.manifest", **boxes), made
    )
    three = {**boxes, "workers": 3}
    one_world.ask(
        an_order("sets-three", source=f"s3://{seed.RAW}/boxes/boxes.manifest", **three), made
    )
    texts = {
        "category": "Text",
        "task_type": "text-classification",
        "labels": ("kind", "mixed", "harsh"),
    }
    one_world.ask(
        an_order("sets-texts", source=f"s3://{seed.RAW}/texts/reviews.manifest", **texts), made
    )
    for name in (*IMAGES, "sets-boxes", "sets-three", "sets-texts"):
        one_world.finish(name)
    return made


def imported(world: World) -> None:
    """Let the import run to its end."""
    world.settle()
    world.pass_time(4)
    world.settle()


def rekognition(
    world: World, project: str, kind: str = "TRAIN"
) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """What Rekognition itself says of a dataset: its statistics, and pictures and boxes by
    label.
    """
    found = world.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]
    arn = next(each["DatasetArn"] for each in found["Datasets"] if each["DatasetType"] == kind)
    described = world.rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
    labels = world.rekognition.list_dataset_labels(DatasetArn=arn)["DatasetLabelDescriptions"]
    counts = {
        each["LabelName"]: (
            each["LabelStats"]["EntryCount"],
            each["LabelStats"]["BoundingBoxCount"],
        )
        for each in labels
    }
    return {**described["DatasetStats"], "Status": described["Status"]}, counts


def last_line(world: World, job: str, channel: str) -> str:
    return world.thread(job, channel)[-1]


@pytest.mark.parametrize(("job", "pictures"), [("sets-image", 8), ("sets-boxes", 24)])
def test_finished_job_becomes_a_dataset_with_true_counts(
    world: World, channel: str, job: str, pictures: int
) -> None:
    """Without this, labels would have to be carried from one AWS service to the other by hand."""
    make_dataset(world.mara, channel, job, f"project-{job}")
    imported(world)
    stats, counts = rekognition(world, f"project-{job}")
    assert stats["Status"] == "CREATE_COMPLETE"
    assert stats["TotalEntries"] == pictures
    said = last_line(world, job, channel)
    assert said.startswith(
        f"<@U0MARA> *Dataset {job}* (training, project project-{job}) is ready\n"
    )
    assert f"{pictures} of {pictures} lines arrived: " in said
    for label, (entries, boxes) in counts.items():
        assert f"{label} {entries}" + (f" ({boxes} box" if boxes else "") in said
    lines = world.thread(job, channel)
    told = sum("Dataset" in line for line in lines[1:])
    assert told == 2, "the live message and its end, both in the job's thread"
    live = next(line for line in lines if line.startswith(f"Dataset {job}"))
    assert live.startswith(f"Dataset {job}: Ready. training set of project ")


def output_lines(world: World, job: str) -> list[dict[str, Any]]:
    """The output manifest of a job."""
    key = f"labels/{job}/manifests/output/output.manifest"
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def test_boxes_that_three_people_drew_arrive_on_whole_pixels(world: World, channel: str) -> None:
    """Without this, no job with several people could become a dataset: Ground Truth writes
    fractions of pixels.
    """
    lines = output_lines(world, "sets-three")
    drawn = [box for line in lines for box in line["sets-three"]["annotations"]]
    between = [
        box
        for box in drawn
        if any(float(box[side]) % 1 for side in ("left", "top", "width", "height"))
    ]
    assert len(between) > len(drawn) / 2
    make_dataset(world.mara, channel, "sets-three", "project-three")
    imported(world)
    stats, counts = rekognition(world, "project-three")
    assert (stats["Status"], stats["TotalEntries"], stats["ErrorEntries"]) == (
        "CREATE_COMPLETE",
        24,
        0,
    )
    assert sum(boxes for _, boxes in counts.values()) == len(drawn)
    said = f"{len(between)} boxes rounded to whole pixels; the manifest stays as it is."
    thread = world.thread("sets-three", channel)
    assert "24 of 24 lines arrived: " in thread[-1]
    assert said in thread[-1].splitlines()
    assert sum("rounded" in line for line in thread) == 1, "said once"
    assert said in words(world.ana.command(channel, "/dataset", "status sets-three")).splitlines()
    assert output_lines(world, "sets-three") == lines, "what was given is not touched"


def boxes_of(
    source: str, *drawn: tuple[float, float, float, float], size: tuple[float, float] = (320, 240)
) -> str:
    """A line of a box job."""
    sides = [dict(zip(("left", "top", "width", "height"), box, strict=True)) for box in drawn]
    metadata = {
        "objects": [{"confidence": 0.27}] * len(drawn),
        "class-map": {"0": "fish"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-07-01T05:40:28.278830",
    }
    value = {
        "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
        "annotations": [{"class_id": 0, **box} for box in sides],
    }
    return json.dumps({"source-ref": source, "fish": value, "fish-metadata": metadata})


WRITTEN: dict[str, tuple[list[tuple[float, float, float, float]], tuple[float, float], str]] = {
    "half": (
        [(10.5, 20, 50, 40.5), (100, 60.5, 30, 30)],
        (320, 240),
        "16 boxes rounded to whole pixels",
    ),
    "dotzero": ([(10.0, 20.0, 50.0, 40.0)], (320.0, 240.0), ""),
    "whole": ([(10, 20, 50, 40), (100, 60, 30, 30)], (320, 240), ""),
    "beyond": (
        [(-0.25, 20, 50, 40), (300, 60, 30, 30)],
        (320, 240),
        "8 boxes rounded to whole pixels, 8 boxes clipped",
    ),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_boxes_however_they_are_written_arrive(world: World, channel: str, kind: str) -> None:
    """Without this, Ground Truth's own files, and those that went through a table program, would be
    refused whole.
    """
    drawn, size, said = WRITTEN[kind]
    sources = [line["source-ref"] for line in output_lines(world, "sets-image")]
    uri = world.put(
        f"mine/{kind}.manifest",
        "".join(boxes_of(each, *drawn, size=size) + "\n" for each in sources),
    )
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(project={"value": f"project-{kind}"}, manifest_uri={"value": uri})
    imported(world)
    stats, counts = rekognition(world, f"project-{kind}")
    assert (stats["TotalEntries"], stats["ErrorEntries"]) == (8, 0)
    assert counts == {"fish": (8, 8 * len(drawn))}
    thread = dataset_thread(world, channel, f"project-{kind}")
    assert "8 of 8 lines arrived" in thread[-1]
    told = re.findall(r"^\d+ box.*", "\n".join(thread), re.MULTILINE)
    assert len(told) == bool(said)
    assert not said or told[0].startswith(said)


def test_text_job_is_refused_in_words(world: World, channel: str) -> None:
    """Without this, an import would be started that Rekognition cannot take."""
    with pytest.raises(PracticeError, match="there is no button job_make_dataset"):
        make_dataset(world.mara, channel, "sets-texts", "project-texts")
    world.mara.command(channel, "/dataset", "create")
    out = f"s3://{seed.OUT}/labels/sets-texts/manifests/output/output.manifest"
    typed = {"project": {"value": "project-texts"}, "manifest_uri": {"value": out}}
    assert "picture" in world.mara.fill(**typed)["errors"]["manifest_uri"], "at the form"
    texts = world.s3.get_object(Bucket=seed.OUT, Key=out.partition(f"{seed.OUT}/")[2])[
        "Body"
    ].read()
    typed["manifest_uri"] = {"value": manifest_for_now(world)}
    world.mara.fill(**typed)
    world.put(FOR_NOW, texts)
    imported(world)
    said = next(
        text
        for text in dataset_thread(world, channel, "project-texts")
        if "was not imported" in text
    )
    assert said.startswith(
        "<@U0MARA> *Dataset project-texts* was not imported; it was not made at AWS."
    )
    assert "picture" in said


def half_wrong() -> str:
    """Two lines of boxes that are fine, one that AWS would list with an error, and a blank one."""
    places = [f"s3://{seed.RAW}/boxes/half-{number}.jpg" for number in range(3)]
    fine = [boxes_of(each, (1, 2, 30, 40)) for each in places]
    fine[1] = fine[1].replace('"human-annotated": "yes"', '"human-annotated": "perhaps"')
    return "\n".join([*fine, "", ""])


def test_faulty_lines_are_left_out_where_that_is_chosen(world: World, channel: str) -> None:
    """Without this, people would have to take broken lines out by hand before they can go on."""
    address = world.put("mine/half.manifest", half_wrong())
    typed = {"project": {"value": "project-faulty"}, "manifest_uri": {"value": address}}
    world.mara.command(channel, "/dataset", "create")
    refused = world.mara.fill(**typed)["errors"]["manifest_uri"]
    assert "More than 20 % of the lines are wrong (1 of 4)" in refused
    assert "Or choose “Leave every faulty line out” below." in refused
    world.mara.fill(**typed, faulty={"selected_option": {"value": "drop"}})
    imported(world)
    stats, counts = rekognition(world, "project-faulty")
    assert (stats["TotalEntries"], stats["ErrorEntries"]) == (2, 0)
    assert counts == {"fish": (2, 2)}
    said = dataset_thread(world, channel, "project-faulty")[-1]
    assert "2 lines did not arrive: 4 lines = 2 imported + 2 reported." in said
    assert "Line 2 has metadata of the wrong form" in said
    assert world.s3.get_object(Bucket=seed.RAW, Key="mine/half.manifest")["Body"].read() == (
        half_wrong().encode()
    ), "what was given is not touched"


def test_other_lines_of_a_refused_dataset_are_imported_by_a_press(
    world: World, channel: str
) -> None:
    """Without this, a manifest that broke after the form was filled would need the form again."""
    world.mara.command(channel, "/dataset", "create")
    typed = {
        "project": {"value": "project-rest"},
        "manifest_uri": {"value": manifest_for_now(world)},
    }
    world.mara.fill(**typed)
    world.put(FOR_NOW, half_wrong())
    imported(world)
    card = next(
        each
        for each in world.mara.messages(channel)
        if each["text"].startswith("Dataset project-rest:")
    )
    assert buttons(card) == ["Import the other lines"]
    for _ in range(2):
        world.mara.press(card, "dataset_other_lines")
    imported(world)
    assert rekognition(world, "project-rest")[0]["TotalEntries"] == 2
    cards = [
        each["text"]
        for each in world.mara.messages(channel)
        if each["text"].startswith("Dataset project-rest:")
    ]
    assert len(cards) == 2, "one for each dataset, however often it was pressed"


FOR_NOW = "mine/for-now.manifest"


def manifest_for_now(world: World) -> str:
    """A manifest that is fine as long as the form is open; its address."""
    return world.put(FOR_NOW, boxes_of(f"s3://{seed.RAW}/boxes/for-now.jpg", (1, 2, 30, 40)) + "\n")


def test_pictures_without_labels_are_imported_and_called_untrainable(
    world: World, channel: str
) -> None:
    """Without this, "ready" would be said of a dataset that no model can be trained from."""
    pictures = [f"s3://{seed.RAW}/ripeness/orchard-s7-00{number}.jpg" for number in (1, 2)]
    lines = [json.dumps({"source-ref": each}) for each in pictures]
    address = world.put("mine/bare.manifest", "\n".join(lines) + "\n")
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(project={"value": "project-bare"}, manifest_uri={"value": address})
    imported(world)
    root, *_, last = dataset_thread(world, channel, "project-bare")
    assert "Imported, but it cannot be trained: no labels" in root
    assert "was imported, but it cannot be trained: no labels" in last
    assert "is ready" not in last


def test_form_goes_on_when_the_manifest_is_not_read_in_time(world: World, channel: str) -> None:
    """Without this, a form would be held up by AWS, or wait for longer than Slack does."""
    world.mara.close_windows()
    world.fault("S3.GetObject", "throttle")
    world.mara.command(channel, "/dataset", "create")
    typed = {"project": {"value": "unread"}, "manifest_uri": {"value": manifest_for_now(world)}}
    assert not world.mara.fill(**typed).get("errors")
    world.mend()
    world.mara.close_windows()


def test_manifest_of_a_job_is_read_at_the_form_of_its_button(world: World, channel: str) -> None:
    """Without this, who presses Make dataset would wait for a thread to learn what `/dataset
    create` says at once.
    """
    world.mara.press(world.card("sets-once", channel), "job_make_dataset")
    typed = {"project": {"value": "project-early"}}
    for body, said in (("", "has no lines"), ("{", "line 1")):
        typed["manifest_uri"] = {"value": world.put("mine/early.manifest", body)}
        refused = world.mara.fill(**typed)["errors"]
        assert said in refused["manifest_uri"].lower()
    typed["manifest_uri"] = {"value": f"s3://{seed.OUT}/nowhere-early.manifest"}
    assert "There is nothing at" in world.mara.fill(**typed)["errors"]["manifest_uri"]
    world.mara.close_windows()


def test_what_arrived_is_said_once(world: World, channel: str) -> None:
    """Without this, a dataset's card and the mention below it would say the same words twice."""
    lines = boxes_of(f"s3://{seed.RAW}/boxes/once.jpg", (1, 2, 30, 40)) + "\n"
    world.mara.command(channel, "/dataset", "create")
    typed = {"project": {"value": "said-once"}}
    world.mara.fill(**typed, manifest_uri={"value": world.put("mine/once.manifest", lines)})
    imported(world)
    thread = dataset_thread(world, channel, "said-once")
    assert sum("1 of 1 line arrived" in text for text in thread) == 1
    assert "Ready" in thread[0]
    told = words(world.mara.command(channel, "/dataset", "status said-once"))
    assert "1 of 1 line arrived" in told


def dataset_thread(world: World, channel: str, name: str) -> list[str]:
    root = next(m for m in world.mara.messages(channel) if m["text"].startswith(f"Dataset {name}:"))
    return [message["text"] for message in world.mara.thread(channel, root["ts"])]


def test_second_training_set_is_refused_and_a_test_set_is_made(world: World, channel: str) -> None:
    """Without this, a second import would fail at AWS in AWS's words, or overwrite nothing and say
    so nowhere.
    """
    make_dataset(world.mara, channel, "sets-twice", "project-twice")
    world.send()
    card = world.card("sets-twice", channel)
    assert "Dataset sets-twice (training set of project project-twice): under way" in card["text"]
    imported(world)
    card = world.card("sets-twice", channel)
    assert "Dataset sets-twice (training set of project project-twice): ready" in card["text"]
    assert buttons(card) == [
        "Results",
        "Make test set",
        "Instructions",
        "Status",
        "Label again…",
        "Duplicate",
        "Log",
    ], "only what is still possible"
    world.mara.command(channel, "/dataset", "create")
    out = f"s3://{seed.OUT}/labels/sets-twice/manifests/output/output.manifest"
    world.mara.fill(project={"value": "project-twice"}, manifest_uri={"value": out})
    imported(world)
    said = next(
        text
        for text in dataset_thread(world, channel, "project-twice")
        if "was not imported" in text
    )
    assert "project-twice" in said
    assert "training" in said
    world.sam.press(card, "job_make_dataset")
    world.mara.press(card, "job_make_dataset")
    window = world.mara.view()
    assert "in the training set of project project-twice already" in shown(window)
    typed = {
        block["block_id"]: block["element"]
        for block in window["blocks"]
        if block["type"] == "input"
    }
    assert typed["project"]["initial_value"] == "project-twice"
    assert typed["dataset_type"]["initial_option"]["value"] == "TEST"
    refused = world.mara.fill()["errors"]
    assert list(refused) == ["manifest_uri"], "the same pictures would be in both sets"
    assert "no picture in both sets of a project. Name another project" in refused["manifest_uri"]
    body = world.s3.get_object(
        Bucket=seed.OUT, Key="labels/sets-twice/manifests/output/output.manifest"
    )["Body"].read()
    part = world.put("mine/part.manifest", body.splitlines()[0] + b"\n")
    world.mara.fill(manifest_uri={"value": part})
    imported(world)
    assert rekognition(world, "project-twice", "TEST")[0]["TotalEntries"] == 1
    assert "(test, project project-twice) is ready" in last_line(world, "sets-twice", channel)
    after = world.card("sets-twice", channel)
    assert "Dataset sets-twice (test set of project project-twice): ready" in after["text"]
    assert buttons(after) == ["Results", *AFTERWARDS], "both were made"
    world.sam.fill()
    assert "were made of this job's labels already" in shown(world.sam.view()), (
        "his window was a moment old"
    )


def test_dataset_that_was_not_made_can_be_tried_again(world: World, channel: str) -> None:
    """Without this, one wrong project name would take the button from the card for ever."""
    make_dataset(world.mara, channel, "sets-once", "project-taken")
    world.rekognition.create_project(ProjectName="project-taken")
    arn = world.rekognition.describe_projects(ProjectNames=["project-taken"])[
        "ProjectDescriptions"
    ][0]["ProjectArn"]
    world.rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN")
    imported(world)
    card = world.card("sets-once", channel)
    assert "Dataset sets-once (training set of project project-taken): not made" in card["text"]
    assert buttons(card) == [
        "Results",
        "Make dataset",
        "Instructions",
        "Status",
        "Label again…",
        "Duplicate",
        "Log",
    ]


def test_any_manifest_is_imported_and_lines_that_vanish_are_named(
    world: World, channel: str
) -> None:
    """Without this, Rekognition would drop repeated pictures without a word to anybody."""
    body = world.s3.get_object(
        Bucket=seed.OUT, Key="labels/sets-image/manifests/output/output.manifest"
    )["Body"].read()
    lines = body.decode().splitlines()
    uri = world.put("mine/with-repeats.manifest", "\n".join([*lines, lines[0], lines[3]]) + "\n")
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(
        name={"value": "with repeats"},
        project={"value": "project-repeats"},
        manifest_uri={"value": uri},
    )
    assert "with repeats" in shown(world.mara.view())
    imported(world)
    stats, _counts = rekognition(world, "project-repeats")
    assert stats["TotalEntries"] == 8
    said = dataset_thread(world, channel, "with repeats")[-1]
    assert "8 of 10 lines arrived" in said
    assert "2 lines did not arrive: 10 lines = 8 imported + 2 reported." in said
    assert "ines 9 and 10" in said or "ines 9, 10" in said, "by their numbers"
    assert "with repeats" in words(world.ana.command(channel, "/dataset", "list"))
    assert "with repeats" in words(world.mara.command(channel, "/dataset", "list mine done"))
    for nothing in ("list open repeats", "list failed repeats"):
        assert "No dataset of this channel fits" in words(
            world.mara.command(channel, "/dataset", nothing)
        )
    assert "No dataset" in words(world.ana.command(channel, "/dataset", "list mine repeats"))
    assert "Did you mean `with repeats`?" in words(
        world.ana.command(channel, "/dataset", "status with-repeats")
    )
    assert "8 of 10 lines arrived" in words(
        world.ana.command(channel, "/dataset", "status WITH repeats")
    )
    assert words(world.ana.command(channel, "/dataset", "status nope")).startswith(
        "This channel has no dataset `nope`."
    )


def metadata_of(label: str) -> dict[str, Any]:
    """What Ground Truth writes beside a class."""
    return {
        "class-name": label,
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-11-21T10:00:00.000001",
    }


def test_labels_and_metadata_of_two_names_are_told_and_paired_when_it_is_chosen(
    world: World, channel: str
) -> None:
    """Without this, a dataset would be filled with pictures whose labels nobody can add later."""
    body = "".join(
        json.dumps(
            {"source-ref": f"s3://{seed.RAW}/pairs/{n}.jpg", "normal": 0, "auto-metadata": meta}
        )
        + "\n"
        for n, meta in enumerate(map(metadata_of, ("ripe", "unripe")))
    )
    uri = world.put("mine/two-names.manifest", body)

    def ask(**more: Any) -> str:
        world.mara.close_windows()
        world.mara.command(channel, "/dataset", "create")
        answer = world.mara.fill(
            name={"value": "two names"},
            project={"value": "project-pairs"},
            manifest_uri={"value": uri},
            **more,
        )
        imported(world)
        return str(answer.get("errors", {}).get("manifest_uri", ""))

    said = ask()
    assert "“normal” and “auto-metadata” do not have the same name" in said
    assert "the form of a new dataset can pair them" in said
    assert ask(pair={"selected_option": {"value": "pair"}}) == ""
    _stats, counts = rekognition(world, "project-pairs")
    assert counts == {"ripe": (1, 0), "unripe": (1, 0)}


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        (
            {"project": "two words"},
            "project",
            "letters from A to Z, digits, dots, hyphens and underscores only",
        ),
        ({"manifest_uri": "orchard-out/x"}, "manifest_uri", "s3://"),
        ({"manifest_uri": f"s3://{seed.OUT}/folder/"}, "manifest_uri", "This is a folder."),
        (
            {"manifest_uri": "s3://somebody-elses/x.manifest"},
            "manifest_uri",
            "It may use: ",
        ),
    ],
)
def test_form_of_a_dataset_names_field_and_remedy(
    world: World, channel: str, typed: dict[str, str], field: str, remedy: str
) -> None:
    """Without this, people would learn of a wrong address from an import that failed at AWS."""
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    whole = {"project": "fine", "manifest_uri": f"s3://{seed.OUT}/x.manifest", **typed}
    answer = world.mara.fill(**{name: {"value": value} for name, value in whole.items()})
    assert list(answer["errors"]) == [field]
    assert remedy in answer["errors"][field]


def test_manifest_that_is_not_there_is_refused_in_the_thread(world: World, channel: str) -> None:
    """Without this, a wrong address would be tried for ever."""
    world.mara.command(channel, "/dataset", "create")
    typed = {"project": {"value": "nowhere"}}
    typed["manifest_uri"] = {"value": f"s3://{seed.OUT}/nowhere.manifest"}
    refused = world.mara.fill(**typed)["errors"]
    assert "There is nothing at s3://orchard-out/nowhere.manifest." in refused["manifest_uri"]
    address = manifest_for_now(world)
    world.mara.fill(manifest_uri={"value": address})
    world.s3.delete_object(Bucket=seed.RAW, Key=FOR_NOW)
    imported(world)
    said = dataset_thread(world, channel, "nowhere")[-1]
    assert f"There is nothing at {address}." in said


def test_dataset_form_delivered_twice_makes_one_dataset(world: World, channel: str) -> None:
    """Without this, a repeat of Slack's would import everything twice."""
    world.fault("app:view_submission", "duplicate", slack=True)
    make_dataset(world.mara, channel, "sets-once", "project-once")
    world.mend()
    imported(world)
    asked = [
        entry["request"]
        for entry in world.journal("Rekognition.CreateDataset", slack=False)
        if "project-once" in json.dumps(entry["request"])
    ]
    assert len(asked) == 1
    assert rekognition(world, "project-once")[0]["TotalEntries"] == 8


def test_import_outlives_a_lapse_of_the_bots_own_credentials(world: World) -> None:
    """Without this, a key that AWS does not know for four minutes ends the watch over every import,
    for good.
    """
    channel = world.channel("own-datasets-lapse")
    world.ask(an_order("sets-lapse"), channel)
    world.finish("sets-lapse")
    make_dataset(world.mara, channel, "sets-lapse", "project-lapse")
    world.bot.datasets.load.round()
    with denied(world):
        for _ in range(3):  # one more than set anything aside here
            world.bot.datasets.watch.round()
    imported(world)
    assert "is ready" in last_line(world, "sets-lapse", channel)


def test_asker_is_told_when_the_channel_of_a_dataset_cannot_be_reached(world: World) -> None:
    """Without this, an import would end unseen because somebody removed the app from a channel."""
    channel = world.channel("own-datasets-removed")
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(project={"value": "unseen"}, manifest_uri={"value": manifest_for_now(world)})
    before = len(world.direct_messages(world.mara))
    world.remove_bot(channel)
    imported(world)
    told = world.direct_messages(world.mara)[before:]
    words = (
        "I cannot tell about your dataset unseen: I am not in its channel any more. Type /invite "
        "@labeljob there."
    )
    assert told == [
        f"{words} The import itself goes on.",
        f"{words} The import is over. Ready: 1 of 1 line arrived · 1 label.",
    ]
