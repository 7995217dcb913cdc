"""Are the example pictures there. Pictures on the web are the reader's to load."""

from functools import partial

from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.instructions.pictures import Example
from bot.jobs.checks.check import FINE, Check, Seen, Sight
from bot.jobs.draft import Draft


def _of(draft: Draft, *, good: bool) -> list[Example]:
    return [one for one in draft.examples if one.good is good]


def _ask(draft: Draft, sight: Sight, *, good: bool) -> Seen:
    for number, example in enumerate(_of(draft, good=good), 1):
        if example.address.startswith("s3://"):
            try:
                sight.storage.size(S3Uri.parse(example.address))
            except Refusal as refusal:
                raise Refusal(f"Line {number}: {refusal.words}") from refusal
    return FINE


def _check(field: str, words: str, place: int, *, good: bool) -> Check:
    return Check(
        name=f"{words} are there",
        place=place,
        page=1,
        field=field,
        words=words,
        fine=words,
        ask=partial(_ask, good=good),
        applies=lambda draft, _sight: bool(_of(draft, good=good)),
        before_launch=False,  # a picture that has gone since keeps nobody from labeling
    )


GOOD_EXAMPLES = _check("good_examples", "the good examples", 5, good=True)
BAD_EXAMPLES = _check("bad_examples", "the bad examples", 6, good=False)
