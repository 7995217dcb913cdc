"""SNS and SQS in the AWS stand-in: what it refuses, what it survives, and what of both is not
here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import Practice, refused, signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "111122223333"
OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}]})


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("messaging"))
    yield practice
    practice.server.stop()


@pytest.fixture(scope="module")
def queue(aws: Practice) -> str:
    return str(aws.sqs.create_queue(QueueName="fruit", Attributes={"Policy": OPEN})["QueueUrl"])


@pytest.fixture(scope="module")
def topic(aws: Practice) -> str:
    return str(aws.sns.create_topic(Name="fruit")["TopicArn"])


def test_a_kill_loses_no_message(tmp_path: Path) -> None:
    """What was answered is kept: messages, who has which, topics and who listens."""
    aws = Practice(tmp_path)
    url = aws.sqs.create_queue(
        QueueName="kept", Attributes={"Policy": OPEN, "VisibilityTimeout": "60"}
    )["QueueUrl"]
    topic = aws.sns.create_topic(Name="kept")["TopicArn"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    aws.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    for text in ("one", "two"):
        aws.sns.publish(TopicArn=topic, Message=text)
    (held,) = aws.sqs.receive_message(QueueUrl=url)["Messages"]
    aws.restart()
    # The address in QueueUrl is the old server's; as at AWS only its path tells which queue is
    # meant.
    (other,) = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert (held["Body"], other["Body"]) == ("one", "two")
    aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])
    aws.later(61)
    (again,) = aws.sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert (again["Body"], again["Attributes"]["ApproximateReceiveCount"]) == ("two", "2")
    aws.sns.publish(TopicArn=topic, Message="three")
    assert aws.sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "three"
    aws.server.stop()


def test_an_old_handle_deletes_nothing(aws: Practice) -> None:
    """Whoever was too slow must not delete what somebody else is working on."""
    url = aws.sqs.create_queue(QueueName="slow")["QueueUrl"]
    aws.sqs.send_message(QueueUrl=url, MessageBody="x")
    (slow,) = aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    (quick,) = aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=slow["ReceiptHandle"])
    assert aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    with refused("InvalidParameterValue", 400, "does not exist"):
        aws.sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=quick["ReceiptHandle"], VisibilityTimeout=1
        )


def test_delays_and_retention(aws: Practice) -> None:
    """A message comes when it is due, and goes when nobody wants it."""
    attributes = {"DelaySeconds": "20", "MessageRetentionPeriod": "60"}
    url = aws.sqs.create_queue(QueueName="later", Attributes=attributes)["QueueUrl"]
    aws.sqs.send_message(QueueUrl=url, MessageBody="x")
    counts = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (
        counts["ApproximateNumberOfMessagesDelayed"],
        counts["ApproximateNumberOfMessages"],
    ) == ("1", "0")
    assert not aws.sqs.receive_message(QueueUrl=url).get("Messages")
    aws.later(21)
    assert aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    aws.later(40)
    assert not aws.sqs.receive_message(QueueUrl=url).get("Messages")


def test_a_minute_of_rest(aws: Practice) -> None:
    """A purge and a deleted name can be used again after a minute only, as programs in a loop find
    out.
    """
    url = aws.sqs.create_queue(QueueName="rest")["QueueUrl"]
    aws.sqs.purge_queue(QueueUrl=url)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403):
        aws.sqs.purge_queue(QueueUrl=url)
    aws.sqs.delete_queue(QueueUrl=url)
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", 400, "60 seconds"):
        aws.sqs.create_queue(QueueName="rest")
    aws.later(61)
    assert aws.sqs.create_queue(QueueName="rest")["QueueUrl"] == url


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "soon"}, "InvalidAttributeValue"),
        ({"DelaySeconds": "-1"}, "InvalidAttributeValue"),
        ({"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "1209601"}, "InvalidAttributeValue"),
        ({"Policy": "no json"}, "InvalidAttributeValue"),
        ({"Policy": json.dumps({"Statement": [{"Effect": "Maybe"}]})}, "InvalidAttributeValue"),
        ({"RedrivePolicy": json.dumps({"maxReceiveCount": 3})}, "InvalidAttributeValue"),
        (
            {"RedrivePolicy": json.dumps({"deadLetterTargetArn": "x", "maxReceiveCount": 0})},
            "InvalidAttributeValue",
        ),
        ({"SqsManagedSseEnabled": "maybe"}, "InvalidAttributeValue"),
        ({"QueueArn": "x"}, "InvalidAttributeName"),
        ({"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
        ({"Bogus": "1"}, "InvalidAttributeName"),
    ],
)
def test_attributes_that_cannot_be(
    aws: Practice, queue: str, attributes: dict[str, str], code: str
) -> None:
    """A queue that is set up wrongly must not pass for one that is set up well."""
    with refused(code, 400):
        aws.sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)
    with refused(code, 400):
        aws.sqs.create_queue(QueueName="wrong", Attributes=attributes)


def attribute(name: str, kind: str, value: str) -> dict[str, Any]:
    return {name: {"DataType": kind, "StringValue": value}}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MessageBody": ""}, "MissingParameter"),
        ({"MessageBody": "\x00"}, "InvalidMessageContents"),
        ({"MessageBody": "x" * 1_048_577}, "InvalidParameterValue"),
        ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
        (
            {"MessageBody": "x", "MessageAttributes": attribute("a b", "String", "x")},
            "InvalidParameterValue",
        ),
        (
            {"MessageBody": "x", "MessageAttributes": attribute("a", "Number", "x")},
            "InvalidParameterValue",
        ),
        (
            {"MessageBody": "x", "MessageAttributes": attribute("a", "String", "")},
            "InvalidParameterValue",
        ),
    ],
)
def test_messages_that_cannot_be(
    aws: Practice, queue: str, asked: dict[str, Any], code: str
) -> None:
    """What SQS cannot carry is refused with its code, and nothing is sent."""
    with refused(code, 400):
        aws.sqs.send_message(QueueUrl=queue, **asked)
    assert not aws.sqs.receive_message(QueueUrl=queue).get("Messages")


def test_addresses_of_queues(aws: Practice, queue: str) -> None:
    """Another account's queue is not there; what is no address is no address."""
    with refused("AWS.SimpleQueueService.NonExistentQueue"):
        aws.sqs.receive_message(QueueUrl=queue.replace(ACCOUNT, "999999999999"))
    with refused("InvalidAddress", 404):
        aws.sqs.receive_message(QueueUrl="fruit")
    with refused("MissingParameter", 400, "QueueUrl"):
        aws.sqs.receive_message()


def test_what_listens_but_is_never_reached(aws: Practice, topic: str) -> None:
    """Web and mail addresses would lead out of this machine: they are written down and stay
    unconfirmed.
    """
    for protocol, endpoint in (
        ("https", "https://orchard.example/hook"),
        ("email", "mara@orchard.example"),
    ):
        made = aws.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
        assert made["SubscriptionArn"] == "pending confirmation"
    listed = aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["SubscriptionArn"] for each in listed] == ["PendingConfirmation"] * 2
    counts = aws.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("2", "0")
    assert aws.sns.publish(TopicArn=topic, Message="nobody hears")["MessageId"]


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("sqs", "fruit"),
        ("https", "http://x"),
        ("email", "nobody"),
        ("sqs", "arn:aws:sqs:us-east-1:111122223333:q.fifo"),
    ],
)
def test_endpoints_that_cannot_be(aws: Practice, topic: str, protocol: str, endpoint: str) -> None:
    """An endpoint has to fit its protocol, and a standard topic feeds no FIFO queue."""
    with refused("InvalidParameter", 400):
        aws.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def test_topics_of_others(aws: Practice, topic: str) -> None:
    """Whether another account's topic is there is not told."""
    with refused("AuthorizationError", 403):
        aws.sns.publish(TopicArn=topic.replace(ACCOUNT, "999999999999"), Message="x")
    with refused("InvalidParameter", 400):
        aws.sns.publish(TopicArn="fruit", Message="x")


def test_attributes_of_topics_and_subscriptions(aws: Practice, topic: str, queue: str) -> None:
    """Unknown names and broken policies are refused; filters are not here and say so."""
    assert queue
    for name, value in (
        ("Bogus", "x"),
        ("TopicArn", "x"),
        ("Policy", "{"),
        ("MaximumMessageSize", "1"),
    ):
        with refused("InvalidParameter", 400):
            aws.sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    endpoint = f"arn:aws:sqs:us-east-1:{ACCOUNT}:fruit"
    for attributes in ({"RawMessageDelivery": "perhaps"}, {"Bogus": "x"}):
        with refused("InvalidParameter", 400):
            aws.sns.subscribe(
                TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes
            )
    with refused("NotImplementedException", 501, "FilterPolicy"):
        aws.sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes={"FilterPolicy": "{}"}
        )


def test_strict_order_is_not_here(aws: Practice) -> None:
    """FIFO queues and topics say that they are missing, so that nobody relies on an order that is
    none.
    """
    with refused("NotImplementedException", 501, "FIFO"):
        aws.sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})
    with refused("NotImplementedException", 501, "FIFO"):
        aws.sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"Action=Publish&Version=2010-03-31", b"ValidationError"),
        (b"Action=Publish&Version=1999-01-01", b"InvalidAction"),
        (b"Action=Nothing", b"InvalidAction"),
        (b"Version=2010-03-31", b"MissingAction"),
        (b"Action=Subscribe&ReturnSubscriptionArn=perhaps", b"MalformedInput"),
        (b"Action=ListTopics&" + b"a." * 30 + b"b=1", b"MalformedQueryString"),
    ],
)
def test_forms_that_are_none(aws: Practice, body: bytes, code: bytes) -> None:
    """As clients without boto3 send them: what is wrong is told in the query protocol's own
    document.
    """
    kind = "application/x-www-form-urlencoded"
    status, answer = signed("POST", f"{aws.server.url}/", body, "sns", Content_Type=kind)
    assert (status, b"<Code>" + code + b"</Code>" in answer) == (400, True), answer


def test_signatures_are_for_one_service(aws: Practice, topic: str) -> None:
    """A wrong secret is refused in each service's dialect."""
    with refused("SignatureDoesNotMatch", 403):
        aws.client("sns", "wrong").publish(TopicArn=topic, Message="x")
    with refused("InvalidSignatureException", 403):
        aws.client("sqs", "wrong").list_queues()


def test_the_journal_names_them(aws: Practice, topic: str) -> None:
    """The journal is what tests and people look at: operations have their service's name."""
    before = aws.aws.faults.book.last
    aws.sns.list_topics()
    aws.sqs.list_queues()
    assert topic
    assert [each["operation"] for each in aws.aws.faults.book.entries(before)] == [
        "SNS.ListTopics",
        "SQS.ListQueues",
    ]
