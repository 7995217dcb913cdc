"""The practice workspace as one ASGI application: Web API, Socket Mode, files, the /client API and
the page.

Promises what Slack promises an app and its people, on the loopback address alone. `create_app`
needs nothing but its configuration: no environment variable, no credential, no address outside this
machine.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import mimetypes
import urllib.parse
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route, WebSocketRoute

from bot.sandbox import strict_json
from bot.sandbox.faults import Faults
from bot.sandbox.http import LoopbackOnly
from bot.sandbox.slack import files, uploads
from bot.sandbox.slack.client import Client
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.control import Control
from bot.sandbox.slack.events import Events
from bot.sandbox.slack.interactions import Interactions
from bot.sandbox.slack.manifest_check import check_manifest
from bot.sandbox.slack.people import find_person
from bot.sandbox.slack.rate_limits import RESPONSE_URL, RateLimits
from bot.sandbox.slack.response_urls import use_response_url
from bot.sandbox.slack.seed import seed
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.state import SlackError, Workspace
from bot.sandbox.slack.transport import Transport
from bot.sandbox.slack.web_api import WebApi, rate_limited

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["SlackConfig", "create_app"]

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def create_app(config: SlackConfig) -> ASGIApp:
    """The workspace of this configuration; raises ValueError when Slack would refuse the manifest.

    State is in `config.store` and outlives the process; the seeds are written only into a new
    store.
    """
    check_manifest(config.manifest)
    workspace = Workspace(config)
    seed(workspace)
    socket_mode = SocketMode(workspace)
    transport = Transport(workspace, socket_mode)
    events = Events(workspace, transport)
    workspace.send_event = events.send
    api = WebApi(workspace, socket_mode)
    client = Client(workspace, Interactions(workspace, transport))
    doors = _Doors(workspace)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        events.close()
        transport.close()
        workspace.store.close()

    routes: list[BaseRoute] = [
        Route("/api/{method}", api.serve, methods=["GET", "POST"]),
        WebSocketRoute("/link/", socket_mode.serve),
        *doors.routes(),
        *Control(workspace, socket_mode, transport, events, api).routes(),
        *client.routes(),
        *_page_routes(config),
    ]
    inner = Starlette(routes=routes, lifespan=lifespan)
    spoiled = Faults(inner, _operation, answer=_dialect, direction="to_slack", book=workspace.book)
    return LoopbackOnly(_OwnAddress(spoiled, workspace))


def _page_routes(config: SlackConfig) -> list[BaseRoute]:
    """The page for people is a part of its own; without it the workspace still serves apps and
    tests.
    """
    try:
        page: Any = importlib.import_module("bot.sandbox.slack.page")
    except ModuleNotFoundError as problem:
        if problem.name != "bot.sandbox.slack.page":
            raise
        return []
    routes: list[BaseRoute] = list(page.routes(config))
    return routes


class _OwnAddress:
    """Learns from each request under which port this server answers, for the links Slack puts into
    payloads.
    """

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self._app = app
        self._workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        server = scope.get("server")
        if server:
            self._workspace.base_url = f"http://127.0.0.1:{server[1]}"
        await self._app(scope, receive, send)


def _operation(scope: Scope, _body: bytes) -> str:
    path: str = scope["path"]
    if path.startswith("/api/"):
        return path.removeprefix("/api/")
    prefixes = {
        "/upload/": "files.upload",
        "/response/": "response_url",
        "/files-pri/": "files.download",
    }
    return next((name for prefix, name in prefixes.items() if path.startswith(prefix)), "")


def _dialect(_scope: Scope, kind: str, retry_after: int) -> Response:
    if kind == "throttle":
        return rate_limited(retry_after)
    return HTMLResponse("<html><body>Server Error</body></html>", status_code=500)


class _Doors:
    """What is neither Web API nor /client: uploads, downloads, response_url, permalinks."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._limits = RateLimits(workspace.config.clock)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            Route("/upload/v1/{file_id}/{secret}", self._upload, methods=["POST", "PUT"]),
            Route("/files-pri/{place}/{name:path}", self._private_file, methods=["GET"]),
            Route("/files/{file_id}/{name}", self._file, methods=["GET"]),
            Route("/response/{team}/{secret}", self._response, methods=["POST"]),
            Route("/archives/{channel}/p{digits}", self._permalink, methods=["GET"]),
        ]

    async def _upload(self, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [one for one in form.values() if not isinstance(one, str)]
                body = await parts[0].read() if parts else b""
        else:
            body = await request.body()
        ids = request.path_params["file_id"], request.path_params["secret"]
        problem = await run_in_threadpool(uploads.receive_bytes, self._workspace, *ids, body)
        return (
            PlainTextResponse(problem, status_code=400)
            if problem
            else PlainTextResponse(f"OK - {len(body)}")
        )

    def _private_file(self, request: Request) -> Response:
        """What the app downloads; without the token Slack shows its login page and says 200."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        config = self._workspace.config
        file_id = request.path_params["place"].partition("-")[2]
        row = files.file_row(self._workspace, file_id)
        allowed = token == config.bot_token and "files:read" in config.scopes
        if (
            row is None
            or not allowed
            or not files.may_see(self._workspace, row, config.bot_user_id)
        ):
            return HTMLResponse(
                "<!doctype html><title>Sign in | Slack</title><p>Sign in to see this file.</p>"
            )
        return self._bytes(file_id)

    def _file(self, request: Request) -> Response:
        """What a person sees in the page."""
        person = request.query_params.get("user", "")
        row = files.file_row(self._workspace, request.path_params["file_id"])
        if row is None or find_person(self._workspace, person) is None:
            return PlainTextResponse(
                "This file does not exist, or nobody is signed in.", status_code=404
            )
        if not files.may_see(self._workspace, row, person):
            return PlainTextResponse("This file was shared where you are not.", status_code=404)
        return self._bytes(row["id"])

    def _bytes(self, file_id: str) -> Response:
        row = files.file_row(self._workspace, file_id)
        path = files.bytes_path(self._workspace, file_id)
        if row is None or not path.exists():
            return PlainTextResponse("This file has no content yet.", status_code=404)
        name = json.loads(row["data"])["name"]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Other people's HTML must never run beside the page: everything but pictures is a download.
        how = "inline" if kind in PICTURES else "attachment"
        headers = {
            "content-disposition": f"{how}; filename*=UTF-8''{urllib.parse.quote(name)}",
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox; default-src 'none'",
        }
        return FileResponse(path, media_type=kind, headers=headers)

    async def _response(self, request: Request) -> Response:
        try:
            payload = strict_json.loads(await request.body() or b"{}")
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
        wait = self._limits.wait_for(RESPONSE_URL, request.path_params["secret"])
        if wait and self._workspace.config.rate_limits:
            return rate_limited(wait)
        try:
            await run_in_threadpool(
                use_response_url, self._workspace, request.path_params["secret"], payload
            )
        except SlackError as problem:
            # UNSURE: the status of a wrong message; used and expired addresses are known to give
            # 404.
            status = 404 if problem.code in {"used_url", "expired_url"} else 400
            return JSONResponse(
                {"ok": False, "error": problem.code, **problem.fields}, status_code=status
            )
        return JSONResponse({"ok": True})

    def _permalink(self, request: Request) -> Response:
        digits = request.path_params["digits"]
        where = {"channel": request.path_params["channel"], "ts": f"{digits[:-6]}.{digits[-6:]}"}
        if "thread_ts" in request.query_params:
            where["thread_ts"] = request.query_params["thread_ts"]
        return RedirectResponse(f"/?{urllib.parse.urlencode(where)}")
