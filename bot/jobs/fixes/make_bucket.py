"""Make the buckets into which the bot writes for a job, where there are none yet."""

from bot.base.storage import NoBucket
from bot.jobs.checks.check import Sight
from bot.jobs.checks.missing_bucket import MAKE_BUCKET, places_of
from bot.jobs.data.made_ready import new_bucket
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.people.rules import Role, Rule


def _run(draft: Draft, sight: Sight) -> Draft:
    for place in places_of(draft):
        try:
            sight.storage.probe(place)
        except NoBucket:
            new_bucket(place.bucket, sight.storage)
    return draft


MAKE_BUCKET_FIX = Fix(
    name=MAKE_BUCKET,
    label="Make the bucket",
    doing="Making the bucket, closed to the public, with the CORS rule…",
    run=_run,
    right="make buckets",
    rule=Rule(Role.MANAGER, words="make a bucket"),
)
