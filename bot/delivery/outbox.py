"""The outbox: what must be said and shown, written in the commit of the change it tells about.

Promises to the stories: `show` (the live message of a subject, latest wish wins) and `say` (a line, once per dedupe
key, in order within its thread) only write rows in the caller's transaction; nothing is posted from here. Promises
to the sender: `claim` hands out each row to one sender at a time, under a lease with a fence, and every outcome has
its method. A line waits until its thread's root stands and shows the last change of state.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from bot.base.clock import NewId
from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.tables import OutboxRow, ThreadRow

_SHOW = """
INSERT INTO thread (id, team_id, subject_kind, subject_id, channel, parent_id, wanted, wanted_hash, urgent, gap, due_at,
    last_edit, state, fence, lease_until, tries)
VALUES (:id, :team, :kind, :subject, :channel, :parent, :wanted, :hash, :urgent, :gap, :now, 0, 'idle', 0, 0, 0)
ON CONFLICT (subject_kind, subject_id, channel) DO UPDATE SET
    wanted = excluded.wanted, wanted_hash = excluded.wanted_hash, gap = excluded.gap,
    urgent = CASE WHEN excluded.urgent THEN excluded.urgent ELSE thread.urgent END,
    due_at = CASE WHEN excluded.urgent OR thread.last_edit + excluded.gap < :now THEN :now
        ELSE coalesce(thread.due_at, thread.last_edit + excluded.gap) END
WHERE thread.wanted_hash <> excluded.wanted_hash"""
_SAY = """
INSERT INTO outbox (id, dedupe_key, team_id, channel, thread_id, thread_ts, subject_kind, subject_id, priority, broadcast,
    payload, state, fence, lease_until, not_before, tries, created)
VALUES (:id, :key, :team, :channel, :thread, :thread_ts, :kind, :subject, :priority, :broadcast,
    :payload, 'ready', 0, 0, 0, 0, :now)
ON CONFLICT (dedupe_key) DO NOTHING"""
_CLAIM_THREAD = """
UPDATE thread SET state = 'sending', owner = :owner, fence = fence + 1, lease_until = :now + :lease,
    tries = tries + 1, first_try_at = coalesce(first_try_at, :now)
WHERE id = (
    SELECT t.id FROM thread t LEFT JOIN thread p ON p.id = t.parent_id
    WHERE :which AND t.due_at <= :now AND t.lease_until < :now AND t.state <> 'dead'
    AND (t.parent_id IS NULL OR p.root_ts IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.scope = t.team_id || ':*' AND b.blocked_until > :now)
    ORDER BY t.due_at LIMIT 1 :skip_locked_of_t
) RETURNING *, (SELECT p.root_ts FROM thread p WHERE p.id = thread.parent_id) AS parent_ts"""
_CLAIM_LINE = """
UPDATE outbox SET state = 'sending', owner = :owner, fence = fence + 1, lease_until = :now + :lease,
    tries = tries + 1, first_try_at = coalesce(first_try_at, :now)
WHERE seq = (
    SELECT o.seq FROM outbox o LEFT JOIN thread t ON t.id = o.thread_id
    WHERE o.state IN ('ready', 'sending') AND o.lease_until < :now AND o.not_before <= :now
    AND (o.thread_id IS NULL OR (t.root_ts IS NOT NULL AND (t.due_at IS NULL OR NOT t.urgent)))
    AND NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.channel = o.channel AND e.seq < o.seq AND e.state IN ('ready', 'sending')
        AND coalesce(e.thread_id, e.thread_ts, '') = coalesce(o.thread_id, o.thread_ts, '')
    )
    AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.scope = o.team_id || ':*' AND b.blocked_until > :now)
    ORDER BY o.priority, o.seq LIMIT 1 :skip_locked_of_o
) RETURNING *, (
    SELECT coalesce(p.root_ts, t.root_ts) FROM thread t LEFT JOIN thread p ON p.id = t.parent_id
    WHERE t.id = outbox.thread_id
) AS root_ts"""
RECHECK = 60.0  # seconds after which a line that was tried twice is looked up once more for a twin


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a message speaks about: a job, a dataset, a work team, a person."""

    team_id: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this sender may send now.

    `edit_ts` is set when a message that stands already is to be edited; `look` when an earlier try may have posted it.
    """

    table: str
    id: str
    team_id: str
    channel: str
    payload: dict[str, Any]
    digest: str
    edit_ts: str | None
    thread_ts: str | None
    broadcast: bool
    urgent: bool
    look: bool
    tries: int
    owner: str
    fence: int
    lease_until: float
    first_try_at: float


class Outbox:
    """Rows to say and to show."""

    def __init__(self, db: Database, new_id: NewId, *, lease: float = 30.0) -> None:
        self._db = db
        self._new_id = new_id
        self._lease = lease

    def show(  # noqa: PLR0913 - each is a fact about the wish
        self,
        session: Session,
        subject: Subject,
        channel: str,
        message: Message,
        *,
        urgent: bool = True,
        gap: float = 0.0,
        below: Subject | None = None,
    ) -> None:
        """The live message of `subject` in `channel` shall read `message`.

        Urgent (a change of state) goes at once; else at most one edit per `gap` seconds. Equal content writes nothing.
        `below` names the subject in whose thread it is to stand from its first post on.
        """
        parent = _thread(session, below, channel) if below else None
        session.connection().execute(
            self._db.sql(_SHOW),
            {
                "id": self._new_id(),
                "team": subject.team_id,
                "kind": subject.kind,
                "subject": subject.id,
                "channel": channel,
                "parent": parent.id if parent else None,
                "wanted": json.dumps(message.payload()),
                "hash": message.digest(),
                "urgent": urgent,
                "gap": gap,
            },
        )

    def renew(self, session: Session, subject: Subject, channel: str) -> None:
        """The next `show` posts a new message instead of editing the one that stands."""
        row = _thread(session, subject, channel)
        if row is not None:
            row.id, row.root_ts, row.shown_hash, row.wanted_hash = self._new_id(), None, None, ""
            row.tries, row.first_try_at, row.state, row.lease_until = 0, None, "idle", 0.0
            session.add(row)

    def say(  # noqa: PLR0913 - each is a fact about the line
        self,
        session: Session,
        subject: Subject,
        channel: str,
        message: Message,
        *,
        key: str,
        in_thread: bool = True,
        thread_ts: str | None = None,
        broadcast: bool = False,
        priority: int = 5,
    ) -> None:
        """Say `message` once: a second `key` of the same words writes nothing.

        `in_thread` puts it below the subject's live message in that channel (which must have been shown before);
        `thread_ts` below any other message.
        """
        thread = _thread(session, subject, channel) if in_thread and thread_ts is None else None
        session.connection().execute(
            self._db.sql(_SAY),
            {
                "id": self._new_id(),
                "key": key,
                "team": subject.team_id,
                "channel": channel,
                "thread": thread.id if thread else None,
                "thread_ts": thread_ts,
                "kind": subject.kind,
                "subject": subject.id,
                "priority": priority,
                "broadcast": broadcast,
                "payload": json.dumps(message.payload()),
            },
        )

    def channels(self, session: Session, subject: Subject) -> list[str]:
        """Every channel that shows the subject."""
        query = select(ThreadRow.channel).where(
            ThreadRow.team_id == subject.team_id,
            ThreadRow.subject_kind == subject.kind,
            ThreadRow.subject_id == subject.id,
        )
        return list(session.exec(query.order_by(col(ThreadRow.id))))

    def subjects_in(self, team_id: str, kind: str, channel: str) -> list[str]:
        """The ids of every subject of a kind that has a live message in the channel."""
        with self._db.read() as session:
            query = select(ThreadRow.subject_id).where(
                ThreadRow.team_id == team_id, ThreadRow.subject_kind == kind, ThreadRow.channel == channel
            )
            return list(session.exec(query))

    def subject_at(self, channel: str, root_ts: str) -> Subject | None:
        """Whom the thread below `root_ts` speaks about."""
        with self._db.read() as session:
            row = session.exec(
                select(ThreadRow).where(ThreadRow.channel == channel, ThreadRow.root_ts == root_ts)
            ).first()
            return Subject(row.team_id, row.subject_kind, row.subject_id) if row else None

    def root_ts(self, subject: Subject, channel: str) -> str | None:
        """The ts of the subject's live message in that channel, once it stands."""
        with self._db.read() as session:
            row = _thread(session, subject, channel)
            return row.root_ts if row else None

    def last_error(self, subject: Subject, channel: str) -> str | None:
        """Why nothing can be said there any more (Slack's error code), if so."""
        with self._db.read() as session:
            row = _thread(session, subject, channel)
            return row.last_error if row and row.state == "dead" else None

    # What follows is the sender's side.

    def claim(self, owner: str) -> Claimed | None:
        """The next row to send: a new or changed card first, then lines in order, then numbers."""
        with self._db.write() as session:
            return (
                self._claim_thread(session, owner, urgent=True)
                or self._claim_line(session, owner)
                or self._claim_thread(session, owner, urgent=False)
            )

    def _claim_thread(self, session: Session, owner: str, *, urgent: bool) -> Claimed | None:
        """A card that is due. `look` when its first post may stand already."""
        which = "(t.root_ts IS NULL OR t.urgent)" if urgent else "t.root_ts IS NOT NULL"
        row = self._take(session, _CLAIM_THREAD.replace(":which", which), owner)
        if row is None:
            return None
        return Claimed(
            table="thread",
            payload=json.loads(row["wanted"]),
            digest=row["wanted_hash"],
            edit_ts=row["root_ts"],
            thread_ts=row["parent_ts"],
            broadcast=False,
            urgent=bool(row["urgent"]),
            look=row["tries"] > 1 and row["root_ts"] is None,
            **_lease_of(row),
        )

    def _claim_line(self, session: Session, owner: str) -> Claimed | None:
        """A line whose thread stands, whose predecessors in that thread are said, and whose time has come."""
        row = self._take(session, _CLAIM_LINE, owner)
        if row is None:
            return None
        return Claimed(
            table="outbox",
            payload=json.loads(row["payload"]),
            digest="",
            edit_ts=None,
            thread_ts=row["thread_ts"] or row["root_ts"],
            broadcast=bool(row["broadcast"]),
            urgent=True,
            look=row["tries"] > 1,
            **_lease_of(row),
        )

    def _take(self, session: Session, statement: str, owner: str) -> Mapping[Any, Any] | None:
        """Run a claiming statement."""
        values = {"owner": owner, "lease": self._lease}
        return session.connection().execute(self._db.sql(statement), values).mappings().first()

    def done(self, claimed: Claimed, ts: str) -> None:
        """It stands as `ts`. A card that was changed meanwhile stays due."""
        if claimed.table == "outbox":
            self._settle(
                claimed,
                "state = 'done', ts = :ts, thread_ts = :thread_ts, lease_until = 0, last_error = NULL, "
                "recheck_at = CASE WHEN tries > 1 THEN :now + :recheck END",
                ts=ts,
                thread_ts=claimed.thread_ts,
                recheck=RECHECK,
            )
            return
        self._settle(
            claimed,
            "root_ts = :ts, shown_hash = :hash, last_edit = :now, state = 'idle', lease_until = 0, tries = 0, "
            "first_try_at = NULL, last_error = NULL, "
            "due_at = CASE WHEN wanted_hash = :hash THEN NULL WHEN urgent THEN :now ELSE :now + gap END, "
            "urgent = CASE WHEN wanted_hash = :hash THEN :no ELSE urgent END",
            ts=ts,
            hash=claimed.digest,
            no=False,
        )

    def later(self, claimed: Claimed, seconds: float, why: str) -> None:
        """Certainly not sent (no budget, asked to wait): back in the queue, the try not counted."""
        waits = "not_before" if claimed.table == "outbox" else "due_at"
        state = "ready" if claimed.table == "outbox" else "idle"
        self._settle(
            claimed,
            f"state = '{state}', lease_until = 0, tries = tries - 1, {waits} = :now + :wait, last_error = :why",
            wait=seconds,
            why=why,
        )

    def unknown(self, claimed: Claimed, seconds: float, why: str) -> None:
        """Nobody knows whether it was sent: it stays `sending` and is looked for before it is sent again."""
        self._settle(claimed, "lease_until = :now + :wait, last_error = :why", wait=seconds, why=why)

    def dead(self, claimed: Claimed, why: str) -> None:
        """It can never be said there. Lines below a dead card die with it."""
        self._settle(claimed, "state = 'dead', lease_until = 0, last_error = :why", why=why)
        if claimed.table == "thread":
            with self._db.write() as session:
                session.connection().execute(
                    self._db.sql(
                        "UPDATE outbox SET state = 'dead', last_error = :why "
                        "WHERE thread_id = :id AND state IN ('ready', 'sending')"
                    ),
                    {"why": why, "id": claimed.id},
                )

    def replace(self, claimed: Claimed, message: dict[str, Any]) -> None:
        """Send a plainer form of the same instead (Slack refused the blocks)."""
        column = "payload" if claimed.table == "outbox" else "wanted"
        self._settle(claimed, f"{column} = :payload, lease_until = 0", payload=json.dumps(message))

    def asker_of(self, claimed: Claimed) -> Subject | None:
        """The subject behind a claimed row."""
        with self._db.read() as session:
            table: Any = OutboxRow if claimed.table == "outbox" else ThreadRow
            row = session.exec(select(table).where(table.id == claimed.id)).first()
            return Subject(row.team_id, row.subject_kind, row.subject_id) if row else None

    def to_recheck(self) -> list[OutboxRow]:
        """Lines that were tried twice and stand: to be looked up once more for a twin."""
        with self._db.write() as session:
            rows = session.connection().execute(
                self._db.sql("UPDATE outbox SET recheck_at = NULL WHERE recheck_at < :now RETURNING id")
            )
            ids = [row[0] for row in rows]
            return list(session.exec(select(OutboxRow).where(col(OutboxRow.id).in_(ids)))) if ids else []

    def waiting(self) -> int:
        """How many cards and lines are still to be sent."""
        with self._db.read() as session:
            return int(
                session.connection()
                .execute(
                    self._db.sql(
                        "SELECT (SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')) + "
                        "(SELECT count(*) FROM thread WHERE due_at IS NOT NULL AND state <> 'dead')"
                    )
                )
                .scalar_one()
            )

    def _settle(self, claimed: Claimed, change: str, **values: object) -> None:
        """Write the outcome, unless another sender has taken the row since (owner and fence)."""
        with self._db.write() as session:
            session.connection().execute(
                self._db.sql(
                    f"UPDATE {claimed.table} SET {change} WHERE id = :id AND owner = :owner AND fence = :fence"
                ),
                {"id": claimed.id, "owner": claimed.owner, "fence": claimed.fence, **values},
            )


def _thread(session: Session, subject: Subject, channel: str) -> ThreadRow | None:
    """The live message's row."""
    return session.exec(
        select(ThreadRow).where(
            ThreadRow.team_id == subject.team_id,
            ThreadRow.subject_kind == subject.kind,
            ThreadRow.subject_id == subject.id,
            ThreadRow.channel == channel,
        )
    ).first()


def _lease_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What cards and lines have in common once claimed."""
    names = ("id", "team_id", "channel", "tries", "owner", "fence", "lease_until", "first_try_at")
    return {name: row[name] for name in names}
