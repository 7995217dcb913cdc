"""The life of a dataset, with plain values."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.lifecycle import (
    ASKED,
    CREATING,
    ENDED,
    EXAMINING,
    FAILED,
    GONE,
    IMPORTING,
    READY,
    REFUSED,
    TRANSITIONS,
    Change,
    DatasetState,
    Report,
    observe,
    step,
)

NOW = datetime(2026, 11, 21, 14, 31, tzinfo=UTC)
STATES = (ASKED, EXAMINING, CREATING, IMPORTING, READY, FAILED, REFUSED)
STATUSES = (
    "CREATE_IN_PROGRESS",
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "DELETE_IN_PROGRESS",
    GONE,
    "SOMETHING_NEW",
    "",
)
GOING = DatasetState(state=IMPORTING, lines=1240, sent=1235)


def test_the_whole_way_is_told_once_each_step() -> None:
    """A dataset would stick in a state, or its end would be told twice."""
    state = DatasetState()
    told: list[Change] = []
    for after in (EXAMINING, CREATING, IMPORTING):
        state, changes = step(state, after, NOW)
        told += changes
    for report in [
        Report("CREATE_IN_PROGRESS"),
        Report("CREATE_IN_PROGRESS", total=600),
        Report("CREATE_IN_PROGRESS", total=600),
        Report("CREATE_COMPLETE", total=1233, labeled=1200, labels=3, errors=4),
        Report("CREATE_COMPLETE", total=1233, labeled=1200, labels=3, errors=4),
    ]:
        state, changes = observe(state, report, NOW)
        told += changes
    assert told == [Change.STEP, Change.STEP, Change.STEP, Change.PROGRESS, Change.READY]
    assert (state.state, state.arrived, state.labeled, state.errors, state.ended_at) == (
        READY,
        1233,
        1200,
        4,
        NOW,
    )


def test_a_failure_keeps_the_words_of_aws() -> None:
    """People would be told that it failed and not why."""
    message = (
        "The manifest file contains too many invalid data objects. ERROR_TOO_MANY_RECORDS_IN_ERROR"
    )
    state, changes = observe(GOING, Report("CREATE_FAILED", message=message), NOW)
    assert (state.state, state.cause, changes) == (FAILED, message, (Change.FAILED,))


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", GONE])
def test_a_dataset_that_somebody_deleted_has_ended(status: str) -> None:
    """The bot would ask AWS for it for ever."""
    state, changes = observe(GOING, Report(status), NOW)
    assert state.state == FAILED
    assert "deleted" in state.cause
    assert changes == (Change.FAILED,)


def test_a_dataset_that_grows_already_is_waited_for() -> None:
    """Its lists cannot be read while AWS is busy, so its labels would be missing from the
    result.
    """
    state, _ = observe(GOING, Report("UPDATE_IN_PROGRESS", total=1300), NOW)
    assert state.state == IMPORTING
    assert observe(state, Report("UPDATE_COMPLETE", total=1300), NOW)[1] == (Change.READY,)


@given(
    st.sampled_from(STATES),
    st.lists(
        st.builds(Report, st.sampled_from(STATUSES), st.integers(0, 9), st.integers(0, 9)),
        max_size=6,
    ),
)
def test_reports_in_any_order_end_a_dataset_once(first: str, reports: list[Report]) -> None:
    """A late or repeated report would revive an ended dataset, or tell its end again."""
    state, ends = DatasetState(state=first), 0
    for number, report in enumerate(reports):
        before = state
        state, changes = observe(before, report, NOW + timedelta(seconds=number))
        ends += sum(change in {Change.READY, Change.FAILED} for change in changes)
        assert state.state == before.state or (before.state, state.state) in TRANSITIONS
        if before.state != IMPORTING:
            assert (state, changes) == (before, ())
        assert bool(changes) == (state != before)
    assert ends <= 1


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_only_steps_of_the_table_are_taken(before: str, after: str) -> None:
    """A dataset would leave its end, or skip the examination."""
    state, changes = step(DatasetState(state=before), after, NOW)
    assert (state.state == after and bool(changes)) == ((before, after) in TRANSITIONS)
    assert before not in ENDED or state.state == before


def test_what_is_known_survives_the_database() -> None:
    """A restart would lose the findings of a dataset that is being imported."""
    state = msgspec.structs.replace(GOING, ended_at=NOW)
    assert msgspec.json.decode(msgspec.json.encode(state), type=DatasetState) == state
