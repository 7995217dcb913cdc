"""A labeling job's card and the window that stops it (pure).

Promises to the outbox: every message says in its plain text what its blocks say, names people
without pinging them (only an end mentions the requester, once), shows only buttons that work now,
and fits Slack's limits in any case.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.base.blocks import (
    Block,
    actions,
    bar,
    context,
    count,
    date,
    duration,
    in_a_row,
    modal,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.jobs import lifecycle
from bot.jobs.actions import JOB_ACTIONS, Shown
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState
from bot.people.action import buttons_on

JOB_STOP_VIEW = "job_stop_view"
# Slack makes a new id up at every edit for a block that has none, and a press that is on its way
# then names a block that is gone.
BUTTONS = "buttons"

_NAME = 70
_DATASETS_SHOWN = 4  # of each kind one may stand; the others failed

_STATES = {
    lifecycle.ASKED: "Waiting to launch",
    lifecycle.LAUNCHING: "Launching",
    lifecycle.INITIALIZING: "Getting ready",
    lifecycle.IN_PROGRESS: "In progress",
    lifecycle.STOPPING: "Stopping",
    lifecycle.COMPLETED: "Completed",
    lifecycle.FAILED: "Failed",
    lifecycle.STOPPED: "Stopped",
    lifecycle.REFUSED: "Not launched",
}


def root_card(job: JobFacts, state: JobState, now: datetime) -> Message:
    """The job's one message in its channel, edited in place; its thread is the job's thread."""
    word = state_word(job, state)
    progress = progress_words(job, state, now)
    drawing = f"{bar(state.done, state.total)}  " if state.total else ""
    facts = "\n".join([*_datasets(state), _facts(job)])
    small = _small(job, state)
    blocks = [section(f"*{job.called}* · {word}\n{drawing}{progress}\n{facts}")]
    if buttons := job_buttons(job, state):
        blocks.append(actions(*buttons, block_id=BUTTONS))
    blocks.append(context(small))
    stop = "" if progress.endswith(("…", ".")) else "."
    said = facts.replace("\n", ". ")
    return Message(f"{job.called}: {word}. {progress}{stop} {said}. {small}", blocks)


def state_word(job: JobFacts, state: JobState) -> str:
    """The state in words."""
    if job.set_aside and not state.ended:
        return "Set aside"
    if job.stop_wanted and state.state in (
        lifecycle.ASKED,
        lifecycle.LAUNCHING,
        *lifecycle.STOPPABLE,
    ):
        return _STATES[lifecycle.STOPPING]
    return "Completed with errors" if state.has_errors else _STATES.get(state.state, state.state)


def progress_words(job: JobFacts, state: JobState, now: datetime) -> str:
    """How far it is, in words: what the bar shows, the pace, or how it ended."""
    if not state.ended and (waiting := _waiting_words(job, state)):
        return waiting
    if state.state == lifecycle.REFUSED:
        return typed(state.cause, 600) or f"Nothing was created at {job.engine.place}"
    if state.withdrawn:
        return f"It was taken back; nothing was created at {job.engine.place}"
    if state.ended:
        cause = (
            f"{typed(state.cause, 600)} · "
            if state.state == lifecycle.FAILED and state.cause
            else ""
        )
        result = result_words(state)
        return f"{cause}{result}" if cause else f"{result[0].upper()}{result[1:]}"
    return _going_words(job, state, now)


def _going_words(job: JobFacts, state: JobState, now: datetime) -> str:
    """How far a job is that goes on: what the bar shows, and the pace."""
    if state.unanswered_since:
        return _unanswered_words(job, state, state.unanswered_since)
    if not state.total:
        return f"Counting the {job.noun}s…"
    machine = f" · {state.machine:,} of them by machine" if state.machine else ""
    return (
        f"{state.done:,} of {state.total:,} ({state.percent} %){machine} · {_pace(job, state, now)}"
    )


def _unanswered_words(job: JobFacts, state: JobState, since: datetime) -> str:
    """How far it was when its engine ceased to answer, and since when."""
    known = f"{state.done:,} of {state.total:,} ({state.percent} %) · " if state.total else ""
    return (
        f"{known}{job.engine.place} has not answered since {date(since, '{time}')}; it is asked "
        "again by itself"
    )


def _waiting_words(job: JobFacts, state: JobState) -> str:
    """What a job waits for when nobody labels it yet; "" for any other."""
    if job.set_aside:
        return f"Not looked at any more: {typed(job.set_aside, 600)}"
    if state.state not in (lifecycle.ASKED, lifecycle.LAUNCHING):
        return ""
    if job.next_try:
        why = typed(state.trouble, 600) or f"{job.engine.place} does not answer"
        return f"{why}; next try {date(job.next_try, '{time}')}"
    asked, place = state.state == lifecycle.ASKED, job.engine.place
    if job.stop_wanted:
        sent = "" if asked else f"; if {place} has it already, it is stopped there"
        return f"It is taken back{sent}"
    return f"It is sent to {place} in a moment" if asked else f"It is being sent to {place}"


def result_words(state: JobState) -> str:
    """What an ended job leaves: "1,233 labeled, 7 not, in 2 days 4 hours"."""
    took = ""
    if state.launched_at and state.ended_at:
        took = f", in {duration((state.ended_at - state.launched_at).total_seconds())}"
    if not state.total:
        return "nothing was labeled"
    return f"{state.labeled:,} labeled, {state.total - state.labeled:,} not{took}"


def job_of(view: Mapping[str, Any]) -> str:
    """The job's id that the stop window carries; "" for any other window."""
    try:
        return str(json.loads(view.get("private_metadata") or "{}").get("job", ""))
    except ValueError:
        return ""


def stop_modal(job: JobFacts, state: JobState) -> Block:
    """What stopping does, before it is done. The submit carries {"job": id}."""
    words = [
        section(f"*{job.called}* · {state_word(job, state)}"),
        section(_what_stopping_does(job, state)),
        context(
            f"job {typed(job.name, _NAME)} · {typed(job.team_name, _NAME)} sees no more tasks of it"
        ),
    ]
    metadata = {"job": job.id}
    return modal(
        "Stop this job",
        words,
        callback_id=JOB_STOP_VIEW,
        submit="Stop job",
        close="Keep it",
        metadata=metadata,
    )


def _what_stopping_does(job: JobFacts, state: JobState) -> str:
    """What becomes of the labels and of the rest."""
    place = job.engine.place
    if state.state == lifecycle.ASKED:
        return (
            f"It has not been sent to {place} yet, and will not be. Its name is free for another "
            "job."
        )
    if state.state == lifecycle.LAUNCHING:
        return (
            f"{place} may have it already: then it is stopped there. If not, it will not be sent. "
            "The thread tells which."
        )
    kept = "There are no labels yet."
    if state.labeled:
        they = "it is" if state.labeled == 1 else "they are"
        kept = f"{count(state.labeled, 'label')} so far: {they} kept."
    rest = f"{count(state.unlabeled, job.noun)} will stay without labels." if state.total else ""
    after = f"A stopped job cannot go on at {place}."
    if job.stop_is_soft:
        after = "Nobody gets a new task; people may still hand in what they began."
    return f"{kept} {rest}\n{after}"


def _facts(job: JobFacts) -> str:
    """Task type, team and labels."""
    each = "one person" if job.workers_per_object == 1 else f"{job.workers_per_object} people"
    kind = job.kind.title if job.kind else "Labeling"
    labels = f" · labels: {typed(in_a_row(job.labels), 200)}" if job.labels else ""
    return f"{kind} · {typed(job.team_name, _NAME) or 'no team'}, {each} per {job.noun}{labels}"


def _small(job: JobFacts, state: JobState) -> str:
    """The grey line."""
    parts = []
    if job.asked_by_name:
        parts.append(
            f"{'followed' if job.read_only else 'asked'} by {typed(job.asked_by_name, _NAME)}"
        )
    if job.read_only:
        parts.append("read only")
    if job.expires_at and not state.ended:
        parts.append(f"closes {date(job.expires_at)}")
    if state.last_label_at:
        parts.append(f"last label {date(state.last_label_at, '{date_short_pretty} {time}')}")
    if state.failed:
        parts.append(f"{state.failed:,} failed")
    return " · ".join([*parts, f"job {typed(job.name, _NAME)}"])


def job_buttons(job: JobFacts, state: JobState) -> list[Block]:
    """Only what works now. Who may press is asked at the press."""
    return buttons_on(JOB_ACTIONS, Shown(job, state), job.id, job.name)


def _datasets(state: JobState) -> list[str]:
    """A line for each dataset made of the labels; its own message stands in the thread."""
    return [
        (
            f"Dataset {typed(one.name, _NAME)} ({one.kind} set of project "
            f"{typed(one.project, _NAME)}): {one.state}"
        )
        for one in state.datasets[-_DATASETS_SHOWN:]
    ]


def _pace(job: JobFacts, state: JobState, now: datetime) -> str:
    """The rate and what is left of it, or since when there are labels."""
    per_hour = lifecycle.rate(state)
    if not state.unlabeled:
        return f"{job.engine.place} writes the results"
    if per_hour is not None:
        left = lifecycle.seconds_left(state)
        rest = f", about {_such(left)} left" if left is not None else ""
        return f"about {_about(per_hour)} an hour while people work{rest}"
    if state.first_label_at:
        return f"First labels came {duration((now - state.first_label_at).total_seconds())} ago"
    return "No labels yet" if not state.labeled else "Too early to tell how fast it goes"


def _about(number: float) -> str:
    """A number rounded as people round: two digits that count, at least 1."""
    whole = max(1, round(number))
    return f"{round(whole, 2 - len(str(whole))) if whole >= 100 else whole:,}"  # noqa: PLR2004


def _such(seconds: float) -> str:
    """Working time: such hours from two hours on, such minutes below."""
    if seconds >= 7200:  # noqa: PLR2004
        return count(int(_about(seconds / 3600).replace(",", "")), "such hour")
    return count(max(1, round(seconds / 60)), "such minute")
