"""Undelivered: a message that can never be said is told to the person who asked for the job."""

from bot.base.blocks import section, typed
from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.sender import Death
from bot.jobs.facts import subject
from bot.jobs.records import Records

_WHY = {
    "not_in_channel": "I am not in its channel any more. Type /invite @labeljob there",
    "channel_not_found": "its channel is gone, or I was taken out of it. Type /invite @labeljob there",
    "is_archived": "its channel is archived",
    "restricted_action": "the workspace does not let me post in its channel",
}


class Undelivered:
    """Tells the asker by direct message, once per job and reason."""

    def __init__(self, db: Database, records: Records, outbox: Outbox) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox

    def tell(self, death: Death) -> None:
        """The asker learns that the job's channel cannot be reached; the job itself goes on."""
        job = self._records.get(death.subject.id) if death.subject.kind == "job" else None
        if job is None or death.channel == job.asked_by:
            return
        why = _WHY.get(death.error, f"Slack answers {death.error}")
        words = f"I cannot tell about your labeling job {typed(job.name)}: {why}. The job itself goes on."
        with self._db.write() as session:
            self._outbox.say(
                session,
                subject(job),
                job.asked_by,
                Message(words, [section(words)]),
                key=f"undelivered:{job.id}:{death.channel}:{death.error}",
                in_thread=False,
                priority=1,
            )
