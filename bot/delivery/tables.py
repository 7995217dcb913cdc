"""The tables of delivery: what came in, what must be said, what is shown, and how fast we may
speak.

All times are seconds since 1970 by the database's clock.
"""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that are still of interest, so that a long history costs the sender
    nothing.
    """
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class InboxRow(SQLModel, table=True):
    """A request of Slack's, counted once by its meaning; `result` is the answer that a repeat gets
    again.
    """

    __tablename__ = "inbox"

    key: str = Field(primary_key=True)
    digest: str
    kind: str
    team_id: str
    user_id: str
    state: str = "received"
    result: str | None = None
    created: float


class ThreadRow(SQLModel, table=True):
    """A live message: one per subject and channel, edited in place; for jobs and datasets it is the
    thread's root.

    With a `parent_id` it stands as a reply in that message's thread (a dataset in the thread of its
    job). `wanted` is what it should show, `shown_hash` what it shows. Not a queue: the latest wish
    wins.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "channel"),
        Index("thread_due", "due_at"),
        Index("thread_root", "channel", "root_ts"),
        _partial("thread_recheck", "recheck_at", where="recheck_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    team_id: str
    subject_kind: str
    subject_id: str
    channel: str
    parent_id: str | None = None
    root_ts: str | None = None
    wanted: str
    wanted_hash: str
    shown_hash: str | None = None
    urgent: bool = True
    gap: float = 0.0
    due_at: float | None = None
    last_edit: float = 0.0
    state: str = "idle"
    owner: str | None = None
    fence: int = 0
    lease_until: float = 0.0
    tries: int = 0
    first_try_at: float | None = None
    recheck_at: float | None = None
    last_error: str | None = None


class OutboxRow(SQLModel, table=True):
    """A line that must be said once, in order within its channel and thread. `dedupe_key` makes it
    once.

    `state` is ready, sending, done, folded (its words are in the payload of another row, which
    names it) or dead.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        _partial("outbox_waiting", "channel", "seq", where="state IN ('ready', 'sending')"),
        _partial("outbox_recheck", "recheck_at", where="recheck_at IS NOT NULL"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    dedupe_key: str = Field(unique=True)
    team_id: str
    channel: str
    thread_id: str | None = None
    thread_ts: str | None = None
    subject_kind: str
    subject_id: str
    priority: int = 5
    broadcast: bool = False
    payload: str
    state: str = "ready"
    owner: str | None = None
    fence: int = 0
    lease_until: float = 0.0
    not_before: float = 0.0
    tries: int = 0
    first_try_at: float | None = None
    recheck_at: float | None = None
    ts: str | None = None
    last_error: str | None = None
    created: float


class BudgetRow(SQLModel, table=True):
    """A token bucket: how many calls a scope (team:method or team:channel) may still make, and
    until when none.
    """

    __tablename__ = "budget"

    scope: str = Field(primary_key=True)
    tokens: float
    refilled_at: float
    blocked_until: float = 0.0
