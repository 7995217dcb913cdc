"""A database file that another process is making at this moment."""

import sqlite3
import threading
from pathlib import Path

import pytest

from bot.base.db import Database, DatabaseSilent


def test_whoever_comes_while_the_file_is_made_waits(tmp_path: Path) -> None:
    """Without this, the very first start ends with “database is locked”: two processes make the
    file, and SQLite has no patience while its journal is to change.
    """
    path = tmp_path / "new.db"
    maker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    maker.execute("CREATE TABLE made (number)")
    maker.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, maker.execute, args=("COMMIT",))
    done.start()
    database = Database(f"sqlite:///{path}")
    try:
        assert database.revision() is None, "no tables of ours yet"
        with database.read() as session:
            journal = session.connection().exec_driver_sql("PRAGMA journal_mode").scalar_one()
        assert journal == "wal"
    finally:
        done.join()
        maker.close()
        database.close()


def test_a_file_that_stays_locked_is_told(tmp_path: Path) -> None:
    """Without this, a start would hang for ever behind a process that hangs."""
    path = tmp_path / "held.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE made (number)")
    holder.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{path}", busy_wait=0.1)
    try:
        with pytest.raises(DatabaseSilent):
            database.revision()
    finally:
        holder.close()
        database.close()
