"""Server-sent events: what happens in the workspace, as one person may see it, without gaps.

Every event carries its number; a page that names the number it has seen (`?since=`, or
Last-Event-ID after a broken connection) is told everything that came after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from bot.sandbox.slack.channels import client_channel, find_channel

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.sandbox.slack.state import Workspace

__all__ = ["stream"]

HEARTBEAT_SECONDS = 10.0


def stream(workspace: Workspace, person: str, request: Request) -> StreamingResponse:
    """The open answer; it ends when the page goes or the server stops."""
    since = request.headers.get("last-event-id") or request.query_params.get("since") or ""
    after = int(since) if since.isdigit() else workspace.last_news()
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(
        _events(workspace, person, after), media_type="text/event-stream", headers=headers
    )


async def _events(workspace: Workspace, person: str, after: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(woken.set)

    end = workspace.listen(wake)
    try:
        yield ": practice workspace\n\n"
        while True:
            woken.clear()
            rows, looked = workspace.news(person, after)
            for row in rows:
                yield _event(workspace, person, row)
            if looked > after:
                after = looked
                continue
            try:
                await asyncio.wait_for(woken.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        end()


def _event(workspace: Workspace, person: str, row: sqlite3.Row) -> str:
    data = row["data"]
    if row["name"] == "channel":
        room = find_channel(workspace, json.loads(data)["id"])
        data = json.dumps(
            {"channel": client_channel(workspace, room, person) if room is not None else None}
        )
    return f"id: {row['id']}\nevent: {row['name']}\ndata: {data}\n\n"
