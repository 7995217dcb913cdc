"""A labeling job's card and the window that stops it (pure).

Promises to the outbox: every message says in its plain text what its blocks say, names people
without pinging them (only an end mentions the requester, once), shows only buttons that work now,
and fits Slack's limits in any case.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.base.blocks import (
    Block,
    actions,
    bar,
    code,
    context,
    count,
    date,
    duration,
    modal,
    moment,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.jobs import lifecycle
from bot.jobs.actions import JOB_ACTIONS, Shown
from bot.jobs.chained import ADJUST, AGAIN, CONTINUE, VERIFY
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState, remedy
from bot.people.action import buttons_on

JOB_STOP_VIEW = "job_stop_view"
# Slack makes a new id up at every edit for a block that has none, and a press that is on its way
# then names a block that is gone.
BUTTONS = "buttons"

_NAME = 70
_DATASETS_SHOWN = 4  # of each kind one may stand; the others failed
_NEXTS_SHOWN = 4  # each stands in the thread with a card of its own

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


def root_card(job: JobFacts, state: JobState) -> Message:
    """The job's one message in its channel, edited in place; its thread is the job's thread.

    Four lines at most while it lives, one or two when it is over; the rest is in [Status].
    """
    word, outcome = state_word(job, state), _outcome(state)
    lines = [*_lines(job, state), *_datasets(state), *_chained(job, state)]
    head = f"*{job.called}* · {word}"
    if outcome:
        head += f": {outcome}"
    shown = [head, *lines]
    if _is_counted(job, state):
        shown[1] = f"{bar(state.labeled, state.total, state.failed)}  {shown[1]}"
    blocks = [section("\n".join(shown))]
    if buttons := job_buttons(job, state):
        blocks.append(actions(*buttons, block_id=BUTTONS))
    small, name = _small(job, state), typed(job.name, _NAME)
    blocks.append(context(" · ".join([*small, name])))
    told = [_capital(outcome), *lines] if outcome else lines
    said = " ".join(line if line.endswith(("…", ".")) else f"{line}." for line in told)
    return Message(f"{job.called}: {word}. {said} {' · '.join([*small, f'job {name}'])}", blocks)


def state_word(job: JobFacts, state: JobState) -> str:
    """The state in words."""
    if job.set_aside and not state.ended:
        return "Paused after errors"
    if job.stop_wanted and state.state in (
        lifecycle.ASKED,
        lifecycle.LAUNCHING,
        *lifecycle.STOPPABLE,
    ):
        return _STATES[lifecycle.STOPPING]
    return "Completed with errors" if state.has_errors else _STATES.get(state.state, state.state)


def standing(job: JobFacts, state: JobState) -> tuple[str, str]:
    """Where a job does not go on: its state's name, and how it stands in a sentence; two empty
    texts while it goes on.
    """
    if not state.ended and not job.set_aside:
        return "", ""
    how = (_outcome(state) or progress_words(job, state)).rstrip(".")
    words = f"{state_word(job, state)}: {how}."
    if state.ended:
        return state.state, f"The job is over. {words}"
    return "paused", f"The job does not go on. {words}"


def progress_words(job: JobFacts, state: JobState) -> str:
    """How far it is, in one line of words: the numbers and the pace, or how it ended."""
    outcome = _outcome(state)
    if outcome:
        return _capital(outcome)
    if not _is_counted(job, state):
        return _lines(job, state)[0]
    return " · ".join([_counts(state), *_pace(job, state), *_left(state)])


def _is_counted(job: JobFacts, state: JobState) -> bool:
    """Whether people are at it and there are numbers to show."""
    return bool(state.total) and not state.ended and not _waiting_words(job, state)


def _capital(words: str) -> str:
    """The words as the beginning of a sentence."""
    return f"{words[0].upper()}{words[1:]}"


def _outcome(state: JobState) -> str:
    """What an end left, where nothing has to be explained; "" for any other state."""
    if state.state in (lifecycle.COMPLETED, lifecycle.STOPPED) and not state.withdrawn:
        return result_words(state)
    return ""


def _lines(job: JobFacts, state: JobState) -> list[str]:
    """What stands below the title: the numbers, and who is at it; or what happened and what to
    do.
    """
    if state.ended:
        return _end_lines(job, state)
    if waiting := _waiting_words(job, state):
        return [waiting]
    team = [typed(job.team_name, _NAME)] if job.team_name else []
    if not state.total:
        return [*(_unanswered(job, state) or [_uncounted(job, state)]), *team]
    return [" · ".join([_counts(state), *_left(state)]), " · ".join([*team, *_pace(job, state)])]


def _end_lines(job: JobFacts, state: JobState) -> list[str]:
    """What a job that came to no good end is told of; nothing for the others, whose first line
    says it.
    """
    place = job.engine.place
    if state.withdrawn:
        return [f"It was withdrawn; nothing was created at {place}"]
    if state.state == lifecycle.REFUSED:
        cause = typed(state.cause, 600).rstrip(".") or f"Nothing was created at {place}"
        return [f"{cause}. Press Fix and retry: the form opens with all that was typed."]
    if state.state == lifecycle.FAILED:
        cause = typed(state.cause, 600).rstrip(".") or f"{place} gave no reason"
        return [" ".join(filter(None, (f"{cause}.", kept_words(job, state), remedy(state.cause))))]
    return []


def kept_words(job: JobFacts, state: JobState) -> str:
    """What is safe of a job that did not come to its end."""
    if not state.labeled:
        return "There were no labels yet."
    rest = state.total - state.labeled
    without = f"; {count(rest, f'{job.noun} has none', f'{job.noun}s have none')}" if rest else ""
    if state.labeled == 1:
        return f"The label is kept{without}."
    return f"The {count(state.labeled, 'label')} are kept{without}."


def _counts(state: JobState) -> str:
    """How many are through, and how: the failed ones apart."""
    machine = f" · {state.machine:,} of them by machine" if state.machine else ""
    failed = f" · {state.failed:,} failed" if state.failed else ""
    if backlog := backlog_words(state):
        return f"{backlog}{failed}"
    return f"{state.done:,} of {state.total:,}{machine}{failed}"


def _uncounted(job: JobFacts, state: JobState) -> str:
    """What is said before there are numbers; a streaming job may have no objects yet."""
    if state.stream is None or state.state == lifecycle.INITIALIZING:
        return f"Counting the {job.noun}s…"
    if state.stream.sent or state.stream.to_send:
        return backlog_words(state)
    return f"Waits for the first {job.noun}: {code(f'/labeljob send {job.name}')} brings some"


def backlog_words(state: JobState) -> str:
    """How many objects of a streaming job came, are labeled, wait for people, and are still being
    sent; "" for any other job.
    """
    stream = state.stream
    if stream is None:
        return ""
    came = max(stream.sent, state.total)
    parts = [f"{came:,} sent", f"{state.labeled:,} labeled", f"{came - state.done:,} waiting"]
    if stream.to_send:
        parts.append(f"{stream.to_send:,} on the way")
    return " · ".join(parts)


def _left(state: JobState) -> list[str]:
    """The work that is left, once a rate is known."""
    left = lifecycle.seconds_left(state)
    return [] if left is None else [f"about {work_words(left)} of work left"]


def _unanswered(job: JobFacts, state: JobState) -> list[str]:
    """Since when its engine has not answered; nothing while it does."""
    if state.unanswered_since is None:
        return []
    since = date(state.unanswered_since, "{time}")
    return [f"{job.engine.place} has not answered since {since}; it is asked again by itself"]


def _waiting_words(job: JobFacts, state: JobState) -> str:
    """What a job waits for when nobody labels it yet; "" for any other."""
    if job.set_aside:
        return f"No longer tried: {typed(job.set_aside, 600)}"
    if state.state not in (lifecycle.ASKED, lifecycle.LAUNCHING):
        return ""
    if job.next_try:
        why = typed(state.trouble, 600) or f"{job.engine.place} does not answer"
        return f"{why}; next try {date(job.next_try, '{time}')}"
    if state.state == lifecycle.ASKED and not job.stop_wanted and (far := _how_far(job, state)):
        return far
    asked, place = state.state == lifecycle.ASKED, job.engine.place
    if job.stop_wanted:
        sent = "" if asked else f"; if {place} has it already, it is stopped there"
        return f"It is being withdrawn{sent}"
    return f"It is sent to {place} in a moment" if asked else f"It is being sent to {place}"


def _how_far(job: JobFacts, state: JobState) -> str:
    """How far it is before it is sent; "" where that takes no time."""
    if state.stored and state.stored.done < state.stored.of:
        return f"Storing {job.noun}s {state.stored.done:,} of {state.stored.of:,}"
    if state.looked:
        of = f" of {state.looked.of:,}" if state.looked.of else ""
        return f"{state.looked.done:,}{of} {job.noun}s looked at"
    return ""


def result_words(state: JobState) -> str:
    """What an ended job leaves: "1,233 labeled, 7 not, in 2 days 4 hours"."""
    took = ""
    if state.launched_at and state.ended_at:
        took = f", in {duration((state.ended_at - state.launched_at).total_seconds())}"
    if not state.labeled:
        return "nothing was labeled"
    machine = f", {state.machine:,} of them by machine" if state.machine else ""
    if state.labeled == state.total:
        return f"all {state.total:,} labeled{machine}{took}"
    parts = [f"{state.labeled:,} labeled{machine}"]
    if state.failed:
        parts.append(f"{state.failed:,} failed")
    if state.unlabeled:
        parts.append(f"{state.unlabeled:,} not")
    return f"{', '.join(parts)}{took}"


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


def _small(job: JobFacts, state: JobState) -> list[str]:
    """The grey line, but for the job's name."""
    parts = []
    if job.asked_by_name:
        by = "followed by " if job.read_only else ""
        parts.append(f"{by}{typed(job.asked_by_name, _NAME)}")
    if job.read_only:
        parts.append("read only")
    if job.expires_at and not state.ended:
        parts.append(f"ends {date(job.expires_at)}")
    if state.stream and not state.ended:
        parts.append("streaming, until it is stopped")
        if state.stream.fed and job.feed_folder:
            parts.append(f"fed by {code(job.feed_folder, 300)}")
    return parts


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


_COMES = {
    VERIFY: "Judges the labels of {}",
    ADJUST: "Corrects the labels of {}",
    CONTINUE: "Goes on with {}",
    AGAIN: "Labels {} again",
}
_GOES = {
    VERIFY: "Judged in {}",
    ADJUST: "Corrected in {}",
    CONTINUE: "Goes on in {}",
    AGAIN: "Labeled again in {}",
}


def _chained(job: JobFacts, state: JobState) -> list[str]:
    """Which job it comes after, and those that come after it."""
    before = [job.chain] if job.chain else []
    return [
        *(_COMES[one.how].format(typed(one.name, _NAME)) for one in before),
        *(_GOES[one.how].format(typed(one.name, _NAME)) for one in state.nexts[-_NEXTS_SHOWN:]),
    ]


def _pace(job: JobFacts, state: JobState) -> list[str]:
    """The rate and the last label, or since when there are labels. Moments, not ages: nobody edits
    the card while nothing changes.
    """
    if silent := _unanswered(job, state):
        return silent
    if not state.unlabeled and state.stream is None:
        return [f"{job.engine.place} writes the results"]
    per_hour = lifecycle.rate(state)
    if per_hour is not None:
        last = [f"last label {moment(state.last_label_at)}"] if state.last_label_at else []
        return [f"{_about(per_hour)} an hour while people work", *last]
    if state.first_label_at:
        return [f"first label {moment(state.first_label_at)}"]
    return ["No labels yet" if not state.labeled else "Too early to tell how fast it goes"]


def _about(number: float) -> str:
    """A number rounded as people round: two digits that count, at least 1."""
    whole = max(1, round(number))
    return f"{round(whole, 2 - len(str(whole))) if whole >= 100 else whole:,}"  # noqa: PLR2004


def work_words(seconds: float) -> str:
    """Working time: hours from two hours on, minutes below."""
    if seconds >= 7200:  # noqa: PLR2004
        return count(int(_about(seconds / 3600).replace(",", "")), "hour")
    return count(max(1, round(seconds / 60)), "minute")
