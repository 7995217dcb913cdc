"""The way from Slack to the app: signed HTTP, or an envelope to one Socket Mode connection.

Promises one `deliver` for both: it waits as long as Slack waits (3 seconds), never longer, and
writes every delivery into the journal under "app:…", where the fault switches can spoil it too.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitTimeoutError
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.slack.deliveries import OK, Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.journal import FaultRule
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.deliveries import Delivery
    from bot.sandbox.slack.socket_mode import SocketMode
    from bot.sandbox.slack.state import Workspace

__all__ = ["Transport"]


class Transport:
    """Delivers to whichever the workspace is set to: HTTP when there is a request address, else
    Socket Mode.

    `skew` (seconds) and `forged` spoil signatures, for tests of the app's check and of its five
    minutes. `installed` (team_id, api_app_id) are put into every payload when they are given:
    another installation's, or those of another app, which a door with a right signature must still
    not let in.
    """

    def __init__(self, workspace: Workspace, socket_mode: SocketMode) -> None:
        self._workspace = workspace
        self._socket_mode = socket_mode
        self.skew = 0.0
        self.forged = False
        self.installed: JSON = {}
        # Two pools: work that waits for a delivery must never take the place of the delivery
        # itself.
        self._waiters = ThreadPoolExecutor(max_workers=96, thread_name_prefix="to-app")
        self._workers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="slack-later")

    def close(self) -> None:
        """Stop delivering; what is on its way is forgotten."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._waiters.shutdown(wait=False, cancel_futures=True)

    def deliver(self, delivery: Delivery) -> Answer:
        """Send, wait for the answer up to Slack's patience, write both down."""
        if self.installed:
            delivery = replace(delivery, payload=_readdressed(delivery.payload, **self.installed))
        book = self._workspace.book
        rule = book.pick(delivery.operation)
        kind = None if rule is None else rule.fault
        entry = book.begin("to_app", delivery.operation, delivery.payload, fault=kind)
        if delivery.retry_num:
            entry["retry_num"] = delivery.retry_num
        started = time.monotonic()
        future: Future[Answer] = self._waiters.submit(self._spoiled, delivery, rule)
        try:
            answer = future.result(self._workspace.config.ack_seconds)
        except WaitTimeoutError:
            answer = Answer("timeout")
        body = answer.opened() if answer.outcome in {"answered", "http_error"} else answer.outcome
        book.finish(entry, body, answer.status, time.monotonic() - started)
        return answer

    def _spoiled(self, delivery: Delivery, rule: FaultRule | None) -> Answer:  # noqa: PLR0911 - one line per fault
        if rule is None:
            return self._send(delivery)
        if rule.fault in {"delay", "slow_body"}:
            time.sleep(rule.seconds)
            return self._send(delivery)
        if rule.fault == "drop_before":
            return Answer("connection_failed")
        if rule.fault == "throttle":
            return Answer("http_error", 429)
        if rule.fault == "error_500":
            return Answer("http_error", 500)
        answer = self._send(delivery)
        if rule.fault == "drop_after":
            return Answer("connection_failed")
        if rule.fault == "garbage":
            return Answer("answered", OK, b'{"response_action": "\x00')
        return self._send(delivery) if rule.fault == "duplicate" else answer

    def _send(self, delivery: Delivery) -> Answer:
        if self._workspace.request_url is not None:
            return self._post(self._workspace.request_url, delivery)
        return self._socket_mode.deliver(delivery, self._workspace.config.ack_seconds)

    def _post(self, url: str, delivery: Delivery) -> Answer:
        body, content_type = _encoded(delivery)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (practice workspace)",
            "Accept": "*/*",
        }
        headers.update(self.signature(body))
        if delivery.retry_num:
            headers["X-Slack-Retry-Num"] = str(delivery.retry_num)
            headers["X-Slack-Retry-Reason"] = delivery.retry_reason
        # The address is the app's own, given by whoever started the workspace.
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
        try:
            patience = self._workspace.config.ack_seconds
            with urllib.request.urlopen(request, timeout=patience) as reply:  # noqa: S310 - as above
                return Answer("answered", reply.status, reply.read(), dict(reply.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer("http_error", refusal.code, refusal.read(), dict(refusal.headers))
        except TimeoutError:
            return Answer("timeout")
        except (urllib.error.URLError, OSError, http.client.HTTPException) as problem:
            late = isinstance(getattr(problem, "reason", None), TimeoutError)
            return Answer("timeout" if late else "connection_failed")

    def signature(self, body: bytes) -> dict[str, str]:
        """The two headers by which the app knows that it is Slack who calls."""
        # The app compares with its own clock, so this is the machine's time and not the
        # workspace's.
        moment = str(int(time.time() + self.skew))
        base = b"v0:" + moment.encode() + b":" + body
        secret = "somebody else's" if self.forged else self._workspace.config.signing_secret
        digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}

    def later(self, work: Callable[[], object]) -> None:
        """Do something that nobody waits for."""
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            self._workers.submit(work)


def _readdressed(payload: JSON, team_id: str | None = None, api_app_id: str | None = None) -> JSON:
    """A payload as another installation, or another app, gets it."""
    changed = {**payload, "api_app_id": api_app_id or payload.get("api_app_id")}
    if payload.get("view"):
        view = payload["view"]
        home = team_id or view["app_installed_team_id"]
        changed["view"] = {
            **view,
            "app_id": api_app_id or view["app_id"],
            "app_installed_team_id": home,
        }
    if team_id is None:
        return changed
    if "team_id" in payload:
        changed["team_id"] = team_id
    for name in ("team", "user"):
        if isinstance(payload.get(name), dict):
            changed[name] = {**payload[name], "id" if name == "team" else "team_id": team_id}
    if "authorizations" in payload:
        changed["context_team_id"] = team_id
        changed["authorizations"] = [
            {**one, "team_id": team_id} for one in payload["authorizations"]
        ]
    return changed


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.encoding == "json":
        return json.dumps(delivery.payload).encode(), "application/json"
    fields = (
        delivery.payload
        if delivery.encoding == "fields"
        else {"payload": json.dumps(delivery.payload)}
    )
    return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
