"""The store of batches: the one place where a batch is changed.

The row, the live message and the line of its end are written together or not at all.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.base.db import Database
from bot.delivery.outbox import Outbox, Subject
from bot.models import batch_cards
from bot.models.batch import Progress
from bot.models.batch_records import BatchRecords, Drafted

Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone."""


def subject(drafted: Drafted) -> Subject:
    """Whom the messages about a batch speak of."""
    return Subject(drafted.team_id, "drafts", drafted.id)


class BatchStore:
    """Adds and changes batches, and says so. `gap` is the least time in seconds between two changes
    of the numbers.
    """

    def __init__(
        self, *, db: Database, records: BatchRecords, outbox: Outbox, gap: float, told: Told
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._gap = gap
        self._told = told

    def add(self, drafted: Drafted) -> bool:
        """Take a batch in, with its live message below its model's; False when its request was
        taken in before.
        """
        below = Subject(drafted.team_id, "run", drafted.batch.run_id)
        card = batch_cards.live_card(drafted.facts)
        with self._db.write() as session:
            taken = self._records.add(session, drafted)
            if taken:
                channel = drafted.batch.channel
                self._outbox.show(session, subject(drafted), channel, card, below=below)
        return taken

    def change(self, drafted: Drafted, progress: Progress) -> Drafted:
        """Write the batch with how far it is, its card and, at its end, its line.

        Raises:
            Stale: it was changed since it was read; nothing was written or told.

        """
        moved = progress.state != drafted.progress.state
        after = replace(drafted, progress=progress, seq=drafted.seq + 1 if moved else drafted.seq)
        about, channel = subject(after), after.batch.channel
        with self._db.write() as session:
            saved = self._records.save(session, after)
            card = batch_cards.live_card(after.facts)
            self._outbox.show(session, about, channel, card, urgent=moved, gap=self._gap)
            if moved and progress.ended:
                told = self._told(after.asked_by) if after.asked_by else ""
                line = batch_cards.ended_line(replace(after.facts, asked_by=told))
                key = f"drafts:{after.id}:{after.seq}"
                self._outbox.say(session, about, channel, line, key=key, priority=3)
        return saved
