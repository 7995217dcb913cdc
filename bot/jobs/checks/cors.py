"""May the workers' browsers fetch the pictures: Ground Truth's pages need a CORS rule on the
bucket.

The console adds the rule, the API does not; without it workers see broken pictures and the objects
fail.
"""

from itertools import islice

from bot.base.aws import AwsRefused
from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind
from bot.manifests.lines import sources

CORS_FIX = "cors"
_LINES = 1_000  # of a manifest whose buckets are asked; its first lines name them all, mostly


def closed_buckets(draft: Draft, sight: Sight) -> list[str]:
    """The buckets of the pictures that no browser may fetch from, in the order of their names."""
    return [one for one in _buckets(draft, sight) if not sight.storage.browsers_may_read(one)]


def _ask(draft: Draft, sight: Sight) -> Seen:
    findings = []
    for bucket in _buckets(draft, sight):
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
    """Where the pictures lie; those of a manifest are named in its lines. What a line names beyond
    the channel's places is nobody's business here: another check refuses it.
    """
    place = S3Uri.parse(draft.input_uri)
    if place.is_folder:
        return [place.bucket]
    lines = islice(sources(sight.storage.chunks(place)), _LINES)
    found = {S3Uri.parse(address).bucket for _line, address in lines if sight.allowed.text(address)}
    return sorted(found)


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
