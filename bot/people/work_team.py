"""A work team as everybody sees it (pure)."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.base.blocks import BUTTON_TEXT, count


class Listing(msgspec.Struct, frozen=True):
    """What a team's message has listed since it was posted anew at `since`: the ids of its `jobs`.

    `joined` are those that the newest short line names, whose ten minutes began at `joined_at`.
    """

    jobs: tuple[str, ...] = ()
    since: datetime | None = None
    joined: tuple[str, ...] = ()
    joined_at: datetime | None = None


UNLISTED = Listing()


@dataclass(frozen=True, slots=True)
class WorkTeam:
    """A work team. `portal` is the address of the worker portal; `members` is None where AWS does
    not say; `seller` is the company whose people they are, "" for people of one's own.

    `open_jobs` is how many jobs its queue shows in `channel`, `listing` which it has shown.
    """

    arn: str
    name: str
    description: str = ""
    members: int | None = None
    portal: str = ""
    channel: str | None = None
    open_jobs: int = 0
    listing: Listing = UNLISTED
    seller: str = ""

    @property
    def words(self) -> str:
        """How a menu calls it: with the number of its people, where it is known and there is
        room (Slack: 75 characters).
        """
        if self.members is None:
            return self.name
        sized = f"{self.name} ({count(self.members, 'person', 'people')})"
        return sized if len(sized) <= BUTTON_TEXT else self.name
