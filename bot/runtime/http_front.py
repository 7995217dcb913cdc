"""The addresses that a web process serves: Slack's requests, and health beside them, as an RSGI
application.

Promises to Slack: a signed request waits for no unsigned one. Whoever has not proven to be Slack is
read by the event loop, within the limits of `bot.slack.raw_bodies`, and answered there; threads are
for signed requests (`bot.slack.answering`), and health has its own few.
"""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bot.runtime.health import ALIVE, PATHS, Health
from bot.slack.answering import Answering
from bot.slack.http import SignedHttp, Unsigned

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope
    from slack_bolt import BoltResponse

_LOOKERS = 4  # threads for health; a look at AWS that hangs must not take those of Slack's requests


class HttpFront:
    """Slack's requests at `path` and health's addresses; everything else is 404. At most `threads`
    at once.
    """

    def __init__(self, slack: SignedHttp, path: str, health: Health, threads: int) -> None:
        self._slack = slack
        self._path = path
        self._health = health
        self._answering = Answering(threads)
        self._looking = ThreadPoolExecutor(_LOOKERS, thread_name_prefix="health")

    async def __call__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Answer one request."""
        if scope.path in PATHS:
            await self._tell_health(scope, protocol)
        elif scope.path == self._path and scope.method == "POST":
            await self._answer_slack(scope, protocol)
        else:
            protocol.response_str(404, [("content-type", "text/plain;charset=utf-8")], "Not Found")

    async def _answer_slack(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        headers, came = _first_values(scope), time.monotonic()
        try:
            raw = await self._slack.proven(headers, protocol)
        except Unsigned as refusal:
            answer = refusal.answer
        else:
            given = (headers, raw, scope.query_string, came)
            answer = await self._answering.do(self._slack.answer, *given)
        protocol.response_str(answer.status, _lines(answer), answer.body or "")

    async def _tell_health(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        if scope.path == ALIVE:  # asks nobody, so it need not wait for those who do
            status, kind, body = self._health.answer(scope.method, scope.path)
        else:
            loop = asyncio.get_running_loop()
            status, kind, body = await loop.run_in_executor(
                self._looking, self._health.answer, scope.method, scope.path
            )
        protocol.response_bytes(
            status.value, [("content-type", kind), ("cache-control", "no-store")], body
        )


def _first_values(scope: "Scope") -> Mapping[str, str]:
    """The headers by name, in lower case; of one that comes twice the first."""
    return dict(reversed(scope.headers.items()))


def _lines(answer: "BoltResponse") -> list[tuple[str, str]]:
    """The answer's headers as they travel; its length is the server's to tell."""
    return [
        (name, value)
        for name, values in answer.headers.items()
        for value in values
        if name != "content-length"
    ]
