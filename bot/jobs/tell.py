"""Tell: a change of a job and everything said about it, in one commit.

Every verb that changes a job goes through `record`: the row, the card in every channel that shows the job, and the
rare lines of its thread are written together or not at all.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.base.clock import Clock
from bot.base.db import Database
from bot.base.failpoints import reach
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.jobs import card, thread_lines
from bot.jobs.facts import Facts, subject
from bot.jobs.lifecycle import Change, JobState, Kind
from bot.jobs.records import Job, Records

_DAY = 86400.0
_OLD_GAP = 300.0  # a job older than a day changes its numbers every five minutes at most


class Tell:
    """Records jobs and tells about them. `gap` is the least time in seconds between two changes of a card's numbers."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self, *, db: Database, records: Records, outbox: Outbox, facts: Facts, clock: Clock, gap: float
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._facts = facts
        self._clock = clock
        self._gap = gap

    def record(self, job: Job, state: JobState, changes: Iterable[Change] = (), *, line: Message | None = None) -> Job:
        """Write the job with its new state, its cards and its lines; the job as it is now.

        `line` is one more line for the thread (a refusal, a problem).

        Raises:
            Stale: the job was changed since it was read; nothing was written or told.

        """
        told = tuple(changes)
        moved = state.state != job.state.state or line is not None
        after = replace(job, state=state, seq=job.seq + 1 if moved else job.seq)
        now = self._clock()
        # Whoever is mentioned must be able to read it; asked before the transaction, for Slack is asked.
        facts = self._facts.heard(after) if told or line is not None else self._facts.of(after)
        about = subject(after)
        with self._db.write() as session:
            saved = self._records.save(session, after)
            gap = self._gap if (now - after.asked_at).total_seconds() < _DAY else max(self._gap, _OLD_GAP)
            message = card.root_card(facts, state, now)
            for channel in self._outbox.channels(session, about):
                self._outbox.show(session, about, channel, message, urgent=moved, gap=gap)
                if facts.asked_by != after.asked_by:
                    gone = thread_lines.requester_gone_line(facts)
                    self._outbox.say(session, about, channel, gone, key=f"gone:{after.id}:{channel}")
                for number, said in enumerate([*self._lines(after, facts, state, told), *([line] if line else [])]):
                    key = f"job:{after.id}:{after.seq}:{number}:{channel}"
                    self._outbox.say(session, about, channel, said, key=key, priority=2 if state.ended else 5)
            reach("before-job-commit")
        reach("after-job-commit")
        return saved

    def _lines(self, job: Job, facts: card.JobFacts, state: JobState, changes: tuple[Change, ...]) -> list[Message]:
        """The lines that these changes deserve: launched, and the end."""
        lines: list[Message] = []
        for change in changes:
            if change.kind is Kind.LAUNCHED and not facts.read_only:
                lines.append(thread_lines.launched_line(facts, team_told=self._facts.team_is_told(job)))
            elif change.kind is Kind.COMPLETED:
                lines.append(thread_lines.completed_line(facts, state))
            elif change.kind is Kind.STOPPED:
                lines.append(thread_lines.stopped_line(facts, state))
            elif change.kind is Kind.FAILED:
                lines.append(thread_lines.failed_line(facts, state))
        return lines
