"""Streaming labeling jobs: objects come one by one over a topic and a queue, for as long as the job
runs.

Promises the crew: `begin` makes the queue and listens to the input topic, `take` puts what came
into the job, once per object however often it was sent, and `end` stops listening. Each is one
transaction, so a kill loses nothing: what was not taken is still in the queue.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from bot.sandbox import strict_json
from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.aws.messaging.topics import Topics
from bot.sandbox.crowd.intake import IntakeFailure, first_state, line_fault
from bot.sandbox.crowd.job_request import Job
from bot.sandbox.crowd.tasks import Tasks
from bot.sandbox.store import Store

__all__ = ["LONGEST_IDLE", "Streams"]

LONGEST_IDLE = 10 * 86_400
KEPT_IN_QUEUE = 14 * 86_400
AT_ONCE, HIDDEN_SECONDS = 10, 30
KEY_NAME = "dataset-objectid-attribute-name"
LONGEST_KEY, LONGEST_ID = 140, 1024
_KEY = re.compile(r"[$a-zA-Z0-9](-*[a-zA-Z0-9])*")


class _Dropped(Exception):
    """The message is no object to label; says why."""


class Streams:
    """The streams of all streaming jobs."""

    def __init__(self, store: Store, topics: Topics, tasks: Tasks) -> None:
        self._store = store
        self._topics = topics
        self._tasks = tasks

    @property
    def _queues(self) -> Queues:
        return self._topics.queues

    def begin(self, job: Job, now: float) -> None:
        """Make the job's queue and listen to its topic. May run again. Raises IntakeFailure."""
        topic, queue = job.input_topic, queue_arn(job)
        if self._topics.row(topic) is None:
            # UNSURE: whether the service looks for the topic at once; the guide says that such a
            # job does not stay.
            raise IntakeFailure(
                f"ClientError: the SNS topic {topic} does not exist or cannot be accessed."
            )
        with self._store.write() as rows:
            attributes = {
                "MessageRetentionPeriod": str(KEPT_IN_QUEUE),
                "Policy": json.dumps(_policy(queue, topic)),
            }
            if not self._queues.create(queue, attributes, {}):
                self._queues.change(queue, attributes)
            listening = self._topics.subscribe(topic, "sqs", queue, {})["arn"]
            rows.execute(
                (
                    "INSERT OR REPLACE INTO stream (job, subscription, queue, last_object) VALUES "
                    "(?, ?, ?, ?)"
                ),
                (job.key, listening, queue, now),
            )

    def fault(self, job: Job) -> str:
        """Why the job cannot be given anything any more; "" when it can."""
        row = self._row(job)
        if row is None or self._topics.subscription(row["subscription"]) is None:
            return (
                f"ClientError: unable to access the input topic {job.input_topic}: its "
                "subscription is gone."
            )
        if self._queues.row(row["queue"]) is None:
            return (
                f"ClientError: unable to access the queue {row['queue'].rpartition(':')[2]}: it "
                "does not exist."
            )
        return ""

    def last_object(self, job: Job) -> float:
        """When it was last given an object, or began."""
        row = self._row(job)
        return job.created if row is None else float(row["last_object"])

    def take(self, job: Job, now: float) -> int:
        """Take what came, as long as workers have fewer tasks than MaxConcurrentTaskCount; gives
        how many.
        """
        taken = 0
        while (room := job.batch - job.open_objects - taken) > 0:
            with self._store.write() as rows:
                messages = self._queues.receive(queue_arn(job), min(AT_ONCE, room), HIDDEN_SECONDS)
                for message in messages:
                    taken += self._put_all(rows, job, message["body"], now)
                    self._queues.delete(message["queue"], message["handle"])
            if not messages:
                break
        return taken

    def expired(self, job: Job, before: float) -> list[int]:
        """The lines of open objects that came before that moment."""
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT o.line FROM job_object o LEFT JOIN stream_object s ON s.job = o.job AND "
                "s.line = o.line"
                " WHERE o.job = ? AND o.state = 'open' AND coalesce(s.arrived, ?) < ?",
                (job.key, job.created, before),
            ).fetchall()
        return [row["line"] for row in found]

    def end(self, job: Job) -> None:
        """Stop listening. The queue stays with what is in it, as at AWS."""
        row = self._row(job)
        if row is not None:
            self._topics.unsubscribe(row["subscription"])

    def _row(self, job: Job) -> sqlite3.Row | None:
        with self._store.read() as rows:
            found: sqlite3.Row | None = rows.execute(
                "SELECT * FROM stream WHERE job = ?", (job.key,)
            ).fetchone()
        return found

    def _put_all(self, rows: sqlite3.Connection, job: Job, body: str, now: float) -> int:
        try:
            return sum(self._put(rows, job, *each, now) for each in _objects(job, body))
        except _Dropped as why:
            # UNSURE: what becomes of a message that is no manifest line; here the job's log tells,
            # and it is gone.
            self._tasks.tell_job(job, "MESSAGE_DROPPED", str(why), now)
            return 0

    def _put(
        self, rows: sqlite3.Connection, job: Job, object_id: str, text: str, now: float
    ) -> int:
        line = rows.execute(
            "SELECT coalesce(max(line), -1) + 1 FROM job_object WHERE job = ?", (job.key,)
        ).fetchone()[0]
        new = rows.execute(
            (
                "INSERT OR IGNORE INTO stream_object (job, object_id, line, arrived) VALUES (?, "
                "?, ?, ?)"
            ),
            (job.key, object_id, line, now),
        ).rowcount
        if not new:
            return 0
        state = first_state(job, text)
        rows.execute(
            "INSERT INTO job_object (job, line, manifest_line, state) VALUES (?, ?, ?, ?)",
            (job.key, line, text, state),
        )
        rows.execute("UPDATE stream SET last_object = ? WHERE job = ?", (now, job.key))
        if state == "open":
            rows.execute("UPDATE labeling_job SET total = total + 1 WHERE name_key = ?", (job.key,))
        return int(state == "open")


def queue_arn(job: Job) -> str:
    """The queue that the service makes for a streaming job, in the job's account."""
    _, partition, _, region, account, _ = job.arn.split(":", 5)
    return f"arn:{partition}:sqs:{region}:{account}:GroundTruth-{job.key}"


def _policy(queue: str, topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _objects(job: Job, body: str) -> Iterator[tuple[str, str]]:
    """The deduplication id and the manifest line of every object in a message; raises _Dropped."""
    envelope = _content(body, "it did not come over the topic")
    if envelope.get("Type") != "Notification" or not isinstance(envelope.get("Message"), str):
        raise _Dropped("A message in the queue did not come over the topic.")
    entry = _content(envelope["Message"], "it is not a JSON object")
    if isinstance(entry.get("Records"), list):
        yield from _created_in_s3(job, entry["Records"])
        return
    object_id, text = _identified(job, entry, str(envelope["MessageId"]))
    fault = line_fault(text)
    if fault:
        raise _Dropped(f"A message was no object to label: it {fault}.")
    yield object_id, text


def _content(text: str, why: str) -> dict[str, Any]:
    try:
        content = strict_json.loads(text)
    except ValueError as error:
        raise _Dropped(f"A message was no object to label: {why}.") from error
    if not isinstance(content, dict):
        raise _Dropped(f"A message was no object to label: {why}.")
    return content


def _identified(job: Job, entry: dict[str, Any], message_id: str) -> tuple[str, str]:
    """The object's id: what the sender chose, else the message's own, which is written into the
    line.
    """
    key = entry.get(KEY_NAME)
    if key is None:
        own = f"${job.attribute}-object-id"
        return message_id, _line(entry | {KEY_NAME: own, own: message_id})
    found = (
        entry.get(key)
        if isinstance(key, str) and len(key) <= LONGEST_KEY and _KEY.fullmatch(key)
        else None
    )
    if not isinstance(found, str) or not 1 <= len(found) <= LONGEST_ID:
        raise _Dropped(
            f"A message names a deduplication key without a usable id: {str(key)[:LONGEST_KEY]!r}."
        )
    return found, _line(entry)


def _created_in_s3(job: Job, records: list[Any]) -> Iterator[tuple[str, str]]:
    """Objects that a bucket tells of: pictures and the like, never texts."""
    if job.kind.media == "text":
        raise _Dropped("A bucket's event came, and this task type labels texts.")
    for record in records:
        try:
            name, bucket = record["eventName"], record["s3"]["bucket"]["name"]
            key, sequencer = (
                unquote_plus(record["s3"]["object"]["key"]),
                record["s3"]["object"].get("sequencer", ""),
            )
        except (KeyError, TypeError) as error:
            raise _Dropped("A bucket's event was not complete.") from error
        if str(name).removeprefix("s3:").startswith("ObjectCreated:"):
            uri, own = f"s3://{bucket}/{key}", f"${job.attribute}-object-id"
            entry = {
                "source-ref": uri,
                KEY_NAME: own,
                own: f"{uri}{sequencer}",
                "$sequencer": sequencer,
            }
            yield f"{uri}{sequencer}", _line(entry)


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
