"""Prepared: a manifest becomes the one that is sent. It is examined with Rekognition's own rules,
converted line by line and written beside the original, under a key that holds its hash: a second
try writes the same again.
"""

from dataclasses import dataclass

import msgspec

from bot.base.errors import Refusal, Transient
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import Storage, gathered
from bot.datasets import entries
from bot.datasets.examination import examined
from bot.datasets.findings import Finding, of_examination
from bot.datasets.lifecycle import DatasetState, LabelCount
from bot.datasets.source import Source
from bot.manifests.examine import Examination


class ForeignPictures(Refusal):
    """Pictures lie in places that are not open to this channel."""

    field = "manifest_uri"


class ManifestChanged(Transient):
    """The manifest changed while it was read. Nothing was sent; it is read again by itself."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The manifest that is sent: where it lies, its bytes, and what was found of the original."""

    place: S3Uri
    size: int
    found: Examination
    made: entries.Made
    findings: tuple[Finding, ...]

    def told(self, state: DatasetState) -> DatasetState:
        """What is known of its lines, in a state."""
        found = self.found
        labels = (LabelCount(name, pictures) for name, pictures in found.labels.most_common())
        return msgspec.structs.replace(
            state,
            lines=found.lines,
            sent=self.made.lines,
            labels=tuple(labels),
            findings=self.findings,
            rounded=found.rounded,
            clipped=found.clipped,
        )


def prepared(source: Source, storage: Storage, region: str, allowed: Allowed) -> Prepared:
    """The manifest that `source` names, examined, converted and written.

    Raises:
        Unfit: Rekognition would reject it.
        ForeignPictures: pictures lie outside the `allowed` places.
        ManifestChanged: it is another one than was examined.

    """
    found = examined(source, storage.chunks(source.manifest), region)
    made = entries.Made()
    lines = entries.make(
        storage.chunks(source.manifest),
        made,
        attribute=source.label_attribute,
        allowed=allowed,
        pair=source.pair,
        faultless=source.faultless,
    )
    with gathered(lines) as body:
        _check_made(made, found, allowed)
        place = entries.place(source.manifest, body.sha256)
        storage.put_once(place, body, "application/x-ndjson")
        told = of_examination(found, faultless=source.faultless)
        return Prepared(place, body.size, found, made, told)


def _check_made(made: entries.Made, found: Examination, allowed: Allowed) -> None:
    """What is sent must be what was examined, and no picture may lie in a place that is closed to
    the channel.
    """
    if made.lines != found.sendable:
        raise ManifestChanged
    if made.outside:
        raise ForeignPictures(
            f"{made.outside:,} pictures lie outside the places that are open to this channel, the "
            f"first at {made.first_outside[:200]}. The bot may use: {allowed.words()}."
        )
