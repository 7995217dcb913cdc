"""Rows of the outbox that were written before the database's clock was set back.

Promises to the senders: after `bring_back` no row waits longer than it would have waited by a clock
that only goes on. A row that somebody may be sending is not taken from them: its lease ends one
lease from now.
"""

import logging
from dataclasses import dataclass

from bot.base.db import Database
from bot.base.moments import too_far

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Moments:
    """The moments in some rows of a table: by column, how far ahead each may rightly lie, and how
    far it is put.
    """

    table: str
    rows: str
    spans: dict[str, tuple[str, str]]

    def found(self) -> str:
        """The SQL condition that there is one too far ahead."""
        return f"EXISTS (SELECT 1 FROM {self.table} WHERE {self._which()})"

    def put_back(self) -> str:
        """The statement that puts those back."""
        changes = (
            f"{column} = CASE WHEN {too_far(column, span)} THEN :now + {again} ELSE {column} END"
            for column, (span, again) in self.spans.items()
        )
        return f"UPDATE {self.table} SET {', '.join(changes)} WHERE {self._which()} RETURNING id"

    def _which(self) -> str:
        far = (too_far(column, span) for column, (span, _again) in self.spans.items())
        return f"{self.rows} AND ({' OR '.join(far)})"


_NONE = ("0", "0")
_SENDING = {"first_try_at": _NONE, "lease_until": (":longest", ":lease")}
_LOOKED_UP = {"recheck_at": (":duplicate_wait", ":duplicate_wait")}
# Lines first: a card below a thread waits for the lines that were written before it was due.
_ALL = (
    _Moments(
        "outbox",
        "state IN ('ready', 'sending')",
        {"created": _NONE, "not_before": (":pause", "0"), **_SENDING},
    ),
    _Moments("thread", "due_at IS NOT NULL", {"due_at": ("gap + :pause", "0"), **_SENDING}),
    _Moments("outbox", "recheck_at IS NOT NULL", _LOOKED_UP),
    _Moments("thread", "recheck_at IS NOT NULL", _LOOKED_UP),
)
_ANY = f"SELECT {' OR '.join(each.found() for each in _ALL)}"


def bring_back(db: Database, *, lease: float, pause: float, duplicate_wait: float) -> None:
    """Put every moment that lies too far ahead where it belongs. The spans are seconds; all senders
    use the same.
    """
    spans = {
        "lease": lease,
        "pause": pause,
        "duplicate_wait": duplicate_wait,
        "longest": max(lease, pause),
    }
    with db.read() as session:
        if not session.connection().execute(db.sql(_ANY), spans).scalar_one():
            return
    with db.write() as session:
        run = session.connection().execute
        put_back = sum(len(run(db.sql(each.put_back()), spans).all()) for each in _ALL)
    if put_back:
        log.warning(
            (
                "the database's clock was set back: %s rows of the outbox were waiting for its "
                "old time"
            ),
            put_back,
        )
