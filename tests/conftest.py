"""What tests share: a clock that stands until it is moved, databases, and the world outside (the
stand-ins).
"""

from __future__ import annotations

import gc
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tests.hypothesis_profiles  # noqa: F401 - one profile for every test, whichever folder is run
from tests.loopback import _stays_here  # noqa: F401 - from here on nothing leaves this machine

# imported where a database is asked for: the pure tests should not wait for SQLAlchemy
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.base.db import Database
    from tests.faults.postgres import Postgres

# each world is thousands of short-lived objects beside a million that stay: to look for rings among
# them every 700 costs a run a twentieth of its time
gc.set_threshold(50_000, 20, 50)

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only where the tests' own folders are made, by pytest and tempfile
ROOM = 2 << 30  # bytes; a whole run needs about a tenth of it


def _memory_will_do() -> bool:
    """Whether temporary folders can be in memory: thousands of commits then wait for no disk, and
    nothing else differs.

    What was written still outlives every process that a test kills.
    """
    if not SHARED_MEMORY.is_dir() or not os.access(SHARED_MEMORY, os.W_OK):
        return False
    found = os.statvfs(SHARED_MEMORY)
    return found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC


if "PYTEST_DEBUG_TEMPROOT" not in os.environ and "TMPDIR" not in os.environ and _memory_will_do():
    os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = str(SHARED_MEMORY)

_SETTINGS = ("SLACK_", "AWS_", "LABELJOB_", "DATABASE_URL", "PORT")
for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
    if name != "LABELJOB_REQUIRE_BROWSER":
        del os.environ[name]  # no test may reach a real account


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that wait more than they work come beside the browsers' and not last, when nothing
    else is left to be done meanwhile.
    """
    first = ("tests/browser/", "tests/windows/")
    items.sort(key=lambda item: not item.nodeid.startswith(first))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Share the tests out among processes."""
    from tests.shared_out import ByFile  # noqa: PLC0415 - one process's tests should not wait for it

    return ByFile(config, log)


class StandingClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest tables, migrated once."""
    from bot.base.db import Database  # noqa: PLC0415

    file = tmp_path_factory.mktemp("db") / "migrated.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return file


@pytest.fixture(scope="session")
def pg() -> Iterator[Postgres]:
    """A PostgreSQL for the tests that need one."""
    from tests.faults import postgres  # noqa: PLC0415

    try:
        server = postgres.start()
    except postgres.NoPostgres as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def pg_template(pg: Postgres) -> str:
    """The name of a PostgreSQL database with the newest tables, migrated once."""
    from bot.base.db import Database  # noqa: PLC0415

    pg.run("CREATE DATABASE migrated")
    database = Database(pg.url("migrated"))
    database.migrate()
    database.close()
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own, with the newest tables, in each kind of
    store.
    """
    if request.param == "sqlite":
        file = tmp_path / "labeljob.db"
        shutil.copy(request.getfixturevalue("migrated"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("pg")
    url = server.new_database(request.getfixturevalue("pg_template"))
    yield url
    server.drop(url)


@pytest.fixture
def db(store: str) -> Iterator[Database]:
    """A database of the test's own, in each kind of store."""
    from bot.base.db import Database  # noqa: PLC0415

    database = Database(store)
    yield database
    database.close()
