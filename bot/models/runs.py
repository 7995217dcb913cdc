"""Runs: models are started, watched, and stopped at their end, once a round each.

The end is the promise: it is judged by AWS's own clock, which every answer tells; while AWS does
not say how a model is, by the database's, and then it is told to stop unseen. No failure ends the
trying, nothing is set aside, and one run that fails holds up no other.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.db import Database
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.log import about, redact
from bot.base.pool import Start, at_once
from bot.models import run_cards
from bot.models.actions import RUN, STOP
from bot.models.custom_labels import Models, Seen
from bot.models.run_records import Run, RunRecords
from bot.models.run_state import (
    ASKED,
    END,
    GONE,
    IDLE,
    REFUSED,
    RUNNING,
    STARTING,
    STOPPING,
    Act,
    Change,
    Look,
    is_past,
    observe,
)
from bot.models.run_store import RunStore
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

_LONG_PAST = 300.0  # seconds after its end when people must know that it cannot be seen to
_PAUSE_FIRST, _PAUSE_MAX = 1.0, 30.0  # seconds before the next try after a failure

log = logging.getLogger(__name__)


class NoSuchRun(Refusal):
    """No model of that name runs in this channel. /dataset models shows what there is."""


class RunOver(Refusal):
    """This model is stopped already; it costs nothing any more."""


class ModelBusy(Refusal):
    """This model does not rest at AWS, so it was not started here."""


class EndPassed(Refusal):
    """Its end passed before it could be started. Start it again if it is still needed."""


class Runs:
    """Starts, watches and stops what was taken in."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: RunRecords,
        store: RunStore,
        models: Models,
        access: Access,
        tries: Tries,
    ) -> None:
        self._db = db
        self._records = records
        self._store = store
        self._models = models
        self._access = access
        self._tries = tries

    def stop(self, run_id: str, who: Who) -> Run:
        """Write down that it is to stop now; the worker does it.

        Raises:
            NoSuchRun, RunOver, NotAllowed: with words.

        """
        run = self._records.get(run_id)
        if run is None:
            raise NoSuchRun
        self._access.require(STOP.right, who, asked_by=run.asked_by)
        if run.state.ended:
            raise RunOver
        if run.stop_wanted:
            return run
        state = msgspec.structs.replace(run.state, stopped_by=who.name)
        return self._store.change(
            replace(run, stop_wanted=True, fails=0, next_try_at=0.0), state, at=self._db.time()
        )

    def round(self, start: Start = at_once) -> None:
        """Look at every run that is not over; one that hangs or fails does not stop the others."""
        for run in self._records.live():
            start(f"run:{run.id}", partial(self._take_up, run))

    def urgent(self, start: Start = at_once) -> None:
        """Look at those that wait for their start or whose end has come."""
        live = self._records.live()
        if not live:
            return
        now = self._db.time()
        for run in live:
            due = run.stop_wanted or is_past(now, run.ends_at, run.seconds)
            if run.state.state == ASKED or (due and run.state.state == RUNNING):
                start(f"run:{run.id}", partial(self._take_up, run))

    def _take_up(self, run: Run) -> None:
        with about(run=run.id):
            self._tries.take_up(
                f"run:{run.id}",
                run,
                self._records.get,
                self._look,
                what=f"looking after model {run.called}",
                refused=self._trouble,
                failed=self._again,
            )

    def _look(self, run: Run, hold: LeaseGuard) -> None:
        """One look, and what follows from it."""
        if not run.state.reserved:
            try:
                run = self._reserve(run)
            except Refusal as refusal:
                self._refuse(run, refusal)
                return
        seen = self._seen(run)
        at = self._at(seen)
        look = Look(seen.status, at, seen.message) if seen else Look(GONE, at)
        state, changes, act = observe(run.state, look, wanted_stop=run.stop_wanted)
        hold.confirm()
        if act == Act.STOP:
            self._models.stop(run.arn)
            by = state.stopped_by or END
            state = msgspec.structs.replace(state, state=STOPPING, stopped_by=by)
        if act == Act.START:
            # written first: whatever becomes of the answer, it is known that one may come
            state = msgspec.structs.replace(state, sent=True)
            run = self._store.change(run, state, at=at)
            try:
                self._models.start(run.arn, run.units)
            except Refusal as refusal:
                self._not_started(run, refusal)
                return
            state = msgspec.structs.replace(state, state=STARTING)
        state = msgspec.structs.replace(state, trouble="")  # this look has worked
        if state != run.state or run.fails:
            self._store.change(replace(run, fails=0), state, changes, at=at)
        else:
            self._store.show(run, at)

    def _seen(self, run: Run) -> Seen | None:
        """How the model is. Where AWS does not say and the end has come, it is told to stop all the
        same.
        """
        try:
            return self._models.version(run.project_arn, run.version_name)
        except LabeljobError:
            if run.stop_wanted or is_past(self._db.time(), run.ends_at, run.seconds):
                with suppress(LabeljobError):
                    self._models.stop(run.arn)
            raise

    def _at(self, seen: Seen | None) -> float:
        """The time by AWS's clock; by the database's where AWS does not tell."""
        if seen is None or seen.at is None:
            return self._db.time()
        return seen.at

    def _reserve(self, run: Run) -> Run:
        """The run with its end by AWS's clock; the model was found at rest, so what runs from now
        on is ours.

        Raises:
            ModelBusy, EndPassed, NotAllowed: nothing was started.

        """
        who = self._access.who(run.team_id, run.asked_by, run.channel)
        if not who.gone:
            self._access.require(RUN.right, who)
        now = self._db.time()
        if run.stop_wanted or is_past(now, run.ends_at, run.seconds):
            raise EndPassed
        seen = self._models.version(run.project_arn, run.version_name)
        if seen is None or seen.status not in IDLE:
            status = seen.status if seen else "gone"
            raise ModelBusy(f"AWS says that this model is {status}, so it was not started here.")
        at = self._at(seen)
        state = msgspec.structs.replace(
            run.state, reserved=True, began_at=at, ends_at=at + (run.ends_at - now)
        )
        return self._store.change(run, state, at=at)

    def _not_started(self, run: Run, refusal: Refusal) -> None:
        """AWS refused to start it: the end, unless an earlier try has started it all the same."""
        seen = self._models.version(run.project_arn, run.version_name)
        if seen is None or seen.status in IDLE:
            self._refuse(run, refusal)

    def _refuse(self, run: Run, refusal: Refusal) -> None:
        state = msgspec.structs.replace(run.state, state=REFUSED, cause=redact(refusal.words))
        self._store.change(run, state, (Change.REFUSED,))

    def _trouble(self, run: Run, refusal: Refusal) -> None:
        """AWS does not let it be looked at or stopped."""
        self._tell(self._records.get(run.id) or run, refusal.words)

    def _tell(self, run: Run, said: str) -> None:
        """Told once, tried again."""
        words = redact(said)
        line = None
        if not run.state.trouble:
            line = run_cards.trouble_line(self._store.heard(run), words)
        state = msgspec.structs.replace(run.state, trouble=words)
        self._store.change(self._later(run), state, at=self._db.time(), line=line)

    def _again(self, run: Run, pause: Transient) -> None:
        """AWS is busy: another look soon; where its end is long past, people are told."""
        log.info("model %s: %s", run.called, pause.words)
        run = self._records.get(run.id) or run
        if self._db.time() > run.ends_at + _LONG_PAST:
            self._tell(run, pause.words)
            return
        self._store.change(self._later(run), run.state, at=self._db.time())

    def _later(self, run: Run) -> Run:
        """After one more failure; never set aside, for somebody pays meanwhile."""
        wait = min(_PAUSE_MAX, _PAUSE_FIRST * 2 ** min(run.fails, 5))
        return replace(run, fails=run.fails + 1, next_try_at=self._tries.due_in(wait))
