"""A reader of labeling results that shares no code with their writer: written from AWS's page on
output data alone.

Gives every fault that it finds in an output manifest, in the files that its labels name, and in the
workers' responses beside it.
"""

import io
import json
import re
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from PIL import Image

Read = Callable[[str], bytes]
"""The bytes under an S3 address."""

TYPES = {
    "image-classification": "image-classification",
    "image-classification-multilabel": "image-classification-multilabel",
    "bounding-box": "object-detection",
    "bounding-box-verification": "label-verification",
    "bounding-box-adjustment": "object-detection",
    "semantic-segmentation": "semantic-segmentation",
    "semantic-segmentation-verification": "label-verification",
    "semantic-segmentation-adjustment": "semantic-segmentation",
    "text-classification": "text-classification",
    "text-classification-multilabel": "text-classification-multilabel",
    "named-entity-recognition": "text-span",
    "video-classification": "video-classification",
    "video-object-detection": "video-object-detection",
    "video-object-detection-adjustment": "video-object-detection",
    "video-object-tracking": "video-object-tracking",
    "video-object-tracking-adjustment": "video-object-tracking",
    "3d-object-detection": "point_cloud_object_detection",
    "3d-object-detection-adjustment": "point_cloud_object_detection",
    "3d-object-tracking": "point_cloud_object_tracking",
    "3d-object-tracking-adjustment": "point_cloud_object_tracking",
    "3d-semantic-segmentation": "point_cloud_single_frame_semantic_segmentation",
    "3d-semantic-segmentation-adjustment": "point_cloud_single_frame_semantic_segmentation",
    "passthrough": "custom",
    "custom": "custom",
}
CUBOID = {
    *("center-x", "center-y", "center-z", "length", "width", "height", "roll", "pitch", "yaw"),
    *("label-category-attributes", "object-name", "class-id"),
}
LISTS = {"polygons": {"vertices"}, "polylines": {"vertices"}, "keypoints": {"x", "y"}}
LISTS["annotations"] = {"left", "top", "width", "height"}


class Broken(AssertionError):
    """The results are not of the documented shape."""


def need(right: object, words: str) -> None:
    """Raise Broken unless it is right."""
    if not right:
        raise Broken(words)


def labels_in(
    read: Read, task_type: str, manifest: str, *, jobs: Iterable[str] = ()
) -> list[tuple[Any, dict[str, Any]]]:
    """Value and metadata of every labeled line of an output manifest, each of them checked; `jobs`
    are earlier ones of a chain whose labels it may hold.

    Raises Broken.
    """
    folder, _, name = manifest.partition("/manifests/output/")
    own = folder.rpartition("/")[2]
    need(name == "output.manifest" or name.startswith("all-labels-"), manifest)
    found = []
    for number, text in enumerate(read(manifest).decode().splitlines(), 1):
        entry = json.loads(text)
        need(("source" in entry) != ("source-ref" in entry), f"line {number}: its source")
        name = attribute_of(entry, task_type)
        if name:
            value, metadata = entry[name], entry[f"{name}-metadata"]
            _check_common(metadata, {own, *jobs})
            CHECKS[TYPES[task_type]](read, entry, value, metadata)
            if task_type.endswith("-adjustment"):
                need(metadata.get("adjustment-status") in {"adjusted", "unadjusted"}, "status")
            found.append((value, metadata))
    return found


def attribute_of(entry: dict[str, Any], task_type: str) -> str:
    """The newest label attribute of this task type; "" for a line that has none."""
    wanted = f"groundtruth/{TYPES[task_type]}"
    named = [
        name.removesuffix("-metadata")
        for name, value in entry.items()
        if name.endswith("-metadata") and isinstance(value, dict) and value.get("type") == wanted
    ]
    return named[-1] if named else ""


def _check_common(metadata: dict[str, Any], jobs: set[str]) -> None:
    before = "" if metadata["type"] == "groundtruth/custom" else "labeling-job/"
    named = {f"{before}{job.lower()}" for job in jobs}
    need(metadata["job-name"] in named, f"job-name {metadata['job-name']}")
    need(metadata["human-annotated"] in {"yes", "no"}, "human-annotated")
    need(datetime.fromisoformat(metadata["creation-date"]).tzinfo is None, "creation-date")


def _one(_read: Read, _entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    need(type(value) is int and value >= 0, f"class {value!r}")
    need(isinstance(metadata["class-name"], str), "class-name")
    need(0 <= metadata["confidence"] <= 1, "confidence")


def _verdict(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    _one(read, entry, value, metadata)
    earlier = [
        each["type"]
        for name, each in entry.items()
        if name.endswith("-metadata") and "type" in each
    ]
    audited = {"groundtruth/object-detection", "groundtruth/semantic-segmentation"}
    need(audited & set(earlier), "the labels that were verified are kept")


def _several(_read: Read, _entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    keys = {str(each) for each in value}
    need(all(type(each) is int for each in value), f"classes {value!r}")
    need(metadata["class-map"].keys() == keys == metadata["confidence-map"].keys(), "class-map")


def _boxes(_read: Read, _entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    [size] = value["image_size"]
    need(size.keys() == {"width", "height", "depth"}, "image_size")
    need(len(metadata["objects"]) == len(value["annotations"]), "objects belong to annotations")
    for box in value["annotations"]:
        need(box.keys() == {"class_id", "left", "top", "width", "height"}, f"box {box}")
        need(str(box["class_id"]) in metadata["class-map"], "class_id")
        need(box["left"] >= 0 and box["left"] + box["width"] <= size["width"], "inside")
        need(box["top"] >= 0 and box["top"] + box["height"] <= size["height"], "inside")


def _mask(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    colours = metadata["internal-color-map"]
    need(colours["0"]["class-name"] == "BACKGROUND", "background")
    with Image.open(io.BytesIO(read(value))) as mask:
        need(mask.format == "PNG", "a PNG")
        with Image.open(io.BytesIO(read(entry["source-ref"]))) as picture:
            need(picture.size == mask.size, "the picture's size")
        pixels = mask.convert("RGB").tobytes()
        shown = {f"#{pixels[at : at + 3].hex()}" for at in range(0, len(pixels), 3)}
    need(shown <= {each["hex-color"] for each in colours.values()}, f"colours {shown}")


def _spans(_read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    marked = value["annotations"]
    known = {each["label"] for each in marked["labels"]}
    need(all("shortDisplayName" in each for each in marked["labels"]), "shortDisplayName")
    need(len(marked["entities"]) == len(metadata["entities"]), "a confidence for each")
    for each in marked["entities"]:
        need(each["label"] in known, "label")
        need(0 <= each["startOffset"] < each["endOffset"] <= len(entry["source"]), "offsets")


def _attributes(given: dict[str, Any]) -> None:
    need(all(isinstance(each, str | int | float) for each in given.values()), "attributes")


def _frames(
    read: Read, entry: Any, value: Any, metadata: dict[str, Any], *, followed: bool
) -> None:
    place = r"/annotations/consolidated-annotation/output/\d+/SeqLabel\.json$"
    need(re.search(place, value), value)
    content, sequence = json.loads(read(value)), json.loads(read(entry["source-ref"]))
    [(name, frames)] = content.items()
    need(name == ("tracking-annotations" if followed else "detection-annotations"), name)
    shown = [each["frame"] for each in sequence["frames"]]
    need([each["frame"] for each in frames] == shown, "every frame, in order")
    ids: dict[str, str] = {}
    for frame in frames:
        need("frame-no" in frame, "frame-no")
        _attributes(frame["frame-attributes"])
        [kind] = LISTS.keys() & frame.keys()
        for mark in frame[kind]:
            own = {"object-id", "object-name"} if followed else set()
            wanted = LISTS[kind] | own | {"class-id", "label-category-attributes"}
            need(mark.keys() == wanted, f"{kind}: {sorted(mark)}")
            need(isinstance(mark["class-id"], str), "class-id is text")
            need(mark["class-id"] in metadata["class-map"], "class-map")
            _attributes(mark["label-category-attributes"])
            if followed:
                _same_thing(mark, ids)


def _same_thing(mark: dict[str, Any], ids: dict[str, str]) -> None:
    need(re.fullmatch(r".+:\d+", mark["object-name"]), "object-name")
    need(ids.setdefault(mark["object-name"], mark["object-id"]) == mark["object-id"], "object-id")


def _found(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    _frames(read, entry, value, metadata, followed=False)


def _tracked(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    _frames(read, entry, value, metadata, followed=True)


def _cuboids(_read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    need("unix-timestamp" in entry["source-ref-metadata"], "source-ref-metadata is kept")
    need(metadata["objects"] == [], "objects")
    for each in value["annotations"]:
        need(each.keys() == CUBOID, f"cuboid {sorted(each)}")
        need(type(each["class-id"]) is int, "class-id is a number")
        need(str(each["class-id"]) in metadata["class_map"], "class_map")


def _moving_cuboids(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    need(value.endswith("/SeqLabel.json"), value)
    sequence = json.loads(read(entry["source-ref"]))
    frames = json.loads(read(value))["tracking-annotations"]
    need([each["frame-name"] for each in frames] == [f["frame"] for f in sequence["frames"]], "all")
    need([each["frame-no"] for each in metadata["objects"]], "objects by frame")
    ids: dict[str, str] = {}
    for frame in frames:
        need("frame-number" in frame, "frame-number")
        for each in frame["annotations"]:
            need(each.keys() == CUBOID | {"object-id"}, f"cuboid {sorted(each)}")
            need(str(each["class-id"]) in metadata["class-map"], "class-map")
            _same_thing(each, ids)


def _points(read: Read, entry: Any, value: Any, metadata: dict[str, Any]) -> None:
    need(value.endswith(".zlib"), value)
    classes = zlib.decompress(read(value))
    need(len(classes) == len(read(entry["source-ref"]).splitlines()), "one class for each point")
    colours = metadata["color-map"]
    need({str(each) for each in classes} <= colours.keys(), "color-map")
    wanted = {"class-name", "hex-color", "confidence"}
    need(all(each.keys() == wanted for each in colours.values()), "color-map")


def _custom(_read: Read, _entry: Any, value: Any, _metadata: dict[str, Any]) -> None:
    need(value, "something was submitted")


CHECKS: dict[str, Callable[[Read, Any, Any, dict[str, Any]], None]] = {
    "image-classification": _one,
    "text-classification": _one,
    "video-classification": _one,
    "label-verification": _verdict,
    "image-classification-multilabel": _several,
    "text-classification-multilabel": _several,
    "object-detection": _boxes,
    "semantic-segmentation": _mask,
    "text-span": _spans,
    "video-object-detection": _found,
    "video-object-tracking": _tracked,
    "point_cloud_object_detection": _cuboids,
    "point_cloud_object_tracking": _moving_cuboids,
    "point_cloud_single_frame_semantic_segmentation": _points,
    "custom": _custom,
}


def responses_in(read: Read, listed: list[str]) -> int:
    """How many answers lie in these worker-response files, each checked. Raises Broken."""
    count = 0
    for uri in listed:
        need(re.search(r"/worker-response/iteration-\d+/\d+/[^/]+\.json$", uri), uri)
        for answer in json.loads(read(uri))["answers"]:
            wanted = {"acceptanceTime", "answerContent", "submissionTime", "timeSpentInSeconds"}
            need(answer.keys() == wanted | {"workerId", "workerMetadata"}, str(sorted(answer)))
            need(answer["answerContent"], "an answer")
            count += 1
    return count
