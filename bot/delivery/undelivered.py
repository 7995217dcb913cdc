"""Undelivered: what can never be said in a channel is told to the person who asked for it, by direct message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.base.blocks import section, typed
from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.sender import Death

_WHY = {
    "not_in_channel": "I am not in its channel any more. Type /invite @labeljob there",
    "channel_not_found": "its channel is gone, or I was taken out of it. Type /invite @labeljob there",
    "is_archived": "its channel is archived",
    "restricted_action": "the workspace does not let me post in its channel",
}
"""By how Slack's error code begins: restricted_action has a family of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for something: a user id; `what` it is ("labeling job"), its `name`, and the `work` that goes on."""

    person: str
    what: str
    name: str
    work: str


Asker = Callable[[str], Asked | None]
"""Who asked for the subject of that id; None when nobody did."""


class Undelivered:
    """Tells the asker once per subject and reason. `askers` know the subjects, by their kind."""

    def __init__(self, db: Database, outbox: Outbox, askers: Mapping[str, Asker]) -> None:
        self._db = db
        self._outbox = outbox
        self._askers = askers

    def tell(self, death: Death) -> None:
        """The asker learns that the channel cannot be reached; the work itself goes on."""
        asker = self._askers.get(death.subject.kind)
        asked = asker(death.subject.id) if asker else None
        if asked is None or death.channel == asked.person:
            return
        known = (words for code, words in _WHY.items() if death.error.startswith(code))
        why = next(known, f"Slack answers {death.error}")
        words = f"I cannot tell about your {asked.what} {typed(asked.name)}: {why}. The {asked.work} itself goes on."
        with self._db.write() as session:
            self._outbox.say(
                session,
                death.subject,
                asked.person,
                Message(words, [section(words)]),
                key=f"undelivered:{death.subject.id}:{death.channel}:{death.error}",
                in_thread=False,
                priority=1,
            )
