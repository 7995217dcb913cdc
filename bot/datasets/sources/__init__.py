"""Sources of datasets (pure): where pictures and labels come from, one file each.

To add one, write its file and put it on the list; it then stands in the form of `/dataset create`.
"""

from collections.abc import Iterator

import msgspec

from bot.datasets.source import Source
from bot.datasets.sources import copied, exported, folder, job, manifest, pictures
from bot.datasets.sources.origin import Notes, Origin, Sight

_LIST = (
    *(manifest.ORIGIN, job.ORIGIN, folder.ORIGIN),
    *(pictures.ORIGIN, exported.ORIGIN, copied.ORIGIN),
)
ORIGINS: dict[str, Origin] = {each.name: each for each in _LIST}


def origin_of(source: Source) -> Origin:
    """Where a dataset comes from; a name that this version does not know is that of a manifest."""
    return ORIGINS.get(source.origin, manifest.ORIGIN)


def lines_of(source: Source, sight: Sight, notes: Notes) -> Iterator[bytes]:
    """The manifest of a dataset in pieces: as it was given or written, else as it will be written.

    Raises:
        Refusal: nothing can be made of the source.

    """
    made = origin_of(source).lines
    if made is None or source.manifest_uri:
        return sight.storage.chunks(source.manifest)
    return made(source, sight, notes)


def alone(source: Source) -> Source:
    """The dataset without what was typed for sources that were not chosen."""
    origin = origin_of(source)
    if origin is not pictures.ORIGIN:
        source = msgspec.structs.replace(source, brought=())
    if origin.lines is None:
        return msgspec.structs.replace(source, place="", store="")
    place = origin.place_of(source)
    return msgspec.structs.replace(source, manifest_uri="", pair=False, place=place)
