"""The Events API: what happens in the workspace, told to the app, again when it does not answer.

Promises delivery outside of any transaction, only of events the manifest subscribes to and has the
scope for, and up to three more attempts after 0, 60 and 300 seconds times `time_scale`. Some
repeated deliveries come under a new event_id and without the retry headers, as Slack's do at times:
an app that knows an event by its id alone is found out. Above 30,000 events an hour the app gets
app_rate_limited, once a minute, instead; an app that takes fewer than 5 % of many deliveries loses
its subscription until somebody switches it on again.
"""

from __future__ import annotations

import random
import secrets
import threading
from typing import TYPE_CHECKING

from bot.sandbox.slack.channels import sharing
from bot.sandbox.slack.deliveries import Delivery
from bot.sandbox.slack.event_limits import EventLimits
from bot.sandbox.slack.scopes import EVENT_SCOPES

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.deliveries import Answer
    from bot.sandbox.slack.state import Workspace
    from bot.sandbox.slack.transport import Transport

__all__ = ["Events"]

PAUSES = (0.0, 60.0, 300.0)
REASONS = {
    "timeout": "http_timeout",
    "http_error": "http_error",
    "connection_failed": "connection_failed",
    "not_connected": "connection_failed",
    "answered": "http_error",
}


class Events:
    """Sends events; attempts that wait for their time are kept in memory.

    `sent_again` and `new_id_again` are the shares of the configuration; they can be changed while
    it runs.
    """

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self._workspace = workspace
        self._transport = transport
        self._lock = threading.Lock()
        self._timers: set[threading.Timer] = set()
        self._closed = False
        self._chance = random.Random(workspace.config.seed)
        config = workspace.config
        self.limits = EventLimits(config.clock, config.events_an_hour, config.events_to_judge)
        self.sent_again = workspace.config.sent_again
        self.new_id_again = workspace.config.new_id_again

    def send(self, event: JSON) -> None:
        """Tell the app of an event, if it wants it; `_subscription` names what it must have
        subscribed to.
        """
        kept = dict(event)
        subscription = kept.pop("_subscription", kept["type"])
        config = self._workspace.config
        if subscription not in config.bot_events:
            return
        scope = EVENT_SCOPES.get(subscription)
        if scope is not None and scope not in config.scopes:
            return
        if not self.limits.admit():
            self._refuse()
            return
        outer = self._outer(kept)
        self._workspace.store.after_commit(lambda: self._soon(outer, 0, "", 0.0))

    def _refuse(self) -> None:
        """The event is lost; once a minute the app is told so, without another attempt."""
        if self.limits.first_this_minute():
            config = self._workspace.config
            told = {
                "token": "legacy-verification-token",
                "type": "app_rate_limited",
                "team_id": config.team["id"],
                "minute_rate_limited": self.limits.minute,
                "api_app_id": config.app_id,
            }
            delivery = Delivery("app:app_rate_limited", "events_api", told, "json")
            self._workspace.store.after_commit(
                lambda: self._transport.later(lambda: self._transport.deliver(delivery))
            )

    def _outer(self, event: JSON) -> JSON:
        """The envelope: the workspace that hosts the channel; `authorizations` name the one that
        installed the app.
        """
        config = self._workspace.config
        shared = sharing(self._workspace, _channel_of(event))
        return {
            "token": "legacy-verification-token",
            "team_id": config.team["id"] if shared is None else shared[0],
            "context_team_id": config.team["id"],
            "context_enterprise_id": None,
            "api_app_id": config.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._workspace.new_id("Ev"),
            "event_time": int(self._workspace.now),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": config.team["id"],
                    "user_id": config.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared is not None,
            "event_context": f"4-{secrets.token_hex(12)}",
        }

    def _soon(self, outer: JSON, attempt: int, reason: str, seconds: float) -> None:
        with self._lock:
            if self._closed:
                return
            if not seconds:
                self._transport.later(lambda: self._attempt(outer, attempt, reason))
                return
            timer = threading.Timer(seconds, self._attempt, (outer, attempt, reason))
            timer.daemon = True
            self._timers = {one for one in self._timers if one.is_alive()} | {timer}
            timer.start()

    def _attempt(self, outer: JSON, attempt: int, reason: str) -> None:
        if attempt and self._happens(self.new_id_again):
            # UNSURE: how often Slack does this; the share is a guess, that it happens is not.
            renamed = {**outer, "event_id": self._workspace.new_id("Ev")}
            delivery = Delivery("app:event", "events_api", renamed, "json")
        else:
            delivery = Delivery("app:event", "events_api", outer, "json", attempt, reason)
        answer = self._transport.deliver(delivery)
        self.limits.note(taken=answer.ok)
        if attempt >= len(PAUSES) or _no_retry(answer):
            return
        if not answer.ok:
            pause = PAUSES[attempt] * self._workspace.config.time_scale
            self._soon(outer, attempt + 1, REASONS[answer.outcome], pause)
        elif not attempt and self._happens(self.sent_again):
            self._soon(outer, 1, REASONS["timeout"], 0.0)

    def _happens(self, share: float) -> bool:
        """Decide by the seed; a share of 0 draws nothing, so that it changes no other draw."""
        with self._lock:
            return share > 0 and self._chance.random() < share

    def shares(self, sent_again: float, new_id_again: float, seed: int) -> None:
        """Change both shares (0 to 1) and begin their chances anew."""
        with self._lock:
            self.sent_again, self.new_id_again = sent_again, new_id_again
            self._chance = random.Random(seed)

    def close(self) -> None:
        """Forget what still waits."""
        with self._lock:
            self._closed = True
            for timer in self._timers:
                timer.cancel()


def _channel_of(event: JSON) -> str:
    """The id of the channel an event is about ("" where it is about none)."""
    item = event.get("item")
    return str(
        event.get("channel") or (item.get("channel") if isinstance(item, dict) else "") or ""
    )


def _no_retry(answer: Answer) -> bool:
    return any(
        name.lower() == "x-slack-no-retry" and value == "1"
        for name, value in answer.headers.items()
    )
