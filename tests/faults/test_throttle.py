"""Slack and AWS asking for patience, and one job that can never be looked at."""

import sqlite3

from tests.faults.conftest import Near
from tests.faults.world import World


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
    _forget(near, "poison-0")
    assert near.until(lambda: near.job(jobs[0]).set_aside is not None, times=12)
    near.rounds(5)
    assert len(near.world.lines("poison-0")) == 2, near.world.lines("poison-0")
    assert not any(near.job(job).set_aside for job in jobs[1:])
    assert all(near.job(job).fails == 0 for job in jobs[1:])


def test_answers_that_cannot_be_read_set_a_job_aside_and_stop_no_round(near: Near) -> None:
    """Without this, one broken answer about one job would end every round before the other jobs'
    turn, unseen.
    """
    job = near.accept("rubbish")
    assert near.until(lambda: bool(near.job(job).arn))
    _forget(near, "rubbish")
    near.world.fault("*DescribeLabelingJob", "garbage", aws=True)
    near.bot.jobs.watch.round()
    assert near.job(job).fails == 1
    assert near.until(lambda: near.job(job).set_aside is not None, times=12)
    near.rounds(3)
    assert near.world.lines("rubbish").count("Paused") == 1


def test_job_about_which_aws_says_nothing_is_set_aside_in_the_end(sqlite_world: World) -> None:
    """Without this, a job that AWS answers nothing about would stand on its card as running for
    ever.
    """
    near = Near(sqlite_world, poll_gap=60, set_aside_silence=180)
    job = near.accept("silent")
    assert near.until(lambda: bool(near.job(job).arn))
    _forget(near, "silent")
    near.world.fault("*DescribeLabelingJob", "error_500", aws=True)
    near.rounds(2)
    assert (near.job(job).silent, near.job(job).fails) == (2, 0)
    near.rounds(2)
    assert near.world.lines("silent").count("Paused") == 1
    assert "no answer about this job for 3 minutes" in str(near.job(job).set_aside)
    near.bot.ground.db.close()


def _forget(near: Near, name: str) -> None:
    """AWS lists the job no more, so that it has to be described."""
    store = sqlite3.connect(near.world.services.folder / "aws" / "aws.db", timeout=10)
    with store:
        store.execute("DELETE FROM labeling_job WHERE name = ?", (name,))
    store.close()
