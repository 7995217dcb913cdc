"""A picture with what a model found in it, drawn; called only where Pillow is (`can_draw`)."""

from collections.abc import Sequence

from bot.models.detections import Detection, as_told
from bot.models.trial_cards import ALT_MOST


def drawn(body: bytes, name: str, found: Sequence[Detection], said: str) -> bytes:
    """The picture as a JPEG, its name and what was found below it.

    Raises:
        Undrawable: with a reason of a few words.

    """
    from bot.pictures.drawing import draw_labels  # noqa: PLC0415 - Pillow is an extra
    from bot.pictures.opened import opened  # noqa: PLC0415 - as above
    from bot.pictures.palette import Colours  # noqa: PLC0415 - as above
    from bot.pictures.sheet import LARGE, LARGE_LETTER, Tile, large_picture  # noqa: PLC0415

    picture = opened(body, LARGE)
    colours = Colours(dict.fromkeys(each.label for each in found))
    told = as_told(found, picture.size)
    image = draw_labels(picture, told, colours, letter=LARGE_LETTER)
    return large_picture(Tile(name, said[:ALT_MOST], image))


def made_sendable(body: bytes, most: int) -> bytes:
    """The picture as a model takes it, in at most `most` bytes (see `bot.pictures.sent`)."""
    from bot.pictures.sent import sendable  # noqa: PLC0415 - Pillow is an extra

    return sendable(body, most)
