"""Made datasets: what became of a job's labels stands on its card.

Written in the commit of the change it tells about; the dataset story calls it through the wiring and knows no jobs.
"""

from dataclasses import replace

import msgspec
from sqlmodel import Session

from bot.base.clock import Clock
from bot.delivery.outbox import Outbox
from bot.jobs.card import root_card
from bot.jobs.facts import Facts, subject
from bot.jobs.lifecycle import MadeDataset
from bot.jobs.records import Records


class MadeDatasets:
    """Keeps the datasets of a job on its row and on its cards."""

    def __init__(self, *, records: Records, outbox: Outbox, facts: Facts, clock: Clock) -> None:
        self._records = records
        self._outbox = outbox
        self._facts = facts
        self._clock = clock

    def note(self, session: Session, job_id: str, made: MadeDataset) -> None:
        """The dataset as it is now, in place of what was known of it; a job that is gone has no card to change."""
        job = self._records.within(session, job_id)
        if job is None or made in job.state.datasets:
            return
        known = {one.id: one for one in job.state.datasets} | {made.id: made}
        state = msgspec.structs.replace(job.state, datasets=tuple(known.values()))
        saved = self._records.save(session, replace(job, state=state))
        card = root_card(self._facts.of(saved), state, self._clock())
        for channel in self._outbox.channels(session, subject(saved)):
            self._outbox.show(session, subject(saved), channel, card)
