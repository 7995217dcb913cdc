"""Objects with their labels, drawn: twenty on a sheet, or one large, with words that stand for it.

Pillow is an extra: without it nothing is drawn here (`can_draw`), and masks stay unopened.
"""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from bot.base.storage import Storage
from bot.manifests.shapes import Line
from bot.pictures.files import Files
from bot.pictures.limits import can_draw
from bot.pictures.words import sheet_words

_AT_ONCE = 3  # pictures that are fetched and drawn at once: each may take 150 MB for a moment


def drawn(
    lines: Sequence[Line], attribute: str, labels: Iterable[str], storage: Storage, *, large: bool
) -> tuple[bytes, str]:
    """The picture of one object, or the sheet of several, and the words that stand for it; the
    order of `labels` decides their colours.
    """
    from bot.pictures.palette import Colours  # noqa: PLC0415 - Pillow is an extra
    from bot.pictures.sheet import contact_sheet, large_picture  # noqa: PLC0415 - as above
    from bot.pictures.tiles import Easel, tile_of  # noqa: PLC0415 - as above

    easel = Easel(Files(storage).read, Colours(dict.fromkeys(labels)))
    if large:
        tile = tile_of(lines[0], attribute, easel.large())
        alt = f"{tile.name}: {tile.why_not or tile.said}"
        return large_picture(tile), alt[:1_000]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="draw") as pool:
        tiles = list(pool.map(partial(tile_of, attribute=attribute, easel=easel), lines))
    alt = sheet_words(lines, attribute, [tile.why_not for tile in tiles])
    return contact_sheet(tiles), alt


def captioned(
    lines: Sequence[Line], captions: Sequence[str], labels: Iterable[str], storage: Storage
) -> tuple[bytes, int]:
    """A sheet of objects with what is drawn of their one label and words of the caller's below
    each; and how many could not be drawn.
    """
    from bot.pictures.palette import Colours  # noqa: PLC0415 - Pillow is an extra
    from bot.pictures.sheet import contact_sheet  # noqa: PLC0415 - as above
    from bot.pictures.tiles import Easel, tile_of  # noqa: PLC0415 - as above

    easel = Easel(Files(storage).read, Colours(dict.fromkeys(labels)))
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="draw") as pool:
        tiles = list(pool.map(partial(tile_of, attribute="", easel=easel), lines))
    said = [replace(tile, said=words) for tile, words in zip(tiles, captions, strict=True)]
    return contact_sheet(said), sum(bool(tile.why_not) for tile in tiles)


def with_areas(lines: Iterable[Line], storage: Storage) -> Iterable[Line]:
    """The lines with the areas of their masks, however long that takes; as they are without
    Pillow.
    """
    if not can_draw():
        return lines
    from bot.pictures.masks import opened_masks  # noqa: PLC0415 - Pillow is an extra

    return opened_masks(lines, Files(storage, seconds=math.inf).read)
