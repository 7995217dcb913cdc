"""Store data: the worker makes a place in S3 ready while its window stands open, and tells there
what it did.

Promises to whoever asked: a bucket is made by managers alone; what hinders it is said in the
window, and nothing of it blocks anything else.
"""

import logging
from functools import partial

from bot.base.errors import Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.base.questions import Questions
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.delivery.windows import WindowGone, Windows
from bot.jobs.data.made_ready import made_ready
from bot.jobs.draft import Draft
from bot.jobs.fixes.make_bucket import MAKE_BUCKET_FIX
from bot.jobs.form import store_page
from bot.jobs.preflight_records import STORE, PreflightRecords, Wanted
from bot.jobs.records import Records
from bot.people.access import Access
from bot.work.leases import LeaseLost
from bot.work.tries import Tries

log = logging.getLogger(__name__)


class StoreData:
    """Makes places ready, in the worker (`at_work` has its patience)."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        wanted: PreflightRecords,
        records: Records,
        windows: Windows,
        in_a_form: Storage,
        at_work: Storage,
        settings: Settings,
        access: Access,
        tries: Tries,
    ) -> None:
        self.region = settings.aws_region
        self._wanted = wanted
        self._records = records
        self._windows = windows
        self._in_a_form = in_a_form
        self._storage = at_work
        self._open = settings.open_places
        self._questions = Questions(settings.form_wait)
        self._access = access
        self._tries = tries

    def console_bucket(self) -> str:
        """The bucket of Rekognition's console in this Region; "" where there is none, the bot may
        not see it (s3:ListAllMyBuckets), or S3 does not say so in a form's time.
        """
        answers, _faults, _silent = self._questions.ask({"buckets": self._in_a_form.buckets})
        return store_page.console_bucket(answers.get("buckets", ()), self.region)

    def want(self, draft_id: str, user_id: str, view_id: str) -> None:
        """Have the place of a draft made ready, and the window told of it."""
        self._wanted.want(draft_id, user_id, view_id, STORE)

    def round(self, start: Start = at_once) -> None:
        """Make ready what is wanted; one that takes long does not stop the others."""
        for one in self._wanted.waiting():
            if one.wanted == STORE:
                start(f"store:{one.draft_id}", partial(self._take_up, one))

    def _take_up(self, one: Wanted) -> None:
        with about(draft=one.draft_id), self._tries.hold(f"store:{one.draft_id}") as hold:
            if hold is None or self._wanted.get(one.draft_id) != one:
                return
            draft = self._records.draft(one.draft_id, one.user_id)
            if draft is None:
                self._wanted.over(one.draft_id)
                return
            try:
                page = self._done(one, draft, self._storage.attended(hold.keep))
                self._windows.replace(one.view_id, page)
            except WindowGone:
                log.info("the window was left; nothing is shown")
            except LeaseLost:
                log.info("somebody else makes this place ready by now")
                return
            self._wanted.over(one.draft_id, one.asked_at)

    def _done(self, one: Wanted, draft: Draft, storage: Storage) -> dict[str, object]:
        """What the window says of it."""
        folder = S3Uri.parse(draft.output_uri.removesuffix("labels/"))
        who = self._access.who(draft.team_id, draft.asked_by, draft.channel)
        may_make = partial(self._access.require, MAKE_BUCKET_FIX.right, who)
        try:
            self._access.require("create", who)
            here = storage.limited_to(self._open.of(draft.channel))
            ready = made_ready(folder, here, may_make, self.region)
        except LeaseLost:
            raise
        except (Refusal, Transient) as error:
            return store_page.refused_page(one.draft_id, error.words)
        return store_page.ready_page(draft, one.draft_id, folder, ready.done, ready.left)
