"""The database: one engine, short transactions, and the database's own clock.

Promises to everybody above: `write()` is one transaction that commits whole or not at all (on SQLite it takes the
write lock at once, since a read that later writes would fail with SQLITE_BUSY whatever the timeout), and
`now` is the database's time, so that replicas with wrong clocks agree on leases and due times. Times are seconds
since 1970, UTC, as floats.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, TextClause, create_engine, event, text
from sqlmodel import Session

_SQLITE_NOW = "((julianday('now') - 2440587.5) * 86400.0)"
_POSTGRES_NOW = "extract(epoch from clock_timestamp())"
_CLAIMING = re.compile(r":skip_locked(?:_of_(\w+))?")


class Database:
    """One database behind one URL (sqlite:///file or postgresql+psycopg://…).

    `busy_wait` is how long SQLite waits for another writer: 2 s where a person waits for an answer (Slack gives 3 s),
    10 s in the worker.
    """

    def __init__(self, url: str, *, busy_wait: float = 10.0) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url, busy_wait) if self.is_sqlite else create_engine(url, pool_pre_ping=True)

    @property
    def now(self) -> str:
        """The SQL expression of the database's time in seconds since 1970."""
        return _SQLITE_NOW if self.is_sqlite else _POSTGRES_NOW

    def sql(self, statement: str) -> TextClause:
        """A statement with the dialect filled in.

        `:now` is the database's clock. `:skip_locked` (or `:skip_locked_of_<alias>`) ends a claiming SELECT: PostgreSQL
        then skips rows that another worker is claiming; SQLite has one writer and needs nothing.
        """
        statement = _CLAIMING.sub("" if self.is_sqlite else _skip_locked, statement)
        return text(re.sub(r":now\b", self.now, statement))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error."""
        with Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading session; nothing is committed."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def time(self) -> float:
        """The database's time now."""
        with self.read() as session:
            return float(session.connection().execute(text(f"SELECT {self.now}")).scalar_one())

    def migrate(self) -> None:
        """Bring the tables to the newest revision (Alembic)."""
        from alembic import command  # noqa: PLC0415 - 0.3 s that only the start and `labeljob migrate` pay
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _sqlite_engine(url: str, busy_wait: float) -> Engine:
    """SQLite in WAL with every commit on disk; transactions begin where `write` says, not where the driver guesses."""
    engine = create_engine(url, connect_args={"timeout": busy_wait, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(busy_wait * 1000)}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _skip_locked(match: re.Match[str]) -> str:
    """PostgreSQL's way to claim a row that nobody else is claiming."""
    return f"FOR UPDATE OF {match[1]} SKIP LOCKED" if match[1] else "FOR UPDATE SKIP LOCKED"
