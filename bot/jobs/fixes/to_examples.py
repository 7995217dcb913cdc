"""Make example pictures of those that were pasted into the instructions as text."""

import msgspec

from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.instructions.pasted import without_pasted
from bot.instructions.pictures import Example, checked
from bot.jobs.checks.check import Sight
from bot.jobs.checks.pasted import TO_EXAMPLES, pasted_of
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.jobs.form.rules import EXAMPLES_MAX


class TooManyExamples(Refusal):
    """The good examples are ten at most. Take some out, on page 2."""


def _run(draft: Draft, sight: Sight) -> Draft:
    """The draft with the pictures that are there and may be shown.

    Raises:
        BadPicture, MissingObject, NotAllowedPlace: one of them cannot be shown.
        TooManyExamples: with them there are more than a page holds.

    """
    known = {one.address for one in draft.examples}
    fresh = [address for address in pasted_of(draft) if address not in known]
    for address in fresh:
        checked(Example(address), sight.allowed.text)
        sight.storage.size(S3Uri.parse(address))
    examples = (*draft.examples, *(Example(address) for address in fresh))
    if sum(1 for one in examples if one.good) > EXAMPLES_MAX:
        raise TooManyExamples
    return msgspec.structs.replace(
        draft,
        examples=examples,
        short_instructions=without_pasted(draft.short_instructions),
        full_instructions=without_pasted(draft.full_instructions),
        found=(),
        fine=(),
    )


TO_EXAMPLES_FIX = Fix(
    name=TO_EXAMPLES,
    label="Make them examples",
    doing="Looking whether the pictures can be shown…",
    run=_run,
)
