"""Where the objects of a draft lie: one of each bucket, for the checks that ask about buckets."""

from itertools import islice

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import Sight
from bot.jobs.draft import Draft
from bot.manifests.lines import sources

_LINES = 1_000  # of a manifest that are read; its first lines name all buckets, mostly


def one_of_each_bucket(draft: Draft, sight: Sight) -> list[S3Uri]:
    """An object of each bucket in which the draft's objects lie, in the order of the buckets'
    names; of an empty folder the folder itself. What a line names beyond the channel's places is
    nobody's business here.
    """
    place = S3Uri.parse(draft.input_uri)
    if place.is_folder:
        first = next(iter(sight.storage.keys(place)), None)
        return [S3Uri(place.bucket, first.key) if first else place]
    found: dict[str, S3Uri] = {}
    for _line, address in islice(sources(sight.storage.chunks(place)), _LINES):
        if sight.allowed.text(address):  # what lies elsewhere the check of the data refuses
            uri = S3Uri.parse(address)
            found.setdefault(uri.bucket, uri)
    return [found[bucket] for bucket in sorted(found)]
