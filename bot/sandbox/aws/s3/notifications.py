"""What a bucket tells of its objects, and to whom: its notification configuration, and the events
that go to topics.

Promises S3: a configuration is kept whole, as it was put, if its topics and queues are there and
let S3 in and no two entries tell of the same objects; a new object is told to each topic whose
entry fits. Queues and functions are kept in the configuration and not told.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree as ET

from bot.sandbox.aws.messaging import policies
from bot.sandbox.aws.messaging.topics import Message, Topics
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.xml import NAMESPACE, Reply, children, parsed, text_of
from bot.sandbox.store import Store

__all__ = ["CREATED", "Notifications"]

CREATED = {
    "PutObject": "ObjectCreated:Put",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}
"""The operations that make objects, and what S3 calls each."""
_DESTINATIONS = {
    "TopicConfiguration": "Topic",
    "QueueConfiguration": "Queue",
    "CloudFunctionConfiguration": "CloudFunction",
}
_EMPTY = f'<NotificationConfiguration xmlns="{NAMESPACE}"/>'
_SETTING = "notification"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: whom it tells, of which events, of keys with which beginning and end."""

    kind: str
    to: str
    events: tuple[str, ...]
    prefix: str
    suffix: str

    def fits(self, key: str, event: str) -> bool:
        """Whether it tells of this event of an object."""
        named = any(_covers(each, f"s3:{event}") for each in self.events)
        return named and key.startswith(self.prefix) and key.endswith(self.suffix)

    def overlaps(self, other: "_Entry") -> bool:
        """Whether both would tell of one and the same event."""
        events = any(
            _covers(mine, theirs) or _covers(theirs, mine)
            for mine in self.events
            for theirs in other.events
        )
        begin = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        end = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return events and begin and end


class Notifications:
    """The configurations of all buckets of one account and Region."""

    def __init__(  # noqa: PLR0913 - what is told, to whom, and where this S3 is
        self,
        store: Store,
        objects: ObjectStore,
        topics: Topics,
        clock: Callable[[], float],
        *,
        account: str,
        region: str,
    ) -> None:
        self._store = store
        self._objects = objects
        self._topics = topics
        self._clock = clock
        self._account = account
        self._region = region

    def get(self, bucket: str) -> Reply:
        """GetBucketNotificationConfiguration: an empty one for a bucket that tells nobody."""
        return Reply(body=self._text(bucket).encode(), headers={"content-type": "application/xml"})

    def put(self, bucket: str, body: bytes) -> Reply:
        """PutBucketNotificationConfiguration: in the place of all that was there."""
        root = parsed(body)
        for kind in _DESTINATIONS:
            for element in children(root, kind):
                if not text_of(element, "Id"):
                    made = ET.Element(f"{{{NAMESPACE}}}Id")
                    made.text = secrets.token_urlsafe(24)
                    element.insert(0, made)
        entries = list(_entries(root))
        self._check(bucket, entries)
        ET.register_namespace("", NAMESPACE)
        with self._store.write() as rows:
            rows.execute(
                "INSERT OR REPLACE INTO bucket_setting (bucket, name, value) VALUES (?, ?, ?)",
                (bucket, _SETTING, ET.tostring(root, encoding="unicode")),
            )
        # UNSURE: whether S3 tries a topic that it told before; here every write tries every topic.
        for topic in dict.fromkeys(each.to for each in _topics_of(entries)):
            self._topics.publish(topic, Message(json.dumps(self._test_event(bucket))))
        return Reply()

    def tell(self, bucket: str, key: str, event: str) -> None:
        """Tell the topics of a new object."""
        found = self._objects.head(bucket, key)
        if found is None:
            return
        record = self._record(bucket, key, event, found.size, found.etag)
        for entry in _topics_of(_entries(ET.fromstring(self._text(bucket)))):  # noqa: S314 - it was checked as it came
            if entry.fits(key, event) and self._lets_in(entry, bucket):
                told = Message(json.dumps({"Records": [record]}), "Amazon S3 Notification")
                self._topics.publish(entry.to, told)

    def _text(self, bucket: str) -> str:
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT value FROM bucket_setting WHERE bucket = ? AND name = ?",
                (bucket, _SETTING),
            ).fetchone()
        return _EMPTY if row is None else str(row[0])

    def _check(self, bucket: str, entries: list[_Entry]) -> None:
        for entry in entries:
            if not entry.events or not entry.to:
                raise AwsError(
                    "MalformedXML", "The XML you provided was not well-formed or did not validate"
                )
            if not self._lets_in(entry, bucket):
                raise AwsError(
                    "InvalidArgument",
                    "Unable to validate the following destination configurations",
                    extra={"ArgumentName": entry.to, "ArgumentValue": "null"},
                )
        if any(one.overlaps(other) for one, other in combinations(entries, 2)):
            raise AwsError(
                "InvalidArgument",
                "Configurations overlap. Configurations on the same bucket cannot share a common "
                "event type.",
            )

    def _lets_in(self, entry: _Entry, bucket: str) -> bool:
        """Whether S3 may send there. Functions are not looked at: there are none here."""
        source = f"arn:aws:s3:::{bucket}"
        if entry.kind == "CloudFunctionConfiguration":
            return True
        if f":{self._region}:" not in entry.to:
            return False
        action, row = "sqs:SendMessage", self._topics.queues.row(entry.to)
        if entry.kind == "TopicConfiguration":
            action, row = "sns:Publish", self._topics.row(entry.to)
        policy = "" if row is None else json.loads(row["attributes"]).get("Policy", "")
        return policies.allows(
            policy,
            service="s3.amazonaws.com",
            action=action,
            resource=entry.to,
            source=source,
            account=self._account,
        )

    def _test_event(self, bucket: str) -> dict[str, str]:
        return {
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": self._now(),
            "Bucket": bucket,
            "RequestId": secrets.token_hex(8).upper(),
            "HostId": secrets.token_urlsafe(24),
        }

    def _record(self, bucket: str, key: str, event: str, size: int, etag: str) -> dict[str, Any]:
        """What S3 tells of an object; its key is written as in a form."""
        return {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self._region,
            "eventTime": self._now(),
            "eventName": event,
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                "object": {
                    "key": quote_plus(key, safe="/"),
                    "size": size,
                    "eTag": etag,
                    "sequencer": f"{int(self._clock() * 1e6):016X}",
                },
            },
        }

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self._clock(), UTC)
        return f"{moment.strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3]}Z"


def _covers(pattern: str, event: str) -> bool:
    """Whether an event of a configuration is or holds another: s3:ObjectCreated:* holds each."""
    return pattern == event or (pattern.endswith("*") and event.startswith(pattern[:-1]))


def _topics_of(entries: Iterator[_Entry] | list[_Entry]) -> list[_Entry]:
    return [each for each in entries if each.kind == "TopicConfiguration"]


def _entries(root: ET.Element) -> Iterator[_Entry]:
    for kind, destination in _DESTINATIONS.items():
        for element in children(root, kind):
            rules = {"prefix": "", "suffix": ""}
            for outer in children(element, "Filter"):
                for inner in children(outer, "S3Key"):
                    for rule in children(inner, "FilterRule"):
                        name = (text_of(rule, "Name") or "").lower()
                        rules[name] = text_of(rule, "Value") or ""
            yield _Entry(
                kind,
                text_of(element, destination) or "",
                tuple(each.text or "" for each in children(element, "Event")),
                rules["prefix"],
                rules["suffix"],
            )
