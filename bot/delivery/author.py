"""Who wrote a message at Slack: the bot, or somebody else (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Author:
    """The bot's ids at Slack, "" where Slack does not say one.

    Slack names all three in an app's message; what stands in for Slack may leave some out.
    """

    bot_id: str = ""
    user_id: str = ""
    app_id: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Author":
        """Whom auth.test names; the app's id is not documented there."""
        return cls(*(str(answer.get(name) or "") for name in ("bot_id", "user_id", "app_id")))

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Whether a message that bears a mark of the bot's is the bot's own, and no copy.

        One id that is the same is enough. Where none can be compared, the mark says it.
        """
        app_id = message.get("app_id") or (message.get("bot_profile") or {}).get("app_id")
        pairs = (
            (self.bot_id, message.get("bot_id")),
            (self.user_id, message.get("user")),
            (self.app_id, app_id),
        )
        known = [ours == theirs for ours, theirs in pairs if ours and theirs]
        return not known or any(known)
