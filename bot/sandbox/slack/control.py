"""Switches of the workspace for whoever runs it: where the app listens, its connections, its token,
rare refusals.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import strict_json
from bot.sandbox.slack.deliveries import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.events import Events
    from bot.sandbox.slack.socket_mode import SocketMode
    from bot.sandbox.slack.state import Workspace
    from bot.sandbox.slack.transport import Transport
    from bot.sandbox.slack.web_api import WebApi

__all__ = ["Control"]

REASONS = {"warning", "refresh_requested", "link_disabled", "too_many_websockets"}
AUTHOR_FIELDS = {"bot_id", "bot_profile", "app_id", "user"}
TOKEN_STATES = {"token_revoked", "token_expired", "account_inactive", "invalid_auth"}


class Control:
    """POST /_control/request_url, disconnect, token, refuse, redelivery, installed, signing,
    subscription.

    And file_processing, authors; GET /_control/connections.
    """

    def __init__(
        self,
        workspace: Workspace,
        socket_mode: SocketMode,
        transport: Transport,
        events: Events,
        api: WebApi,
    ) -> None:
        self._workspace = workspace
        self._events = events
        self._socket_mode = socket_mode
        self._transport = transport
        self._api = api

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/_control/request_url", self._poster(self._request_url), methods=["POST"]),
            Route("/_control/disconnect", self._poster(self._disconnect), methods=["POST"]),
            Route("/_control/token", self._poster(self._token), methods=["POST"]),
            Route("/_control/refuse", self._poster(self._refuse), methods=["POST"]),
            Route("/_control/redelivery", self._poster(self._redelivery), methods=["POST"]),
            Route("/_control/installed", self._poster(self._installed), methods=["POST"]),
            Route("/_control/signing", self._poster(self._signing), methods=["POST"]),
            Route("/_control/subscription", self._poster(self._subscription), methods=["POST"]),
            Route(
                "/_control/file_processing", self._poster(self._file_processing), methods=["POST"]
            ),
            Route("/_control/authors", self._poster(self._authors), methods=["POST"]),
            Route("/_control/connections", self._connections, methods=["GET"]),
        ]

    @staticmethod
    def _poster(act: Callable[[JSON], JSON]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            origin = request.headers.get("origin")
            if origin is not None and origin != f"http://{request.headers.get('host')}":
                return JSONResponse({"ok": False, "error": "cross_origin"}, status_code=403)
            try:
                sent = strict_json.loads(await request.body() or b"{}")
                return JSONResponse({"ok": True, **await run_in_threadpool(act, sent)})
            except (ValueError, TypeError, KeyError, AttributeError) as problem:
                return JSONResponse(
                    {"ok": False, "error": "bad_request", "message": str(problem)}, status_code=400
                )

        return endpoint

    def _request_url(self, sent: JSON) -> JSON:
        """{"url": address or null, "verify": true asks the app to echo a challenge, as Slack does
        on saving.
        """
        url = sent.get("url")
        if url is not None and not str(url).startswith(("http://", "https://")):
            raise ValueError("url: expected an http address or null")
        self._workspace.request_url = url
        if not sent.get("verify") or url is None:
            return {}
        challenge = secrets.token_hex(20)
        payload = {
            "type": "url_verification",
            "token": "legacy-verification-token",
            "challenge": challenge,
        }
        answer = self._transport.deliver(
            Delivery("app:url_verification", "events_api", payload, "json")
        )
        reply = answer.opened()
        echoed = reply.get("challenge") if isinstance(reply, dict) else None
        verified = (
            echoed == challenge or answer.body.decode("utf-8", "replace").strip() == challenge
        )
        return {"verified": answer.ok and verified}

    def _disconnect(self, sent: JSON) -> JSON:
        """{"reason": warning | refresh_requested | link_disabled | too_many_websockets, "cut": true
        ends at once, "broken": true ends what is below the websocket}.
        """
        reason = sent.get("reason", "refresh_requested")
        if reason not in REASONS:
            raise ValueError(f"reason: expected one of {', '.join(sorted(REASONS))}")
        cut, broken = bool(sent.get("cut")), bool(sent.get("broken"))
        return {"connections": self._socket_mode.disconnect(reason, cut=cut, broken=broken)}

    def _token(self, sent: JSON) -> JSON:
        """{"state": null | token_revoked | token_expired | account_inactive | invalid_auth}."""
        state = sent.get("state")
        if state is not None and state not in TOKEN_STATES:
            raise ValueError(f"state: expected null or one of {', '.join(sorted(TOKEN_STATES))}")
        self._api.token_state = state
        return {}

    def _refuse(self, sent: JSON) -> JSON:
        """{"method": pattern, "error": code, "times": n}: the next n calls fail with this code,
        with nothing done.

        An error of null forgets what was planned for exactly this pattern.
        """
        if sent["error"] is None:
            self._api.refuse_no_more(str(sent["method"]))
            return {}
        self._api.refuse_next(str(sent["method"]), str(sent["error"]), int(sent.get("times", 1)))
        return {}

    def _redelivery(self, sent: JSON) -> JSON:
        """{"sent_again": share, "new_id_again": share, "seed": n}: which events come again, and
        under a new id.
        """
        sent_again, new_id_again = (
            float(sent.get("sent_again", 0.0)),
            float(sent.get("new_id_again", 0.0)),
        )
        if not (0 <= sent_again <= 1 and 0 <= new_id_again <= 1):
            raise ValueError("sent_again, new_id_again: expected shares from 0 to 1")
        self._events.shares(
            sent_again, new_id_again, int(sent.get("seed", self._workspace.config.seed))
        )
        return {}

    def _installed(self, sent: JSON) -> JSON:
        """{"team_id": id, "api_app_id": id}: payloads bear these instead of the app's own; {} is
        normal again.
        """
        if not all(
            name in {"team_id", "api_app_id"} and isinstance(value, str)
            for name, value in sent.items()
        ):
            raise ValueError("expected team_id, api_app_id or neither")
        self._transport.installed = sent
        return {}

    def _signing(self, sent: JSON) -> JSON:
        """{"skew": seconds by which signed requests are dated wrongly, "forged": true signs with a
        wrong secret}.
        """
        skew = float(sent.get("skew", 0.0))
        if not abs(skew) < 1e9:  # noqa: PLR2004 - a moment must still be a number of seconds
            raise ValueError("skew: expected seconds")
        self._transport.skew, self._transport.forged = skew, bool(sent.get("forged"))
        return {}

    def _subscription(self, _sent: JSON) -> JSON:
        """The events are switched on again, as somebody does in the app's settings."""
        self._events.limits.renew()
        return {}

    def _file_processing(self, sent: JSON) -> JSON:
        """{"seconds": how long a file that the app uploads from now on cannot be shown in
        blocks}.
        """
        seconds = float(sent.get("seconds", 0.0))
        if not 0 <= seconds < 1e9:  # noqa: PLR2004 - a moment must still be a number of seconds
            raise ValueError("seconds: expected a number of seconds")
        self._workspace.file_seconds = seconds
        return {}

    def _authors(self, sent: JSON) -> JSON:
        """{"without": names}: messages and auth.test come without these fields that say whose they
        are; [] is normal.
        """
        without = frozenset(sent["without"])
        if not without <= AUTHOR_FIELDS:
            raise ValueError(f"without: expected some of {', '.join(sorted(AUTHOR_FIELDS))}")
        self._api.left_out = without
        return {}

    async def _connections(self, _request: Request) -> Response:
        here = {"count": self._socket_mode.count, "events_enabled": self._events.limits.enabled}
        return JSONResponse({"ok": True, **here, "request_url": self._workspace.request_url})
