"""The life of a worker's task: accepted, then submitted, declined, returned or expired; what
becomes of the object.

Promised to the crew and to the worker pages alike, so that simulated and real people are one
mechanism: every change is one transaction; an object is labeled once, when as many different
workers have answered as the job asks for; it fails when as many have declined; counters of the job
move in the same transaction.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from sqlite3 import Connection
from typing import Any

from bot.sandbox.aws.messaging.topics import Message, Topics
from bot.sandbox.crowd.answers import read
from bot.sandbox.crowd.audits import boxes_before, mask_before
from bot.sandbox.crowd.category_files import Settings, settings_of
from bot.sandbox.crowd.consolidation import Before, Frame, Labels, Vote, consolidate
from bot.sandbox.crowd.job_request import Job, Objects, category_file, fetch, labels_of, worker_id
from bot.sandbox.crowd.masks import Mask
from bot.sandbox.crowd.outputs import (
    Response,
    ResultFiles,
    manifest_line,
    write_worker_responses,
)
from bot.sandbox.crowd.scene_results import scene_before
from bot.sandbox.store import Store

JOB_LOG = "/aws/sagemaker/LabelingJobs"
WORKER_LOG = "/aws/sagemaker/groundtruth/WorkerActivity"

Log = Callable[[str, str, int, str], None]
"""Appends one log event: group, stream, epoch milliseconds, message."""


@dataclass(frozen=True)
class Member:
    """A member of a work team."""

    sub: str
    name: str

    @property
    def worker(self) -> str:
        """The opaque id in worker-response files."""
        return worker_id({"sub": self.sub})


@dataclass(frozen=True)
class Turn:
    """One transaction on one job at one moment (epoch seconds)."""

    connection: Connection
    job: Job
    now: float


class Tasks:
    """The tasks of all labeling jobs over the stand-in's store."""

    def __init__(self, store: Store, objects: Objects, log: Log, topics: Topics) -> None:
        self.store = store
        self._topics = topics
        self.objects = objects
        self._log = log
        self._labels: dict[str, Labels] = {}
        self._settings: dict[str, Settings] = {}

    def labels(self, job: Job) -> Labels:
        """The job's labels, read once; the category file belongs to the job for ever."""
        if job.key not in self._labels:
            self._labels[job.key] = labels_of(category_file(self.objects, job))
        return self._labels[job.key]

    def settings(self, job: Job) -> Settings:
        """What the category file of a job of frames or clouds asks, read once."""
        if job.key not in self._settings:
            self._settings[job.key] = settings_of(category_file(self.objects, job))
        return self._settings[job.key]

    def accept(self, turn: Turn, line: int, member: Member) -> bool:
        """Give the task to a worker. False when the object needs nobody more, or this worker had it
        for good.
        """
        row = turn.connection.execute(
            "SELECT o.state,"
            " (SELECT count(*) FROM assignment WHERE job = o.job AND line = o.line"
            "   AND state IN ('accepted', 'submitted')) AS live,"
            " (SELECT state FROM assignment WHERE job = o.job AND line = o.line AND worker = ?) "
            "AS mine"
            " FROM job_object o WHERE o.job = ? AND o.line = ?",
            (member.sub, turn.job.key, line),
        ).fetchone()
        if row is None or row["state"] != "open" or row["live"] >= turn.job.workers_per_object:
            return False
        if row["mine"] not in {None, "returned", "expired"}:
            return False
        turn.connection.execute(
            "INSERT INTO assignment (job, line, worker, state, accepted_at) VALUES (?, ?, ?, "
            "'accepted', ?) ON CONFLICT (job, line, worker) DO UPDATE SET state = 'accepted', "
            "accepted_at = excluded.accepted_at",
            (turn.job.key, line, member.sub, turn.now),
        )
        return True

    def submit(self, turn: Turn, line: int, member: Member, content: Mapping[str, Any]) -> bool:
        """Record an answer; False when the worker does not hold the task (any more). Raises
        AnswerFault.
        """
        read(turn.job.kind, self.labels(turn.job).names, content)
        changed = turn.connection.execute(
            "UPDATE assignment SET state = 'submitted', submitted_at = ?, answer = ?"
            " WHERE job = ? AND line = ? AND worker = ? AND state = 'accepted'",
            (turn.now, json.dumps(content, ensure_ascii=False), turn.job.key, line, member.sub),
        ).rowcount
        if changed:
            self._tell(turn, line, member, "TasksSubmitted")
            self._settle(turn, line)
        return bool(changed)

    def let_go(self, turn: Turn, line: int, member: Member, state: str) -> bool:
        """End a task without an answer: ``declined`` (never again), ``returned`` or ``expired``
        (for anybody).
        """
        changed = turn.connection.execute(
            "UPDATE assignment SET state = ?, submitted_at = NULL"
            " WHERE job = ? AND line = ? AND worker = ? AND state = 'accepted'",
            (state, turn.job.key, line, member.sub),
        ).rowcount
        if changed:
            self._tell(turn, line, member, f"Tasks{state.capitalize()}")
            self._settle(turn, line)
        return bool(changed)

    def fail(self, turn: Turn, line: int, reason: str) -> None:
        """Count an open object as failed for good, and take it from whoever holds it."""
        changed = turn.connection.execute(
            "UPDATE job_object SET state = 'failed', result = ?, labeled_at = ?"
            " WHERE job = ? AND line = ? AND state = 'open'",
            (json.dumps({"failure-reason": reason}), turn.now, turn.job.key, line),
        ).rowcount
        if changed:
            self._count(turn, "failed")
            self._release(turn, line)
            self.tell_job(turn.job, "OBJECT_FAILED", f"Object {line}: {reason}", turn.now)

    def machine_label(self, turn: Turn, line: int, pair: Mapping[str, Any]) -> None:
        """Count an open object as labeled by the model."""
        if self._put_result(turn, line, pair):
            self._count(turn, "machine")

    def tell_job(self, job: Job, event: str, message: str, now: float) -> None:
        """Write to the job's own log stream. UNSURE: the real events have no published form."""
        content = {"labeling-job-name": job.name, "event-name": event, "event-log-message": message}
        self._log(JOB_LOG, job.name, round(now * 1000), json.dumps(content, ensure_ascii=False))

    def _settle(self, turn: Turn, line: int) -> None:
        rows = turn.connection.execute(
            "SELECT worker, state, accepted_at, submitted_at, answer FROM assignment WHERE job = "
            "? AND line = ?"
            " AND state IN ('submitted', 'declined') ORDER BY submitted_at, worker",
            (turn.job.key, line),
        ).fetchall()
        given = [row for row in rows if row["state"] == "submitted"]
        if len(given) >= turn.job.workers_per_object:
            responses = [
                Response(
                    worker_id({"sub": row["worker"]}),
                    row["worker"],
                    row["accepted_at"],
                    row["submitted_at"],
                    json.loads(row["answer"]),
                )
                for row in given
            ]
            pair = self._consolidate(turn, line, responses)
            if self._put_result(turn, line, pair):
                self._count(turn, "human")
                self._publish(turn, line, pair)
                write_worker_responses(self.objects, turn.job, line, responses)
        elif len(rows) - len(given) >= turn.job.workers_per_object:
            declined = len(rows) - len(given)
            self.fail(turn, line, f"The task expired: declined by {declined} workers.")

    def _consolidate(self, turn: Turn, line: int, responses: list[Response]) -> dict[str, Any]:
        labels = self.labels(turn.job)
        votes = [Vote(r.worker, read(turn.job.kind, labels.names, r.content)) for r in responses]
        before = None
        if turn.job.kind.audit == "adjustment":
            text = turn.connection.execute(
                "SELECT manifest_line FROM job_object WHERE job = ? AND line = ?",
                (turn.job.key, line),
            ).fetchone()[0]
            before = self._before(turn.job, json.loads(text), votes[0])
        return consolidate(turn.job.kind, labels, votes, self.frame(turn, line), before)

    def frame(self, turn: Turn, line: int, *, human: bool = True) -> Frame:
        """What the consolidation of one object says beside the answer, and where its label map
        goes.
        """
        job = turn.job
        keep = ResultFiles(self.objects, job, line, turn.now).keep
        if job.kind.is_scene:
            drawn = self.settings(job).drawn
            return Frame(job.attribute, job.name, turn.now, human, keep, drawn)
        return Frame(job.attribute, job.name, turn.now, human, keep)

    def _before(self, job: Job, entry: Mapping[str, Any], vote: Vote) -> Before | None:
        if job.kind.is_scene:
            names, audited = self.labels(job).names, self.settings(job).audited
            return scene_before(job.kind, names, entry, audited, partial(fetch, self.objects))
        if not isinstance(vote.answer, Mask):
            return boxes_before(entry, job.attribute)
        size = (vote.answer.width, vote.answer.height)
        return mask_before(
            entry, job.attribute, vote.answer.labels, size, partial(fetch, self.objects)
        )

    def _put_result(self, turn: Turn, line: int, pair: Mapping[str, Any]) -> bool:
        changed = turn.connection.execute(
            "UPDATE job_object SET state = 'labeled', result = ?, labeled_at = ?"
            " WHERE job = ? AND line = ? AND state = 'open'",
            (json.dumps(pair, ensure_ascii=False), turn.now, turn.job.key, line),
        ).rowcount
        if changed:
            self._release(turn, line)
        return bool(changed)

    def _publish(self, turn: Turn, line: int, pair: Mapping[str, Any]) -> None:
        """Tell the job's output topic of an object that people labeled: its line of the output
        manifest.
        """
        topic = turn.job.output_topic
        if not topic:
            return
        if self._topics.row(topic) is None:
            # UNSURE: what a job does whose output topic is gone; here it goes on and its log tells.
            self.tell_job(
                turn.job, "NOTIFICATION_FAILED", f"The SNS topic {topic} does not exist.", turn.now
            )
            return
        row = turn.connection.execute(
            "SELECT manifest_line FROM job_object WHERE job = ? AND line = ?", (turn.job.key, line)
        ).fetchone()
        self._topics.publish(topic, Message(manifest_line(row["manifest_line"], pair)))

    def _release(self, turn: Turn, line: int) -> None:
        turn.connection.execute(
            (
                "UPDATE assignment SET state = 'returned' WHERE job = ? AND line = ? AND state = "
                "'accepted'"
            ),
            (turn.job.key, line),
        )

    def _count(self, turn: Turn, counter: str) -> None:
        turn.connection.execute(
            (
                f"UPDATE labeling_job SET {counter} = {counter} + 1, modified = max(modified, ?) "
                "WHERE name_key = ?"
            ),
            (turn.now, turn.job.key),
        )

    def _tell(self, turn: Turn, line: int, member: Member, event: str) -> None:
        """Write the worker's activity. UNSURE: which stream real events go to; here it is the job's
        name.
        """
        accepted = turn.connection.execute(
            "SELECT accepted_at FROM assignment WHERE job = ? AND line = ? AND worker = ?",
            (turn.job.key, line, member.sub),
        ).fetchone()[0]
        ended = {"TasksSubmitted": "task_submitted_time", "TasksReturned": "task_returned_time"}
        content = {
            "worker_id": member.worker,
            "cognito_user_pool_id": "us-east-1_practice",
            "cognito_sub_id": member.sub,
            "task_accepted_time": _clock_words(accepted),
            ended.get(event, "task_declined_time"): _clock_words(turn.now),
            "workteam_arn": turn.job.task["WorkteamArn"],
            "labeling_job_arn": turn.job.arn,
            "work_requester_account_id": turn.job.arn.split(":")[4],
            "job_reference_code": turn.job.reference_code,
            "job_type": "Private",
            "event_type": event,
            "event_timestamp": str(int(turn.now)),
        }
        self._log(WORKER_LOG, turn.job.name, round(turn.now * 1000), json.dumps(content))


def _clock_words(at: float) -> str:
    """The form of the activity log: ``Wed Aug 14 16:00:59 UTC 2019``."""
    return datetime.fromtimestamp(at, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
