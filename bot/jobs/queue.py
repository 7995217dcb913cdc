"""The queue: which work teams there are, and each team's one message in its channel.

Promises to labelers: one message per team, edited as jobs open and close, and a new one only when
the queue was empty before. It is made of the jobs as they are, every round, so nothing that happens
can leave it wrong for long.
"""

import logging

from sqlmodel import Session

from bot.base.clock import Clock
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.delivery.outbox import Outbox, Subject
from bot.engines.protocol import Engine
from bot.jobs.cards import queue_card
from bot.jobs.facts import Facts
from bot.jobs.records import Records
from bot.people.teams import NoSuchTeam, Teams
from bot.people.work_team import WorkTeam

log = logging.getLogger(__name__)


class TiedElsewhere(Refusal):
    """This labeling team is linked to another channel already. Type /labelteam leave name
    there first.
    """


class NotTied(Refusal):
    """This labeling team is not linked to this channel."""


class Queue:
    """Keeps teams and their messages fresh. `workspaces` are the Slack teams that use this bot."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        teams: Teams,
        facts: Facts,
        engine: Engine,
        clock: Clock,
        gap: float,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._teams = teams
        self._facts = facts
        self._engine = engine
        self._clock = clock
        self._gap = gap

    def refresh(self, team_id: str) -> None:
        """List the engine's work teams anew."""
        known = {team.arn for team in self._teams.search(team_id, "", limit=1000)}
        self._teams.remember(team_id, self._engine.teams(), known)

    def tie(self, team_id: str, name: str, channel: str) -> WorkTeam:
        """The team's people are told of work in this channel from now on.

        Raises:
            NoSuchTeam: no team of that name is known.
            TiedElsewhere: it has a channel already.

        """
        known = self._teams.named(team_id, name)
        with self._db.write() as session:
            team = self._held(session, team_id, known.arn)
            if team.channel not in {None, channel}:
                raise TiedElsewhere
            self._teams.tie(session, team_id, team.arn, channel)
        self.draw(team_id, team.arn)
        return team

    def leave(self, team_id: str, name: str, channel: str) -> WorkTeam:
        """The team's people are not told in this channel any more, and its message there says so.

        Raises:
            NoSuchTeam: no team of that name is known.
            NotTied: it is not told here.

        """
        known = self._teams.named(team_id, name)
        with self._db.write() as session:
            team = self._held(session, team_id, known.arn)
            if team.channel != channel:
                raise NotTied(
                    f"“{team.name}” is not linked to this channel, so nothing was changed."
                )
            self._teams.tie(session, team_id, team.arn, None)
            self._teams.opened(session, team_id, team.arn, 0)
            if team.open_jobs:
                self._outbox.show(
                    session, _about(team_id, team.arn), channel, queue_card.queue_left(team.name)
                )
        return team

    def round(self, team_id: str) -> None:
        """Draw every team's message; what reads the same is not written."""
        for team in self._teams.search(team_id, "", limit=1000):
            if team.channel:
                self.draw(team_id, team.arn)

    def draw(self, team_id: str, arn: str) -> None:
        """The team's message as it should read now."""
        about = _about(team_id, arn)
        with self._db.write() as session:
            team = self._teams.get_for_update(session, team_id, arn)
            if team is None or team.channel is None:
                return
            # Read while the team is held: two replicas would else draw older jobs over newer, and
            # call the team twice.
            jobs = [self._facts.queued(job) for job in self._records.of_team(team_id, arn)]
            self._teams.opened(session, team_id, arn, len(jobs))
            if jobs:
                if not team.open_jobs:
                    self._outbox.renew(session, about, team.channel)
                message = queue_card.queue_card(
                    team.name, team.portal, jobs, self._clock(), engine=self._engine.names
                )
                changed = team.open_jobs != len(jobs)
                self._outbox.show(
                    session, about, team.channel, message, urgent=changed, gap=self._gap
                )
            elif team.open_jobs:
                self._outbox.show(session, about, team.channel, queue_card.queue_empty(team.name))

    def _held(self, session: Session, team_id: str, arn: str) -> WorkTeam:
        """The team as it is now and stays until this transaction ends: somebody may have tied it
        since it was read.
        """
        team = self._teams.get_for_update(session, team_id, arn)
        if team is None:
            raise NoSuchTeam
        return team


def _about(team_id: str, arn: str) -> Subject:
    """Whom a queue's message speaks about."""
    return Subject(team_id, "team", arn)
