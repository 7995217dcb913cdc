"""More lines for a dataset that stands: `/dataset add`, in pieces, whatever AWS is busy with."""

import csv
import io
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from bot.brought.brought import Brought
from bot.sandbox.workspace import seed
from tests.stories.bringing import pictures, uploaded
from tests.stories.world import World, words

CHANNEL = "own-dataset-updates"


@pytest.fixture(scope="module")
def channel(one_world: World) -> str:
    """A channel with a dataset of two pictures."""
    made = one_world.channel(CHANNEL)
    one_world.mara.command(made, "/dataset", "create")
    one_world.mara.fill(
        name={"value": "growing"},
        project={"value": "project-growing"},
        manifest_uri={"value": manifest(one_world, "first", ("a", "ripe"), ("b", "unripe"))},
    )
    one_world.mara.close_windows()
    rounds(one_world, 3)
    return made


def manifest(world: World, name: str, *pictures: tuple[str, str]) -> str:
    """A manifest of pictures with their labels; its address."""
    lines = "".join(json.dumps(line(*each)) + "\n" for each in pictures)
    return world.put(f"updates/{name}.manifest", lines)


def line(picture: str, label: str) -> dict[str, Any]:
    metadata = {
        "class-name": label,
        "confidence": 1,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-11-21T10:00:00.000001",
    }
    return {
        "source-ref": f"s3://{seed.RAW}/updates/{picture}.jpg",
        "fruit": 0,
        "fruit-metadata": metadata,
    }


def rounds(world: World, times: int) -> None:
    """Let AWS and the bot work for a while."""
    for _ in range(times):
        world.settle()
        world.pass_time(4)
        world.let_pauses_pass()
    world.settle()


def entries(world: World, project: str = "project-growing") -> dict[str, str]:
    """The label of each picture of the training set, as Rekognition lists them."""
    found = world.rekognition.list_dataset_entries(DatasetArn=arn_of(world, project))
    lines = [json.loads(each) for each in found["DatasetEntries"]]
    labels = {one["source-ref"].rpartition("/")[2]: one["fruit-metadata"] for one in lines}
    assert len(labels) == len(lines), "no picture twice"
    return {name.removesuffix(".jpg"): each["class-name"] for name, each in labels.items()}


def arn_of(world: World, project: str) -> str:
    found = world.rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]
    return str(found["Datasets"][0]["DatasetArn"])


def thread(world: World, channel: str, name: str = "growing") -> list[str]:
    root = root_of(world, channel, name)
    return [message["text"] for message in world.mara.thread(channel, root["ts"])]


def root_of(world: World, channel: str, name: str = "growing") -> dict[str, Any]:
    start = f"Dataset {name}:"
    return next(each for each in world.mara.messages(channel) if each["text"].startswith(start))


def add(world: World, channel: str, address: str, name: str = "growing") -> str:
    return words(world.mara.command(channel, "/dataset", f"add {name} {address}"))


def test_new_pictures_come_in_and_known_ones_get_their_new_labels(
    world: World, channel: str
) -> None:
    """Without this, a dataset could not grow: the next labeling job would need a new project."""
    others = [(f"n{number}", "ripe") for number in range(3)]
    more = manifest(world, "more", ("b", "ripe"), ("c", "overripe"), ("c", "ripe"), *others)
    assert "then sent to dataset growing" in add(world, channel, more)
    assert "on their way to dataset growing already" in add(world, channel, more)
    world.settle()
    assert "More lines: 5 of 5 sent" in thread(world, channel)[0]
    rounds(world, 2)
    assert entries(world) == {"a": "ripe", "b": "ripe", "c": "overripe", **dict(others)}
    card, *lines = thread(world, channel)
    assert "More lines" not in card
    said = [each for each in lines if "more lines" in each]
    assert len(said) == 1
    assert said[0].startswith(
        "<@U0MARA> *Dataset growing*: 5 of 6 more lines arrived, 4 pictures new in it."
    )
    assert "Line 3" in said[0], "the repeat, by its number"


def test_every_line_that_aws_loses_is_told_with_its_likely_cause(
    world: World, channel: str
) -> None:
    """Without this, AWS could lose a line and nobody would ever learn which."""
    there = [f"s3://{seed.RAW}/ripeness/orchard-s7-00{number}.jpg" for number in (1, 2)]
    world.put("updates/text.jpg", "this is no picture")
    lines = [{**line("x", "ripe"), "source-ref": each} for each in there]
    lines += [line("text", "ripe"), line("nowhere", "unripe")]
    body = "\n".join([*map(json.dumps, lines), "", "{"]) + "\n"
    datasets = world.services.aws.custom_labels.datasets
    datasets.lost_share = 1.0
    try:
        add(world, channel, world.put("updates/lost.manifest", body + more_lines(8)))
        rounds(world, 3)
    finally:
        datasets.lost_share = 0.0
    message = world.mara.thread(channel, root_of(world, channel)["ts"])[-1]
    said = message["text"]
    assert "14 lines did not arrive: 14 lines = 0 imported + 14 reported." in said
    assert "Line 5 is blank." in said
    assert "Line 6 is not JSON" in said
    assert "Line 3 did not arrive: its file is no PNG or JPEG." in said
    assert "Lines 4, 7, 8" in said, "their pictures are not there"
    assert "Lines 1 and 2 were sent and did not arrive." in said
    world.ana.press(message, "dataset_lines")
    given = world.ana.ask_for("history", channel=channel)["ephemerals"][-1]
    link = re.search(r"<(http[^|]+)\|", given["text"])
    assert link, "for the eyes of whoever pressed"
    with urllib.request.urlopen(link[1], timeout=10) as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
    assert [int(each["line"]) for each in rows] == list(range(1, 15))
    assert rows[2]["codes"] == "vanished_strange_picture"
    assert rows[3]["what to do"].endswith("upper and lower case matter.")
    assert rows[5]["state"] == "left out"


def more_lines(many: int) -> str:
    return "".join(json.dumps(line(f"gone{number}", "ripe")) + "\n" for number in range(many))


def test_busy_dataset_is_waited_for_and_nothing_doubles(world: World, channel: str) -> None:
    """Without this, lines that come while AWS changes the dataset would be lost or set aside."""
    arn, here = arn_of(world, "project-growing"), json.dumps(line("theirs", "ripe")) + "\n"
    add(world, channel, manifest(world, "busy", ("d", "ripe")))
    world.rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": here.encode()})
    for _ in range(4):  # twice as often as anything is tried before it is set aside
        world.settle()
        world.let_pauses_pass()
    assert len(world.journal("Rekognition.UpdateDatasetEntries", slack=False)) == 1, "theirs"
    rounds(world, 3)
    assert {"theirs", "d"} <= set(entries(world))
    assert "1 of 1 more line arrived" in thread(world, channel)[-1]


def test_lost_answer_sends_the_piece_again_and_doubles_nothing(world: World, channel: str) -> None:
    """Without this, an answer that was lost would lose its lines, or leave them twice."""
    before = set(entries(world))
    world.fault("Rekognition.UpdateDatasetEntries", "drop_after", times=1)
    add(world, channel, manifest(world, "lost", ("e", "ripe"), ("f", "ripe")))
    rounds(world, 4)
    assert set(entries(world)) == before | {"e", "f"}
    assert "2 of 2 more lines arrived" in thread(world, channel)[-1]


def test_lines_that_aws_would_not_take_are_refused_by_number(world: World, channel: str) -> None:
    """Without this, somebody's broken file would change a dataset half."""
    before = entries(world)
    broken = world.put("updates/broken.manifest", "{\n\n" + json.dumps(line("g", "ripe")) + "\n")
    add(world, channel, broken)
    rounds(world, 2)
    assert entries(world) == before
    said = thread(world, channel)[-1]
    assert "did not get all of its more lines" in said
    assert "The dataset is as it was." in said
    assert "Line 1" in said


@pytest.fixture
def nearly_full(world: World, channel: str) -> Iterator[Callable[[bool], None]]:
    """AWS counts one picture less in the dataset than a set takes, with boxes on them or
    without.
    """
    arn, store = arn_of(world, "project-growing"), world.services.aws.store

    def count(entries: int, boxes: int = 0) -> None:
        with store.write() as rows:
            rows.execute("UPDATE dataset SET total = ? WHERE arn = ?", (entries, arn))
        status = world.bot.datasets.status
        known = status.standing(world.bot.ground.access.team_id, channel, "growing")
        assert known is not None
        labels = tuple(msgspec.structs.replace(each, boxes=boxes) for each in known.state.labels)
        state = msgspec.structs.replace(known.state, labels=labels)
        world.bot.datasets.delete._store.change(known, state)

    before = len(entries(world))
    yield lambda boxes: count(249_999, int(boxes))
    count(before)


def test_pictures_for_which_a_dataset_has_no_room_are_refused_before_any_is_sent(
    world: World, channel: str, nearly_full: Callable[[bool], None]
) -> None:
    """Without this, a part of a file would be sent and AWS end the rest in words of its own."""
    before = entries(world)
    nearly_full(True)
    add(world, channel, manifest(world, "over", ("a", "unripe"), ("r1", "ripe"), ("r2", "ripe")))
    rounds(world, 2)
    assert entries(world) == before
    assert world.journal("Rekognition.UpdateDatasetEntries", slack=False) == []
    assert thread(world, channel)[-1].endswith(
        "The dataset has no room for these pictures: 249,999 are there, 2 would be new, and a "
        "training set in us-east-1 takes 250,000. Take fewer of them, or make another project of "
        "them."
    )
    add(world, channel, manifest(world, "fits", ("a", "unripe"), ("b", "unripe"), ("r3", "ripe")))
    rounds(world, 2)
    assert set(entries(world)) == {*before, "r3"}


def test_files_for_which_a_dataset_has_no_room_are_not_stored(
    world: World, channel: str, nearly_full: Callable[[bool], None]
) -> None:
    """Without this, pictures would lie in S3 that no dataset takes."""
    nearly_full(True)
    team = world.bot.ground.access.team_id
    dataset = world.bot.datasets.status.standing(team, channel, "growing")
    assert dataset is not None
    body = next(iter(pictures(1).values()))
    files = [uploaded(world, world.mara, f"q{number}.jpg", body) for number in range(2)]
    brought = tuple(Brought(name=one["name"], size=len(body), id=one["id"]) for one in files)
    mara = world.bot.ground.access.at_home(team, "U0MARA", channel, channel)
    folder = f"s3://{seed.RAW}/updates/brought/"
    world.bot.datasets.updates.bring(dataset, brought, folder, mara, "2 files of pictures added")
    rounds(world, 2)
    assert "249,999 are there, 2 would be new" in thread(world, channel)[-1]
    there = world.s3.list_objects_v2(Bucket=seed.RAW, Prefix="updates/brought/")
    assert there["KeyCount"] == 0


def test_room_that_only_aws_knows_of_is_said(
    world: World, channel: str, nearly_full: Callable[[bool], None]
) -> None:
    """Without this, whoever had AWS raise the limit could not use it, and others would not know
    why AWS took nothing.
    """
    before = entries(world)
    nearly_full(False)
    add(world, channel, manifest(world, "raised", ("s1", "ripe"), ("s2", "ripe")))
    rounds(world, 3)
    assert entries(world) == before
    said = thread(world, channel)[-1]
    assert "The manifest has too many lines. Split it into several datasets." in said
    assert "whether it has is not known here" in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("growing", "Type the dataset's name and the manifest"),
        ("nothing s3://orchard-raw/x.manifest", "no dataset"),
        ("growing orchard-raw/x.manifest", "s3://"),
        ("growing s3://somebody-elses/x.manifest", "It may use: "),
        ("growing s3://orchard-raw/updates/", "This is a folder."),
    ],
)
def test_what_cannot_be_added_is_said_at_once(
    world: World, channel: str, typed: str, said: str
) -> None:
    """Without this, people would wait for lines that nobody sends."""
    assert said in words(world.mara.command(channel, "/dataset", f"add {typed}"))


def test_only_whoever_asked_for_it_and_managers_may_add(world: World, channel: str) -> None:
    """Without this, anybody could change what others train with."""
    more = manifest(world, "more", ("h", "ripe"))
    told = words(world.ana.command(channel, "/dataset", f"add growing {more}"))
    assert "You cannot add to this dataset" in told


def test_dataset_that_was_deleted_meanwhile_is_said(world: World, channel: str) -> None:
    """Without this, lines for a dataset that is gone would be tried for ever."""
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(
        name={"value": "leaving"},
        project={"value": "project-leaving"},
        manifest_uri={"value": manifest(world, "leaving", ("x", "ripe"), ("y", "unripe"))},
    )
    rounds(world, 3)
    add(world, channel, manifest(world, "late", ("z", "ripe")), "leaving")
    world.rekognition.delete_dataset(DatasetArn=arn_of(world, "project-leaving"))
    world.pass_time(4)
    rounds(world, 2)
    card, *_, last = thread(world, channel, "leaving")
    assert "Somebody deleted this dataset at AWS" in last
    assert "Deleted at AWS, not by Labeljob" in card, "it is not ready any more"


def test_files_that_a_killed_worker_had_stored_are_sent_once(world: World, channel: str) -> None:
    """Without this, a kill -9 would leave pictures in S3 of which the dataset hears nothing."""
    team = world.bot.ground.access.team_id
    dataset = world.bot.datasets.status.standing(team, channel, "growing")
    assert dataset is not None
    bodies = list(pictures(2).values())
    files = [uploaded(world, world.mara, f"t{n}.jpg", body) for n, body in enumerate(bodies)]
    ids = [one["id"] for one in files]
    world.mara.ask("message", channel=channel, text="these", file_ids=ids)
    brought = tuple(Brought(name=one["name"], size=one["size"], id=one["id"]) for one in files)
    mara = world.bot.ground.access.at_home(team, "U0MARA", channel, channel)
    folder = f"s3://{seed.RAW}/updates/killed/"
    world.bot.datasets.updates.bring(dataset, brought, folder, mara, "2 files of pictures added")
    before = counted(world)
    world.die("lines-ready", lambda bot: bot.datasets.updates.round())
    assert world.s3.list_objects_v2(Bucket=seed.RAW, Prefix="updates/killed/")["KeyCount"] == 2
    rounds(world, 3)
    assert counted(world) == before + 2
    told = [each for each in thread(world, channel) if "2 files of pictures added" in each]
    assert len(told) == 1
    assert told[0].endswith("AWS has 2 of 2 pictures.")


def counted(world: World) -> int:
    """How many entries the dataset has."""
    found = world.rekognition.describe_dataset(DatasetArn=arn_of(world, "project-growing"))
    return int(found["DatasetDescription"]["DatasetStats"]["TotalEntries"])
