"""The life of a labeling job."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.lifecycle import (
    ENDED,
    STOPPABLE,
    TRANSITIONS,
    Change,
    JobState,
    Kind,
    Report,
    may_become,
    observe,
    rate,
    remedy,
    repeats,
    seconds_left,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def seen(
    status: str,
    labeled: int = 0,
    failed: int = 0,
    unlabeled: int = 0,
    *,
    at: float = 0,
    **more: Any,
) -> Report:
    return Report(status, labeled, labeled, 0, failed, unlabeled, modified=after(at), **more)


def live(*reports: tuple[Report, float], start: str = "launching") -> tuple[JobState, list[Change]]:
    state = JobState(state=start)
    heard: list[Change] = []
    for report, minute in reports:
        state, changes = observe(state, report, after(minute))
        heard += changes
    return state, heard


def test_a_whole_life_is_told_once_and_in_order() -> None:
    """The thread is the job's history: a line too many, too few or out of order makes it a lie."""
    state, heard = live(
        (seen("initializing", at=1), 1),
        (seen("in_progress", at=2), 2),
        (seen("in_progress", unlabeled=100, at=3), 3),
        (seen("in_progress", 30, 0, 70, at=4), 4),
        (seen("in_progress", 30, 0, 70, at=4), 5),
        (seen("in_progress", 80, 1, 19, at=6), 6),
        (seen("completed", 98, 2, 0, at=7, output_uri="s3://o/m"), 7),
        (seen("completed", 98, 2, 0, at=7, output_uri="s3://o/m"), 8),
    )
    assert heard == [
        Change(Kind.LAUNCHED),
        Change(Kind.MILESTONE, percent=25),
        Change(Kind.MILESTONE, percent=75),
        Change(Kind.COMPLETED),
    ]
    assert (state.total, state.done, state.percent, state.has_errors) == (100, 100, 100, True)
    assert (state.launched_at, state.first_label_at, state.ended_at) == (
        after(1),
        after(4),
        after(7),
    )
    assert state.output_uri == "s3://o/m"


def test_zero_counters_are_counting_and_never_done() -> None:
    """A real job showed five zeros for two days; "100 %" there would send people home."""
    state, heard = live((seen("in_progress", at=1), 1))
    assert (state.state, state.total, state.percent) == ("in_progress", 0, 0)
    assert heard == [Change(Kind.LAUNCHED)]


def test_late_repeated_and_foreign_reports_change_nothing() -> None:
    """Events come twice, late and in any order; the card must not flicker."""
    state, _ = live((seen("in_progress", 50, 0, 50, at=10), 10))
    for report in (
        None,
        seen("initializing", at=11),
        seen("in_progress", 40, 0, 60, at=11),
        seen("in_progress", 60, 0, 40, at=9),
        seen("sleeping", 60, 0, 40, at=11),
        seen("in_progress", 50, 0, 50, at=10),
    ):
        assert observe(state, report, after(12)) == (state, ())


def test_what_the_watch_may_pass_over_is_only_what_says_nothing_new() -> None:
    """A round over ten thousand jobs would think about each; or a label, a pause or an end would be
    passed over.
    """
    state, _ = live((seen("in_progress", 50, 0, 50, at=10), 10))
    assert repeats(state, seen("in_progress", 50, 0, 50, at=10))
    for report in (
        seen("in_progress", 51, 0, 49, at=10),
        seen("in_progress", 50, 1, 49, at=10),
        seen("in_progress", 50, 0, 50, at=11),
        seen("stopping", 50, 0, 50, at=10),
        seen("odd", 50, 0, 50, at=10),
        seen("in_progress", 50, 0, 50, at=10, output_uri="s3://orchard-out/there"),
        Report("in_progress", None, None, None, None, None),  # type: ignore[arg-type]  # AWS's answer garbled
    ):
        assert not repeats(state, report)


def test_a_stop_without_counters_is_still_a_stop() -> None:
    """A summary may come without counters; its status counts all the same, and the numbers stay."""
    state, _ = live((seen("in_progress", 50, 0, 50, at=10), 10))
    state, changes = observe(state, seen("stopping", at=11), after(11))
    assert (state.state, state.labeled, changes) == ("stopping", 50, ())
    state, changes = observe(state, seen("stopped", at=12), after(12))
    assert (state.state, state.labeled, changes) == ("stopped", 50, (Change(Kind.STOPPED),))


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize(
    "status", ["initializing", "in_progress", "stopping", "stopped", "completed", "failed"]
)
def test_an_ended_job_stays_ended(ended: str, status: str) -> None:
    """A job that comes back to life after its last line would be told twice."""
    before = JobState(state=ended, labeled=5)
    assert observe(before, seen(status, 9, 0, 1, at=99), after(99)) == (before, ())


def test_a_job_that_we_have_not_sent_is_not_aws_s() -> None:
    """A report on a job still waiting is about somebody else's job of that name."""
    assert observe(JobState(), seen("in_progress", 9), NOON) == (JobState(), ())


def test_a_job_that_ended_before_we_looked_is_launched_and_ended() -> None:
    """After a night of outage the thread still has both lines."""
    state, heard = live((seen("failed", at=5, cause="Access Denied"), 5))
    assert [change.kind for change in heard] == [Kind.LAUNCHED, Kind.FAILED]
    assert state.cause == "Access Denied"
    assert "labeling role" in remedy(state.cause)
    assert remedy("42") == ""


def test_milestones_are_told_once_and_only_the_highest() -> None:
    """Three lines at one look would be noise."""
    state, heard = live(
        (seen("in_progress", 80, 0, 20, at=1), 1), (seen("in_progress", 81, 0, 30, at=2), 2)
    )
    assert [change.percent for change in heard if change.kind is Kind.MILESTONE] == [75]
    assert state.milestones == (25, 50, 75)


def test_the_rate_counts_working_time_only() -> None:
    """A rate over nights and weekends promises an end that never comes."""
    state, _ = live(
        (seen("in_progress", 10, 0, 190, at=0), 0),
        (seen("in_progress", 20, 0, 180, at=10), 10),
        (seen("in_progress", 21, 0, 179, at=1000), 1000),
        (seen("in_progress", 31, 0, 169, at=1010), 1010),
    )
    assert rate(state) == pytest.approx(60)
    assert seconds_left(state) == pytest.approx(169 * 60)


def test_no_rate_from_too_little_or_from_machines() -> None:
    """A guess from two labels, or from the machine's batch, would mislead."""
    state, _ = live(
        (seen("in_progress", 1, 0, 99, at=0), 0), (seen("in_progress", 3, 0, 97, at=1), 1)
    )
    assert rate(state) is None
    machine = Report("in_progress", 80, 3, 77, 0, 20, modified=after(5))
    state, _ = observe(state, machine, after(5))
    assert rate(state) is None
    assert seconds_left(state) is None


def test_only_live_states_can_be_stopped() -> None:
    """A Stop button that fails at AWS is worse than none."""
    assert all(may_become(state, "stopping") for state in STOPPABLE)


def test_every_transition_has_its_sentence_and_none_leaves_an_end() -> None:
    """The table is the documentation of a job's life."""
    assert all(
        words.endswith(".") and before not in ENDED for (before, _), words in TRANSITIONS.items()
    )


STATUSES = st.sampled_from(
    ["initializing", "in_progress", "stopping", "stopped", "completed", "failed", "odd"]
)
REPORTS = st.builds(
    lambda status, n, f, u, at: seen(status, n, f, u, at=at),
    STATUSES, st.integers(0, 50), st.integers(0, 5), st.integers(0, 50), st.integers(0, 20),
)  # fmt: skip


@given(st.lists(REPORTS, max_size=12))
def test_no_order_of_reports_breaks_the_promises(reports: list[Report]) -> None:
    """Whatever AWS sends in whatever order: steps are legal, each change comes once, numbers stay
    sane.
    """
    state = JobState(state="launching")
    heard: list[Change] = []
    for minute, report in enumerate(reports):
        before = state
        state, changes = observe(before, report, after(minute))
        heard += changes
        assert before.state == state.state or may_become(before.state, state.state)
        assert not before.ended or (state == before and not changes)
        assert 0 <= state.percent <= 100
        assert (state.percent == 100) == (state.total > 0 and state.unlabeled == 0)
        assert (not changes) or changes[0].kind is Kind.LAUNCHED or before.state != "launching"
        assert observe(state, report, after(minute)) == (state, ())
        assert not repeats(before, report) or (state == before and not changes)
    assert len(heard) == len(set(heard))
    assert msgspec.json.decode(msgspec.json.encode(state), type=JobState) == state
