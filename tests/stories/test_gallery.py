"""`/dataset show`: the pictures of a dataset with their labels, for whoever may see it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from bot.base import failpoints
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from tests.stories.places import PROJECT
from tests.stories.test_datasets import boxes_of, imported
from tests.stories.test_results import chosen, direct, picture
from tests.stories.world import World, buttons, words

CHANNEL = "gallery"
PROJECT_NAME = "gallery-fruit"
PICTURES = [f"s3://{seed.RAW}/ripeness/orchard-s7-{number:03d}.jpg" for number in range(1, 9)]
GONE = f"s3://{seed.RAW}/ripeness/gone.jpg"
FRUIT = ["ripe", "unripe", "bruised"]
DATED = {"human-annotated": "yes", "creation-date": "2026-11-30T10:00:00"}


def of_classes(source: str, *labels: str) -> str:
    """A line of a dataset of classes."""
    line: dict[str, Any] = {"source-ref": source}
    if labels:
        line["fruit"] = [FRUIT.index(label) for label in labels]
        line["fruit-metadata"] = {
            "class-map": {str(FRUIT.index(label)): label for label in labels},
            "confidence-map": {str(FRUIT.index(label)): 0.9 for label in labels},
            "type": "groundtruth/image-classification-multilabel",
            **DATED,
        }
    return json.dumps(line)


LINES = [
    *(of_classes(each, "ripe") for each in PICTURES[:4]),
    of_classes(PICTURES[4], "ripe", "bruised"),
    of_classes(PICTURES[5], "unripe"),
    of_classes(PICTURES[6]),
    of_classes(GONE, "ripe"),
    *(of_classes(f"{PICTURES[7]}?{number}", "unripe") for number in range(15)),
]


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a dataset of 23 pictures in classes: one without a label, one that is gone."""
    made = one_world.channel(CHANNEL)
    make(one_world, made, PROJECT_NAME, LINES)
    return made


def make(world: World, channel: str, project: str, lines: list[str], kind: str = "") -> None:
    """A dataset of these lines."""
    address = world.put(f"mine/{project}.manifest", "".join(f"{line}\n" for line in lines))
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    chosen_kind = {"dataset_type": chosen(kind)} if kind else {}
    typed = {"project": {"value": project}, "manifest_uri": {"value": address}}
    assert not world.mara.fill(**typed, **chosen_kind).get("errors")
    imported(world)


@pytest.fixture(autouse=True)
def _nothing_waits(world: World) -> Iterator[None]:
    yield
    world.mend()
    world.let_pauses_pass()
    world.settle()
    world.mara.close_windows()


def told(world: World, before: int) -> list[dict[str, Any]]:
    """What came into Mara's direct messages since."""
    world.settle()
    return direct(world)[before:]


def asked(world: World, channel: str, name: str = PROJECT_NAME) -> list[dict[str, Any]]:
    """Mara types `/dataset show`; the messages that came of it."""
    before = len(direct(world))
    answer = words(world.mara.command(channel, "/dataset", f"show {name}"))
    assert "are being fetched and drawn" in answer
    return told(world, before)


def pressed(
    world: World, message: dict[str, Any], action: str, **more: Any
) -> list[dict[str, Any]]:
    before = len(direct(world))
    world.mara.press(message, action, **more)
    return told(world, before)


def test_pictures_are_drawn_with_their_labels_for_the_asker_alone(
    world: World, channel: str
) -> None:
    """Without this, people would look at a dataset in AWS's console, for which they have no
    account.
    """
    sheet, counts = asked(world, channel)
    assert counts["text"] == (
        "*Pictures of dataset gallery-fruit*\n23 pictures, 22 with a label · 1 without, on which "
        "no model is trained\nunripe 16 · ripe 6 · bruised 1\nbruised has fewer than 2 pictures: "
        "AWS splits no test set off such a set "
        "(ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE). Add pictures of it, or give the "
        "test set a source of its own.\nbruised has less than a tenth of the pictures of unripe: "
        "a model learns rare labels badly.\n1 to 20 of 23 pictures"
    )
    [table] = [block for block in counts["blocks"] if block["type"] == "table"]
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells == [["Label", "Pictures"], ["unripe", "16"], ["ripe", "6"], ["bruised", "1"]]
    assert picture(world, sheet).size[0] == 1_280
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert alt.startswith("20 objects with their labels drawn, lines 1 to 20; ")
    assert "1 without a label" in alt
    assert "that could not be drawn" in alt, "the picture that is gone is a grey tile"
    done = world.journal("files.completeUploadExternal")[-1]["request"]
    assert done["channel_id"].startswith("D")


def test_pages_follow_each_other_and_one_is_shown_large(world: World, channel: str) -> None:
    """Without this, whoever has more than twenty pictures would see the first twenty."""
    _, counts = asked(world, channel)
    assert buttons(counts)[:2] == ["Choose…", "Later"]
    sheet, later = pressed(world, counts, "gallery_later")
    assert sheet["text"].endswith("21 to 23 of 23 pictures")
    assert buttons(later)[:2] == ["Choose…", "Earlier"]
    menu = counts["blocks"][-1]["elements"][-1]
    large, alone = pressed(world, counts, "gallery_large", selected_option=menu["options"][4])
    assert large["text"].endswith("picture 5: orchard-s7-005.jpg")
    assert picture(world, large).size[0] >= 640
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert "ripe 0.90, bruised 0.90" in alt, "both classes of one picture"
    sheet, _ = pressed(world, alone, "gallery_earlier")
    assert sheet["text"].endswith("1 to 20 of 23 pictures")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"label": chosen("0")}, "1 to 1 of 1 picture: label bruised"),
        ({"which": chosen("unlabeled")}, "1 to 1 of 1 picture: without a label"),
        ({"which": chosen("labeled")}, "1 to 20 of 22 pictures: with a label"),
        ({"part": {"value": "gone"}}, "1 to 1: “gone” in the address"),
        ({"which": chosen("errors")}, "No picture is one of those: with errors"),
    ],
)
def test_pictures_are_chosen(world: World, channel: str, typed: dict[str, Any], said: str) -> None:
    """Without this, the one picture without a label among thousands would not be found."""
    _, counts = asked(world, channel)
    world.mara.press(counts, "gallery_choose")
    before = len(direct(world))
    assert not world.mara.fill(**typed).get("errors")
    assert told(world, before)[-1]["text"].endswith(said)


def test_too_long_a_choice_is_refused_at_its_field(world: World, channel: str) -> None:
    """Without this, AWS would refuse the list in words that nobody connects with the field."""
    _, counts = asked(world, channel)
    world.mara.press(counts, "gallery_choose")
    errors = world.mara.fill(part={"value": "x" * 201})["errors"]
    assert errors["part"] == "200 characters at most; this has 201."


def test_entries_with_errors_are_named_with_their_remedy(world: World, channel: str) -> None:
    """Without this, "2 with errors" would send people into AWS's console to learn which."""
    lines = [
        boxes_of(PICTURES[0], (10, 10, 50, 50)),
        boxes_of(PICTURES[1], *[(10 + number, 10, 50, 50) for number in range(51)]),
    ]
    make(world, channel, "gallery-bad", lines)
    sheet, counts = asked(world, channel, "gallery-bad")
    assert "has more than 50 boxes. Drop some, and their confidences" in counts["text"]
    [table] = [block for block in counts["blocks"] if block["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][0]] == ["Label", "Pictures", "Boxes"]
    assert isinstance(picture(world, sheet), Image.Image)


def test_card_has_the_pictures_and_the_newest_set_that_stands_is_shown(
    world: World, channel: str
) -> None:
    """Without this, who sees the card would have to know the command; and a set that failed would
    hide the one that stands.
    """
    root = next(
        m for m in world.mara.messages(channel) if m["text"].startswith(f"Dataset {PROJECT_NAME}:")
    )
    assert buttons(root) == ["Pictures", "Delete…"]
    assert pressed(world, root, "dataset_show")[0]["text"].endswith("1 to 20 of 23 pictures")
    make(world, channel, PROJECT_NAME, LINES[:2])
    assert asked(world, channel)[0]["text"].endswith("1 to 20 of 23 pictures")


def test_what_cannot_be_shown_is_said(world: World, channel: str) -> None:
    """Without this, a wrong name, a dataset that changes and one that is gone would be silence."""
    said = words(world.mara.command(channel, "/dataset", "show gallery-frut"))
    assert "Did you mean `gallery-fruit`" in said
    said = words(world.mara.command(channel, "/dataset", "show"))
    assert said.startswith("Name the dataset")
    elsewhere = world.channel("gallery-elsewhere")
    said = words(world.mara.command(elsewhere, "/dataset", f"show {PROJECT_NAME}"))
    assert "no dataset" in said, "a dataset is known in its own channel alone"
    make(world, channel, "gallery-leaves", LINES[:3])
    project = world.rekognition.describe_projects(ProjectNames=["gallery-leaves"])
    arn = project["ProjectDescriptions"][0]["Datasets"][0]["DatasetArn"]
    before = len(direct(world))
    world.mara.command(channel, "/dataset", "show gallery-leaves")
    world.rekognition.delete_dataset(DatasetArn=arn)
    assert told(world, before) == [], "AWS lists nothing while it changes"
    world.pass_time(4)
    world.let_pauses_pass()
    [message] = told(world, before)
    assert message["text"].endswith("Somebody deleted this dataset at AWS.")
    cards = [one["text"] for one in world.mara.messages(channel)]
    assert any("gallery-leaves" in card and "Deleted at AWS, not by" in card for card in cards)


def test_who_left_the_channel_is_given_nothing(world: World) -> None:
    """Without this, whoever asks and leaves would still be sent the channel's pictures."""
    made = world.channel("gallery-left", [*PROJECT])
    make(world, made, "gallery-left-set", LINES[:2])
    before = len(direct(world))
    world.mara.command(made, "/dataset", "show gallery-left-set")
    with world._slack_rows() as rows:
        rows.execute("DELETE FROM member WHERE channel = ? AND person = 'U0MARA'", (made,))
        rows.commit()
    world.bot.ground.access._known.clear()
    assert told(world, before) == []


def test_buttons_that_carry_nonsense_are_answered_in_words(world: World, channel: str) -> None:
    """Without this, a button from another version would end in an error that nobody reads."""
    _, counts = asked(world, channel)
    world.mara.press(counts, "gallery_later")
    menu = {**counts["blocks"][-1]["elements"][-1]["options"][0], "value": "nobody 1"}
    try:
        answer = world.mara.press(counts, "gallery_large", selected_option=menu)
    except PracticeError:
        return
    assert "shown too long ago" in words(answer)


def ticked(element: dict[str, Any], *words_of: str) -> dict[str, Any]:
    """A choice of several in a menu, by parts of their words."""
    found = [
        option
        for option in element["options"]
        if any(part in option["text"]["text"] for part in words_of)
    ]
    return {"selected_options": found}


def field(world: World, name: str) -> dict[str, Any]:
    """The element of a field of Mara's window."""
    blocks = world.mara.view()["blocks"]
    return next(dict(block["element"]) for block in blocks if block.get("block_id") == name)


def at_aws(world: World, project: str) -> dict[str, dict[str, Any]]:
    """The entries that Rekognition has, by picture."""
    found = world.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]
    arn = found["Datasets"][0]["DatasetArn"]
    listed = world.rekognition.list_dataset_entries(DatasetArn=arn)["DatasetEntries"]
    entries = [json.loads(text) for text in listed]
    return {entry["source-ref"]: entry for entry in entries}


def classes_of(entry: dict[str, Any]) -> list[str]:
    return [
        value["class-name"]
        for name, value in entry.items()
        if name.endswith("-metadata") and "class-name" in value
    ]


def changed(world: World) -> None:
    """Let AWS take a change in."""
    for _ in range(3):
        world.settle()
        world.pass_time(4)
        world.let_pauses_pass()
    world.settle()


def test_labels_are_assigned_and_fixed_in_a_window(world: World, channel: str) -> None:
    """Without this, one wrong label would cost a new labeling job, and a picture without a label
    would stay untrained.
    """
    project = "gallery-fix"
    make(world, channel, project, LINES[3:7])
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_labels")
    pictures, labels = field(world, "pictures"), field(world, "labels")
    assert [one["description"]["text"] for one in pictures["options"]] == [
        "ripe 0.90",
        "ripe 0.90, bruised 0.90",
        "unripe 0.90",
        "no label",
    ]
    errors = world.mara.fill(pictures=ticked(pictures, "006", "007"))["errors"]
    assert errors == {"labels": "Choose a label, or type one."}
    taken = world.mara.fill(
        pictures=ticked(pictures, "006", "007"),
        labels=ticked(labels, "bruised"),
        others={"value": "rotten"},
    )
    assert "2 pictures of dataset" in str(taken)
    assert "New in this dataset: rotten." in str(taken)
    changed(world)
    entries = at_aws(world, project)
    assert classes_of(entries[PICTURES[5]]) == ["bruised", "rotten"], "replaced"
    assert classes_of(entries[PICTURES[6]]) == ["bruised", "rotten"], "assigned"
    assert classes_of(entries[PICTURES[4]]) == ["ripe", "bruised"], "left alone"
    assert len(entries) == 4
    said = thread_of(world, channel, project)[-1]
    assert said == (
        "<@U0MARA> *Dataset gallery-fix*: the labels of 2 pictures are now bruised, rotten; AWS "
        "has 2 of 2 pictures."
    )
    _, counts = asked(world, channel, project)
    assert "bruised 3 · ripe 2 · rotten 2" in counts["text"]


def test_labels_that_a_killed_worker_was_fixing_are_fixed_once(world: World, channel: str) -> None:
    """Without this, a kill -9 would lose a correction, or tell of it twice."""
    project = "gallery-killed"
    make(world, channel, project, LINES[3:7])
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_labels")
    pictures, labels = field(world, "pictures"), field(world, "labels")
    world.mara.fill(pictures=ticked(pictures, "006"), labels=ticked(labels, "bruised"))
    world.mara.close_windows()
    for step in failpoints.UPDATE_STEPS:
        world.die(step, lambda bot: bot.datasets.updates.round())
    changed(world)
    entries = at_aws(world, project)
    assert classes_of(entries[PICTURES[5]]) == ["bruised"]
    assert len(entries) == 4
    assert len(world.journal("Rekognition.UpdateDatasetEntries", slack=False)) == 2
    lines = thread_of(world, channel, project)
    assert sum("of 1 picture are now bruised" in line for line in lines) == 1


def test_a_sheet_that_a_killed_worker_was_giving_comes_again(world: World, channel: str) -> None:
    """Without this, a kill -9 would leave somebody without the counts that they asked for."""
    before = len(direct(world))
    world.mara.command(channel, "/dataset", f"show {PROJECT_NAME}")
    world.die(failpoints.SHEET_GIVEN, lambda bot: bot.datasets.gallery.round())
    sheet, again, counts = told(world, before)
    assert sheet["text"] == again["text"], "it was given, and nobody could know"
    assert counts["text"].startswith("*Pictures of dataset gallery-fruit*")


def thread_of(world: World, channel: str, name: str) -> list[str]:
    root = next(m for m in world.mara.messages(channel) if m["text"].startswith(f"Dataset {name}:"))
    return [message["text"] for message in world.mara.thread(channel, root["ts"])]


def test_boxes_are_not_labeled_as_whole_pictures(world: World, channel: str) -> None:
    """Without this, a set of boxes would get classes, which a training drops without a word."""
    make(world, channel, "gallery-boxed", [boxes_of(PICTURES[0], (10, 10, 50, 50))])
    _, counts = asked(world, channel, "gallery-boxed")
    assert "Labels…" not in buttons(counts)


def test_boxes_are_corrected_by_a_job_over_exactly_these_pictures(
    world: World, channel: str
) -> None:
    """Without this, one box drawn badly would cost a job over the whole dataset."""
    lines = [boxes_of(PICTURES[0], (10, 10, 50, 50)), boxes_of(PICTURES[1], (9, 9, 40, 40))]
    make(world, channel, "gallery-correct", [*lines, of_classes(PICTURES[2])])
    _, counts = asked(world, channel, "gallery-correct")
    assert "Correct boxes…" in buttons(counts)
    world.mara.press(counts, "gallery_boxes")
    page = str(world.mara.view())
    assert "job_form" in page
    address = re.findall(r"s3://[^'\" ]+boxes-[0-9a-f]{16}\.manifest", page)[0]
    bucket, _, key = address.removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    written = [json.loads(line) for line in body.splitlines()]
    assert [line["source-ref"] for line in written] == PICTURES[:2]
    assert all(line["boxes"]["annotations"] for line in written)


def test_new_label_is_offered_where_boxes_are_corrected(world: World, channel: str) -> None:
    """Without this, a new kind of box could be drawn by nobody, and a box of one label never become
    one of a label that no picture of the sheet has.
    """
    project = "gallery-new-box"
    make(world, channel, project, [boxes_of(PICTURES[0], (10, 10, 50, 50))])
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_names")
    taken = str(world.mara.fill(new_labels={"value": "rotten"}))
    assert "Correct boxes… below them begins a job that offers it." in taken
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_boxes")
    assert "\\nrotten" in str(world.mara.view())


def test_labels_get_other_names_and_become_one(world: World, channel: str) -> None:
    """Without this, whoever renames a label would label every picture once more."""
    project = "gallery-names"
    make(world, channel, project, LINES[3:7])
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_names")
    errors = world.mara.fill(names={"value": "bruise = ripe"})["errors"]
    assert "Did you mean “bruised”?" in errors["names"]
    taken = world.mara.fill(names={"value": "bruised = ripe\nunripe = green"})
    assert "bruised is now ripe, unripe is now green" in str(taken)
    assert "Nothing was changed" not in str(taken)
    changed(world)
    entries = at_aws(world, project)
    assert [classes_of(entries[each]) for each in PICTURES[3:7]] == [
        ["ripe"],
        ["ripe"],
        ["green"],
        [],
    ]
    assert thread_of(world, channel, project)[-1] == (
        "<@U0MARA> *Dataset gallery-names*: label bruised is now ripe, unripe is now green; look "
        "again where two labels are one now: orchard-s7-005.jpg; AWS has 2 of 2 pictures."
    )
    _, counts = asked(world, channel, project)
    assert "ripe 2 · green 1" in counts["text"]


def test_new_label_is_offered_until_a_picture_has_it(world: World, channel: str) -> None:
    """Without this, a label could only be added by whoever types it the same on every picture, and
    nobody would know what to look at again.
    """
    project = "gallery-new"
    make(world, channel, project, LINES[3:7])
    _, counts = asked(world, channel, project)
    world.mara.press(counts, "gallery_names")
    errors = world.mara.fill(new_labels={"value": "Ripe"})["errors"]
    assert errors["new_labels"] == "The dataset has “ripe” already. Take that line out."
    taken = str(world.mara.fill(new_labels={"value": "rotten\nwormy"}))
    assert "No picture has these labels yet: rotten, wormy." in taken
    world.settle()
    said = thread_of(world, channel, project)[-1]
    assert said.startswith("*Dataset gallery-new*: new labels rotten, wormy, named by Mara.")
    assert "Any of its 4 pictures may be of one of these labels" in said
    _, counts = asked(world, channel, project)
    assert "No picture has these labels yet: rotten, wormy." in counts["text"]
    world.mara.press(counts, "gallery_labels")
    pictures, labels = field(world, "pictures"), field(world, "labels")
    given = {"pictures": ticked(pictures, "006"), "labels": ticked(labels, "rotten")}
    assert "1 picture of dataset" in str(world.mara.fill(**given))
    changed(world)
    assert classes_of(at_aws(world, project)[PICTURES[5]]) == ["rotten"]
    _, counts = asked(world, channel, project)
    assert "No picture has this label yet: wormy." in counts["text"]
    world.mara.press(counts, "gallery_names")
    assert field(world, "new_labels")["initial_value"] == "wormy"
    taken = str(world.mara.fill(new_labels={"value": ""}))
    assert "No label waits for its first picture any more." in taken
    _, counts = asked(world, channel, project)
    assert "yet:" not in counts["text"]
