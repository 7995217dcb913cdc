"""Replies that never arrive: whatever was done is found, not done again."""

from pathlib import Path

from tests.faults import lost_replies
from tests.faults.conftest import Near

CREATES = 12


def test_lost_replies_of_post_message_double_nothing(tmp_path: Path, store: str) -> None:
    """Without this, every cut connection would say something twice."""
    count = lost_replies.say(tmp_path / "slack", store, 60, 7)
    assert count.dropped > 0
    assert (count.lost, count.duplicates, count.out_of_order) == (0, 0, 0)


def test_lost_replies_of_create_make_exactly_one_job_each(near: Near) -> None:
    """Without this, a lost reply would end in “this name is taken” for a job that is our own, or in
    a second job.
    """
    near.world.fault("*CreateLabelingJob", "drop_after", aws=True, probability=0.4, seed=3)
    jobs = [near.accept(f"create-{number}") for number in range(CREATES)]
    assert near.until(lambda: all(near.job(job).arn for job in jobs))
    assert sorted(near.world.labeling_jobs()) == sorted(job.name for job in jobs)
    assert {near.job(job).state.state for job in jobs} <= {
        "initializing",
        "in_progress",
        "completed",
    }
    created = [
        entry
        for entry in near.world.journal("SageMaker.CreateLabelingJob", aws=True)
        if entry.get("fault")
    ]
    assert created
