"""The watch that keeps every test on this machine, tried with addresses that no machine has (RFC
5737, RFC 3849).
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import loopback
from tests.house.trees import ROOT
from tests.loopback import LeftTheMachineError, is_here

NOBODY, NOBODY_6 = ("192.0.2.1", 9), ("2001:db8::1", 9)
SWALLOWS = """
import contextlib, socket

def test_that_takes_it_for_an_outage():
    with contextlib.suppress(Exception):
        socket.create_connection(("192.0.2.1", 9), timeout=1)

def test_that_stays():
    pass
"""


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    """What these tests did on purpose is held against nobody."""
    yield
    loopback.left.clear()


def _try(
    kind: socket.SocketKind, act: Callable[[socket.socket], object], family: int = socket.AF_INET
) -> None:
    with closing(socket.socket(family, kind)) as sock:
        sock.setblocking(False)  # were it let through, nobody would wait for it
        act(sock)


@pytest.mark.parametrize(
    "leaves",
    [
        lambda: socket.create_connection(NOBODY, timeout=1),
        lambda: _try(socket.SOCK_STREAM, lambda sock: sock.connect(NOBODY)),
        lambda: _try(socket.SOCK_STREAM, lambda sock: sock.connect_ex(NOBODY)),
        lambda: _try(socket.SOCK_STREAM, lambda sock: sock.connect_ex(NOBODY_6), socket.AF_INET6),
        lambda: _try(
            socket.SOCK_STREAM,
            lambda sock: sock.connect_ex(("::ffff:192.0.2.1", 9)),
            socket.AF_INET6,
        ),
        lambda: _try(socket.SOCK_DGRAM, lambda sock: sock.sendto(b"x", NOBODY)),
        lambda: _try(socket.SOCK_DGRAM, lambda sock: sock.sendmsg([b"x"], [], 0, NOBODY)),
        lambda: asyncio.run(asyncio.open_connection(*NOBODY)),
        lambda: socket.getaddrinfo("slack.com", 443),
        lambda: socket.getaddrinfo(b"slack.com", 443),
        lambda: socket.gethostbyname("sagemaker.us-east-1.amazonaws.com"),
    ],
)
def test_whatever_leaves_is_refused(leaves: Callable[[], object]) -> None:
    """Without this, a test could pass on one machine because of what the internet said that day, or
    spend money.
    """
    with pytest.raises(LeftTheMachineError, match="may not leave this machine"):
        leaves()
    assert loopback.left


def test_whatever_stays_is_let_through(tmp_path: Path) -> None:
    """Every stand-in is reached in one of these ways."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104 - connected to, not bound
            socket.create_connection((host, port), timeout=5).close()
        _try(socket.SOCK_DGRAM, lambda sock: sock.sendto(b"x", ("127.0.0.1", port)))
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        _try(socket.SOCK_STREAM, lambda sock: sock.connect(str(tmp_path / "s")), socket.AF_UNIX)
    socket.getaddrinfo(None, port)
    socket.getaddrinfo("192.0.2.1", port)  # what is written out in numbers asks nobody
    assert loopback.left == []


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("fe80::1%lo", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),  # where AWS gives machines their credentials
        ("::ffff:10.0.0.1", False),
        ("bucket.localhost", True),
        ("localhost.example.com", False),
    ],
)
def test_which_hosts_are_here(host: str, here: bool) -> None:
    """An address that merely looks like this machine's would be let through."""
    assert is_here(host) is here


def test_forked_child_is_watched_too() -> None:
    """The failure book forks its bots; one of them could leave unseen."""
    child = os.fork()
    if child == 0:
        try:
            socket.create_connection(NOBODY, timeout=1)
        except LeftTheMachineError:
            os._exit(7)
        except OSError:
            os._exit(8)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7


def test_error_that_was_swallowed_fails_the_test_all_the_same(tmp_path: Path) -> None:
    """The code under test answers an outage with patience: without this, nobody would hear of
    it.
    """
    file = tmp_path / "test_it.py"
    file.write_text(SWALLOWS)
    options = ["-p", "tests.loopback", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *options, str(file)]
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, check=False, cwd=tmp_path, env=where, capture_output=True, text=True, timeout=120
    )
    assert "2 passed, 1 error" in done.stdout, done.stdout
    assert "may not leave this machine: socket.connect to 192.0.2.1 port 9" in done.stdout
