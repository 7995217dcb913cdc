"""One world for all story tests: each test brings names and, where it needs one, a channel of its
own.
"""

from collections.abc import Iterator

import pytest

from tests.stories.world import World


@pytest.fixture(scope="package")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.stop()


@pytest.fixture
def world(one_world: World) -> Iterator[World]:
    """The world, whole again after each test: nothing broken, no window open."""
    one_world.begin()
    yield one_world
    one_world.mend()
    for person in (one_world.mara, one_world.sam, one_world.lin):
        person.close_windows()
