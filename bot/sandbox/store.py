"""A stand-in's own SQLite: what it has answered survives kill -9 of the process.

Promises one writer at a time in this process, readers that never wait for it (WAL), and rows that
can be asked by column name. It knows no table: each stand-in brings its schema.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Store"]

BUSY_SECONDS = 10.0
"""How long one process waits for another that holds the same file; inside one process the lock
decides.
"""


class Store:
    """A SQLite file with a schema.

    `schema_sql` is run at every start, so it says CREATE TABLE IF NOT EXISTS. Connections belong to
    threads and are kept; `close` ends all of them.
    """

    def __init__(self, path: Path, schema_sql: str) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._all_lock = threading.Lock()
        self._after: list[Callable[[], None]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            self._connection().executescript(schema_sql)

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: commits when the block ends, rolls back when it raises.

        A write inside a write of the same thread joins it, so a whole operation stays one
        transaction.
        """
        with self._lock:
            connection = self._connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                self._after.clear()
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            after, self._after = self._after, []
        for call in after:
            call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once what is being written can be read by others; at once when nothing is
        being written.
        """
        with self._lock:
            if self._connection().in_transaction:
                self._after.append(call)
                return
        call()

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for SELECT; inside a write of the same thread it sees what was
        just written.
        """
        yield self._connection()

    def close(self) -> None:
        """Close every thread's connection; the store cannot be used after that."""
        with self._all_lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            # NORMAL in WAL loses nothing when the process dies, only when the machine does; that is
            # enough here.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            self._local.connection = connection
            with self._all_lock:
                self._all.append(connection)
        return connection
