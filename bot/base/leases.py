"""Leases: one holder at a time for a named thing, on the database's clock, with a fence against late writers."""

from dataclasses import dataclass

from sqlmodel import Field, SQLModel

from bot.base.db import Database


class LeaseRow(SQLModel, table=True):
    """Who holds a name, and until when (seconds since 1970, the database's clock)."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    owner: str
    fence: int
    until: float


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was granted; `fence` grows with each grant of the name."""

    name: str
    owner: str
    fence: int


class Leases:
    """Grants leases. A lease that is not released ends by itself."""

    def __init__(self, db: Database, owner: str) -> None:
        self._db = db
        self._owner = owner

    def take(self, name: str, seconds: float) -> Lease | None:
        """The lease on `name` for `seconds`, or None while somebody else holds it."""
        with self._db.write() as session:
            row = (
                session.connection()
                .execute(
                    self._db.sql(
                        "INSERT INTO lease (name, owner, fence, until) VALUES (:name, :owner, 1, :now + :seconds) "
                        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = lease.fence + 1, "
                        "until = excluded.until WHERE lease.until < :now RETURNING fence"
                    ),
                    {"name": name, "owner": self._owner, "seconds": seconds},
                )
                .first()
            )
        return Lease(name, self._owner, int(row[0])) if row else None

    def release(self, lease: Lease, *, rest: float = 0.0) -> None:
        """Give the lease back; nobody gets it again for `rest` seconds."""
        with self._db.write() as session:
            session.connection().execute(
                self._db.sql("UPDATE lease SET until = :now + :rest WHERE name = :name AND fence = :fence"),
                {"name": lease.name, "fence": lease.fence, "rest": rest},
            )
