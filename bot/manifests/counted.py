"""What one label attribute says, as numbers (pure): how often each label occurs.

Promises to the summary: every occurrence in the line is counted once, whether or not its numbers
make sense (a box is a box; `told.py` reads its sides): a class of the whole object, a box, a word,
a cuboid; a class that a mask, a sequence or a cloud's points have anywhere. The ground behind
everything is no label.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.manifests.json_words import Object
from bot.manifests.plain_values import member, text
from bot.manifests.told import (
    GROUND_TRUTH,
    Say,
    class_named,
    class_names,
    classes_in_file,
    colours_named,
)


class Counted(msgspec.Struct, frozen=True):
    """The labels of one attribute of one line, as often as they occur. `boxes` are rectangles in
    pixels; `empty` says that it was labeled and nothing is there.
    """

    labels: tuple[str, ...] = ()
    boxes: int = 0
    empty: bool = False


def counted(value: Any, metadata: Object, say: Say) -> Counted:
    """The numbers of a label's value; what is odd is said and counts nothing."""
    kind = text(metadata.get("type")).removeprefix(GROUND_TRUTH)
    return _COUNTS.get(kind, _by_ending(kind))(value, metadata, say)


def _one_class(value: Any, metadata: Object, say: Say) -> Counted:
    if isinstance(value, dict | list):
        return _no("is no class", say)
    name = text(metadata.get("class-name")) or class_named(value, class_names(metadata), say)
    return Counted((name,))


def _several_classes(value: Any, metadata: Object, say: Say) -> Counted:
    if not isinstance(value, list):
        return _no("is no list of classes", say)
    names = class_names(metadata)
    return _all(tuple(class_named(each, names, say) for each in value))


def _boxes(value: Any, metadata: Object, say: Say) -> Counted:
    drawn = member(value, "annotations")
    if not isinstance(drawn, list):
        return _no("has no list of boxes", say)
    labels = _figures(drawn, "class_id", metadata, say)
    return Counted(labels, len(labels), empty=not drawn)


def _cuboids(value: Any, metadata: Object, say: Say) -> Counted:
    if isinstance(value, str):
        return _points(value, metadata, say)
    drawn = member(value, "annotations")
    if not isinstance(drawn, list):
        return _no("has no list of cuboids", say)
    return Counted(_figures(drawn, "class-id", metadata, say), empty=not drawn)


def _figures(drawn: list[Any], key: str, metadata: Object, say: Say) -> tuple[str, ...]:
    """The label of each figure."""
    names = class_names(metadata)
    figures = [each for each in drawn if isinstance(each, dict)]
    if len(figures) < len(drawn):
        say("figure", "has a figure that is no object")
    return tuple(class_named(each.get(key), names, say) for each in figures)


def _words(value: Any, _metadata: Object, say: Say) -> Counted:
    entities = member(member(value, "annotations"), "entities")
    if not isinstance(entities, list):
        return _no("has no list of words", say)
    labels = tuple(text(member(each, "label")) for each in entities)
    if not all(labels):
        say("figure", "has a word without a label")
    return Counted(tuple(label for label in labels if label), empty=not entities)


def _mask(value: Any, metadata: Object, say: Say) -> Counted:
    if not text(value):
        return _no("is no address of a mask", say)
    return _all(tuple(name for _, name, _ in colours_named(metadata, "internal-color-map")))


def _points(value: Any, metadata: Object, say: Say) -> Counted:
    if not text(value):
        return _no("is no address of a file", say)
    return _all(tuple(classes_in_file(metadata).values()))


def _frames(value: Any, metadata: Object, say: Say) -> Counted:
    if not text(value):
        return _no("is no address of a file", say)
    return _all(tuple(class_names(metadata).values()))


def _custom(_value: Any, _metadata: Object, _say: Say) -> Counted:
    """A form of its own: only that it is there can be counted."""
    return Counted()


def _all(labels: tuple[str, ...]) -> Counted:
    return Counted(labels, empty=not labels)


def _no(words: str, say: Say) -> Counted:
    say("shape", words)
    return Counted()


_Count = Callable[[Any, Object, Say], Counted]
_COUNTS: dict[str, _Count] = {
    "object-detection": _boxes,
    "semantic-segmentation": _mask,
    "text-span": _words,
    "label-verification": _one_class,
    "video-object-detection": _frames,
    "video-object-tracking": _frames,
    "point_cloud_object_tracking": _frames,
    "point_cloud_object_detection": _cuboids,
    "point_cloud_single_frame_semantic_segmentation": _points,
}


def _by_ending(kind: str) -> _Count:
    if kind.endswith("classification-multilabel"):
        return _several_classes
    return _one_class if kind.endswith("classification") else _custom
