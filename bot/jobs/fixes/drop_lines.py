"""Drop the lines whose objects Ground Truth would fail: a new manifest beside the old."""

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import Sight
from bot.jobs.checks.objects import DROP, sound_lines
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.jobs.fixes.kept_lines import rewritten


def _run(draft: Draft, sight: Sight) -> Draft:
    chunks = sight.storage.chunks(S3Uri.parse(draft.input_uri))
    return rewritten(draft, sight.storage, sound_lines(sight.kind(draft), sight.storage, chunks))


DROP_LINES = Fix(
    name=DROP,
    label="Drop these lines",
    doing="Looking at every object, and writing a manifest without the lines that would fail…",
    run=_run,
)
