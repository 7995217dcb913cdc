"""The world of the stories, one for all cases: each brings names and, where it needs one, a channel
of its own.
"""

from tests.stories.conftest import newest_world, one_world, world

__all__ = ["newest_world", "one_world", "world"]
