"""Which person of Slack a labeler is: by their e-mail address there, or because they said so.

Promises to whoever is told: a claim is kept until its person takes it back, and nobody can claim an
address that is somebody else's in Slack, or that somebody else claimed first.
"""

import logging

from sqlmodel import Field, SQLModel, select

from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.people.access import Access

# the first wins, also where two claim at once
_CLAIM = """
INSERT INTO worker_claim (team_id, email, user_id) VALUES (:team, :email, :user)
ON CONFLICT (team_id, email) DO NOTHING"""

log = logging.getLogger(__name__)


class WorkerClaimRow(SQLModel, table=True):
    """An address in the workforce, and who says that it is theirs."""

    __tablename__ = "worker_claim"

    team_id: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    user_id: str


class OthersAddress(Refusal):
    """That address belongs to somebody else. Ask a manager if it is yours."""


class Workers:
    """The labelers of a workspace, by their addresses (in small letters)."""

    def __init__(self, db: Database, access: Access) -> None:
        self._db = db
        self._access = access

    def person(self, team_id: str, email: str) -> str:
        """Who has that address; "" where nobody is known to, Slack's silence included."""
        claimed = self._claimed(team_id, email)
        if claimed:
            return claimed
        try:
            return self._access.user_with_email(email)
        except Transient as unknown:
            log.info("who has an address is not known: %s", unknown.words)
            return ""

    def claim(self, team_id: str, email: str, user_id: str) -> None:
        """The address is this person's from now on; a second time changes nothing.

        Raises:
            OthersAddress: somebody else claimed it, or has it in Slack.
            SlackSilent: that is not known.

        """
        in_slack = self._access.user_with_email(email)
        if in_slack not in {"", user_id}:
            raise OthersAddress
        with self._db.write() as session:
            claimed = {"team": team_id, "email": email, "user": user_id}
            session.connection().execute(self._db.sql(_CLAIM), claimed)
            row = session.get(WorkerClaimRow, (team_id, email))
            if row is None or row.user_id != user_id:
                raise OthersAddress

    def unclaim(self, team_id: str, email: str, user_id: str) -> bool:
        """The person does not say so any more; whether they had."""
        with self._db.write() as session:
            row = session.get(WorkerClaimRow, (team_id, email))
            if row is None or row.user_id != user_id:
                return False
            session.delete(row)
            return True

    def addresses(self, team_id: str, user_id: str) -> tuple[str, ...]:
        """The addresses by which somebody is known: Slack's own, then those they claimed."""
        with self._db.read() as session:
            query = select(WorkerClaimRow.email).where(
                WorkerClaimRow.team_id == team_id, WorkerClaimRow.user_id == user_id
            )
            claimed = sorted(session.exec(query))
        return tuple(dict.fromkeys([*self.proven(user_id), *claimed]))

    def proven(self, user_id: str) -> tuple[str, ...]:
        """The address that Slack itself knows of somebody, if any: what is told of nobody else goes
        by this one, for anybody may claim another.
        """
        return tuple(filter(None, [self._access.email_of(user_id)]))

    def _claimed(self, team_id: str, email: str) -> str:
        with self._db.read() as session:
            row = session.get(WorkerClaimRow, (team_id, email))
            return row.user_id if row else ""
