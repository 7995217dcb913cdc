"""How far people agree about the objects of a job, and what somebody does about it."""

import base64
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from bot.answers.agreement import agreement
from bot.base.blocks import section
from bot.delivery.message import Message
from bot.engines.protocol import Known
from bot.jobs.cards.agreement_words import NOT_YET
from bot.jobs.records import Job
from bot.jobs.results.wish import Wish
from bot.sandbox.workspace import orders, seed
from tests.stories.places import TEAM_ID
from tests.stories.test_results import direct, in_thread
from tests.stories.world import DATA, World, an_order, shown

NAME = "doubted-boxes"
FOLDER = f"labels/{NAME}/annotations/worker-response/iteration-1"


@pytest.fixture(scope="module")
def job(one_world: World) -> Job:
    """A box job that is over, of which one person saw nothing on the third picture."""
    world = one_world
    world.ask(replace(orders.BOXES, name=NAME, workers=3))
    world.finish(NAME)
    nothing = {"boundingBoxes": [], "inputImageProperties": {"width": 640, "height": 480}}
    answer = {"workerId": "somebody-else", "answerContent": {"boundingBox": nothing}}
    world.put(f"{FOLDER}/2/late.json", json.dumps({"answers": [answer]}), bucket=seed.OUT)
    found = world.bot.jobs.status.named(TEAM_ID, DATA, NAME)
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("DELETE FROM job_answers WHERE job_id = :job"), {"job": found.id})
    return found


def looked(world: World) -> dict[str, Any]:
    """Mara presses [Results] on the card: the message with the counts."""
    world.mara.press(world.card(NAME), "job_results")
    world.settle()
    return direct(world)[-1]


@contextmanager
def unread(world: World, job: Job) -> Iterator[None]:
    """As if the answers were not read yet, and are not meanwhile."""
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("DELETE FROM job_answers WHERE job_id = :job"), {"job": job.id})
    every = world._rounds
    world._rounds = [each for each in every if each.name != "answers"]
    try:
        yield
    finally:
        world._rounds = every


def test_agreement_stands_beside_the_counts(world: World, job: Job) -> None:
    """Without this, people would pay three times for each picture and never learn what for; and
    whoever asked early would have to ask once more.
    """
    with unread(world, job):
        before = looked(world)
    assert NOT_YET in before["text"]
    told = len(direct(world))
    world.settle()
    after = direct(world)[-1]
    assert (len(direct(world)), after["ts"]) == (told, before["ts"]), "it is put in"
    assert NOT_YET not in after["text"]
    said = looked(world)["text"]
    assert said == after["text"]
    (line,) = [each for each in said.splitlines() if each.startswith("*Agreement*")]
    assert "pictures that several people answered · Krippendorff's alpha" in line
    assert "figures cover each other by" in line
    each = r"\w+ \d+%( \(cover each other by \d+%\))?(, )?"
    assert re.search(rf"\nLeast agreed upon: ({each})+\n", said)


def test_the_newest_counts_are_told_anew(world: World, job: Job) -> None:
    """Without this, an old message would be edited where nobody looks, and the newest would stay
    without.
    """
    with unread(world, job):
        first, second = looked(world), looked(world)
    assert first["ts"] != second["ts"]
    told = len(direct(world))
    world.settle()
    after = {each["ts"]: each["text"] for each in direct(world)}
    assert len(after) == told
    assert NOT_YET in after[first["ts"]]
    assert "\n*Agreement*: " in after[second["ts"]]
    assert not world.bot.jobs.results.wanted.waiting()


def test_who_may_see_the_job_no_more_is_not_told_how_far_people_agree(
    world: World, job: Job
) -> None:
    """Without this, somebody who was taken out of a channel would go on hearing of its jobs."""
    with unread(world, job):
        assert NOT_YET in looked(world)["text"]
    with world._slack_rows() as rows:
        of_mara = "member WHERE channel = ? AND person = 'U0MARA'"
        kept = tuple(rows.execute(f"SELECT * FROM {of_mara}", (DATA,)).fetchone())
        rows.execute(f"DELETE FROM {of_mara}", (DATA,))
        rows.commit()
    world.bot.ground.access._known.clear()
    world.settle()
    with world._slack_rows() as rows:
        rows.execute(f"INSERT INTO member VALUES ({', '.join('?' * len(kept))})", kept)
        rows.commit()
    world.bot.ground.access._known.clear()
    assert NOT_YET in direct(world)[-1]["text"]
    assert not world.bot.jobs.results.wanted.waiting()


def test_agreement_that_comes_while_counts_are_on_their_way_is_put_in(
    world: World, job: Job
) -> None:
    """Without this, whoever presses at the wrong moment would read for ever that nobody knows."""
    results = world.bot.jobs.results
    with unread(world, job):
        results.want(job, "U0MARA", DATA, Wish())
        [one] = results.wanted.waiting()
    world.bot.jobs.readings.round()
    # the counts were made a moment before
    results._tell_alone(one, job, Message(NOT_YET, [section(NOT_YET)]))
    world.send()
    assert direct(world)[-1]["text"] == NOT_YET
    world.settle()
    assert "\n*Agreement*: " in direct(world)[-1]["text"]
    assert not results.wanted.waiting()


@pytest.mark.usefixtures("job")
def test_objects_about_which_people_differ_are_verified(world: World) -> None:
    """Without this, somebody would have a thousand labels checked for the seven in doubt."""
    world.bot.jobs.readings.round()
    world.mara.press(looked(world), "results_differ")
    world.settle()
    counts = direct(world)[-1]
    assert "pictures about which people differ most" in counts["text"]
    world.mara.press(counts, "results_verify")
    assert not world.mara.fill().get("errors")
    assert "(lines " in shown(world.mara.view()), "the review says which"
    assert not world.mara.fill().get("errors")
    world.mara.close_windows()
    world.settle()
    made = world.sagemaker.describe_labeling_job(LabelingJobName=f"{NAME}-verify")
    address = made["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    bucket, _, key = address.removeprefix("s3://").partition("/")
    taken = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()
    whole = world.s3.get_object(
        Bucket=seed.OUT, Key=f"labels/{NAME}/manifests/output/output.manifest"
    )
    lines = whole["Body"].read().splitlines()
    assert lines[2] in taken
    assert len(taken) < len(lines)
    assert [line for line in lines if line in taken] == taken


def test_agreement_is_put_into_the_counts_of_a_thread(world: World) -> None:
    """Without this, a thread would say for ever that nobody knows yet, and everybody in the channel
    would press once more.
    """
    channel = world.channel("agreeing")
    world.sam.command(channel, "/labeljob", "defaults")
    ticked = {"selected_options": [{"value": "yes"}]}
    assert not world.sam.fill(results_in_thread=ticked).get("errors")
    world.ask(an_order("told-again", workers=3), channel)
    world.finish("told-again")
    world.settle()
    posted = [each["request"] for each in world.journal("chat.postMessage")]
    assert len([each for each in posted if NOT_YET in each["text"]]) == 1
    [counts] = [each for each in in_thread(world, "told-again", channel) if not each.get("files")]
    assert "\n*Agreement*: " in counts["text"]
    assert NOT_YET not in counts["text"]
    assert len(in_thread(world, "told-again", channel)) == 2, "the sheet is not drawn once more"


def test_counts_that_nobody_sees_any_more_are_not_told_again(world: World, job: Job) -> None:
    """Without this, a thread would get counts that nobody asked for."""
    results = world.bot.jobs.results
    with world.bot.ground.db.write() as session:
        results.wanted.want_counts(session, job.id, [DATA])
    world.settle()
    assert not results.wanted.waiting()
    assert not in_thread(world, NAME, DATA)


def test_what_people_painted_is_compared(world: World) -> None:
    """Without this, two people could paint the same tree, and the job would say nothing of it."""
    for place, width in enumerate((8, 6)):
        image = Image.new("RGBA", (10, 10))
        image.paste("#2ca02c", (0, 0, width, 10))
        kept = io.BytesIO()
        image.save(kept, "PNG")
        painted = {
            "labelMappings": {"tree": {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": base64.b64encode(kept.getvalue()).decode()},
        }
        content = {"crowd-semantic-segmentation": painted}
        answer = {"workerId": f"painter {place}", "answerContent": content}
        folder = "labels/trees/annotations/worker-response/iteration-1/0"
        world.put(f"{folder}/{place}.json", json.dumps({"answers": [answer]}), bucket=seed.OUT)
    known = Known("arn:aws:sagemaker:us-east-1:123456789012:labeling-job/trees", "trees")
    read = world.bot.jobs.engine.answers(known, f"s3://{seed.OUT}/labels/", lambda: None)
    found = agreement((one.number, [answer.said for answer in one.answers]) for one in read)
    assert (found.objects, found.share, found.not_compared) == (1, 6 / 8, 0)
    assert [(each.name, each.overlap) for each in found.labels] == [("tree", 6 / 8)]
