"""A pool: a few things are worked on at once, so that a long one leaves room for the others.

Promises to a round that hands things over: each is worked on once at a time; there are never more
than `places` of them; a long one holds up nobody while another place is free. While none is,
handing over waits (a round that does not end says so in `/readyz`), or leaves the thing to the
round that comes next where the round has more to do. One that fails is logged and the round that
comes next looks again (the broad `except` has its reason here).
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from bot.base.errors import LabeljobError

Work = Callable[[], None]
Start = Callable[[str, Work], None]
"""Begins the work on a thing that has this name."""

log = logging.getLogger(__name__)


def at_once(_name: str, work: Work) -> None:
    """Begin the work and end it, here: one thing after the other."""
    work()


class Pool:
    """Threads that work on named things. `waits` for a place, or begins nothing while there is
    none.
    """

    def __init__(self, name: str, places: int, *, waits: bool = True) -> None:
        self._places = places
        self._waits = waits
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=name)
        self._going: set[str] = set()
        self._ended = False
        self._changed = threading.Condition()

    def start(self, name: str, work: Work) -> None:
        """Begin the work as soon as there is a place; nothing when this thing is worked on already,
        or at the end.
        """
        with self._changed:
            if self._waits:
                self._changed.wait_for(
                    lambda: self._ended or name in self._going or len(self._going) < self._places
                )
            if self._ended or name in self._going or len(self._going) >= self._places:
                return
            self._going.add(name)
            # its log lines say what the round's say
            self._threads.submit(copy_context().run, self._do, name, work)

    def _do(self, name: str, work: Work) -> None:
        try:
            work()
        except LabeljobError as error:
            log.warning("%s: %s The next round looks again", name, error.words)
        except Exception:
            log.exception("%s failed; the next round looks again", name)
        finally:
            with self._changed:
                self._going.remove(name)
                self._changed.notify_all()

    def close(self) -> None:
        """Begin nothing more; who waits for a place goes on."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def end(self) -> None:
        """Close, and wait for what is being worked on."""
        self.close()
        self._threads.shutdown(wait=True)
