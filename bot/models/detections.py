"""What a running model found in a picture (pure): as the bot keeps it, draws it and says it."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base.blocks import count, cut
from bot.manifests.shapes import Box, Class, Told

_SIDES = ("Left", "Top", "Width", "Height")
_LABEL = 60
_LABELS_SAID, _SURE_SAID = 12, 6  # more of either is a list that nobody reads


class Detection(msgspec.Struct, frozen=True):
    """One label that was found, with how sure the model is, in percent. `box` is left, top, width
    and height as shares of the picture's, None where the label is of the whole picture.
    """

    label: str
    confidence: float
    box: tuple[float, float, float, float] | None = None


def detections(answer: Mapping[str, Any]) -> tuple[Detection, ...]:
    """What AWS's answer (DetectCustomLabels) says, the surest first."""
    found = [_detection(each) for each in answer.get("CustomLabels") or ()]
    return tuple(sorted(found, key=lambda each: (-each.confidence, each.label)))


def _detection(found: Mapping[str, Any]) -> Detection:
    box = (found.get("Geometry") or {}).get("BoundingBox")
    place = None
    if box:
        left, top, width, height = (float(box.get(side) or 0.0) for side in _SIDES)
        place = (left, top, width, height)
    return Detection(str(found.get("Name") or ""), float(found.get("Confidence") or 0.0), place)


def as_told(found: Iterable[Detection], size: tuple[int, int]) -> Told:
    """The labels as those of a picture of this width and height in pixels."""
    known = tuple(found)
    wide, high = size
    boxes = tuple(
        Box(
            each.label,
            each.box[0] * wide,
            each.box[1] * high,
            each.box[2] * wide,
            each.box[3] * high,
            each.confidence / 100,
        )
        for each in known
        if each.box is not None
    )
    if boxes:
        return Told("", "object-detection", "boxes", boxes=boxes, size=size, human=False)
    classes = tuple(Class(each.label, each.confidence / 100) for each in known)
    return Told("", "image-classification", "classes", classes=classes, size=size, human=False)


def found_words(found: Iterable[Detection], least: int | None) -> str:
    """What was found, in words: `ripe 97 %, unripe 61 %`, or `2 apples...` by label for boxes; what
    was asked for where it is nothing. `least` is the confidence from which on a label counts. It is
    drawn as it is, and escaped where it is said in Slack.
    """
    by_label: dict[str, list[Detection]] = {}
    for each in found:
        by_label.setdefault(each.label, []).append(each)
    said = [_label_words(label, each) for label, each in by_label.items()]
    if len(said) > _LABELS_SAID:
        said[_LABELS_SAID:] = [f"and {count(len(said) - _LABELS_SAID, 'more label')}"]
    if said:
        return ", ".join(said)
    if least is None:
        return "nothing of which it is sure enough"
    return f"nothing of which it is sure to {least} % or more"


def _label_words(label: str, found: list[Detection]) -> str:
    """One label: how often, and how sure each time."""
    name = cut(label, _LABEL)
    sure = [f"{each.confidence:.0f} %" for each in found]
    if found[0].box is None:
        return f"{name} {sure[0]}"
    more = f" and {len(sure) - _SURE_SAID:,} more" if len(sure) > _SURE_SAID else ""
    return f"{len(found):,} {name} ({', '.join(sure[:_SURE_SAID])}{more})"
