"""Leases: one holder at a time for a named thing, on the database's clock, with a fence against
late writers.
"""

import os
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Field, SQLModel

from bot.base.db import Database
from bot.base.errors import Transient
from bot.base.moments import over

# of a lease is over when it is renewed: two renewals may fail before anybody else can take it
_RENEWED = 1 / 3

T = TypeVar("T")


class LeaseRow(SQLModel, table=True):
    """Who holds a name, and until when (seconds since 1970, the database's clock)."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str
    fence: int
    until: float


class LeaseLost(Transient):
    """Somebody else took this up meanwhile, so this try ended."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was granted; `fence` grows with each grant of the name."""

    name: str
    owner: str
    fence: int


class Leases:
    """Grants leases. A lease that is not released ends by itself, also when the database's clock is
    set back meanwhile.

    All who take a name take it for the same time: one that lasts a minute longer counts as written
    by a wrong clock.
    """

    def __init__(self, db: Database, owner: str) -> None:
        self._db = db
        self._owner = owner

    @classmethod
    def of_process(cls, db: Database) -> "Leases":
        """Leases that this process takes."""
        return cls(db, f"{socket.gethostname()}:{os.getpid()}")

    def take(self, name: str, seconds: float, *, rest: float = 0.0) -> Lease | None:
        """The lease on `name` for `seconds`, or None while somebody else holds it, or it has its
        `rest`.
        """
        granted = self._db.execute(
            "INSERT INTO lease (name, owner, fence, until) "
            "VALUES (:name, :owner, 1, :now + :seconds) "
            "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, "
            "fence = lease.fence + 1, until = excluded.until "
            f"WHERE {over('lease.until', ':longest')} RETURNING fence",
            {"name": name, "owner": self._owner, "seconds": seconds, "longest": max(seconds, rest)},
        )
        return Lease(name, self._owner, int(granted[0][0])) if granted else None

    @contextmanager
    def hold(
        self, name: str, seconds: float, *, rest: float = 0.0
    ) -> Iterator["LeaseGuard | None"]:
        """As `take`, for work of any length, in which `keep` is called at each step.

        A worker that is killed is followed by another after `seconds`; nobody gets the name for
        `rest` seconds after the end.
        """
        lease = self.take(name, seconds, rest=rest)
        if lease is None:
            yield None
            return
        try:
            yield LeaseGuard(self, lease, seconds)
        finally:
            self.release(lease, rest=rest)

    def renew(self, lease: Lease, seconds: float) -> bool:
        """Hold it for `seconds` from now; False when somebody else has taken it."""
        return self._until(lease, seconds)

    def release(self, lease: Lease, *, rest: float = 0.0) -> None:
        """Give the lease back; nobody gets it again for `rest` seconds."""
        self._until(lease, rest)

    def _until(self, lease: Lease, seconds: float) -> bool:
        still_ours = self._db.execute(
            (
                "UPDATE lease SET until = :now + :seconds WHERE name = :name AND fence = :fence "
                "RETURNING fence"
            ),
            {"name": lease.name, "fence": lease.fence, "seconds": seconds},
        )
        return bool(still_ours)


class LeaseGuard:
    """A lease that lives as long as its holder goes on. The process's clock only says when to ask
    the database.
    """

    def __init__(self, leases: Leases, lease: Lease, seconds: float) -> None:
        self._leases = leases
        self._lease = lease
        self._seconds = seconds
        self._due = time.monotonic() + seconds * _RENEWED

    def keep(self) -> None:
        """A step of the work: the lease is renewed when it is time for that.

        Raises:
            LeaseLost: somebody else has it; what was begun must be left to them.

        """
        if time.monotonic() >= self._due:
            self.confirm()

    def confirm(self) -> None:
        """A step that others would notice: the lease is renewed now.

        Raises:
            LeaseLost: see `keep`.

        """
        if not self._leases.renew(self._lease, self._seconds):
            raise LeaseLost
        self._due = time.monotonic() + self._seconds * _RENEWED

    def through(self, items: Iterable[T]) -> Iterator[T]:
        """The items, each of them a step."""
        for item in items:
            self.keep()
            yield item
