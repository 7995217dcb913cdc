"""The life of a run: a model that is started, costs money while it runs, and is stopped at its end
(pure).

Promises to the worker: `observe` says of every status that AWS may report what is known afterwards,
what changed, and what is to be done now. Whatever AWS answers, and in whatever order, a model that
runs past its end is told to stop, again and again until AWS says that it has stopped.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from bot.base.moments import MARGIN

ASKED, STARTING, RUNNING, STOPPING = "asked", "starting", "running", "stopping"
STOPPED, FAILED, REFUSED = "stopped", "failed", "refused"

ENDED: tuple[str, ...] = (STOPPED, FAILED, REFUSED)
REMINDERS = (50, 80)  # percent of its time after which people are reminded; 100 is its end

END = "its end"  # who stopped it, where nobody did
GONE = "GONE"  # ours: AWS knows no such model (any more)
# AWS: it can be started, and costs nothing
IDLE = frozenset({"TRAINING_COMPLETED", "COPYING_COMPLETED", "STOPPED"})
_AT_WORK = frozenset({"STARTING", "RUNNING", "STOPPING"})
SETTLED = 60.0  # seconds after which a start whose answer was lost can be seen at AWS


class RunState(msgspec.Struct, frozen=True):
    """What is known of a run.

    Moments are seconds since 1970 by AWS's own clock, which no clock of ours can lead astray:
    `began_at` is when it was asked of AWS, `ends_at` its end, `ran_at` when it was first seen
    running, `over_at` when it was seen to have stopped. `reserved`: the model was found idle, and
    what runs from now on is ours. `sent`: a start was sent. `reminded` is the last reminder, in
    percent. `trouble` is why it could not be stopped so far.
    """

    state: str = ASKED
    reserved: bool = False
    sent: bool = False
    began_at: float = 0.0
    ends_at: float = 0.0
    ran_at: float = 0.0
    over_at: float = 0.0
    reminded: int = 0
    stopped_by: str = ""
    cause: str = ""
    trouble: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED


class Change(StrEnum):
    """What can change in a run."""

    RUNNING = "running"
    REMINDER = "reminder"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"


class Act(StrEnum):
    """What is to be done at AWS now."""

    NOTHING = "nothing"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Look:
    """What AWS says of the model: its status, and the time by AWS's clock."""

    status: str
    at: float
    message: str = ""


def is_past(now: float, ends_at: float, span: float) -> bool:
    """Whether its end has come by the database's clock, for when AWS does not tell the time.

    A moment is not believed that lies further ahead than the whole run may last (`span` seconds):
    that clock was set back since.
    """
    return now >= ends_at or ends_at > now + span + MARGIN


def observe(
    before: RunState, look: Look, *, wanted_stop: bool
) -> tuple[RunState, tuple[Change, ...], Act]:
    """What is known after a look, what changed, and what is to be done; `wanted_stop`: somebody
    wants it stopped before its end.
    """
    if before.ended or not before.reserved:
        return before, (), Act.NOTHING
    past = wanted_stop or look.at >= before.ends_at
    if look.status not in _AT_WORK:
        return _at_rest(before, look, past=past)
    if look.status == "RUNNING":
        return _running(before, look, past=past)
    # UNSURE: whether a model that starts can be stopped; here its running is waited for.
    state = STARTING if look.status == "STARTING" else STOPPING
    if state == STARTING and before.state != ASKED:
        state = before.state  # a report that came late
    return msgspec.structs.replace(before, state=state), (), Act.NOTHING


def _at_rest(
    before: RunState, look: Look, *, past: bool
) -> tuple[RunState, tuple[Change, ...], Act]:
    """The model does not run: it has yet to be started, or it is over."""
    if look.status not in IDLE and before.state != STOPPING:
        cause = look.message or f"AWS says that the model is {look.status.lower()}."
        if look.status == GONE:
            cause = "Somebody deleted the model at AWS."
        after = _over(before, FAILED, look.at, cause=cause)
        return after, (Change.FAILED,), Act.NOTHING
    if before.state != ASKED:
        return _over(before, STOPPED, look.at), (Change.STOPPED,), Act.NOTHING
    if not past:
        return before, (), Act.START
    if before.sent and look.at < before.ends_at + SETTLED:
        return before, (), Act.NOTHING  # the start may yet arrive
    after = _over(before, STOPPED, look.at, cause="It was never started.")
    return after, (Change.STOPPED,), Act.NOTHING


def _running(
    before: RunState, look: Look, *, past: bool
) -> tuple[RunState, tuple[Change, ...], Act]:
    after = before
    changes: tuple[Change, ...] = ()
    if before.state in {ASKED, STARTING}:
        after = msgspec.structs.replace(before, state=RUNNING, ran_at=look.at)
        changes = (Change.RUNNING,)
    if past:
        return after, changes, Act.STOP
    due = _reminder(after, look.at)
    if due > after.reminded:
        after = msgspec.structs.replace(after, reminded=due)
        changes = (*changes, Change.REMINDER)
    return after, changes, Act.NOTHING


def _over(before: RunState, state: str, at: float, *, cause: str = "") -> RunState:
    return msgspec.structs.replace(before, state=state, over_at=at, cause=cause, trouble="")


def _reminder(state: RunState, at: float) -> int:
    """The last reminder that is due, in percent; 0 for none."""
    share = 100 * (at - state.began_at) / max(1.0, state.ends_at - state.began_at)
    return max((each for each in REMINDERS if share >= each), default=0)


def ran_for(state: RunState, at: float) -> float:
    """Seconds that it has run until `at`, which AWS bills."""
    if not state.ran_at:
        return 0.0
    return max(0.0, (state.over_at or at) - state.ran_at)


def cost(seconds: float, units: int, price: float) -> float:
    """What so many seconds of so many inference units cost, in dollars; `price` is that of a unit's
    hour.
    """
    return seconds / 3600 * units * price
