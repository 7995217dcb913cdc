"""Rekognition's rules for one label of one line (pure): what it will list against it, found before
the import.

Promised to `convert`: pairs of (code, detail) in Rekognition's own code names; limits are those of
Custom Labels.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeGuard

from bot.manifests.json_words import short

BOX_LIMIT = 50  # boxes per picture
LABELS_PER_IMAGE = 50
SIDE_MIN, SIDE_MAX = 64, 4096  # pixels
ASPECT = 20
PICTURE_BYTES = 15 * 1024 * 1024  # UNSURE: "15 MB"; the larger reading
NAME_LIMIT = 256  # UNSURE: the error page says 256, the API's DatasetLabel shape 255
# UNSURE: pictures with a longer side are taken to be shrunk to it, smaller ones left as they are
TRAINED_SIDE = 1280

WHOLE_LIMIT = 1 << 53

# UNSURE: the guide says “UTC, in ISO format”; whether other forms of it are read.
_DATE = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|\+00:00)?",
    re.ASCII,
)

Found = Iterator[tuple[str, str]]

_METADATA = "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
_FORMAT = "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"


def classification(value: Any, metadata: dict[str, Any]) -> Found:
    """What is wrong with a class label and its metadata."""
    if not _whole(value):
        yield _FORMAT, "the class must be a whole number"
    yield from _common(metadata)
    if not _sure(metadata.get("confidence")):
        yield _METADATA, "confidence must be between 0 and 1"
    name = metadata.get("class-name")
    if not isinstance(name, str):
        yield _METADATA, "class-name is missing"
    elif not 1 <= len(name) <= NAME_LIMIT:
        yield "ERROR_INVALID_LABEL_NAME_LENGTH", f"“{short(name)}”"


def boxes(value: Any, metadata: dict[str, Any]) -> Found:
    """What is wrong with the boxes of a picture and their metadata."""
    size = image_size(value)
    annotations = value.get("annotations") if isinstance(value, dict) else None
    if size is None or not isinstance(annotations, list):
        yield (
            _FORMAT,
            "image_size needs one entry with width, height and depth, annotations a list of boxes",
        )
        return
    yield from _common(metadata)
    yield from _dimension(*size)
    names, objects = metadata.get("class-map"), metadata.get("objects")
    if not isinstance(names, dict) or not isinstance(objects, list):
        yield _METADATA, "class-map and objects are missing"
        return
    for name in names.values():
        if not isinstance(name, str) or not 1 <= len(name) <= NAME_LIMIT:
            yield "ERROR_INVALID_LABEL_NAME_LENGTH", f"“{short(str(name))}”"
    if len(objects) < len(annotations):
        yield (
            "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE",
            f"{len(annotations)} boxes, {len(objects)} confidences",
        )
    elif not all(isinstance(each, dict) and _sure(each.get("confidence")) for each in objects):
        yield _METADATA, "confidence must be between 0 and 1"
    if len(annotations) > BOX_LIMIT:
        yield "ERROR_TOO_MANY_BOUNDING_BOXES", f"{len(annotations)} boxes"
    wrong = [fault for box in annotations for fault in [_box(box, size, names)] if fault]
    yield from dict.fromkeys(wrong)
    if annotations and sum(code.startswith("ERROR_") for code, _ in wrong) == len(annotations):
        yield "ERROR_NO_VALID_ANNOTATIONS", ""
    if not annotations:
        yield "WARNING_NO_ANNOTATIONS", ""


def _box(box: Any, size: tuple[int, int], names: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with one box."""
    given = (
        [box.get(side) for side in ("left", "top", "width", "height")]
        if isinstance(box, dict)
        else []
    )
    sides = [side for side in given if _whole(side)]
    if len(sides) != 4 or not _whole(box.get("class_id")):  # noqa: PLR2004 - a box has four
        return _FORMAT, "a box needs class_id, left, top, width and height as whole numbers"
    if str(box["class_id"]) not in names:
        return "ERROR_MISSING_CLASS_MAP_ID", f"class {box['class_id']}"
    left, top, width, height = sides
    if min(sides) < 0 or left + width > size[0] or top + height > size[1]:
        return (
            "ERROR_INVALID_BOUNDING_BOX",
            f"{left}, {top}, {width} by {height} in {size[0]} by {size[1]}",
        )
    shrunk = min(1.0, TRAINED_SIDE / max(size))
    thin = [side for side in (width, height) if side * shrunk <= 1]
    if len(thin) > 1:
        return "ERROR_BOUNDING_BOX_TOO_SMALL", f"{width} by {height} pixels"
    # UNSURE: the guide says “1 x 1 pixels”; nothing of a box that is as thin along one side.
    if thin:
        return "thin_box", f"{width} by {height} pixels"
    return None


def image_size(value: Any) -> tuple[int, int] | None:
    """Width and height in pixels as a box label gives them; None when it does not."""
    sizes = value.get("image_size") if isinstance(value, dict) else None
    if not isinstance(sizes, list) or len(sizes) != 1 or not isinstance(sizes[0], dict):
        return None
    width, height, depth = (sizes[0].get(side) for side in ("width", "height", "depth"))
    if not (_whole(width) and _whole(height) and _whole(depth)):
        return None
    return (width, height) if min(width, height) > 0 else None


def _dimension(width: int, height: int) -> Found:
    if min(width, height) < SIDE_MIN or max(width, height) > SIDE_MAX:
        yield "ERROR_INVALID_IMAGE_DIMENSION", f"{width:,} by {height:,}"
    elif max(width, height) > ASPECT * min(width, height):
        yield "ERROR_INVALID_IMAGE", f"{width:,} by {height:,}"


def _common(metadata: dict[str, Any]) -> Found:
    """The members that both kinds need."""
    if metadata.get("human-annotated") not in {"yes", "no"}:
        yield _METADATA, "human-annotated must be yes or no"
    date = metadata.get("creation-date")
    if isinstance(date, str) and _DATE.fullmatch(date):
        return
    if _is_date(date):
        yield "unusual_date", f"“{short(str(date))}”"
    else:
        yield _METADATA, "creation-date must be a date like 2026-07-02T09:14:31"


def _is_date(text: Any) -> bool:
    """Whether it is an ISO date of any form."""
    try:
        return isinstance(text, str) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _whole(number: Any) -> TypeGuard[int]:
    """A whole number that every JSON reader reads alike."""
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) < WHOLE_LIMIT


def _sure(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1
