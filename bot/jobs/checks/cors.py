"""May the workers' browsers fetch the pictures: Ground Truth's pages need a CORS rule on the
bucket.

The console adds the rule, the API does not; without it workers see broken pictures and the objects
fail.
"""

from collections.abc import Iterable

from bot.base.aws import AwsRefused
from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.checks.example_objects import one_of_each_bucket
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind

CORS_FIX = "cors"


def closed_buckets(draft: Draft, sight: Sight) -> list[str]:
    """The buckets of the pictures that no browser may fetch from, in the order of their names."""
    return [one for one in _buckets(draft, sight) if not sight.storage.browsers_may_read(one)]


def _ask(draft: Draft, sight: Sight) -> Seen:
    return _asked(_of_data(draft, sight), sight)


def _ask_fed(draft: Draft, sight: Sight) -> Seen:
    return _asked(_of_folder(draft), sight)


def _asked(buckets: Iterable[str], sight: Sight) -> Seen:
    findings = []
    for bucket in buckets:
        try:
            if sight.storage.browsers_may_read(bucket):
                continue
        except AwsRefused:
            words = (
                f"The bot may not see whether bucket {bucket} sends a CORS header (s3:GetBucketCORS"
                "). Without one workers see broken pictures."
            )
            findings.append(Finding(Kind.LOOK_AT, words))
            continue
        words = f"Bucket {bucket} sends no CORS header: workers would see broken pictures."
        findings.append(Finding(Kind.BLOCKS, words, fix=CORS_FIX))
    return Seen(tuple(findings))


def _buckets(draft: Draft, sight: Sight) -> list[str]:
    """Where the pictures lie, and where others will."""
    there = [] if draft.begins_empty else _of_data(draft, sight)
    return sorted({*there, *_of_folder(draft)})


def _of_data(draft: Draft, sight: Sight) -> list[str]:
    return [one.bucket for one in one_of_each_bucket(draft, sight)]


def _of_folder(draft: Draft) -> list[str]:
    """The bucket of the folder that feeds the job."""
    folder = draft.extras.feed_folder
    return [S3Uri.parse(folder).bucket] if folder else []


CORS = Check(
    name="browsers may fetch the pictures",
    place=8,
    page=REVIEW_PAGE,
    field="input_uri",
    words="whether browsers may fetch the pictures (CORS)",
    ask=_ask,
    fine="CORS",
    needs=("category", "task_type"),
    applies=lambda draft, sight: sight.engine.abilities.needs_cors and sight.names_files(draft),
)
FED_CORS = Check(
    name="browsers may fetch what a folder gets",
    place=23,
    page=REVIEW_PAGE,
    field="feed_folder",
    words="whether browsers may fetch what the folder gets (CORS)",
    ask=_ask_fed,
    fine="CORS of the folder that feeds it",
    applies=lambda draft, sight: sight.engine.abilities.needs_cors and bool(_of_folder(draft)),
)
