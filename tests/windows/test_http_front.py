"""Signed HTTP beside people who are not Slack, against a web process of its own."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from bot.slack.raw_bodies import MOST, NotRead, RawBodies
from tests.faults.fronts import Front
from tests.faults.world import EVENTS, World, running

FORM = "application/x-www-form-urlencoded"


class Web:
    """The web process, its address and Slack's hand."""

    def __init__(self, world: World) -> None:
        _bot, url = world.start_http("one", role="web")
        self.port = int(url.rpartition(":")[2].partition("/")[0])
        self.front = Front(url, world.services.keys.signing_secret)

    def head(self, body: bytes, *, length: int | None = None, **more: str) -> bytes:
        """The head of a request that Slack signed, for this body."""
        headers = {"Host": "localhost", "Content-Type": FORM, **self.front._signature(body)}
        headers["Content-Length"] = str(len(body) if length is None else length)
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        return f"POST {EVENTS} HTTP/1.1\r\n{lines}\r\n".encode()

    def said(self, *pieces: bytes, to_the_end: bool = False) -> bytes:
        """What the process answers to these bytes, or until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            for piece in pieces:
                line.sendall(piece)
            found = b""
            while (more := line.recv(65536)) and (found := found + more):
                if not to_the_end and b"\r\n\r\n" in found:
                    break
            return found

    def forged(self) -> int:
        """How many requests were counted as not Slack's."""
        text = self.said(
            b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            to_the_end=True,
        )
        found = re.findall(
            rb'labeljob_request_seconds_count\{kind="forged",outcome="refused"\} ([0-9.]+)', text
        )
        return round(sum(float(number) for number in found))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    shutil.copy(migrated, folder / "labeljob.db")
    with running(folder, f"sqlite:///{folder}/labeljob.db") as world:
        served = Web(world)
        yield served
        served.front.close()


def status(answer: bytes) -> int:
    """The status of an answer as it came."""
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "more",
    [
        {"X_Slack_Signature": ""},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Request_Timestamp": "1000000000"},
        {"X_Slack_Request_Timestamp": "99999999999999999999999999"},
        {"X_Slack_Request_Timestamp": "-1"},
        {"X_Slack_Request_Timestamp": "now"},
        {"X_Slack_Signature": "v0=short"},
        {"X_Slack_Signature": "v0=" + "é" * 64},
    ],
)
def test_headers_that_cannot_be_slacks_are_refused_without_their_body(
    web: Web, more: dict[str, str]
) -> None:
    """Without this, whoever sends no signature at all would still be read, and could send
    slowly.
    """
    before = web.forged()
    assert (
        status(web.said(web.head(b"command=x", length=900, **more))) == HTTPStatus.UNAUTHORIZED
    )  # no body came
    assert web.forged() == before + 1


def test_body_that_is_announced_too_long_is_refused_before_it_comes(web: Web) -> None:
    """Without this, a body of 50 MB would be kept in memory for whoever sends it."""
    assert status(web.said(web.head(b"", length=MOST + 1))) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_body_of_unknown_length_is_refused_where_it_becomes_too_long(web: Web) -> None:
    """Without this, a body without a Content-Length would be read for as long as it comes."""
    part = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    head = web.head(b"", Content_Length="", Transfer_Encoding="chunked")
    assert (
        status(web.said(head, part * (MOST // 0x10000 + 1))) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )


def test_signed_body_of_unknown_length_is_taken(web: Web) -> None:
    """Without this, a proxy that passes bodies on in parts would cut Slack off."""
    head = web.head(b"ssl_check=1", Content_Length="", Transfer_Encoding="chunked")
    assert status(web.said(head, b"4\r\nssl_\r\n", b"7\r\ncheck=1\r\n0\r\n\r\n")) == HTTPStatus.OK


def test_signed_body_of_a_megabyte_is_read_and_answered(web: Web) -> None:
    """Without this, the limit could be one that a form with long instructions meets."""
    body = b"command=" + b"x" * (MOST - 8)
    assert status(web.said(web.head(body), body)) not in {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_TIMEOUT,
    }


@pytest.mark.parametrize("length", [900, 90_000])
def test_body_that_does_not_come_is_given_up(web: Web, length: int) -> None:
    """Without this, a body that never ends would hold its connection for ever."""
    before = web.forged()
    answer = web.said(
        web.head(b"", length=length), b"command=", to_the_end=True
    )  # ends: the connection is closed
    assert status(answer) == HTTPStatus.REQUEST_TIMEOUT
    assert web.forged() == before + 1


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"payload=%7B", b"payload=%5B%5D"])
def test_signed_body_that_is_no_payload_is_400_and_unsigned_401(web: Web, body: bytes) -> None:
    """Without this, a broken proxy and a stranger could not be told apart."""
    assert status(web.said(web.head(body), body)) == HTTPStatus.BAD_REQUEST
    assert (
        status(web.said(web.head(b"another"[: len(body)].ljust(len(body))), body))
        == HTTPStatus.UNAUTHORIZED
    )


def test_signed_requests_are_answered_beside_bodies_that_do_not_come(web: Web) -> None:
    """Without this, forty slow connections would stop everything: each would hold one of the
    threads.
    """
    slow = [socket.create_connection(("127.0.0.1", web.port), timeout=20) for _ in range(100)]
    try:
        for number, line in enumerate(slow):
            line.sendall(web.head(b"", length=900) + b"c" if number % 2 else b"POST /slack/ev")
        reply = web.front.send({"ssl_check": "1"}, "command")
        assert reply.status == HTTPStatus.OK
    finally:
        for line in slow:
            line.close()


class Dripping:
    """A body whose next part comes when somebody says so."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[bytes] = asyncio.Queue()
        self.taken = asyncio.Event()

    async def __call__(self) -> bytes:
        return b"".join([part async for part in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await self.parts.get():
            yield part
            self.taken.set()


def test_bodies_that_are_too_much_together_are_given_up_the_oldest_first() -> None:
    """Without this, many bodies that each keep to the limit would fill the memory together."""

    async def story() -> tuple[list[object], bytes]:
        bodies = RawBodies(most=100, patience=30.0, together=150)
        old = [Dripping(), Dripping()]
        readings = [asyncio.create_task(bodies.read(body)) for body in old]
        for body in old:
            body.parts.put_nowait(b"a" * 70)
            await body.taken.wait()
        fresh = Dripping()
        fresh.parts.put_nowait(b"b" * 60)
        fresh.parts.put_nowait(b"")
        read = await bodies.read(fresh)
        old[1].parts.put_nowait(b"")
        return list(await asyncio.gather(*readings, return_exceptions=True)), read

    (first, second), read = asyncio.run(story())
    assert isinstance(first, NotRead)
    assert first.status == HTTPStatus.REQUEST_TIMEOUT
    assert second == b"a" * 70
    assert read == b"b" * 60
