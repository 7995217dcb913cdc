"""What a check is: one question about a draft, and what may come out of it.

Promises to form, review and launch: they walk over the same list. A finding is fine, to be looked
at, or blocks, each with its remedy; a check may also bring facts (objects counted). What a check
refuses with words is a blocking finding; what nobody answered in time is said by the check's
`words` and asked again before the launch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.base.s3_uri import Allowed
from bot.base.storage import Storage
from bot.engines.protocol import Engine
from bot.jobs.draft import Draft


class Kind(StrEnum):
    """What a finding means for the launch."""

    FINE = "fine"
    LOOK_AT = "look at"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out, in words that end with the remedy where there is one.

    `field` is the draft's member where it is shown ("" for the check's own).
    """

    kind: Kind
    words: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out of a check: findings, and how many objects there are and were left out, where
    it counted them.
    """

    findings: tuple[Finding, ...] = ()
    objects: int | None = None
    skipped: int = 0


class Held(Protocol):
    """The names and folders that jobs of ours hold."""

    def holder(self, name: str) -> datetime | None:
        """Since when a job of ours holds the name; None where none does."""

    def near(self, name: str) -> set[str]:
        """Names like this one that are held, in lower case."""

    def folder_fault(self, draft: Draft) -> str:
        """Whose folder the results would lie in, in words; "" for nobody's."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a check may look at, with the patience of whoever waits; `allowed` are the channel's
    open places.
    """

    engine: Engine
    storage: Storage
    held: Held
    allowed: Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question.

    `place` orders the checks. `page` is the form's page on which it is asked, `field` the field
    that it is about: it is not asked while that field or one of `needs` has a fault. `words` name
    it where it was not answered in time. `before_launch` is off where the launch itself finds out
    (the manifest is read as it is made, a name is taken as the job is made).
    """

    name: str
    place: int
    page: int
    field: str
    words: str
    ask: Callable[[Draft, Sight], Seen]
    needs: tuple[str, ...] = ()
    applies: Callable[[Draft, Sight], bool] = lambda _draft, _sight: True
    before_launch: bool = True


def blocks(words: str, field: str = "") -> Seen:
    """A single finding that blocks."""
    return Seen((Finding(Kind.BLOCKS, words, field),))


def look_at(*words: str) -> tuple[Finding, ...]:
    """Findings to be looked at; empty words are none."""
    return tuple(Finding(Kind.LOOK_AT, each) for each in words if each)


FINE = Seen()
