"""Is a zip that somebody brought an honest one with something to label in it: the worker fetches it
while the review stands, so that nobody launches a job that must be refused.
"""

from bot.base.errors import Refusal
from bot.brought.storing import Storing
from bot.jobs.checks.check import FINE, REVIEW_PAGE, Check, Seen, Sight, blocks, look_at
from bot.jobs.checks.data import several
from bot.jobs.data.takes import takes_of
from bot.jobs.draft import Draft
from bot.jobs.form.data_fields import from_files
from bot.jobs.inputs import choice_of

_FIELDS = {True: "files_1", False: "input_uri"}  # of files, of an address


def _ask(draft: Draft, sight: Sight) -> Seen:
    if sight.files is None:
        return FINE
    kind, field = sight.kind(draft), _FIELDS[from_files(draft)]
    storing = Storing(sight.storage, sight.files)
    try:
        found = storing.judged(draft.brought, takes_of(kind), alive=sight.storage.alive)
    except Refusal as refusal:
        return blocks(refusal.words, field)
    counted = kind.source_key != "source" and choice_of(draft).takes_all
    if not counted:
        return Seen(look_at(found.left_out))
    findings = (*look_at(found.left_out), *several(found.files, draft, sight))
    return Seen(findings, objects=found.files)


ZIPS = Check(
    name="zips are honest",
    place=90,  # the last: a gigabyte may take all the time that there is
    page=REVIEW_PAGE,
    field="input_uri",
    words="what is in the zip",
    ask=_ask,
    fine="what is in the zip",
    applies=lambda draft, sight: (
        sight.files is not None and any(one.is_zip for one in draft.brought)
    ),
    before_launch=False,  # the launch unpacks it
)
