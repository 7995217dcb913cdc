"""What a dataset would become, found out before anything is made (pure).

Promises to the review: every label with its number of pictures, what was left out, and what
Rekognition would say; made by the same lines that the import sends.
"""

import msgspec

from bot.datasets import findings
from bot.datasets.examination import examined
from bot.datasets.findings import Finding
from bot.datasets.lifecycle import LabelCount
from bot.datasets.source import Source
from bot.datasets.sources import lines_of
from bot.datasets.sources.origin import Notes, Sight


class Look(msgspec.Struct, frozen=True):
    """What was found: the `lines` of the manifest, those that are `sent`, pictures by label (most
    first) and without one, all boxes, what Rekognition would say, and what the source has to say.
    """

    lines: int = 0
    sent: int = 0
    labels: tuple[LabelCount, ...] = ()
    unlabeled: int = 0
    boxes: int = 0
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def look(source: Source, sight: Sight, region: str) -> Look:
    """Read what the dataset is to be made of.

    Raises:
        Unfit: Rekognition would reject the whole import.
        Refusal: nothing can be made of it.

    """
    notes = Notes()
    found = examined(source, lines_of(source, sight, notes), region)
    return Look(
        lines=found.lines,
        sent=found.sendable,
        labels=tuple(LabelCount(name, number) for name, number in found.labels.most_common()),
        unlabeled=found.unlabeled,
        boxes=found.boxes,
        findings=findings.of_examination(found),
        notes=tuple(notes.said),
    )
