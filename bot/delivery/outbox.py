"""The outbox: what must be said and shown, written in the commit of the change it tells about.

Promises to the stories: `show` (the live message of a subject, latest wish wins) and `say` (a line,
once per dedupe key, in order within its thread) only write rows in the caller's transaction;
nothing is posted from here. What the sender makes of the rows is in `claims`.
"""

import json
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.base.clock import NewId
from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.tables import ThreadRow

_SHOW = """
INSERT INTO thread (id, team_id, subject_kind, subject_id, channel, parent_id, wanted, wanted_hash,
  urgent, gap, due_at,
    last_edit, state, fence, lease_until, tries)
VALUES (:id, :team, :kind, :subject, :channel, :parent, :wanted, :hash, :urgent, :gap, :now, 0,
  'idle', 0, 0, 0)
ON CONFLICT (subject_kind, subject_id, channel) DO UPDATE SET
    wanted = excluded.wanted, wanted_hash = excluded.wanted_hash, gap = excluded.gap,
    urgent = CASE WHEN excluded.urgent THEN excluded.urgent ELSE thread.urgent END,
    -- An edit that is still to come was made before the clock was set back.
    due_at = CASE WHEN excluded.urgent OR thread.last_edit + excluded.gap < :now OR
      thread.last_edit > :now THEN :now
        ELSE coalesce(thread.due_at, thread.last_edit + excluded.gap) END,
    state = CASE WHEN thread.state = 'dead' AND excluded.urgent THEN 'idle' ELSE thread.state END
WHERE thread.wanted_hash <> excluded.wanted_hash OR (thread.state = 'dead' AND excluded.urgent)"""
_REVIVE = (
    "UPDATE thread SET state = 'idle', urgent = :yes, due_at = :now "
    "WHERE id = :id AND state = 'dead'"
)
_ASKED_FOR = 1  # the priority of a line that somebody waits for
# An old message's row takes its own id for its subject. One that never came to stand keeps its own:
# it is to be posted anyway (and is written all the same, which locks it).
_RENEW = """
UPDATE thread SET
    subject_id = CASE WHEN root_ts IS NULL AND (tries = 0 OR state = 'dead') THEN subject_id ELSE
      id END,
    state = CASE WHEN state = 'dead' THEN 'idle' ELSE state END
WHERE team_id = :team AND subject_kind = :kind AND subject_id = :subject AND channel = :channel"""
_SAY = """
INSERT INTO outbox (id, dedupe_key, team_id, channel, thread_id, thread_ts, subject_kind,
  subject_id, priority,
    broadcast, payload, state, fence, lease_until, not_before, tries, created)
VALUES (:id, :key, :team, :channel, :thread, :thread_ts, :kind, :subject, :priority, :broadcast,
    :payload, :state, 0, 0, 0, 0, :now)
ON CONFLICT (dedupe_key) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a message speaks about: a job, a dataset, a work team, a person."""

    team_id: str
    kind: str
    id: str


class Outbox:
    """Rows to say and to show."""

    def __init__(self, db: Database, new_id: NewId) -> None:
        self._db = db
        self._new_id = new_id

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

        Urgent (a change of state) goes at once; else at most one edit per `gap` seconds. Equal
        content writes nothing. Where it could not be shown before (the bot was taken out of the
        channel), an urgent wish tries once more. `below` names the subject in whose thread it is to
        stand from its first post on.
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
        """The next `show` posts a new message instead of editing the one that stands.

        What the old one was still to say, and every doubt about it, stays with its row. Where it
        could not be said (the bot was taken out of the channel), it is tried once more.
        """
        session.connection().execute(
            self._db.sql(_RENEW),
            {
                "team": subject.team_id,
                "kind": subject.kind,
                "subject": subject.id,
                "channel": channel,
            },
        )

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
        """Say `message` once: a second line of the same `key` writes nothing.

        `in_thread` puts it below the subject's live message in that channel (which must have been
        shown before); `thread_ts` below any other message. Where the live message could not be
        shown before (the bot was taken out of the channel), a line that somebody asked for
        (`priority` 1) tries once more, any other is dropped.
        """
        thread = _thread(session, subject, channel) if in_thread and thread_ts is None else None
        dead = thread is not None and thread.state == "dead"
        if thread is not None and dead and priority == _ASKED_FOR:
            session.connection().execute(self._db.sql(_REVIVE), {"id": thread.id, "yes": True})
            dead = False
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
                "state": "dead" if dead else "ready",
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
                ThreadRow.team_id == team_id,
                ThreadRow.subject_kind == kind,
                ThreadRow.channel == channel,
            )
            return list(session.exec(query))

    def subject_at(self, channel: str, root_ts: str) -> Subject | None:
        """Whom the thread below `root_ts` speaks about."""
        with self._db.read() as session:
            row = session.exec(
                select(ThreadRow).where(ThreadRow.channel == channel, ThreadRow.root_ts == root_ts)
            ).first()
            return Subject(row.team_id, row.subject_kind, row.subject_id) if row else None

    def is_shut(self, subject: Subject, channel: str) -> bool:
        """Whether the subject's live message could not be shown in that channel, which shuts the
        bot out.
        """
        with self._db.read() as session:
            row = _thread(session, subject, channel)
            return row is not None and row.state == "dead"

    def root_ts(self, subject: Subject, channel: str) -> str | None:
        """The ts of the subject's live message in that channel, once it stands."""
        with self._db.read() as session:
            row = _thread(session, subject, channel)
            return row.root_ts if row else None


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
