"""What Custom Labels takes for an image: to train with, and to look at."""

import io

from PIL import Image, UnidentifiedImageError

from bot.sandbox.aws.rekognition.rules import LARGEST_SIDE, SMALLEST_SIDE

__all__ = ["image_fault"]

LARGEST_IMAGE = 15 * 1024 * 1024
WIDEST_ASPECT = 20
_FORMAT = ("InvalidImageFormatException", "it is neither PNG nor JPEG")


def image_fault(body: bytes) -> tuple[str, str]:
    """What is wrong with an image: the code with which it is not looked at, and words; two empty
    texts for nothing.
    """
    if len(body) > LARGEST_IMAGE:
        return "ImageTooLargeException", "it has more than 15 MB"
    try:
        with Image.open(io.BytesIO(body)) as image:
            kind, (width, height) = image.format, image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return _FORMAT
    if kind not in {"PNG", "JPEG"}:
        return _FORMAT
    return _size_fault(width, height)


def _size_fault(width: int, height: int) -> tuple[str, str]:
    # UNSURE: the code that a picture of too few or too many pixels is refused with.
    code = "InvalidParameterException"
    if max(width, height) > LARGEST_SIDE:
        code = "ImageTooLargeException"
    elif max(width, height) > WIDEST_ASPECT * min(width, height):
        return code, "it is too long and narrow"
    elif min(width, height) >= SMALLEST_SIDE:
        return "", ""
    return code, f"it has {width} by {height} pixels"
