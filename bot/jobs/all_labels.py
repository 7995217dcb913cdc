"""The labels that were left out of a job's lines, put back into its results once it is over.

Promises to the watcher: a manifest beside the engine's own, whose lines say what they said before
and what the job said; it is the job's results from then on, so that whatever begins with them has
all. Where it cannot be made, the engine's stand, and words say so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.base.log import redact
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage, gathered
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import JobState
from bot.jobs.records import Job
from bot.manifests.json_lines import LINE_LIMIT
from bot.manifests.put_back import PutBack

_MANIFEST = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Whole:
    """The results with all labels: their address, "" where they stay as they are, and what is to be
    said of it.
    """

    uri: str = ""
    words: str = ""


class AllLabels:
    """Puts them back; `storage` has the worker's patience."""

    def __init__(self, *, storage: Storage, open_places: OpenPlaces, facts: Facts) -> None:
        self._storage = storage
        self._open = open_places
        self._facts = facts

    def of(self, job: Job, state: JobState, step: Callable[[], None]) -> Whole:
        """The results of a job that is over, whole. `step` is called as it goes on.

        Raises:
            Transient: nothing is known; ask again.

        """
        if not job.draft.whole or not state.ended or not state.labeled:
            return Whole()
        storage = self._storage.limited_to(self._open.of(job.channel)).attended(step)
        results = S3Uri.parse(state.output_uri or self._facts.of(job).output_uri)
        try:
            return _written(storage, results, S3Uri.parse(job.draft.whole))
        except Refusal as refusal:
            why = redact(refusal.words)
            return Whole(words=f"The labels that were left out were not put back: {why}")


def _written(storage: Storage, results: S3Uri, whole: S3Uri) -> Whole:
    """The manifest of all labels, written beside the results."""
    both = PutBack(storage.chunks(results), storage.chunks(whole))
    with gathered(line + b"\n" for line in both.lines()) as body:
        folder = results.key.rpartition("/")[0]
        place = S3Uri(results.bucket, f"{folder}/all-labels-{body.sha256[:8]}.manifest")
        storage.put_once(place, body, _MANIFEST)
    said = f"The labels that were left out are in its lines again: {count(both.found, 'line')}."
    if both.too_long:
        lines = count(both.too_long, "line")
        said = f"{said} Not in {lines}, which would be over {LINE_LIMIT:,} characters with them."
    return Whole(str(place), said)
