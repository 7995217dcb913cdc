"""Streaming jobs: objects that come while the job runs, from the form to the last of them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.base import failpoints
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import begin_anew, choose_kind, first_page, second_page
from tests.stories.bringing import field, pictures, radio, shared, uploaded
from tests.stories.places import RAW_MANIFEST, TEAM_ID
from tests.stories.world import DATA, World, an_order, buttons, shown, words

REGION_ARN = "arn:aws:sns:us-east-1:111122223333"


def ask(
    world: World, name: str, *, source: str = "", kind: str = "image-classification", **more: Any
) -> dict[str, Any]:
    """Mara fills the form of a streaming job; what its pages answer, faults and all."""
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    begin_anew(world.mara)
    choose_kind(world.mara, kind)
    world.mara.press_in_view("job_form_show_more")
    topic = {"value": more.pop("topic", None) or world.sns.create_topic(Name=name)["TopicArn"]}
    tick = {"selected_options": field(world.mara, "streaming")["options"]}
    typed = {key: {"value": value} for key, value in more.items()}
    order = an_order(name, source=source, task_type=kind)
    answer = first_page(world.mara, order, streaming=tick, input_topic=topic, **typed)
    return answer if answer.get("errors") else second_page(world.mara, order)


def running(world: World, name: str, **more: Any) -> str:
    """A streaming job that takes objects; its name."""
    answer = ask(world, name, **more)
    assert not answer.get("errors"), answer
    world.mara.fill()
    world.settle()
    world.pass_time(3)
    world.settle()
    return name


def folder(world: World, name: str, number: int) -> str:
    """A folder with so many pictures."""
    for each, body in pictures(number).items():
        world.put(f"{name}/{each}", body)
    return f"s3://{seed.RAW}/{name}/"


def send(world: World, name: str, address: str) -> str:
    """Mara sends what an address names; what the app answers."""
    return words(world.mara.command(DATA, "/labeljob", f"send {name} {address}"))


def labeled(world: World, name: str, number: int) -> bool:
    """Let what waits be sent, and people label until so many are, and a while longer; whether it
    was just as many.
    """
    world.settle()
    for _ in range(15):
        if _labeled(world, name) >= number:
            break
        world.pass_time(1)
    world.pass_time(2)
    world.settle()
    return _labeled(world, name) == number


def _labeled(world: World, name: str) -> int:
    job = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    return int(job["LabelCounters"]["TotalLabeled"])


def test_streaming_job_from_the_form_to_an_object_sent_twice_and_labeled_once(
    world: World,
) -> None:
    """Without this, whoever gets pictures day by day asks for a new job each day, or pays twice for
    what came twice.
    """
    name = "arrivals"
    answer = ask(world, name)
    assert not answer.get("errors"), answer
    assert "come while it runs" in shown(world.mara.view())
    world.mara.fill()
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    source = {"SnsDataSource": {"SnsTopicArn": f"{REGION_ARN}:{name}"}}
    assert asked["InputConfig"]["DataSource"] == source
    world.pass_time(3)
    world.settle()
    card = world.card(name)
    assert "Waits for the first picture" in card["text"]
    assert "streaming, until it is stopped" in card["text"]
    assert "Send…" in buttons(card)
    place = folder(world, name, 3)
    assert "is sent to arrivals" in send(world, name, place)
    assert labeled(world, name, 3)
    assert world.thread(name)[-1] == "Mara sent 3 pictures."
    assert "3 sent · 3 labeled · 0 waiting" in world.card(name)["text"]
    folder(world, name, 4)
    send(world, name, place)
    assert labeled(world, name, 4)
    assert world.thread(name)[-1] == (
        "Mara sent 1 picture. 3 pictures had been sent before and are not labeled twice."
    )
    assert "4 sent · 4 labeled · 0 waiting" in world.card(name)["text"]


def test_files_of_the_window_and_of_a_message(world: World) -> None:
    """Without this, pictures that are not in S3 could not be sent; or the same window twice."""
    name = running(world, "from-people")
    world.mara.close_windows()
    world.mara.press(world.card(name), "job_send")
    files = [uploaded(world, world.mara, each, body) for each, body in pictures(2).items()]
    answer = world.mara.fill(files_1={"files": [{"id": one["id"]} for one in files]})
    assert not answer.get("errors"), answer
    assert "as soon as that job takes objects" in shown(world.mara.view())
    assert labeled(world, name, 2)
    ts = shared(world, DATA, pictures(3))
    world.mara.close_windows()
    world.mara.ask("shortcut", callback_id="send_these", channel=DATA, ts=ts)
    assert "3 files: " in shown(world.mara.view())
    job = world.bot.jobs.status.named(TEAM_ID, DATA, name)
    typed: dict[str, Any] = {}
    if any(block.get("block_id") == "job" for block in world.mara.view()["blocks"]):
        typed["job"] = {"selected_option": radio(world.mara, "job", job.id)}
    assert not world.mara.fill(**typed).get("errors")
    assert labeled(world, name, 5)
    assert [line for line in world.thread(name)[1:] if " sent " in line] == [
        "Mara sent 2 pictures.",
        "Mara sent 3 pictures.",
    ]


def test_what_is_sent_before_a_job_takes_objects_waits_for_it(world: World) -> None:
    """Without this, AWS would lose what comes while it gets the job ready; and a stop in that time
    would be refused.
    """
    answer = ask(world, "early-bird")
    assert not answer.get("errors"), answer
    world.mara.fill()
    world.settle()
    assert world.aws_status("early-bird") == "Initializing"
    send(world, "early-bird", folder(world, "early", 2))
    world.settle()
    assert world.journal("SNS.PublishBatch", slack=False) == []
    world.pass_time(3)
    world.settle()
    assert labeled(world, "early-bird", 2)


def test_lost_answer_of_a_sending_labels_nothing_twice(world: World) -> None:
    """Without this, one lost answer of AWS would cost every object of a call twice, or lose it."""
    name = running(world, "lost-answer")
    world.fault("SNS.PublishBatch", "drop_after", times=1)
    send(world, name, folder(world, "lost", 3))
    world.settle()
    world.let_pauses_pass()
    assert labeled(world, name, 3)
    assert len(world.journal("SNS.PublishBatch", slack=False)) == 2
    assert world.thread(name)[-1] == "Mara sent 3 pictures."


def test_killed_worker_labels_nothing_twice_and_loses_nothing(world: World) -> None:
    """Without this, a kill -9 between AWS's work and our note of it would cost every object twice,
    or all that was still to be sent.
    """
    name = running(world, "killed")
    send(world, name, folder(world, "killed", 3))
    if (pid := os.fork()) == 0:
        failpoints.arm(failpoints.AFTER_SEND)
        wiring.build(world.bot.settings).jobs.send.round()
        os._exit(7)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    assert len(world.journal("SNS.PublishBatch", slack=False)) == 1
    world.bot.ground.db.execute("UPDATE lease SET until = 0 WHERE name LIKE 'send:%'", {})
    assert labeled(world, name, 3)
    assert len(world.journal("SNS.PublishBatch", slack=False)) == 2
    assert world.thread(name)[-1] == "Mara sent 3 pictures."


def test_texts_are_sent_once_each(world: World) -> None:
    """Without this, texts, which have no address, would be labeled as often as they come."""
    name = running(world, "letters", kind="text-classification")
    lines = world.put("letters/monday.txt", "ripe\nunripe\nripe\n")
    send(world, name, lines)
    assert labeled(world, name, 2)
    assert "1 text had been sent before" in world.thread(name)[-1]


def test_a_manifest_to_begin_with_and_a_stop(world: World) -> None:
    """Without this, a stream could not begin with what is there already, or would never end."""
    name = running(world, "with-a-manifest", source=RAW_MANIFEST)
    assert labeled(world, name, 8)
    assert "8 sent · 8 labeled · 0 waiting" in world.card(name)["text"]
    assert "Completed" not in world.card(name)["text"]
    world.mara.press(world.card(name), "job_stop")
    world.mara.fill()
    world.settle()
    world.finish(name)
    assert "Stopped" in world.card(name)["text"]
    assert "is over and takes no more objects" in send(world, name, RAW_MANIFEST)


def test_what_was_sent_is_kept_no_longer_than_its_job(world: World) -> None:
    """Without this, the database would grow with every object that was ever sent."""
    name = running(world, "forgotten")
    send(world, name, folder(world, "forgotten", 2))
    assert labeled(world, name, 2)
    job = world.bot.jobs.status.named(TEAM_ID, DATA, name)
    assert _kept(world, job.id) == (2, 1)
    world.mara.press(world.card(name), "job_stop")
    world.mara.fill()
    world.settle()
    world.finish(name)
    world.settle()
    assert _kept(world, job.id) == (0, 0)


def _kept(world: World, job_id: str) -> tuple[int, int]:
    """How many objects and sendings of a job are in the database."""
    with world.bot.ground.db.engine.begin() as rows:
        numbers = [
            rows.execute(text(f"SELECT count(*) FROM {table} WHERE job_id = :job"), {"job": job_id})
            for table in ("sent_object", "sending")
        ]
        return numbers[0].scalar_one(), numbers[1].scalar_one()


def test_a_stop_waits_until_aws_takes_one(world: World) -> None:
    """Without this, AWS would refuse the stop of a job that gets ready, and people be told so."""
    answer = ask(world, "stopped-early")
    assert not answer.get("errors"), answer
    world.mara.fill()
    world.settle()
    world.mara.press(world.card("stopped-early"), "job_stop")
    world.mara.fill()
    world.settle()
    assert world.aws_status("stopped-early") == "Initializing"
    assert world.journal("SageMaker.StopLabelingJob", slack=False) == []
    assert ": Stopping." in world.card("stopped-early")["text"]
    world.pass_time(3)
    world.settle()
    world.finish("stopped-early")
    assert "Stopped" in world.card("stopped-early")["text"]


def test_topic_of_another_job_is_told(world: World) -> None:
    """Without this, two jobs would label all that comes to either, and cost twice."""
    name = running(world, "first-listener")
    topic = f"{REGION_ARN}:{name}"
    answer = ask(world, "second-listener", topic=topic)
    assert not answer.get("errors"), answer
    assert f"{name} gets its objects from this topic too" in shown(world.mara.view())


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"topic": "orchard"}, "input_topic", "Give the topic's ARN"),
        ({"topic": f"{REGION_ARN}:nobodys"}, "input_topic", "There is no topic “nobodys”"),
        (
            {"topic": REGION_ARN.replace("us-east-1", "eu-west-1") + ":far"},
            "input_topic",
            "This topic is in eu-west-1, the bot works in us-east-1",
        ),
        ({"stop_at_objects": "5"}, "stop_at_objects", "does not end by a count"),
    ],
)
def test_what_a_streaming_job_cannot_have(
    world: World, typed: dict[str, str], field: str, said: str
) -> None:
    """Without this, the job would be refused by AWS after its form, or fail as it begins."""
    answer = ask(world, "cannot-have", **typed)
    assert said in answer["errors"][field]


def test_what_cannot_be_sent(world: World) -> None:
    """Without this, somebody would wait for labels of what never went out; and a form that begins
    like a stream would listen to the same topic.
    """
    name = running(world, "picky")
    assert "no streaming job" in send(world, world.ask(an_order("not-a-stream")), RAW_MANIFEST)
    assert "Begin with s3://" in send(world, name, "somewhere")
    assert "may not use" in send(world, name, "s3://not-ours/x/")
    assert "is no streaming job" not in send(world, name, f"s3://{seed.RAW}/nothing-there/")
    world.settle()
    assert "Not sent: There is nothing to label" in world.thread(name)[-1]
    world.mara.close_windows()
    world.mara.press(world.card(name), "job_send")
    assert "Name a manifest" in world.mara.fill()["errors"]["address"]
    notes = uploaded(world, world.mara, "notes.pdf", b"%PDF")
    answer = world.mara.fill(files_1={"files": [{"id": notes["id"]}]})
    assert "notes.pdf cannot be labeled" in answer["errors"]["address"]


def test_folder_whose_pictures_no_browser_may_fetch_is_not_sent(world: World) -> None:
    """Without this, workers would see broken pictures, and each object fail."""
    name = running(world, "broken-pictures")
    for each, body in pictures(1).items():
        world.put(f"new/{each}", body, bucket=seed.OUT)
    world.s3.delete_bucket_cors(Bucket=seed.OUT)
    try:
        send(world, name, f"s3://{seed.OUT}/new/")
        world.settle()
    finally:
        world.s3.put_bucket_cors(Bucket=seed.OUT, CORSConfiguration=seed.CORS)
    assert f"Not sent: Bucket {seed.OUT} sends no CORS header" in world.thread(name)[-1]


def test_a_requester_is_warned_before_an_idle_job_is_stopped(world: World) -> None:
    """Without this, a stream is stopped on a Sunday, and what comes on Monday finds no job."""
    name = running(world, "idle")
    idle, now = world.bot.jobs.idle, datetime.now(UTC)
    for days, lines in ((6.9, 0), (7.1, 1), (7.2, 1), (8.9, 1), (9.1, 2), (9.9, 2)):
        later = partial(_moment, now + timedelta(days=days))
        replace(idle, clock=later).round()
        world.send()
        told = [line for line in world.thread(name) if "Nothing was sent or labeled" in line]
        assert len(told) == lines, days
    assert told[0].startswith("<@U0MARA> Nothing was sent or labeled for 7 days. AWS stops")
    assert "for 9 days" in told[1]
    send(world, name, folder(world, "idle", 1))
    assert labeled(world, name, 1)
    replace(idle, clock=partial(_moment, datetime.now(UTC) + timedelta(days=7.1))).round()
    world.send()
    assert "for 7 days" in world.thread(name)[-1]


def _moment(at: datetime) -> datetime:
    return at


def letting_s3_in(world: World, name: str) -> str:
    """A topic that buckets may publish to; its ARN."""
    arn = str(world.sns.create_topic(Name=name)["TopicArn"])
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


def told_by_the_bucket(world: World) -> list[str]:
    """The topics that the bucket of the data tells of new objects."""
    found = world.s3.get_bucket_notification_configuration(Bucket=seed.RAW)
    return [each["TopicArn"] for each in found.get("TopicConfigurations", ())]


def told_to_others(world: World, name: str) -> str:
    """A topic that the bucket of the data tells of something else, and nobody else; its ARN."""
    arn = letting_s3_in(world, name)
    rules = [{"Name": "prefix", "Value": "others/"}]
    entry = {
        "Id": name,
        "TopicArn": arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
    world.s3.put_bucket_notification_configuration(
        Bucket=seed.RAW, NotificationConfiguration={"TopicConfigurations": [entry]}
    )
    return arn


def test_folder_feeds_a_job_and_what_else_its_bucket_tells_stays(world: World) -> None:
    """Without this, somebody has to send by hand what a camera puts there each minute; or what the
    bucket tells to others would be lost with our entry.
    """
    others, topic = told_to_others(world, "of-others"), letting_s3_in(world, "camera")
    name = running(world, "camera", topic=topic, feed_folder=f"s3://{seed.RAW}/camera")
    assert told_by_the_bucket(world) == [others, topic]
    assert f"fed by `s3://{seed.RAW}/camera/`" in world.card(name)["text"]
    folder(world, "camera", 2)
    folder(world, "others", 1)
    assert labeled(world, name, 2)
    assert "2 sent · 2 labeled · 0 waiting" in world.card(name)["text"]
    assert "MESSAGE_DROPPED" not in str(world.mara.command(DATA, "/labeljob", f"log {name}"))
    world.mara.press(world.card(name), "job_stop")
    world.mara.fill()
    world.settle()
    world.finish(name)
    assert told_by_the_bucket(world) == [others]


@contextmanager
def true_time(world: World, later: float = 0) -> Iterator[None]:
    """S3's clock goes as the bot's does, or so many seconds later."""
    moved, world.clock.moved = world.clock.moved, later
    yield
    world.clock.moved = moved


def test_what_the_folder_brought_is_not_sent_once_more(world: World) -> None:
    """Without this, an object that S3's event brought (under an id of its own) and that somebody
    sends would be labeled and paid for twice, even after the feeding has ended.
    """
    topic = letting_s3_in(world, "both-ways")
    place = f"s3://{seed.RAW}/both-ways/"
    with true_time(world, -100):  # it was there before the job
        folder(world, "both-ways/old", 1)
    name = running(world, "both-ways", topic=topic, feed_folder=place)
    with true_time(world):
        folder(world, "both-ways/new", 2)
    assert labeled(world, name, 2)
    send(world, name, place)
    assert labeled(world, name, 3)
    told = f"they came to the job from the folder that feeds it, `{place}`."
    assert world.thread(name)[-1] == f"Mara sent 1 picture. 2 pictures were left out: {told}"
    world.mara.press(world.card(name), "job_end_feed")
    world.settle()
    with true_time(world, 2):
        folder(world, "both-ways/late", 1)
    send(world, name, place)
    assert labeled(world, name, 4)
    assert world.thread(name)[-1] == (
        f"Mara sent 1 picture. 1 picture had been sent before and is not labeled twice. 2 pictures "
        f"were left out: {told}"
    )


def test_feeding_ends_by_a_press_and_the_job_goes_on(world: World) -> None:
    """Without this, whoever named the wrong folder would have to stop the whole job."""
    topic = letting_s3_in(world, "wrong-folder")
    name = running(world, "wrong-folder", topic=topic, feed_folder=f"s3://{seed.RAW}/wrong/")
    world.mara.press(world.card(name), "job_end_feed")
    world.settle()
    assert topic not in told_by_the_bucket(world)
    assert world.thread(name)[-1] == (
        f"`s3://{seed.RAW}/wrong/` feeds this job no more. The job goes on."
    )
    assert "Stop feeding" not in buttons(world.card(name))
    folder(world, "wrong", 1)
    assert labeled(world, name, 0)


def test_topic_that_shuts_s3_out_is_said_before_anything_is_made(world: World) -> None:
    """Without this, a job would run for days and get nothing, unsaid."""
    answer = ask(world, "shut-out", feed_folder=f"s3://{seed.RAW}/shut/")
    assert not answer.get("errors"), answer
    world.mara.fill()
    world.settle()
    assert world.aws_jobs("shut-out") == []
    said = world.thread("shut-out")[-1]
    assert "*Folder that feeds the job*: Bucket orchard-raw cannot tell the topic" in said
    assert "Unable to validate the following destination" in said
    world.settle()
    assert "could not be taken out" not in world.thread("shut-out")[-1]


def test_entry_that_cannot_be_taken_away_is_told(world: World) -> None:
    """Without this, a bucket would tell a dead topic for ever, and nobody would know why: S3 takes
    no configuration as long as one of its topics is gone.
    """
    others, topic = told_to_others(world, "doomed"), letting_s3_in(world, "sticky")
    name = running(world, "sticky", topic=topic, feed_folder=f"s3://{seed.RAW}/sticky/")
    world.sns.delete_topic(TopicArn=others)
    world.mara.press(world.card(name), "job_end_feed")
    world.settle()
    said = world.thread(name)[-1]
    assert said.startswith("<@U0MARA> The entry `labeljob-")
    assert "Unable to validate" in said
    assert "Take it out in the AWS console" in said
    world.s3.put_bucket_notification_configuration(Bucket=seed.RAW, NotificationConfiguration={})
