"""What the labeling team reads (pure): its queue message, the instructions, and a person's App
Home.
"""

import re
from collections.abc import Mapping, Sequence
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
from bot.jobs.cards.card import job_buttons, progress_words, state_word, work_words
from bot.jobs.form import where
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import JobState

INSTRUCTIONS_VIEW = "job_instructions_view"
HOME_CALLBACK = "home"

_SAID = 280  # characters of the instructions in a queue message
_HOME_JOBS = 20
_SPOKEN = 5  # jobs that a screen reader hears of at once
_MINUTES = 100  # seconds from which a duration is said in minutes


@dataclass(frozen=True, slots=True)
class QueueJob:
    """A job as its labeling team sees it. `left` is None and `total` 0 before the engine has
    counted; `seconds_left` is the work left at the pace of now, None before there is one; `says`
    are instructions in words.
    """

    id: str
    title: str
    noun: str
    left: int | None
    ends_at: datetime | None
    says: str = ""
    has_instructions: bool = True
    total: int = 0
    seconds_left: float | None = None


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
    lead = f"{typed(team_name, 80)}: {count(len(jobs), 'job')}{_work_left(jobs)}"
    head = [section(f"{ping + ' ' if ping else ''}*{lead}*")]
    tail = _portal(portal_url) or [
        context(f"{engine.place} has not told the portal's address yet.")
    ]
    groups = [[_queue_section(job, _queue_words(job, now))] for job in jobs]
    shown, left = fit(groups, taken=[*head, *tail, context("and 1,000 more in the portal")])
    more = [context(f"and {left:,} more in the portal")] if left else []
    lines = [f"{typed(job.title, 130)}, {_left(job)}" for job in jobs[:20]]
    text = f"{ping + ' ' if ping else ''}{lead}: {cut('; '.join(lines), 2500)}"
    return Message(text, [*head, *shown, *more, *tail])


def joined_line(jobs: Sequence[QueueJob], portal_url: str) -> Message:
    """A short line of its own for what joined a list: an edit of the list notifies nobody."""
    said = []
    for job in jobs:
        facts = [count(job.total, job.noun)] if job.total else []
        facts += [f"ends {date(job.ends_at)}"] if job.ends_at else []
        said.append(f"*{typed(job.title, 130)}* is new{': ' if facts else ''}{', '.join(facts)}.")
    groups = [[_queue_section(job, words)] for job, words in zip(jobs, said, strict=True)]
    tail = _portal(portal_url)
    shown, left = fit(groups, taken=[*tail, context("and 1,000 more in the portal")])
    more = [context(f"and {left:,} more in the portal")] if left else []
    # never cut: a date that is cut is a riddle
    plain = " ".join(words.replace("*", "") for words in said[:_SPOKEN])
    beyond = f" And {len(said) - _SPOKEN:,} more." if len(said) > _SPOKEN else ""
    return Message(f"{plain}{beyond}", [*shown, *more, *tail])


def queue_empty(
    team_name: str, done: Mapping[str, int] | None = None, since: datetime | None = None
) -> Message:
    """All is done; how many objects since when, if that is known."""
    text = f"{typed(team_name, 80)}: nothing to label now.{_done_since(done or {}, since)}"
    return Message(text, [section(text)])


def queue_ended(team_name: str, done: Mapping[str, int], since: datetime) -> Message:
    """What is left of an old list when a newer one is posted."""
    text = f"{typed(team_name, 80)}: this list is done.{_done_since(done, since)}"
    return Message(text, [section(text)])


def _done_since(done: Mapping[str, int], since: datetime | None) -> str:
    """What was done since the list was posted, after a blank; "" where nothing is known."""
    counts = [count(number, noun) for noun, number in done.items() if number]
    return f" {' and '.join(counts)} done since {date(since)}." if counts and since else ""


def _work_left(jobs: Sequence[QueueJob]) -> str:
    """The work that is left in all; "more than" where some of it is not measured yet."""
    known = [job.seconds_left for job in jobs if job.seconds_left]
    if not known:
        return ""
    whole = all(job.seconds_left or job.left == 0 for job in jobs)
    return f", {'about' if whole else 'more than'} {work_words(sum(known))} of work"


def queue_left(team_name: str) -> Message:
    """The team is told of work elsewhere, or nowhere, from now on."""
    text = f"{typed(team_name, 80)}: notices have stopped here."
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


def home_view(  # noqa: PLR0913 - the parts of the page
    person: str,
    my_jobs: Sequence[tuple[JobFacts, JobState]],
    *,
    now: datetime,
    first_visit: bool = False,
    my_queue: Sequence[tuple[QueueJob, str]] = (),
    own: Sequence[Block] = (),
) -> Block:
    """A person's App Home: open tasks, own jobs; on the first visit three things to do. `my_queue`:
    job and portal; `own` is what they labeled.
    """
    blocks: list[Block] = [header(f"Hello {person}" if person else "Hello")]
    if first_visit:
        blocks += _first_visit()
    blocks.append(section("*To label*" if my_queue else "*To label*\nNothing waits for you now."))
    for job, portal in my_queue[:_HOME_JOBS]:
        blocks += [section(_queue_words(job, now)), *_queue_buttons(job, portal)]
    blocks += own
    asked = [each for each in my_jobs if not each[0].read_only]
    followed = [each for each in my_jobs if each[0].read_only]
    blocks += [
        divider(),
        section(
            "*Jobs you asked for*" if asked else "*Jobs you asked for*\nNone yet.",
            accessory=where.new_button(),
        ),
    ]
    for facts, state in asked[:_HOME_JOBS]:
        blocks += _my_job(facts, state)
    if followed:
        blocks += [divider(), section("*Jobs you follow*")]
    for facts, state in followed[:_HOME_JOBS]:
        blocks += _my_job(facts, state)
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


def _my_job(facts: JobFacts, state: JobState) -> list[Block]:
    """A job of the person's with the buttons of its card."""
    text = (
        f"*{facts.called}* · {state_word(facts, state)} · <#{facts.channel}>\n"
        f"{progress_words(facts, state)}"
    )
    return [section(text), actions(*job_buttons(facts, state), block_id=f"job:{facts.id}")]


def _left(job: QueueJob) -> str:
    return f"{job.left:,} left" if job.left is not None else f"counting the {job.noun}s"


def _queue_words(job: QueueJob, now: datetime) -> str:
    """Title, what is left, until when, and the instructions in a sentence or two."""
    ends = ""
    if job.ends_at:
        left = (job.ends_at - now).total_seconds()
        ends = f" · ends {date(job.ends_at)}" if left > 0 else " · ending"
        if 0 < left < 86_400:  # noqa: PLR2004 - within a day the hours count
            ends += f" (in {duration(left)})"
    says = typed(job.says, _SAID)
    facts = f"*{typed(job.title, 130)}* · {_left(job)}{_each(job)}{ends}"
    return f"{facts}\n{says}" if says else facts


def _each(job: QueueJob) -> str:
    """The seconds that one object takes the team, once measured."""
    if not job.seconds_left or not job.left:
        return ""
    seconds = job.seconds_left / job.left
    said = (
        f"{max(1, round(seconds))} s" if seconds < _MINUTES else duration(round(seconds / 60) * 60)
    )
    return f" · about {said} each"


def _queue_section(job: QueueJob, words: str) -> Block:
    """A job in a message of the team, with its instructions beside it."""
    beside = None
    if job.has_instructions:
        beside = button("Instructions", QUEUE_INSTRUCTIONS_ID, job.id)
    return section(words, block_id=f"queue:{job.id}", accessory=beside)


def _portal(portal_url: str) -> list[Block]:
    """The door to all of the team's jobs; nothing where it is not known."""
    if not portal_url:
        return []
    door = button("Open portal", PORTAL_ID, "portal", style="primary", url=portal_url)
    return [actions(door, block_id="portal")]


def _queue_buttons(job: QueueJob, portal_url: str) -> list[Block]:
    buttons = []
    if portal_url:
        buttons.append(button("Open portal", PORTAL_ID, job.id, style="primary", url=portal_url))
    if job.has_instructions:
        buttons.append(button("Instructions", QUEUE_INSTRUCTIONS_ID, job.id))
    return [actions(*buttons, block_id=f"queue:{job.id}")] if buttons else []
