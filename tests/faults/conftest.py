"""Worlds under fire: whole replicas as processes, and the bot's parts in this process, always over
real HTTP.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.near import TEAM, Near
from tests.faults.world import World, running

__all__ = ["TEAM", "Near"]


@pytest.fixture
def world(tmp_path: Path, store: str) -> Iterator[World]:
    """Stand-ins and a database, no bot yet; on each store."""
    with running(tmp_path, store) as made:
        yield made


@pytest.fixture
def sqlite_world(tmp_path: Path, migrated: Path) -> Iterator[World]:
    """As `world`, where the store makes no difference."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as made:
        yield made


@pytest.fixture
def near(sqlite_world: World) -> Iterator[Near]:
    made = Near(sqlite_world)
    yield made
    made.bot.ground.db.close()


@pytest.fixture
def chance() -> random.Random:
    """Chance that is the same each time."""
    return random.Random(7)
