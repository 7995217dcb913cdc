"""What people ask about jobs and do with them: list, status, stop, follow, take over, by word,
button, mention.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person, elements
from bot.sandbox.workspace.story import ask_for_job, first_page, second_page
from tests.stories.world import DATA, WAITING, World, an_order, buttons, shown, words


def say(
    world: World,
    channel: str,
    text: str,
    thread_ts: str | None = None,
    person: Person | None = None,
) -> list[dict[str, Any]]:
    """Mention the app; the answers below that message, or in that thread."""
    who = person or world.mara
    heard = world.so_far()
    ts = who.say(channel, text, thread_ts)
    world.until(
        lambda: [each for each in world.journal("app:event", after=heard) if each["status"]],
        "the mention",
    )
    world.settle()
    return [
        message
        for message in who.thread(channel, thread_ts or ts)
        if float(message["ts"]) > float(ts)
    ]


def ephemeral(person: Person, channel: str, thread_ts: str | None = None) -> dict[str, Any]:
    """The newest message for this person's eyes alone."""
    place = (
        person.ask_for("thread", channel=channel, ts=thread_ts)
        if thread_ts
        else person.ask_for("history", channel=channel)
    )
    return dict(place["ephemerals"][-1])


def at_aws(world: World, name: str, team: str = WAITING) -> str:
    """A job that somebody made without us; its name."""
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=pattern_job(world))
    task = {**asked["HumanTaskConfig"], "TaskTitle": "Theirs"}
    task["WorkteamArn"] = f"{task['WorkteamArn'].rpartition('/')[0]}/{team}"
    world.sagemaker.create_labeling_job(
        LabelingJobName=name,
        LabelAttributeName=name,
        HumanTaskConfig=task,
        **{key: asked[key] for key in ("InputConfig", "RoleArn", "LabelCategoryConfigS3Uri")},
        OutputConfig={"S3OutputPath": f"s3://{seed.OUT}/theirs"},
    )
    return name


def pattern_job(world: World) -> str:
    if not world.aws_jobs("pattern"):
        world.ask(an_order("pattern", title="Pattern"))
        world.finish("pattern")
    return "pattern"


def test_list_and_status_tell_what_there_is(world: World) -> None:
    """Without this, people would have to ask AWS how their jobs go."""
    channel = world.channel("own-list")
    assert words(world.mara.command(channel, "/labeljob", "list")) == (
        "This channel has no labeling jobs yet. `/labeljob create` asks for one."
    )
    assert "Nothing is running in this channel." in words(
        world.mara.command(channel, "/labeljob", "status")
    )
    world.ask(an_order("list-one", team=WAITING), channel)
    world.pass_time(2)
    world.settle()
    one = words(world.ana.command(channel, "/labeljob", "status"))
    assert "Ripe or not (list-one): In progress. 0 of 8. berry-team · No labels yet" in one
    assert "requested by Mara" in one
    assert "Results: `s3://orchard-out/labels/list-one/manifests/output/output.manifest`" in one
    world.ask(an_order("list-two", team=WAITING), channel)
    several = world.mara.command(channel, "/labeljob", "status")["ephemeral"]
    assert "2 jobs in this channel, the most urgent first" in several["text"]
    assert words(world.mara.command(channel, "/labeljob", "status LIST-TWO")).startswith(
        "Ripe or not (list-two)"
    )
    assert words(world.mara.command(channel, "/labeljob", "status list-tow")) == (
        "This channel has no job “list-tow”. Did you mean list-two or list-one?"
    )
    assert words(world.mara.command(channel, "/labeljob", "status grapes")) == (
        "This channel has no job “grapes”. Jobs here: list-two, list-one."
    )
    said = words(world.mara.command(channel, "/labeljob", "staus list-two"))
    assert said.startswith("Did you mean `/labeljob status`?")
    assert words(world.mara.command(channel, "/labeljob", "list mine open")).startswith("2 jobs")
    assert "fits" in words(world.ana.command(channel, "/labeljob", "list mine"))
    assert "fits" in words(world.mara.command(channel, "/labeljob", "list done"))
    assert words(world.mara.command(channel, "/labeljob", "list")).startswith(
        "2 jobs in this channel:\nRipe or not (list-two)"
    )
    assert words(world.mara.command(channel, "/labeljob", "list mara list-one running")).startswith(
        "1 job in this channel for “mara list-one running”:\nRipe or not (list-one)"
    )
    assert (
        words(world.mara.command(channel, "/labeljob", "list failed"))
        == "No job of this channel fits “failed”."
    )
    world.mara.press(
        several, "job_status", of=next(e["value"] for _b, e in elements(several["blocks"]))
    )
    told = ephemeral(world.mara, channel)
    assert buttons(told) == ["Post in thread"]
    for name in ("list-one", "list-two"):
        world.sagemaker.stop_labeling_job(LabelingJobName=name)


def test_help_and_unknown_words(world: World) -> None:
    """Without this, a slip of the pen would be answered by silence."""
    assert "/labeljob follow name" in words(world.mara.command(DATA, "/labeljob", "help"))
    assert words(world.mara.command(DATA, "/labeljob", "")) == words(
        world.mara.command(DATA, "/labeljob", "help")
    )
    assert words(world.mara.command(DATA, "/labeljob", "frob <!channel>")).startswith(
        "There is no `frob` here."
    )
    assert "/dataset create" in words(world.mara.command(DATA, "/dataset", "frob"))
    assert "<!channel>" not in words(world.mara.command(DATA, "/labeljob", "status <!channel>"))


def test_stop_is_confirmed_and_told(world: World) -> None:
    """Without this, a paid job could not be ended from where it is seen, or would end by a slip."""
    world.ask(an_order("to-stop", team=WAITING))
    world.pass_time(2)
    world.settle()
    assert (
        words(world.ana.command(DATA, "/labeljob", "stop to-stop"))
        == "You cannot stop this job. Mara, Sam or Greta can."
    )
    assert words(world.mara.command(DATA, "/labeljob", "stop")) == (
        "Name the job to stop: /labeljob stop name. /labeljob list shows the names."
    )
    world.mara.press(world.card("to-stop"), "job_stop")
    window = shown(world.mara.view())
    assert (
        "There are no labels yet. 8 pictures will stay without labels.\nA stopped job cannot go "
        "on at AWS."
    ) in window
    assert world.aws_status("to-stop") == "InProgress", "asking is not stopping"
    world.sam.command(DATA, "/labeljob", "stop to-stop")
    world.sam.fill()
    world.send()
    assert "Stopping" in world.thread("to-stop")[0]
    assert "Stop…" not in buttons(world.card("to-stop"))
    world.mara.fill()
    assert "This job is being stopped already" in shown(world.mara.view()), (
        "the second of two confirmations"
    )
    world.settle()
    world.pass_time(3)
    world.settle()
    card, *lines = world.thread("to-stop")
    assert "Stopped. Nothing was labeled" in card
    assert lines[-1] == "<@U0MARA> Stopped by Sam. There were no labels yet."
    assert (
        len(
            [
                entry
                for entry in world.journal("SageMaker.StopLabelingJob", slack=False)
                if entry["request"]["LabelingJobName"] == "to-stop"
            ]
        )
        == 1
    )
    assert (
        words(world.sam.command(DATA, "/labeljob", "stop to-stop"))
        == "This job is over already; there is nothing to stop."
    )


def test_stop_before_launch_takes_the_job_back(world: World) -> None:
    """Without this, a job that nobody wants any more would still be launched and paid."""
    order = an_order("taken-back")
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    second_page(world.mara, order)
    world.mara.fill()
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "stop taken-back")
    assert "It has not been sent to AWS yet, and will not be." in shown(world.mara.view())
    world.mara.fill()
    world.send()
    assert "Stopping. It is being withdrawn" in world.thread("taken-back")[0]
    world.settle()
    assert world.aws_jobs("taken-back") == []
    assert world.thread("taken-back")[-1] == (
        "<@U0MARA> Stopped by Mara before it was launched; nothing was created at AWS. The name "
        "is free again."
    )
    world.ask(an_order("taken-back"))
    assert world.aws_jobs("taken-back") == ["taken-back"], "the name is free again"


def test_running_job_is_followed_read_only_until_it_is_taken_over(world: World) -> None:
    """Without this, the jobs that people have already would not exist for the bot, or anybody could
    stop them.
    """
    channel = world.channel("own-follow")
    at_aws(world, "Theirs-Running")
    world.pass_time(2)
    assert words(world.ana.command(channel, "/labeljob", "follow")) == (
        "Name the labeling job as AWS knows it: /labeljob follow name."
    )
    said = words(world.ana.command(channel, "/labeljob", "follow theirs-running"))
    assert said == "Theirs-Running is followed: its card appears in this channel."
    world.settle()
    (card,) = world.cards("Theirs-Running", channel)
    assert "Theirs: In progress. 0 of 8. berry-team · No labels yet" in card["text"]
    assert "followed by Ana · read only" in card["text"]
    assert buttons(card) == ["Take over", "Open portal", "Status", "Duplicate", "Log"]
    assert words(world.sam.command(channel, "/labeljob", "stop Theirs-Running")) == (
        "This job was not made here and is only followed. A manager can take it over; then it can "
        "be stopped."
    )
    assert words(world.mara.command(channel, "/labeljob", "follow THEIRS-running")) == (
        "Theirs-Running has its card in this channel already."
    )
    world.ana.press(card, "job_take_over")
    assert (
        ephemeral(world.ana, channel)["text"] == "You cannot take over this job. Sam or Greta can."
    )
    world.sam.press(card, "job_take_over")
    world.settle()
    (card,) = world.cards("Theirs-Running", channel)
    assert ". Sam · ends " in card["text"]
    assert "read only" not in card["text"]
    assert world.thread("Theirs-Running", channel)[-1].startswith("Taken over by Sam, ")
    world.sam.press(card, "job_stop")
    world.sam.fill()
    world.settle()
    world.pass_time(3)
    world.settle()
    assert "Stopped" in world.thread("Theirs-Running", channel)[0]
    assert world.thread("Theirs-Running", channel)[-1].startswith("<@U0SAM> Stopped by Sam.")


def test_job_that_is_over_is_followed_as_it_ended(world: World) -> None:
    """Without this, an old job would look as if it had ended today."""
    channel = world.channel("own-follow-ended")
    at_aws(world, "Theirs-Done", team=seed.AUTOMATIC_TEAM)
    for _ in range(20):
        world.pass_time(1)
        if world.aws_status("Theirs-Done") == "Completed":
            break
    world.pass_time(30)
    world.mara.command(channel, "/labeljob", "follow Theirs-Done")
    world.settle()
    (text,) = world.thread("Theirs-Done", channel)
    assert "Theirs: Completed. All 8 labeled, in " in text
    took = text.partition("All 8 labeled, in ")[2].partition(" second")[0]
    assert int(took) < 25, "how long the job took, not how long ago it was"
    assert "last label" not in text, "nobody knows when that was"


def test_job_that_failed_tells_cause_and_remedy(world: World) -> None:
    """Without this, people would have to read AWS's log to learn why their job is dead."""
    channel = world.channel("own-follow-failed")
    source = world.put(
        "vanishing.manifest", '{"source-ref": "s3://orchard-raw/ripeness/orchard-s7-001.jpg"}\n'
    )
    order = an_order("fails-at-aws", source=source)
    world.mara.command(channel, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.fill()
    world.settle()
    world.s3.delete_object(Bucket=seed.RAW, Key="vanishing.manifest")
    world.finish("fails-at-aws")
    card, *lines = world.thread("fails-at-aws", channel)
    assert "Failed" in card
    assert lines[-1].startswith("<@U0MARA> Failed: ")
    assert "There were no labels yet." in lines[-1]
    assert "Check" in lines[-1], "a remedy"
    elsewhere = world.channel("own-follow-failed-two")
    world.mara.command(elsewhere, "/labeljob", "follow fails-at-aws")
    world.settle()
    assert "Failed" in world.thread("fails-at-aws", elsewhere)[0]


def test_unknown_name_and_silent_aws_are_told(world: World) -> None:
    """Without this, a follow that found nothing would look like one that worked."""
    assert words(world.mara.command(DATA, "/labeljob", "follow nobody-made-this")) == (
        "AWS knows no labeling job “nobody-made-this” in this account and Region."
    )
    world.fault("SageMaker.DescribeLabelingJob", "drop_before")
    assert "AWS did not answer in time" in words(
        world.mara.command(DATA, "/labeljob", "follow anything")
    )


def test_job_of_another_channel_is_shown_to_its_members_only(world: World) -> None:
    """Without this, anybody could look into another project by guessing a name."""
    theirs = world.channel("own-private", ["U0SAM", "U0ANA", "bot"])
    ours = world.channel("own-public")
    world.ask(an_order("their-secret", team=WAITING), theirs, world.ana)
    assert words(world.mara.command(ours, "/labeljob", "follow their-secret")) == (
        "This labeling job belongs to a channel that you are not in. Ask somebody in there to "
        "show it to you."
    )
    assert words(world.ana.command(ours, "/labeljob", "follow their-secret")) == (
        "their-secret is a job of another channel: its card appears in this channel too."
    )
    world.settle()
    (card,) = world.cards("their-secret", ours)
    world.mara.press(card, "job_status")
    assert "Ripe or not (their-secret)" in ephemeral(world.mara, ours)["text"]
    world.mara.press(card, "job_stop")
    assert ephemeral(world.mara, ours)["text"] == "You cannot stop this job. Ana, Sam or Greta can."
    world.sagemaker.stop_labeling_job(LabelingJobName="their-secret")


def test_card_of_a_job_that_ends_while_somebody_asks_to_follow_it_shows_the_end(
    world: World,
) -> None:
    """Without this, a card would say for ever that the job is in progress."""
    theirs = world.channel("own-ends-there", ["U0SAM", "U0ANA", "bot"])
    ours = world.channel("own-ends-here")
    world.ask(an_order("ends-meanwhile", team=WAITING), theirs, world.ana)
    world.pass_time(2)
    world.settle()
    replica = wiring.build(
        world.bot.settings
    )  # one that has not asked Slack yet who is in that channel
    ana = replica.ground.access.who(replica.installation.team_id, "U0ANA", ours, typed=True)
    before = world.so_far()
    # The job has been read by the time at which Slack is asked. A machine that is slower than this
    # only proves less.
    world.fault("users.conversations", "delay", slack=True, seconds=1.5, times=1)
    asked = ("ends-meanwhile", replica.installation.team_id, ours, ana)
    with closing(replica.ground.db), ThreadPoolExecutor(1) as pool:
        following = pool.submit(replica.jobs.follow.follow, *asked)
        world.until(lambda: world.journal("users.conversations", after=before), "Slack is asked")
        world.sagemaker.stop_labeling_job(LabelingJobName="ends-meanwhile")
        world.pass_time(3)
        world.bot.jobs.watch.round()
        assert following.result().how == "shown"
    world.settle()
    for channel in (theirs, ours):
        assert "Stopped" in world.card("ends-meanwhile", channel)["text"]


def test_mention_does_in_a_thread_what_a_command_cannot(world: World) -> None:
    """Without this, the thread would be the one place where nothing can be asked."""
    channel = world.channel("own-mention")
    world.ask(an_order("mentioned", team=WAITING), channel)
    world.pass_time(2)
    world.settle()
    root = world.card("mentioned", channel)["ts"]
    assert say(world, channel, "@labeljob", root)[-1]["text"].startswith(
        "Ripe or not (mentioned): In progress"
    )
    odd = say(world, channel, "@labeljob how is it going?", root)[-1]
    assert odd["text"].startswith("Ripe or not (mentioned): In progress")
    assert (
        "A mention understands: status, list, results, stop, retry, follow name, log, help."
        in odd["text"]
    )
    assert "/labeljob create" in say(world, channel, "@labeljob help", root)[-1]["text"]
    assert say(world, channel, "@labeljob list", root)[-1]["text"].startswith(
        "1 job in this channel"
    )
    refused = say(world, channel, "@labeljob stop", root, world.ana)[-1]
    assert refused["text"] == "You cannot stop this job. Mara, Sam or Greta can."
    offered = say(world, channel, "@labeljob stop", root)[-1]
    assert buttons(offered) == ["Stop…"]
    world.mara.press({**offered, "channel": channel}, "job_stop")
    assert "8 pictures will stay without labels" in shown(world.mara.view())
    world.mara.close_windows()
    outside = say(world, channel, "hello @labeljob")
    assert len(outside) == 1, "answered below the mention, not in the channel"
    assert outside[0]["text"].startswith("Ripe or not (mentioned)")
    assert (
        "This channel has no job “nope”." in say(world, channel, "@labeljob status nope")[0]["text"]
    )
    guest = say(world, channel, "@labeljob list", person=world.gus)
    assert guest[0]["text"].startswith(
        "Guests may label; they cannot see the jobs of this channel."
    )
    world.sagemaker.stop_labeling_job(LabelingJobName="mentioned")


def shortcut(person: Person, channel: str, ts: str) -> None:
    """*Job status* in the menu of a message."""
    person.ask("shortcut", callback_id="job_status", channel=channel, ts=ts)


def test_status_is_in_the_menu_of_every_message_of_a_jobs_thread(world: World) -> None:
    """Without this, people in a long thread would have to scroll up to its card."""
    channel = world.channel("own-shortcut")
    world.ask(an_order("cut-short", team=WAITING), channel)
    card = world.card("cut-short", channel)
    shortcut(world.ana, channel, card["ts"])
    assert "cut-short" in ephemeral(world.ana, channel)["text"]
    written = world.mara.say(channel, "how far is it?", card["ts"])
    shortcut(world.ana, channel, written)
    assert "cut-short" in ephemeral(world.ana, channel, card["ts"])["text"]
    other = world.mara.say(channel, "something else")
    shortcut(world.sam, channel, other)
    assert "not in the thread of a labeling job" in ephemeral(world.sam, channel)["text"]


def test_status_of_what_never_ran_names_no_results(world: World) -> None:
    """Without this, people would look for labels in a folder that nobody ever made."""
    channel = world.channel("own-never-ran")
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    ask_for_job(world.mara, channel, an_order("never-ran", team=WAITING))
    assert "Results: " in words(world.ana.command(channel, "/labeljob", "status never-ran"))
    world.send()
    world.mara.press(world.card("never-ran", channel), "job_stop")
    world.mara.fill()
    world.mend()
    world.settle()
    said = words(world.ana.command(channel, "/labeljob", "status never-ran"))
    assert "Stopped" in said
    assert "Results: " not in said
