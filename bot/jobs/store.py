"""The store of jobs: the one place where a job is changed.

Every verb that changes a job goes through here: the row, the card in every channel that shows the
job, and the rare lines of its thread are written together or not at all. Nobody else puts a card
together.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import msgspec
from sqlmodel import Session

from bot.base.clock import Clock
from bot.base.db import Database
from bot.base.failpoints import failpoint
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.jobs.cards import card, thread_lines
from bot.jobs.facts import Facts
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import FAILED, Change, JobState, Kind, MadeDataset, Next
from bot.jobs.records import Job, Records
from bot.jobs.stream.state import Stream

_DAY = 86400.0
_OLD_GAP = 300.0  # a job older than a day changes its numbers every five minutes at most


def before(job: Job) -> Subject | None:
    """In whose thread the job stands; None for its own."""
    chain = job.draft.chain
    return Subject(job.team_id, "job", chain.root_id) if chain else None


def subject(job: Job) -> Subject:
    """Whom messages about the job speak about."""
    return Subject(job.team_id, "job", job.id)


def team_subject(team_id: str, arn: str) -> Subject:
    """Whom the list of a labeling team's work speaks about."""
    return Subject(team_id, "team", arn)


class JobStore:
    """Adds and changes jobs, and says so.

    `gap` is the least time in seconds between two changes of a card's numbers.
    """

    def __init__(  # noqa: PLR0913 - what a change is written to
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        facts: Facts,
        clock: Clock,
        gap: float,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._facts = facts
        self._clock = clock
        self._gap = gap

    def add(self, job: Job) -> bool:
        """Take a job in, with its card; False when its request was taken in before or its name is
        held.

        A job that had failed before anybody looked says in its thread what to do about it: its card
        has the cause alone.
        """
        # Read before the transaction, which needs no second connection then.
        facts = self._facts.of(job)
        message = card.root_card(facts, job.state)
        with self._db.write() as session:
            taken = self._records.add(session, job)
            if taken:
                self._outbox.show(session, subject(job), job.channel, message, below=before(job))
                self._note_next(session, job)
            if taken and job.state.state == FAILED:
                failed = thread_lines.failed_line(facts, job.state)
                key = f"follow:{job.id}:{job.channel}"
                self._outbox.say(session, subject(job), job.channel, failed, key=key)
            failpoint("before-job-commit")
        failpoint("after-job-commit")
        return taken

    def change(
        self,
        job: Job,
        state: JobState,
        changes: Iterable[Change] = (),
        *,
        line: Message | None = None,
    ) -> Job:
        """Write the job with its new state, its cards and its lines; the job as it is now.

        `line` is one more line for the thread (a refusal, a problem).

        Raises:
            Stale: the job was changed since it was read; nothing was written or told.

        """
        moved = state.state != job.state.state or line is not None
        after = replace(job, state=state, seq=job.seq + 1 if moved else job.seq)
        now = self._clock()
        told = tuple(changes)
        # Whoever is mentioned must be able to read it; asked before the transaction, for Slack is
        # asked.
        before = job.state
        counted = (state.labeled, state.failed) != (before.labeled, before.failed)
        heard = told or moved or counted
        facts = self._facts.heard(after) if heard else self._facts.of(after)
        lines = self._lines(after, facts, told)
        if line is not None:
            lines.append(line)
        about = subject(after)
        gap = self._gap
        if (now - after.asked_at).total_seconds() >= _DAY:
            gap = max(gap, _OLD_GAP)
        with self._db.write() as session:
            saved = self._records.save(session, after)
            message = card.root_card(facts, state)
            for channel in self._outbox.channels(session, about):
                self._outbox.show(session, about, channel, message, urgent=moved, gap=gap)
                self._say(session, after, facts, channel, lines)
            failpoint("before-job-commit")
        failpoint("after-job-commit")
        return saved

    def _say(
        self, session: Session, job: Job, facts: JobFacts, channel: str, lines: Iterable[Message]
    ) -> None:
        """Write what the thread of one channel is told; first, once, that the requester is gone."""
        say = partial(self._outbox.say, session, subject(job), channel)
        if facts.asked_by != job.asked_by:
            say(thread_lines.requester_gone_line(facts), key=f"gone:{job.id}:{channel}")
        for number, said in enumerate(lines):
            key = f"job:{job.id}:{job.seq}:{number}:{channel}"
            say(said, key=key, priority=2 if job.state.ended else 5)

    def show_in(self, job: Job, channel: str) -> bool:
        """Give the job a card in one more channel; whether it has one there already.

        Slack may have been asked for seconds since the job was read: it is shown as it is by now.
        """
        with self._db.write() as session:
            now = self._records.get_for_update(session, job.id) or job
            here = channel in self._outbox.channels(session, subject(now))
            self._show(session, now, channel)
        return here

    def note_dataset(  # noqa: PLR0913 - what a card shows of a dataset
        self,
        session: Session,
        job_id: str,
        *,
        dataset_id: str,
        name: str,
        project: str,
        kind: str,
        state: str,
    ) -> None:
        """A dataset made of the job's labels, as it is now, in place of what was known of it.

        Written in the commit of the change that it tells about; a job that is gone has no card to
        change.
        """
        made = MadeDataset(dataset_id, name, project, kind, state)
        job = self._records.get_for_update(session, job_id)
        if job is None or made in job.state.datasets:
            return
        known = {one.id: one for one in job.state.datasets} | {made.id: made}
        after = msgspec.structs.replace(job.state, datasets=tuple(known.values()))
        saved = self._records.save(session, replace(job, state=after))
        for channel in self._outbox.channels(session, subject(saved)):
            self._show(session, saved, channel)

    def note_stream(self, session: Session, job_id: str, after: Callable[[Stream], Stream]) -> None:
        """What is known of a streaming job's objects, `after` something was sent or the like;
        written in the commit of the change that it tells about.
        """
        job = self._records.get_for_update(session, job_id)
        before = job.state.stream if job else None
        if job is None or before is None:
            return
        stream = after(before)
        if stream.sent > before.sent:
            stream = stream.active(self._clock())
        if stream == before:
            return
        state = msgspec.structs.replace(job.state, stream=stream)
        saved = self._records.save(session, replace(job, state=state))
        message = card.root_card(self._facts.of(saved), state)
        for channel in self._outbox.channels(session, subject(saved)):
            self._outbox.show(session, subject(saved), channel, message, gap=self._gap)

    def say(self, session: Session, job: Job, line: Message, *, key: str) -> None:
        """A line of the job's thread that changes nothing of it, once for a key."""
        for channel in self._outbox.channels(session, subject(job)):
            self._outbox.say(session, subject(job), channel, line, key=f"{key}:{channel}")

    def _note_next(self, session: Session, job: Job) -> None:
        """The job that this one comes after shows so on its cards."""
        chain = job.draft.chain
        earlier = self._records.get_for_update(session, chain.job_id) if chain else None
        if chain is None or earlier is None:
            return
        nexts = (*earlier.state.nexts, Next(job.id, job.name, chain.how))
        state = msgspec.structs.replace(earlier.state, nexts=nexts)
        saved = self._records.save(session, replace(earlier, state=state))
        for channel in self._outbox.channels(session, subject(saved)):
            self._show(session, saved, channel)

    def _show(self, session: Session, job: Job, channel: str) -> None:
        message = card.root_card(self._facts.of(job), job.state)
        self._outbox.show(session, subject(job), channel, message)

    def _lines(self, job: Job, facts: JobFacts, changes: tuple[Change, ...]) -> list[Message]:
        """The lines that these changes deserve: launched, and the end."""
        state = job.state
        lines: list[Message] = []
        for change in changes:
            if change.kind is Kind.LAUNCHED and not facts.read_only:
                lines.append(self._launched(job, facts))
            elif change.kind is Kind.COMPLETED:
                lines.append(thread_lines.completed_line(facts, state))
            elif change.kind is Kind.STOPPED:
                lines.append(thread_lines.stopped_line(facts, state))
            elif change.kind is Kind.FAILED:
                lines.append(thread_lines.failed_line(facts, state))
        return lines

    def _launched(self, job: Job, facts: JobFacts) -> Message:
        """The line that says it was launched, and where its labeling team finds it."""
        where = self._facts.announced_in(job)
        team = team_subject(job.team_id, job.draft.workteam_arn)
        shut = bool(where) and self._outbox.is_shut(team, where)
        return thread_lines.launched_line(facts, announced_in=where, shut=shut)
