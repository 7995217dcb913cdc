"""Streaming labeling jobs and notices over topics: what comes in, what goes out, when it ends, what
it survives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import BUCKET, MEMBERS, Practice, labeling_job, lines, of_type, picture, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGION_ARN = "arn:aws:sns:us-east-1:111122223333"
DAY = 86_400
TICK = 1.0
"""Seconds: all ticks of this file together must stay below what a signature may be off."""
LABELS = {"document-version": "2018-11-28", "labels": [{"label": "ripe"}, {"label": "green"}]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("streaming"))
    furnish(practice)
    yield practice
    practice.server.stop()


def furnish(aws: Practice) -> None:
    aws.s3.create_bucket(Bucket=BUCKET)
    for number in range(3):
        aws.put(f"fruit/{number}.png", picture())
    aws.put(
        "fruit.manifest", lines(*({"source-ref": f"s3://{BUCKET}/fruit/{n}.png"} for n in range(3)))
    )
    aws.put("labels.json", json.dumps(LABELS))
    aws.put("page.liquid.html", "<crowd-form></crowd-form>")
    aws.sagemaker.create_workteam(
        WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
    )


def team(aws: Practice) -> str:
    return str(aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"])


class Stream:
    """A streaming job with its topics, and a queue that listens to what comes out."""

    def __init__(self, aws: Practice, name: str, *, texts: bool = True, **changes: Any) -> None:
        self.aws, self.name = aws, name
        self.input = aws.sns.create_topic(Name=f"{name}-in")["TopicArn"]
        self.output = aws.sns.create_topic(Name=f"{name}-out")["TopicArn"]
        self.heard = listener(aws, f"{name}-heard", self.output)
        request = labeling_job(
            name, team(aws), **(of_type("TextMultiClass") if texts else {}), **changes
        )
        source = {"SnsDataSource": {"SnsTopicArn": self.input}}
        if "manifest" in name:
            source |= request["InputConfig"]["DataSource"]
        request["InputConfig"]["DataSource"] = source
        request["OutputConfig"]["SnsTopicArn"] = self.output
        aws.sagemaker.create_labeling_job(**request)

    def publish(self, entry: Any) -> str:
        text = entry if isinstance(entry, str) else json.dumps(entry)
        return str(self.aws.sns.publish(TopicArn=self.input, Message=text)["MessageId"])

    def later(self, times: int = 4) -> dict[str, Any]:
        """Let a few ticks pass; gives the job."""
        for _ in range(times):
            self.aws.later(TICK)
        return self.job()

    def job(self) -> dict[str, Any]:
        return dict(self.aws.sagemaker.describe_labeling_job(LabelingJobName=self.name))

    def told(self) -> list[dict[str, Any]]:
        """What the output topic said since the last look."""
        return [json.loads(each["Message"]) for each in messages(self.aws, self.heard)]

    def manifest(self) -> list[dict[str, Any]]:
        uri = self.job()["LabelingJobOutput"]["OutputDatasetS3Uri"]
        body = self.aws.s3.get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))[
            "Body"
        ].read()
        return [json.loads(line) for line in body.decode().splitlines()]

    def log(self) -> str:
        found = self.aws.logs.filter_log_events(
            logGroupName="/aws/sagemaker/LabelingJobs", logStreamNames=[self.name]
        )
        return "\n".join(event["message"] for event in found["events"])


def listener(aws: Practice, name: str, topic: str) -> str:
    """A queue that hears what a topic says; its address."""
    arn = f"{REGION_ARN.replace(':sns:', ':sqs:')}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
    }
    policy = json.dumps({"Statement": [statement | {"Resource": arn}]})
    url = aws.sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(url)


def messages(aws: Practice, queue: str) -> list[dict[str, Any]]:
    """What is in a queue, taken out of it."""
    found = []
    while page := aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for each in page:
            found.append(json.loads(each["Body"]))
            aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return found


def test_a_stream_from_begin_to_stop(aws: Practice) -> None:
    """Objects go in over one topic, labels come out over the other, and only a stop ends it."""
    stream = Stream(aws, "whole")
    assert stream.later()["LabelingJobStatus"] == "InProgress"
    first = stream.publish({"source": "ripe and sweet"})
    stream.publish({"source": "still green", "batch": 7})
    job = stream.later()
    assert (job["LabelingJobStatus"], job["LabelCounters"]["HumanLabeled"]) == ("InProgress", 2)
    told = {each["source"]: each for each in stream.told()}
    one = told["ripe and sweet"]
    assert one["ripeness-metadata"]["type"] == "groundtruth/text-classification"
    assert (one["dataset-objectid-attribute-name"], one["$ripeness-object-id"]) == (
        "$ripeness-object-id",
        first,
    )
    assert told["still green"]["batch"] == 7
    stream.publish({"source": "one more"})
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 3
    aws.sagemaker.stop_labeling_job(LabelingJobName="whole")
    assert stream.later()["LabelingJobStatus"] == "Stopped"
    assert [each["source"] for each in stream.manifest()] == [
        "ripe and sweet",
        "still green",
        "one more",
    ]
    assert not aws.sns.list_subscriptions_by_topic(TopicArn=stream.input).get("Subscriptions")
    left = aws.sqs.get_queue_url(QueueName="GroundTruth-whole")["QueueUrl"]
    assert aws.sqs.get_queue_attributes(QueueUrl=left, AttributeNames=["All"])["Attributes"][
        "MessageRetentionPeriod"
    ] == str(14 * DAY)


def test_what_is_sent_too_early_is_lost(aws: Practice) -> None:
    """The guide says to wait for InProgress: before that nobody listens."""
    stream = Stream(aws, "early")
    stream.publish({"source": "too early"})
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 0
    stream.publish({"source": "in time"})
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 1


def test_a_manifest_to_begin_with(aws: Practice) -> None:
    """A manifest is labeled once at the beginning, then the stream goes on."""
    stream = Stream(aws, "with-manifest", texts=False)
    assert stream.later(6)["LabelCounters"]["TotalLabeled"] == 3
    assert len(stream.told()) == 3
    stream.publish({"source-ref": f"s3://{BUCKET}/fruit/0.png"})
    job = stream.later()
    assert (job["LabelingJobStatus"], job["LabelCounters"]["TotalLabeled"]) == ("InProgress", 4)


def test_the_same_object_is_labeled_once(aws: Practice) -> None:
    """Whoever retries a publish must not pay twice: the sender's own id decides, else the
    message's.
    """
    stream = Stream(aws, "twice")
    stream.later()
    own = {"source": "x", "dataset-objectid-attribute-name": "my-id", "my-id": "42"}
    by_source = {"source": "y", "dataset-objectid-attribute-name": "source"}
    for entry in (
        own,
        own,
        by_source,
        by_source,
        own | {"source": "another text"},
        own | {"my-id": "43"},
    ):
        stream.publish(entry)
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 3
    assert sorted(each.get("my-id", "") for each in stream.told()) == ["", "42", "43"]


def test_events_of_a_bucket(aws: Practice) -> None:
    """A bucket that tells the topic of new pictures feeds the job; its test event and other events
    do not.
    """
    stream = Stream(aws, "bucket-events", texts=False)
    stream.later()
    place = {"bucket": {"name": BUCKET}, "object": {"key": "fruit%2F1.png", "sequencer": "0A1B"}}
    created = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": place}
    stream.publish({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})
    stream.publish({"Records": [created, created | {"eventName": "ObjectRemoved:Delete"}]})
    stream.publish({"Records": [created]})
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 1
    (told,) = stream.told()
    assert (told["source-ref"], told["$sequencer"]) == (f"s3://{BUCKET}/fruit/1.png", "0A1B")
    assert told["$ripeness-object-id"] == f"s3://{BUCKET}/fruit/1.png0A1B"
    assert "MESSAGE_DROPPED" in stream.log()


def let_in(aws: Practice, topic: str) -> None:
    """Let S3 publish to a topic."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"},
            "StringEquals": {"aws:SourceAccount": "111122223333"},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def tells(topic: str, prefix: str, events: str = "s3:ObjectCreated:*") -> dict[str, Any]:
    """An entry of a bucket's configuration."""
    rules = [{"Name": "prefix", "Value": prefix}]
    return {"TopicArn": topic, "Events": [events], "Filter": {"Key": {"FilterRules": rules}}}


def configure(aws: Practice, *entries: dict[str, Any]) -> None:
    """Put a configuration in the place of what was there."""
    aws.s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": list(entries)}
    )


def test_a_bucket_tells_its_topics_of_new_objects(aws: Practice) -> None:
    """Kinder than S3 it must not be: a topic that shuts S3 out, entries that overlap, and a write
    that forgets the others are found out here, not at AWS.
    """
    topic = str(aws.sns.create_topic(Name="bucket-tells")["TopicArn"])
    heard = listener(aws, "bucket-tells-heard", topic)
    with refused("InvalidArgument", words="Unable to validate"):
        configure(aws, tells(topic, "new/"))
    let_in(aws, topic)
    with refused("InvalidArgument", words="overlap"):
        configure(aws, tells(topic, "new/"), tells(topic, "new/er/", "s3:ObjectCreated:Put"))
    configure(aws, tells(topic, "new/"), tells(topic, "new/", "s3:ObjectRemoved:*"))
    found = aws.s3.get_bucket_notification_configuration(Bucket=BUCKET)["TopicConfigurations"]
    assert all(each["Id"] for each in found)
    aws.put("new/a b+1.png", picture())
    aws.put("old/a.png", picture())
    aws.s3.copy_object(Bucket=BUCKET, Key="new/copy.png", CopySource=f"{BUCKET}/old/a.png")
    told = [json.loads(each["Message"]) for each in messages(aws, heard)]
    assert [each["Event"] for each in told if "Event" in each] == ["s3:TestEvent"] * 1
    records = [record for each in told for record in each.get("Records", ())]
    assert [(each["eventName"], each["s3"]["object"]["key"]) for each in records] == [
        ("ObjectCreated:Put", "new/a+b%2B1.png"),
        ("ObjectCreated:Copy", "new/copy.png"),
    ]
    configure(aws)
    assert not aws.s3.get_bucket_notification_configuration(Bucket=BUCKET).get(
        "TopicConfigurations"
    )
    aws.put("new/late.png", picture())
    assert messages(aws, heard) == []


@pytest.mark.parametrize(
    ("name", "entry", "words"),
    [
        ("text", "no json", "not a JSON object"),
        ("no-source", {"picture": "x"}, "source-ref and source"),
        ("two-sources", {"source": "x", "source-ref": "s3://b/k"}, "source-ref and source"),
        ("no-id", {"source": "x", "dataset-objectid-attribute-name": "my-id"}, "deduplication"),
        (
            "long-id",
            {"source": "x", "dataset-objectid-attribute-name": "my-id", "my-id": "i" * 1025},
            "deduplication",
        ),
        (
            "bad-key",
            {"source": "x", "dataset-objectid-attribute-name": "-id", "-id": "1"},
            "deduplication",
        ),
    ],
)
def test_messages_that_are_no_objects(aws: Practice, name: str, entry: Any, words: str) -> None:
    """A bad message must not stop the ones after it; the job's log tells."""
    stream = Stream(aws, f"bad-{name}")
    stream.later()
    stream.publish(entry)
    stream.publish({"source": "good"})
    job = stream.later()
    assert (job["LabelingJobStatus"], job["LabelCounters"]["TotalLabeled"]) == ("InProgress", 1)
    assert words in stream.log()


def test_what_is_too_much_waits_in_the_queue(aws: Practice) -> None:
    """Workers never have more than MaxConcurrentTaskCount tasks; the rest can be counted in the
    queue.
    """
    aws.sagemaker.create_workteam(
        WorkteamName="waiting",
        Description="people",
        MemberDefinitions=MEMBERS,
        Tags=[{"Key": "practice:people", "Value": "wait"}],
    )
    arn = aws.sagemaker.describe_workteam(WorkteamName="waiting")["Workteam"]["WorkteamArn"]
    stream = Stream(aws, "backlog", WorkteamArn=arn, MaxConcurrentTaskCount=2)
    stream.later()
    for number in range(5):
        stream.publish({"source": f"text {number}"})
    assert stream.later()["LabelCounters"]["Unlabeled"] == 2
    queue = aws.sqs.get_queue_url(QueueName="GroundTruth-backlog")["QueueUrl"]
    found = aws.sqs.get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    assert found == {"ApproximateNumberOfMessages": "3"}


@pytest.mark.parametrize("lost", ["topic", "queue"])
def test_a_stream_that_is_cut_off(aws: Practice, lost: str) -> None:
    """Who deletes the topic, or touches the service's queue, ends the job; the reason has to be
    readable.
    """
    stream = Stream(aws, f"cut-{lost}")
    stream.later()
    if lost == "topic":
        aws.sns.delete_topic(TopicArn=stream.input)
    else:
        aws.sqs.delete_queue(
            QueueUrl=aws.sqs.get_queue_url(QueueName=f"GroundTruth-cut-{lost}")["QueueUrl"]
        )
    job = stream.later()
    assert (job["LabelingJobStatus"], lost in job["FailureReason"]) == ("Failed", True)


def test_topics_that_cannot_be(aws: Practice) -> None:
    """A topic of another region or a FIFO topic is refused at once; one that is not there fails the
    job later.
    """

    def request(name: str, **topics: str) -> dict[str, Any]:
        asked = labeling_job(name, team(aws))
        if "input" in topics:
            asked["InputConfig"] = {
                "DataSource": {"SnsDataSource": {"SnsTopicArn": topics["input"]}}
            }
        if "output" in topics:
            asked["OutputConfig"]["SnsTopicArn"] = topics["output"]
        return asked

    far = f"{REGION_ARN.replace('us-east-1', 'eu-west-1')}:x"
    for member in ("input", "output"):
        with refused("ValidationException", 400, "region"):
            aws.sagemaker.create_labeling_job(**request("far", **{member: far}))
        with refused("ValidationException", 400, "FIFO"):
            aws.sagemaker.create_labeling_job(**request("fifo", **{member: f"{REGION_ARN}:x.fifo"}))
    automated = request("automated", input=f"{REGION_ARN}:x")
    specifications = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification"
    algorithm = f"{specifications}/image-classification"
    automated["LabelingJobAlgorithmsConfig"] = {"LabelingJobAlgorithmSpecificationArn": algorithm}
    with refused("ValidationException", 400, "streaming"):
        aws.sagemaker.create_labeling_job(**automated)
    aws.sagemaker.create_labeling_job(**request("nowhere", input=f"{REGION_ARN}:nobody"))
    aws.later(TICK)
    job = aws.sagemaker.describe_labeling_job(LabelingJobName="nowhere")
    assert (job["LabelingJobStatus"], "nobody" in job["FailureReason"]) == ("Failed", True)


def test_any_job_may_have_an_output_topic(aws: Practice) -> None:
    """Also a job with a manifest tells of every object that people labeled; and it goes on when the
    topic is gone.
    """
    topic = aws.sns.create_topic(Name="plain-out")["TopicArn"]
    heard = listener(aws, "plain-heard", topic)
    for name, arn, expected in (("plain", topic, 3), ("plain-mute", f"{REGION_ARN}:nobody", 0)):
        request = labeling_job(name, team(aws))
        request["OutputConfig"]["SnsTopicArn"] = arn
        aws.sagemaker.create_labeling_job(**request)
        for _ in range(8):
            aws.later(TICK)
        job = aws.sagemaker.describe_labeling_job(LabelingJobName=name)
        assert (job["LabelingJobStatus"], job["LabelCounters"]["HumanLabeled"]) == ("Completed", 3)
        assert len(messages(aws, heard)) == expected


def test_chained_streams(aws: Practice) -> None:
    """The output topic of one job feeds the next one: what is labeled there comes on by itself."""
    first = Stream(aws, "chain-first")
    request = labeling_job(
        "chain-second", team(aws), LabelAttributeName="again", **of_type("TextMultiClass")
    )
    request["InputConfig"] = {"DataSource": {"SnsDataSource": {"SnsTopicArn": first.output}}}
    aws.sagemaker.create_labeling_job(**request)
    first.later()
    first.publish({"source": "twice over"})
    first.later(8)
    aws.sagemaker.stop_labeling_job(LabelingJobName="chain-second")
    aws.later(TICK)
    body = aws.s3.get_object(
        Bucket=BUCKET, Key="results/chain-second/manifests/output/output.manifest"
    )["Body"].read()
    (line,) = [json.loads(each) for each in body.decode().splitlines()]
    assert {"ripeness", "again"} <= line.keys()


def test_a_stream_survives_a_kill(tmp_path: Path) -> None:
    """What was published before a crash is labeled after it, once."""
    aws = Practice(tmp_path)
    furnish(aws)
    stream = Stream(aws, "survivor")
    stream.later()
    stream.publish({"source": "before"})
    aws.restart()
    aws.sns.publish(TopicArn=stream.input, Message=json.dumps({"source": "after"}))
    assert stream.later()["LabelCounters"]["TotalLabeled"] == 2
    assert sorted(each["source"] for each in stream.told()) == ["after", "before"]
    aws.server.stop()


def policy(topic: str, **condition: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("name", "condition", "heard"),
    [
        (
            "let-in",
            {"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:us-east-1:111122223333:workteam/*"}},
            True,
        ),
        ("by-account", {"StringEquals": {"aws:SourceAccount": "111122223333"}}, True),
        ("other-account", {"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ("no-policy", None, False),
    ],
)
def test_notices_to_a_work_team(
    aws: Practice, name: str, condition: dict[str, Any] | None, heard: bool
) -> None:
    """A team's topic is told of work once, if its policy lets SageMaker in."""
    topic = aws.sns.create_topic(Name=name)["TopicArn"]
    queue = listener(aws, f"{name}-heard", topic)
    if condition is not None:
        aws.sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=policy(topic, **condition)
        )
    aws.sagemaker.create_workteam(
        WorkteamName=name,
        Description="people",
        MemberDefinitions=MEMBERS,
        NotificationConfiguration={"NotificationTopicArn": topic},
        Tags=[{"Key": "practice:people", "Value": "wait"}],
    )
    arn = aws.sagemaker.describe_workteam(WorkteamName=name)["Workteam"]["WorkteamArn"]
    job = labeling_job(f"for-{name}", arn, TaskAvailabilityLifetimeInSeconds=3600)
    aws.sagemaker.create_labeling_job(**job)
    for _ in range(4):
        aws.later(TICK)
    assert [each["Subject"] for each in messages(aws, queue)] == ["New work is available"] * heard
