"""The preview of a job that was submitted: made in the worker for whoever asked, never on the way
of an answer.

Promises to whoever asked: the file comes into their direct message with the bot, or the reason why
not does.
"""

import logging
from functools import partial

from bot.base.blocks import section, typed
from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.jobs.preflight_records import OF_JOB, PreflightRecords, Wanted
from bot.jobs.preview import NoPreview, Previews
from bot.jobs.records import Job, Records
from bot.work.in_time import in_time
from bot.work.leases import LeaseLost
from bot.work.tries import Tries

_SECONDS = 60.0  # ours: longer nobody waits for it

log = logging.getLogger(__name__)


class JobPreviews:
    """Takes wishes for previews of jobs, and fulfils them in the worker."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        wanted: PreflightRecords,
        records: Records,
        previews: Previews,
        db: Database,
        outbox: Outbox,
        new_id: NewId,
        tries: Tries,
    ) -> None:
        self._wanted = wanted
        self._records = records
        self._previews = previews
        self._db = db
        self._outbox = outbox
        self._new_id = new_id
        self._tries = tries

    def want(self, job: Job, user_id: str) -> None:
        """Have the preview of a job made for this person.

        Raises:
            NoPreview: there is none.

        """
        if job.followed:
            raise NoPreview(f"{job.name} was made elsewhere: what workers see of it is not known.")
        if not self._previews.offered:
            raise NoPreview
        self._wanted.want(f"{job.id} {user_id}", user_id, job.id, OF_JOB)

    def round(self, start: Start = at_once) -> None:
        """Make what is wanted; one that takes long does not stop the others."""
        for one in self._wanted.waiting():
            if one.wanted == OF_JOB:
                start(f"preview:{one.draft_id}", partial(self._take_up, one))

    def _take_up(self, one: Wanted) -> None:
        with about(job=one.view_id), self._tries.hold(f"preview:{one.draft_id}") as hold:
            if hold is None or self._wanted.get(one.draft_id) != one:
                return
            job = self._records.get(one.view_id)
            if job is not None:
                try:
                    self._previews.give(job.draft, one.user_id, in_time(hold, _SECONDS))
                except LeaseLost:
                    log.info("somebody else makes this preview by now")
                    return
                except (Refusal, Transient) as error:
                    self._tell(job, one.user_id, error)
            self._wanted.over(one.draft_id, one.asked_at)

    def _tell(self, job: Job, user_id: str, error: LabeljobError) -> None:
        """Say to them alone why there is none."""
        words = f"The preview of *{typed(job.draft.title or job.name, 130)}* was not made. "
        words += typed(error.words, 1000)
        with self._db.write() as session:
            self._outbox.say(
                session,
                Subject(job.team_id, "person", user_id),
                user_id,
                Message(words, [section(words)]),
                key=f"no-preview:{self._new_id()}",
                in_thread=False,
                priority=1,
            )
