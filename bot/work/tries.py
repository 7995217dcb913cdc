"""Tries: what is taken up again until it is done, with growing pauses, and set aside when it does
not get done.

Promises to the stories: one holder at a time (a lease that is renewed while the work goes on, so
that a killed one is followed within a minute); a change is written only on the version it was read
at; and after `set_aside_after` failures in a row something is set aside, so that one bad job or
dataset stops nobody.
"""

import logging
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, update

from bot.base.aws import AwsGarbled
from bot.base.db import Database, DatabaseSilent
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.moments import over
from bot.base.settings import Settings
from bot.work.leases import LeaseGuard, LeaseLost, Leases

log = logging.getLogger(__name__)

_LEASES = 2  # a sending lease is 30 s; 60 s are about as long as the three tries of a call to AWS
_PAUSE_FIRST, _PAUSE_MAX = 5.0, 300.0


class Stale(Transient):
    """Somebody else changed this at the same moment. Nothing was done; please try again."""


class Unexpected(Transient):
    """Something went wrong on our side; an administrator finds it in the log."""


class TriedRow(SQLModel):
    """The columns of what is tried: `seq` counts changes of state, `version` every write, `fails`
    failures in a row.

    `next_try_at` is in seconds since 1970; `set_aside` says why nothing is tried any more.
    """

    seq: int = 0
    version: int = 0
    fails: int = 0
    next_try_at: float = 0.0
    set_aside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a story knows of something that is tried; see `TriedRow`."""

    id: str
    seq: int = 0
    version: int = 0
    fails: int = 0
    next_try_at: float = 0.0
    set_aside: str | None = None


T = TypeVar("T", bound=Tried)


def due(table: str) -> str:
    """The SQL condition that a row's next try is due."""
    return over(f"{table}.next_try_at", _PAUSE_MAX)


def columns(tried: Tried) -> dict[str, Any]:
    """Its columns in `TriedRow`, and its id."""
    return {name: getattr(tried, name) for name in ("id", *TriedRow.model_fields)}


def write_version(session: Session, table: Any, before: Tried, values: dict[str, Any]) -> None:
    """Write the columns of a row (`values` carry the next version) on the version that `before` was
    read at.

    Raises:
        Stale: it was changed since.

    """
    mine = (col(table.id) == before.id, col(table.version) == before.version)
    if session.exec(update(table).where(*mine).values(values)).rowcount != 1:
        raise Stale


def attempt(
    what: str,
    hold: LeaseGuard,
    work: Callable[[], None],
    *,
    refused: Callable[[Refusal], None],
    failed: Callable[[Transient], None],
) -> None:
    """One try at something (`what`, in words): `refused` when it cannot be done as asked, `failed`
    when it may yet be.

    A bug of ours counts as a failure too, so that it ends with the thing being set aside and stops
    nobody else: the broad `except` has its reason here. A try that somebody else has overtaken
    (`hold` is lost) decides nothing, and ends without a word to people.

    Raises:
        DatabaseSilent: nothing can be written down, and nothing is counted.

    """
    try:
        try:
            work()
        except (Stale, LeaseLost, DatabaseSilent):
            raise
        except Refusal as refusal:
            hold.confirm()
            refused(refusal)
        except Transient as pause:
            hold.confirm()
            failed(pause)
        except Exception:
            log.exception("%s failed", what)
            hold.confirm()
            failed(Unexpected())
    except (Stale, LeaseLost):
        log.info("%s was changed or taken up by somebody else; the next round looks again", what)


def counts(error: LabeljobError) -> bool:
    """Whether a failure to look at something speaks about that thing.

    What AWS refuses for it, or cannot be read of it, does, and so does our own bug; AWS being busy
    says nothing.
    """
    return isinstance(error, Refusal | AwsGarbled | Unexpected)


class Tries:
    """Holds what is worked on, and decides what a failure means."""

    def __init__(
        self, db: Database, leases: Leases, settings: Settings, chance: random.Random
    ) -> None:
        self._db = db
        self._leases = leases
        self._seconds = _LEASES * settings.lease
        self._limit = settings.set_aside_after
        self._chance = chance

    def hold(self, name: str, *, rest: float = 0.0) -> AbstractContextManager[LeaseGuard | None]:
        """The lease on `name` while the work goes on; None while somebody else has it."""
        return self._leases.hold(name, self._seconds, rest=rest)

    def take_up(  # noqa: PLR0913 - the parts of a story
        self,
        name: str,
        waiting: T,
        get: Callable[[str], T | None],
        work: Callable[[T, LeaseGuard], None],
        *,
        what: str,
        refused: Callable[[T, Refusal], None],
        failed: Callable[[T, Transient], None],
    ) -> None:
        """One `attempt` at what waits, under the lease on `name`; nothing while somebody else is or
        was at it.

        Raises:
            DatabaseSilent: see `attempt`.

        """
        with self.hold(name) as hold:
            now = get(waiting.id) if hold else None
            if hold and now is not None and now.version == waiting.version:
                attempt(
                    what,
                    hold,
                    partial(work, now, hold),
                    refused=partial(refused, now),
                    failed=partial(failed, now),
                )

    def paused(self, tried: T, why: str) -> T:
        """After one more failure: due again after a pause, or set aside because of `why`."""
        after = self.counted(tried, why)
        wait = min(_PAUSE_MAX, _PAUSE_FIRST * 2 ** min(after.fails, 8)) * self._chance.uniform(
            0.5, 1.0
        )
        return replace(after, next_try_at=self.due_in(wait))

    def counted(self, tried: T, why: str) -> T:
        """After one more failure of something that is looked at every round anyhow."""
        fails = tried.fails + 1
        return replace(tried, fails=fails, set_aside=why if fails >= self._limit else None)

    def due_in(self, seconds: float) -> float:
        """The moment that is so far away, by the database's clock: replicas may disagree about the
        time.
        """
        return self._db.time() + seconds
