"""The life of a run, with plain values: whatever AWS answers, a model does not run past its end."""

from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.run_state import (
    ASKED,
    FAILED,
    GONE,
    RUNNING,
    SETTLED,
    STARTING,
    STOPPED,
    STOPPING,
    Act,
    Change,
    Look,
    RunState,
    cost,
    is_past,
    observe,
    ran_for,
)

BEGAN, END = 1_000.0, 4_600.0
HELD = RunState(reserved=True, began_at=BEGAN, ends_at=END)


def state(name: str, **more: object) -> RunState:
    return RunState(state=name, reserved=True, began_at=BEGAN, ends_at=END, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "status", "at", "after", "act"),
    [
        (ASKED, "TRAINING_COMPLETED", BEGAN, ASKED, Act.START),
        (ASKED, "STOPPED", BEGAN, ASKED, Act.START),
        (ASKED, "STARTING", BEGAN, STARTING, Act.NOTHING),
        (ASKED, "RUNNING", BEGAN, RUNNING, Act.NOTHING),
        (ASKED, "STOPPED", END, STOPPED, Act.NOTHING),
        (ASKED, "RUNNING", END, RUNNING, Act.STOP),
        (STARTING, "STARTING", END, STARTING, Act.NOTHING),
        (STARTING, "RUNNING", END, RUNNING, Act.STOP),
        (STARTING, "FAILED", BEGAN, FAILED, Act.NOTHING),
        (STARTING, "STOPPED", BEGAN, STOPPED, Act.NOTHING),
        (RUNNING, "RUNNING", END - 1, RUNNING, Act.NOTHING),
        (RUNNING, "RUNNING", END, RUNNING, Act.STOP),
        (RUNNING, "STOPPING", BEGAN, STOPPING, Act.NOTHING),
        (RUNNING, "STOPPED", BEGAN, STOPPED, Act.NOTHING),
        (RUNNING, GONE, BEGAN, FAILED, Act.NOTHING),
        (STOPPING, "RUNNING", END, STOPPING, Act.STOP),
        (STOPPING, "STOPPING", END, STOPPING, Act.NOTHING),
        (STOPPING, "STOPPED", END, STOPPED, Act.NOTHING),
        (STOPPING, GONE, END, STOPPED, Act.NOTHING),
    ],
)
def test_every_report_has_its_answer(
    before: str, status: str, at: float, after: str, act: Act
) -> None:
    """Without this, a model would be started twice, stopped too soon, or never."""
    found, _changes, done = observe(state(before), Look(status, at), wanted_stop=False)
    assert (found.state, done) == (after, act)


def test_a_start_whose_answer_was_lost_is_waited_for_past_the_end() -> None:
    """Without this, a start that arrives late would run with nobody to stop it."""
    sent = state(ASKED, sent=True)
    found, _, act = observe(sent, Look("STOPPED", END + SETTLED - 1), wanted_stop=False)
    assert (found.state, act) == (ASKED, Act.NOTHING)
    late, _, act = observe(sent, Look("RUNNING", END + 5), wanted_stop=False)
    assert (late.state, act) == (RUNNING, Act.STOP)
    over, _, _ = observe(sent, Look("STOPPED", END + SETTLED), wanted_stop=False)
    assert over.state == STOPPED


def test_nothing_is_done_with_a_model_that_is_not_ours() -> None:
    """Without this, a model that somebody else runs would be stopped."""
    before = RunState()
    assert observe(before, Look("RUNNING", END), wanted_stop=True) == (before, (), Act.NOTHING)


@pytest.mark.parametrize(("share", "said"), [(49, 0), (50, 50), (79, 50), (80, 80), (99, 80)])
def test_reminders_come_once_each(share: int, said: int) -> None:
    """Without this, people would hear of the cost never, or each minute."""
    at = BEGAN + (END - BEGAN) * share / 100
    found, changes, _ = observe(state(RUNNING), Look("RUNNING", at), wanted_stop=False)
    assert found.reminded == said
    assert (Change.REMINDER in changes) == bool(said)
    again, changes, _ = observe(found, Look("RUNNING", at), wanted_stop=False)
    assert (again, changes) == (found, ())


@pytest.mark.parametrize(
    ("now", "past"),
    [(0, False), (3_599, False), (3_600, True), (90_000, True), (-100, True), (-59, False)],
)
def test_the_databases_clock_decides_only_to_the_safe_side(now: float, past: bool) -> None:
    """Without this, a clock that is set back would let a model run for as much longer."""
    assert is_past(now, 3_600, 3_600) is past


def test_cost_is_by_the_unit_and_hour() -> None:
    """Without this, the meter would say another sum than the bill."""
    ran = state(STOPPED, ran_at=BEGAN, over_at=BEGAN + 5_400)
    assert ran_for(ran, 9e9) == 5_400
    assert cost(5_400, 2, 4.0) == 12.0


@dataclass
class Model:
    """A model at AWS, as slow and as forgetful as AWS may be."""

    status: str = "STOPPED"
    due: float = 0.0

    def look(self, at: float) -> str:
        if self.status in {"STARTING", "STOPPING"} and at >= self.due:
            self.status = {"STARTING": "RUNNING", "STOPPING": "STOPPED"}[self.status]
        return self.status

    def do(self, act: Act, at: float, slow: float) -> bool:
        """Whether AWS took it."""
        if act == Act.START and self.status == "STOPPED":
            self.status, self.due = "STARTING", at + slow
            return True
        if act == Act.STOP and self.status == "RUNNING":
            self.status, self.due = "STOPPING", at + slow
            return True
        return False


STEP = st.tuples(
    st.floats(0.5, 900),  # seconds until the next look
    st.sampled_from(["well", "asked in vain", "answer lost", "no answer", "killed"]),
    st.floats(0, 600),  # seconds that a start or stop takes
)


@given(steps=st.lists(STEP, max_size=25))
def test_a_model_never_stays_running_past_its_end(
    steps: list[tuple[float, str, float]],
) -> None:
    """Without this, a lost answer or a killed bot would leave a model running, and its bill."""
    model, known, at = Model(), HELD, BEGAN
    for gap, weather, slow in [*steps, *[(400.0, "well", 300.0)] * 20]:
        at += gap
        status = model.look(at)
        if weather == "no answer":
            continue
        after, _, act = observe(known, Look(status, at), wanted_stop=False)
        if act == Act.NOTHING:
            known = after
            continue
        if act == Act.START:
            known = msgspec.structs.replace(after, sent=True)  # written before AWS is asked
        if weather != "asked in vain":
            taken = model.do(act, at, slow)
            if weather == "well" and taken:
                named = STARTING if act == Act.START else STOPPING
                known = msgspec.structs.replace(known if act == Act.START else after, state=named)
    assert at > END
    assert known.state in {STOPPED, FAILED}
    assert model.status == "STOPPED"
