"""Preflight: while somebody reads the review, the worker looks at everything that would fail.

Promises to the reader: the open review is brought up to date, with how far the look is, for a
minute at most; what was not found out by then is named and looked at again before the launch. What
was found is shown once more when Slack's answer, which opens the review, cannot hide it any more. A
review that was left is not touched, and Create may be pressed at any time.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from bot.base.errors import Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.delivery.windows import WindowGone
from bot.jobs.checks.check import PREFLIGHT_OBJECTS, Look
from bot.jobs.checks.checker import Checker
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind
from bot.jobs.fixes import FIXES
from bot.jobs.open_review import OpenReview, Reviews
from bot.jobs.preflight_records import (
    AGAIN,
    CHECK,
    ELSEWHERE,
    PREVIEW,
    PreflightRecords,
    Wanted,
)
from bot.jobs.preview import Previews
from bot.jobs.records import Records
from bot.manifests.looked import Looked
from bot.people.access import Access
from bot.work.in_time import in_time
from bot.work.leases import LeaseGuard, LeaseLost
from bot.work.tries import Tries

_SECONDS = 60.0  # ours: a minute of looking while a person waits
_GIVEN = "the preview is in your direct messages with Labeljob"
_FIX_SECONDS = 600.0  # ours: a fix was asked for, and may have 100,000 objects to look at

log = logging.getLogger(__name__)


class Preflight:
    """Looks at the drafts whose reviews stand open. `clock` gives seconds and only goes on."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        wanted: PreflightRecords,
        records: Records,
        reviews: Reviews,
        previews: Previews,
        checker: Checker,
        access: Access,
        tries: Tries,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wanted = wanted
        self._records = records
        self._reviews = reviews
        self._previews = previews
        self._checker = checker
        self._access = access
        self._tries = tries
        self._clock = clock

    def want(self, draft_id: str, user_id: str, view_id: str, wanted: str = CHECK) -> None:
        """Have an open review looked at, one of its fixes done, or its preview made."""
        self._wanted.want(draft_id, user_id, view_id, wanted)

    def left(self, draft_id: str) -> None:
        """Note that the review is not read any more."""
        self._wanted.over(draft_id)

    def round(self, start: Start = at_once) -> None:
        """Look at every review that stands open; one that takes long does not stop the others."""
        for one in self._wanted.waiting():
            if one.wanted in ELSEWHERE:  # no review stands open
                continue
            start(f"preflight:{one.draft_id}", partial(self._take_up, one))

    def _take_up(self, one: Wanted) -> None:
        name = f"preflight:{one.draft_id}"
        with about(draft=one.draft_id), self._tries.hold(name) as hold:
            if hold is None or not self._still(one):
                return
            draft = self._records.draft(one.draft_id, one.user_id)
            if draft is not None and self._may(draft):
                self._look(one, draft, hold)
            self._wanted.looked(one)

    def _still(self, one: Wanted) -> bool:
        """Whether the review stands open as it did, and nothing else is wanted for it."""
        return self._wanted.get(one.draft_id) == one

    def _may(self, draft: Draft) -> bool:
        """Whether whoever fills the form may still ask: what is wrong with a file is told to nobody
        else.
        """
        who = self._access.who(draft.team_id, draft.asked_by, draft.channel)
        return self._access.may("create", who)

    def _look(self, one: Wanted, draft: Draft, hold: LeaseGuard) -> None:
        """Look, and show what is found as it is found."""
        wanted = partial(self._wanted.get, one.draft_id)
        shown = OpenReview(self._reviews, one, wanted, self._clock)
        try:
            if one.wanted == AGAIN:
                shown.show(draft, draft.found, fine=draft.fine)
                return
            draft, done = self._done(one, draft, shown, hold)
            step = in_time(hold, _SECONDS, self._clock)
            shown.show(draft, (*done.not_done, *draft.found), checking="Checking everything…")
            look = Look(PREFLIGHT_OBJECTS, told=partial(_tell, shown, draft, step))
            checked = self._checker.preflight(draft, step, look)
            found = msgspec.structs.replace(
                draft,
                job_name=checked.name or draft.job_name,
                found=(*done.not_done, *checked.findings),
                fine=(*done.fine, *checked.fine),
                unread=checked.unread,
                objects=checked.objects,
                texts=checked.texts,
                names={**draft.names, **checked.names},
            )
            self._records.keep_found(one.draft_id, draft, found)
            shown.show(found, found.found, fine=found.fine)
        except WindowGone:
            log.info("the review was left; nothing is shown")
        except LeaseLost:
            log.info("somebody else looks at this review by now")

    def _done(
        self, one: Wanted, draft: Draft, shown: OpenReview, hold: LeaseGuard
    ) -> tuple[Draft, "_Done"]:
        """The draft after what was pressed on its review; where that cannot be done, the reason
        stands there.
        """
        fix, label = FIXES.get(one.wanted), "Preview"
        try:
            if one.wanted == PREVIEW:
                shown.show(draft, draft.found, checking="Making the preview…")
                self._previews.give(draft, draft.asked_by, in_time(hold, _SECONDS, self._clock))
                return draft, _Done(fine=(_GIVEN,))
            if fix is not None:
                label = fix.label
                shown.show(draft, draft.found, checking=fix.doing)
                step = in_time(hold, _FIX_SECONDS, self._clock)
                fixed = fix.run(draft, self._checker.sight(draft, step))
                self._records.keep_found(one.draft_id, draft, fixed)
                return fixed, _Done()
        except LeaseLost:
            raise
        except (Refusal, Transient) as error:
            why = Finding(Kind.LOOK_AT, f"“{label}” was not done. {error.words}")
            return draft, _Done(not_done=(why,))
        return draft, _Done()


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a press on the review: why it was not done, or what is well now."""

    not_done: tuple[Finding, ...] = ()
    fine: tuple[str, ...] = ()


def _tell(shown: OpenReview, draft: Draft, step: Callable[[], None], looked: Looked) -> None:
    """How far the look at the objects is."""
    step()
    of = f" of {looked.of:,}" if looked.of else ""
    shown.progress(draft, f"{looked.done:,}{of} looked at…")
