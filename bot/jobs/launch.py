"""Launch: from an accepted job to a labeling job at its engine. Runs in the worker, as often as it
takes.

The story of one job: everything is checked again (time has passed since the form); its manifest is
made where the data is a folder; then the engine submits it, step by step, with the name as typed.
What a person must mend ends the job as refused, with words in its thread. What may pass is tried
again, with growing pauses; after `set_aside_after` tries the job is set aside and its asker told
once.
"""

import logging
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.clock import Clock
from bot.base.errors import Fault, LabeljobError, Refusal, Refused, Transient
from bot.base.log import about, redact
from bot.base.pool import Start, at_once
from bot.brought.brought import Stored
from bot.engines.protocol import Engine, Known, Submitted
from bot.jobs.cards import thread_lines
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import ASKED, LAUNCHING, REFUSED, STOPPED, Change, Kind, observe
from bot.jobs.orders import Orders
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.jobs.stream.feeds import Feeds
from bot.manifests.looked import Looked
from bot.work.leases import LeaseGuard
from bot.work.tries import Stale, Tries

_LOOKED_GAP = 1_000  # objects between two notes of how far a look is: some seconds

log = logging.getLogger(__name__)


class Launch:
    """Launches what was accepted."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: JobStore,
        facts: Facts,
        engine: Engine,
        orders: Orders,
        feeds: Feeds,
        tries: Tries,
        clock: Clock,
    ) -> None:
        self._records = records
        self._store = store
        self._facts = facts
        self._engine = engine
        self._orders = orders
        self._feeds = feeds
        self._tries = tries
        self._clock = clock

    def round(self, start: Start = at_once) -> None:
        """Launch every job that is due; one that cannot be launched, or takes long, does not stop
        the others.
        """
        for waiting in self._records.to_launch():
            start(f"launch:{waiting.id}", partial(self._take_up, waiting))

    def _take_up(self, waiting: Job) -> None:
        """One try at a job that waits."""
        with about(job=waiting.id):
            self._tries.take_up(
                f"launch:{waiting.id}",
                waiting,
                self._records.get,
                self._launch,
                what=f"launching {waiting.name}",
                refused=self._refuse,
                failed=self._again,
            )

    def _launch(self, job: Job, hold: LeaseGuard) -> None:
        """The launch itself, repeatable at every step."""
        steps = _Steps(job, hold, self._store)
        if job.state.state == LAUNCHING:
            # What an earlier try made must never be called refused, so it comes before everything
            # that may refuse.
            made = self._engine.made_before(job.name, job.request_key, steps)
            if made is not None:
                self._taken(job, made)
                return
        if job.stop_wanted:
            self._engine.withdraw(job.name, job.request_key, steps)
            state = msgspec.structs.replace(job.state, state=STOPPED, ended_at=self._clock())
            self._store.change(job, state, (Change(Kind.STOPPED),))
            return
        try:
            draft, order = self._orders.of(job, steps)
        except Refusal:
            self._engine.withdraw(job.name, job.request_key, steps)
            raise
        steps.job = replace(steps.job, draft=draft, manifest_uri=str(order.manifest or ""))
        self._feeds.begin(steps.job)
        submitted = self._engine.submit(order, steps)
        self._taken(steps.job, submitted)

    def _taken(self, job: Job, submitted: Submitted) -> None:
        """The engine has the job."""
        state, changes = observe(job.state, submitted.report, self._clock())
        try:
            self._store.change(replace(job, arn=submitted.id, fails=0), state, changes)
        except Stale:
            self._disown(job, submitted)
            raise

    def _disown(self, job: Job, submitted: Submitted) -> None:
        """Stop what the engine took from a try that was frozen for so long that the job was taken
        back meanwhile.
        """
        current = self._records.get(job.id)
        if current is None or not current.ended or current.arn:
            return
        try:
            self._engine.stop(Known(submitted.id, job.name))
            log.warning("%s was taken after it had been taken back; it is stopped there", job.name)
        except LabeljobError as error:
            words = "%s was taken after it had been taken back; stop it in the console: %s"
            log.error(words, job.name, error.words)  # noqa: TRY400 - the words say all

    def _refuse(self, job: Job, refusal: Refusal) -> None:
        """The end, with words for why not."""
        current = self._current(job)
        state = msgspec.structs.replace(
            current.state, state=REFUSED, cause=redact(refusal.words), ended_at=self._clock()
        )
        line = thread_lines.refused_line(self._facts.heard(current), _faults(refusal))
        self._store.change(current, state, line=line)

    def _again(self, job: Job, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        after = self._tries.paused(self._current(job), pause.words)
        line = None
        if after.set_aside:
            line = thread_lines.set_aside_line(self._facts.heard(after), after.state, pause.words)
        trouble = redact(pause.words.partition(". ")[0].rstrip("."))
        self._store.change(after, msgspec.structs.replace(after.state, trouble=trouble), line=line)
        log.info("launching %s failed for now (%s)", job.name, pause.words)

    def _current(self, job: Job) -> Job:
        """The job as this try has left it; somebody else who got further decides what becomes of
        it.
        """
        current = self._records.get(job.id)
        if current is None or current.state.state not in {ASKED, LAUNCHING}:
            raise Stale
        return current


class _Steps:
    """The submission's progress, on the job's row (see `engines.protocol.Steps`)."""

    def __init__(self, job: Job, hold: LeaseGuard, store: JobStore) -> None:
        self.job = job
        self._hold = hold
        self._store = store

    def done(self, step: str) -> str:
        """What an earlier try kept of a step."""
        return self.job.state.steps.get(step, "")

    def keep(self, **done: str) -> None:
        """Write steps down; from the first on the job counts as being sent."""
        steps = {**self.job.state.steps, **done}
        if self.job.state.state == LAUNCHING and steps == self.job.state.steps:
            return
        state = msgspec.structs.replace(self.job.state, state=LAUNCHING, steps=steps)
        template = done.get("template", self.job.template_uri)
        self.job = self._store.change(replace(self.job, template_uri=template), state)

    def looked(self, looked: Looked) -> None:
        """Write down how far the look at the objects is, so that the next try goes on from there
        and the card tells it.
        """
        before = self.job.state.looked
        if looked.done - (before.done if before else 0) >= _LOOKED_GAP:
            state = msgspec.structs.replace(self.job.state, looked=looked)
            # this is the next try: its card tells of it, and of no other
            self.job = self._store.change(replace(self.job, next_try_at=0.0), state)

    def stored(self, stored: Stored) -> None:
        """Write down how far the storing of files is, so that the card tells it."""
        state = msgspec.structs.replace(self.job.state, stored=stored)
        self.job = self._store.change(replace(self.job, next_try_at=0.0), state)

    def alive(self) -> None:
        """Say that a long step goes on."""
        self._hold.keep()

    def confirm(self) -> None:
        """Make sure that nobody else has taken this up."""
        self._hold.confirm()


def _faults(refusal: Refusal) -> list[Fault]:
    """A refusal as faults of fields, without what a manifest's line may hold (a signed address)."""
    found = [Fault(refusal.field or "", refusal.words)]
    if isinstance(refusal, Refused):
        found = refusal.faults
    return [Fault(fault.field, redact(fault.text)) for fault in found]
