"""The page of the practice workspace: its HTML, scripts and styles, served to a browser on this
machine.

Promises that nothing is fetched from outside (the content security policy forbids it), that no
script or style stands inside the HTML, and that a browser never mixes files of two versions: their
addresses carry one hash over all of them, so they may be cached for ever while the HTML never is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.sandbox.slack.config import SlackConfig

__all__ = ["routes"]

FOLDER = Path(__file__).with_name("page")
CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
SHEETS = ("base", "layout", "messages", "blocks", "forms")
# Pictures may come from other ports of this machine: presigned links of the S3 stand-in live there.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action "
    "'self'; img-src 'self' data: blob: http://127.0.0.1:* http://localhost:*; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"


def _read_files(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in CONTENT_TYPES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _first_person(config: SlackConfig) -> str:
    return next((str(person["id"]) for person in config.people if not person.get("is_bot")), "")


class _Page:
    """The files of one version, read once, and the two HTML pages that name them."""

    def __init__(self, config: SlackConfig) -> None:
        self._files = _read_files(FOLDER)
        self._version = _version(self._files)
        environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        words = {
            "base": f"/page/{self._version}",
            "team": config.team["name"],
            "first_person": _first_person(config),
            "sheets": SHEETS,
        }
        self._workspace = environment.get_template("workspace.html").render(words)
        self._journal = environment.get_template("journal.html").render(words)

    async def workspace(self, _request: Request) -> Response:
        """GET /."""
        return HTMLResponse(self._workspace, headers={**SAFE_HEADERS, "cache-control": "no-store"})

    async def journal(self, _request: Request) -> Response:
        """GET /journal."""
        return HTMLResponse(self._journal, headers={**SAFE_HEADERS, "cache-control": "no-store"})

    async def file(self, request: Request) -> Response:
        """GET /page/{version}/{name}; a file of another version is gone, so that versions never
        mix.
        """
        name = request.path_params["name"]
        content = self._files.get(name)
        if content is None or request.path_params["version"] != self._version:
            return PlainTextResponse("Not here. Reload the page.\n", 404, headers=SAFE_HEADERS)
        headers = {
            **SAFE_HEADERS,
            "cache-control": FOR_EVER,
            "content-type": CONTENT_TYPES[Path(name).suffix],
        }
        return Response(content, headers=headers)

    async def icon(self, _request: Request) -> Response:
        """GET /favicon.ico, which browsers ask for by themselves."""
        return Response(
            self._files["icon.svg"], headers={**SAFE_HEADERS, "content-type": CONTENT_TYPES[".svg"]}
        )


def routes(config: SlackConfig) -> list[BaseRoute]:
    """The page's routes: GET /, /journal, /favicon.ico and the files; put them behind `/client/*`
    and `/api/*`.
    """
    page = _Page(config)
    return [
        Route("/", page.workspace, methods=["GET"]),
        Route("/journal", page.journal, methods=["GET"]),
        Route("/favicon.ico", page.icon, methods=["GET"]),
        Route("/page/{version}/{name:path}", page.file, methods=["GET"]),
    ]
