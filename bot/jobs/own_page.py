"""Own pages: a worker page that somebody brings as a file is put into S3, where all that comes
later reads it. Runs while a person waits for the review.

Promises to the form: it lies beside the job's results under a name that holds its hash, so the same
page is there once; what hinders it is told at its field, and nothing typed is lost.
"""

import hashlib

import msgspec

from bot.base.errors import Fault, Refusal
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.base.s3_uri import BadAddress
from bot.base.storage import Storage
from bot.brought.brought import Brought, KeyNames
from bot.delivery.slack_files import SlackFiles
from bot.engines.task_type import TaskTypes
from bot.instructions.page import PAGE_LIMIT
from bot.jobs.draft import Draft
from bot.jobs.places import read_place

_FIELD = "page_file"
_BYTES_MAX = 4 * PAGE_LIMIT  # as many as so many characters can have
_MARK = 8


class LargePage(Refusal):
    """This file is longer than a worker page can be: SageMaker takes 128,000 characters."""

    field = _FIELD


class OwnPages:
    """Stores pages. `storage` and `questions` have a form's patience."""

    def __init__(
        self,
        *,
        files: SlackFiles,
        storage: Storage,
        open_places: OpenPlaces,
        questions: Questions,
        types: TaskTypes,
    ) -> None:
        self._files = files
        self._storage = storage
        self._open = open_places
        self._questions = questions
        self._types = types

    def stored(self, draft: Draft) -> tuple[Draft, tuple[Fault, ...]]:
        """The draft whose page is the file that was brought; or the draft as it was, and why the
        page is not stored.
        """
        kind, file = self._types.get(draft.task_type), draft.page_file
        if file is None or kind is None or not kind.own_page:
            return draft, ()
        answers, faults, silent = self._questions.ask({_FIELD: lambda: self._put(draft, file)})
        if silent:
            late = f"{file.name} could not be read and stored in time. Press Review once more."
            return draft, (Fault(_FIELD, late),)
        if faults:
            return draft, tuple(faults)
        particulars = msgspec.structs.replace(draft.particulars, template=answers[_FIELD])
        return msgspec.structs.replace(draft, particulars=particulars, page_file=None), ()

    def _put(self, draft: Draft, file: Brought) -> str:
        """The address of the page, which lies there now."""
        if file.size > _BYTES_MAX:
            raise LargePage
        try:
            output = read_place(draft.output_uri)
        except BadAddress as bad:
            raise Refusal(str(bad), field="output_uri") from bad
        page = b"".join(self._files.pieces(file.id, file.name))
        name = KeyNames().of(file.name).rpartition("/")[2].partition(".")[0]
        mark = hashlib.sha256(page).hexdigest()[:_MARK]
        place = output.join("pages", f"{name}-{mark}.liquid.html")
        storage = self._storage.limited_to(self._open.of(draft.channel))
        storage.put(place, page, "text/html; charset=utf-8")
        return str(place)
