"""Wishes: what somebody asked for and a worker makes: made once, tried again after failures, and
told why not where it cannot be made.

Promises to the stories: whoever asked gets it or words, also after a kill; what takes long, or
fails, does not stop the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from bot.base.errors import Transient
from bot.base.log import about, redact
from bot.base.pool import Start
from bot.work.leases import LeaseGuard
from bot.work.tries import Tried, Tries

W = TypeVar("W", bound=Tried)


class WishRecords(Protocol[W]):
    """Where wishes are written down."""

    def waiting(self) -> list[W]:
        """What is due, oldest first."""

    def get(self, row_id: str) -> W | None:
        """What is waited for under that id."""

    def save(self, wish: W, /) -> None:
        """Write down a failed try."""


@dataclass(frozen=True, slots=True)
class Wishes(Generic[W]):
    """Wishes of one kind: `name` begins their leases, `what` is what is done, in words, and `of`
    what the log says of one.
    """

    name: str
    what: str
    records: WishRecords[W]
    of: Callable[[W], Mapping[str, str]]
    tries: Tries

    def round(
        self,
        make: Callable[[W, LeaseGuard], None],
        tell: Callable[[W, str], None],
        start: Start,
    ) -> None:
        """Make everything that is wanted; `tell` why not, where it cannot be made or was tried too
        often. Both end the wish.
        """
        for one in self.records.waiting():
            start(f"{self.name}:{one.id}", partial(self._take_up, one, make, tell))

    def _take_up(
        self, one: W, make: Callable[[W, LeaseGuard], None], tell: Callable[[W, str], None]
    ) -> None:
        def failed(now: W, pause: Transient) -> None:
            after = self.tries.paused(now, pause.words)
            if after.set_aside is None:
                self.records.save(after)
            else:
                tell(now, redact(pause.words))

        with about(**self.of(one)):
            self.tries.take_up(
                f"{self.name}:{one.id}",
                one,
                self.records.get,
                make,
                what=self.what,
                refused=lambda now, refusal: tell(now, redact(refusal.words)),
                failed=failed,
            )
