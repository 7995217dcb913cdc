"""One faulty file, or one that does not come, delays nobody else's launch or import."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import msgspec

from bot.base.pool import Pool
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import ask_for_job, faults_of
from tests.cases.forms import manifest_of, sample_picture
from tests.faults.one_by_one import OneByOne
from tests.stories.world import WAITING, World, an_order

GOOD = b'{"source-ref":"s3://orchard-raw/ripeness/orchard-s7-001.jpg"}\n'


@contextmanager
def behind(world: World, door: OneByOne) -> Iterator[wiring.Bot]:
    """A worker that reaches AWS by this door alone."""
    bot = wiring.build(
        world.bot.settings.model_copy(update={"aws_endpoint_url": door.url}), answering=False
    )
    with closing(bot.ground.db):
        yield bot


def test_a_manifest_that_does_not_come_keeps_nobody_waiting(world: World) -> None:
    """Without this, one launch that reads for minutes keeps everybody else's people without
    work.
    """
    channel = world.channel("own-no-wait")
    slow = world.put("no-wait/slow.manifest", GOOD)
    with OneByOne(world.services.aws_url).open() as door, behind(world, door) as bot:
        launches = Pool("launch", 2)
        door.keep("slow.manifest")
        ask_for_job(world.mara, channel, an_order("held-up", source=slow, team=WAITING))
        bot.jobs.launch.round(launches.start)
        assert door.someone_waits(20)
        for name in ("passes-one", "passes-two"):
            ask_for_job(world.sam, channel, an_order(name, team=WAITING))
            bot.jobs.launch.round(launches.start)
            world.until(lambda name=name: world.aws_jobs(name), f"{name} at AWS")  # type: ignore[misc]
        assert world.aws_jobs("held-up") == []
        door.give()
        launches.end()
    assert world.aws_jobs("held-up") == ["held-up"]
    world.settle()
    for name in ("held-up", "passes-one", "passes-two"):
        assert [line.split()[0] for line in world.thread(name, channel)[1:]] == ["Launched;"], name


def test_results_that_do_not_come_keep_no_card_waiting(world: World) -> None:
    """Without this, the reading of one long manifest at a job's end would let every other card
    stand still.
    """
    channel = world.channel("own-no-wait-ends")
    for name in ("long-end", "long-other"):
        gone = f"s3://{seed.RAW}/no-wait/{name}.jpg"
        world.put(f"no-wait/{name}.jpg", sample_picture(world))
        lines = [f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg", gone]
        source = manifest_of(world, f"no-wait/{name}.manifest", lines)
        world.ask(an_order(name, source=source), channel)
        world.s3.delete_object(Bucket=seed.RAW, Key=f"no-wait/{name}.jpg")
    world.ask(an_order("moves-on"), channel)
    with OneByOne(world.services.aws_url).open() as door, behind(world, door) as bot:
        (watch,) = (each for each in bot.rounds() if each.name == "watch")
        assert watch.pool is not None
        door.keep("output.manifest")
        for _ in range(60):
            world.pass_time(1)
            if world.aws_status("long-end") == world.aws_status("long-other") == "Completed":
                break
        watch.run()
        assert door.someone_waits(20)
        for _ in range(60):
            world.pass_time(1)
            if world.aws_status("moves-on") == "Completed":
                break
        watch.run()
        world.send()
        assert "Completed" in world.card("moves-on", channel)["text"]
        assert "Completed" not in world.card("long-end", channel)["text"]
        door.give()
        watch.pool.end()
    world.settle()
    for name in ("long-end", "long-other"):
        ends = [line for line in world.thread(name, channel)[1:] if "Completed" in line]
        assert len(ends) == 1, "told once"
        assert "1 picture has no label: 1 is not there any more" in ends[0]


def labeled(number: int) -> bytes:
    """A line of a finished job."""
    metadata = {
        "class-name": ("ripe", "unripe")[number % 2],
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-07-02T09:14:31.120411",
        "job-name": "labeling-job/ripe",
    }
    source = f"s3://{seed.RAW}/july/basket-00{number}.jpg"
    return (
        json.dumps({"source-ref": source, "ripe": number % 2, "ripe-metadata": metadata}).encode()
        + b"\n"
    )


def test_an_import_that_does_not_come_keeps_nobody_waiting(world: World) -> None:
    """Without this, one import of a gigabyte keeps everybody else's datasets waiting."""
    channel = world.channel("own-no-wait-sets")
    body = b"".join(map(labeled, range(1, 5)))
    with OneByOne(world.services.aws_url).open() as door, behind(world, door) as bot:
        loads = Pool("load", 2)
        door.keep("slow-set.manifest")
        for person, name in (
            (world.mara, "slow-set"),
            (world.sam, "quick-set"),
            (world.sam, "other-set"),
        ):
            person.command(channel, "/dataset", "create")
            address = world.put(f"no-wait/{name}.manifest", body)
            person.fill(project={"value": name}, manifest_uri={"value": address})
            person.close_windows()
            bot.datasets.load.round(loads.start)
            if name == "slow-set":
                assert door.someone_waits(20)
            else:
                world.until(lambda name=name: projects(world, name), f"{name} at AWS")  # type: ignore[misc]
        assert not projects(world, "slow-set")
        door.give()
        loads.end()
    assert projects(world, "slow-set")


def projects(world: World, name: str) -> list[Any]:
    """The datasets of a project at AWS."""
    found = world.rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    return [dataset for project in found for dataset in project["Datasets"]]


def test_a_file_of_more_than_a_gigabyte_is_refused_unread(world: World) -> None:
    """Without this, a file that AWS takes in no case is read for minutes, at every press and before
    every launch.
    """
    channel = world.channel("own-too-large")
    address = world.put("no-wait/huge.manifest", GOOD)
    said = f"{address} is 3.2 GB; Labeljob reads files up to 1 GB. Split it into smaller ones."
    with OneByOne(world.services.aws_url).open() as door, behind(world, door) as bot:
        ask_for_job(world.mara, channel, an_order("too-large", source=address, team=WAITING))
        world.mara.command(channel, "/dataset", "create")
        world.mara.fill(project={"value": "too-large"}, manifest_uri={"value": address})
        world.mara.close_windows()
        door.swell("huge.manifest", 3_210_000_000)
        accept = bot.jobs.accept
        draft = msgspec.structs.replace(
            bot.jobs.begin.form(bot.installation.team_id, channel, "U0MARA")[1],
            job_name="too-large-again",
        )
        _, faults = accept.check(draft)
        assert ("input_uri", said) in [(fault.field, fault.text) for fault in faults]
        bot.jobs.launch.round()
        bot.datasets.load.round()
    world.settle()
    (line,) = world.thread("too-large", channel)[1:]
    assert said in line
    assert "Not launched" in world.card("too-large", channel)["text"]
    (root,) = (
        message
        for message in world.mara.messages(channel)
        if message["text"].startswith("Dataset too-large")
    )
    assert said in "\n".join(message["text"] for message in world.mara.thread(channel, root["ts"]))
    assert world.aws_jobs("too-large") == []
    assert not projects(world, "too-large")


def test_a_text_file_of_more_than_a_gigabyte_is_refused_by_the_list_of_its_folder(
    world: World,
) -> None:
    """Without this, a folder of texts with a forgotten dump in it is read to the dump's end."""
    channel = world.channel("own-large-text")
    address = world.put("no-wait-texts/dump.txt", b"kind\n")
    order = an_order(
        "large-text",
        category="Text",
        task_type="text-classification",
        source=f"s3://{seed.RAW}/no-wait-texts/",
    )
    objects = world.services.aws.objects
    row = objects.head(seed.RAW, "no-wait-texts/dump.txt")
    assert row is not None
    world.mara.command(channel, "/labeljob", "create")
    with world.services.aws.store.write() as rows:
        rows.execute("UPDATE object SET size = 1000000001 WHERE key = ?", (row.key,))
    errors = faults_of(world.mara, order)
    assert errors == {
        "input_uri": (
            f"{address} is 1.1 GB; Labeljob reads files up to 1 GB. Split it into smaller ones."
        )
    }


def test_a_faulty_file_is_refused_while_others_are_launched(world: World) -> None:
    """Without this, five megabytes of faulty lines, which took a minute to explain, kept others
    waiting that long.
    """
    channel = world.channel("own-faulty")
    ask_for_job(
        world.mara,
        channel,
        an_order("spoiled-later", source=world.put("no-wait/spoiled.manifest", GOOD)),
    )
    faulty = b'{"source-ref":"s3://orchard-raw/july/a.jpg","note":"' + rb"\"" * 950 + b'" x}\n'
    world.put("no-wait/spoiled.manifest", faulty * 2_500)
    ask_for_job(world.sam, channel, an_order("not-spoiled", team=WAITING))
    began = time.thread_time()
    world.settle()
    assert time.thread_time() - began < 10, "it took 42 s of the processor"
    assert world.aws_jobs("not-spoiled") == ["not-spoiled"]
    said = world.thread("spoiled-later", channel)[1]
    assert (
        'Lines 1, 2, 3, 4 and 2,496 more are not JSON; line 1: comma missing after "note".' in said
    )
