"""Streaming jobs and team notices over hours and days: a clock that no signature has to agree
with.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from workers_world import World

from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.aws.messaging.topics import Message, Topics
from bot.sandbox.crowd.simulated_teams import Behaviours

if TYPE_CHECKING:
    from pathlib import Path

SNS, SQS = "arn:aws:sns:us-east-1:111122223333", "arn:aws:sqs:us-east-1:111122223333"
INPUT, TEAM_TOPIC = f"{SNS}:in", f"{SNS}:team"
HOUR, DAY = 3600, 86_400
CALM = Behaviours(initializing_seconds=0.4, counting_seconds=0.4, slow_share=0, decline_share=0)


class StreamWorld(World):
    """A world with topics; `publish` feeds the stream."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.queues = Queues(self.store, lambda: self.now)
        self.topics = Topics(self.store, self.queues, lambda: self.now)
        self.topics.create(INPUT, {}, [])
        self.crew = self.new_crew(topics=self.topics, behaviours=CALM)
        self.team()

    def stream(self, **changes: Any) -> str:
        source = {"DataSource": {"SnsDataSource": {"SnsTopicArn": INPUT}}}
        key = self.job("stream", "TextMultiClass", ["good", "bad"], InputConfig=source, **changes)
        self.later(2)
        return key

    def publish(self, text: str) -> None:
        self.topics.publish(INPUT, Message(json.dumps({"source": text})))
        self.later(8)

    def jump(self, seconds: float) -> None:
        self.now += seconds
        self.crew.tick()


@pytest.fixture
def world(tmp_path: Path) -> StreamWorld:
    return StreamWorld(tmp_path / "aws.db")


def test_tasks_expire_by_their_own_age(world: StreamWorld) -> None:
    """In a job that runs for ever an object's time begins when it comes, not when the job began."""
    world.of_people()
    key = world.stream(task={"TaskAvailabilityLifetimeInSeconds": HOUR})
    world.publish("old")
    world.jump(HOUR / 2)
    world.publish("young")
    world.jump(HOUR * 0.6)
    assert (world.row(key)["failed"], world.row(key)["total"]) == (1, 2)


def test_an_idle_stream_is_stopped(world: StreamWorld) -> None:
    """Ten idle days end it; two months of work do not, and stopping conditions do not count."""
    key = world.stream(StoppingConditions={"MaxHumanLabeledObjectCount": 1})
    for number in range(8):
        world.publish(f"now and then {number}")
        world.jump(8 * DAY)
        assert (world.row(key)["status"], world.row(key)["human"]) == ("InProgress", number + 1)
    world.jump(3 * DAY)
    assert world.row(key)["status"] == "Stopped"
    assert len(world.output("stream")) == 8


def test_objects_leave_the_queue_after_two_weeks(world: StreamWorld) -> None:
    """What no worker ever got is gone after 14 days: whoever sends too much has to look at the
    queue.
    """
    world.of_people()
    lifetime = {"TaskAvailabilityLifetimeInSeconds": 30 * DAY, "MaxConcurrentTaskCount": 1}
    key = world.stream(task=lifetime)
    for number in range(3):
        world.publish(f"text {number}")
    assert world.queues.counts(f"{SQS}:GroundTruth-stream").visible == 2
    world.now += 14 * DAY + HOUR
    assert world.queues.receive(f"{SQS}:GroundTruth-stream", 10, 30) == []
    assert world.row(key)["total"] == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_team_is_told_before_its_work_expires(world: StreamWorld, times: int) -> None:
    """One notice when there is work, one when it is about to expire, and none twice, however often
    one looks.
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sns:Publish",
    }
    policy = json.dumps({"Statement": [statement | {"Resource": TEAM_TOPIC}]})
    world.topics.create(TEAM_TOPIC, {"Policy": policy}, [])
    let_in = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}
    world.queues.create(f"{SQS}:heard", {"Policy": json.dumps({"Statement": [let_in]})}, {})
    world.topics.subscribe(TEAM_TOPIC, "sqs", f"{SQS}:heard", {})
    world.of_people()
    with world.store.write() as rows:
        rows.execute("UPDATE workteam SET topic = ?", (TEAM_TOPIC,))
    world.lines([{"source": "x"}])
    world.job(
        "expires",
        "TextMultiClass",
        ["good", "bad"],
        task={"TaskAvailabilityLifetimeInSeconds": HOUR},
    )
    world.later(2)

    def heard() -> list[str]:
        return [
            json.loads(each["body"])["Subject"]
            for each in world.queues.receive(f"{SQS}:heard", 10, DAY)
        ]

    assert heard() == ["New work is available"]
    world.jump(HOUR / 2)
    assert heard() == []
    for _ in range(times):
        world.jump(HOUR * 0.43)
        world.crew = world.new_crew(topics=world.topics)
    assert heard() == ["Work is about to expire"]
