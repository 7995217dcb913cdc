"""The tiles of the form: what is to be done, in words, and the task types behind each (pure)."""

from bot.engines.task_type import (
    BOXES,
    CHECK,
    CLASSIFY,
    CLOUDS,
    MASKS,
    MORE,
    TEXT,
    VIDEO,
    TaskType,
    TaskTypes,
)

WORDS = {
    CLASSIFY: ("Classify", "A label for each picture, text or clip, or several"),
    BOXES: ("Boxes", "A box round every object of a picture"),
    MASKS: ("Masks", "Every pixel of a picture gets a label"),
    TEXT: ("Text spans", "Words and phrases are marked with labels"),
    VIDEO: ("Video", "Objects are found in frames, or followed through them"),
    CLOUDS: ("3D", "Objects in point clouds are found, followed or painted"),
    CHECK: ("Check or fix existing labels", "Of an earlier job, or a model's first drafts"),
    MORE: ("More", "A worker page and functions of your own"),
}
"""What each tile is called and what is done there."""


def partner(types: TaskTypes, kind: TaskType) -> TaskType | None:
    """The type that differs from this one in whether an object gets several labels."""
    for other in types.of_tile(kind.tile):
        if other.category == kind.category and other.several is not kind.several:
            return other
    return None


def bases(types: TaskTypes, tile: str) -> list[TaskType]:
    """The types of a tile, of two that differ only in the number of labels the one with a single
    one.
    """
    found = types.of_tile(tile)
    return [one for one in found if not one.several or partner(types, one) is None]
