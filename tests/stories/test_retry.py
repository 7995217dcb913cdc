"""A job that was set aside is resumed by whoever may, once the cause is mended."""

import json
from contextlib import suppress

from bot.base.aws import AwsBusy
from bot.sandbox.workspace.story import Order, ask_for_job, first_page, second_page
from tests.stories.test_managers import ephemeral, say
from tests.stories.world import WAITING, World, an_order, buttons, words


def set_aside(
    world: World, name: str, channel: str, fault: str = "throttle", *, order: Order | None = None
) -> None:
    """A job whose launch failed until nobody tried any more."""
    order = order or an_order(name, team=WAITING)
    world.mara.command(channel, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.fill()
    world.mara.close_windows()
    world.fault("SageMaker.CreateLabelingJob", fault)
    world.fault("SageMaker.DescribeLabelingJob", "throttle")
    for _ in range(2):
        world.bot.jobs.launch.round()
        world.let_pauses_pass()
    world.send()
    world.mend()


def test_job_set_aside_says_what_to_do_and_is_revived_once(world: World) -> None:
    """Without this, a bad hour at AWS would leave a job that only an administrator with a database
    could save.
    """
    channel = world.channel("own-retry")
    set_aside(world, "revived", channel)
    card = world.card("revived", channel)
    assert "Paused after errors. No longer tried: AWS did not answer in time" in card["text"]
    assert buttons(card) == [
        *("Try again", "Instructions", "Status", "Preview", "Stop…", "Duplicate"),
    ]
    (line,) = world.thread("revived", channel)[1:]
    assert line.startswith("<@U0MARA> Paused after errors: AWS did not answer in time")
    assert (
        "AWS may have taken it or not: another try finds out, and never makes a second job." in line
    )
    assert line.endswith("press Try again or type `/labeljob retry revived`.")

    world.mara.press(card, "job_retry")
    world.sam.press(card, "job_retry")  # the card that he sees is a moment old
    assert ephemeral(world.sam, channel)["text"].startswith("This job is not paused after errors")
    world.settle()
    lines = world.thread("revived", channel)
    assert "Paused after errors" not in lines[0]
    assert lines[2] == "Resumed by Mara."
    assert lines[3].startswith("Launched; ")
    assert len(lines) == 4
    assert "Try again" not in buttons(world.card("revived", channel))
    assert world.aws_jobs("revived") == ["revived"]


def test_job_that_aws_took_without_answering_is_adopted(world: World) -> None:
    """Without this, trying again would pay for the same labels twice."""
    channel = world.channel("own-retry-adopt")
    set_aside(world, "adopted", channel, fault="drop_after")
    assert world.aws_jobs("adopted") == ["adopted"], "AWS took it and its answer was lost"
    assert words(world.mara.command(channel, "/labeljob", "retry ADOPTED")) == (
        "adopted is resumed; its thread tells how it goes."
    )
    assert words(world.mara.command(channel, "/labeljob", "retry adopted")).startswith(
        "This job is not paused after errors"
    )
    world.settle()
    assert [line.split()[0] for line in world.thread("adopted", channel)[2:]] == [
        "Resumed",
        "Launched;",
    ]
    assert world.aws_jobs("adopted") == ["adopted"]


def test_job_may_be_set_aside_again_and_is_told_again(world: World) -> None:
    """Without this, a second failure would be silent, or a revived job would be given up at its
    first.
    """
    channel = world.channel("own-retry-twice")
    set_aside(world, "twice-aside", channel)
    world.sam.command(channel, "/labeljob", "retry twice-aside")
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.fault("SageMaker.DescribeLabelingJob", "throttle")
    world.bot.jobs.launch.round()
    world.let_pauses_pass()
    world.send()
    assert "Paused after errors" not in world.card("twice-aside", channel)["text"], (
        "its failures are counted anew"
    )
    world.bot.jobs.launch.round()
    world.send()
    world.mend()
    assert [
        line.removeprefix("<@U0MARA> ").split()[0]
        for line in world.thread("twice-aside", channel)[1:]
    ] == [
        "Paused",
        "Resumed",
        "Paused",
    ]
    answers = say(
        world, channel, "@labeljob retry", world.card("twice-aside", channel)["ts"], world.mara
    )
    assert any("twice-aside is resumed" in answer["text"] for answer in answers)


def test_only_the_asker_and_managers_try_again(world: World) -> None:
    """Without this, anybody could start paid work that its owner has given up."""
    channel = world.channel("own-retry-rights")
    set_aside(world, "not-yours", channel)
    card = world.card("not-yours", channel)
    world.ana.press(card, "job_retry")
    refusal = "You cannot try this job again. Mara, Sam or Greta can."
    assert ephemeral(world.ana, channel)["text"] == refusal
    assert words(world.ana.command(channel, "/labeljob", "retry not-yours")) == refusal
    assert words(world.gus.command(channel, "/labeljob", "retry not-yours")).startswith(
        "Guests may label"
    )
    entry = next(
        e
        for e in world.journal("app:block_actions")
        if e["request"]["actions"][0]["action_id"] == "job_retry"
    )
    payload = json.loads(json.dumps(entry["request"]))
    payload["user"]["id"] = "U0OTTO"  # a press that Slack would not let him make
    assert world.door.again({**entry, "request": payload})[0] == 200
    world.send()
    assert "Paused after errors" in world.card("not-yours", channel)["text"]
    assert words(world.sam.command(channel, "/labeljob", "retry not-yours")).startswith(
        "not-yours is resumed"
    )


def test_words_where_there_is_nothing_to_try_again(world: World) -> None:
    """Without this, a slip would be answered by silence, or a finished job be asked for anew."""
    channel = world.channel("own-retry-words")
    world.ask(an_order("is-over"), channel)
    assert words(world.mara.command(channel, "/labeljob", "retry")).startswith(
        "Name the job to try again"
    )
    assert words(world.mara.command(channel, "/labeljob", "retry nobody")).startswith(
        "This channel has no job"
    )
    assert words(world.mara.command(channel, "/labeljob", "retry is-over")).startswith(
        "This job is not paused after errors"
    )
    world.finish("is-over")
    assert words(world.mara.command(channel, "/labeljob", "retry is-over")).startswith(
        "This job is over already"
    )
    assert "/labeljob retry name" in words(world.mara.command(channel, "/labeljob", "help"))


def test_job_that_waits_says_until_when_and_is_tried_now_by_whoever_presses(world: World) -> None:
    """Without this, people would look at "It is sent to AWS in a moment" for minutes, and could do
    nothing.
    """
    channel = world.channel("own-retry-waits")
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    ask_for_job(world.mara, channel, an_order("waits", team=WAITING))
    world.bot.jobs.launch.round()
    world.send()
    card = world.card("waits", channel)
    assert "AWS did not answer in time or asks to wait; next try <!date^" in card["text"]
    assert "next try" in words(world.ana.command(channel, "/labeljob", "status waits"))
    assert "Try again" in buttons(card)
    world.mend()
    world.bot.jobs.launch.round()
    assert world.aws_jobs("waits") == [], "its pause is not over"
    said = words(world.mara.command(channel, "/labeljob", "retry waits"))
    assert said == "waits is tried now; its card tells how it goes."
    world.settle()
    assert world.aws_jobs("waits") == ["waits"]
    assert "next try" not in world.card("waits", channel)["text"]
    assert [line.split()[0] for line in world.thread("waits", channel)[1:]] == ["Launched;"]


def test_card_says_when_aws_has_not_answered_for_minutes(world: World) -> None:
    """Without this, a number that nobody refreshes would look like work that stands still."""
    channel = world.channel("own-unanswered")
    world.ask(an_order("not-heard", team=WAITING), channel)
    world.pass_time(2)
    world.settle()
    world.fault("SageMaker.ListLabelingJobs", "garbage")
    for looks in range(1, 6):
        with suppress(AwsBusy):
            world.bot.jobs.watch.round()
        world.send()
        told = "AWS has not answered since <!date^" in world.card("not-heard", channel)["text"]
        assert told is (looks * world.bot.settings.poll_gap >= 120)
    assert "0 of 8" in world.card("not-heard", channel)["text"], "what was known is still said"
    assert "has not answered since" in words(world.ana.command(channel, "/labeljob", "status"))
    world.mend()
    world.settle()
    assert "not answered" not in world.card("not-heard", channel)["text"]
