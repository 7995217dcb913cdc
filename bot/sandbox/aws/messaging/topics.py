"""Topics, who listens to them, and how a message reaches queues: what lies behind SNS's operations
and other services.

Promises a published message to every confirmed subscription in one transaction, as SNS delivers it:
a queue gets it only if its own policy lets SNS in, and nobody is told when it does not. Only queues
are reached from here: what would leave this machine (http, email, ...) is written down as a
subscription that nobody has confirmed.
"""

import base64
import json
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.aws.messaging import policies
from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.store import Store

__all__ = ["Message", "Topics"]


@dataclass(frozen=True)
class Message:
    """What is published. `texts` are the texts for single protocols, when there is not one for
    all.
    """

    text: str
    subject: str = ""
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


class Topics:
    """All topics of one account. `arn` is `arn:aws:sns:<region>:<account>:<name>`; times are epoch
    seconds.
    """

    def __init__(self, store: Store, queues: Queues, clock: Callable[[], float]) -> None:
        self.queues = queues
        self._store = store
        self._clock = clock

    def row(self, arn: str) -> sqlite3.Row | None:
        """The topic."""
        with self._store.read() as rows:
            found: sqlite3.Row | None = rows.execute(
                "SELECT * FROM topic WHERE arn = ?", (arn,)
            ).fetchone()
        return found

    def create(self, arn: str, attributes: Mapping[str, str], tags: list[dict[str, str]]) -> bool:
        """Make a topic; False when it is there."""
        with self._store.write() as rows:
            made = rows.execute(
                "INSERT OR IGNORE INTO topic (arn, created, attributes, tags) VALUES (?, ?, ?, ?)",
                (arn, self._clock(), json.dumps(dict(attributes)), json.dumps(tags)),
            ).rowcount
        return bool(made)

    def remove(self, arn: str) -> None:
        """Delete a topic and all that listens to it."""
        with self._store.write() as rows:
            rows.execute("DELETE FROM subscription WHERE topic = ?", (arn,))
            rows.execute("DELETE FROM topic WHERE arn = ?", (arn,))

    def subscribe(
        self, topic: str, protocol: str, endpoint: str, attributes: Mapping[str, str]
    ) -> sqlite3.Row:
        """Have an endpoint listen; one that listens already stays as it is. Gives the
        subscription.
        """
        confirmed = protocol in {"sqs", "lambda", "firehose", "application", "sms"}
        with self._store.write() as rows:
            rows.execute(
                "INSERT OR IGNORE INTO subscription (arn, topic, protocol, endpoint, attributes, "
                "confirmed, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(
                        f"{topic}:{uuid.uuid4()}",
                        topic,
                        protocol,
                        endpoint,
                        json.dumps(dict(attributes)),
                    ),
                    *(int(confirmed), self._clock()),
                ),
            )
            found: sqlite3.Row = rows.execute(
                "SELECT * FROM subscription WHERE topic = ? AND protocol = ? AND endpoint = ?",
                (topic, protocol, endpoint),
            ).fetchone()
        return found

    def subscription(self, arn: str) -> sqlite3.Row | None:
        """A subscription by its ARN."""
        with self._store.read() as rows:
            found: sqlite3.Row | None = rows.execute(
                "SELECT * FROM subscription WHERE arn = ?", (arn,)
            ).fetchone()
        return found

    def unsubscribe(self, arn: str) -> None:
        """End a subscription."""
        with self._store.write() as rows:
            rows.execute("DELETE FROM subscription WHERE arn = ?", (arn,))

    def lets_in(self, arn: str, service: str, source: str) -> bool:
        """Whether the topic's policy lets a service of AWS publish on behalf of `source`, an
        ARN.
        """
        row = self.row(arn)
        policy = "" if row is None else json.loads(row["attributes"]).get("Policy", "")
        return policies.allows(
            policy, service=service, action="sns:Publish", resource=arn, source=source
        )

    def publish(self, arn: str, message: Message) -> str:
        """Send to everybody who listens; gives the message's id. The topic must exist."""
        message_id = str(uuid.uuid4())
        with self._store.write() as rows:
            listening = rows.execute(
                "SELECT * FROM subscription WHERE topic = ? AND protocol = 'sqs' AND confirmed = 1",
                (arn,),
            ).fetchall()
            for subscription in listening:
                self._deliver(subscription, message, message_id)
        return message_id

    def _deliver(self, subscription: sqlite3.Row, message: Message, message_id: str) -> None:
        queue = self.queues.row(subscription["endpoint"])
        if queue is None:
            return
        policy = json.loads(queue["attributes"]).get("Policy", "")
        if not policies.allows(
            policy,
            service="sns.amazonaws.com",
            action="sqs:SendMessage",
            resource=queue["arn"],
            source=subscription["topic"],
        ):
            return
        text = message.texts.get("sqs", message.text)
        if json.loads(subscription["attributes"]).get("RawMessageDelivery") == "true":
            self.queues.send(queue["arn"], text, attributes=message.attributes, sender="AIDASNS")
            return
        body = json.dumps(
            self._wrapped(subscription, message, text, message_id), ensure_ascii=False, indent=2
        )
        self.queues.send(queue["arn"], body, sender="AIDASNS")

    def _wrapped(
        self, subscription: sqlite3.Row, message: Message, text: str, message_id: str
    ) -> dict[str, Any]:
        """The envelope. Its signature is noise: who checks it against AWS's certificate will refuse
        it.
        """
        region = subscription["topic"].split(":")[3]
        moment = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        host = f"https://sns.{region}.amazonaws.com/"
        return {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription["topic"],
            **({"Subject": message.subject} if message.subject else {}),
            "Message": text,
            "Timestamp": f"{moment[:-3]}Z",
            "SignatureVersion": "1",
            "Signature": base64.b64encode(secrets.token_bytes(256)).decode(),
            "SigningCertURL": f"{host}SimpleNotificationService-practice.pem",
            "UnsubscribeURL": f"{host}?Action=Unsubscribe&SubscriptionArn={subscription['arn']}",
            **({"MessageAttributes": _shown(message.attributes)} if message.attributes else {}),
        }


def _shown(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {
            "Type": each["DataType"],
            "Value": each.get("StringValue", each.get("BinaryValue", "")),
        }
        for name, each in attributes.items()
    }
