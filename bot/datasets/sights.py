"""Sights: what a source of datasets may look at, for a form that waits or for a worker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.base.bucket_rights import BucketRights
from bot.base.open_places import OpenPlaces
from bot.base.storage import Storage
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.source import Source
from bot.datasets.sources.origin import Sight


@dataclass(frozen=True, slots=True)
class Sights:
    """Makes sights; those of a form that waits are `hurried`."""

    storage: Storage
    custom_labels: CustomLabels
    rights: BucketRights
    open_places: OpenPlaces
    hurried: bool = False

    def of(self, source: Source, at: datetime, step: Callable[[], None]) -> Sight:
        """What the dataset's channel may look at; labels are dated `at`. `step` is called with
        every piece and page: what it raises ends a look for which nobody waits any more.
        """
        allowed = self.open_places.of(source.channel)

        def entries(project: str, dataset_type: str) -> Iterator[bytes]:
            found = self.custom_labels.lines(project, dataset_type, hurried=self.hurried)
            for line in found:
                step()
                yield line

        return Sight(
            storage=self.storage.attended(step).limited_to(allowed),
            entries=entries,
            allowed=allowed,
            closed=partial(self.rights.closed, allowed=allowed, step=step),
            created=at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
        )
