"""The database locked, gone, or brought to another version."""

import resource
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from bot.base.db import Database, DatabaseBroken, DatabaseFull, DatabaseSilent
from bot.base.deadline import within
from tests.faults import postgres, upgrade
from tests.faults.locked import locked
from tests.faults.near import Near
from tests.faults.world import CHANNEL, World, order, running, to_last_page, until


def test_locked_database_is_answered_in_time_with_honest_words(world: World) -> None:
    """Without this, people would see Slack's bare timeout, or a form that closes as if it had been
    taken.
    """
    world.start(role="web")
    Near(world).bot.ground.db.close()  # lists the labeling teams
    to_last_page(world.mara, order("locked"))
    with locked(world.database_url), ThreadPoolExecutor() as pool:
        saying = pool.submit(world.sam.command, CHANNEL, "/labeljob", "list")
        answer, said = world.mara.fill(), saying.result()
    assert "try again" in said["ephemeral"]["text"]
    assert "try again" in str(answer["view_stack"][-1])
    world.mara.ask("view_close", view_id=world.mara.view()["id"])
    world.mara.fill()
    with world.db.read() as session:
        assert session.connection().execute(
            world.db.sql("SELECT name FROM job")
        ).scalars().all() == ["locked"]


def test_database_that_comes_back_is_taken_up_again(tmp_path: Path, pg: postgres.Postgres) -> None:
    """Without this, a restart of the database would need a restart of the bot, or lose what was
    asked.
    """
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


def test_a_hurried_read_or_write_waits_no_longer_than_is_left(store: str) -> None:
    """Without this, each read of one answer could wait for its own two seconds, and Slack would say
    nothing came back.

    The database would wait for a minute, which is longer than this test may take.
    """
    database = Database(store, busy_wait=60.0)
    statement = "SELECT count(*) FROM job"
    with locked(store), within(0.0):
        with pytest.raises(DatabaseSilent), database.write() as session:
            session.connection().exec_driver_sql("DELETE FROM job")
        told = nullcontext() if database.is_sqlite else pytest.raises(DatabaseSilent)
        with told, database.read() as session:
            assert session.connection().exec_driver_sql(statement).scalar_one() == 0
    database.close()


def test_full_disk_is_told_and_corrupts_nothing(tmp_path: Path, migrated: Path) -> None:
    """Without this, a full disk would look like a fault of the person's form, or cost the whole
    database.
    """
    file = tmp_path / "full.db"
    shutil.copy(migrated, file)
    database = Database(f"sqlite:///{file}")
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with (
        pytest.raises(DatabaseFull, match="disk of the database is full"),
        database.write() as session,
    ):
        session.connection().exec_driver_sql(
            "INSERT INTO lease VALUES (?, 'x', 1, 0)", ("x" * 1_000_000,)
        )
    with database.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert session.connection().exec_driver_sql("SELECT count(*) FROM lease").scalar_one() == 0
    database.close()


def test_disk_that_takes_nothing_is_told_and_corrupts_nothing(
    tmp_path: Path, migrated: Path
) -> None:
    """Without this, a quota would be told as a database that is slow, and people would try again
    for ever.
    """
    file = tmp_path / "quota.db"
    shutil.copy(migrated, file)
    database = Database(f"sqlite:///{file}")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    words = ""
    with database.write():
        pass  # its files stand
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        with database.write() as session:
            session.connection().exec_driver_sql(
                "INSERT INTO lease VALUES (?, 'x', 1, 0)", ("x" * 1_000_000,)
            )
    except DatabaseBroken as error:
        words = error.words
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "takes nothing" in words
    with database.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    with database.write() as session:
        session.connection().exec_driver_sql("INSERT INTO lease VALUES ('room', 'x', 1, 0)")
    database.close()


def test_every_revision_goes_down_and_up_again(store: str) -> None:
    """Without this, an upgrade or the way back from it would stop half-way with a database nobody
    can use.
    """
    assert upgrade.up_and_down(store) == []


def test_tables_are_those_of_the_code(db: Database) -> None:
    """Without this, a forgotten migration would be found by the first person who uses it."""
    with db.migrating() as config:
        command.check(config)


def test_migration_that_dies_leaves_nothing_behind(tmp_path: Path, pg: postgres.Postgres) -> None:
    """Without this, a kill at the first start would leave half the tables, and no later start could
    mend them.
    """
    for url in (f"sqlite:///{tmp_path}/new.db", pg.new_database()):
        database = Database(url)
        with suppress(KeyboardInterrupt), database.migrating() as config:
            command.upgrade(config, "0001")
            raise KeyboardInterrupt
        assert not inspect(database.engine).get_table_names()
        database.migrate()
        assert "outbox" in inspect(database.engine).get_table_names()
        database.close()
