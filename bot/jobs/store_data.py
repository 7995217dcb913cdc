"""Store data: the worker makes a place in S3 ready and puts files there, and tells in the window
what it did, or how far it is.

Promises to whoever asked: a bucket is made by managers alone; what hinders it is said in the
window, and nothing of it blocks anything else. Files are stored whether or not the window stands,
also after a worker was killed; whoever closed the window is told when they are.
"""

import logging
from dataclasses import dataclass, replace
from functools import partial

from bot.base.console_bucket import ConsoleBucket, named
from bot.base.errors import Refusal, Transient
from bot.base.log import about
from bot.base.pool import Start, at_once
from bot.base.questions import Questions
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.brought.brought import Takes
from bot.brought.storing import Storing
from bot.jobs.data.made_ready import Ready, made_ready
from bot.jobs.draft import Draft
from bot.jobs.fixes.make_bucket import MAKE_BUCKET_FIX
from bot.jobs.form import store_page
from bot.jobs.preflight_records import STORE, PreflightRecords, Wanted
from bot.jobs.records import Records
from bot.jobs.store_window import StoreWindow, Tells
from bot.people.access import Access
from bot.work.leases import LeaseGuard, LeaseLost
from bot.work.tries import Tries, Unexpected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker does it with: a storage with its patience, the way of files into S3, and
    which files those are.
    """

    storage: Storage
    storing: Storing
    takes: Takes


class StoreData:
    """Makes places ready, in the worker."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        wanted: PreflightRecords,
        records: Records,
        tells: Tells,
        in_a_form: Storage,
        work: Work,
        settings: Settings,
        access: Access,
        tries: Tries,
    ) -> None:
        self.region = settings.aws_region
        self._wanted = wanted
        self._records = records
        self._tells = tells
        self._in_a_form = in_a_form
        self._work = work
        self._open = settings.open_places
        self._questions = Questions(settings.form_wait)
        self._access = access
        self._tries = tries

    def console_bucket(self) -> ConsoleBucket:
        """The bucket of Rekognition's console in this Region, as far as S3 says so in a form's
        time.
        """
        answers, _faults, _silent = self._questions.ask({"buckets": self._in_a_form.buckets})
        name = named(answers["buckets"], self.region) if "buckets" in answers else None
        return ConsoleBucket(self.region, name)

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
            if draft is not None:
                try:
                    self._make(one, draft, hold)
                except LeaseLost:
                    log.info("somebody else makes this place ready by now")
                    return
            self._wanted.over(one.draft_id, one.asked_at)

    def _make(self, one: Wanted, draft: Draft, hold: LeaseGuard) -> None:
        """Make the place ready, put the files there, and tell it."""
        window = self._tells.window(one)

        def refused(words: str) -> None:
            page = store_page.refused_page(one.draft_id, words)
            window.end(page, store_page.refused_line(words), draft.team_id)

        folder = S3Uri.parse(draft.output_uri.removesuffix("labels/"))
        try:
            ready = self._ready(draft, folder, hold)
            after, ready = self._with_files(one, draft, ready, window, hold)
        except LeaseLost:
            raise
        except (Refusal, Transient) as error:
            refused(error.words)
            return
        except Exception:  # a fault of ours would be met again at every round, and told to nobody
            log.exception("making a place ready failed")
            refused(Unexpected().words)
            return
        page = store_page.ready_page(after, one.draft_id, folder, ready.done, ready.left)
        window.end(page, store_page.ready_line(after, folder, ready.left), draft.team_id)

    def _ready(self, draft: Draft, folder: S3Uri, hold: LeaseGuard) -> Ready:
        who = self._access.who(draft.team_id, draft.asked_by, draft.channel)
        self._access.require("create", who)
        may_make = partial(self._access.require, MAKE_BUCKET_FIX.right, who)
        storage = self._work.storage.attended(hold.keep)
        here = storage.limited_to(self._open.of(draft.channel))
        return made_ready(folder, here, may_make, self.region)

    def _with_files(
        self, one: Wanted, draft: Draft, ready: Ready, window: StoreWindow, hold: LeaseGuard
    ) -> tuple[Draft, Ready]:
        """The draft whose files lie there, and what was left out of them. Files that cannot be had
        now are put there before the launch; a form that was changed meanwhile stays as it is.
        """
        if not draft.brought:
            return draft, ready
        try:
            left_out = self._work.storing.put(
                draft.brought,
                store_page.of_files(draft),
                self._work.takes,
                alive=hold.keep,
                told=window.progress,
            )
        except Transient as pause:
            later = f"The files are not stored yet. {pause.words}"
            return draft, replace(ready, left=(*ready.left, later))
        after = store_page.stored(draft)
        if self._records.draft(one.draft_id, one.user_id) == draft:
            self._records.keep_draft(one.draft_id, after)
        left = (*ready.left, left_out) if left_out else ready.left
        return after, Ready((*ready.done, "The files are stored."), left)
