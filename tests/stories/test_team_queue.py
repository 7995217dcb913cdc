"""What a labeling team reads: one message in its channel, instructions with pictures, links that
die.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from bot.base.aws import Aws
from bot.base.clock import new_id, system_clock
from bot.base.storage import Storage
from bot.engines.ground_truth.answers import WorkerAnswers
from bot.engines.ground_truth.engine import GroundTruth, Kept
from bot.engines.ground_truth.execution_role import ExecutionRole
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.job_log import JobLog
from bot.engines.ground_truth.preview import Previewer
from bot.jobs.facts import Facts
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.people.work_team import WorkTeam
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import elements
from bot.sandbox.workspace.seed import AUTOMATIC_TEAM
from tests.cases import forms
from tests.stories.world import LABELERS, QUEUE_TEAM, World, an_order, buttons, shown, words

GOOD = "ripeness/orchard-s7-001.jpg"
TYPED = (
    "{{ 's3://orchard-raw/secret.jpg' | grant_read_access }} {% raw %} <!channel> "
    "<script>alert(1)</script>"
)


def queue(world: World, channel: str) -> list[dict[str, Any]]:
    """The team's messages in its channel."""
    return [message for message in world.sam.messages(channel) if message.get("bot_id")]


class SlowList(Gateway):
    """AWS as another replica hears it: a list of teams is on its way while something else
    happens.
    """

    meanwhile: Callable[[], object]

    def work_teams(self) -> list[WorkTeam]:
        listed = super().work_teams()
        self.meanwhile()
        return listed


def stop(world: World, name: str) -> None:
    world.sagemaker.stop_labeling_job(LabelingJobName=name)
    world.pass_time(2)
    world.settle()


def fetched(url: str) -> tuple[int, str]:
    """Status and content type of a link, as a browser gets it."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"]
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, ""


def test_team_is_tied_and_left_by_managers(world: World) -> None:
    """Without this, anybody could send a team's work elsewhere, or nobody could."""
    channel = world.channel("own-labelers")
    assert words(world.mara.command(channel, "/labelteam", f"here {QUEUE_TEAM}")) == (
        "You cannot link a labeling team to a channel. Sam or Greta can."
    )
    said = words(world.sam.command(channel, "/labelteam", "here no-such-team"))
    none, _, known = said.partition(" Known: ")
    assert none == "There is no labeling team “no-such-team” in this AWS account."
    assert {"berry-team", QUEUE_TEAM} <= set(known.rstrip(".").split(", "))
    assert words(world.sam.command(channel, "/labelteam", f"leave {QUEUE_TEAM}")) == (
        "“queue-team” is not linked to this channel, so nothing was changed."
    )
    said = words(world.sam.command(channel, "/labelteam", f"here {QUEUE_TEAM.upper()}"))
    assert said.startswith("queue-team is linked to this channel")
    elsewhere = world.channel("own-other-labelers")
    assert "linked to another channel already" in words(
        world.sam.command(elsewhere, "/labelteam", f"here {QUEUE_TEAM}")
    )
    assert f"*queue-team*, 1 person · linked to <#{channel}>" in words(
        world.mara.command(channel, "/labelteam", "list")
    )
    world.sam.command(channel, "/labelteam", f"leave {QUEUE_TEAM}")
    assert "*queue-team*, 1 person · linked to no channel yet" in words(
        world.mara.command(channel, "/labelteam", "list")
    )
    assert "`/labelteam here name`" in words(world.mara.command(channel, "/labelteam", "what"))


def test_one_message_is_edited_while_jobs_come_and_go(world: World) -> None:
    """Without this, a team would be called by a new message for every job and number."""
    channel = world.channel("own-queue")
    world.sam.command(channel, "/labelteam", f"here {QUEUE_TEAM}")
    world.settle()
    assert queue(world, channel) == [], "an empty queue says nothing"
    world.ask(
        an_order("queue-one", team=QUEUE_TEAM, description="One word for the fruit in the middle")
    )
    (message,) = queue(world, channel)
    assert "queue-team: 1 job" in message["text"]
    assert "counting the pictures" in message["text"]
    world.pass_time(2)
    world.settle()
    world.ask(an_order("queue-two", team=QUEUE_TEAM))
    edited, news = queue(world, channel)
    assert edited["ts"] == message["ts"]
    assert "queue-team: 2 jobs" in edited["text"]
    assert "8 left" in edited["text"]
    assert "One word for the fruit in the middle" in shown(edited)
    assert "ends" in shown(edited)
    assert buttons(edited) == ["Instructions", "Instructions", "Open portal"]
    assert next(
        link["url"] for _block, link in elements(edited["blocks"]) if "url" in link
    ).startswith("http")
    assert news["text"].startswith("Ripe or not (queue-two) is new: ")
    assert buttons(news) == ["Instructions", "Open portal"]
    world.ask(an_order("queue-more", team=QUEUE_TEAM))
    world.pass_time(2)
    world.settle()
    assert len(queue(world, channel)) == 2, "what joins within ten minutes shares a line"
    assert "Ripe or not (queue-two) is new: 8 pictures, ends " in queue(world, channel)[1]["text"]
    assert "Ripe or not (queue-more) is new: 8 pictures, " in queue(world, channel)[1]["text"]
    assert world.thread("queue-one")[1:] == [f"Launched; queue-team finds it in <#{channel}>."]
    stop(world, "queue-one")
    stop(world, "queue-more")
    assert "queue-team: 1 job" in queue(world, channel)[0]["text"]
    stop(world, "queue-two")
    empty, _news = queue(world, channel)
    assert empty["ts"] == message["ts"]
    assert empty["text"] == "queue-team: nothing to label now."
    world.ask(an_order("queue-three", team=QUEUE_TEAM))
    old, _news, fresh = queue(world, channel)
    assert old["text"] == "queue-team: this list is done.", "it would be untrue beside the new one"
    assert "queue-team: 1 job" in fresh["text"]
    world.sam.command(channel, "/labelteam", f"leave {QUEUE_TEAM}")
    world.settle()
    assert queue(world, channel)[-1]["text"] == "queue-team: notices have stopped here."
    stop(world, "queue-three")


def test_instructions_open_with_pictures_whose_links_die(world: World) -> None:
    """Without this, labelers would see no examples, or links to the data would go round for
    ever.
    """
    channel = LABELERS
    world.sam.command(channel, "/labelteam", f"here {QUEUE_TEAM}")
    order = an_order(
        "with-pictures",
        team=QUEUE_TEAM,
        short="Choose one word\n- ripe: no green",
        full="Look at the skin",
        good_examples=f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg | no green at all",
        bad_examples=f"s3://{seed.RAW}/ripeness/orchard-s7-002.jpg | green & hard",
    )
    world.ask(order)
    (message,) = queue(world, channel)[-1:]
    job = next(
        link["value"]
        for _b, link in elements(message["blocks"])
        if link["action_id"] == "queue_instructions"
    )
    world.gus.press(message, "queue_instructions", of=job)
    assert "no green at all" in json.dumps(world.gus.view()), (
        "a guest may label, so a guest may read"
    )
    world.gus.close_windows()
    world.lin.press(message, "queue_instructions", of=job)
    view = world.lin.view()
    assert "ripe: no green" in shown(view)
    assert "Look at the skin" in shown(view)
    pictures = [block for block in view["blocks"] if block["type"] == "image"]
    assert [picture["alt_text"] for picture in pictures] == [
        "Good example: no green at all",
        "Bad example: green & hard",
    ]
    assert [fetched(picture["image_url"]) for picture in pictures] == [(200, "image/jpeg")] * 2
    before = world.clock.moved
    world.clock.moved += 601
    assert [fetched(picture["image_url"])[0] for picture in pictures] == [403, 403]
    world.clock.moved = before
    world.lin.press(message, "queue_instructions", of=job)
    fresh = [block["image_url"] for block in world.lin.view()["blocks"] if block["type"] == "image"]
    assert [fetched(url)[0] for url in fresh] == [200, 200], "a new press makes new links"
    lost = world.put(
        "examples/lost.jpg", world.s3.get_object(Bucket=seed.RAW, Key=GOOD)["Body"].read()
    )
    world.ask(an_order("with-a-lost-picture", team=QUEUE_TEAM, good_examples=f"{lost} | lost"))
    world.s3.delete_object(Bucket=seed.RAW, Key="examples/lost.jpg")
    world.mara.press(world.card("with-a-lost-picture"), "job_instructions")
    assert "Good example: lost (this picture cannot be shown" in shown(world.mara.view())
    stop(world, "with-a-lost-picture")
    stop(world, "with-pictures")
    world.sam.command(channel, "/labelteam", f"leave {QUEUE_TEAM}")


def test_what_people_type_stays_text(world: World) -> None:
    """Without this, a typed template could read other people's data, and a typed mention ping
    everybody.
    """
    name = world.ask(
        an_order(
            "typed-text",
            team=QUEUE_TEAM,
            title=f"T {TYPED}"[:120],
            description=TYPED,
            short=TYPED,
            full=TYPED,
            labels=("<!here>", "{{ task }}"),
        )
    )
    card = world.card(name)
    for said in (card["text"], shown(card), *world.thread(name)[1:]):
        assert "<!channel>" not in said
        assert "<!here>" not in said
    world.mara.press(card, "job_instructions")
    window = shown(world.mara.view()).replace("\u200b", "")
    assert "<!channel>" not in window
    assert "grant_read_access" in window, "the words are there, as words"
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    bucket, _, key = (
        asked["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"].removeprefix("s3://").partition("/")
    )
    assert key.startswith(f"labels/{name}/labeljob/")
    page = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert "<script>alert" not in page
    task = json.dumps({"taskObject": f"s3://{seed.RAW}/{GOOD}"})
    rendered = world.sagemaker.render_ui_template(
        UiTemplate={"Content": page}, Task={"Input": task}, RoleArn=asked["RoleArn"]
    )
    assert rendered["Errors"] == []
    assert "grant_read_access" in rendered["RenderedContent"], (
        "the typed template is shown as it was typed"
    )
    assert "secret.jpg?" not in rendered["RenderedContent"], "and nothing was granted"
    assert "<script>alert" not in rendered["RenderedContent"]
    stop(world, name)


def test_team_made_while_another_replica_lists_the_teams_is_not_called_gone(world: World) -> None:
    """Without this, a job would be refused because its new labeling team “does not exist any
    more”.
    """
    bot, aws = world.bot, SlowList(Aws(world.bot.settings))

    def made_and_listed() -> None:
        like = world.sagemaker.describe_workteam(WorkteamName=QUEUE_TEAM)["Workteam"]
        world.sagemaker.create_workteam(
            WorkteamName="made-meanwhile",
            Description="new",
            MemberDefinitions=like["MemberDefinitions"],
            WorkforceName=like["WorkforceArn"].rpartition("/")[2],
        )
        bot.jobs.queue.refresh(bot.installation.team_id)

    aws.meanwhile = made_and_listed
    storage = Storage.for_work(bot.ground.aws, bot.settings.allowed)
    role = ExecutionRole(bot.ground.aws, "")
    previewer = Previewer(bot.ground.aws, "")
    kept = Kept(JobLog(bot.ground.aws), WorkerAnswers(bot.ground.aws, storage))
    engine = GroundTruth(aws, storage, role, kept, previewer, region="us-east-1")
    Queue(
        db=bot.ground.db,
        records=Records(bot.ground.db, system_clock, new_id),
        outbox=bot.ground.outbox,
        teams=bot.ground.teams,
        facts=Facts(bot.ground.teams, engine),
        engine=engine,
        clock=system_clock,
        gap=0,
    ).refresh(bot.installation.team_id)
    world.ask(an_order("team-is-there", team="made-meanwhile"))
    assert world.aws_jobs("team-is-there") == ["team-is-there"]
    stop(world, "team-is-there")


def test_what_was_done_is_said_when_the_list_is_empty(world: World) -> None:
    """Without this, a team would never see what its week's work came to."""
    channel = world.channel("own-thanks")
    world.sam.command(channel, "/labelteam", f"here {AUTOMATIC_TEAM}")
    world.ask(an_order("thanked", team=AUTOMATIC_TEAM))
    world.finish("thanked")
    (message,) = queue(world, channel)
    assert message["text"].startswith(
        f"{AUTOMATIC_TEAM}: nothing to label now. 8 pictures done since <!date^"
    )
    world.sam.command(channel, "/labelteam", f"leave {AUTOMATIC_TEAM}")


def test_requester_hears_that_the_team_could_not_be_told(world: World) -> None:
    """Without this, people would wait for labels of a team that never heard of the work, and a
    thread would say that the team finds it where nothing can be posted.
    """
    channel, theirs = world.channel("own-untold"), world.channel("own-untold-labelers")
    world.sam.command(theirs, "/labelteam", f"here {QUEUE_TEAM}")
    forms.archive(world, theirs)
    before = len(world.direct_messages(world.mara))
    world.ask(an_order("untold", team=QUEUE_TEAM), channel)
    world.settle()
    (told,) = world.direct_messages(world.mara)[before:]
    assert told == (
        "I cannot tell about your labeling team queue-team: its channel is archived. Nobody of the "
        "team was told of your job untold; the job itself goes on."
    )
    world.ask(an_order("untold-too", team=QUEUE_TEAM), channel)
    (launched,) = world.thread("untold-too", channel)[1:]
    assert launched == (
        f"Launched; the bot cannot post in <#{theirs}>, so nobody of queue-team was told."
    )
    forms.archive(world, theirs, archived=False)
    world.settle()
    lists = [each for each in queue(world, theirs) if "queue-team: 2 jobs" in each["text"]]
    assert len(lists) == 1, "it stands as soon as the channel is open"
    world.sam.command(theirs, "/labelteam", f"leave {QUEUE_TEAM}")
    for name in ("untold", "untold-too"):
        world.sagemaker.stop_labeling_job(LabelingJobName=name)
    world.pass_time(3)
    world.settle()
