"""What a dataset would become, found out before anything is made (pure).

Promises to the review: every label with its number of pictures, what was left out, and what
Rekognition would say; made by the same lines that the import sends.
"""

from collections.abc import Collection
from contextlib import suppress

import msgspec

from bot.base.bucket_policy import BUCKETS_MOST, Closed
from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri
from bot.datasets import findings
from bot.datasets.examination import Unfit, examined
from bot.datasets.findings import Finding
from bot.datasets.lifecycle import LabelCount
from bot.datasets.source import Source
from bot.datasets.sources import lines_of
from bot.datasets.sources.origin import Notes, Sight


class Look(msgspec.Struct, frozen=True):
    """What was found: the `lines` of the manifest, those that are `sent`, pictures by label (most
    first) and without one, all boxes, what Rekognition would say, and what the source has to say.
    `closed` are buckets that Custom Labels cannot use as they are; where one of them kept the bot
    from looking, `unread` are the words for that, and nothing else is known.
    """

    lines: int = 0
    sent: int = 0
    labels: tuple[LabelCount, ...] = ()
    unlabeled: int = 0
    boxes: int = 0
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()
    unread: str = ""


def look(source: Source, sight: Sight, region: str) -> Look:
    """Read what the dataset is to be made of.

    Raises:
        Unfit: Rekognition would reject the whole import.
        Refusal: nothing can be made of it, and no policy of a bucket would help.

    """
    notes, given = Notes(), given_places(source)
    try:
        found = examined(source, lines_of(source, sight, notes), region)
    except Unfit:
        raise
    except Refusal as refusal:
        closed = sight.closed(given)
        if not closed:
            raise
        return Look(closed=closed, unread=refusal.words)
    return Look(
        lines=found.lines,
        sent=found.sendable,
        labels=tuple(LabelCount(name, number) for name, number in found.labels.most_common()),
        unlabeled=found.unlabeled,
        boxes=found.boxes,
        findings=findings.of_examination(found),
        notes=(*notes.said, *_not_asked({each.bucket for each in given} | found.buckets.keys())),
        closed=sight.closed([*given, *found.buckets.values()]),
    )


def _not_asked(buckets: Collection[str]) -> list[str]:
    """That there are more buckets than are asked about."""
    if len(buckets) <= BUCKETS_MOST:
        return []
    said = f"There are {len(buckets):,} buckets; whether Custom Labels can use them is known of"
    return [f"{said} {BUCKETS_MOST} alone."]


def given_places(source: Source) -> list[S3Uri]:
    """Where the dataset's data lie and its manifest will, as far as that was said."""
    found = []
    for address in (source.manifest_uri, source.place, source.store):
        with suppress(BadAddress):
            found.append(S3Uri.parse(address))
    return found
