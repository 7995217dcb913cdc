"""Drop the lines that name an object again: a new manifest beside the old."""

from collections.abc import Iterable, Iterator

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import Sight
from bot.jobs.checks.data import REPEATS
from bot.jobs.draft import Draft
from bot.jobs.fixes.fix import Fix
from bot.jobs.fixes.kept_lines import rewritten
from bot.manifests.json_lines import numbered, parse


def _run(draft: Draft, sight: Sight) -> Draft:
    chunks = sight.storage.chunks(S3Uri.parse(draft.input_uri))
    return rewritten(draft, sight.storage, _once(chunks))


def _once(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines whose object was not named before; the check has read each of them."""
    seen: set[int] = set()
    for _number, body in numbered(chunks):
        if body is None or not body.strip():
            continue
        said = parse(body)
        source = hash(str(said.get("source-ref") or said.get("source")))
        if source not in seen:
            seen.add(source)
            yield body


DROP_REPEATS = Fix(
    name=REPEATS,
    label="Drop the repeats",
    doing="Writing a manifest in which each object stands once…",
    run=_run,
)
