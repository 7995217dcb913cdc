"""The sender: the only code that posts what was committed.

Promises: a row that was committed is posted once, in order, whatever dies in between. It posts with
our row id in the message's metadata, never lets the SDK try again by itself (that alone can double
a post), and after every unknown outcome looks in the channel for that id before it posts again.
Where it may not look, or could not for an hour, it posts with the words "may repeat": late or twice
is better than never. An administrator can choose (`recover`) not to look at all: then a line is
repeated with those words, or left out with a note that it may be missing. What cannot be said is
told of (`tell`) before it is given up, so that no death of this process hides it. Broad `except`
has its reason here: one bad message must not stop the others.
"""

import logging
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base import metrics
from bot.base.blocks import context
from bot.base.db import Database
from bot.base.failpoints import failpoint
from bot.base.log import about
from bot.base.moments import MARGIN
from bot.base.settings import SPARE, Settings
from bot.base.slack_failures import NO_ANSWER, outcome_unknown, slack_code
from bot.delivery.author import Author
from bot.delivery.claims import Claimed, Claims, Doubtful
from bot.delivery.message import Message
from bot.delivery.outbox import Subject
from bot.delivery.rate_budget import RateBudget

EVENT_TYPE = "labeljob_notice"
# seconds that Slack's clock may be behind the database's when more than one page is looked through
_SKEW = 120.0
_NEVER = re.compile(
    "channel_not_found|is_archived|not_in_channel|user_not_found|cannot_dm_bot|messages_tab_disabled|missing_scope"
    "|restricted_action.*|slack_connect_.*"
)
_REVOKED = {
    "invalid_auth",
    "token_revoked",
    "account_inactive",
    "not_authed",
    "token_expired",
    "team_access_not_granted",
    "org_login_required",
    "team_added_to_org",
}
_THROTTLED = {"ratelimited", "rate_limited", "HTTP 429"}
_OUR_BUG = {"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"}
_GONE = {"message_not_found", "cant_update_message"}
_BLIND = {
    "missing_scope",
    "method_not_supported_for_channel_type",
    "thread_not_found",
}  # nothing can be looked up
_STAYS = {
    "message_not_found",
    "cant_delete_message",
    "compliance_exports_prevent_deletion",
}  # of a deletion
_BREAKER = 60.0  # seconds of silence towards a team whose token Slack refused
# seconds of tries, after which what cannot be looked up is posted, and what is refused is given up
_GIVE_UP = 3600.0
_PAUSE = 30.0  # seconds to leave a method alone when Slack does not say for how long
_MAY_REPEAT = "(may repeat: Slack did not confirm an earlier try)"
_MAY_MISS = (
    "A message may be missing here: Slack did not confirm it. Cards and `/labeljob status` are up "
    "to date."
)

log = logging.getLogger(__name__)


class SlackDown(Exception):
    """The outcome of a call is unknown: no answer, a broken one, or Slack's own internal error."""


@dataclass(frozen=True, slots=True)
class Death:
    """A message that can never be said: whom it spoke about, where, and Slack's error code."""

    subject: Subject
    channel: str
    error: str


class Sender:
    """Sends what is due. Any number of senders may run, in any number of processes.

    `tell` hears of every message that can never be said; of one message perhaps more than once.
    """

    def __init__(  # noqa: PLR0913 - the parts it joins
        self,
        *,
        db: Database,
        claims: Claims,
        budget: RateBudget,
        slack: WebClient,
        settings: Settings,
        owner: str,
        chance: random.Random,
        tell: Callable[[Death], None] | None = None,
    ) -> None:
        self._db = db
        self._claims = claims
        self._budget = budget
        self._slack = slack
        self._settings = settings
        self._owner = owner
        self._chance = chance
        self._tell = tell
        self._own: Author | None = None

    def drain(self, limit: int = 200) -> list[Death]:
        """Send what is due now, at most `limit` rows; the messages that died on the way are
        returned.
        """
        deaths: list[Death] = []
        self._claims.bring_back()
        for _ in range(limit):
            claimed = self._claims.claim(self._owner)
            if claimed is None:
                break
            try:
                with about(outbox=claimed.id):
                    death = self._send(claimed)
            except Exception:
                log.exception("sending %s %s failed", claimed.table, claimed.id)
                self._claims.unknown(claimed, self._settings.look_wait, "internal")
                continue
            if death:
                deaths.append(death)
        self._remove_duplicates()
        return deaths

    def _send(self, claimed: Claimed) -> Death | None:
        """One row through look, budget, call and outcome."""
        method = "conversations.replies" if claimed.thread_ts else "conversations.history"
        try:
            if claimed.look and self._recovered(claimed, method):
                return None
            method = "chat.update" if claimed.edit_ts else "chat.postMessage"
            wait = self._budget.take(
                claimed.team_id, method, claimed.channel, urgent=claimed.urgent
            )
            if wait:
                return self._give_up(claimed, wait, "budget")
            # Last of all: the look and the budget may have waited for Slack or for the database's
            # lock.
            if not self._lasts(claimed.lease_until - self._db.time()):
                return self._give_up(claimed, 0.0, "too little lease left to send safely")
            failpoint("before-post")
            ts = self._post(claimed)
            failpoint("posted")
            if not self._claims.done(claimed, ts):
                log.warning(
                    "%s %s was sent late: another sender had taken it over",
                    claimed.table,
                    claimed.id,
                )
                self._claims.overtaken(claimed)
                self._remove_duplicates()
        except (SlackApiError, SlackDown) as error:
            return self._failed(claimed, error, method)
        return None

    def _lasts(self, left: float) -> bool:
        """Whether the seconds that are `left` of a lease do for one call.

        Much more than the lease itself: the database's clock was set back since it was taken, and
        nobody knows.
        """
        lease = self._settings.lease
        return self._settings.slack_timeout + SPARE * lease <= left <= lease + MARGIN

    def _recovered(self, claimed: Claimed, method: str) -> bool:
        """What becomes of a row that an earlier try may have posted; False when it is to be posted
        again now.
        """
        how = self._settings.recover
        if how == "look":
            wait = self._budget.take(claimed.team_id, method)
            if wait:
                self._give_up(claimed, wait, "look-up budget")
                return True
            found = self._look(claimed)
            if found:
                self._claims.done(claimed, found, found=True)
            return bool(found)
        # never a card: without it its thread has no place
        if how == "skip" and claimed.table == "outbox":
            log.warning("%s is not sent again: Slack did not confirm it", claimed.id)
            self._claims.skip(claimed, Message(_MAY_MISS, [context(_MAY_MISS)]).payload())
            return True
        _mark_as_repeat(claimed.payload)
        return False

    def _give_up(self, claimed: Claimed, seconds: float, why: str) -> Death | None:
        """Not sent now. A row that an earlier try may have posted keeps that doubt."""
        (self._claims.unknown if claimed.look else self._claims.later)(claimed, seconds, why)
        return None

    def _post(self, claimed: Claimed) -> str:
        """Post or edit; the ts of what stands now."""
        said = dict(claimed.payload)
        said.pop("note", None)
        ids = said.pop("ids", None)  # of a digest: every row whose words it holds
        known = {"id": claimed.id, **({"ids": ids} if ids else {})}
        metadata = {"event_type": EVENT_TYPE, "event_payload": known}
        arguments: dict[str, Any] = {"channel": claimed.channel, "metadata": metadata, **said}
        if claimed.edit_ts:
            # Metadata is sent again with every edit: chat.update without it may drop it.
            arguments["channel"] = self._conversation(claimed.channel)
            return str(self._call("chat.update", ts=claimed.edit_ts, **arguments)["ts"])
        if claimed.thread_ts:
            arguments |= {"thread_ts": claimed.thread_ts, "reply_broadcast": claimed.broadcast}
        return str(
            self._call("chat.postMessage", unfurl_links=False, unfurl_media=False, **arguments)[
                "ts"
            ]
        )

    def _look(self, claimed: Claimed) -> str | None:
        """The ts under which an earlier try stands. Where nobody can look, the message is marked
        and goes out again.
        """
        try:
            found = self._find(claimed.channel, claimed.thread_ts, claimed.id, claimed.first_try_at)
        except (SlackApiError, SlackDown) as error:
            code = _code(error)
            ruled = code in _THROTTLED | _REVOKED or _NEVER.fullmatch(code)
            if code not in _BLIND and (ruled or not self._tried_for_long(claimed)):
                raise
            log.warning(
                "cannot look for %s (%s): it is posted again, marked as a possible repeat",
                claimed.id,
                code,
            )
        else:
            # any other is a duplicate, which `done` has looked for in a minute
            return found[0] if found else None
        _mark_as_repeat(claimed.payload)
        return None

    def _find(self, channel: str, thread_ts: str | None, row_id: str, since: float) -> list[str]:
        """The ts of every message that carries the row's id, oldest first.

        `since` is by the database's clock, and only ends the look through a channel: its newest 200
        messages and a whole thread are looked through whatever that clock says.

        Raises:
            SlackDown: Slack did not answer, or without messages.

        """
        method = "conversations.replies" if thread_ts else "conversations.history"
        arguments: dict[str, Any] = {
            "channel": self._conversation(channel),
            "include_all_metadata": True,
            "limit": 200,
        }
        if thread_ts:
            arguments["ts"] = thread_ts
        found: list[str] = []
        while True:
            answer = self._call(method, **arguments)
            messages = answer.get("messages")
            if not isinstance(messages, list):
                raise SlackDown("no messages")
            for message in messages:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("id") == row_id and self._wrote(message):
                    found.append(str(message["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            # A channel is read from its newest message on, a thread from its oldest.
            enough = messages and not thread_ts and float(messages[-1]["ts"]) < since - _SKEW
            if enough or not cursor:
                return sorted(found)
            arguments["cursor"] = cursor

    def _only(self, row: Doubtful, found: list[str]) -> None:
        """Delete every duplicate but one: the one the row knows (others may stand below it), else
        the oldest.

        Raises:
            SlackDown: a duplicate still stands, since Slack did not answer or does not delete it
                now.

        """
        kept = row.ts if row.ts in found else found[0]
        for duplicate in found:
            if duplicate != kept:
                self._delete(row, duplicate)

    def _delete(self, row: Doubtful, duplicate: str) -> None:
        if self._budget.take(row.team_id, "chat.delete"):
            raise SlackDown("no chat.delete left")
        try:
            self._call("chat.delete", channel=self._conversation(row.channel), ts=duplicate)
        except SlackApiError as error:
            code = slack_code(error)
            if self._must_wait(error, row.team_id, "chat.delete") or not (
                code in _STAYS or _NEVER.fullmatch(code)
            ):
                raise SlackDown(code) from error
            # Another replica was faster, or the workspace forbids it.
            log.warning("the duplicate %s in %s was not deleted: %s", duplicate, row.channel, code)

    def _conversation(self, channel: str) -> str:
        """A direct message is posted to a person's id, but looked up, edited and deleted in its
        conversation.
        """
        if channel.startswith(("U", "W")):
            return str(self._call("conversations.open", users=channel)["channel"]["id"])
        return channel

    def _wrote(self, message: dict[str, Any]) -> bool:
        """Whether the bot itself wrote a message that bears the id of a row."""
        if self._own is None:
            self._own = Author.of(self._call("auth.test"))
        return self._own.wrote(message)

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One Web API call, once, and counted. Every way in which the outcome can be unknown
        becomes `SlackDown`.
        """
        outcome = "unknown"
        try:
            answer = self._asked(method, arguments)
            outcome = "ok"
        except SlackApiError as error:
            outcome = (
                "throttled"
                if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS
                else "refused"
            )
            raise
        finally:
            metrics.slack_calls.labels(method, outcome).inc()
        return answer

    def _asked(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The call itself."""
        try:
            response = self._slack.api_call(method, json=arguments)
        except SlackApiError as error:
            if outcome_unknown(error):
                raise SlackDown(slack_code(error)) from error
            raise
        except NO_ANSWER as error:
            raise SlackDown(type(error).__name__) from error
        data = response.data
        if not isinstance(data, dict):
            raise SlackDown("no JSON")
        return data

    def _failed(
        self, claimed: Claimed, error: SlackApiError | SlackDown, method: str
    ) -> Death | None:
        """Write what a failure means for the row (the outcome table of delivery)."""
        if isinstance(error, SlackDown):
            self._claims.unknown(claimed, self._settings.look_wait, str(error))
            return None
        code = slack_code(error)
        if wait := self._must_wait(error, claimed.team_id, method):
            self._give_up(claimed, wait, code)
        elif code in _OUR_BUG and claimed.payload.get("blocks"):
            log.error("Slack refused our blocks (%s): sending plain text instead", code)
            ids = {"ids": claimed.payload["ids"]} if "ids" in claimed.payload else {}
            self._claims.replace(claimed, {**Message(claimed.payload["text"]).payload(), **ids})
        elif code in _GONE and claimed.edit_ts:
            log.warning(
                "the card %s in %s is gone (%s): it is posted anew",
                claimed.id,
                claimed.channel,
                code,
            )
            self._claims.gone(claimed, code)
        elif code == "edit_window_closed" and claimed.edit_ts:
            log.warning(
                "the workspace lets nobody edit %s in %s any more", claimed.id, claimed.channel
            )
            self._claims.done(claimed, claimed.edit_ts)  # its lines go on
        elif _NEVER.fullmatch(code) or code in _OUR_BUG or self._tried_for_long(claimed):
            return self._die(claimed, code)
        else:
            log.error("Slack answered %s to %s", code, method)
            self._give_up(claimed, _BREAKER, code)
        return None

    def _die(self, claimed: Claimed, code: str) -> Death | None:
        """It cannot be said. Told of first: a process that dies between the two is told of it
        again.
        """
        log.warning("%s cannot be said in %s: Slack answers %s", claimed.id, claimed.channel, code)
        subject = self._claims.subject_of(claimed)
        death = Death(Subject(*subject), claimed.channel, code) if subject else None
        if death and self._tell:
            self._tell(death)
        self._claims.dead(claimed, code, shut=code not in _OUR_BUG)
        return death

    def _tried_for_long(self, claimed: Claimed) -> bool:
        return self._db.time() - claimed.first_try_at >= _GIVE_UP

    def _must_wait(self, error: SlackApiError, team_id: str, method: str) -> float:
        """Seconds for which everybody leaves Slack alone, with this method or (a refused token)
        with all; 0.0: none.
        """
        code = slack_code(error)
        if code in _REVOKED:
            log.error(
                (
                    "Slack refuses the bot's token (%s): nothing is sent to this workspace until "
                    "it works again"
                ),
                code,
            )
            self._budget.block(team_id, "*", _BREAKER)
            return _BREAKER
        if code in _THROTTLED or error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            said = str(error.response.headers.get("Retry-After", ""))
            wait = (float(said) if said.isdecimal() else _PAUSE) + self._chance.uniform(0, 1)
            self._budget.block(team_id, method, wait)
            return wait
        return 0.0

    def _remove_duplicates(self) -> None:
        """A sender that froze between its look and its post may have doubled it: look once more,
        delete the other.
        """
        while (row := self._claims.doubtful()) is not None:
            if self._settings.recover != "look":
                self._claims.cleared(row)
                continue
            method = "conversations.replies" if row.thread_ts else "conversations.history"
            if self._budget.take(row.team_id, method):
                return  # no look-up left; the row comes again in a minute
            try:
                found = self._find(row.channel, row.thread_ts, row.id, row.since)
                if found:
                    self._only(row, found)
                self._claims.cleared(row)
            except (SlackApiError, SlackDown) as error:
                log.warning("looking for duplicates of %s failed: %s", row.id, error)
                if isinstance(error, SlackDown) or self._must_wait(error, row.team_id, method):
                    continue  # the row comes again
                code = slack_code(error)
                if code in _BLIND or _NEVER.fullmatch(code):
                    self._claims.cleared(row)


def _code(error: SlackApiError | SlackDown) -> str:
    return str(error) if isinstance(error, SlackDown) else slack_code(error)


def _mark_as_repeat(payload: dict[str, Any]) -> None:
    """Say on the message itself that it may be there already."""
    payload["text"] = f"{payload['text']} {_MAY_REPEAT}"
    if payload.get("blocks"):
        payload["blocks"] = [*payload["blocks"][:49], context(_MAY_REPEAT)]
