"""A review that stands open at somebody's, brought up to date while it is looked at."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.base.blocks import Block
from bot.base.clock import NewId
from bot.base.errors import Transient
from bot.delivery.windows import WindowChanged, WindowGone, Windows
from bot.jobs.accept import Accept
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding
from bot.jobs.form.pages import numbered, thanks
from bot.jobs.form.review import Reviewed, review
from bot.jobs.preflight_records import Wanted

_TOLD_GAP = 2.0  # seconds between two edits of an open window; Slack takes 100 a minute

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reviews:
    """What reviews are made of, and where they are shown."""

    windows: Windows
    accept: Accept
    new_id: NewId
    preview: bool

    def reviewed(self, draft: Draft) -> Reviewed:
        """What the review of a draft says, but for what is being looked at."""
        return replace(self.accept.reviewed(draft), preview=self.preview)


class OpenReview:
    """A review that stands open; edited at most every two seconds while a look goes on.

    `wanted` tells what is wanted of it by now, None where it was left; `clock` gives seconds and
    only goes on.
    """

    def __init__(
        self,
        reviews: Reviews,
        one: Wanted,
        wanted: Callable[[], Wanted | None],
        clock: Callable[[], float],
    ) -> None:
        self._reviews = reviews
        self._one = one
        self._wanted = wanted
        self._clock = clock
        self._hash = ""
        self._told_at = clock()

    def show(
        self,
        draft: Draft,
        findings: tuple[Finding, ...],
        *,
        fine: tuple[str, ...] = (),
        checking: str = "",
    ) -> None:
        """Show the review as it is now. Where Slack does not say whether it shows it, the next one
        may.

        Raises:
            WindowGone: it is not open any more.

        """
        accept = self._reviews.accept
        reviewed = replace(
            self._reviews.reviewed(draft), findings=findings, fine=fine, checking=checking
        )
        view = review(accept.form.asked(draft), reviewed, self._one.draft_id)
        try:
            self._hash = self._shown(numbered(view, self._reviews.new_id()))
        except Transient as error:
            log.warning("a review could not be brought up to date: %s", error.words)
        self._told_at = self._clock()
        if not self._still():
            self._give_way(draft)

    def _still(self) -> bool:
        """Whether it stands open as it did, and nothing else is wanted of it."""
        return self._wanted() == self._one

    def _give_way(self, draft: Draft) -> None:
        """Leave the window: something was pressed at the moment of an edit, which may have come
        after what Create or Back show. A fix or a preview shows the review itself.

        Raises:
            WindowGone: always.

        """
        if self._wanted() is not None:
            raise WindowGone
        accept, draft_id = self._reviews.accept, self._one.draft_id
        if accept.taken(draft_id) is None:
            page = numbered(accept.page(draft, draft_id), self._reviews.new_id())
            self._reviews.windows.replace(self._one.view_id, page)
        # asked once more: Create says that it was pressed before it has taken the job in
        job = accept.taken(draft_id)
        if job is not None:
            self._reviews.windows.replace(self._one.view_id, thanks(job.name, job.channel))
        raise WindowGone

    def progress(self, draft: Draft, words: str) -> None:
        """Show how far it is, not more often than people can read."""
        if self._clock() - self._told_at >= _TOLD_GAP:
            self.show(draft, draft.found, checking=words)

    def _shown(self, page: Block) -> str:
        """The window's hash with this page in it. The answer that opens the review may come after
        the first look at it: it changes the window too, and is no reason to leave it alone.
        """
        if not self._still():
            raise WindowGone
        try:
            return self._reviews.windows.replace(self._one.view_id, page, self._hash)
        except WindowChanged:
            if not self._still():
                raise WindowGone from None
            return self._reviews.windows.replace(self._one.view_id, page)
