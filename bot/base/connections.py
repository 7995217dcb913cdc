"""How a database is connected to: SQLite as a file in WAL, PostgreSQL through a pool.

Promises to `Database`: whoever comes while another process makes the file waits for it, and no lock
is waited for without end.
"""

import math
import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event

from bot.base.deadline import left

_LOOK = 0.02  # seconds between two tries
_PRIMARY = 0xFF  # SQLite: the low byte of a result code tells its kind


def sqlite_engine(url: str, busy_wait: float) -> Engine:
    """SQLite in WAL with every commit on disk; transactions begin where `write` says, not where the
    driver guesses.
    """
    engine = create_engine(url, connect_args={"timeout": busy_wait, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={round(busy_wait * 1000)}")
        _into_wal(connection, left(busy_wait))
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def postgres_engine(url: str, busy_wait: float) -> Engine:
    """PostgreSQL; a connection that died in the pool is replaced before its use; no lock is waited
    for without end.
    """
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=30,
        pool_timeout=busy_wait,
        connect_args={
            "connect_timeout": max(2, math.ceil(busy_wait)),
            "options": f"-c lock_timeout={round(busy_wait * 1000)} -c statement_timeout=30000",
        },
    )


def _into_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Have the file's journal be WAL, waiting for whoever writes in it for so long at most.

    SQLite refuses at once, whatever its timeout, where the journal is another one still and
    somebody writes: that is how two processes meet that make a new file.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= end:
                raise
            time.sleep(_LOOK)
        else:
            return
