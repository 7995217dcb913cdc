"""A job that was set aside, or whose launch was unclear, comes to an end that is true."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from bot.base.clock import new_id, system_clock
from bot.jobs.records import Records
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import ask_for_job
from tests.one_answer import OneAnswer
from tests.stories.test_retry import set_aside
from tests.stories.world import WAITING, World, an_order, buttons, shown


@contextmanager
def denied(world: World) -> Iterator[None]:
    """AWS does not know the bot's key any more."""
    keys: Any = world.services.aws.config.access_keys
    kept = dict(keys)
    keys.clear()
    try:
        yield
    finally:
        keys.update(kept)


@contextmanager
def without_rights(world: World) -> Iterator[wiring.Bot]:
    """Another replica, whose role may do nothing at AWS."""
    with OneAnswer("AccessDeniedException").open() as mood:
        bot = wiring.build(world.bot.settings.model_copy(update={"aws_endpoint_url": mood.url}))
        with closing(bot.ground.db):
            yield bot


def stop(world: World, name: str, channel: str) -> str:
    """Mara presses [Stop…] and confirms; what the window said."""
    world.mara.press(world.card(name, channel), "job_stop")
    said = shown(world.mara.view())
    world.mara.fill()
    return said


def test_stop_of_a_set_aside_job_that_aws_never_took_ends_it(world: World) -> None:
    """Without this, a person who gives up on a job would be told nothing, and its name would be
    held for ever.
    """
    channel = world.channel("own-aside-none")
    set_aside(world, "never-taken", channel)
    assert "AWS may have it already: then it is stopped there." in stop(
        world, "never-taken", channel
    )
    world.send()
    assert (
        "Stopping. It is being withdrawn; if AWS has it already, it is stopped there"
        in (world.card("never-taken", channel)["text"])
    )
    world.let_pauses_pass()
    world.settle()
    card, *lines = world.thread("never-taken", channel)
    assert "Stopped. It was withdrawn; nothing was created at AWS" in card
    assert lines[1:] == [
        (
            "<@U0MARA> Stopped by Mara before it was launched; nothing was created at AWS. The "
            "name is free again."
        )
    ]
    assert buttons(world.card("never-taken", channel)) == ["Instructions", "Status", "Duplicate"]
    assert world.aws_jobs("never-taken") == []
    world.ask(an_order("never-taken", team=WAITING), channel)
    assert world.aws_jobs("never-taken") == ["never-taken"], "the name is free again"


def test_stop_of_an_unclear_launch_gives_aws_time_to_show_the_job(world: World) -> None:
    """Without this, a job that AWS shows some seconds late is called never created, and people are
    paid for it.
    """
    channel = world.channel("own-aside-soon")
    ask_for_job(world.mara, channel, an_order("soon-stopped", team=WAITING))
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.bot.jobs.launch.round()  # the next try is due in 5 to 10 s
    world.send()
    world.mend()
    pressed = world.bot.ground.db.time()
    stop(world, "soon-stopped", channel)
    records = Records(world.bot.ground.db, system_clock, new_id)
    (job,) = records.in_channel(world.bot.installation.team_id, channel)
    assert job.stop_wanted
    assert job.next_try_at >= pressed + 10
    world.let_pauses_pass()
    world.settle()
    assert "Stopped by Mara before it was launched" in world.thread("soon-stopped", channel)[-1]


def test_stop_of_a_set_aside_job_that_aws_took_stops_it_there(world: World) -> None:
    """Without this, a stopped job would go on being labeled and paid where nobody looks."""
    channel = world.channel("own-aside-taken")
    set_aside(world, "was-taken", channel, fault="drop_after")
    stop(world, "was-taken", channel)
    world.let_pauses_pass()
    world.settle()
    world.pass_time(3)
    world.settle()
    assert world.aws_status("was-taken") == "Stopped"
    assert [line.removeprefix("<@U0MARA> ") for line in world.thread("was-taken", channel)[2:]] == [
        "Launched before it was withdrawn; it is stopped now.",
        "Stopped by Mara. There were no labels yet.",
    ]


def test_stop_while_aws_stays_silent_is_set_aside_again_and_can_be_pressed_again(
    world: World,
) -> None:
    """Without this, the stop of a job would wait in silence for as long as AWS does."""
    channel = world.channel("own-aside-silent")
    set_aside(world, "silent", channel)
    stop(world, "silent", channel)
    world.fault("SageMaker.DescribeLabelingJob", "throttle")
    for _ in range(2):
        world.let_pauses_pass()
        world.bot.jobs.launch.round()
    world.send()
    world.mend()
    lines = [
        line.removeprefix("<@U0MARA> ").split()[0] for line in world.thread("silent", channel)[1:]
    ]
    assert lines == ["Paused", "Paused"]
    assert buttons(world.card("silent", channel)) == [
        "Try again",
        "Instructions",
        "Status",
        "Preview",
        "Stop…",
        "Duplicate",
    ]
    stop(world, "silent", channel)
    world.let_pauses_pass()
    world.settle()
    assert "Stopped by Mara before it was launched" in world.thread("silent", channel)[-1]


def test_stop_of_a_running_job_that_aws_lost_ends_it(world: World) -> None:
    """Without this, a job in an account that was cleared would stand in the channel as stopping for
    ever.
    """
    channel = world.channel("own-aside-gone")
    world.ask(an_order("lost-there", team=WAITING), channel)
    with world.services.aws.store.write() as rows:
        rows.execute("DELETE FROM labeling_job WHERE name_key = 'lost-there'")
    world.settle()
    assert "Paused after errors" in world.card("lost-there", channel)["text"]
    stop(world, "lost-there", channel)
    world.settle()
    assert world.thread("lost-there", channel)[-1] == (
        "<@U0MARA> Stopped by Mara. AWS knows no labeling job “lost-there” in this account and "
        "Region. "
        "There were no labels yet."
    )


def test_stop_that_aws_refuses_is_told_and_can_be_pressed_again(world: World) -> None:
    """Without this, a card would say Stopping for ever while people go on labeling."""
    channel = world.channel("own-not-stopped")
    world.ask(an_order("goes-on", team=WAITING), channel)
    stop(world, "goes-on", channel)
    with without_rights(world) as replica:
        replica.jobs.stop.round()
    world.send()
    last = world.thread("goes-on", channel)[-1]
    assert last.startswith("<@U0MARA> Not stopped: AWS denied the bot's access (")
    assert last.endswith(
        "The job goes on. When the cause is fixed, press Stop… again or type `/labeljob stop "
        "goes-on`."
    )
    card = world.card("goes-on", channel)
    assert "Stopping" not in card["text"]
    assert "Stop…" in buttons(card)


def test_what_aws_took_is_adopted_whatever_has_changed_since(world: World) -> None:
    """Without this, one more picture in the folder would make the bot disown a job that people are
    paid for.
    """
    channel = world.channel("own-adopt-changed")
    picture = world.s3.get_object(Bucket=seed.RAW, Key="ripeness/orchard-s7-001.jpg")["Body"].read()
    folder = world.put("growing/one.jpg", picture).removesuffix("one.jpg")
    order = an_order("grew", team=WAITING, source=folder)
    set_aside(world, "grew", channel, fault="drop_after", order=order)
    world.put("growing/two.jpg", picture)
    world.mara.command(channel, "/labeljob", "retry grew")
    world.settle()
    assert [line.split()[0] for line in world.thread("grew", channel)[2:]] == [
        "Resumed",
        "Launched;",
    ]
    assert "1 not labeled" not in world.card("grew", channel)["text"]


def test_an_unclear_launch_is_never_called_refused(world: World) -> None:
    """Without this, a person who lost a right would be told that nothing was created at AWS, where
    it is labeled.
    """
    channel = world.channel("own-adopt-unclear")
    set_aside(world, "unclear", channel, fault="drop_after")
    world.mara.command(channel, "/labeljob", "retry unclear")
    with without_rights(world) as replica:
        for _ in range(2):
            world.let_pauses_pass()
            replica.jobs.launch.round()
    world.send()
    last = world.thread("unclear", channel)[-1]
    assert last.startswith(
        "<@U0MARA> Paused after errors: AWS denied the bot's access (DescribeLabelingJob)."
    )
    assert "AWS may have taken it or not" in last


def test_lapse_of_the_bots_own_credentials_ends_nothing(world: World) -> None:
    """Without this, a key that AWS does not know for a moment would refuse jobs and call off stops,
    for good.
    """
    channel = world.channel("own-lapse")
    ask_for_job(world.mara, channel, an_order("lapsed", team=WAITING))
    with denied(world):
        world.bot.jobs.launch.round()
    world.let_pauses_pass()
    world.settle()
    assert world.aws_jobs("lapsed") == ["lapsed"]
    stop(world, "lapsed", channel)
    with denied(world):
        world.bot.jobs.stop.round()
    world.pass_time(2)
    world.bot.ground.db.execute("UPDATE lease SET until = 0", {})  # as if its rest were over
    world.settle()
    world.pass_time(3)
    world.settle()
    assert world.aws_status("lapsed") == "Stopped"
    assert [
        line.removeprefix("<@U0MARA> ").split()[0] for line in world.thread("lapsed", channel)[1:]
    ] == [
        "Launched;",
        "Stopped",
    ]
