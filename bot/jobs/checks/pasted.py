"""Do the instructions hold pictures as a template writes them: they would be shown as signs."""

from bot.base.blocks import count
from bot.instructions.pasted import pasted_in
from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind

TO_EXAMPLES = "examples"
"""The fix: they become example pictures."""


def pasted_of(draft: Draft) -> tuple[str, ...]:
    """The addresses of the pictures, each once."""
    both = (*pasted_in(draft.short_instructions), *pasted_in(draft.full_instructions))
    return tuple(dict.fromkeys(both))


def _ask(draft: Draft, _sight: Sight) -> Seen:
    found = pasted_of(draft)
    words = (
        f"The instructions hold {count(len(found), 'picture')} as grant_read_access, which workers "
        f"would read as signs: {', '.join(found[:3])}. Make them good examples, or take them out."
    )
    return Seen((Finding(Kind.LOOK_AT, words, fix=TO_EXAMPLES),))


PASTED = Check(
    name="pictures are no text",
    place=15,
    page=REVIEW_PAGE,
    field="short_instructions",
    words="whether the instructions hold pictures as text",
    ask=_ask,
    applies=lambda draft, _sight: bool(pasted_of(draft)),
    before_launch=False,  # it was told, and keeps nobody from labeling
)
