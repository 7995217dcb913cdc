"""SNS: topics, subscriptions and publishing, over its query protocol."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.aws.messaging import policies
from bot.sandbox.aws.messaging.sqs_messages import checked_attributes
from bot.sandbox.aws.messaging.topics import Message, Topics
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.aws.wire.request import is_whole
from bot.sandbox.store import Store

__all__ = ["Sns"]

PAGE = 100
LARGEST_MESSAGE, SMALLEST_LIMIT, LARGEST_LIMIT = 262_144, 1024, 1_048_576
LONGEST_SUBJECT, MOST_IN_BATCH = 100, 10
HTTP_NOT_FOUND, HTTP_NOT_IMPLEMENTED = 404, 501
_PENDING = "pending confirmation"
_PROTOCOLS = {
    "http": r"http://.+",
    "https": r"https://.+",
    "email": r"[^@\s]+@[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+",
    "sms": r"\+?\d[\d .-]{3,20}",
    "sqs": r"arn:aws[a-z-]*:sqs:[a-z0-9-]*:\d{12}:[\w.-]+",
    "lambda": r"arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d{12}:function:.+",
    "firehose": r"arn:aws[a-z-]*:firehose:[a-z0-9-]*:\d{12}:.+",
    "application": r"arn:aws[a-z-]*:sns:[a-z0-9-]*:\d{12}:endpoint/.+",
}
_FREE = re.compile(
    r"DisplayName|DeliveryPolicy|KmsMasterKeyId|TracingConfig|SignatureVersion|DataProtectionPolicy"
    r"|(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback(RoleArn|SampleRate)"
)
_NOT_HERE = {"FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "ReplayPolicy"}


class Sns:
    """The operations on topics of one account and region."""

    def __init__(self, store: Store, topics: Topics, *, account: str, region: str) -> None:
        self._store = store
        self._topics = topics
        self._account = account
        self._arn = f"arn:aws:sns:{region}:{account}"

    @operation
    def create_topic(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateTopic: again with the same attributes and tags gives the same topic."""
        name, attributes, tags = asked["Name"], asked.get("Attributes", {}), asked.get("Tags", [])
        if name.endswith(".fifo") or attributes.get("FifoTopic") == "true":
            raise _not_here("FIFO topics")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", name):
            raise _invalid("Topic Name")
        kept = {
            key: _checked(key, value)
            for key, value in attributes.items()
            if (key, value) != ("FifoTopic", "false")
        }
        arn = f"{self._arn}:{name}"
        if not self._topics.create(arn, kept, tags):
            row = self._topic(arn)
            there = json.loads(row["attributes"])
            if any(there.get(key) != value for key, value in kept.items()):
                raise _invalid("Attributes Reason: Topic already exists with different attributes")
            if tags and _pairs(tags) != _pairs(json.loads(row["tags"])):
                raise _invalid("Tags Reason: Topic already exists with different tags")
        return {"TopicArn": arn}

    @operation
    def delete_topic(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteTopic: no error for one that is gone."""
        self._check_arn(asked["TopicArn"], "TopicArn")
        self._topics.remove(asked["TopicArn"])
        return {}

    @operation
    def list_topics(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListTopics, a hundred a page."""
        found, token = self._page(asked, "SELECT arn AS place, * FROM topic WHERE 1", [])
        return {"Topics": [{"TopicArn": row["arn"]} for row in found], "NextToken": token}

    @operation
    def get_topic_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetTopicAttributes."""
        row = self._topic(asked["TopicArn"])
        with self._store.read() as rows:
            counts = rows.execute(
                "SELECT count(*) FILTER (WHERE confirmed = 0), count(*) FILTER (WHERE confirmed = "
                "1)"
                " FROM subscription WHERE topic = ?",
                (row["arn"],),
            ).fetchone()
        return {
            "Attributes": {
                "Policy": json.dumps(_usual_policy(row["arn"], self._account)),
                "DisplayName": "",
                **json.loads(row["attributes"]),
                "TopicArn": row["arn"],
                "Owner": self._account,
                "SubscriptionsPending": str(counts[0]),
                "SubscriptionsConfirmed": str(counts[1]),
                "SubscriptionsDeleted": "0",
                "EffectiveDeliveryPolicy": json.dumps(
                    {"http": {"defaultHealthyRetryPolicy": {"numRetries": 3}}}
                ),
            }
        }

    @operation
    def set_topic_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SetTopicAttributes, one at a time."""
        row, name = self._topic(asked["TopicArn"]), asked["AttributeName"]
        value = _checked(name, asked.get("AttributeValue", ""))
        with self._store.write() as rows:
            kept = json.loads(row["attributes"]) | {name: value}
            if name == "Policy" and not value:
                del kept[name]
            rows.execute(
                "UPDATE topic SET attributes = ? WHERE arn = ?", (json.dumps(kept), row["arn"])
            )
        return {}

    @operation
    def subscribe(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Subscribe. Queues and the like need no confirmation; web and mail addresses wait for one
        for ever.
        """
        protocol, endpoint = asked["Protocol"], asked.get("Endpoint", "")
        if protocol not in _PROTOCOLS:
            raise _invalid(f"Amazon SNS does not support this protocol string: {protocol}")
        if not re.fullmatch(_PROTOCOLS[protocol], endpoint):
            what = {"sqs": "SQS endpoint ARN", "http": "Endpoint must match the specified protocol"}
            raise _invalid(what.get(protocol, f"Endpoint Reason: not valid for {protocol}"))
        row = self._topic(asked["TopicArn"])
        if endpoint.endswith(".fifo"):
            raise _invalid(
                "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
            )
        attributes = asked.get("Attributes", {})
        for name, value in attributes.items():
            _check_subscription(name, value, protocol)
        made = self._topics.subscribe(row["arn"], protocol, endpoint, attributes)
        if json.loads(made["attributes"]) != attributes and attributes:
            raise _invalid(
                "Attributes Reason: Subscription already exists with different attributes"
            )
        shown = made["confirmed"] or asked.get("ReturnSubscriptionArn")
        return {"SubscriptionArn": made["arn"] if shown else _PENDING}

    @operation
    def unsubscribe(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Unsubscribe: no error for one that is gone."""
        self._check_arn(asked["SubscriptionArn"], "SubscriptionArn", parts=7)
        self._topics.unsubscribe(asked["SubscriptionArn"])
        return {}

    @operation
    def list_subscriptions(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListSubscriptions, a hundred a page."""
        found, token = self._page(asked, "SELECT arn AS place, * FROM subscription WHERE 1", [])
        return {"Subscriptions": [self._listed(row) for row in found], "NextToken": token}

    @operation
    def list_subscriptions_by_topic(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListSubscriptionsByTopic, a hundred a page."""
        arn = self._topic(asked["TopicArn"])["arn"]
        found, token = self._page(
            asked, "SELECT arn AS place, * FROM subscription WHERE topic = ?", [arn]
        )
        return {"Subscriptions": [self._listed(row) for row in found], "NextToken": token}

    @operation
    def get_subscription_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetSubscriptionAttributes."""
        row = self._subscription(asked["SubscriptionArn"])
        listed = self._listed(row) | {"SubscriptionArn": row["arn"]}
        return {
            "Attributes": {
                **listed,
                "RawMessageDelivery": "false",
                **json.loads(row["attributes"]),
                "PendingConfirmation": "false" if row["confirmed"] else "true",
                "ConfirmationWasAuthenticated": "true" if row["confirmed"] else "false",
            }
        }

    @operation
    def set_subscription_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SetSubscriptionAttributes, one at a time."""
        row, name = self._subscription(asked["SubscriptionArn"]), asked["AttributeName"]
        value = asked.get("AttributeValue", "")
        _check_subscription(name, value, row["protocol"])
        with self._store.write() as rows:
            kept = json.loads(row["attributes"]) | {name: value}
            rows.execute(
                "UPDATE subscription SET attributes = ? WHERE arn = ?",
                (json.dumps(kept), row["arn"]),
            )
        return {}

    @operation
    def publish(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Publish, to a topic: telephones and devices are not here."""
        if "PhoneNumber" in asked or "/" in asked.get("TargetArn", ""):
            raise _not_here("telephones and devices to publish to")
        arn = asked.get("TopicArn", asked.get("TargetArn", ""))
        if not arn:
            raise _invalid("TopicArn or TargetArn Reason: no value for required parameter")
        row = self._topic(arn)
        return {"MessageId": self._topics.publish(row["arn"], _message(asked, row))}

    @operation
    def publish_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """PublishBatch: each entry for itself."""
        row, entries = self._topic(asked["TopicArn"]), asked["PublishBatchRequestEntries"]
        _check_batch([each["Id"] for each in entries])
        done, failed = [], []
        for entry in entries:
            try:
                made = self._topics.publish(row["arn"], _message(entry, row))
            except AwsError as error:
                words = {"Code": error.code, "Message": error.message, "SenderFault": True}
                failed.append({"Id": entry["Id"], **words})
            else:
                done.append({"Id": entry["Id"], "MessageId": made})
        return {"Successful": done, "Failed": failed}

    def _page(
        self, asked: Mapping[str, Any], query: str, values: list[Any]
    ) -> tuple[list[sqlite3.Row], str | None]:
        try:
            (start,) = paging.opened(asked) or [""]
        except (paging.BadToken, ValueError) as error:
            raise _invalid("NextToken") from error
        with self._store.read() as rows:
            found = rows.execute(
                f"{query} AND arn > ? ORDER BY arn LIMIT ?", (*values, str(start), PAGE + 1)
            ).fetchall()
        return found[:PAGE], paging.sealed(asked, [found[PAGE - 1]["arn"]]) if len(
            found
        ) > PAGE else None

    def _listed(self, row: sqlite3.Row) -> dict[str, str]:
        return {
            "SubscriptionArn": row["arn"] if row["confirmed"] else "PendingConfirmation",
            "Owner": self._account,
            "Protocol": row["protocol"],
            "Endpoint": row["endpoint"],
            "TopicArn": row["topic"],
        }

    def _topic(self, arn: str) -> sqlite3.Row:
        self._check_arn(arn, "TopicArn")
        row = self._topics.row(arn)
        if row is None:
            raise AwsError("NotFound", "Topic does not exist", HTTP_NOT_FOUND)
        return row

    def _subscription(self, arn: str) -> sqlite3.Row:
        self._check_arn(arn, "SubscriptionArn", parts=7)
        row = self._topics.subscription(arn)
        if row is None:
            raise AwsError("NotFound", "Subscription does not exist", HTTP_NOT_FOUND)
        return row

    def _check_arn(self, arn: str, member: str, parts: int = 6) -> None:
        found = arn.split(":")
        if len(found) != parts or found[0] != "arn" or found[2] != "sns":
            reason = (
                f"An ARN must have at least 6 elements, not {len(found)}"
                if len(found) < parts
                else "not valid"
            )
            raise _invalid(f"{member} Reason: {reason}")
        if not arn.startswith(f"{self._arn}:"):
            # Another account's, or another region's: whether it is there is not told.
            raise AwsError(
                "AuthorizationError",
                f"not authorized to perform this operation on resource: {arn}",
                403,
            )


def _invalid(what: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {what}")


def _not_here(what: str) -> AwsError:
    return AwsError(
        "NotImplementedException",
        f"This practice server does not have {what}.",
        HTTP_NOT_IMPLEMENTED,
    )


def _checked(name: str, value: str) -> str:
    """An attribute that a topic may have; raises AwsError."""
    if name == "Policy":
        fault = policies.problem(value) if value else ""
        if fault:
            raise _invalid(f"Policy statement Reason: {fault}")
    elif name == "MaximumMessageSize":
        if not is_whole(value) or not SMALLEST_LIMIT <= int(value) <= LARGEST_LIMIT:
            raise _invalid("MaximumMessageSize Reason: must be from 1024 to 1048576")
    elif not _FREE.fullmatch(name):
        raise _invalid(f"AttributeName Reason: Unknown attribute {name}")
    return value


def _check_subscription(name: str, value: str, protocol: str) -> None:
    if name in _NOT_HERE:
        raise _not_here(f"{name} of subscriptions")
    if name == "RawMessageDelivery":
        if value not in {"true", "false"}:
            raise _invalid(
                "Attributes Reason: RawMessageDelivery: Invalid value. Must be true or false."
            )
        if protocol not in {"sqs", "http", "https", "firehose"}:
            raise _invalid(
                f"Attributes Reason: RawMessageDelivery: Delivery protocol [{protocol}] does not "
                "support it."
            )
    elif name not in {"DeliveryPolicy", "SubscriptionRoleArn"}:
        raise _invalid(f"AttributeName Reason: Unknown attribute {name}")


def _message(asked: Mapping[str, Any], topic: sqlite3.Row) -> Message:
    """What is to be published; raises AwsError."""
    text, subject = asked["Message"], asked.get("Subject", "")
    largest = int(json.loads(topic["attributes"]).get("MaximumMessageSize", LARGEST_MESSAGE))
    if not text:
        raise _invalid("Empty message")
    try:
        attributes = checked_attributes(asked.get("MessageAttributes", {}))
    except AwsError as error:
        raise AwsError("ParameterValueInvalid", error.message) from error
    if len(text.encode()) + sum(len(json.dumps(each)) for each in attributes.values()) > largest:
        raise _invalid("Message too long")
    if "Subject" in asked and (
        not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable()
    ):
        raise _invalid("Subject")
    if asked.get("MessageStructure"):
        return Message(*_by_protocol(asked["MessageStructure"], text, subject, attributes))
    return Message(text, subject, attributes)


def _by_protocol(
    structure: str, text: str, subject: str, attributes: dict[str, Any]
) -> tuple[Any, ...]:
    if structure != "json":
        raise _invalid("MessageStructure")
    try:
        texts = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid("Message Structure - JSON message body failed to parse") from error
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise _invalid("Message Structure - No default entry in JSON message body")
    return (
        texts["default"],
        subject,
        attributes,
        {k: v for k, v in texts.items() if isinstance(v, str)},
    )


def _check_batch(ids: Sequence[str]) -> None:
    if not ids:
        raise AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(ids) > MOST_IN_BATCH:
        words = "The batch request contains more entries than permissible (more than 10)."
        raise AwsError("TooManyEntriesInBatchRequest", words)
    if any(not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", each) for each in ids):
        raise AwsError(
            "InvalidBatchEntryId",
            "The Id of a batch entry in a batch request doesn't abide by the rules.",
        )
    if len(set(ids)) != len(ids):
        raise AwsError(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )


def _pairs(tags: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(tag["Key"], tag["Value"]) for tag in tags}


def _usual_policy(arn: str, account: str) -> dict[str, Any]:
    """A topic whose owner set no policy: for the owner alone."""
    actions = [
        *(
            "Publish",
            "RemovePermission",
            "SetTopicAttributes",
            "DeleteTopic",
            "ListSubscriptionsByTopic",
        ),
        *("GetTopicAttributes", "AddPermission", "Subscribe"),
    ]
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{each}" for each in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
