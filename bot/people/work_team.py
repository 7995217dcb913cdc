"""A work team as everybody sees it (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkTeam:
    """A work team. `portal` is the address of the worker portal; `members` is None where AWS does
    not say.

    `open_jobs` is how many jobs its queue shows in `channel`.
    """

    arn: str
    name: str
    description: str = ""
    members: int | None = None
    portal: str = ""
    channel: str | None = None
    open_jobs: int = 0
