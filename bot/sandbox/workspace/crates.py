"""Manifests that somebody made elsewhere: the sample pictures with several fruits, a box round each
of them.

Promises to demos and tests a training and a test set without a picture in common, and slips among
the lines where they are asked for.
"""

import json
from typing import Any

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import seed

__all__ = [
    "PICTURES",
    "TEST",
    "TRAIN",
    "coco",
    "manifest",
    "test_lines",
    "train_lines",
    "with_slips",
]

TRAIN, TEST = "crates/train.manifest", "crates/test.manifest"
"""Where they lie in the practice bucket, once somebody has put them there."""
PICTURES = f"s3://{seed.RAW}/boxes/"
"""The folder of the pictures."""
_TESTED = 7  # of 24 pictures


def train_lines() -> list[str]:
    """The lines of the training set."""
    return _lines()[:-_TESTED]


def test_lines() -> list[str]:
    """The lines of the test set."""
    return _lines()[-_TESTED:]


def manifest(lines: list[str]) -> str:
    """The file that these lines make."""
    return "".join(f"{line}\n" for line in lines)


def with_slips(lines: list[str]) -> str:
    """The file with a line among them that is no JSON, one without its picture, and one twice."""
    nameless = {name: value for name, value in json.loads(lines[0]).items() if name != "source-ref"}
    slips = [lines[3].replace(":", " ", 1), json.dumps(nameless)]
    return manifest([*lines[:3], *slips, *lines[3:], lines[0]])


def coco() -> str:
    """The test set as COCO has it."""
    lines = [json.loads(line) for line in test_lines()]
    size = {"width": sample_truth.WIDTH, "height": sample_truth.HEIGHT}
    kinds = enumerate(sample_truth.KINDS)
    whole: dict[str, list[dict[str, Any]]] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": number, "name": kind} for number, kind in kinds],
    }
    for number, line in enumerate(lines, 1):
        name = line["source-ref"].rpartition("/")[2]
        whole["images"].append({"id": number, "file_name": name, **size})
        for box in line["crates"]["annotations"]:
            sides = [box[side] for side in ("left", "top", "width", "height")]
            mark = {"image_id": number, "category_id": box["class_id"], "bbox": sides}
            whole["annotations"].append({"id": len(whole["annotations"]) + 1, **mark})
    return json.dumps(whole)


def _lines() -> list[str]:
    names = [scene.name for scene in sample_truth.scenes(seed.SEED)]
    return [json.dumps(_boxes(name)) for name in names if name.startswith("table")]


def _boxes(name: str) -> dict[str, Any]:
    """The line of an augmented manifest for a picture, with a box round each of its fruits."""
    truth = sample_truth.truth_of_picture(name)
    boxes = truth.boxes if truth else ()
    kinds = list(sample_truth.KINDS)
    annotations = [
        {"class_id": kinds.index(kind), "left": left, "top": top, "width": width, "height": height}
        for kind, left, top, width, height in boxes
    ]
    size = {"width": sample_truth.WIDTH, "height": sample_truth.HEIGHT, "depth": 3}
    return {
        "source-ref": f"{PICTURES}{name}",
        "crates": {"image_size": [size], "annotations": annotations},
        "crates-metadata": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {str(kinds.index(kind)): kind for kind, *_ in boxes},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-07-02T09:14:31",
            "job-name": "labeling-job/crates",
        },
    }
