"""SNS and SQS: the same tests against this stand-in and against moto, through unchanged boto3."""

from __future__ import annotations

import json
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from contract import Endpoint, endpoints, expect_difference

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    yield from endpoints(tmp_path_factory.mktemp("contract-messaging"))


@pytest.fixture(params=["ours", "moto"])
def aws(request: pytest.FixtureRequest, both: dict[str, Endpoint]) -> Endpoint:
    expect_difference(request, request.param)
    return both[request.param]


@pytest.fixture
def sqs(aws: Endpoint) -> Any:
    return aws.client("sqs")


@pytest.fixture
def sns(aws: Endpoint) -> Any:
    return aws.client("sns")


def name(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName=name("queue"))["QueueUrl"])


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name=name("topic"))["TopicArn"])


def refused(code: str, call: Any, **asked: Any) -> dict[str, Any]:
    """The call is refused with that code; gives the whole answer."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    found: dict[str, Any] = dict(caught.value.response)
    assert found["Error"]["Code"] == code, found
    return found


def arn_of(sqs: Any, queue: str) -> str:
    return str(
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
    )


def received(sqs: Any, queue: str, **asked: Any) -> list[dict[str, Any]]:
    return list(sqs.receive_message(QueueUrl=queue, **asked).get("Messages", []))


def let_in(sqs: Any, queue: str, topic: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(sqs, queue),
        "Condition": {"ArnLike": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def test_a_message_from_send_to_delete(sqs: Any, queue: str) -> None:
    """The whole way of a message: a client that checks digests must find them right, and gone means
    gone.
    """
    attributes = {
        "kind": {"DataType": "String", "StringValue": "fruit é"},
        "count": {"DataType": "Number", "StringValue": "7"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="apple 🍎", MessageAttributes=attributes)
    (found,) = received(sqs, queue, MessageAttributeNames=["All"], AttributeNames=["All"])
    assert (found["Body"], found["MessageId"]) == ("apple 🍎", sent["MessageId"])
    assert found["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert found["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert found["MessageAttributes"] == attributes
    assert found["Attributes"]["ApproximateReceiveCount"] == "1"
    assert not received(sqs, queue)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == (
        "0",
        "0",
    )


def test_digests(both: dict[str, Endpoint]) -> None:
    """Two programs that do not know each other compute the same digests, so they are SQS's."""
    attributes = {
        "b": {"DataType": "Binary.jpeg", "BinaryValue": b"\x00\xff"},
        "a": {"DataType": "Number.int", "StringValue": "-7.5e3"},
        "Z": {"DataType": "String", "StringValue": "zoë"},
    }
    digests = []
    for each in both.values():
        client = each.client("sqs")
        queue = client.create_queue(QueueName="digests")["QueueUrl"]
        sent = client.send_message(
            QueueUrl=queue, MessageBody="naïve", MessageAttributes=attributes
        )
        digests.append((sent["MD5OfMessageBody"], sent["MD5OfMessageAttributes"]))
    assert digests[0] == digests[1]


def test_a_message_that_was_not_deleted_comes_again(sqs: Any, queue: str) -> None:
    """Who dies with a message in hand must not take it along."""
    sqs.send_message(QueueUrl=queue, MessageBody="again")
    (first,) = received(sqs, queue, VisibilityTimeout=600)
    assert not received(sqs, queue)
    sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
    )
    (second,) = received(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_long_poll_ends_when_something_comes(sqs: Any, queue: str) -> None:
    """A reader that waits gets a message at once, not at the end of its wait."""
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(
        target=lambda: found.extend(received(sqs, queue, WaitTimeSeconds=20))
    )
    waiting.start()
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    waiting.join(15)
    assert [each["Body"] for each in found] == ["now"]


def test_messages_that_nobody_can_handle(sqs: Any, queue: str) -> None:
    """What was received too often goes aside, so that it does not stop the others."""
    aside = sqs.create_queue(QueueName=name("aside"))["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn_of(sqs, aside), "maxReceiveCount": "2"})
    sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    )
    sqs.send_message(QueueUrl=queue, MessageBody="poison")
    assert [len(received(sqs, queue)) for _ in range(3)] == [1, 1, 0]
    (found,) = received(sqs, aside)
    assert found["Body"] == "poison"


def test_batches(sqs: Any, queue: str) -> None:
    """Each entry of a batch for itself, and the batch as a whole within its bounds."""
    entries = [{"Id": f"e{n}", "MessageBody": f"m{n}"} for n in range(10)]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [each["Id"] for each in sent["Successful"]] == [each["Id"] for each in entries]
    found = received(sqs, queue, MaxNumberOfMessages=10)
    assert [each["Body"] for each in found] == [each["MessageBody"] for each in entries]
    handles = [
        {"Id": f"d{n}", "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(found)
    ]
    assert len(sqs.delete_message_batch(QueueUrl=queue, Entries=handles)["Successful"]) == 10
    old, many = "AWS.SimpleQueueService.", [*entries, {"Id": "e10", "MessageBody": "m10"}]
    refused(
        f"{old}BatchEntryIdsNotDistinct",
        sqs.send_message_batch,
        QueueUrl=queue,
        Entries=entries[:1] * 2,
    )
    refused(
        f"{old}TooManyEntriesInBatchRequest", sqs.send_message_batch, QueueUrl=queue, Entries=many
    )
    refused(f"{old}EmptyBatchRequest", sqs.send_message_batch, QueueUrl=queue, Entries=[])


def test_queues_are_made_once(sqs: Any) -> None:
    """Making a queue again is no error unless it would be another one."""
    mine = name("once")
    first = sqs.create_queue(QueueName=mine, Attributes={"VisibilityTimeout": "77"})
    assert (
        sqs.create_queue(QueueName=mine, Attributes={"VisibilityTimeout": "77"})["QueueUrl"]
        == first["QueueUrl"]
    )
    refused(
        "QueueAlreadyExists",
        sqs.create_queue,
        QueueName=mine,
        Attributes={"VisibilityTimeout": "78"},
    )
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName=mine, Attributes={"VisibilityTimeout": "78"})
    assert sqs.get_queue_url(QueueName=mine)["QueueUrl"] == first["QueueUrl"]
    assert sqs.list_queues(QueueNamePrefix=mine)["QueueUrls"] == [first["QueueUrl"]]


def test_a_queue_that_is_not_there(sqs: Any, queue: str) -> None:
    """The old code in Error.Code, the new name as exception: programs of both times rely on it."""
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.receive_message(QueueUrl=queue)
    found = refused(
        "AWS.SimpleQueueService.NonExistentQueue", sqs.send_message, QueueUrl=queue, MessageBody="x"
    )
    assert found["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    refused("AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName=name("never"))


def test_what_a_queue_refuses(sqs: Any, queue: str) -> None:
    """Numbers out of bounds, unknown attributes, handles and bodies that cannot be."""
    for asked in ({"MaxNumberOfMessages": 11}, {"MaxNumberOfMessages": 0}, {"WaitTimeSeconds": 21}):
        refused("InvalidParameterValue", sqs.receive_message, QueueUrl=queue, **asked)
    refused(
        "InvalidAttributeName", sqs.get_queue_attributes, QueueUrl=queue, AttributeNames=["Bogus"]
    )
    wrong = {
        "QueueUrl": queue,
        "MessageBody": "x",
        "MessageAttributes": {"a": {"DataType": "Bogus", "StringValue": "x"}},
    }
    refused("InvalidParameterValue", sqs.send_message, **wrong)
    refused("ReceiptHandleIsInvalid", sqs.delete_message, QueueUrl=queue, ReceiptHandle="made up")


def test_purging(sqs: Any, queue: str) -> None:
    """A purge drops everything."""
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.purge_queue(QueueUrl=queue)
    assert not received(sqs, queue)


def test_a_topic_reaches_a_queue(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """The envelope that consumers open: type, topic, message, subject, attributes."""
    let_in(sqs, queue, topic)
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, queue))[
        "SubscriptionArn"
    ]
    assert made.startswith(f"{topic}:")
    attributes = {"kind": {"DataType": "String", "StringValue": "fruit"}}
    sent = sns.publish(
        TopicArn=topic, Message='{"source": "x"}', Subject="An object", MessageAttributes=attributes
    )
    (found,) = received(sqs, queue)
    body = json.loads(found["Body"])
    assert (body["Type"], body["TopicArn"], body["MessageId"]) == (
        "Notification",
        topic,
        sent["MessageId"],
    )
    assert (body["Message"], body["Subject"]) == ('{"source": "x"}', "An object")
    assert body["MessageAttributes"] == {"kind": {"Type": "String", "Value": "fruit"}}
    sns.unsubscribe(SubscriptionArn=made)
    sns.publish(TopicArn=topic, Message="y")
    assert not received(sqs, queue)


def test_raw_delivery(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """Who asks for it gets the bare message, with its attributes."""
    let_in(sqs, queue, topic)
    made = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn_of(sqs, queue),
        Attributes={"RawMessageDelivery": "true"},
    )
    attributes = {"kind": {"DataType": "String", "StringValue": "fruit"}}
    sns.publish(TopicArn=topic, Message="bare", MessageAttributes=attributes)
    (found,) = received(sqs, queue, MessageAttributeNames=["kind"])
    assert (found["Body"], found["MessageAttributes"]) == ("bare", attributes)
    shown = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])["Attributes"]
    assert (shown["RawMessageDelivery"], shown["Protocol"]) == ("true", "sqs")


def test_a_queue_that_lets_nobody_in(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """The commonest silence: without a policy on the queue nothing arrives, and nobody is told."""
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, queue))
    assert sns.publish(TopicArn=topic, Message="lost")["MessageId"]
    assert not received(sqs, queue)


def test_topics_are_made_once(sns: Any) -> None:
    """Making a topic again gives the same one; with other attributes or tags it is refused."""
    mine = name("once")
    first = sns.create_topic(
        Name=mine, Attributes={"DisplayName": "One"}, Tags=[{"Key": "a", "Value": "1"}]
    )
    assert (
        sns.create_topic(Name=mine, Attributes={"DisplayName": "One"})["TopicArn"]
        == first["TopicArn"]
    )
    refused("InvalidParameter", sns.create_topic, Name=mine, Tags=[{"Key": "a", "Value": "2"}])
    sns.set_topic_attributes(
        TopicArn=first["TopicArn"], AttributeName="DisplayName", AttributeValue="Two"
    )
    shown = sns.get_topic_attributes(TopicArn=first["TopicArn"])["Attributes"]
    assert (shown["DisplayName"], shown["SubscriptionsConfirmed"]) == ("Two", "0")
    assert first["TopicArn"] in {each["TopicArn"] for each in sns.list_topics()["Topics"]}


def test_subscribing_twice(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """The same endpoint twice is one subscription, else everything would arrive twice."""
    arn = arn_of(sqs, queue)
    made = {
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
        for _ in range(2)
    }
    assert len(made) == 1
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (listed["Endpoint"], listed["Protocol"], listed["TopicArn"]) == (arn, "sqs", topic)


def test_a_topic_that_is_not_there(sns: Any, topic: str) -> None:
    """Deleting twice is no error; everything else says NotFound with its own exception."""
    for _ in range(2):
        sns.delete_topic(TopicArn=topic)
    for call, more in ((sns.publish, {"Message": "x"}), (sns.get_topic_attributes, {})):
        with pytest.raises(sns.exceptions.NotFoundException):
            call(TopicArn=topic, **more)


def test_what_a_topic_refuses(sns: Any, topic: str) -> None:
    """Names, messages and subjects that cannot be; each with SNS's code and exception."""
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.create_topic(Name="no spaces here")
    refused("InvalidParameter", sns.publish, TopicArn=topic, Message="x" * 262_145)
    refused("InvalidParameter", sns.publish, TopicArn=topic, Message="x", Subject="x" * 101)
    refused("InvalidParameter", sns.publish, TopicArn=topic, Message="{}", MessageStructure="json")
    refused("InvalidParameter", sns.subscribe, TopicArn=topic, Protocol="pigeon", Endpoint="x")


def test_a_message_of_its_own_for_queues(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """MessageStructure json: each protocol gets its own text."""
    let_in(sqs, queue, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, queue))
    sns.publish(
        TopicArn=topic, Message='{"default": "all", "sqs": "queues"}', MessageStructure="json"
    )
    (found,) = received(sqs, queue)
    assert json.loads(found["Body"])["Message"] == "queues"


def test_publishing_many(sns: Any, sqs: Any, topic: str, queue: str) -> None:
    """A batch of messages, each with its id."""
    let_in(sqs, queue, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, queue))
    entries = [{"Id": f"e{n}", "Message": f"m{n}"} for n in range(3)]
    done = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [each["Id"] for each in done["Successful"]] == ["e0", "e1", "e2"]
    found = received(sqs, queue, MaxNumberOfMessages=10)
    assert sorted(json.loads(each["Body"])["Message"] for each in found) == ["m0", "m1", "m2"]
    refused("EmptyBatchRequest", sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[])
