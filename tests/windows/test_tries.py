"""Tries on both stores: what a failure means, and that one bad thing stops nobody."""

import logging
import random
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlmodel import Session

from bot.base.clock import new_id, system_clock
from bot.base.db import Database, DatabaseSilent
from bot.base.errors import Refusal, Transient
from bot.base.settings import Settings
from bot.datasets import records as dataset_records
from bot.datasets.lifecycle import DatasetState
from bot.datasets.source import Source
from bot.delivery.outbox import Outbox
from bot.jobs.draft import Draft
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import JobState
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.people.teams import Teams
from bot.work.leases import Leases
from bot.work.tries import Stale, Tried, Tries, Unexpected, attempt
from tests.idle_engine import idle_engine


def a_job() -> Job:
    """A job that was asked for."""
    return Job(
        id="j1",
        team_id="T1",
        account="1",
        region="us-east-1",
        name="ripe",
        channel="C1",
        asked_by="U1",
        asked_by_name="Mara",
        asked_at=system_clock(),
        followed=False,
        draft=Draft(),
        state=JobState(),
        request_key="r1",
    )


def outcome(db: Database, error: Exception | None, *, overtaken: bool = False) -> list[object]:
    """What became of a try that raised this."""
    told: list[object] = []

    def work() -> None:
        if overtaken:
            with db.write() as session:
                session.connection().execute(db.sql("UPDATE lease SET fence = fence + 1"))
        if error is not None:
            raise error

    with Leases(db, "one").hold(new_id(), 30.0) as hold:
        assert hold is not None
        attempt("the import", hold, work, refused=told.append, failed=told.append)
    return told


def test_each_failure_is_told_as_what_it_is(db: Database) -> None:
    """Without this, a busy AWS would end a job, or what a person must mend would be tried for
    ever.
    """
    refusal, pause = Refusal("no"), Transient("later")
    assert outcome(db, None) == []
    assert outcome(db, refusal) == [refusal]
    assert outcome(db, pause) == [pause]
    assert outcome(db, Stale()) == [], "somebody else decides"
    with pytest.raises(DatabaseSilent):
        outcome(db, DatabaseSilent())


@pytest.mark.parametrize("error", [Refusal("no"), Transient("later"), KeyError("what")])
def test_who_was_overtaken_decides_nothing(db: Database, error: Exception) -> None:
    """Without this, a machine that slept would refuse what another one is doing at this moment."""
    assert outcome(db, error, overtaken=True) == []


def test_a_bug_counts_and_stops_nobody(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Without this, one job that trips over a bug of ours would keep all the others from being
    launched.
    """
    with caplog.at_level(logging.ERROR):
        (told,) = outcome(db, KeyError("a shape that nobody thought of"))
    assert isinstance(told, Unexpected)
    assert "the import failed" in caplog.text, "an administrator finds it"


def test_pauses_grow_by_the_clock_of_the_database_and_end_with_being_set_aside(
    db: Database,
) -> None:
    """Without this, a broken job would be tried without a pause, or for ever."""
    settings = Settings(SLACK_BOT_TOKEN="xoxb-test", set_aside_after=3)
    tries = Tries(db, Leases(db, "one"), settings, random.Random(7))
    tried, waits = Tried(id="j1"), []
    for _ in range(3):
        assert tried.set_aside is None
        tried = tries.paused(tried, "AWS is away")
        waits.append(tried.next_try_at - db.time())
    assert (tried.fails, tried.set_aside) == (3, "AWS is away")
    assert 0 < waits[0] < 11
    assert waits[2] > waits[0]


def test_a_dataset_of_a_job_is_noted_in_the_commit_of_its_own_change(db: Database) -> None:
    """Without this, a card would promise a dataset that was never written, or not know of one that
    was.
    """
    clock = system_clock
    records = Records(db, clock, new_id)
    facts = Facts(Teams(db, "AWS"), idle_engine())
    store = JobStore(
        db=db, records=records, outbox=Outbox(db, new_id), facts=facts, clock=clock, gap=0
    )

    def note(session: Session, job_id: str, state: str) -> None:
        store.note_dataset(
            session,
            job_id,
            dataset_id="d1",
            name="ripe",
            project="orchard",
            kind="training",
            state=state,
        )

    job = a_job()
    with db.write() as session:
        records.add(session, job)
    with suppress(KeyError), db.write() as session:
        note(session, "j1", "under way")
        raise KeyError
    assert records.get("j1") == job
    for state in ("under way", "ready"):
        with db.write() as session:
            note(session, "j1", state)
            note(session, "nobody", state)
    noted = records.get("j1")
    assert noted is not None
    assert [one.state for one in noted.state.datasets] == ["ready"]
    assert noted.state.datasets_left == ("test",)


def test_try_that_waits_for_a_clock_that_was_set_back_is_due(db: Database) -> None:
    """Without this, what failed once while the clock was a day ahead would not be tried for a
    day.
    """
    records, datasets = Records(db, system_clock, new_id), dataset_records.Records(db)
    source = Source(
        team_id="T1",
        channel="C1",
        asked_by="U1",
        asked_by_name="Mara",
        project="p",
        manifest_uri="s3://b/m",
    )
    dataset = dataset_records.Dataset(
        id="d1", request_key="r1", asked_at=system_clock(), source=source, state=DatasetState()
    )
    for ahead, due in ((4 * 60.0, False), (86_400.0, True)):
        with db.write() as session:
            session.connection().execute(db.sql("DELETE FROM job"))
            session.connection().execute(db.sql("DELETE FROM dataset"))
            records.add(session, replace(a_job(), next_try_at=db.time() + ahead))
            datasets.add(session, replace(dataset, next_try_at=db.time() + ahead))
        assert bool(records.to_launch()) is due
        assert bool(datasets.to_load()) is due
