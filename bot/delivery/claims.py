"""The sender's side of the outbox: who may send which row now, and what became of it.

Promises: `claim` hands each row to one sender at a time, under a lease with a fence, and commits
before anything is asked of Slack; every outcome has its method, and none is written by a sender
that has lost the row since. A line waits until its thread's root stands and shows the last change
of state, and until every earlier line of its thread is said.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from bot.base.db import Database
from bot.base.failpoints import failpoint
from bot.delivery.clock_set_back import bring_back
from bot.delivery.digest import folded
from bot.delivery.rate_budget import BLOCKED
from bot.delivery.tables import OutboxRow, ThreadRow

_CLAIM_THREAD = f"""
UPDATE thread SET state = 'sending', owner = :owner, fence = fence + 1, lease_until = :now + :lease,
    tries = tries + 1,
    -- The first try of what is wanted now. While a duplicate is looked for, that of the post, which
    -- may have one.
    first_try_at = CASE WHEN root_ts IS NOT NULL AND last_error IS NULL AND recheck_at IS NULL THEN
      :now
        ELSE coalesce(first_try_at, :now) END
WHERE id = (
    SELECT t.id FROM thread t LEFT JOIN thread p ON p.id = t.parent_id
    WHERE :which AND t.due_at <= :now AND t.lease_until <= :now AND t.state <> 'dead'
    AND (t.parent_id IS NULL OR p.root_ts IS NOT NULL)
    -- What the parent's thread had to say before comes first there.
    AND (t.parent_id IS NULL OR t.root_ts IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM outbox o WHERE o.thread_id = t.parent_id AND o.created <= t.due_at
        AND o.state IN ('ready', 'sending')
    ))
    AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.scope = t.team_id || ':*' AND {BLOCKED})
    ORDER BY t.due_at LIMIT 1 :skip_locked_of_t
) RETURNING *, (SELECT p.root_ts FROM thread p WHERE p.id = thread.parent_id) AS parent_ts"""
_CLAIM_LINE = f"""
UPDATE outbox SET state = 'sending', owner = :owner, fence = fence + 1, lease_until = :now + :lease,
    tries = tries + 1, first_try_at = coalesce(first_try_at, :now)
WHERE seq = (
    SELECT o.seq FROM outbox o LEFT JOIN thread t ON t.id = o.thread_id
    WHERE o.state IN ('ready', 'sending') AND o.lease_until <= :now AND o.not_before <= :now
    AND (o.thread_id IS NULL OR (t.root_ts IS NOT NULL AND (t.due_at IS NULL OR NOT t.urgent)))
    AND NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.channel = o.channel AND e.seq < o.seq AND e.state IN
          ('ready', 'sending')
        AND coalesce(e.thread_id, e.thread_ts, '') = coalesce(o.thread_id, o.thread_ts, '')
    )
    AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.scope = o.team_id || ':*' AND {BLOCKED})
    ORDER BY o.priority, o.seq LIMIT 1 :skip_locked_of_o
) RETURNING *, (
    SELECT coalesce(p.root_ts, t.root_ts) FROM thread t LEFT JOIN thread p ON p.id = t.parent_id
    WHERE t.id = outbox.thread_id
) AS root_ts"""
_RECHECK = f"""
UPDATE {{table}} SET recheck_at = :now + :wait WHERE id = (
    SELECT r.id FROM {{table}} r WHERE r.recheck_at <= :now
    AND NOT EXISTS (SELECT 1 FROM budget b WHERE b.scope = r.team_id || ':*' AND {BLOCKED})
    ORDER BY r.recheck_at LIMIT 1 :skip_locked_of_r
) RETURNING id, team_id, channel, {{stands}} AS stands, {{below}} AS below, first_try_at,
  recheck_at"""
_DUE = """
SELECT EXISTS (SELECT 1 FROM thread WHERE due_at <= :now AND lease_until <= :now AND state <>
  'dead')
OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('ready', 'sending') AND lease_until <= :now AND
  not_before <= :now)"""
_DOUBTFUL = """
SELECT EXISTS (SELECT 1 FROM outbox WHERE recheck_at <= :now)
OR EXISTS (SELECT 1 FROM thread WHERE recheck_at <= :now)"""
# seconds that a row waits at most: a refusal of Slack's that lasts longer is kept by the budget
_LONGEST_PAUSE = 60.0
_PARENT_TS = "(SELECT p.root_ts FROM thread p WHERE p.id = thread.parent_id)"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this sender may send now.

    `edit_ts` is set when a message that stands already is to be edited; `look` when an earlier try
    may have posted it.
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


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message that stands as `ts` and was tried more than once: it may have a duplicate, hardly
    older than `since`.

    `until` is when the next look is due, unless somebody asks for one sooner.
    """

    table: str
    id: str
    team_id: str
    channel: str
    ts: str
    thread_ts: str | None
    since: float
    until: float


class Claims:
    """Rows to send, one sender each.

    `lease` is how many seconds a sender has for one; `duplicate_wait` after how many a message
    that was tried twice is looked up once more for a duplicate.
    """

    def __init__(self, db: Database, *, lease: float = 30.0, duplicate_wait: float = 60.0) -> None:
        self._db = db
        self._lease = lease
        self._duplicate_wait = duplicate_wait

    def bring_back(self) -> None:
        """Let nothing wait for a moment that the database's clock will reach tomorrow, since it was
        set back.
        """
        bring_back(
            self._db, lease=self._lease, pause=_LONGEST_PAUSE, duplicate_wait=self._duplicate_wait
        )

    def claim(self, owner: str) -> Claimed | None:
        """The next row to send: a new or changed card first, then lines in order, then numbers."""
        if not self._any(_DUE):
            return None
        with self._db.write() as session:
            claimed = (
                self._claim_thread(session, owner, urgent=True)
                or self._claim_line(session, owner)
                or self._claim_thread(session, owner, urgent=False)
            )
        if claimed is not None:
            failpoint("claimed")
        return claimed

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
        """A line whose thread stands, whose predecessors in that thread are said, and whose time
        has come.
        """
        row = self._take(session, _CLAIM_LINE, owner)
        if row is None:
            return None
        # What may have been posted keeps its words: only a first try takes others in.
        payload = json.loads(row["payload"]) if row["tries"] > 1 else folded(self._db, session, row)
        return Claimed(
            table="outbox",
            payload=payload,
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

    def done(self, claimed: Claimed, ts: str, *, found: bool = False) -> bool:
        """It stands as `ts`. A card that was changed meanwhile stays due. False: another sender
        took the row since.

        `found` when an earlier try had posted it: a card may stand there as it was wanted then, so
        it stays due too.
        """
        if claimed.table == "outbox":
            return self._settle(
                claimed,
                "state = 'done', ts = :ts, thread_ts = :thread_ts, lease_until = 0, "
                "last_error = NULL, recheck_at = CASE WHEN tries > 1 THEN :now + :recheck END",
                ts=ts,
                thread_ts=claimed.thread_ts,
                recheck=self._duplicate_wait,
            )
        shows = f"wanted_hash = {self._text(':hash')}"
        return self._settle(
            claimed,
            "recheck_at = CASE WHEN tries > 1 AND root_ts IS NULL THEN :now + :recheck ELSE "
            "recheck_at END, root_ts = :ts, shown_hash = :hash, last_edit = :now, state = 'idle', "
            "lease_until = 0, tries = 0, "
            "last_error = NULL, "
            f"due_at = CASE WHEN {shows} THEN NULL WHEN urgent THEN :now ELSE :now + gap END, "
            f"urgent = CASE WHEN {shows} THEN :no ELSE urgent END",
            ts=ts,
            hash="" if found else claimed.digest,
            no=False,
            recheck=self._duplicate_wait,
        )

    def overtaken(self, claimed: Claimed) -> None:
        """This sender froze for longer than its lease, woke, and sent what another had taken over
        meanwhile.

        A post may have a duplicate now, which is looked for at once (while the other is still at
        it, its own `done` asks for that look). An edit may have put an old card over a newer one:
        the card is edited once more, also when the other sender is in the middle of its edit, since
        nobody knows which of the two arrived last.
        """
        if claimed.edit_ts is None:
            change, still = "recheck_at = :now", "ts" if claimed.table == "outbox" else "root_ts"
            where = f"{still} IS NOT NULL"
        else:
            change = (
                "fence = fence + 1, lease_until = 0, state = 'idle', urgent = :yes, due_at = :now"
            )
            where = "root_ts = :ts AND state <> 'dead'"
        values = (
            {"id": claimed.id}
            if claimed.edit_ts is None
            else {"id": claimed.id, "ts": claimed.edit_ts, "yes": True}
        )
        with self._db.write() as session:
            session.connection().execute(
                self._db.sql(f"UPDATE {claimed.table} SET {change} WHERE id = :id AND {where}"),
                values,
            )

    def later(self, claimed: Claimed, seconds: float, why: str) -> None:
        """Certainly not sent (no budget, asked to wait): back in the queue, the try not counted."""
        waits = "not_before" if claimed.table == "outbox" else "due_at"
        state = "ready" if claimed.table == "outbox" else "idle"
        self._settle(
            claimed,
            (
                f"state = '{state}', lease_until = 0, tries = tries - 1, {waits} = :now + :wait, "
                "last_error = :why"
            ),
            wait=min(seconds, _LONGEST_PAUSE),
            why=why,
        )

    def unknown(self, claimed: Claimed, seconds: float, why: str) -> None:
        """Nobody knows whether it was sent: it stays `sending` and is looked for before it is sent
        again.
        """
        wait = min(seconds, _LONGEST_PAUSE)
        self._settle(claimed, "lease_until = :now + :wait, last_error = :why", wait=wait, why=why)

    def dead(self, claimed: Claimed, why: str, *, shut: bool) -> None:
        """It cannot be said there. Lines below a dead card die with it; `show` tries the card once
        more.

        `shut`: the channel does not let the bot in. Then the card above a line counts as dead too,
        for it cannot be changed either, and both are tried again (see `shut_channels`).
        """
        change = "state = 'dead', lease_until = 0, last_error = :why"
        if claimed.table == "thread":
            change += ", due_at = :now"
        with self._db.write() as session:
            run = session.connection().execute
            mine = self._settle_in(session, claimed, change, why=why)
            if mine and claimed.table == "thread":
                run(
                    self._db.sql(
                        "UPDATE outbox SET state = 'dead', last_error = :why "
                        "WHERE thread_id = :id AND state IN ('ready', 'sending')"
                    ),
                    {"why": why, "id": claimed.id},
                )
            elif mine and shut:
                run(
                    self._db.sql(
                        "UPDATE thread SET state = 'dead', due_at = :now, last_error = :why "
                        "WHERE id = (SELECT thread_id FROM outbox WHERE id = :id) "
                        "AND state = 'idle'"
                    ),
                    {"why": why, "id": claimed.id},
                )

    def gone(self, claimed: Claimed, why: str) -> None:
        """The card that was to be edited was deleted by somebody: it is posted anew, and its lines
        go below that.
        """
        self._settle(
            claimed,
            "root_ts = NULL, shown_hash = NULL, state = 'idle', lease_until = 0, tries = 0, "
            "first_try_at = NULL, "
            "recheck_at = NULL, due_at = :now, last_error = :why",
            why=why,
        )

    def replace(self, claimed: Claimed, message: dict[str, Any]) -> None:
        """Send a plainer form of the same instead (Slack refused the blocks); the try is not
        counted.

        A card that was changed meanwhile is sent as it is wanted now.
        """
        values = {"payload": json.dumps(message)}
        change = "payload = :payload"
        if claimed.table == "thread":
            change = "wanted = CASE WHEN wanted_hash = :hash THEN :payload ELSE wanted END"
            values["hash"] = claimed.digest
        self._settle(claimed, f"{change}, lease_until = 0, tries = tries - 1", **values)

    def skip(self, claimed: Claimed, note: dict[str, Any]) -> None:
        """The line is not sent again, though nobody knows whether it stands; `note` goes out in its
        place, once.
        """
        if claimed.payload.get("note"):
            self._settle(claimed, "state = 'done', lease_until = 0")
            return
        self._settle(
            claimed,
            "id = :note_id, payload = :payload, state = 'ready', lease_until = 0, tries = 0, "
            "first_try_at = NULL, "
            "last_error = 'not confirmed'",
            note_id=f"{claimed.id}-note",
            payload=json.dumps({**note, "note": True}),
        )

    def subject_of(self, claimed: Claimed) -> tuple[str, str, str] | None:
        """Team, kind and id of the subject behind a claimed row."""
        with self._db.read() as session:
            table: Any = OutboxRow if claimed.table == "outbox" else ThreadRow
            row = session.exec(select(table).where(table.id == claimed.id)).first()
            return (row.team_id, row.subject_kind, row.subject_id) if row else None

    def doubtful(self) -> Doubtful | None:
        """The next message to be looked up once more for a duplicate; it comes again until it is
        `cleared`.
        """
        if not self._any(_DOUBTFUL):
            return None
        places = (("outbox", "ts", "thread_ts"), ("thread", "root_ts", _PARENT_TS))
        for table, stands, below in places:
            statement = _RECHECK.format(table=table, stands=stands, below=below)
            with self._db.write() as session:
                row = (
                    session.connection()
                    .execute(self._db.sql(statement), {"wait": self._duplicate_wait})
                    .first()
                )
            if row is not None:
                # A card's edits have first tries of their own, later than its post.
                since = min(float(row[5] or 0.0), float(row[3] or 0.0))
                return Doubtful(table, row[0], row[1], row[2], str(row[3]), row[4], since, row[6])
        return None

    def cleared(self, doubtful: Doubtful) -> None:
        """It has no duplicate (any more); unless another look was asked for while this one went
        on.
        """
        self._db.execute(
            f"UPDATE {doubtful.table} SET recheck_at = NULL WHERE id = :id AND recheck_at = :until",
            {"id": doubtful.id, "until": doubtful.until},
        )

    def waiting(self) -> int:
        """How many cards and lines are still to be sent."""
        with self._db.read() as session:
            return int(
                session.connection()
                .execute(
                    self._db.sql(
                        "SELECT (SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending'))"
                        " + "
                        "(SELECT count(*) FROM thread WHERE due_at IS NOT NULL AND state <> 'dead')"
                    )
                )
                .scalar_one()
            )

    def _any(self, question: str) -> bool:
        """Look before the write lock is taken: there is nothing to send most of the time, and
        people wait for it.
        """
        with self._db.read() as session:
            return bool(session.connection().execute(self._db.sql(question)).scalar_one())

    def _settle(self, claimed: Claimed, change: str, **values: object) -> bool:
        """Write the outcome, unless another sender has taken the row since; whether it was
        written.
        """
        with self._db.write() as session:
            return self._settle_in(session, claimed, change, **values)

    def _settle_in(self, session: Session, claimed: Claimed, change: str, **values: object) -> bool:
        """Write an outcome in this transaction; whether the row was still ours (owner and
        fence).
        """
        statement = (
            f"UPDATE {claimed.table} SET {change} "
            "WHERE id = :id AND owner = :owner AND fence = :fence"
        )
        held = {"id": claimed.id, "owner": claimed.owner, "fence": claimed.fence}
        return (
            session.connection().execute(self._db.sql(statement), {**held, **values}).rowcount == 1
        )

    def _text(self, name: str) -> str:
        """A parameter that stands twice in a statement: PostgreSQL must be told that it is the same
        text.
        """
        return name if self._db.is_sqlite else f"CAST({name} AS varchar)"


def _lease_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What cards and lines have in common once claimed."""
    names = ("id", "team_id", "channel", "tries", "owner", "fence", "lease_until", "first_try_at")
    return {name: row[name] for name in names}
