"""Add the rule by which workers' browsers may fetch the pictures of a bucket.

S3 replaces a bucket's whole CORS configuration with every write: what is there is read, one rule is
added, and it is written only if nobody has changed it meanwhile.
"""

from bot.jobs.checks.check import Sight
from bot.jobs.checks.cors import CORS_FIX, closed_buckets
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.people.rules import Role, Rule


def _run(draft: Draft, sight: Sight) -> Draft:
    for bucket in closed_buckets(draft, sight):
        sight.storage.open_to_browsers(bucket)
    return draft


ADD_CORS = Fix(
    name=CORS_FIX,
    label="Add the rule",
    doing="Adding the CORS rule to the bucket…",
    run=_run,
    right="open buckets",
    rule=Rule(Role.MANAGER, words="open a bucket to the workers' browsers"),
)
