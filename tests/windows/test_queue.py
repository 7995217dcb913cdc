"""A labeling team's message while several replicas and managers are at it.

What another replica does at the worst moment is done by the test in that moment: a part that is
asked something lets it happen, then answers what it had read before. Where the other replica has to
wait it gives up at once, and comes again in its next round.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from bot.base.clock import new_id, system_clock
from bot.base.db import Database, DatabaseSilent
from bot.delivery.outbox import Outbox
from bot.delivery.sender import Sender
from bot.jobs.draft import Draft
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import JobState
from bot.jobs.queue import NotTied, Queue, TiedElsewhere
from bot.jobs.records import Job, Records
from bot.people.teams import Teams
from bot.people.work_team import WorkTeam
from tests.idle_engine import idle_engine
from tests.windows.conftest import Workspace

TEAM, ARN, NAME = "T0ORCHARD", "arn:pickers", "pickers"
HERE, ELSEWHERE = "C0DATA", "C0OTHER"
CALL = "pickers: 1 job"
MakeSender = Callable[..., Sender]
Meanwhile = Callable[[], object]


class SlowRecords(Records):
    """Jobs as they were before something else happened."""

    meanwhile: Meanwhile

    def of_team(self, team_id: str, workteam_arn: str) -> list[Job]:
        found = super().of_team(team_id, workteam_arn)
        with suppress(DatabaseSilent):
            self.meanwhile()
        return found


class SlowTeams(Teams):
    """A team as it was before something else happened."""

    meanwhile: Meanwhile

    def named(self, team_id: str, name: str) -> WorkTeam:
        found = super().named(team_id, name)
        self.meanwhile()
        return found


@pytest.fixture
def other_db(store: str) -> Iterator[Database]:
    """The database as another replica has it, which waits for nobody."""
    database = Database(store, busy_wait=0.05)
    yield database
    database.close()


@pytest.fixture
def other(other_db: Database) -> Queue:
    """The queues of another replica; it has listed the team."""
    Teams(other_db, "AWS").remember(TEAM, [WorkTeam(ARN, NAME)], set())
    return queue_of(other_db)


def queue_of(db: Database, *, records: Records | None = None, teams: Teams | None = None) -> Queue:
    teams = teams or Teams(db, "AWS")
    engine = idle_engine()
    return Queue(
        db=db,
        records=records or Records(db, system_clock, new_id),
        outbox=Outbox(db, new_id),
        teams=teams,
        facts=Facts(teams, engine),
        engine=engine,
        clock=system_clock,
        gap=0,
    )


def open_job(db: Database) -> None:
    """AWS has taken a job for the team."""
    job = Job(
        id="j1",
        team_id=TEAM,
        account="1",
        region="us-east-1",
        name="ripe",
        channel=ELSEWHERE,
        asked_by="U0MARA",
        asked_by_name="Mara",
        asked_at=system_clock(),
        followed=False,
        draft=Draft(workteam_arn=ARN),
        state=JobState(state="in_progress"),
        request_key="r1",
    )
    with db.write() as session:
        Records(db, system_clock, new_id).add(session, job)


def test_two_replicas_call_a_team_once(
    db: Database, other_db: Database, other: Queue, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a replica that is a moment behind would have the team called twice for the same
    work.
    """
    other.tie(TEAM, NAME, HERE)
    records = SlowRecords(db, system_clock, new_id)

    def others_round() -> None:
        open_job(other_db)
        other.round(TEAM)
        make_sender().drain()

    records.meanwhile = others_round
    queue_of(db, records=records).draw(TEAM, ARN)
    for _ in range(2):
        others_round()
    (message,) = workspace.texts()
    assert message.startswith(CALL)


def test_team_that_left_a_channel_is_called_there_no_more(
    db: Database, other: Queue, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a channel that was left would call for work for ever."""
    other.tie(TEAM, NAME, HERE)
    open_job(db)
    other.round(TEAM)
    make_sender().drain()
    records = SlowRecords(db, system_clock, new_id)
    leave = partial(other.leave, TEAM, NAME, HERE)
    records.meanwhile = leave
    queue_of(db, records=records).draw(TEAM, ARN)
    with suppress(NotTied):  # where it had not to wait
        leave()
    make_sender().drain()
    assert workspace.texts() == ["pickers: notices have stopped here."]


def test_of_two_managers_who_tie_a_team_at_once_one_is_told_no(db: Database, other: Queue) -> None:
    """Without this, both would read that the team is told in their channel, and one channel would
    wait for ever.
    """
    teams = SlowTeams(db, "AWS")
    teams.meanwhile = partial(other.tie, TEAM, NAME, ELSEWHERE)
    with pytest.raises(TiedElsewhere):
        queue_of(db, teams=teams).tie(TEAM, NAME, HERE)
    assert Teams(db, "AWS").named(TEAM, NAME).channel == ELSEWHERE


def test_leaving_a_channel_does_not_undo_what_another_manager_has_tied_since(
    db: Database, other: Queue
) -> None:
    """Without this, a team's new channel would be silent, and its manager would not know."""
    other.tie(TEAM, NAME, HERE)
    teams = SlowTeams(db, "AWS")

    def move() -> None:
        other.leave(TEAM, NAME, HERE)
        other.tie(TEAM, NAME, ELSEWHERE)

    teams.meanwhile = move
    with pytest.raises(NotTied):
        queue_of(db, teams=teams).leave(TEAM, NAME, HERE)
    assert Teams(db, "AWS").named(TEAM, NAME).channel == ELSEWHERE
