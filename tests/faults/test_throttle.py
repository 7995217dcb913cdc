"""Slack and AWS asking for patience, and one job that can never be looked at."""

import sqlite3

from tests.faults.conftest import Near


def test_retry_after_is_obeyed(near: Near) -> None:
    """Without this, the bot would be shut out for hammering a workspace that asked it to wait."""
    near.world.fault("chat.postMessage", "throttle", times=1, retry_after=1)
    near.accept("patient")
    assert near.until(lambda: bool(near.world.roots()), times=400)
    first, second = near.world.journal("chat.postMessage")[:2]
    assert first["status"] == 429
    assert second["at"] - first["at"] >= 1


def test_throttled_aws_fails_no_job(near: Near) -> None:
    """Without this, a busy hour at AWS would end jobs that are perfectly well."""
    near.world.fault("*", "throttle", aws=True, probability=0.5, seed=5)
    jobs = [near.accept(f"busy-{number}") for number in range(2)]
    near.rounds(1)
    assert not {near.job(job).state.state for job in jobs} & {"failed", "refused", "stopped"}
    near.world.no_faults()
    assert near.until(lambda: all(near.job(job).arn for job in jobs))


def test_poison_job_stops_nobody_and_is_told_once(near: Near) -> None:
    """Without this, one job that AWS forgot would hide the end of all the others."""
    jobs = [near.accept(f"poison-{number}") for number in range(4)]
    assert near.until(lambda: all(near.job(job).arn for job in jobs))
    store = sqlite3.connect(near.world.services.folder / "aws" / "aws.db", timeout=10)
    with store:
        store.execute("DELETE FROM labeling_job WHERE name = 'poison-0'")
    store.close()
    assert near.until(lambda: near.job(jobs[0]).quarantine_reason is not None, times=12)
    near.rounds(5)
    assert len(near.world.lines("poison-0")) == 2, near.world.lines("poison-0")
    assert not any(near.job(job).quarantine_reason for job in jobs[1:])
    assert all(near.job(job).fails == 0 for job in jobs[1:])


def test_answers_that_cannot_be_read_set_a_job_aside_and_stop_no_round(near: Near) -> None:
    """Without this, one broken answer about one job would end every round before the other jobs' turn, unseen."""
    job = near.accept("rubbish")
    assert near.until(lambda: bool(near.job(job).arn))
    store = sqlite3.connect(near.world.services.folder / "aws" / "aws.db", timeout=10)
    with store:  # it is in no list any more, and so has to be described
        store.execute("DELETE FROM labeling_job WHERE name = 'rubbish'")
    store.close()
    near.world.fault("*DescribeLabelingJob", "garbage", aws=True)
    near.bot.jobs.watch.round()
    assert near.job(job).fails == 1
    assert near.until(lambda: near.job(job).quarantine_reason is not None, times=12)
    near.rounds(3)
    assert near.world.lines("rubbish").count("Set") == 1
