"""The window of *Store data* while the worker is at it; where it was closed, a direct message tells
how it ended.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.base.blocks import SECTION_TEXT, Block, cut, section
from bot.base.db import Database
from bot.base.errors import Transient
from bot.brought.brought import Stored
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.windows import WindowGone, Windows
from bot.jobs.form import store_page
from bot.jobs.preflight_records import Wanted

_TOLD_GAP = 2.0  # seconds between two edits of an open window; Slack takes 100 a minute

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tells:
    """How people hear of it: in windows, and by what waits to be said. `clock` gives seconds and
    only goes on.
    """

    windows: Windows
    db: Database
    outbox: Outbox
    clock: Callable[[], float] = time.monotonic

    def window(self, one: Wanted) -> "StoreWindow":
        """The window in which something is wanted."""
        return StoreWindow(self, one)


class StoreWindow:
    """One window, edited every two seconds at most while files are stored."""

    def __init__(self, tells: Tells, one: Wanted) -> None:
        self._tells = tells
        self._one = one
        self._told_at = tells.clock() - _TOLD_GAP
        self._gone = False

    def progress(self, stored: Stored) -> None:
        """How far it is, where somebody looks."""
        now = self._tells.clock()
        if now - self._told_at >= _TOLD_GAP:
            self._told_at = now
            self._shown(store_page.working(self._one.draft_id, stored))

    def end(self, page: Block, words: str, team_id: str) -> None:
        """The end of it; in words to the person alone where the window does not show it."""
        if not self._shown(page):
            self._say(team_id, words)

    def _shown(self, page: Block) -> bool:
        """Whether the window shows the page; one that was closed is not tried again."""
        if self._gone:
            return False
        try:
            self._tells.windows.replace(self._one.view_id, page)
        except WindowGone:
            log.info("the window was left; nothing is shown")
            self._gone = True
        except Transient as error:
            log.info("the window could not be brought up to date: %s", error.words)
            return False
        return not self._gone

    def _say(self, team_id: str, words: str) -> None:
        user_id = self._one.user_id
        with self._tells.db.write() as session:
            self._tells.outbox.say(
                session,
                Subject(team_id, "person", user_id),
                user_id,
                Message(words, [section(cut(words, SECTION_TEXT))]),
                key=f"stored:{self._one.draft_id}:{self._one.asked_at}",
                in_thread=False,
                priority=1,
            )
