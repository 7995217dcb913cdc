"""Answers to a person who asks how it goes (pure): status, lists, help, and refusals in words."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.base.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    count,
    cut,
    date,
    divider,
    fit,
    in_a_row,
    link,
    moment,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.jobs import lifecycle
from bot.jobs.actions import JOB_ACTIONS, POST_STATUS_ID, SAVE_PRESET_ID, STATUS_BUTTON, STOP_BUTTON
from bot.jobs.cards.card import progress_words, root_card, state_word
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import LIVE, JobState
from bot.people.action import help_lines

NOTHING_RUNNING = (
    "Nothing is running in this channel. `/labeljob create` asks for a job, `/labeljob list` "
    "shows old ones."
)
NO_JOBS = "This channel has no labeling jobs yet. `/labeljob create` asks for one."

_NAME = 70
_SOON_S = 86_400.0  # a job that ends within a day is looked at first

Rows = Sequence[tuple[JobFacts, JobState]]


def status_message(job: JobFacts, state: JobState, *, with_button: bool = True) -> Message:
    """The card's facts with what is asked of people, times, places and links. For one person; [Post
    in thread] shows it to all.

    `with_button` is false for the copy that is posted.
    """
    card = root_card(job, state)
    task, times = _task(job), " · ".join(_times(job, state))
    where = _where(job, state)
    portal = ""
    if job.portal_url and not state.ended:
        portal = link(job.portal_url, "worker portal")
    kept = [block for block in card.blocks if block["type"] != "actions"]
    places = " · ".join(filter(None, (where, portal)))
    blocks = [*kept, context(task), context(*filter(None, (times, places)))]
    if with_button:
        buttons = [button("Post in thread", POST_STATUS_ID, job.id)]
        if state.ended and not job.read_only:
            buttons.append(button("Save as preset…", SAVE_PRESET_ID, job.id))
        blocks.append(actions(*buttons, block_id="status"))
    text = f"{card.text}. {task}. {times}." + (f" {where}" if where else "")
    return Message(text, blocks)


def _where(job: JobFacts, state: JobState) -> str:
    """Where the results lie, or will; "" for a job that never ran."""
    if state.state == lifecycle.REFUSED or state.withdrawn:
        return ""
    return f"Results: {code(state.output_uri or job.output_uri)}"


def status_table(jobs: Rows, now: datetime) -> Message:
    """Several jobs, the worst first: failed, ending soon, running, waiting, ended."""
    if not jobs:
        return Message(NOTHING_RUNNING, [section(NOTHING_RUNNING)])
    worst = sorted(jobs, key=lambda one: _worst(one[0], one[1], now))
    lead = f"{count(len(worst), 'job')} in this channel, the most urgent first"
    return _table(worst, lead, "Name one for more: /labeljob status name.")


def list_message(jobs: Rows, *, filters: str = "") -> Message:
    """Every job of the channel, in the order given; `filters` says in words what was left out."""
    if not jobs:
        words = f"No job of this channel fits “{typed(filters)}”." if filters else NO_JOBS
        return Message(words, [section(words)])
    lead = (
        f"{count(len(jobs), 'job')} in this channel{f' for “{typed(filters)}”' if filters else ''}"
    )
    return _table(jobs, lead, "Name one for more: /labeljob status name.")


def fits(job: JobFacts, state: JobState, wanted: str, me: str = "") -> bool:
    """Whether a job fits each word of `wanted`: a part of its state, owner, task type, team or
    name.

    `owner:mara`, `--state=failed` and `mara failed` are read alike; "running" is said for what goes
    on, "open" for what is not over, "done" for what is, "mine" for what `me` asked for.
    """
    kind = job.kind.title if job.kind else ""
    said = ["running"] if state.state in LIVE else []
    said.append("done" if state.ended else "open")
    if me and job.asked_by == me:
        said.append("mine")
    known = " ".join(
        (state_word(job, state), *said, job.asked_by_name, kind, job.team_name, job.name)
    ).lower()
    return all(re.split("[:=]", word)[-1] in known for word in wanted.lower().split())


def help_message(place: str, *, unknown: str = "") -> Message:
    """What can be typed; `place` is where labeling happens, `unknown` a word that was typed
    instead.
    """
    lines = [f"{code(command)} {words}" for command, words in help_lines(JOB_ACTIONS, place)]
    lead = (
        f"There is no {code(unknown, 40)} here. You can type:"
        if unknown
        else "Labeling jobs from this channel:"
    )
    text = "\n".join([lead, *lines])
    return Message(
        text, [section(text), context("A job belongs to the channel where it was requested.")]
    )


def no_such_job(name: str, known: Sequence[str] = (), *, meant: Sequence[str] = ()) -> str:
    """No job of that name in this channel, in plain words; `known` are jobs there are, `meant`
    those whose names are like it.
    """
    near = "It has no jobs yet; /labeljob create asks for one."
    if meant:
        near = f"Did you mean {' or '.join(meant)}?"
    elif known:
        near = f"Jobs here: {', '.join(known)}."
    return f"This channel has no job “{cut(name, 80)}”. {near}"


def several_titled(title: str, names: Sequence[str]) -> str:
    """Several jobs of the channel have a title; each is meant by its name."""
    return f"{len(names)} jobs are called “{cut(title, 80)}”. Name one: {', '.join(names[:5])}."


def stop_message(job: JobFacts, state: JobState) -> Message:
    """A job and the button that asks for the confirmation of its stop."""
    words = (
        f"*{job.called}* · {state_word(job, state)}. Press the button to stop it; you are asked "
        "once more."
    )
    stop = STOP_BUTTON.plain("Stop…", job.id, job.name)
    return Message(words, [section(words), actions(stop)])


def hinted(message: Message, words: str) -> Message:
    """A message with one more grey line."""
    return Message(f"{message.text}\n{words}", [*message.blocks, context(words)])


def plain_message(text: str) -> Message:
    """Plain words to one person (a refusal, a receipt); nothing in them is a mark, a mention or a
    link.
    """
    said = typed(text, 2000)
    return Message(said, [section(said)])


def _table(jobs: Rows, lead: str, more: str) -> Message:
    rows = [[_row(job, state)] for job, state in jobs]
    head: list[Block] = [section(f"*{lead}*"), divider()]
    tail = [context(f"and {len(jobs):,} more. {more}")]
    shown, left = fit(rows, taken=[*head, *tail])
    blocks = [*head, *shown, *([context(f"and {left:,} more. {more}")] if left else [])]
    text = "\n".join([f"{lead}:", *(_words(job, state) for job, state in jobs[: len(shown)])])
    return Message(cut(text, 3500), blocks)


def _row(job: JobFacts, state: JobState) -> Block:
    small = [
        f"job {typed(job.name, _NAME)}",
        f"since {moment(job.created_at)}",
    ]
    if job.asked_by_name:
        small.append(
            f"{'followed' if job.read_only else 'requested'} by {typed(job.asked_by_name, _NAME)}"
        )
    if job.expires_at and not state.ended:
        small.append(f"ends {date(job.expires_at)}")
    text = (
        f"*{job.called}* · {state_word(job, state)}\n{cut(progress_words(job, state), 200)}\n"
        f"{' · '.join(small)}"
    )
    return section(text, accessory=STATUS_BUTTON.plain("Status", job.id, job.name))


def _words(job: JobFacts, state: JobState) -> str:
    return f"{job.called}: {state_word(job, state)}, {cut(progress_words(job, state), 200)}"


def _task(job: JobFacts) -> str:
    """Task type, how many people per object, and labels."""
    each = "one person" if job.workers_per_object == 1 else f"{job.workers_per_object} people"
    kind = job.kind.title if job.kind else "Labeling"
    labels = f" · labels: {typed(in_a_row(job.labels), 200)}" if job.labels else ""
    team = typed(job.team_name, _NAME) or "no team"
    return f"{kind} · {team}, {each} per {job.noun}{labels}"


def _begun(job: JobFacts) -> str:
    """Who has brought the job here; its moment follows."""
    word, who = "followed" if job.read_only else "requested", typed(job.asked_by_name, _NAME)
    return f"{word} by {who}," if who else word


def _times(job: JobFacts, state: JobState) -> list[str]:
    """The moments of a job's life."""
    lines = [f"{_begun(job)} {moment(job.created_at)}"]
    for word, at in (
        ("launched", state.launched_at),
        ("first label", state.first_label_at),
        ("last label", state.last_label_at),
        ("ended", state.ended_at),
    ):
        if at is not None:
            lines.append(f"{word} {moment(at)}")
    return lines


def _worst(job: JobFacts, state: JobState, now: datetime) -> tuple[int, float]:
    """Sorting: what a person must look at first comes first; within a rank the nearest end, then
    the newest.
    """
    ends = (job.expires_at - now).total_seconds() if job.expires_at else float("inf")
    if state.state in (lifecycle.FAILED, lifecycle.REFUSED):
        return 0, -job.created_at.timestamp()
    if state.state in lifecycle.LIVE:
        return (1 if ends < _SOON_S else 2), ends
    if not state.ended:
        return 3, -job.created_at.timestamp()
    return (4 if state.has_errors else 5), -job.created_at.timestamp()
