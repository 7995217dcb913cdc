"""A bucket that is missing, and can be made by a press: what is found of it, whoever asks."""

from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import NoBucket
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind

MAKE_BUCKET = "bucket"
"""The fix: the bucket is made, in the Region that the bot works in."""


def no_bucket(missing: NoBucket) -> Finding:
    """The finding of a bucket that is missing."""
    words = (
        f"{missing.words} It can be made in the Region that the bot works in, or choose another."
    )
    return Finding(Kind.BLOCKS, words, fix=MAKE_BUCKET)


def places_of(draft: Draft) -> list[S3Uri]:
    """Where the bot itself writes for a draft: the results, and the files that are brought."""
    typed = [draft.output_uri, *([draft.input_uri] if draft.brought else [])]
    found = []
    for address in typed:
        try:
            found.append(S3Uri.parse(address))
        except BadAddress:
            continue
    return found
