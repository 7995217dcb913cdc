"""No test leaves this machine: what Python connects to, or asks a name server for, is watched.

Promises to whoever runs the tests: a test that reaches for anything but this machine's own
addresses fails, also where the code took the error for an outage and went on. Forked children have
the watch with them and get the error; a program that is started afresh has not (the tests start
them with settings of the stand-ins alone), nor what is no Python: Chromium, libpq, Granian.

An audit hook and not a library that replaces `socket.socket`: nothing is patched, `connect_ex`,
asyncio and name lookups are seen as well, and between two tests it watches too.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator

import pytest

left: list[str] = []
"""What this process reached for elsewhere since the last test, in words."""

_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class LeftTheMachineError(OSError):
    """A test reached for an address that is not this machine's; libraries treat it as an outage."""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that is written out; None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_here(host: str) -> bool:
    """Whether an address or a name is this machine's own; no name server is asked."""
    found = _address(host)
    if found is None:
        return host in {"", "localhost"} or host.endswith(".localhost")
    return found.is_loopback or found.is_unspecified


def _text(host: object) -> str:
    """A host as Python's socket functions take it: a text, bytes, None for this machine."""
    if isinstance(host, bytes | bytearray):
        return host.decode(errors="replace")
    return "" if host is None else str(host)


def _elsewhere(event: str, arguments: tuple[object, ...]) -> str:
    """Where an audited event leaves for; "" for nowhere."""
    if event in _LOOKUPS:
        host = _text(arguments[0])
        return "" if is_here(host) or _address(host) else host
    if event not in _SENDS:
        return ""
    sock, where = arguments[:2]
    over_ip = isinstance(sock, socket.socket) and sock.family in {socket.AF_INET, socket.AF_INET6}
    if not over_ip or not isinstance(where, tuple):
        return ""
    host = _text(where[0])
    return "" if is_here(host) else f"{host} port {where[1]}"


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    elsewhere = _elsewhere(event, arguments)
    if elsewhere:
        left.append(f"{event} to {elsewhere}")
        raise LeftTheMachineError(f"a test may not leave this machine: {event} to {elsewhere}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _stays_here() -> Iterator[None]:
    """Fail the test that left, whatever was made of the error."""
    yield
    found = left.copy()
    left.clear()
    assert not found, f"a test may not leave this machine: {'; '.join(found)}"
