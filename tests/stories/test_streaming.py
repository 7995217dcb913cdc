"""Streaming jobs: objects that come while the job runs, from the form to the last of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

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
