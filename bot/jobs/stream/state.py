"""What is known of the objects of a streaming job (pure)."""

from datetime import datetime

import msgspec

from bot.engines.particulars import Extras


class Stream(msgspec.Struct, frozen=True):
    """How many objects were `sent` to the job by the bot, how many of those that were asked for are
    still `to_send`, when an object came or was labeled last (None for never), and of how many idle
    days its requester was `warned` since then. `fed` tells whether a folder feeds it.
    """

    sent: int = 0
    to_send: int = 0
    active_at: datetime | None = None
    warned: tuple[int, ...] = ()
    fed: bool = False

    def active(self, now: datetime) -> "Stream":
        """After an object came or was labeled: what was warned of begins anew."""
        return msgspec.structs.replace(self, active_at=now, warned=())


def begun(extras: Extras) -> Stream | None:
    """What is known of a job that was just asked for; None of one that is no streaming job."""
    return Stream(fed=bool(extras.feed_folder)) if extras.streaming else None
