"""Ports of this machine's loopback address, for the stand-ins' servers.

Promises whoever asks for one that it listens from that moment on, and that nobody outside this
machine reaches it.
"""

import socket
from contextlib import suppress

__all__ = ["NoFreePort", "first_free", "free_port", "loopback_socket"]

_LAST_PORT = 65535
_WAITING_LINE = 128  # connections that may wait until the stand-in takes them


class NoFreePort(Exception):
    """Every port from the wanted one on is taken."""


def loopback_socket(port: int) -> socket.socket:
    """A socket that listens on this port of 127.0.0.1 (0: a free one); OSError when it is taken."""
    # Named TCP, or asyncio leaves Nagle's algorithm on and every answer with a body waits 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(_WAITING_LINE)
    except OSError:
        made.close()
        raise
    return made


def free_port(first: int) -> int:
    """The first free port from `first` on; any free port when that is 0."""
    with first_free(first) as found:
        return int(found.getsockname()[1])


def first_free(first: int) -> socket.socket:
    """Listen on the first free port from `first` on, on any when that is 0; raises NoFreePort."""
    if not first:
        return loopback_socket(0)
    for port in range(first, _LAST_PORT + 1):
        with suppress(OSError):
            return loopback_socket(port)
    raise NoFreePort(
        f"There is no free port from {first} on. Begin with a lower one, such as 8470."
    )
