"""What frames and point clouds leave in the results: the label attribute, its metadata, and the
files that it names; and the way back, for audits.

Promised to the consolidation: values and files as AWS's page on output data has them. In a sequence
file of pictures ``class-id`` is text, in one of clouds a whole number.

UNSURE: how several workers' marks in frames and clouds become one; here the first answer stands.

UNSURE: whether frame-no is written as in the sequence file; the guide prints text where its own
input has numbers.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.sandbox import strict_json
from bot.sandbox.crowd import masks
from bot.sandbox.crowd.scenes import Mark, PointClasses, Scene, SceneFrame
from bot.sandbox.crowd.task_kinds import TaskKind

__all__ = ["Keep", "is_audited", "result_of", "scene_before"]

Keep = Callable[[str, bytes], str]
"""Stores a file of this kind ("json", "zlib", "png") among the results and gives its URI."""
_BACKGROUND = "Background"


def result_of(
    kind: TaskKind, labels: Sequence[str], answer: Scene | PointClasses, drawn: str, keep: Keep
) -> tuple[Any, dict[str, Any]]:
    """The label attribute's value and its metadata; ``drawn`` is the annotation type of frames."""
    if isinstance(answer, PointClasses):
        return keep("zlib", zlib.compress(answer.classes)), _map_of_colours(labels, answer)
    used = sorted({mark.label for frame in answer.frames for mark in frame.marks}, key=labels.index)
    classes = {str(labels.index(label)): label for label in used}
    if kind.media == "cloud":
        return _cuboids(labels, answer, classes)
    if kind.media == "clouds":
        frames = [_cloud(labels, frame) for frame in answer.frames]
        sure = [{"frame-no": frame.number, "confidence": []} for frame in answer.frames]
        uri = keep("json", _packed({"tracking-annotations": frames}))
        return uri, {"objects": sure, "class-map": classes}
    frames = [_picture(labels, frame, drawn) for frame in answer.frames]
    return keep("json", _packed({_list_of(kind): frames})), {"class-map": classes}


def _list_of(kind: TaskKind) -> str:
    return "tracking-annotations" if kind.follows else "detection-annotations"


def _packed(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _picture(labels: Sequence[str], frame: SceneFrame, drawn: str) -> dict[str, Any]:
    lists = {"Polygon": "polygons", "Polyline": "polylines", "Keypoint": "keypoints"}
    return {
        lists.get(drawn, "annotations"): [
            {**each.place, "class-id": str(labels.index(each.label)), **_said(each, kept=False)}
            for each in frame.marks
        ],
        "frame-no": frame.number,
        "frame": frame.name,
        "frame-attributes": dict(frame.attributes),
    }


def _said(mark: Mark, *, kept: bool) -> dict[str, Any]:
    """What is said of a mark; things that are not followed have no name in pictures."""
    own: dict[str, Any] = {"label-category-attributes": dict(mark.attributes)}
    if mark.object_id:
        own["object-id"] = mark.object_id
    if mark.object_id or kept:
        own["object-name"] = mark.name
    return own


def _cloud(labels: Sequence[str], frame: SceneFrame) -> dict[str, Any]:
    return {
        "frame-number": frame.number,
        "frame-name": frame.name,
        "frame-attributes": dict(frame.attributes),
        "annotations": [
            {**_said(each, kept=True), "class-id": labels.index(each.label), **each.place}
            for each in frame.marks
        ],
    }


def _cuboids(
    labels: Sequence[str], answer: Scene, classes: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The value of a single cloud. UNSURE: class_map with an underscore, as the guide's one sample
    prints it.
    """
    [frame] = answer.frames
    metadata: dict[str, Any] = {"objects": [], "class_map": dict(classes)}
    if frame.attributes:
        metadata["dataset-object-attributes"] = dict(frame.attributes)
    return {"annotations": _cloud(labels, frame)["annotations"]}, metadata


def _map_of_colours(labels: Sequence[str], answer: PointClasses) -> dict[str, Any]:
    colours = {
        str(number): {
            "class-name": name,
            "hex-color": masks.colour_of(number),
            "confidence": 0.0,
        }
        for number, name in enumerate((_BACKGROUND, *labels))
    }
    metadata: dict[str, Any] = {"color-map": colours}
    if answer.attributes:
        metadata["dataset-object-attributes"] = dict(answer.attributes)
    return metadata


def scene_before(
    kind: TaskKind,
    labels: Sequence[str],
    entry: Mapping[str, Any],
    audited: str,
    fetch: Callable[[str], bytes],
) -> Scene | PointClasses | None:
    """What an audit begins with: the audited attribute of a manifest line, read back; None where
    the line has none of this task type, or with a label that the audit does not have.

    Raises what ``fetch`` raises.
    """
    value, metadata = entry.get(audited), entry.get(f"{audited}-metadata")
    if not audited or not isinstance(metadata, dict) or metadata.get("type") != kind.written_type:
        return None
    try:
        if kind.shape == "points":
            said = metadata.get("dataset-object-attributes", {})
            return PointClasses(zlib.decompress(fetch(str(value))), said)
        if kind.media == "cloud":
            said = metadata.get("dataset-object-attributes", {})
            only = {**dict(value or {}), "frame-attributes": said}
            return Scene((_frame_back(labels, metadata["class_map"], only, entry),))
        content = strict_json.loads(fetch(str(value)))
        [frames] = content.values()
        classes = metadata["class-map"]
        return Scene(tuple(_frame_back(labels, classes, each, entry) for each in frames))
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, zlib.error):
        return None


def _frame_back(
    labels: Sequence[str],
    classes: Mapping[str, str],
    given: Mapping[str, Any],
    entry: Mapping[str, Any],
) -> SceneFrame:
    lists = ("annotations", "polygons", "polylines", "keypoints")
    found = next(given[name] for name in lists if name in given)
    marks = tuple(_mark_back(classes, each, at) for at, each in enumerate(found, 1))
    if any(mark.label not in labels for mark in marks):
        raise ValueError("a label that the audit does not have")
    own = str(entry["source-ref"]).rpartition("/")[2]
    return SceneFrame(
        given.get("frame-no", given.get("frame-number", 0)),
        given.get("frame", given.get("frame-name", own)),
        marks,
        given.get("frame-attributes", {}),
    )


def _mark_back(classes: Mapping[str, str], given: Mapping[str, Any], at: int) -> Mark:
    label = classes[str(given["class-id"])]
    ours = {"class-id", "label-category-attributes", "object-id", "object-name"}
    return Mark(
        label,
        {name: value for name, value in given.items() if name not in ours},
        given.get("label-category-attributes", {}),
        given.get("object-name", f"{label}:{at}"),
        given.get("object-id", ""),
    )


def is_audited(entry: Mapping[str, Any], audited: str, kind: TaskKind) -> bool:
    """Whether a manifest line carries labels of this task type under the audited name."""
    metadata = entry.get(f"{audited}-metadata")
    return (
        audited in entry
        and isinstance(metadata, dict)
        and metadata.get("type") == kind.written_type
    )
