"""Time as a door: APScheduler wakes the verbs; the database decides what there is to do.

Promises: a round that fails is logged and the next one runs (the broad `except` has its reason
here); a round never overlaps itself; two replicas or a missed round double nothing, since every
round claims what it works on. Gaps are kept by the monotonic clock (`monotonic`), whatever becomes
of the wall clock.
"""

import logging
import time
from collections.abc import Callable, Sequence

from bot.base.errors import LabeljobError
from bot.base.rounds import Round

log = logging.getLogger(__name__)


class Scheduler:
    """Runs the rounds until it is stopped. `clock` gives seconds and only goes on."""

    def __init__(
        self, rounds: Sequence[Round], clock: Callable[[], float] = time.monotonic
    ) -> None:
        from bot.runtime.monotonic import MonotonicScheduler  # noqa: PLC0415 - only a worker has rounds

        self._scheduler = MonotonicScheduler(
            clock,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            executors={"default": {"type": "threadpool", "max_workers": len(rounds) + 1}},
        )
        for each in rounds:
            self._scheduler.add_job(
                self._round, "interval", args=[each], seconds=each.gap, id=each.name
            )
        self._pools = [each.pool for each in rounds if each.pool]

    def start(self) -> None:
        """Begin: every round once at once, then each in its gap."""
        self._scheduler.start()

    def _round(self, each: Round) -> None:
        """One round; whatever it raises ends with it."""
        try:
            each.run()
        except LabeljobError as error:
            log.warning("round %s: %s The next one runs in %s s", each.name, error.words, each.gap)
        except Exception:
            log.exception("round %s failed; the next one runs in %s s", each.name, each.gap)

    def stop(self) -> None:
        """Finish the rounds that run and what they have begun, and begin no other."""
        for pool in self._pools:
            pool.close()
        self._scheduler.shutdown(wait=True)
        for pool in self._pools:
            pool.end()
