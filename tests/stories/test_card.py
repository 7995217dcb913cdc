"""The card and its thread while a job lives: edited in place, never a lie, few lines."""

import boto3

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.services import REGION
from bot.sandbox.workspace.story import first_page, second_page
from tests.cases import forms
from tests.stories.world import DATA, WAITING, World, an_order, buttons, words


def test_numbers_move_in_place_and_say_nothing_new_in_the_thread(world: World) -> None:
    """Without this, a job would ping its channel with every picture."""
    channel = world.channel("own-card")
    began = world.so_far()
    world.ask(an_order("moving", source=f"s3://{seed.RAW}/ripeness/"), channel)
    (card,) = world.cards("moving", channel)
    seen = [card["text"]]
    for _ in range(30):
        world.pass_time(1)
        world.settle()
        seen.append(world.card("moving", channel)["text"])
        if "Completed" in seen[-1]:
            break
    assert "Counting the pictures…" in seen[0], "zero counters are no 100 %"
    moving = [text for text in seen if " of 40" in text]
    assert moving, "the numbers move while people work"
    assert any(". 0 of 40" not in text for text in moving)
    assert all("AWS writes the results" in text for text in moving if "40 of 40" in text)
    (end,) = world.cards("moving", channel)
    assert end["ts"] == card["ts"]
    launched, completed = world.thread("moving", channel)[1:]
    assert launched.startswith("Launched;")
    assert completed.startswith("<@U0MARA> Completed: all 40 labeled, in ")
    assert "s3://orchard-out/labels/moving/manifests/output/output.manifest" in completed
    posted = [
        each
        for each in world.journal("chat.postMessage", after=began)
        if each["request"]["channel"] == channel
    ]
    assert len(posted) == 3, "the card and two lines; everything else is an edit"
    assert not any(each["request"].get("reply_broadcast") for each in posted), (
        "nothing is broadcast by default"
    )
    assert not any(
        "<@" in str(each["request"]) for each in world.journal("chat.update", after=began)
    ), "edits ping nobody"
    assert buttons(end) == [
        *("Results", "Make dataset"),
        *("Instructions", "Status", "Label again…", "Duplicate", "Log"),
    ]


def test_objects_that_fail_are_counted_and_told(world: World) -> None:
    """Without this, a job with holes would look whole."""
    there = '{"source-ref": "s3://orchard-raw/ripeness/orchard-s7-001.jpg"}\n'
    gone = '{"source-ref": "s3://orchard-raw/ripeness/gone.jpg"}\n'
    world.put("ripeness/gone.jpg", forms.sample_picture(world))
    world.ask(an_order("with-holes", source=world.put("holes.manifest", there + gone)))
    world.s3.delete_object(Bucket=seed.RAW, Key="ripeness/gone.jpg")
    world.finish("with-holes")
    card, *lines = world.thread("with-holes")
    assert "Completed with errors. 1 labeled, 1 failed, in " in card
    assert lines[-1].startswith("<@U0MARA> Completed with errors: 1 labeled, 1 failed, in ")
    assert "1 picture has no label: 1 is not there any more (ripeness/gone.jpg)." in lines[-1]


def test_end_tells_what_the_log_says_of_an_object_without_label(world: World) -> None:
    """Without this, a reason that AWS noted would be known to whoever opens the console alone."""
    world.put("ripeness/noted.jpg", forms.sample_picture(world))
    lines = [f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg", f"s3://{seed.RAW}/ripeness/noted.jpg"]
    world.ask(an_order("noted", source=forms.manifest_of(world, "noted.manifest", lines)))
    world.s3.delete_object(Bucket=seed.RAW, Key="ripeness/noted.jpg")
    world.pass_time(2)
    session = boto3.Session(
        aws_access_key_id=world.services.keys.access_key,
        aws_secret_access_key=world.services.keys.secret_key,
        region_name=REGION,
    )
    session.client("logs", endpoint_url=world.services.aws_url).put_log_events(
        logGroupName="/aws/sagemaker/LabelingJobs",
        logStreamName="noted",
        logEvents=[
            {
                "timestamp": round(world.clock() * 1000),
                "message": "noted.jpg was too dark, token xoxb-1-secret",
            }
        ],
    )
    world.finish("noted")
    end = world.thread("noted")[-1]
    assert "1 is not there any more (ripeness/noted.jpg). Its log says: noted.jpg was too" in end
    assert "xoxb-1-secret" not in end


def test_end_is_told_although_the_results_cannot_be_read(world: World) -> None:
    """Without this, whoever has closed a bucket would never hear that the job is over."""
    lines = [f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg", f"s3://{seed.RAW}/ripeness/left.jpg"]
    world.put("ripeness/left.jpg", forms.sample_picture(world))
    world.ask(an_order("unread-end", source=forms.manifest_of(world, "unread.manifest", lines)))
    world.s3.delete_object(Bucket=seed.RAW, Key="ripeness/left.jpg")
    for _ in range(60):
        world.pass_time(1)
        if world.aws_status("unread-end") == "Completed":
            break
    world.s3.delete_object(
        Bucket=seed.OUT, Key="labels/unread-end/manifests/output/output.manifest"
    )
    world.settle()
    said = world.thread("unread-end")[-1]
    assert said.startswith("<@U0MARA> Completed with errors: 1 labeled, 1 failed")
    assert "1 picture failed at AWS; which and why could not be read: There is nothing at" in said


def test_job_that_cannot_be_launched_for_long_is_set_aside_and_says_so(world: World) -> None:
    """Without this, a card would promise for days that the job is sent to AWS in a moment."""
    order = an_order("set-aside", team=WAITING)
    world.mara.command(DATA, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.fill()
    world.mara.close_windows()
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    for _ in range(3):
        world.bot.jobs.launch.round()
        world.let_pauses_pass()
        world.send()
    world.mend()
    card, *lines = world.thread("set-aside")
    assert "Paused after errors. No longer tried: AWS did not answer in time" in card
    assert "in a moment" not in card
    assert len(lines) == 1, "told once"
    assert lines[0].startswith("<@U0MARA> Paused after errors: ")
    assert "Paused after errors" in words(world.ana.command(DATA, "/labeljob", "status set-aside"))


def test_thread_of_a_card_that_once_could_not_be_reached_is_answered(world: World) -> None:
    """Without this, a channel that took the bot back would be met with silence."""
    channel = world.channel("own-taken-back")
    world.ask(an_order("reached-again", team=WAITING), channel)
    root = world.card("reached-again", channel)["ts"]
    world.remove_bot(channel)
    world.pass_time(2)
    world.sagemaker.stop_labeling_job(LabelingJobName="reached-again")
    world.pass_time(3)
    world.settle()
    world.invite_bot(channel)
    before = world.so_far()
    world.mara.say(channel, "@labeljob status", root)
    world.until(
        lambda: [e for e in world.journal("app:event", after=before) if e["status"] == 200],
        "the mention",
    )
    world.settle()
    said = world.mara.thread(channel, root)[-1]["text"]
    assert said.startswith("Ripe or not (reached-again): Stopped")
    assert "Stopped" in world.card("reached-again", channel)["text"]


def test_silent_slack_is_told_and_an_unexpected_error_has_a_number(world: World) -> None:
    """Without this, people would see Slack's own error, and an administrator could not find
    ours.
    """
    channel = world.channel("own-silent")
    world.fault("conversations.info", "drop_before", slack=True)
    assert words(world.mara.command(channel, "/labeljob", "create")) == (
        "Slack did not answer, so who you are here is not known. Nothing was done; ask again in a "
        "minute."
    )
    world.mend()
    world.fault("views.open", "garbage", slack=True, times=1)
    said = words(world.mara.command(channel, "/labeljob", "create"))
    assert said.startswith(
        "Something went wrong on our side; nothing was done. Tell your administrator this number: "
    )
    world.mend()
    world.mara.command(channel, "/labeljob", "create")
    assert world.mara.view()["callback_id"] == "job_form_1", "the next try works"
