"""A picture of a web page, taken by a Chromium of this machine that reaches nothing but what it was
told.

Promises to whoever asks: within the time limit there is a picture, or the reason why not; the
browser has a profile that dies with it, sees no file of the machine (the page is no file) and
fetches nothing but the named addresses. It is spoken to through a pipe (Chrome DevTools Protocol),
so that no port is opened.
"""

import base64
import json
import logging
import os
import select
import shlex
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.base.errors import Transient

NONE = "none"
_FOUND = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--mute-audio",
    # what may be fetched, the door says; an S3 of one's own may stand on this very machine
    "--disable-features=LocalNetworkAccessChecks",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_SIZE = (1280, 900)  # pixels: as a worker's window usually is
_QUIET_S = 0.7  # nothing was fetched for so long: the page is drawn
_STEP_S = 0.2
_ONE = threading.Lock()  # a browser takes 300 MB: one at a time

log = logging.getLogger(__name__)


class NoPicture(Transient):
    """No picture of the page could be taken."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A Chromium: the `command` that starts it."""

    command: tuple[str, ...]

    @classmethod
    def of(cls, setting: str) -> "Chromium | None":
        """The one of the setting (a command with its flags), else one of the PATH; None where there
        is none, the setting says `none`, or the bot is root, for whom a Chromium starts without its
        sandbox alone: that is for an administrator to say.
        """
        if setting == NONE or os.name != "posix":
            return None
        if setting:
            return cls(tuple(shlex.split(setting)))
        if os.geteuid() == 0:
            return None
        found = next(filter(None, map(shutil.which, _FOUND)), None)
        return cls((found,)) if found else None

    def picture(
        self,
        page: str,
        address: str,
        reached: Collection[str],
        *,
        step: Callable[[], None],
        seconds: float = 25.0,
    ) -> bytes:
        """A PNG of the page, which stands at `address` (fetched from nobody). It may fetch what is
        `reached`: an address of it, or, where that ends in "/", anything below it. `step` is called
        as it goes on.

        Raises:
            NoPicture: the browser does not start, or not end in time.

        """
        if not _ONE.acquire(timeout=seconds):
            raise NoPicture("Others are having pictures taken.")
        try:
            with _started(self.command, reached) as talk:
                talk.end = time.monotonic() + seconds
                talk.step = step
                return _taken(talk, page, address, reached)
        except (OSError, ValueError, KeyError) as error:
            log.warning("a picture by %s: %s", self.command[0], error)
            raise NoPicture(
                "The browser of the bot's machine does not start or broke off; an administrator "
                "can try it there (LABELJOB_CHROMIUM)."
            ) from error
        finally:
            _ONE.release()


def _taken(talk: "_Talk", page: str, address: str, reached: Collection[str]) -> bytes:
    target = talk.ask("Target.createTarget", url="about:blank")["targetId"]
    attached = talk.ask("Target.attachToTarget", targetId=target, flatten=True)
    talk.session = str(attached["sessionId"])
    talk.answer = _Door(page, address, frozenset(reached))
    talk.ask("Fetch.enable", patterns=[{"urlPattern": "*"}])
    talk.ask("Page.enable")
    talk.ask("Network.enable")
    talk.ask("Page.navigate", url=address)
    talk.until_quiet()
    return base64.b64decode(talk.ask("Page.captureScreenshot", format="png")["data"])


@dataclass(frozen=True, slots=True)
class _Door:
    """What becomes of each request of the page: the page itself is given, what is reached goes on,
    the rest fails.
    """

    page: str
    address: str
    reached: frozenset[str]

    def __call__(self, paused: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        request, url = {"requestId": paused["requestId"]}, str(paused["request"]["url"])
        if url == self.address:
            headers = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
            body = base64.b64encode(self.page.encode()).decode()
            given = {"responseCode": 200, "responseHeaders": headers, "body": body}
            return "Fetch.fulfillRequest", {**request, **given}
        if self._reaches(url):
            return "Fetch.continueRequest", request
        return "Fetch.failRequest", {**request, "errorReason": "BlockedByClient"}

    def _reaches(self, url: str) -> bool:
        folders = [one for one in self.reached if one.endswith("/")]
        return url in self.reached or any(url.startswith(one) for one in folders)


@dataclass(slots=True)
class _Talk:
    """The conversation with one browser: messages of JSON that end with a zero byte."""

    to: int
    of: int
    end: float = 0.0
    session: str = ""
    step: Callable[[], None] = lambda: None
    answer: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]] | None = None
    number: int = 0
    left: bytes = b""
    open: set[str] = field(default_factory=set)
    loaded: bool = False

    def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """What the browser answers."""
        number = self._send(method, given)
        while True:
            for said in self._said():
                if said.get("id") == number:
                    if "error" in said:
                        raise ValueError(str(said["error"]))
                    return dict(said["result"])

    def until_quiet(self) -> None:
        """Wait until the page is loaded and has fetched nothing for a moment."""
        quiet_since = time.monotonic()
        while not self.loaded or self.open or time.monotonic() - quiet_since < _QUIET_S:
            if list(self._said()):
                quiet_since = time.monotonic()

    def _send(self, method: str, given: dict[str, Any]) -> int:
        self.number += 1
        said = {"id": self.number, "method": method, "params": given}
        if self.session:
            said["sessionId"] = self.session
        body = json.dumps(said).encode() + b"\0"
        while body:  # a browser that stands still does not read
            self._in_time()
            _, ready, _ = select.select([], [self.to], [], _STEP_S)
            if ready:
                body = body[os.write(self.to, body) :]
        return self.number

    def _in_time(self) -> None:
        self.step()
        if time.monotonic() > self.end:
            raise NoPicture("The page was not drawn in time.")

    def _said(self) -> Iterator[dict[str, Any]]:
        """What the browser says now; after a moment of silence nothing."""
        self._in_time()
        ready, _, _ = select.select([self.of], [], [], _STEP_S)
        if not ready:
            return
        read = os.read(self.of, 1 << 16)
        if not read:
            raise OSError("it ended")
        *whole, self.left = (self.left + read).split(b"\0")
        for body in whole:
            said = json.loads(body)
            self._note(str(said.get("method") or ""), said.get("params") or {})
            yield said

    def _note(self, event: str, given: dict[str, Any]) -> None:
        if event == "Fetch.requestPaused" and self.answer is not None:
            self._send(*self.answer(given))
        elif event == "Network.requestWillBeSent":
            self.open.add(given["requestId"])
        elif event in {"Network.loadingFinished", "Network.loadingFailed"}:
            self.open.discard(given["requestId"])
        elif event == "Page.loadEventFired":
            self.loaded = True


@contextmanager
def _started(command: tuple[str, ...], reached: Collection[str]) -> Iterator[_Talk]:
    """A browser, which is gone afterwards whatever happened, with all its processes and files."""
    hosts = sorted({urlsplit(one).hostname or "" for one in reached})
    # besides the door: it does not see a page's web sockets
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in hosts)])
    with tempfile.TemporaryDirectory(prefix="labeljob-", ignore_cleanup_errors=True) as profile:
        its_in, our_out = _pipe()
        our_in, its_out = _pipe()
        flags = (
            f"--user-data-dir={profile}",
            f"--window-size={_SIZE[0]},{_SIZE[1]}",
            f"--host-resolver-rules={rules}",
        )
        try:
            pid = os.posix_spawnp(
                command[0],
                [*command, *_FLAGS, *flags, "about:blank"],
                {"PATH": os.environ.get("PATH", ""), "HOME": profile, "TMPDIR": profile},
                file_actions=[
                    *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)),
                    (os.POSIX_SPAWN_DUP2, its_in, 3),  # where it listens
                    (os.POSIX_SPAWN_DUP2, its_out, 4),  # where it speaks
                ],
                setpgroup=0,
            )
        finally:
            os.close(its_in)
            os.close(its_out)
        os.set_blocking(our_out, False)
        try:
            yield _Talk(our_out, our_in)
        finally:
            os.close(our_out)
            os.close(our_in)
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are none of those that a browser's own are put in the place of."""
    import fcntl  # noqa: PLC0415 - not every system has it, and there no picture is taken

    ends = os.pipe()
    try:
        first, second = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return first, second
