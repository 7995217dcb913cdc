"""Comparison: lines sent against what AWS has, line by line, once it has read them.

Promises to watch and updates: whatever AWS dropped without a word, lists with errors, or never got
is named by its line in the manifest as it was given; the likely cause of what it lost is looked up
where the pictures lie. The table of all lines is written beside the manifest.
"""

import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import MissingObject, Storage, gathered
from bot.datasets import entries, findings
from bot.datasets.lifecycle import DatasetState
from bot.datasets.lines import Arrived, outcomes, table
from bot.datasets.source import Source
from bot.manifests.picture_head import ENOUGH, read_head
from bot.manifests.rekognition_rules import PICTURE_BYTES, SIDE_MAX, SIDE_MIN
from bot.work.leases import LeaseGuard

_LOOKED = 200  # ours: pictures of lost lines that are looked at

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Had:
    """What AWS has of the lines sent: the `pictures` (None: all of them), how many are `missing`,
    and the codes it lists, by picture.
    """

    pictures: Container[str] | None
    missing: int
    bad: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Names the lines that were not imported as they were."""

    storage: Storage
    open_places: OpenPlaces

    def compared(
        self,
        source: Source,
        known: DatasetState,
        given: Iterable[bytes],
        had: Had,
        hold: LeaseGuard,
    ) -> DatasetState:
        """What is known of the lines after the import; `given` is the manifest as it was given."""
        noted, uri = entries.Numbered(), ""
        if had.missing or had.bad or known.lines > known.sent:
            storage = self.storage.attended(hold.keep)
            storage = storage.limited_to(self.open_places.of(source.channel))
            arrived = Arrived(had.pictures, had.bad, _Looks(storage).cause)
            rows = table(noted.through(outcomes(given, source, arrived)))
            uri = _written(source, rows, storage)
        found = entries.after_import(known.findings, noted, missing=had.missing, bad=had.bad)
        return msgspec.structs.replace(known, findings=found, ledger_uri=uri)


@dataclass(slots=True)
class _Looks:
    """Looks at the pictures of lost lines, as long as there are few."""

    storage: Storage
    left: int = field(default=_LOOKED)

    def cause(self, source: str) -> str:
        """The code of what is likely the matter."""
        if not self.left:
            return findings.VANISHED
        self.left -= 1
        try:
            return self._look(S3Uri.parse(source))
        except MissingObject:
            return findings.NO_PICTURE
        except (Refusal, BadAddress):  # not to be let look tells nothing
            return findings.VANISHED

    def _look(self, picture: S3Uri) -> str:
        size = self.storage.size(picture)
        if size > PICTURE_BYTES:
            return findings.LARGE_PICTURE
        if not size:
            return findings.STRANGE_PICTURE
        head = read_head(self.storage.beginning(picture, ENOUGH))
        if not head.known:
            return findings.STRANGE_PICTURE
        sides = [side for side in (head.width, head.height) if side]
        if any(not SIDE_MIN <= side <= SIDE_MAX for side in sides):
            return findings.SIDES_OF_PICTURE
        return findings.VANISHED


def _written(source: Source, rows: Iterable[bytes], storage: Storage) -> str:
    """Write the table beside the manifest; its address, "" where it cannot be written or the
    manifest not be read again: then numbers stand without lines.
    """
    try:
        with gathered(rows) as body:
            if not source.manifest_uri:
                return ""
            place = entries.place(source.manifest, body.sha256, "-lines.csv")
            storage.put_once(place, body, "text/csv")
    except Refusal as refusal:
        log.warning("the lines of %s stand in no table: %s", source.called, refusal.words)
        return ""
    return str(place)
