"""The queue: which work teams there are, and each team's one message in its channel.

Promises to labelers: one message per team, edited as jobs open and end, and a new one only when the
queue was empty before; a job that joins a list is announced once, in a short line. All is made of
the jobs as they are, every round, so nothing that happens can leave it wrong for long.
"""

import logging
from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session

from bot.base.blocks import typed
from bot.base.clock import Clock
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.delivery.dead_letters import Asked
from bot.delivery.outbox import Outbox, Subject
from bot.engines.protocol import Engine
from bot.jobs.cards import queue_card
from bot.jobs.cards.queue_card import QueueJob
from bot.jobs.facts import Facts
from bot.jobs.listing import SHARED_S, relisted
from bot.jobs.records import Records
from bot.jobs.store import team_subject
from bot.people.teams import NoSuchTeam, Teams
from bot.people.work_team import UNLISTED, Listing, WorkTeam

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

    def asker(self, team_id: str, arn: str) -> Asked | None:
        """Who is to hear that a team cannot be told of its work: the requester of its newest job;
        None while it has none.
        """
        jobs = [job for job in self._records.of_team(team_id, arn) if not job.followed]
        team = self._teams.get(team_id, arn)
        if not jobs or team is None:
            return None
        name = typed(jobs[-1].name)
        stands = f"Nobody of the team was told of your job {name}; the job itself goes on."
        return Asked(jobs[-1].asked_by, "labeling team", team.name, "work", jobs[-1].id, stands)

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
            self._teams.opened(session, team_id, team.arn, 0, UNLISTED)
            if team.open_jobs:
                self._outbox.show(
                    session,
                    team_subject(team_id, team.arn),
                    channel,
                    queue_card.queue_left(team.name),
                )
        return team

    def round(self, team_id: str) -> None:
        """Draw every team's message; what reads the same is not written."""
        for team in self._teams.search(team_id, "", limit=1000):
            if team.channel:
                self.draw(team_id, team.arn)

    def draw(self, team_id: str, arn: str) -> None:
        """The team's message as it should read now."""
        about = team_subject(team_id, arn)
        with self._db.write() as session:
            team = self._teams.get_for_update(session, team_id, arn)
            if team is None or team.channel is None:
                return
            # Read while the team is held: two replicas would else draw older jobs over newer, and
            # call the team twice.
            jobs = [self._facts.queued(job) for job in self._records.of_team(team_id, arn)]
            listing = team.listing
            if jobs:
                stands, now = bool(team.open_jobs), self._clock()
                listing = relisted(listing, [job.id for job in jobs], now, stands=stands)
                self._show(session, team_id, team, jobs, listing)
            elif team.open_jobs:
                done = self._done(team.listing)
                empty = queue_card.queue_empty(team.name, done, team.listing.since)
                self._outbox.show(session, about, team.channel, empty)
            self._teams.opened(session, team_id, arn, len(jobs), listing)

    def _show(
        self,
        session: Session,
        team_id: str,
        team: WorkTeam,
        jobs: Sequence[QueueJob],
        listing: Listing,
    ) -> None:
        """The list as it is now; posted anew where there was none, with a line for what joined."""
        assert team.channel is not None
        about, now = team_subject(team_id, team.arn), self._clock()
        if not team.open_jobs:
            if team.listing.since:  # what stands is no longer true
                done = self._done(team.listing)
                ended = queue_card.queue_ended(team.name, done, team.listing.since)
                self._outbox.show(session, about, team.channel, ended)
            self._outbox.renew(session, about, team.channel)
        message = queue_card.queue_card(
            team.name, team.portal, jobs, now, engine=self._engine.names
        )
        changed = team.open_jobs != len(jobs)
        self._outbox.show(session, about, team.channel, message, urgent=changed, gap=self._gap)
        joined = [job for job in jobs if job.id in listing.joined]
        began = listing.joined_at
        if joined and began and (now - began).total_seconds() < SHARED_S:
            news = Subject(team_id, "team news", f"{team.arn} {began.timestamp():.0f}")
            line = queue_card.joined_line(joined, team.portal)
            self._outbox.show(session, news, team.channel, line)

    def _done(self, listing: Listing) -> dict[str, int]:
        """How many objects of the jobs that were listed are labeled, by what they are called. Of a
        job that is only followed nobody knows how many were before.
        """
        done: Counter[str] = Counter()
        for job_id in listing.jobs:
            job = self._records.get(job_id)
            if job is not None and not job.followed:
                done[self._facts.queued(job).noun] += job.state.labeled
        return done

    def _held(self, session: Session, team_id: str, arn: str) -> WorkTeam:
        """The team as it is now and stays until this transaction ends: somebody may have tied it
        since it was read.
        """
        team = self._teams.get_for_update(session, team_id, arn)
        if team is None:
            raise NoSuchTeam
        return team
