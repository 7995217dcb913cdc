"""Looks: what a form could not find out within its 1.5 s is found out by a worker, and shown in the
review that stands open.

A review that was left, or turned back to its form, is not touched. What takes longer than a person
waits is broken off with words.
"""

import logging
from functools import partial

from bot.base.blocks import Block
from bot.base.clock import Clock, NewId
from bot.base.errors import Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.datasets import review
from bot.datasets.drafts import Drafts, Waiting
from bot.datasets.examination import Unfit
from bot.datasets.look import look
from bot.datasets.sights import Sights
from bot.delivery.windows import WindowGone, Windows
from bot.work.in_time import in_time
from bot.work.leases import LeaseGuard, LeaseLost
from bot.work.tries import Tries, Unexpected

_SECONDS = 300.0  # ours: so long somebody may read a review and wait

log = logging.getLogger(__name__)


class Looks:
    """Fills the reviews of datasets that stand open."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        drafts: Drafts,
        windows: Windows,
        sights: Sights,
        region: str,
        tries: Tries,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._drafts = drafts
        self._windows = windows
        self._sights = sights
        self._region = region
        self._tries = tries
        self._clock = clock
        self._new_id = new_id

    def round(self, start: Start = at_once) -> None:
        """Look at every dataset whose review waits; a long look does not stop the others."""
        for one in self._drafts.waiting():
            start(f"look:{one.draft_id}", partial(self._take_up, one))

    def _take_up(self, one: Waiting) -> None:
        name = f"look:{one.draft_id}"
        with about(draft=one.draft_id), self._tries.hold(name) as hold:
            if hold is None or not self._drafts.still(one):
                return
            try:
                view = self._found(one, hold)
            except LeaseLost:
                log.info("somebody else looks at this by now")
                return
            if self._drafts.still(one) and not self._show(one, view):
                return  # the next round looks again: the window would say for ever that it is read
            self._drafts.looked(one)

    def _found(self, one: Waiting, hold: LeaseGuard) -> Block:
        """The review with what was found, or with why nothing was."""
        source, ids = one.source, {"nonce": self._new_id(), "draft": one.draft_id}
        sight = self._sights.of(source, self._clock(), in_time(hold, _SECONDS))
        try:
            return review.page(source, look(source, sight, self._region), **ids)
        except LeaseLost:
            raise
        except Unfit as unfit:
            return review.refused(source, unfit.at_form, **ids)
        except (Refusal, Transient) as error:
            return review.refused(source, error.words, **ids)
        except Exception:  # a fault of ours would be met again at every round, and told to nobody
            log.exception("looking at the pictures of a dataset failed")
            return review.refused(source, Unexpected().words, **ids)

    def _show(self, one: Waiting, view: Block) -> bool:
        """Whether the window shows it, or nobody is there to see it."""
        try:
            self._windows.replace(one.view_id, view)
        except WindowGone:
            log.info("the review was left; nothing is shown")
        except Transient as error:
            log.warning("a review could not be shown: %s", error.words)
            return False
        return True
