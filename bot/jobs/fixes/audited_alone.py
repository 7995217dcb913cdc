"""Take the other labels out of an audit's lines: a new manifest beside the old, which is kept in
mind until the labels are put back.
"""

import msgspec

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.audited_alone import ALONE, looked_at
from bot.jobs.checks.check import Sight
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.jobs.fixes.kept_lines import rewritten
from bot.manifests.json_lines import numbered
from bot.manifests.labels_there import alone


def _run(draft: Draft, sight: Sight) -> Draft:
    chunks = sight.storage.chunks(S3Uri.parse(draft.input_uri))
    lines = (body for _number, body in numbered(chunks) if body and body.strip())
    attributes = looked_at(draft, sight)
    fixed = rewritten(draft, sight.storage, (alone(line, *attributes) for line in lines))
    return msgspec.structs.replace(fixed, whole=draft.whole or draft.input_uri)


AUDITED_ALONE_FIX = Fix(
    name=ALONE,
    label="Leave the other labels out",
    doing="Writing a manifest of the audited labels alone…",
    run=_run,
)
