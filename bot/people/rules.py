"""Who may do what, as values (pure): roles, and the rule of one action."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What somebody is in a channel."""

    STRANGER = 0
    LABELER = 1
    MEMBER = 2
    MANAGER = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """The least role for an action, and whether the person who asked for the job may do it as well.

    `words` say what is allowed, as in "You cannot …". `inside` asks everybody, managers too, to be
    a member of the channel.
    """

    least: Role
    asker_too: bool = False
    words: str = ""
    inside: bool = False


SEE = Rule(Role.MEMBER, words="see the jobs of this channel")
"""What is open to everybody in a channel: its jobs, its datasets, the labeling teams."""
