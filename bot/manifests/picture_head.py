"""What the first kilobytes of a picture tell (pure): its kind, its size and whether EXIF turns it.

JPEG and PNG are what Ground Truth reads; both say their size near the beginning, mostly.
"""

import struct
from dataclasses import dataclass
from io import BytesIO

import imagesize

ENOUGH = 64 * 1024  # bytes: EXIF data with their small picture stand before a JPEG's size
_SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_UPRIGHT = {0, 1, -1}  # EXIF orientation: 1 is upright; the others are what "not said" looks like
_BROKEN = (ValueError, LookupError, TypeError, OSError, struct.error, OverflowError)


@dataclass(frozen=True, slots=True)
class PictureHead:
    """`known` is off where it is no picture that Ground Truth reads; width and height are pixels as
    stored, 0 where the beginning does not tell.
    """

    known: bool
    width: int = 0
    height: int = 0
    turned: bool = False


def read_head(start: bytes) -> PictureHead:
    """What the beginning of a file tells; nothing in it can make this raise."""
    if not start.startswith(_SIGNS):
        return PictureHead(known=False)
    try:
        said = imagesize.get_info(
            BytesIO(start), dpi=False, colors=False, channels=False, exif_rotation=False
        )
    except _BROKEN:
        return PictureHead(known=True)
    return PictureHead(
        True, max(0, said.width), max(0, said.height), (said.rotation or 1) not in _UPRIGHT
    )
