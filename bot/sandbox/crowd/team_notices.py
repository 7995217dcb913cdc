"""Notices to a work team's topic: there is work, or work is about to expire.

Promises one notice of each kind per labeling job, also over a kill; and none at all when the
topic's policy does not let SageMaker in, which is how most such topics stay silent at first.
"""

from collections.abc import Mapping

from bot.sandbox.aws.messaging.topics import Message, Topics
from bot.sandbox.crowd.job_request import Job
from bot.sandbox.store import Store

__all__ = ["TeamNotices"]

EXPIRES_SOON = 0.1
"""The share of the tasks' lifetime that is left when work is said to expire."""
# UNSURE: subject and text are in no document, nor when work counts as about to expire; here a tenth
# before its end.
_WORDS: Mapping[str, tuple[str, str]] = {
    "available": (
        "New work is available",
        "New work is available for your work team {team}: {title}. Sign in: {portal}",
    ),
    "expiring": (
        "Work is about to expire",
        "Work of your work team {team} is about to expire: {title}. Sign in: {portal}",
    ),
}


class TeamNotices:
    """Notices for all work teams that have a topic."""

    def __init__(self, store: Store, topics: Topics) -> None:
        self._store = store
        self._topics = topics

    def available(self, job: Job) -> None:
        """Say that there is work."""
        self._tell(job, "available")

    def look(self, job: Job, now: float) -> None:
        """Say that work is about to expire, when it is."""
        lifetime = job.task.get("TaskAvailabilityLifetimeInSeconds")
        if lifetime and job.open_objects and now - job.created > lifetime * (1 - EXPIRES_SOON):
            self._tell(job, "expiring")

    def _tell(self, job: Job, kind: str) -> None:
        team_arn = str(job.task["WorkteamArn"])
        with self._store.read() as rows:
            team = rows.execute(
                "SELECT * FROM workteam WHERE arn = ? AND topic != ''", (team_arn,)
            ).fetchone()
        if team is None:
            return
        subject, text = _WORDS[kind]
        with self._store.write() as rows:
            new = rows.execute(
                "INSERT OR IGNORE INTO team_notice (job, kind) VALUES (?, ?)", (job.key, kind)
            ).rowcount
            if new and self._topics.lets_in(team["topic"], "sagemaker.amazonaws.com", team_arn):
                words = text.format(
                    team=team["name"], title=job.task["TaskTitle"], portal=team["subdomain"]
                )
                self._topics.publish(team["topic"], Message(words, subject))
