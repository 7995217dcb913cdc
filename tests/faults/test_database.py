"""The database locked, gone, or brought to another version."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import inspect, make_url

from bot.base.db import Database, DatabaseFull
from tests.faults import postgres
from tests.faults.conftest import Near
from tests.faults.world import CHANNEL, World, order, running, to_last_page, until


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Somebody else holds the write lock."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("LOCK TABLE inbox, job, draft IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_locked_database_is_answered_in_time_with_honest_words(world: World) -> None:
    """Without this, people would see Slack's bare timeout, or a form that closes as if it had been taken."""
    world.start(role="web")
    Near(world).bot.db.close()  # lists the labeling teams
    to_last_page(world.mara, order("locked"))
    with _locked(world.database_url), ThreadPoolExecutor() as pool:
        saying = pool.submit(world.sam.command, CHANNEL, "/labeljob", "list")
        answer, said = world.mara.fill(), saying.result()
    assert "try again" in said["ephemeral"]["text"]
    assert "try again" in str(answer["view_stack"][-1])
    world.mara.ask("view_close", view_id=world.mara.view()["id"])
    world.mara.fill()
    with world.db.read() as session:
        assert session.connection().execute(world.db.sql("SELECT name FROM job")).scalars().all() == ["locked"]


def test_database_that_comes_back_is_taken_up_again(tmp_path: Path, pg: postgres.Postgres) -> None:
    """Without this, a restart of the database would need a restart of the bot, or lose what was asked."""
    del pg  # skips where none can be started
    server = postgres.start()
    try:
        with running(tmp_path, server.new_database()) as world:
            bot = world.start()
            server.stop_at_once()
            said = world.mara.command(CHANNEL, "/labeljob", "list")
            assert "try again" in said["ephemeral"]["text"]
            assert bot.alive()
            server.start()
            to_last_page(world.mara, order("after"))
            assert not world.mara.fill().get("errors")
            until(lambda: world.lines("after"), what="the job's first line")
    finally:
        server.remove()


def test_full_disk_is_told_and_corrupts_nothing(tmp_path: Path, migrated: Path) -> None:
    """Without this, a full disk would look like a fault of the person's form, or cost the whole database."""
    file = tmp_path / "full.db"
    shutil.copy(migrated, file)
    database = Database(f"sqlite:///{file}")
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(DatabaseFull, match="disk of the database is full"), database.write() as session:
        session.connection().exec_driver_sql("INSERT INTO lease VALUES (?, 'x', 1, 0)", ("x" * 1_000_000,))
    with database.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert session.connection().exec_driver_sql("SELECT count(*) FROM lease").scalar_one() == 0
    database.close()


@pytest.mark.parametrize("revision", ["0001", "base"])
def test_every_revision_goes_down_and_up_again(db: Database, revision: str) -> None:
    """Without this, an upgrade or the way back from it would stop half-way with a database nobody can use."""
    wanted = _columns(db)
    with db.migrating() as config:
        command.downgrade(config, revision)
    assert _columns(db) != wanted
    db.migrate()
    assert _columns(db) == wanted


def test_tables_are_those_of_the_code(db: Database) -> None:
    """Without this, a forgotten migration would be found by the first person who uses it."""
    with db.migrating() as config:
        command.check(config)


def test_migration_that_dies_leaves_nothing_behind(tmp_path: Path, pg: postgres.Postgres) -> None:
    """Without this, a kill at the first start would leave half the tables, and no later start could mend them."""
    for url in (f"sqlite:///{tmp_path}/new.db", pg.new_database()):
        database = Database(url)
        with suppress(KeyboardInterrupt), database.migrating() as config:
            command.upgrade(config, "0001")
            raise KeyboardInterrupt
        assert not inspect(database.engine).get_table_names()
        database.migrate()
        assert "outbox" in inspect(database.engine).get_table_names()
        database.close()


def _columns(db: Database) -> dict[str, list[str]]:
    found = inspect(db.engine)
    return {
        table: sorted(
            [
                *(column["name"] for column in found.get_columns(table)),
                *(str(i["name"]) for i in found.get_indexes(table)),
            ]
        )
        for table in sorted(found.get_table_names())
        if table != "alembic_version"
    }
