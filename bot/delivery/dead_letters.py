"""Dead letters: what can never be said in a channel is told to the person who asked for it, by
direct message.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.base.blocks import section, typed
from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.sender import Death

_WHY = {
    "not_in_channel": "I am not in its channel any more. Type /invite @labeljob there",
    "channel_not_found": (
        "its channel is gone, or I was taken out of it. Type /invite @labeljob there"
    ),
    "is_archived": "its channel is archived",
    "restricted_action": "the workspace does not let me post in its channel",
}
"""By how Slack's error code begins: restricted_action has a family of its own."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for something: a user id; `what` it is ("labeling job"), its `name`, and the `work`
    that goes on.

    `stage` is a short name of how it stands where it does not go on, "" while it does; `stands`
    says that in a sentence, escaped.
    """

    person: str
    what: str
    name: str
    work: str
    stage: str = ""
    stands: str = ""


Asker = Callable[[str], Asked | None]
"""Who asked for the subject of that id; None when nobody did."""


Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone (""
for nobody's).
"""


class DeadLetters:
    """Tells the asker once per subject and reason, and once more when it does not go on, or a
    manager in their place. `askers` know the subjects by kind.
    """

    def __init__(
        self, db: Database, outbox: Outbox, askers: Mapping[str, Asker], told: Told = str
    ) -> None:
        self._told = told
        self._db = db
        self._outbox = outbox
        self._askers = askers

    def tell(self, death: Death) -> None:
        """The asker learns that the channel cannot be reached, and how the work itself stands."""
        asker = self._askers.get(death.subject.kind)
        asked = asker(death.subject.id) if asker else None
        if asked is None or death.channel == asked.person:
            return
        person = self._told(asked.person)
        if person in {"", death.channel}:
            log.warning(
                "nobody is left who could be told that %s cannot be spoken of: %s",
                asked.name,
                death.error,
            )
            return
        known = (words for code, words in _WHY.items() if death.error.startswith(code))
        why = next(known, f"Slack answers {death.error}")
        whose = f"your {asked.what} {typed(asked.name)}"
        if person != asked.person:
            whose = (
                f"the {asked.what} {typed(asked.name)}, whose requester has no active account any "
                "more"
            )
        stands = asked.stands or f"The {asked.work} itself goes on."
        words = f"I cannot tell about {whose}: {why}. {stands}"
        stage = f":{asked.stage}" if asked.stage else ""
        with self._db.write() as session:
            self._outbox.say(
                session,
                death.subject,
                person,
                Message(words, [section(words)]),
                key=f"undelivered:{death.subject.id}:{death.channel}:{death.error}{stage}",
                in_thread=False,
                priority=1,
            )
