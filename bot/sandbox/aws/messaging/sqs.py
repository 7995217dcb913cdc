"""SQS: queues and messages over its JSON protocol, with the older error codes that its clients
still know.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from botocore.model import Shape

from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.aws.messaging.sqs_attributes import check_name, checked
from bot.sandbox.aws.messaging.sqs_messages import (
    attributes_md5,
    check_body,
    checked_attributes,
    invalid_parameter,
    md5,
    shown_attributes,
)
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import JsonService, caller, operation
from bot.sandbox.aws.wire.xml import Reply

__all__ = ["Sqs", "SqsService"]

SECONDS_TO_FORGET = 60
"""A purge, and a name that was deleted, can be used again after a minute."""
MOST_AT_ONCE, MOST_LISTED, LONGEST_WAIT, LONGEST_HIDDEN, LONGEST_DELAY = 10, 1000, 20, 43_200, 900
HTTP_FORBIDDEN, HTTP_NOT_FOUND, SERVER_SIDE = 403, 404, 500
_OLD = "AWS.SimpleQueueService."
_OLD_CODES = {
    "QueueDoesNotExist": f"{_OLD}NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingParameterException": "MissingParameter",
    **{
        code: f"{_OLD}{code}"
        for code in (
            *(
                "QueueDeletedRecently",
                "PurgeQueueInProgress",
                "MessageNotInflight",
                "EmptyBatchRequest",
            ),
            *("TooManyEntriesInBatchRequest", "BatchEntryIdsNotDistinct", "InvalidBatchEntryId"),
            *("BatchRequestTooLong", "UnsupportedOperation"),
        )
    },
}
"""The query protocol's codes, which differ from the shapes' names and which boto3 puts into
Error.Code.
"""


class SqsService(JsonService):
    """JSON 1.0, every error with its older code in a header."""

    def __init__(self, subjects: Sequence[object]) -> None:
        super().__init__("sqs", subjects, refusal="InvalidParameterValueException")

    def error(self, error: AwsError) -> Reply:
        """An error as SQS writes it."""
        reply = super().error(error)
        side = "Sender" if error.status < SERVER_SIDE else "Receiver"
        reply.headers["x-amzn-query-error"] = f"{_OLD_CODES.get(error.code, error.code)};{side}"
        return reply

    def _checked(self, shape: Shape, asked: Mapping[str, Any]) -> dict[str, Any]:
        names = asked.get("AttributeNames")
        if shape.name != "ReceiveMessageRequest" or not isinstance(names, list):
            return super()._checked(shape, asked)
        # The model names a queue's attributes here, and the service has always given a message's
        # for this member.
        own = self.model.shape_for("MessageSystemAttributeName").metadata["enum"]
        checked = super()._checked(
            shape, {**asked, "AttributeNames": [each for each in names if each not in own]}
        )
        return checked | {"AttributeNames": names}

    def _refused(self, broken: Sequence[str]) -> AwsError:
        missing = re.search(r"Value null at '([\w.]+)'", broken[0])
        if missing:
            name = missing[1][:1].upper() + missing[1][1:]
            return AwsError(
                "MissingParameterException", f"The request must contain the parameter {name}."
            )
        unknown = re.match(r"Value '(.*?)' at .*enum value set", broken[0], re.DOTALL)
        if unknown:
            return AwsError("InvalidAttributeName", f"Unknown Attribute {unknown[1]}.")
        return super()._refused(broken)


class Sqs:
    """The operations on queues of one account and region."""

    def __init__(self, queues: Queues, *, account: str, region: str) -> None:
        self._queues = queues
        self._account = account
        self._arn = f"arn:aws:sqs:{region}:{account}"

    @operation
    def create_queue(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateQueue: again with the same attributes gives the same queue."""
        name = asked["QueueName"]
        given: dict[str, str] = asked.get("Attributes", {})
        check_name(name, given)
        attributes, arn = (
            checked({k: v for k, v in given.items() if (k, v) != ("FifoQueue", "false")}),
            self._arn_of(name),
        )
        if self._queues.clock() - self._queues.deleted_at(arn) < SECONDS_TO_FORGET:
            words = (
                "You must wait 60 seconds after deleting a queue before you can create another "
                "with the same name."
            )
            raise AwsError("QueueDeletedRecently", words)
        if not self._queues.create(arn, attributes, asked.get("tags", {})):
            row = self._queues.row(arn)
            there = {} if row is None else json.loads(row["attributes"])
            for attribute, value in attributes.items():
                if there.get(attribute, "") != value:
                    raise AwsError(
                        "QueueNameExists",
                        (
                            "A queue already exists with the same name and a different value for "
                            "attribute "
                        )
                        + attribute,
                    )
        return {"QueueUrl": self._url(name)}

    @operation
    def get_queue_url(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetQueueUrl."""
        name = asked["QueueName"]
        if asked.get(
            "QueueOwnerAWSAccountId", self._account
        ) != self._account or not self._queues.row(self._arn_of(name)):
            raise _no_queue()
        return {"QueueUrl": self._url(name)}

    @operation
    def list_queues(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListQueues, by name; pages only for who asks for them."""
        most = asked.get("MaxResults")
        if most is not None and not 1 <= most <= MOST_LISTED:
            raise invalid_parameter(
                "Value for parameter MaxResults is invalid. Reason: MaxResults must be 1 to 1000"
            )
        try:
            (start,) = paging.opened(asked) or [""]
        except (paging.BadToken, ValueError) as error:
            raise invalid_parameter("Invalid or expired next token.") from error
        prefix = self._arn_of(asked.get("QueueNamePrefix", ""))
        with self._queues.store.read() as rows:
            found = rows.execute(
                (
                    "SELECT arn FROM queue WHERE substr(arn, 1, ?) = ? AND arn > ? ORDER BY arn "
                    "LIMIT ?"
                ),
                (len(prefix), prefix, start, (most or MOST_LISTED) + 1),
            ).fetchall()
        page = [row["arn"] for row in found[: most or MOST_LISTED]]
        token = paging.sealed(asked, [page[-1]]) if most and len(found) > most else None
        return {
            "QueueUrls": [self._url(arn.rpartition(":")[2]) for arn in page] or None,
            "NextToken": token,
        }

    @operation
    def delete_queue(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteQueue."""
        self._queues.remove(self._queue(asked)["arn"])
        return {}

    @operation
    def purge_queue(self, asked: dict[str, Any]) -> dict[str, Any]:
        """PurgeQueue, once a minute."""
        row = self._queue(asked)
        if self._queues.clock() - row["purged"] < SECONDS_TO_FORGET:
            name = row["arn"].rpartition(":")[2]
            words = f"Only one PurgeQueue operation on {name} is allowed every 60 seconds."
            raise AwsError("PurgeQueueInProgress", words, HTTP_FORBIDDEN)
        self._queues.purge(row["arn"])
        return {}

    @operation
    def get_queue_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetQueueAttributes: none unless they are named, or All."""
        row = self._queue(asked)
        counts = self._queues.counts(row["arn"])
        every = json.loads(row["attributes"]) | {
            "QueueArn": row["arn"],
            "CreatedTimestamp": str(int(row["created"])),
            "LastModifiedTimestamp": str(int(row["modified"])),
            "ApproximateNumberOfMessages": str(counts.visible),
            "ApproximateNumberOfMessagesNotVisible": str(counts.in_flight),
            "ApproximateNumberOfMessagesDelayed": str(counts.delayed),
        }
        wanted = asked.get("AttributeNames", [])
        found = {name: value for name, value in every.items() if "All" in wanted or name in wanted}
        return {"Attributes": found or None}

    @operation
    def set_queue_attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SetQueueAttributes."""
        row = self._queue(asked)
        self._queues.change(row["arn"], checked(asked["Attributes"]))
        return {}

    @operation
    def send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SendMessage."""
        return self._sent(self._queue(asked), asked)

    @operation
    def send_message_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SendMessageBatch: each entry for itself."""
        row = self._queue(asked)
        size, largest = (
            sum(len(each["MessageBody"].encode()) for each in asked["Entries"]),
            1_048_576,
        )
        if size > largest:
            words = (
                f"Batch requests cannot be longer than {largest} bytes. You have sent {size} bytes."
            )
            raise AwsError("BatchRequestTooLong", words)
        return _batch(asked["Entries"], lambda entry: self._sent(row, entry))

    @operation
    def receive_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ReceiveMessage, with a long poll where the request or the queue asks for one."""
        row = self._queue(asked)
        own = json.loads(row["attributes"])
        most = _within(asked, "MaxNumberOfMessages", 1, 1, MOST_AT_ONCE)
        wait = _within(
            asked, "WaitTimeSeconds", int(own["ReceiveMessageWaitTimeSeconds"]), 0, LONGEST_WAIT
        )
        hidden = _within(
            asked, "VisibilityTimeout", int(own["VisibilityTimeout"]), 0, LONGEST_HIDDEN
        )
        found = self._queues.receive(row["arn"], most, hidden, wait)
        wanted = {*asked.get("AttributeNames", []), *asked.get("MessageSystemAttributeNames", [])}
        names = asked.get("MessageAttributeNames", [])
        return {"Messages": [_shown(each, wanted, names) for each in found] or None}

    @operation
    def delete_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteMessage: no error for one that is gone."""
        return self._deleted(self._queue(asked), asked)

    @operation
    def delete_message_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteMessageBatch."""
        row = self._queue(asked)
        return _batch(asked["Entries"], lambda entry: self._deleted(row, entry))

    @operation
    def change_message_visibility(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ChangeMessageVisibility: 0 gives the message back at once."""
        return self._hidden(self._queue(asked), asked)

    @operation
    def change_message_visibility_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ChangeMessageVisibilityBatch."""
        row = self._queue(asked)
        return _batch(asked["Entries"], lambda entry: self._hidden(row, entry))

    def _sent(self, row: sqlite3.Row, entry: Mapping[str, Any]) -> dict[str, Any]:
        own = json.loads(row["attributes"])
        attributes = checked_attributes(entry.get("MessageAttributes", {}))
        check_body(entry["MessageBody"], attributes, int(own["MaximumMessageSize"]))
        delay = _within(entry, "DelaySeconds", int(own["DelaySeconds"]), 0, LONGEST_DELAY)
        who = caller().user_id
        made = self._queues.send(
            row["arn"], entry["MessageBody"], attributes=attributes, delay=delay, sender=who
        )
        return {
            "MessageId": made,
            "MD5OfMessageBody": md5(entry["MessageBody"]),
            "MD5OfMessageAttributes": attributes_md5(attributes),
        }

    def _deleted(self, row: sqlite3.Row, entry: Mapping[str, Any]) -> dict[str, Any]:
        self._queues.delete(row["arn"], _handle(entry))
        return {}

    def _hidden(self, row: sqlite3.Row, entry: Mapping[str, Any]) -> dict[str, Any]:
        seconds = _within(entry, "VisibilityTimeout", 0, 0, LONGEST_HIDDEN)
        handle = _handle(entry)
        done = self._queues.hide(row["arn"], handle, seconds)
        if done is None:
            raise invalid_parameter(
                f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not "
                "exist or is not"
                " available for visibility timeout change."
            )
        if not done:
            raise AwsError("MessageNotInflight", "The specified message isn't in flight.")
        return {}

    def _queue(self, asked: Mapping[str, Any]) -> sqlite3.Row:
        """The queue that QueueUrl names; its host does not matter, its account does."""
        url = asked["QueueUrl"]
        try:
            parts = urlsplit(url).path.strip("/").split("/")
        except ValueError:
            parts = []
        if len(parts) != 2:  # noqa: PLR2004 - account and name
            raise AwsError(
                "InvalidAddress",
                f"The address {url} is not valid for this endpoint.",
                HTTP_NOT_FOUND,
            )
        row = self._queues.row(self._arn_of(parts[1])) if parts[0] == self._account else None
        if row is None:
            raise _no_queue()
        return row

    def _arn_of(self, name: str) -> str:
        return f"{self._arn}:{name}"

    def _url(self, name: str) -> str:
        return f"{caller().base_url}/{self._account}/{name}"


def _no_queue() -> AwsError:
    return AwsError("QueueDoesNotExist", "The specified queue does not exist.")


def _within(asked: Mapping[str, Any], name: str, usual: int, low: int, high: int) -> int:
    value: int = asked.get(name, usual)
    if not low <= value <= high:
        between = f"Must be between {low} and {high}" if low else f"Must be >= {low} and <= {high}"
        raise invalid_parameter(
            f"Value {value} for parameter {name} is invalid. Reason: {between}, if provided."
        )
    return value


def _handle(entry: Mapping[str, Any]) -> str:
    handle: str = entry["ReceiptHandle"]
    if not handle.startswith("AQEB"):
        raise AwsError(
            "ReceiptHandleIsInvalid",
            f'The input receipt handle "{handle}" is not a valid receipt handle.',
            404,
        )
    return handle


def _batch(
    entries: Sequence[Mapping[str, Any]], do: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Every entry for itself: what worked, and what was refused with which code."""
    ids = [each["Id"] for each in entries]
    if not ids:
        raise AwsError("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(ids) > MOST_AT_ONCE:
        words = f"Maximum number of entries per request are 10. You have sent {len(ids)}."
        raise AwsError("TooManyEntriesInBatchRequest", words)
    if any(not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", each) for each in ids):
        words = (
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores."
        )
        raise AwsError("InvalidBatchEntryId", f"{words} It can be at most 80 letters long.")
    if len(set(ids)) != len(ids):
        raise AwsError(
            "BatchEntryIdsNotDistinct", f"Id {next(i for i in ids if ids.count(i) > 1)} repeated."
        )
    done, failed = [], []
    for entry in entries:
        try:
            done.append({"Id": entry["Id"], **do(entry)})
        except AwsError as error:
            code = _OLD_CODES.get(error.code, error.code)
            failed.append(
                {"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": error.message}
            )
    return {"Successful": done, "Failed": failed}


def _shown(row: sqlite3.Row, wanted: Collection[str], names: Sequence[str]) -> dict[str, Any]:
    system = {
        "SenderId": row["sender"],
        "SentTimestamp": str(round(row["sent"] * 1000)),
        "ApproximateReceiveCount": str(row["receives"]),
        "ApproximateFirstReceiveTimestamp": str(round((row["first_received"] or 0) * 1000)),
        **({"DeadLetterQueueSourceArn": row["came_from"]} if row["came_from"] else {}),
    }
    kept = {
        name: value
        for name, value in json.loads(row["attributes"]).items()
        if _is_wanted(name, names)
    }
    return {
        "MessageId": row["message_id"],
        "ReceiptHandle": row["handle"],
        "Body": row["body"],
        "MD5OfBody": md5(row["body"]),
        "Attributes": {k: v for k, v in system.items() if "All" in wanted or k in wanted} or None,
        "MessageAttributes": shown_attributes(kept) or None,
        "MD5OfMessageAttributes": attributes_md5(kept),
    }


def _is_wanted(name: str, names: Sequence[str]) -> bool:
    """Names of message attributes: All, one, or the beginning of some (`order.*`)."""
    return any(
        each in {"All", ".*", name} or (each.endswith(".*") and name.startswith(each[:-1]))
        for each in names
    )
