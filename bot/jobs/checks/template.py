"""Will the requester's own page work: its Liquid, whether it hands in answers, its pictures.

The page is read again at the launch: what was right at the form may have been replaced since.
"""

from bot.base.s3_uri import S3Uri
from bot.instructions.page import PAGE_LIMIT
from bot.instructions.template_check import Remark, check_template
from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind

_BYTES = 4 * PAGE_LIMIT + 1  # as many as so many characters can have, and one more


def _ask(draft: Draft, sight: Sight) -> Seen:
    place = S3Uri.parse(draft.particulars.template)
    page = sight.storage.limited_to(sight.allowed).beginning(place, _BYTES)
    errors = "strict"
    if len(page) == _BYTES:
        errors = "ignore"  # it was cut, and is too long in any case
    try:
        source = page.decode("utf-8-sig", errors)
    except UnicodeDecodeError as error:
        words = f"The page is not UTF-8 (byte {error.start + 1:,}). Save it as UTF-8."
        return Seen((Finding(Kind.BLOCKS, words),))
    return Seen(tuple(_finding(one) for one in check_template(source)))


def _finding(one: Remark) -> Finding:
    line = f"Line {one.line:,} of the page: " if one.line else "The page: "
    kind = Kind.BLOCKS if one.error else Kind.LOOK_AT
    return Finding(kind, f"{line}{one.words}")


def _has_page(draft: Draft, sight: Sight) -> bool:
    kind = sight.engine.task_types.get(draft.task_type)
    return kind is not None and kind.own_page and bool(draft.particulars.template)


TEMPLATE = Check(
    name="the own page works",
    place=14,
    page=REVIEW_PAGE,
    field="template",
    words="the worker page",
    ask=_ask,
    fine="worker page",
    needs=("category", "task_type"),
    applies=_has_page,
)
