"""What a practice Slack workspace is made of: given by whoever starts it, never built in.

Promises that the stand-in learns everything about the app (name, commands, scopes, events) from the
app's own manifest, as Slack does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["SlackConfig"]

JSON = dict[str, Any]


@dataclass(frozen=True)
class SlackConfig:
    """One workspace with one installed app.

    `store` is the SQLite file (files people upload lie in a folder beside it). `people`: id, name,
    and if wanted real_name, title, email, tz, color, is_admin, is_restricted, deleted; team_id for
    somebody of another workspace (or with enterprise_user, whose `teams` name ours, for a colleague
    with another home), is_stranger, and `hidden` for whom the app may not see. An entry with is_bot
    is the app's bot user, else one is made from the manifest; with a bot_id of its own it is
    another app's bot, and with `is_workflow` a workflow, whose messages name no user. `channels`:
    id, name, is_private, topic, members (ids, or the word "bot"); `shared_with` (ids of workspaces)
    makes a channel of Slack Connect, which `host` (one of these) owns, else we. `request_url` is
    where signed HTTP goes; None means Socket Mode. `time_scale` scales the pauses before an event
    is delivered again (0 s, 60 s, 300 s). `sent_again` is the share of events that come once more
    although the app took them, `new_id_again` the share of repeated deliveries that come under a
    new event_id and without the retry headers; both are drawn with `seed`. `events_an_hour` is the
    most that the app gets; from `events_to_judge` deliveries an hour on it must take 5 % of them.
    `connection_seconds` is the life of a Socket Mode connection, `leave_seconds` what is left of it
    once the app was told to go. `ack_seconds` is how long Slack waits for the app. `messages`
    (channel, user or "bot", text, blocks, thread_of) are there from the start.
    """

    store: Path
    manifest: JSON
    bot_token: str
    app_token: str
    signing_secret: str
    people: Sequence[JSON]
    channels: Sequence[JSON]
    links: Mapping[str, str] = field(default_factory=dict)
    request_url: str | None = None
    time_scale: float = 1.0
    rate_limits: bool = True
    sent_again: float = 0.0
    new_id_again: float = 0.1
    seed: int = 7
    messages: Sequence[JSON] = ()
    usergroups: Sequence[JSON] = ()
    team: Mapping[str, str] = field(
        default_factory=lambda: {
            "id": "T0ORCHARD",
            "name": "Orchard Works",
            "domain": "orchard-works",
        }
    )
    app_id: str = "A0LABELJOB"
    bot_id: str = "B0LABELJOB"
    banner: Mapping[str, Any] | None = None
    ack_seconds: float = 3.0
    events_an_hour: int = 30_000
    events_to_judge: int = 1_000
    connection_seconds: float = 18_060.0
    leave_seconds: float = 10.0
    clock: Callable[[], float] = time.time

    @property
    def app_name(self) -> str:
        """The name people see on the app's messages."""
        user = self.features.get("bot_user") or {}
        return str(
            user.get("display_name")
            or self.manifest.get("display_information", {}).get("name")
            or "app"
        )

    @property
    def features(self) -> JSON:
        """The manifest's features: bot_user, app_home, slash_commands, shortcuts."""
        return dict(self.manifest.get("features") or {})

    @property
    def settings(self) -> JSON:
        """The manifest's settings: event_subscriptions, interactivity, socket_mode_enabled."""
        return dict(self.manifest.get("settings") or {})

    @property
    def scopes(self) -> list[str]:
        """The bot scopes the workspace has granted: exactly those of the manifest."""
        return list(
            ((self.manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
        )

    @property
    def bot_events(self) -> frozenset[str]:
        """The events the app has subscribed to."""
        return frozenset((self.settings.get("event_subscriptions") or {}).get("bot_events") or [])

    @property
    def bot_user(self) -> JSON:
        """The app's own user."""
        for person in self.people:
            if person.get("is_bot") and not person.get("bot_id"):
                return dict(person)
        return {
            "id": "U0LABELJOB",
            "name": self.app_name.lower().replace(" ", ""),
            "real_name": self.app_name,
        }

    @property
    def bot_user_id(self) -> str:
        """The id that a mention of the app carries."""
        return str(self.bot_user["id"])
