"""Retry: a job that was set aside, or waits for its next try, is taken up now by people who may."""

from dataclasses import replace

from bot.base.errors import Refusal
from bot.jobs.cards import thread_lines
from bot.jobs.records import Job, NoSuchJob, Records
from bot.jobs.store import JobStore
from bot.people.access import Access, Who


class NotSetAside(Refusal):
    """This job is not paused after errors and waits for no other try: it is looked after as it
    should be.
    """


class OverAlready(Refusal):
    """This job is over already; there is nothing to try again. /labeljob create asks for a new
    one.
    """


class Retry:
    """Takes jobs up again."""

    def __init__(self, *, records: Records, store: JobStore, access: Access) -> None:
        self._records = records
        self._store = store
        self._access = access

    def retry(self, job_id: str, who: Who) -> Job:
        """Take up a job that was set aside or waits: it counts as if nothing had failed yet, and is
        due now. The thread is told of what was set aside.

        Whether AWS knows it or not makes no difference: a launch adopts what an earlier try made.

        Raises:
            NoSuchJob, NotAllowed, OverAlready: with words.
            NotSetAside: it is looked after; so a second press says.

        """
        job = self._records.get(job_id)
        if job is None:
            raise NoSuchJob
        self._access.require("retry", who, asked_by=job.asked_by)
        if job.ended:
            raise OverAlready
        if job.set_aside is None and not job.fails:
            raise NotSetAside
        line = thread_lines.retried_line(who.name) if job.set_aside else None
        after = replace(job, fails=0, silent=0, set_aside=None, next_try_at=0.0)
        return self._store.change(after, after.state, line=line)
