"""A picture as a model takes it: PNG or JPEG, upright, within AWS's bounds."""

from io import BytesIO

from PIL import Image

from bot.pictures.opened import fitting, opened, turn_of
from bot.pictures.sheet import jpeg

_SIDE = 4_096  # Custom Labels: pixels of a side
_SMALLER = 2_048


def sendable(body: bytes, most: int) -> bytes:
    """The picture as it is where a model takes it so, else drawn anew as a JPEG, smaller where it
    must be, so that it has at most `most` bytes.

    Raises:
        Undrawable: it is no picture, or broken.

    """
    picture = opened(body, (_SIDE, _SIDE)).image
    if len(body) <= most and _is_plain(body):
        return body
    made = jpeg(picture)
    if len(made) > most:
        small = fitting(picture.size, (_SMALLER, _SMALLER))
        made = jpeg(picture.resize(small, Image.Resampling.BILINEAR))
    return made


def _is_plain(body: bytes) -> bool:
    """Whether a picture that could be opened is a PNG or a JPEG that stands upright, not too wide
    or high.
    """
    with Image.open(BytesIO(body)) as image:
        kind = image.format in {"PNG", "JPEG"}
        return kind and max(image.size) <= _SIDE and turn_of(image) == 1
