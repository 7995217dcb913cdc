"""The store of runs: the one place where a run is changed.

The row, the live message and the lines of its thread are written together or not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.models import run_cards
from bot.models.run_facts import RunFacts
from bot.models.run_records import Run, RunRecords
from bot.models.run_state import Change, RunState

_LINES: Mapping[Change, Callable[[RunFacts, float, float], Message]] = {
    Change.RUNNING: run_cards.running_line,
    Change.REMINDER: run_cards.reminder_line,
    Change.STOPPED: run_cards.stopped_line,
    Change.FAILED: run_cards.failed_line,
    Change.REFUSED: run_cards.refused_line,
}

Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone (""
for nobody's).
"""


def subject(run: Run) -> Subject:
    """Whom the messages about a run speak of."""
    return Subject(run.team_id, "run", run.id)


class RunStore:
    """Adds and changes runs, and says so. `gap` is the least time in seconds between two changes of
    the numbers, `price` what an inference unit costs an hour.
    """

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: RunRecords,
        outbox: Outbox,
        gap: float,
        price: float,
        told: Told,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._gap = gap
        self._price = price
        self._told = told

    def add(self, run: Run) -> bool:
        """Take a run in, with its live message; False when its request was taken in before, or its
        model has a run.
        """
        with self._db.write() as session:
            taken = self._records.add(session, run)
            if taken:
                card = run_cards.live_card(run.facts, self._price, 0.0)
                self._outbox.show(session, subject(run), run.channel, card)
        return taken

    def change(
        self,
        run: Run,
        state: RunState,
        changes: Iterable[Change] = (),
        *,
        at: float = 0.0,
        line: Message | None = None,
    ) -> Run:
        """Write the run with its new state, its card and its lines; `at` is now by AWS's clock.

        Raises:
            Stale: the run was changed since it was read; nothing was written or told.

        """
        kinds = tuple(changes)
        moved = state.state != run.state.state or bool(kinds) or line is not None
        after = replace(run, state=state, seq=run.seq + 1 if moved else run.seq)
        said = [_LINES[change](self.heard(after), self._price, at) for change in kinds]
        if line is not None:
            said.append(line)
        about = subject(after)
        with self._db.write() as session:
            saved = self._records.save(session, after)
            card = run_cards.live_card(after.facts, self._price, at)
            self._outbox.show(session, about, after.channel, card, urgent=moved, gap=self._gap)
            for number, message in enumerate(said):
                key = f"run:{after.id}:{after.seq}:{number}"
                self._outbox.say(session, about, after.channel, message, key=key, priority=3)
        return saved

    def show(self, run: Run, at: float) -> None:
        """The card with what it has cost until `at`; nothing where it reads the same."""
        card = run_cards.live_card(run.facts, self._price, at)
        with self._db.write() as session:
            self._outbox.show(session, subject(run), run.channel, card, urgent=False, gap=self._gap)

    def heard(self, run: Run) -> RunFacts:
        """The run, for a line that mentions somebody: `asked_by` is whoever hears of it now."""
        told = self._told(run.asked_by) if run.asked_by else ""
        return replace(run.facts, asked_by=told)
