"""What is known of the objects of a streaming job (pure)."""

from datetime import datetime

import msgspec


class Stream(msgspec.Struct, frozen=True):
    """How many objects were `sent` to the job by the bot, how many of those that were asked for are
    still `to_send`, when an object came or was labeled last (None for never), and of how many idle
    days its requester was `warned` since then.
    """

    sent: int = 0
    to_send: int = 0
    active_at: datetime | None = None
    warned: tuple[int, ...] = ()

    def active(self, now: datetime) -> "Stream":
        """After an object came or was labeled: what was warned of begins anew."""
        return msgspec.structs.replace(self, active_at=now, warned=())
