"""What the labeling team reads (pure): its queue message, the instructions, and a person's App
Home.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.base.blocks import (
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    context,
    count,
    cut,
    date,
    divider,
    duration,
    fit,
    header,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.engines.protocol import Names
from bot.jobs.actions import PORTAL_ID, QUEUE_INSTRUCTIONS_ID
from bot.jobs.cards.card import job_buttons, progress_words, state_word
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState

INSTRUCTIONS_VIEW = "job_instructions_view"
HOME_CALLBACK = "home"

_SAID = 280  # characters of the instructions in a queue message
_HOME_JOBS = 20


@dataclass(frozen=True, slots=True)
class QueueJob:
    """A job as its labeling team sees it. `left` is None before the engine has counted; `says` are
    instructions in words.
    """

    id: str
    title: str
    noun: str
    left: int | None
    closes_at: datetime | None
    says: str = ""
    has_instructions: bool = True


def queue_card(  # noqa: PLR0913 - what the message is made of
    team_name: str,
    portal_url: str,
    jobs: Sequence[QueueJob],
    now: datetime,
    *,
    engine: Names,
    ping: str = "",
) -> Message:
    """The team's one message, edited as jobs open and close.

    `ping` is a mention of the team's own choosing (already in Slack's form) for the one message
    that follows an empty queue; edits leave it out.
    """
    if not jobs:
        return queue_empty(team_name)
    lead = f"{typed(team_name, 80)}: {count(len(jobs), 'job')} to label"
    head = [section(f"{ping + ' ' if ping else ''}*{lead}*")]
    tail = [context(_portal_names(jobs, portal_url, engine))]
    groups = [[section(_queue_words(job, now)), *_queue_buttons(job, portal_url)] for job in jobs]
    shown, left = fit(groups, taken=[*head, *tail, context("and 1,000 more in the portal")])
    more = [context(f"and {left:,} more in the portal")] if left else []
    lines = [f"{typed(job.title, 130)}, {_left(job)}" for job in jobs[:20]]
    text = f"{ping + ' ' if ping else ''}{lead}: {cut('; '.join(lines), 2500)}"
    return Message(text, [*head, *shown, *more, *tail])


def queue_empty(
    team_name: str, *, done: int = 0, since: datetime | None = None, noun: str = "picture"
) -> Message:
    """All is done; how many objects since when, if that is known."""
    sum_up = f" {count(done, noun)} done since {date(since)}." if done and since else ""
    text = f"{typed(team_name, 80)}: nothing to label now.{sum_up}"
    return Message(text, [section(text)])


def queue_left(team_name: str) -> Message:
    """The team is told of work elsewhere, or nowhere, from now on."""
    text = f"{typed(team_name, 80)} is told of work in this channel no more."
    return Message(text, [section(text)])


def without_pictures(view: Block, complaint: str) -> Block:
    """The window without the pictures that Slack complains of by their place; without any where it
    names none.
    """
    places = {int(number) for number in re.findall(r"/view/blocks/(\d+)/image_url", complaint)}
    blocks = [
        context(
            f"{typed(block['alt_text'], 200)} (this picture cannot be shown: it is gone, or "
            "cannot be read)"
        )
        if block["type"] == "image" and (number in places or not places)
        else block
        for number, block in enumerate(view["blocks"])
    ]
    return {**view, "blocks": blocks}


def home_view(
    person: str,
    my_jobs: Sequence[tuple[JobFacts, JobState]],
    *,
    now: datetime,
    first_visit: bool = False,
    my_queue: Sequence[tuple[QueueJob, str]] = (),
) -> Block:
    """A person's App Home: open tasks, own jobs; on the first visit three things to do. `my_queue`:
    job and portal.
    """
    blocks: list[Block] = [header(f"Hello {person}" if person else "Hello")]
    if first_visit:
        blocks += _first_visit()
    blocks.append(section("*To label*" if my_queue else "*To label*\nNothing waits for you now."))
    for job, portal in my_queue[:_HOME_JOBS]:
        blocks += [section(_queue_words(job, now)), *_queue_buttons(job, portal)]
    asked = [each for each in my_jobs if not each[0].read_only]
    followed = [each for each in my_jobs if each[0].read_only]
    blocks += [
        divider(),
        section("*Jobs you asked for*" if asked else "*Jobs you asked for*\nNone yet."),
    ]
    for facts, state in asked[:_HOME_JOBS]:
        blocks += _my_job(facts, state, now)
    if followed:
        blocks += [divider(), section("*Jobs you follow*")]
    for facts, state in followed[:_HOME_JOBS]:
        blocks += _my_job(facts, state, now)
    hidden = max(0, len(asked) - _HOME_JOBS) + max(0, len(followed) - _HOME_JOBS)
    if hidden:
        blocks.append(context(f"and {hidden:,} more: `/labeljob list` in their channels"))
    return {"type": "home", "callback_id": HOME_CALLBACK, "blocks": blocks[:VIEW_BLOCKS]}


def _first_visit() -> list[Block]:
    return [
        section(
            "Three things to begin with:\n"
            "1. In a channel where I am a member, `/labeljob create` asks for a labeling job.\n"
            "2. The job's card in that channel shows how it goes; its thread tells what happens.\n"
            "3. Whoever labels finds open tasks here and in the team's channel."
        ),
        divider(),
    ]


def _my_job(facts: JobFacts, state: JobState, now: datetime) -> list[Block]:
    """A job of the person's with the buttons of its card."""
    text = (
        f"*{facts.called}* · {state_word(facts, state)} · <#{facts.channel}>\n"
        f"{progress_words(facts, state, now)}"
    )
    return [section(text), actions(*job_buttons(facts, state), block_id=f"job:{facts.id}")]


def _left(job: QueueJob) -> str:
    return f"{job.left:,} left" if job.left is not None else f"counting the {job.noun}s"


def _queue_words(job: QueueJob, now: datetime) -> str:
    """Title, what is left, until when, and the instructions in a sentence or two."""
    closes = ""
    if job.closes_at:
        left = (job.closes_at - now).total_seconds()
        closes = f" · closes {date(job.closes_at)}" if left > 0 else " · closing"
        if 0 < left < 86_400:  # noqa: PLR2004 - within a day the hours count
            closes += f" (in {duration(left)})"
    says = typed(job.says, _SAID)
    return f"*{typed(job.title, 130)}* · {_left(job)}{closes}" + (f"\n{says}" if says else "")


def _queue_buttons(job: QueueJob, portal_url: str) -> list[Block]:
    buttons = []
    if portal_url:
        buttons.append(button("Open portal", PORTAL_ID, job.id, style="primary", url=portal_url))
    if job.has_instructions:
        buttons.append(button("Instructions with pictures", QUEUE_INSTRUCTIONS_ID, job.id))
    return [actions(*buttons, block_id=f"queue:{job.id}")] if buttons else []


def _portal_names(jobs: Sequence[QueueJob], portal_url: str, engine: Names) -> str:
    if not portal_url:
        return f"{engine.place} has not told the portal's address yet."
    if len(jobs) == 1:
        return f"In the portal this job is called “{typed(jobs[0].title, 130)}”."
    return "In the portal the jobs are called as they are here."
