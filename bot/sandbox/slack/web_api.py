"""The Web API's door: token, rate, scopes, method, answer.

Promises Slack's order of refusals and its shape: HTTP 200 with ok false and an error code, but HTTP
429 with Retry-After when the app is too fast.
"""

from __future__ import annotations

import fnmatch
import secrets
import threading
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from bot.sandbox.slack import chat, conversations, people, uploads, views
from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.rate_limits import RateLimits
from bot.sandbox.slack.scopes import check_scopes
from bot.sandbox.slack.state import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.socket_mode import SocketMode
    from bot.sandbox.slack.state import Workspace

__all__ = ["WebApi", "rate_limited"]


def rate_limited(seconds: int) -> Response:
    """The answer to a call that came too soon."""
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(seconds)})


_TELL_AUTHORS = {"auth.test", "conversations.history", "conversations.replies"}


def _without(value: Any, names: frozenset[str]) -> Any:
    """A JSON value without these fields, however deep they are."""
    if isinstance(value, list):
        return [_without(each, names) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, names) for name, each in value.items() if name not in names}
    return value


def _auth_test(workspace: Workspace, _args: Arguments) -> JSON:
    config = workspace.config
    return {
        "url": f"https://{config.team['domain']}.slack.com/",
        "team": config.team["name"],
        "user": config.bot_user["name"],
        "team_id": config.team["id"],
        "user_id": config.bot_user_id,
        "bot_id": config.bot_id,
        "is_enterprise_install": False,
    }


def _api_test(args: Arguments) -> Response:
    error = args.maybe_text("error")
    if error:
        raise SlackError(error, args={"error": error})
    return _answer({"ok": True, "args": {}})


def _refusal(problem: SlackError, scopes: str | None = None) -> Response:
    return _answer({"ok": False, "error": problem.code, **problem.fields}, scopes)


def _answer(body: JSON, scopes: str | None = None) -> Response:
    """An answer; whoever is not known, or asks with an app-level token, is told no `scopes`."""
    headers = {"x-slack-req-id": secrets.token_hex(16), "cache-control": "no-store"}
    if scopes is not None:
        headers["x-oauth-scopes"] = scopes
    return JSONResponse(body, headers=headers)


class WebApi:
    """All methods of the stand-in.

    `token_state` is what every call is refused with (token_revoked, account_inactive,
    invalid_auth); None is normal. `refuse_next` makes calls of a method fail with a code of one's
    choice, for tests of rare refusals. `left_out` are the names of those fields that tell who wrote
    a message which other people's imitations of Slack do not send.
    """

    def __init__(self, workspace: Workspace, socket_mode: SocketMode) -> None:
        self._workspace = workspace
        self._socket_mode = socket_mode
        self._limits = RateLimits(workspace.config.clock)
        self._lock = threading.Lock()
        self._refusals: list[list[object]] = []
        self.token_state: str | None = None
        self.left_out: frozenset[str] = frozenset()
        self._methods: dict[str, Callable[[Workspace, Arguments], JSON]] = {
            "auth.test": _auth_test,
            **chat.METHODS,
            **conversations.METHODS,
            **people.METHODS,
            **uploads.METHODS,
            **views.METHODS,
        }

    @property
    def methods(self) -> frozenset[str]:
        """The names of all methods that exist here."""
        return frozenset(self._methods) | {"api.test", "apps.connections.open"}

    def refuse_next(self, method: str, error: str, times: int) -> None:
        """Answer the next calls of `method` (a pattern) with this error code, before anything is
        done.
        """
        with self._lock:
            self._refusals.append([method, error, times])

    def refuse_no_more(self, method: str) -> None:
        """Forget the refusals planned for this pattern."""
        with self._lock:
            self._refusals = [plan for plan in self._refusals if plan[0] != method]

    async def serve(self, request: Request) -> Response:
        """One call: POST or GET /api/<method>."""
        method = request.path_params["method"]
        body = await request.body()
        try:
            args = Arguments.read(body, request.headers.get("content-type", ""), request.url.query)
        except SlackError as problem:
            return _refusal(problem)
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return await run_in_threadpool(
            self._call, method, args, token or args.maybe_text("token") or ""
        )

    def _call(self, method: str, args: Arguments, token: str) -> Response:
        try:
            if method == "api.test":
                return _api_test(args)
            self._check_token(method, token)
        except SlackError as problem:
            return _refusal(problem)
        try:
            wait = self._wait(method, args)
            if wait:
                return rate_limited(wait)
            self._planned_refusal(method)
            if method == "apps.connections.open":
                return _answer({"ok": True, "url": self._socket_mode.open_address()})
            check_scopes(self._workspace, method, args)
            answer = self._methods[method](self._workspace, args)
            if self.left_out and method in _TELL_AUTHORS:
                answer = _without(answer, self.left_out)
            return _answer({"ok": True, **answer}, self._scopes)
        except SlackError as problem:
            return _refusal(problem, self._scopes)

    @property
    def _scopes(self) -> str:
        """What Slack says of a token that it knows, with every answer."""
        return ",".join(self._workspace.config.scopes)

    def _check_token(self, method: str, token: str) -> None:
        if method not in self.methods:
            raise SlackError("unknown_method", req_method=method)
        if not token:
            raise SlackError("not_authed")
        if self.token_state is not None:
            raise SlackError(self.token_state)
        if method == "apps.connections.open":
            self._socket_mode.require_token(token)
            return
        if token != self._workspace.config.bot_token:
            is_app_token = token == self._workspace.config.app_token
            raise SlackError("not_allowed_token_type" if is_app_token else "invalid_auth")

    def _wait(self, method: str, args: Arguments) -> int:
        if not self._workspace.config.rate_limits:
            return 0
        return self._limits.wait_for(method, args.maybe_text("channel") or "")

    def _planned_refusal(self, method: str) -> None:
        with self._lock:
            for plan in self._refusals:
                pattern, error, times = plan
                if (
                    isinstance(times, int)
                    and times > 0
                    and fnmatch.fnmatchcase(method, str(pattern))
                ):
                    plan[2] = times - 1
                    raise SlackError(str(error))
