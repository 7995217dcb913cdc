"""Export: the labels of a job that is over in other tools' formats, and the ledger of its objects,
for whoever may see it.
"""

import csv
import io
import json
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from bot.jobs.exports.exports import NotThisFile, _Progress
from bot.jobs.exports.wish import Asked, Wish
from bot.jobs.records import Job
from bot.sandbox.workspace import orders, seed
from tests.stories.test_chains import stop_half_way
from tests.stories.test_results import chosen, direct
from tests.stories.world import BOT, DATA, World, an_order, buttons, shown, words

NAME = "boxes-to-export"


@pytest.fixture(scope="module")
def job(one_world: World) -> Job:
    """A box job that is over; of its objects the second expired, and the third never came back."""
    one_world.ask(replace(orders.BOXES, name=NAME))
    one_world.finish(NAME)
    found = one_world.bot.jobs.status.named(one_world.bot.installation.team_id, DATA, NAME)
    bucket, _, key = found.state.output_uri.removeprefix("s3://").partition("/")
    body = one_world.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    lines = [json.loads(line) for line in body.splitlines()]
    source = lines[1]["source-ref"]
    lines[1] = {
        "source-ref": source,
        f"{NAME}-metadata": {"failure-reason": "The task expired.", "type": "groundtruth/x"},
    }
    del lines[2]
    lines[2]["batch"] = 7
    one_world.put(key, "".join(f"{json.dumps(line)}\n" for line in lines), bucket)
    return found


@pytest.fixture(autouse=True)
def _nothing_waits(world: World) -> Iterator[None]:
    yield
    world.let_pauses_pass()
    world.mend()
    world.settle()


def exported(
    world: World, form: str, labels: str = "this", name: str = NAME, channel: str = DATA
) -> dict[str, Any]:
    """Mara exports the job: what she is told when it is there."""
    before = len(direct(world))
    world.mara.command(channel, "/labeljob", f"export {name}")
    world.mara.fill(format=chosen(form), labels=chosen(labels))
    world.mara.close_windows()
    world.settle()
    [told] = direct(world)[before:]
    return told


def answered(world: World, told: dict[str, Any], action: str) -> str:
    """What Mara alone sees below her direct messages once she has pressed."""
    channel = world.mara.ask("open_im", **{"with": BOT})["channel"]["id"]

    def seen() -> list[dict[str, Any]]:
        return list(world.mara.ask_for("history", channel=channel)["ephemerals"])

    before = len(seen())
    world.mara.press(told, action)
    world.until(lambda: len(seen()) > before, "an answer")
    return str(seen()[-1]["text"])


def fetched(world: World, told: dict[str, Any]) -> bytes:
    """What the link behind [Open] leads to."""
    said = answered(world, told, "export_open")
    link = re.search(r"<(http[^|>]+)\|", said)
    assert link, said
    with urllib.request.urlopen(link[1].replace("&amp;", "&"), timeout=10) as answer:
        return bytes(answer.read())


def test_labels_are_written_beside_the_results_and_opened_by_a_link(world: World, job: Job) -> None:
    """Without this, handing labels on would be a download, a program, and an upload."""
    told = exported(world, "coco")
    assert told["text"].startswith("*Boxes round the fruit* is exported: COCO (one JSON file), ")
    assert "failed" not in told["text"]
    assert "has no label and is left out: The task expired." in told["text"]
    assert "“batch” is no label" in told["text"]
    folder = job.state.output_uri.partition("/manifests/")[0]
    assert f"It lies at `{folder}/exports/{NAME}-coco-" in told["text"]
    coco = json.loads(fetched(world, told))
    assert {each["name"] for each in coco["categories"]} <= set(job.draft.labels)
    assert coco["annotations"]
    stored = str(world.journal("chat.postMessage"))
    assert "X-Amz-Signature" not in stored


def test_masks_are_opened_for_a_format_that_tells_pixels(world: World, job: Job) -> None:
    """Without this, who exports a mask job as COCO would get a list of findings."""
    bucket, _, key = job.state.output_uri.removeprefix("s3://").partition("/")
    kept = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    body = io.BytesIO()
    Image.new("RGB", (4, 3), "#2ca02c").save(body, "PNG")
    world.put(f"{key}.0.png", body.getvalue(), bucket)
    line = json.loads(kept.splitlines()[0])
    metadata = {
        "internal-color-map": {"1": {"class-name": "tree", "hex-color": "#2ca02c"}},
        "type": "groundtruth/semantic-segmentation",
        "creation-date": "2099-01-01",
    }
    line |= {"rows-ref": f"{job.state.output_uri}.0.png", "rows-ref-metadata": metadata}
    world.put(key, json.dumps(line), bucket)
    try:
        [found] = json.loads(fetched(world, exported(world, "coco", "every")))["annotations"]
    finally:
        world.put(key, kept, bucket)
    assert (found["segmentation"]["size"], found["area"]) == ([3, 4], 12)


def test_format_of_many_files_is_a_zip(world: World, job: Job) -> None:
    """Without this, a thousand text files would need a thousand links."""
    assert job.ended
    body = fetched(world, exported(world, "yolo"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert {"data.yaml", "classes.txt", "pictures.csv"} <= set(archive.namelist())
        assert any(name.startswith("labels/") for name in archive.namelist())


def test_ledger_tells_of_every_object_and_leads_on(world: World, job: Job) -> None:
    """Without this, the few that lack would be found by comparing two files, and labeled by a job
    that is set up by hand.
    """
    told = exported(world, "ledger")
    assert told["text"].splitlines()[0] == (
        "The ledger of *Boxes round the fruit*: 2 pictures have no label: 1 expired, 1 never sent "
        "to workers."
    )
    assert buttons(told) == ["Open"], "AWS counts all of them labeled"
    rows = list(csv.DictReader(io.StringIO(fetched(world, told).decode())))
    assert [row["state"] for row in rows[:3]] == ["labeled", "expired", "never-sent"]
    assert len(rows) == job.state.total


def test_ledger_of_a_stopped_job_leads_to_a_job_for_the_rest(world: World) -> None:
    """Without this, what was never labeled would be asked for by hand."""
    channel = world.channel("own-ledger")
    world.ask(an_order("half-a-ledger"), channel)
    stop_half_way(world, "half-a-ledger")
    told = exported(world, "ledger", name="half-a-ledger", channel=channel)
    assert "without a reason from AWS" in told["text"]
    assert buttons(told) == ["Open", "Label these"]
    world.mara.press(told, "export_label")
    assert world.mara.view()["callback_id"] == "job_form_1"
    world.mara.close_windows()


def test_results_lead_to_an_export(world: World, job: Job) -> None:
    """Without this, whoever looks at results would have to know a command to take them along."""
    assert job.ended
    before = len(direct(world))
    world.mara.press(world.card(NAME), "job_results")
    world.settle()
    counts = direct(world)[before:][-1]
    world.mara.press(counts, "export_ask")
    assert world.mara.view()["callback_id"] == "export_asked"
    world.mara.close_windows()


def test_wish_that_waits_is_told_how_far_it_is(world: World, job: Job) -> None:
    """Without this, a long export would look like one that nobody does, and be asked for twice."""
    exports, wish, before = world.bot.jobs.exports, Wish("csv"), len(direct(world))
    exports.want(job, "U0MARA", DATA, wish)
    [waiting] = exports.wanted.waiting()
    for done in (1_000, 1_234):
        exports._tell(waiting, job, done)
        world.send()
    said = exports.want(job, "U0MARA", DATA, wish).text
    assert said.endswith("is being exported already: 1,234 pictures written so far.")
    assert len(exports.wanted.waiting()) == 1
    [told] = direct(world)[before:]
    assert told["text"].endswith(" of 1,000 pictures written so far.")
    world.settle()
    [last] = direct(world)[before:]
    assert last["ts"] == told["ts"], "one message that counts, not several"
    assert last["text"].startswith("*Boxes round the fruit* is exported: CSV")


def test_count_is_told_every_five_seconds() -> None:
    """Without this, a million objects would be a million edits, or none."""
    told: list[int] = []
    seconds = iter((0.0, 1.0, 5.0, 5.0, 6.0, 11.0, 11.0))
    assert list(_Progress(told.append, seconds.__next__).of("abcd")) == list("abcd")
    assert told == [2, 4]


def test_failure_is_told_where_the_count_stood(world: World, job: Job) -> None:
    """Without this, a number that stands still would be all that is left of an export."""
    exports, before = world.bot.jobs.exports, len(direct(world))
    exports.want(job, "U0MARA", DATA, Wish("voc"))
    [waiting] = exports.wanted.waiting()
    exports._tell(waiting, job, 7)
    world.send()
    exports.giving._tell(waiting, NotThisFile().words)
    world.settle()
    [last] = direct(world)[before:]
    assert "could not be exported" in last["text"]


def test_few_labels_are_there_at_once(world: World, job: Job) -> None:
    """Without this, ten lines would be waited for like a million."""
    assert job.ended
    before = len(direct(world))
    world.mara.command(DATA, "/labeljob", f"export {NAME}")
    world.mara.fill(format=chosen("csv"), labels=chosen("this"))
    said = shown(world.mara.view())
    world.mara.close_windows()
    assert "is exported: CSV" in said
    assert "the link works for 10 minutes" in said
    link = re.search(r"<(http[^|>]+)\|", said)
    assert link
    with urllib.request.urlopen(link[1].replace("&amp;", "&"), timeout=10) as answer:
        assert answer.read().startswith(b"line,")
    world.settle()
    assert len(direct(world)) == before + 1, "and can be opened later"
    assert "X-Amz-Signature" not in str(world.journal("chat.postMessage"))
    with world.bot.ground.db.engine.begin() as rows:
        kept = str(rows.execute(text("SELECT result FROM inbox")).all())
    signature = re.search(r"Signature=(\w+)", link[1])
    assert signature
    assert f"{NAME}-csv-" in kept
    assert signature[1] not in kept, "a link stands in no database"


def test_labels_that_are_not_there_at_once_come_later(world: World, job: Job) -> None:
    """Without this, a slow second of S3 would leave whoever asked with a window that failed."""
    assert job.ended
    before = len(direct(world))
    world.fault("S3.PutObject", "throttle")
    world.mara.command(DATA, "/labeljob", f"export {NAME}")
    world.mara.fill(format=chosen("voc"), labels=chosen("this"))
    said = shown(world.mara.view())
    world.mara.close_windows()
    assert "It comes into your direct messages" in said
    world.mend()
    world.settle()
    [told] = direct(world)[before:]
    assert "is exported: Pascal VOC" in told["text"]


def test_export_after_a_kill_is_the_same_file(world: World, job: Job) -> None:
    """Without this, a second try would leave two files, or none that is whole."""
    first, second = exported(world, "csv", "every"), exported(world, "csv", "every")
    assert first["text"] == second["text"]
    assert fetched(world, first) == fetched(world, second)
    assert job.ended


def test_job_that_is_not_over_is_not_exported(world: World) -> None:
    """Without this, half of the labels would pass for all."""
    world.ask(an_order("not-over-yet", team=seed.WAITING_TEAM))
    said = words(world.mara.command(DATA, "/labeljob", "export not-over-yet"))
    assert said == "This job is not over yet. Its labels can be exported when it is."
    assert words(world.mara.command(DATA, "/labeljob", "export")).startswith("Name the job")


def test_whoever_left_the_channel_meanwhile_gets_nothing(world: World, job: Job) -> None:
    """Labels may be secret: without this, a wish written down in time would hand them out."""
    exports = world.bot.jobs.exports
    exports.want(job, "U0STRA", DATA, Wish("csv"))
    world.settle()
    assert not exports.wanted.waiting()
    assert not [each for each in world.journal("chat.postMessage") if "U0STRA" in str(each)]


@pytest.mark.parametrize(
    "uri", ["", "s3://orchard-raw/secret.csv", f"s3://{seed.OUT}/other/exports/x.csv"]
)
def test_link_is_made_for_the_jobs_exports_alone(world: World, job: Job, uri: str) -> None:
    """Without this, a button's value made by hand could open any file of the bot's."""
    with pytest.raises(NotThisFile):
        world.bot.jobs.exports.link(job, Asked(job.id, DATA, uri))


def test_what_cannot_be_written_is_told(world: World, job: Job) -> None:
    """Without this, a deleted manifest would be silence for ever."""
    bucket, _, key = job.state.output_uri.removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    world.s3.delete_object(Bucket=bucket, Key=key)
    try:
        told = exported(world, "voc")
    finally:
        world.put(key, body, bucket)
    assert told["text"].startswith(
        "*Boxes round the fruit* could not be exported. There is nothing"
    )
