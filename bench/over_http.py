"""Acknowledgements over HTTP: 200 connections, each sending the next signed command when the last
one is answered.

The floor is an application on the same server that checks the signature and does nothing else; it
runs as `python -m bench.over_http PORT`. Both are loaded from this process, which has the other
core.
"""

import asyncio
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from slack_sdk.signature import SignatureVerifier

from bench.command import SECRET, signed
from bot.base.db import Database
from bot.sandbox.ports import free_port
from bot.sandbox.workspace.running_bot import RunningBot
from bot.sandbox.workspace.services import Services
from bot.slack import manifest as slack_manifest
from bot.slack.manifest import EVENTS_PATH

_CONNECTIONS = 200
_REQUESTS = 4_000
_ROUNDS = 3
_THREADS = 32  # of the floor, which waits for nobody
_numbers = iter(range(1, 10**9))


def acknowledgement_over_http() -> tuple[str, ...]:
    """Requests a second and the slowest hundredth, `labeljob serve` on SQLite against the floor."""
    with tempfile.TemporaryDirectory() as folder, _bare() as floor, _bot(Path(folder)) as ours:
        asyncio.run(_load(ours))  # what is read at the first requests is not what is measured
        floors, mine = [], []
        for _ in range(_ROUNDS):
            floors.append(asyncio.run(_load(floor)))
            mine.append(asyncio.run(_load(ours)))
    low, high = (statistics.median(rate for rate, _ in each) for each in (floors, mine))
    slow, slower = (statistics.median(late for _, late in each) for each in (floors, mine))
    return (
        f"acks over HTTP, {_CONNECTIONS} connections",
        f"{low:,.0f}/s, p99 {slow * 1000:.0f} ms",
        f"{high:,.0f}/s, p99 {slower * 1000:.0f} ms",
        f"{low / high:.2f}",
        ">= 1,500/s, p99 < 100 ms",
    )


async def _load(port: int) -> tuple[float, float]:
    """Send them all; requests a second, and the time within which 99 % were answered."""
    left, times = iter(range(_REQUESTS)), []

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            began = time.perf_counter()
            writer.write(_request(next(_numbers)))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode(errors="replace"))
            length = head.lower().partition(b"content-length:")[2].partition(b"\r")[0]
            await reader.readexactly(int(length or 0))
            times.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(_CONNECTIONS)))
    took = time.perf_counter() - began
    return len(times) / took, sorted(times)[int(0.99 * len(times))]


def _request(number: int) -> bytes:
    body, headers = signed(f"{time.time():.3f}-{number}")
    headers |= {"host": "localhost", "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {EVENTS_PATH} HTTP/1.1\r\n{lines}\r\n{body}".encode()


@contextmanager
def _bot(folder: Path) -> Iterator[int]:
    """The bot's web role behind signed HTTP; its port."""
    services = Services(
        folder / "world", manifest=slack_manifest.read(), rate_limits=False, ticking=False
    )
    services.start()
    url, port = f"sqlite:///{folder}/bench.db", free_port(0)
    database = Database(url)
    database.migrate()
    database.close()
    settings = {
        **services.environment(),
        "SLACK_SIGNING_SECRET": SECRET,
        "LABELJOB_DATABASE_URL": url,
        "LABELJOB_SLACK_TRANSPORT": "http",
        "LABELJOB_PORT": str(port),
        "LABELJOB_LOG_LEVEL": "WARNING",
    }
    bot = RunningBot(settings, folder, role="web")
    bot.start()
    try:
        bot.wait_until(lambda: _listens(port))
        yield port
    finally:
        bot.stop()
        services.stop()


@contextmanager
def _bare() -> Iterator[int]:
    """The floor; its port."""
    port = free_port(0)
    process = Popen([sys.executable, "-m", "bench.over_http", str(port)])  # noqa: S603
    try:
        while not _listens(port):
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{EVENTS_PATH}", timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The floor's application: the signature, and "ok"."""
    body = environ["wsgi.input"].read().decode()
    stamp, signature = (
        environ.get(f"HTTP_X_SLACK_{name}", "0") for name in ("REQUEST_TIMESTAMP", "SIGNATURE")
    )
    known = SignatureVerifier(SECRET).is_valid(body, stamp, signature)
    start_response("200 OK" if known else "401 Unauthorized", [("Content-Length", "2")])
    return [b"ok"]


if __name__ == "__main__":
    Granian(
        "bench.over_http:bare",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=_THREADS,
        log_enabled=False,
    ).serve()
