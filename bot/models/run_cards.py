"""What people read about a run (pure): its live message and the few lines in its thread.

Promises: each message has plain text that says what its blocks say; what it costs stands on the
card as long as it costs, and its end is on every message while it runs.
"""

from datetime import UTC, datetime

from bot.base.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    count,
    cut,
    duration,
    moment,
    person,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.models import run_state
from bot.models.run_facts import RunFacts
from bot.models.run_state import cost, ran_for

STOP_ID, TRY_ID, DRAFT_ID = "run_stop", "run_try", "run_draft"
_NAME = 100
_STATES = {
    run_state.ASKED: "Waiting to start",
    run_state.STARTING: "Starting",
    run_state.RUNNING: "Running",
    run_state.STOPPING: "Stopping",
    run_state.STOPPED: "Stopped",
    run_state.FAILED: "Failed",
    run_state.REFUSED: "Not started",
}


def live_card(run: RunFacts, price: float, at: float) -> Message:
    """The run's one message, edited in place; `at` is now by AWS's clock, `price` what an inference
    unit costs an hour in dollars, 0 where nobody has said.
    """
    word = _STATES[run.state.state]
    if run.stop_wanted and not run.state.ended:
        word = _STATES[run_state.STOPPING]
    said = _standing(run, price, at)
    small = _small(run)
    text = f"Model {typed(run.called, _NAME)}: {word}. {said} {small}"
    blocks: list[Block] = [section(f"*Model {typed(run.called, _NAME)}* · {word}\n{said}")]
    if buttons := _buttons(run):
        blocks.append(actions(*buttons))
    return Message(cut(text, 3500), [*blocks, context(small)])


def _buttons(run: RunFacts) -> list[Block]:
    """What can be done with it now."""
    if not can_stop(run):
        return []
    stop = button("Stop now", STOP_ID, run.id, label=f"Stop {run.called}")
    if run.state.state != run_state.RUNNING:
        return [stop]
    drafts = f"Have {run.called} label the next pictures as drafts"
    return [
        button("Try it…", TRY_ID, run.id, label=f"Try {run.called} on a picture"),
        button("Label the next batch…", DRAFT_ID, run.id, label=drafts),
        stop,
    ]


def can_stop(run: RunFacts) -> bool:
    """Whether Stop does something now."""
    return not run.state.ended and not run.stop_wanted and run.state.state != run_state.STOPPING


def _standing(run: RunFacts, price: float, at: float) -> str:
    """How it stands, in a sentence or two."""
    state = run.state
    if state.trouble and not state.ended:
        return (
            f"It could not be stopped so far: {_sentence(state.trouble)} "
            "It is tried again all the time."
        )
    if state.state == run_state.RUNNING and not run.stop_wanted:
        return f"It stops {moment(end_of(run))}. {_spent(run, price, at)}"
    if state.state == run_state.STOPPED and state.ran_at:
        return f"{_stopped(run)} {_spent(run, price, at)}"
    if state.ended:
        return _sentence(state.cause) or "It never ran and cost nothing."
    if run.stop_wanted or state.state == run_state.STOPPING:
        return "It costs money until AWS says that it has stopped."
    return f"That takes some minutes. It stops {moment(end_of(run))}, started or not."


def running_line(run: RunFacts, price: float, _at: float) -> Message:
    """It runs from now on; mentions who asked."""
    return _line(
        f"{_mention(run)}*Model {typed(run.called, _NAME)}* runs. It stops "
        f"{moment(end_of(run))}. {_rate(run, price)}"
    )


def reminder_line(run: RunFacts, price: float, at: float) -> Message:
    """A part of its time is over; mentions who asked."""
    return _line(
        f"{_mention(run)}{run.state.reminded} % of the time of *model {typed(run.called, _NAME)}* "
        f"is over. {_spent(run, price, at)} It stops {moment(end_of(run))}; "
        "[Stop now] on its card stops it at once."
    )


def stopped_line(run: RunFacts, price: float, at: float) -> Message:
    """It has stopped; mentions who asked."""
    if not run.state.ran_at:
        words = _sentence(run.state.cause) or "It never ran and cost nothing."
        return _line(f"{_mention(run)}*Model {typed(run.called, _NAME)}* is stopped. {words}")
    return _line(
        f"{_mention(run)}*Model {typed(run.called, _NAME)}* is stopped. {_stopped(run)} "
        f"{_spent(run, price, at)}"
    )


def failed_line(run: RunFacts, price: float, at: float) -> Message:
    """AWS gave it up; mentions who asked."""
    return _line(
        f"{_mention(run)}*Model {typed(run.called, _NAME)}* failed: {_sentence(run.state.cause)} "
        f"{_spent(run, price, at)}"
    )


def refused_line(run: RunFacts, _price: float, _at: float) -> Message:
    """It was not started; mentions who asked."""
    return _line(
        f"{_mention(run)}*Model {typed(run.called, _NAME)}* was not started: "
        f"{_sentence(run.state.cause)} It costs nothing."
    )


def trouble_line(run: RunFacts, words: str) -> Message:
    """It could not be stopped or looked at, told once; mentions who asked."""
    return _line(
        f"{_mention(run)}*Model {typed(run.called, _NAME)}* cannot be looked after: "
        f"{_sentence(words)} It may still run and cost money. It is tried again all the time; "
        "stop it in the AWS console meanwhile, or with `aws rekognition stop-project-version`."
    )


def stop_answer(run: RunFacts) -> str:
    """What the person hears who stops it by a command."""
    return f"Model {typed(run.called, _NAME)} is being stopped; its card tells when it is over."


def elsewhere_message(name: str, units: int, price: float) -> Message:
    """A model that runs and that no run of ours stands behind, for a manager, once a day."""
    return _line(
        f"Model {code(name, 300)} runs in AWS, and Labeljob did not start it: "
        f"{_units(units, price)}. It is billed until somebody stops it: in the AWS console, or "
        "with `aws rekognition stop-project-version`. This is told once a day."
    )


def end_of(run: RunFacts) -> datetime:
    """Its end: by AWS's clock once that is known."""
    return datetime.fromtimestamp(run.state.ends_at or run.ends_at, UTC)


def _stopped(run: RunFacts) -> str:
    if run.state.stopped_by == run_state.END:
        return "It was stopped at its end."
    if run.state.stopped_by:
        return f"{typed(run.state.stopped_by, _NAME)} stopped it."
    return "Somebody stopped it at AWS."


def _spent(run: RunFacts, price: float, at: float) -> str:
    """What it has cost so far or in all, by whole minutes."""
    minutes = ran_for(run.state, at) // 60
    lead = "It ran" if run.state.ended else "So far it has run"
    if not minutes:
        return f"{lead} less than a minute."
    said = f"{lead} {duration(minutes * 60)}"
    if not price:
        return f"{said}."
    return f"{said}: about {_dollars(cost(minutes * 60, run.units, price))}."


def _rate(run: RunFacts, price: float) -> str:
    return f"{_units(run.units, price)}."


def _units(units: int, price: float) -> str:
    said = count(units, "inference unit")
    return f"{said}, about {_dollars(cost(3600, units, price))} an hour" if price else said


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def _small(run: RunFacts) -> str:
    """The grey line."""
    parts = [
        count(run.units, "inference unit"),
        f"at most {duration(run.seconds)}",
        f"started by {typed(run.asked_by_name or run.asked_by, _NAME)}",
    ]
    return " · ".join(parts)


def _mention(run: RunFacts) -> str:
    return f"{person(run.asked_by)} " if run.asked_by else ""


def _sentence(words: str) -> str:
    said = typed(words, 900).rstrip(".")
    return f"{said}." if said else ""


def _line(text: str) -> Message:
    return Message(text, [section(text)])
