"""The rate budget: how fast we may speak, shared by all replicas through the database.

Limits of Slack's: one chat.postMessage a second and channel with short bursts; chat.update,
chat.delete, history and replies are Tier 3 (50 a minute and workspace). We stay below: 40 edits, 20
look-ups of each kind and 20 deletions a minute. A 429 blocks the method for as long as Slack says,
for everybody.

A row whose `refilled_at` is still to come was written before the database's clock was set back: its
bucket fills from now on, and its block, whose end nobody knows any more, holds nobody.
"""

from dataclasses import dataclass

from sqlmodel import Session

from bot.base.db import Database
from bot.base.moments import MARGIN, too_far
from bot.delivery.tables import BudgetRow


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket: `per_second` tokens flow in, `burst` fit; calls that can wait leave `reserve` for
    those that cannot.
    """

    per_second: float
    burst: float
    reserve: float = 0.0


RATES = {
    "chat.postMessage": Rate(1.0, 3.0),
    "chat.update": Rate(40 / 60, 20.0, reserve=5.0),
    "chat.delete": Rate(20 / 60, 5.0),
    "conversations.replies": Rate(20 / 60, 5.0),
    "conversations.history": Rate(20 / 60, 5.0),
}
BLOCKED = f"blocked_until > :now AND NOT ({too_far('refilled_at', 0)})"
"""The SQL condition that a row of `budget` blocks its scope now."""
_NEW = """
INSERT INTO budget (scope, tokens, refilled_at, blocked_until) VALUES (:scope, :burst, :now, 0)
ON CONFLICT (scope) DO NOTHING"""


class RateBudget:
    """Grants calls. `pace` is how many times Slack's usual pace this workspace allows (1)."""

    def __init__(self, db: Database, pace: float = 1.0) -> None:
        self._db = db
        self._pace = pace

    def take(self, team_id: str, method: str, channel: str = "", *, urgent: bool = True) -> float:
        """Take one call. 0.0 when granted; else how many seconds to wait before asking again."""
        usual = RATES[method]
        rate = Rate(
            usual.per_second * self._pace, usual.burst * max(1.0, self._pace), usual.reserve
        )
        scope = (
            f"{team_id}:{method}:{channel}"
            if method == "chat.postMessage"
            else f"{team_id}:{method}"
        )
        with self._db.write() as session:
            run = session.connection().execute
            run(self._db.sql(_NEW), {"scope": scope, "burst": rate.burst})
            row = session.get_one(BudgetRow, scope, with_for_update=True)
            # after the lock, which may have taken time
            now = float(run(self._db.sql("SELECT :now")).scalar_one())
            wait = self._blocked(session, f"{team_id}:{method}", now)
            if wait:
                return wait
            tokens = min(rate.burst, row.tokens + max(0.0, now - row.refilled_at) * rate.per_second)
            needed = 1.0 if urgent else 1.0 + rate.reserve
            if _from_ahead(row, now):
                row.blocked_until = 0.0
            row.refilled_at = now
            row.tokens = tokens - 1.0 if tokens >= needed else tokens
            session.add(row)
            return 0.0 if tokens >= needed else (needed - tokens) / rate.per_second

    def block(self, team_id: str, method: str, seconds: float) -> None:
        """No call of `method` (`*` for all) for this team before `seconds` have passed."""
        with self._db.write() as session:
            session.connection().execute(
                self._db.sql(
                    "INSERT INTO budget (scope, tokens, refilled_at, blocked_until) "
                    "VALUES (:scope, 0, :now, :now + :wait) "
                    "ON CONFLICT (scope) DO UPDATE SET refilled_at = excluded.refilled_at, "
                    "blocked_until = CASE "
                    "WHEN excluded.blocked_until > budget.blocked_until "
                    f"OR {too_far('budget.refilled_at', 0)} "
                    "THEN excluded.blocked_until ELSE budget.blocked_until END"
                ),
                {"scope": f"{team_id}:{method}", "wait": seconds},
            )

    def _blocked(self, session: Session, scope: str, now: float) -> float:
        row = session.get(BudgetRow, scope)
        if row is None or _from_ahead(row, now):
            return 0.0
        return max(0.0, row.blocked_until - now)


def _from_ahead(row: BudgetRow, now: float) -> bool:
    """Whether the row was written before the database's clock was set back."""
    return row.refilled_at > now + MARGIN
