"""The senders of one worker: what the outbox holds is said, and a slow channel does not hold up the
others.
"""

import os
import random
import socket
from collections.abc import Callable
from functools import partial

from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.rounds import Round, simple
from bot.base.settings import Settings
from bot.base.slack_client import SlackClient
from bot.delivery import shut_channels
from bot.delivery.claims import Claims
from bot.delivery.dead_letters import DeadLetters
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Sender

_SENDERS = 3


class Senders:
    """Makes senders; `client` makes each a Slack client with the worker's patience."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        client: Callable[[], SlackClient],
        dead_letters: DeadLetters,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._settings = settings
        self._client = client
        self._dead_letters = dead_letters
        self._new_id = new_id

    def rounds(self) -> list[Round]:
        """What a worker says, and how often it looks."""
        gap = self._settings.send_gap
        sends = [Round(f"send {n}", gap, simple(self.sender().drain)) for n in range(_SENDERS)]
        shut = simple(partial(shut_channels.try_again, self._db))
        return [Round("shut channels", shut_channels.TRIED_EVERY_S, shut), *sends]

    def sender(self) -> Sender:
        """A sender of its own name, so that two never take each other's rows for their own."""
        settings = self._settings
        return Sender(
            db=self._db,
            claims=Claims(self._db, lease=settings.lease, duplicate_wait=settings.duplicate_wait),
            budget=RateBudget(self._db, settings.post_pace),
            slack=self._client(),
            settings=settings,
            owner=f"{socket.gethostname()}:{os.getpid()}:{self._new_id()}",
            chance=random.SystemRandom(),
            tell=self._dead_letters.tell,
        )
