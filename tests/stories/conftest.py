"""One world for the story tests of many files: each test brings names and, where it needs one, a
channel of its own.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.stories.world import World

_MOST_MOVED = 60.0  # seconds at a file's beginning; AWS takes no signature that is 300 off


@pytest.fixture(scope="package")
def newest_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    """The world as long as its clock is near the true one, then another."""
    worlds: list[World] = []

    def newest() -> World:
        if worlds and worlds[-1].clock.moved > _MOST_MOVED:
            worlds.pop().stop()
        if not worlds:
            worlds.append(World(tmp_path_factory.mktemp("world")))
        return worlds[-1]

    yield newest
    for world in worlds:
        world.stop()


@pytest.fixture(scope="module")
def one_world(newest_world: Callable[[], World]) -> World:
    """The world of a file."""
    return newest_world()


@pytest.fixture
def world(one_world: World) -> Iterator[World]:
    """The world, whole again after each test: nothing broken, no window open."""
    one_world.begin()
    yield one_world
    one_world.mend()
    for person in (one_world.mara, one_world.sam, one_world.lin):
        person.close_windows()
