"""The database: one engine, short transactions, and the database's own clock.

Promises to everybody above: `write()` is one transaction that commits whole or not at all (on
SQLite it takes the write lock at once, since a read that later writes would fail with SQLITE_BUSY
whatever the timeout), a database that is locked, full or gone is a `DatabaseSilent` (words for a
person, tried again by the worker), and `now` is the database's time, so that replicas with wrong
clocks agree on leases and due times. Times are seconds since 1970, UTC, as floats.
"""

import re
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from bot.base.connections import postgres_engine, sqlite_engine
from bot.base.deadline import hurried, left
from bot.base.errors import Refusal, Transient

if TYPE_CHECKING:
    from alembic.config import Config

_SQLITE_NOW = "((julianday('now') - 2440587.5) * 86400.0)"
_POSTGRES_NOW = "CAST(extract(epoch from clock_timestamp()) AS double precision)"
_CLAIMING = re.compile(r":skip_locked(?:_of_(\w+))?")
_MIGRATING = 4_711_053  # the advisory lock of `labeljob migrate`: any number that is nobody else's
# seconds that an answer to Slack may wait for the database; the worker has ten
ANSWER_BUSY_WAIT = 2.0
_NO_SUCH_TABLE = "42P01"  # PostgreSQL's code
# as above: no permission, no schema that the user may write to
_NO_RIGHT = frozenset({"42501", "3F000"})


class DatabaseSilent(Transient):
    """The database did not answer in time. Nothing was changed; please try again in a moment."""


class DatabaseFull(DatabaseSilent):
    """The disk of the database is full. Nothing was changed; tell your administrator."""


class DatabaseBroken(DatabaseSilent):
    """The disk of the database takes nothing (a quota, or a fault). Nothing was changed; tell your
    administrator.
    """


class DatabaseRefuses(Refusal):
    """The database does not let its user do what Labeljob must."""


class NotMigrated(Refusal):
    """The database's tables are not those of this version. Run: labeljob migrate."""


class TablesNewer(Refusal):
    """The database's tables are those of a newer version of Labeljob."""


class Database:
    """One database behind one URL (sqlite:///file or postgresql+psycopg://…).

    `busy_wait` is how many seconds a transaction waits for another writer, and how long a
    connection may take: 2 where a person waits for an answer (Slack gives 3), 10 in the worker;
    less when a deadline is near (`deadline.within`).
    """

    def __init__(self, url: str, *, busy_wait: float = 10.0) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = (
            sqlite_engine(url, busy_wait) if self.is_sqlite else postgres_engine(url, busy_wait)
        )
        self._busy_wait = busy_wait
        self._statements: dict[str, TextClause] = {}

    @property
    def now(self) -> str:
        """The SQL expression of the database's time in seconds since 1970."""
        return _SQLITE_NOW if self.is_sqlite else _POSTGRES_NOW

    def sql(self, statement: str) -> TextClause:
        """A statement with the dialect filled in.

        `:now` is the database's clock. `:skip_locked` (or `:skip_locked_of_<alias>`) ends a
        claiming SELECT: PostgreSQL then skips rows that another worker is claiming; SQLite has one
        writer and needs nothing.
        """
        known = self._statements.get(statement)
        if known is None:
            filled = _CLAIMING.sub("" if self.is_sqlite else _skip_locked, statement)
            known = self._statements[statement] = text(re.sub(r":now\b", self.now, filled))
        return known

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error.

        With `durable` off, SQLite does not wait for the disk: a power cut may undo the commit, a
        killed process not.

        Raises:
            DatabaseSilent: it is locked, full or gone; nothing was changed.

        """
        with _renamed(), Session(self.engine, expire_on_commit=False) as session:
            connection = session.connection()
            with self._turn():
                self._begin(connection, durable=durable)
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.rollback()  # here, so that it still is our turn
                    raise

    def execute(
        self, statement: str, values: Mapping[str, Any], *, durable: bool = True
    ) -> list[tuple[Any, ...]]:
        """One statement that writes, as a transaction of its own (see `write`); the rows that it
        returns.

        `statement` is as `sql` takes it. Without the ORM, and on SQLite straight through the
        driver: 60 instead of 240 microseconds of processor time, twice for each request that Slack
        waits for.

        Raises:
            DatabaseSilent: as `write`.

        """
        ready = self.sql(statement)
        with _renamed():
            if self.is_sqlite:
                with closing(self.engine.raw_connection()) as pooled, self._turn():
                    driver: Any = pooled.driver_connection
                    self._prepare(driver, durable=durable)
                    return list(driver.execute(ready.text, values).fetchall())
            with self.engine.begin() as connection:
                if hurried():
                    self._wait_at_most(connection)
                result = connection.execute(ready, values)
                return [tuple(row) for row in result] if result.returns_rows else []

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading session; nothing is committed.

        Raises:
            DatabaseSilent: it does not answer.

        """
        with _renamed(), Session(self.engine, expire_on_commit=False) as session:
            if hurried() and not self.is_sqlite:  # SQLite's readers wait for nobody
                self._wait_at_most(session.connection())
            yield session

    def time(self) -> float:
        """The database's time now."""
        with self.read() as session:
            return float(session.connection().execute(text(f"SELECT {self.now}")).scalar_one())

    def migrate(self) -> None:
        """Bring the tables to the newest revision (Alembic): whole or not at all, one process at a
        time.

        Raises:
            TablesNewer: they are of a later version; nothing was changed.
            DatabaseSilent, DatabaseRefuses: see `revision`.

        """
        found = self.revision()
        if found == newest_revision():
            return
        _no_newer(found)
        from alembic import command  # noqa: PLC0415 - 0.3 s that only the first start of a version pays

        with _renamed(), self.migrating() as config:
            command.upgrade(config, "head")

    def require_tables(self) -> None:
        """Nothing when the tables are those of this version.

        Raises:
            NotMigrated: they are older, or there are none.
            TablesNewer: they are of a later version.
            DatabaseSilent, DatabaseRefuses: see `revision`.

        """
        found = self.revision()
        _no_newer(found)
        if found != newest_revision():
            raise NotMigrated

    def revision(self) -> str | None:
        """The revision that the tables are at; None when there are no tables.

        Raises:
            DatabaseSilent: it does not answer.
            DatabaseRefuses: its user may not read them.

        """
        try:
            with self.read() as session:
                statement = text("SELECT version_num FROM alembic_version")
                found = session.connection().execute(statement).scalar_one_or_none()
        except ProgrammingError as error:
            if _code(error) == _NO_SUCH_TABLE:
                return None
            raise DatabaseRefuses(f"The database refuses: {reason(error)}.") from error
        except DatabaseSilent as error:
            if "no such table" in str(error.__cause__):  # SQLite's way
                return None
            raise
        return None if found is None else str(found)

    @contextmanager
    def migrating(self) -> Iterator["Config"]:
        """Alembic's configuration on one transaction that no other process migrates beside."""
        from alembic.config import Config  # noqa: PLC0415 - as above

        # its default is whatever standard output was when it was first imported
        config = Config(stdout=sys.stdout)
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.begin() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            config.attributes["connection"] = connection
            yield config

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer: the threads of this process queue here, since its own wait sleeps
        for up to 0.1 s.

        Raises:
            DatabaseSilent: the others took too long.

        """
        if not self.is_sqlite:
            yield
            return
        turn = _turn_of(self.url)
        if not turn.acquire(timeout=left(self._busy_wait)):
            raise DatabaseSilent
        try:
            yield
        finally:
            turn.release()

    def _begin(self, connection: Connection, *, durable: bool) -> None:
        """Begin to write."""
        if self.is_sqlite:
            driver: Any = connection.connection.driver_connection
            self._prepare(driver, durable=durable)
            driver.execute("BEGIN IMMEDIATE")
        elif hurried():
            self._wait_at_most(connection)

    def _prepare(self, driver: Any, *, durable: bool) -> None:
        """SQLite: how long this transaction may wait for other processes, and whether it waits for
        the disk.
        """
        driver.execute(f"PRAGMA busy_timeout={round(left(self._busy_wait) * 1000)}")
        driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")

    def _wait_at_most(self, connection: Connection) -> None:
        """PostgreSQL: wait for locks no longer than somebody waits for the answer."""
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = {round(left(self._busy_wait) * 1000)}"
        )


@cache
def _turn_of(_url: str) -> threading.Lock:
    """The one lock of a database in this process."""
    return threading.Lock()


@cache
def newest_revision() -> str:
    """The revision that this version of the bot works with: what its newest file's name begins
    with.
    """
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")
    return max(file.name for file in files).partition("_")[0]


def _no_newer(found: str | None) -> None:
    """Refuse tables of a later version: their revisions are numbers of four digits, so they sort as
    words do.
    """
    if found is None or found <= newest_revision():
        return
    raise TablesNewer(
        "The database belongs to a newer version of Labeljob: its tables are at revision "
        f"{found}, this version works with {newest_revision()}. Start that newer version, or "
        "restore the backup made before the upgrade. If another program keeps its tables there, "
        "name a database of Labeljob's own in LABELJOB_DATABASE_URL."
    )


def reason(error: BaseException) -> str:
    """The first line of what the database's driver said; "" when it said nothing."""
    said = next(
        (each.orig for each in (error, error.__cause__) if isinstance(each, DBAPIError)),
        error.__cause__,
    )
    return str(said or "").strip().partition("\n")[0].rstrip(".")


@contextmanager
def explained() -> Iterator[None]:
    """Inside, an administrator waits: a database that does not do as it is told is explained in its
    driver's words.

    Raises:
        DatabaseSilent: it does not answer, and why.
        DatabaseRefuses: what must be changed is not a matter of time.

    """
    try:
        yield
    except DatabaseSilent as error:
        why = reason(error)
        # a full or broken disk has words of its own
        if type(error) is not DatabaseSilent or not why:
            raise
        raise DatabaseSilent(
            f"The database does not answer: {why}. Check LABELJOB_DATABASE_URL, and that its "
            "server runs and takes the user, or that the folder of its file is there. Nothing was "
            "changed."
        ) from error
    except DBAPIError as error:
        if _code(error) in _NO_RIGHT:
            todo = "Let the user of LABELJOB_DATABASE_URL make and change tables there."
        elif "file is not a database" in str(error) or "malformed" in str(error):
            todo = "Name another file in LABELJOB_DATABASE_URL, or restore the backup of this one."
        else:
            raise
        raise DatabaseRefuses(
            f"The database refuses: {reason(error)}. {todo} Nothing was changed."
        ) from error


def _code(error: DBAPIError) -> str:
    """PostgreSQL's code of an error; "" elsewhere."""
    return str(getattr(error.orig, "sqlstate", None) or "")


@contextmanager
def _renamed() -> Iterator[None]:
    """The ways in which a database does not answer, in our words. Anything else is a fault of ours
    and stays one.
    """
    try:
        yield
    except (
        sqlite3.OperationalError,
        OperationalError,
        InterfaceError,
        InternalError,
        PoolTimeout,
    ) as error:
        words = str(error).lower()
        if "disk is full" in words or "no space left" in words or "could not extend file" in words:
            raise DatabaseFull from error
        # SQLite's words for every other reason why a file cannot be written
        if "disk i/o error" in words:
            raise DatabaseBroken from error
        raise DatabaseSilent from error
    except ProgrammingError as error:
        if error.statement is not None:
            raise
        # there is not even a connection: the driver does not understand the address
        raise DatabaseSilent from error


def _skip_locked(match: re.Match[str]) -> str:
    """PostgreSQL's way to claim a row that nobody else is claiming."""
    return f"FOR UPDATE OF {match[1]} SKIP LOCKED" if match[1] else "FOR UPDATE SKIP LOCKED"
