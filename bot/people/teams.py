"""Work teams and their Slack channels: the cache that pickers read, kept fresh by the worker.

Promises to managers: as long as no team is opened to a channel, every channel may use every team;
from the first on, a channel may use those that are opened to it and no other.
"""

from collections.abc import Mapping

import msgspec
from sqlmodel import Field, Session, SQLModel, col, select

from bot.base.as_typed import plain_name, spellings
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.people.work_team import Listing, WorkTeam

_OPEN = """
INSERT INTO opened_team (team_id, arn, channel) VALUES (:team, :arn, :channel)
ON CONFLICT (team_id, arn, channel) DO NOTHING"""

_LISTING = msgspec.json.Decoder(Listing)


class WorkTeamRow(SQLModel, table=True):
    """A work team as the engine last told, and the channel in which its people are told of work."""

    __tablename__ = "work_team"

    team_id: str = Field(primary_key=True)
    arn: str = Field(primary_key=True)
    name: str
    description: str = ""
    members: int | None = None
    portal: str = ""
    channel: str | None = None
    open_jobs: int = 0
    listing: str = "{}"
    gone: bool = False
    seller: str = ""


class OpenedTeamRow(SQLModel, table=True):
    """A channel that may use a work team; no row at all of a workspace is every channel."""

    __tablename__ = "opened_team"

    team_id: str = Field(primary_key=True)
    arn: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)


class NoSuchTeam(Refusal):
    """No labeling team of that name is known in this AWS account and Region."""

    field = "workteam"


class TeamClosed(Refusal):
    """This channel may not use that labeling team (any more). Choose another one, or ask a manager
    to type /labelteam open.
    """

    field = "workteam_arn"


class Teams:
    """The known work teams of a workspace; `place` is where they label, in words."""

    def __init__(self, db: Database, place: str) -> None:
        self.place = place
        self._db = db

    def remember(self, team_id: str, listed: list[WorkTeam], known: set[str]) -> None:
        """Take over what the engine lists; a team that is listed no more stays known but is not
        offered.

        `known` are the ARNs that were known before it was asked: a list cannot say of any other
        team that it is gone, since another replica may have learned of it while this list was on
        its way.
        """
        with self._db.write() as session:
            rows = {
                row.arn: row
                for row in session.exec(select(WorkTeamRow).where(WorkTeamRow.team_id == team_id))
            }
            for team in listed:
                row = rows.pop(team.arn, None) or WorkTeamRow(
                    team_id=team_id, arn=team.arn, name=team.name
                )
                row.name, row.description, row.members = team.name, team.description, team.members
                row.portal, row.seller, row.gone = team.portal, team.seller, False
                session.add(row)
            for row in rows.values():
                row.gone = row.gone or row.arn in known
                session.add(row)

    def search(self, team_id: str, typed: str, limit: int = 100) -> list[WorkTeam]:
        """The teams whose name holds what was typed (Slack takes 100 choices at most)."""
        with self._db.read() as session:
            query = select(WorkTeamRow).where(
                WorkTeamRow.team_id == team_id, col(WorkTeamRow.gone).is_(False)
            )
            rows = session.exec(query.order_by(WorkTeamRow.name)).all()
        return [_team(row) for row in rows if typed.lower().strip() in row.name.lower()][:limit]

    def offered(
        self, team_id: str, channel: str, typed: str = "", limit: int = 100
    ) -> list[WorkTeam]:
        """Those of `search` that are open to the channel."""
        opened = self.opened_to(team_id)
        found = self.search(team_id, typed, limit=1000)
        return [team for team in found if _is_open(opened, team.arn, channel)][:limit]

    def opened_to(self, team_id: str) -> Mapping[str, tuple[str, ...]]:
        """The channels that each opened team is opened to, by ARN; empty while every team is open
        to all. A team that is gone still counts: its end opens no other one.
        """
        with self._db.read() as session:
            query = select(OpenedTeamRow).where(OpenedTeamRow.team_id == team_id)
            rows = session.exec(query.order_by(OpenedTeamRow.channel)).all()
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row.arn] = (*found.get(row.arn, ()), row.channel)
        return found

    def check_open(self, team_id: str, arn: str, channel: str) -> None:
        """Refuse unless the channel may use the team.

        Raises:
            TeamClosed: it may not.

        """
        if not _is_open(self.opened_to(team_id), arn, channel):
            raise TeamClosed

    def open(self, team_id: str, arn: str, channel: str) -> None:
        """The channel may use the team from now on; a second time changes nothing."""
        with self._db.write() as session:
            opened = {"team": team_id, "arn": arn, "channel": channel}
            session.connection().execute(self._db.sql(_OPEN), opened)

    def close(self, team_id: str, arn: str, channel: str) -> bool:
        """The channel may not use the team any more; whether it was opened to it."""
        with self._db.write() as session:
            row = session.get(OpenedTeamRow, (team_id, arn, channel))
            if row is None:
                return False
            session.delete(row)
            return True

    def get(self, team_id: str, arn: str) -> WorkTeam | None:
        """The team of that ARN, unless it is gone."""
        with self._db.read() as session:
            row = session.get(WorkTeamRow, (team_id, arn))
            return _team(row) if row and not row.gone else None

    def named(self, team_id: str, name: str) -> WorkTeam:
        """The team of that name (capitals and marks round it do not count).

        Raises:
            NoSuchTeam: with the names that are known.

        """
        known = self.search(team_id, "")
        for spelling in spellings(name):
            for team in known:
                if team.name.lower() == spelling:
                    return team
        if not known:
            raise NoSuchTeam(
                f"No labeling team of this {self.place} account is known yet. They are read once a "
                "minute: please try again then."
            )
        names = ", ".join(team.name for team in known)
        raise NoSuchTeam(
            f"There is no labeling team “{plain_name(name) or name}” in this {self.place} account. "
            f"Known: {names}. A new one is known within a minute."
        )

    def get_for_update(self, session: Session, team_id: str, arn: str) -> WorkTeam | None:
        """The team of that ARN, unless it is gone; nobody else ties or draws it before this
        transaction ends.
        """
        row = session.get(WorkTeamRow, (team_id, arn), with_for_update=True)
        return _team(row) if row and not row.gone else None

    def tie(self, session: Session, team_id: str, arn: str, channel: str | None) -> None:
        """The team's people are told of work in this channel from now on."""
        row = session.get(WorkTeamRow, (team_id, arn))
        if row is None:
            raise NoSuchTeam
        row.channel = channel
        session.add(row)

    def opened(self, session: Session, team_id: str, arn: str, jobs: int, listing: Listing) -> None:
        """Note how many jobs the team's queue shows now, and which it has listed."""
        row = session.get(WorkTeamRow, (team_id, arn))
        if row is not None:
            row.open_jobs = jobs
            row.listing = msgspec.json.encode(listing).decode()
            session.add(row)


def _team(row: WorkTeamRow) -> WorkTeam:
    return WorkTeam(
        row.arn,
        row.name,
        row.description,
        row.members,
        row.portal,
        row.channel,
        row.open_jobs,
        _LISTING.decode(row.listing),
        row.seller,
    )


def _is_open(opened: Mapping[str, tuple[str, ...]], arn: str, channel: str) -> bool:
    return not opened or channel in opened.get(arn, ())
