"""What is marked in video frames and point clouds: plain values, the JSON of a worker's answer, and
the files that results have.

Promised to answers, simulated workers and results: a mark keeps its place under the names that
result files give it (left, top, width, height; vertices; x, y; center-x and the other eight of a
cuboid). Pixels are whole, a cloud's lengths are meters.

UNSURE: what the service's own tools for frames and clouds submit is in no document; here it is the
frames of the result file with labels by their names.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["CUBOID", "Mark", "NotAScene", "PointClasses", "Scene", "SceneFrame", "read", "write"]

CUBOID = (
    *("center-x", "center-y", "center-z", "length", "width", "height"),
    *("roll", "pitch", "yaw"),
)
_FLAT = (("left", "top", "width", "height"), ("x", "y"), CUBOID)
_OURS = {"label", "label-category-attributes", "object-name", "object-id"}
_MOST_POINTS = 10_000_000


class NotAScene(ValueError):
    """The answer is not one of this task type; the message says why."""


@dataclass(frozen=True)
class Mark:
    """One thing that was marked in a frame: its label, where it is, what is said of it, its name
    (``car:1``) and, where things are followed, the id that it has in all frames.
    """

    label: str
    place: Mapping[str, Any]
    attributes: Mapping[str, Any]
    name: str
    object_id: str = ""


@dataclass(frozen=True)
class SceneFrame:
    """One frame with its marks: its number as the sequence gives it, its file's name, and what is
    said of the frame as a whole.
    """

    number: Any
    name: str
    marks: tuple[Mark, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """All frames of one object, in order; a single point cloud has one."""

    frames: tuple[SceneFrame, ...]


@dataclass(frozen=True)
class PointClasses:
    """The class of every point of a cloud: 0 for none, n for the n-th label."""

    classes: bytes
    attributes: Mapping[str, Any]


def read(labels: Sequence[str], content: Mapping[str, Any], shape: str) -> Scene | PointClasses:
    """Read an answer; ``shape`` is the task type's. Raises NotAScene."""
    if shape == "points":
        return _points(labels, content.get("pointClasses"))
    frames = content.get("frames")
    if not isinstance(frames, list) or not frames:
        raise NotAScene("the page sent no frames")
    return Scene(tuple(_frame(labels, each) for each in frames))


def write(answer: Scene | PointClasses) -> dict[str, Any]:
    """The JSON of an answer; ``read`` reads it back."""
    if isinstance(answer, PointClasses):
        packed = base64.b64encode(zlib.compress(answer.classes)).decode()
        return {"pointClasses": {"classes": packed, "frame-attributes": dict(answer.attributes)}}
    return {
        "frames": [
            {
                "frame-no": frame.number,
                "frame": frame.name,
                "frame-attributes": dict(frame.attributes),
                "annotations": [_written(mark) for mark in frame.marks],
            }
            for frame in answer.frames
        ]
    }


def _written(mark: Mark) -> dict[str, Any]:
    own = {"object-id": mark.object_id} if mark.object_id else {}
    said = {"label-category-attributes": dict(mark.attributes), "object-name": mark.name}
    return {"label": mark.label, **mark.place, **said, **own}


def _frame(labels: Sequence[str], given: Any) -> SceneFrame:
    marks = given.get("annotations") if isinstance(given, dict) else None
    if not isinstance(marks, list):
        raise NotAScene("a frame has no list of annotations")
    attributes = given.get("frame-attributes", {})
    if not isinstance(attributes, dict):
        raise NotAScene("the attributes of a frame are no object")
    return SceneFrame(
        given.get("frame-no"),
        str(given.get("frame", "")),
        tuple(_mark(labels, each) for each in marks),
        attributes,
    )


def _mark(labels: Sequence[str], given: Any) -> Mark:
    if not isinstance(given, dict) or given.get("label") not in labels:
        raise NotAScene(f"an annotation has none of the labels {', '.join(labels)}")
    attributes = given.get("label-category-attributes", {})
    if not isinstance(attributes, dict):
        raise NotAScene("the attributes of an annotation are no object")
    place = {name: value for name, value in given.items() if name not in _OURS}
    if not _is_place(place):
        raise NotAScene("an annotation has no place")
    return Mark(
        given["label"],
        place,
        attributes,
        str(given.get("object-name", "")),
        str(given.get("object-id", "")),
    )


def _is_place(place: Mapping[str, Any]) -> bool:
    if set(place) == {"vertices"}:
        vertices = place["vertices"]
        whole = isinstance(vertices, list) and len(vertices) > 1
        return whole and all(
            isinstance(each, dict) and _numbers(each, ("x", "y")) for each in vertices
        )
    return any(set(place) == set(names) and _numbers(place, names) for names in _FLAT)


def _numbers(place: Mapping[str, Any], names: Sequence[str]) -> bool:
    return all(_is_number(place.get(name)) for name in names)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _points(labels: Sequence[str], given: Any) -> PointClasses:
    text = given.get("classes") if isinstance(given, dict) else None
    try:
        unpacker = zlib.decompressobj()
        classes = unpacker.decompress(base64.b64decode(str(text), validate=True), _MOST_POINTS)
    except (binascii.Error, ValueError, zlib.error) as fault:
        raise NotAScene("the points' classes cannot be read") from fault
    if not classes or max(classes) > len(labels):
        raise NotAScene("a point has a class that is no label's")
    attributes = given.get("frame-attributes", {})
    if not isinstance(attributes, dict):
        raise NotAScene("the attributes of a frame are no object")
    return PointClasses(classes, attributes)


def marks_of(scene: Scene) -> Iterator[Mark]:
    """Every mark of every frame."""
    for frame in scene.frames:
        yield from frame.marks
