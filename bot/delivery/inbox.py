"""The inbox: a request of Slack's counts once, however often it is delivered.

Promises to the Slack edge: `open` says whether a request is new; a repeat gets the stored answer
once there is one. A form that comes again with other content is a new request under the same key,
for its answer may have been lost on the way. So is one that was sent back with faults and is
pressed again as it was: what was missing may be there now. A request whose process died before it
was answered is new again after `ABANDONED` seconds: nobody may be told "taken" for it.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from bot.base.db import Database
from bot.base.deadline import left
from bot.base.moments import too_far
from bot.delivery.tables import InboxRow

ABANDONED = 10.0  # seconds: no request is being handled for longer (Slack itself waits 3)
_LOOK = 0.05
_CONTENT = 64  # letters of a digest that stand for the content; the rest stands for the press


@dataclass(frozen=True, slots=True)
class Request:
    """One delivery of Slack's, by meaning.

    `content` is whatever a person would say makes it another request; `press` is one press of
    theirs, however often Slack delivers it.
    """

    key: str
    kind: str
    team_id: str
    user_id: str
    content: str
    press: str = ""

    @property
    def digest(self) -> str:
        """The fingerprints of the content and of the press, one after the other; neither is kept
        itself.
        """
        return "".join(
            hashlib.sha256(part.encode()).hexdigest() for part in (self.content, self.press)
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known about a repeat: the answer that was given, or None while there is none yet."""

    answer: dict[str, Any] | None


class Inbox:
    """Counts requests."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, request: Request) -> Seen | None:
        """None when the request is new (it is now ours to answer); otherwise what was answered
        before.
        """
        new = self._db.execute(
            "INSERT INTO inbox (key, digest, kind, team_id, user_id, state, created) "
            "VALUES (:key, :digest, :kind, :team, :user, 'received', :now) "
            "ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, state = 'received', "
            "result = NULL, created = excluded.created "
            "WHERE (inbox.state = 'done' "
            "AND substr(inbox.digest, 1, :content) <> substr(excluded.digest, 1, :content)) "
            "OR (inbox.state = 'rejected' AND inbox.digest <> excluded.digest) "
            "OR (inbox.state = 'received' "
            f"AND (inbox.created < :now - :abandoned OR {too_far('inbox.created', 0)})) "
            "RETURNING key",
            {
                "key": request.key,
                "digest": request.digest,
                "kind": request.kind,
                "team": request.team_id,
                "user": request.user_id,
                "abandoned": ABANDONED,
                "content": _CONTENT,
            },
        )
        if new:
            return None
        with self._db.read() as session:
            row = session.get(InboxRow, request.key)
        return Seen(_answer(row) if row is not None and _same(row, request) else None)

    def answer_within(self, request: Request, seconds: float) -> dict[str, Any] | None:
        """The answer that another thread or process is giving to the same content; None if there is
        none in time.
        """
        end = time.monotonic() + left(seconds)
        while True:
            with self._db.read() as session:
                row = session.get(InboxRow, request.key)
            if row is None or not _same(row, request):
                return None
            if (answer := _answer(row)) or time.monotonic() >= end:
                return answer
            time.sleep(_LOOK)

    def close(self, request: Request, answer: dict[str, Any], *, rejected: bool) -> None:
        """Keep the answer for repeats; `rejected` when the form went back to the person with
        faults.

        A power cut may lose it (a repeat then gets an empty answer), so nobody waits for the disk a
        second time.
        """
        self._db.execute(
            (
                "UPDATE inbox SET result = :result, state = :state "
                "WHERE key = :key AND digest = :digest"
            ),
            {
                "result": json.dumps(answer),
                "state": "rejected" if rejected else "done",
                "key": request.key,
                "digest": request.digest,
            },
            durable=False,
        )

    def reopen(self, request: Request) -> None:
        """Forget a request whose handling failed with nothing done, so that another try is not
        taken for a repeat.
        """
        self._db.execute(
            "DELETE FROM inbox WHERE key = :key AND digest = :digest",
            {"key": request.key, "digest": request.digest},
        )


def _same(row: InboxRow, request: Request) -> bool:
    """Whether the row is about this content: another one is never given its answer."""
    return row.digest[:_CONTENT] == request.digest[:_CONTENT]


def _answer(row: InboxRow) -> dict[str, Any] | None:
    return dict(json.loads(row.result)) if row.result else None
