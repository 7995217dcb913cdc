"""Queues and the messages in them: what lies behind SQS's operations, and behind deliveries of
other services.

Promises at-least-once: a message stays until it is deleted by the handle of its latest receive, is
hidden while somebody has it, and comes again when it was not deleted in time; or goes to the queue
for such messages, or is dropped at the end of its retention. Everything is a row, so a kill loses
nothing that was answered.
"""

import json
import secrets
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.store import Store

__all__ = ["USUAL", "Counts", "Queues"]

USUAL = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
"""Attributes of a queue whose maker says nothing."""
LONGEST_NAP = 0.5
"""Seconds: how long a long poll sleeps without looking at the clock, which tests push on."""


@dataclass(frozen=True)
class Counts:
    """Messages that can be received, that somebody has, and that are not due yet."""

    visible: int
    in_flight: int
    delayed: int


class Queues:
    """All queues of one account. `arn` is `arn:aws:sqs:<region>:<account>:<name>`; times are epoch
    seconds.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self._news = threading.Condition()
        self._sent = 0
        self._closed = False

    def close(self, *, closed: bool = True) -> None:
        """End every long poll, now and later, with what there is; or let them wait again."""
        with self._news:
            self._closed = closed
            self._news.notify_all()

    def row(self, arn: str) -> sqlite3.Row | None:
        """The queue."""
        with self.store.read() as rows:
            found: sqlite3.Row | None = rows.execute(
                "SELECT * FROM queue WHERE arn = ?", (arn,)
            ).fetchone()
        return found

    def create(self, arn: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> bool:
        """Make a queue; False when it is there."""
        now = self.clock()
        with self.store.write() as rows:
            made = rows.execute(
                (
                    "INSERT OR IGNORE INTO queue (arn, created, modified, attributes, tags) "
                    "VALUES (?, ?, ?, ?, ?)"
                ),
                (arn, now, now, json.dumps(USUAL | dict(attributes)), json.dumps(dict(tags))),
            ).rowcount
        return bool(made)

    def change(self, arn: str, attributes: Mapping[str, str]) -> None:
        """Set attributes; one that is set to nothing is taken away."""
        with self.store.write() as rows:
            row = rows.execute("SELECT attributes FROM queue WHERE arn = ?", (arn,)).fetchone()
            left = {
                name: value
                for name, value in (json.loads(row[0]) | dict(attributes)).items()
                if value != ""
            }
            values = (json.dumps(left), self.clock(), arn)
            rows.execute("UPDATE queue SET attributes = ?, modified = ? WHERE arn = ?", values)
        self._tell()

    def remove(self, arn: str) -> None:
        """Delete a queue with its messages; its name is remembered."""
        with self.store.write() as rows:
            rows.execute("DELETE FROM message WHERE queue = ?", (arn,))
            rows.execute("DELETE FROM queue WHERE arn = ?", (arn,))
            rows.execute(
                "INSERT OR REPLACE INTO gone_queue (arn, deleted) VALUES (?, ?)",
                (arn, self.clock()),
            )
        self._tell()

    def deleted_at(self, arn: str) -> float:
        """When a queue of this name was last deleted; 0 for never."""
        with self.store.read() as rows:
            row = rows.execute("SELECT deleted FROM gone_queue WHERE arn = ?", (arn,)).fetchone()
        return 0.0 if row is None else float(row[0])

    def purge(self, arn: str) -> None:
        """Drop every message."""
        with self.store.write() as rows:
            rows.execute("DELETE FROM message WHERE queue = ?", (arn,))
            rows.execute("UPDATE queue SET purged = ? WHERE arn = ?", (self.clock(), arn))

    def send(
        self,
        arn: str,
        body: str,
        *,
        attributes: Mapping[str, Any] | None = None,
        delay: int = 0,
        sender: str = "",
    ) -> str:
        """Put a message into a queue that exists; gives its id."""
        message_id, now = str(uuid.uuid4()), self.clock()
        with self.store.write() as rows:
            rows.execute(
                "INSERT INTO message (queue, message_id, body, attributes, sender, sent, visible)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    arn,
                    message_id,
                    body,
                    json.dumps(dict(attributes or {})),
                    sender,
                    now,
                    now + delay,
                ),
            )
            self.store.after_commit(self._tell)
        return message_id

    def receive(self, arn: str, most: int, hidden: float, wait: float = 0.0) -> list[sqlite3.Row]:
        """Up to `most` messages, hidden from others for `hidden` seconds; waits up to `wait`
        seconds for the first.
        """
        end = self.clock() + wait
        while True:
            with self._news:
                before = self._sent
            found = self._taken(arn, most, hidden)
            left = end - self.clock()
            if found or left <= 0 or self._closed or self.row(arn) is None:
                return found
            with self._news:
                if self._sent == before and not self._closed:
                    self._news.wait(min(left, LONGEST_NAP))

    def delete(self, arn: str, handle: str) -> None:
        """Delete by handle. One that an older receive gave does nothing, as it may at AWS."""
        with self.store.write() as rows:
            rows.execute("DELETE FROM message WHERE queue = ? AND handle = ?", (arn, handle))

    def hide(self, arn: str, handle: str, seconds: float) -> bool | None:
        """Hide for that long from now; None when there is no such message, False when nobody has
        it.
        """
        now = self.clock()
        with self.store.write() as rows:
            row = rows.execute(
                "SELECT visible FROM message WHERE queue = ? AND handle = ?", (arn, handle)
            ).fetchone()
            if row is None:
                return None
            if row["visible"] <= now:
                return False
            rows.execute(
                "UPDATE message SET visible = ? WHERE queue = ? AND handle = ?",
                (now + seconds, arn, handle),
            )
            self.store.after_commit(self._tell)
        return True

    def counts(self, arn: str) -> Counts:
        """How many messages there are."""
        now = self.clock()
        with self.store.read() as rows:
            row = rows.execute(
                "SELECT count(*) FILTER (WHERE visible <= ?), count(*) FILTER (WHERE visible > ? "
                "AND receives > 0), count(*) FILTER (WHERE visible > ? AND receives = 0) FROM "
                "message WHERE queue = ?",
                (now, now, now, arn),
            ).fetchone()
        return Counts(*row)

    def _tell(self) -> None:
        with self._news:
            self._sent += 1
            self._news.notify_all()

    def _taken(self, arn: str, most: int, hidden: float) -> list[sqlite3.Row]:
        now = self.clock()
        if not self._any(arn, now):
            return []
        found = []
        with self.store.write() as rows:
            queue = rows.execute("SELECT attributes FROM queue WHERE arn = ?", (arn,)).fetchone()
            if queue is None:
                return []
            attributes = json.loads(queue["attributes"])
            kept = now - int(attributes["MessageRetentionPeriod"])
            rows.execute("DELETE FROM message WHERE queue = ? AND sent < ?", (arn, kept))
            self._give_up(rows, arn, attributes.get("RedrivePolicy", ""), now)
            due = rows.execute(
                "SELECT id FROM message WHERE queue = ? AND visible <= ? ORDER BY id LIMIT ?",
                (arn, now, most),
            ).fetchall()
            for row in due:
                handle = f"AQEB{secrets.token_urlsafe(48)}"
                rows.execute(
                    "UPDATE message SET visible = ?, receives = receives + 1, handle = ?,"
                    " first_received = coalesce(first_received, ?) WHERE id = ?",
                    (now + hidden, handle, now, row["id"]),
                )
                found.append(
                    rows.execute("SELECT * FROM message WHERE id = ?", (row["id"],)).fetchone()
                )
        return found

    def _any(self, arn: str, now: float) -> bool:
        with self.store.read() as rows:
            query = "SELECT 1 FROM message WHERE queue = ? AND visible <= ? LIMIT 1"
            return rows.execute(query, (arn, now)).fetchone() is not None

    def _give_up(self, rows: sqlite3.Connection, arn: str, policy: str, now: float) -> None:
        """Move what was received too often to the queue for such messages, if it is there."""
        redrive = json.loads(policy) if policy else {}
        target = redrive.get("deadLetterTargetArn", "")
        if (
            not target
            or rows.execute("SELECT 1 FROM queue WHERE arn = ?", (target,)).fetchone() is None
        ):
            return
        rows.execute(
            "UPDATE message SET queue = ?, came_from = ?, receives = 0, handle = '', visible = ?"
            " WHERE queue = ? AND visible <= ? AND receives >= ?",
            (target, arn, now, arn, now, int(redrive["maxReceiveCount"])),
        )
        self.store.after_commit(self._tell)
