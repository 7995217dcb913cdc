"""What an adjustment job starts from: the boxes or the label map that an earlier job left in the
manifest line.

Promised to the tasks and to the simulated workers: plain values in the shape of an answer, or None
where the line has nothing of the kind (then whatever a worker submits counts as adjusted).
"""

from collections.abc import Callable, Mapping, Sequence
from math import floor
from typing import Any

from bot.sandbox.crowd import masks
from bot.sandbox.crowd.answers import Box, Boxes
from bot.sandbox.crowd.job_request import ObjectGone
from bot.sandbox.crowd.masks import Mask

__all__ = ["boxes_before", "mask_before"]


_SIDES = ("left", "top", "width", "height")


def _earlier(
    entry: Mapping[str, Any], attribute: str, written_type: str
) -> tuple[Any, Mapping[str, Any]] | None:
    """The last attribute of this type that is not the job's own, with its metadata."""
    found = None
    for name, value in entry.items():
        metadata = entry.get(f"{name}-metadata")
        if (
            name != attribute
            and isinstance(metadata, dict)
            and metadata.get("type") == written_type
        ):
            found = value, metadata
    return found


def boxes_before(entry: Mapping[str, Any], attribute: str) -> Boxes | None:
    """The boxes that an audited manifest line came with: the last box attribute that is not this
    job's own.
    """
    found = _earlier(entry, attribute, "groundtruth/object-detection")
    if found is None or not isinstance(found[0], dict):
        return None
    value, metadata = found
    size = (value.get("image_size") or [{}])[0]
    classes = metadata.get("class-map", {})
    drawn = [
        box
        for box in value.get("annotations", [])
        if all(isinstance(box[side], int | float) for side in _SIDES)
    ]
    boxes = [_shown(classes.get(str(box["class_id"]), ""), box) for box in drawn]
    return Boxes(tuple(boxes), size.get("width", 0), size.get("height", 0))


def _shown(label: str, box: Mapping[str, Any]) -> Box:
    """A box as the tool shows it, on whole pixels.

    UNSURE: what AWS's tool submits for a box between pixels that nobody touched; here it counts as
    unadjusted.
    """
    left, top = _pixel(box["left"]), _pixel(box["top"])
    right, bottom = _pixel(box["left"] + box["width"]), _pixel(box["top"] + box["height"])
    return Box(label, left, top, right - left, bottom - top)


def _pixel(edge: float) -> int:
    """The nearest pixel, as JavaScript's Math.round gives it."""
    return floor(edge + 0.5)


def mask_before(
    entry: Mapping[str, Any],
    attribute: str,
    labels: Sequence[str],
    size: tuple[int, int],
    fetch: Callable[[str], bytes],
) -> Mask | None:
    """The label map that an audited line names, read with its own color map; ``fetch`` raises
    ObjectGone.
    """
    found = _earlier(entry, attribute, "groundtruth/semantic-segmentation")
    if found is None:
        return None
    uri, metadata = found
    colour_map = metadata.get("internal-color-map")
    if not isinstance(uri, str) or not isinstance(colour_map, dict):
        return None
    colours = {
        str(given.get("class-name", "")): str(given.get("hex-color", ""))
        for given in colour_map.values()
        if isinstance(given, dict) and given.get("class-name") != masks.BACKGROUND
    }
    try:
        return masks.read_png(fetch(uri), size, labels, colours)
    except (ObjectGone, masks.NoMask):
        return None
