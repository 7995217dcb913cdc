"""Sources of datasets (pure): where pictures and labels come from, one file each.

To add one, write its file and put it on the list; it then stands in the form of `/dataset create`.
"""

from bot.datasets.source import Source
from bot.datasets.sources import job, manifest
from bot.datasets.sources.origin import Origin

ORIGINS: dict[str, Origin] = {each.name: each for each in (manifest.ORIGIN, job.ORIGIN)}


def origin_of(source: Source) -> Origin:
    """Where a dataset comes from; a name that this version does not know is that of a manifest."""
    return ORIGINS.get(source.origin, manifest.ORIGIN)
