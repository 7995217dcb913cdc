"""The built-in Ground Truth task types as data (pure; package data is read once at import).

Promises to the form, the launch and the cards: one row per task type with everything that differs
between types, in a file per family. A new type is a row, never another path through the code.
"""

import json
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from bot.base.errors import Refusal
from bot.engines.task_type import FRAMES, TaskType, TaskTypes

_CATEGORIES = {
    "image": "Image",
    "text": "Text",
    "video": "Video",
    "point-cloud": "3D",
    "generative-or-custom": "Custom",
    "custom": "Custom",
}
# Ground Truth: objects per manifest, where a type has no lower limit of its own
_OBJECTS_MAX = 100_000
_LABEL_MAX = 256  # Ground Truth: characters of a label's name
_FRAMES_LABEL_MAX = 16  # Ground Truth: the same, on its pages for frames and point clouds
# Ground Truth: under 255 and under 2,048 characters, on its pages for frames and point clouds
_FRAMES_SHORT_MAX, _FRAMES_FULL_MAX = 254, 2_047
_TASK_TIME_S = 300  # the console's own for pictures and texts

_SUMMARIES = {
    "image-classification": "One label for the whole picture",
    "image-classification-multilabel": "Every label that fits the picture",
    "bounding-box": "A box round every object, with its label",
    "semantic-segmentation": "Every pixel gets a label",
    "text-classification": "One label for the whole text",
    "text-classification-multilabel": "Every label that fits the text",
    "named-entity-recognition": "Words and phrases marked with labels",
    "video-classification": "One label for the whole clip",
    "video-object-detection": "Shapes round the objects of every frame",
    "video-object-tracking": "Objects followed from frame to frame",
    "3d-object-detection": "Cuboids round the objects of a point cloud",
    "3d-object-tracking": "Cuboids that follow objects from frame to frame",
    "3d-semantic-segmentation": "Every point gets a label",
    "passthrough": "A page of your own; what people answer is kept as it is",
    "custom": "A page of your own, and functions that prepare tasks and join answers",
}


def _row(raw: dict[str, Any]) -> TaskType:
    """A catalogue row in our words; members that a type lacks are empty."""
    return TaskType(
        id=raw["id"],
        title=raw["title"],
        category=_CATEGORIES[raw["family"]],
        summary=_SUMMARIES.get(raw["id"], raw.get("default_description") or raw["title"]),
        pre=raw.get("pre") or "",
        acs=raw.get("acs") or "",
        source_key=raw["source_key"],
        media=tuple(raw.get("media") or ()),
        ref_suffix=raw["ref_suffix"],
        default_title=raw.get("default_title") or raw["title"],
        default_description=raw.get("default_description") or raw["title"],
        default_keywords=tuple(raw.get("default_keywords") or ()),
        metadata_type=raw.get("metadata_type") or "",
        console_default_workers=raw.get("console_default_workers") or 3,
        rekognition=raw.get("rekognition") or "not importable",
        makes_dataset=raw["makes_dataset"],
        offered=raw.get("offered") or 0,
        tile=raw["tile"],
        asks=tuple(raw.get("asks") or ()),
        several=bool(raw.get("several")),
        annotation_types=tuple(raw.get("annotation_types") or ()),
        task_time_s=raw.get("task_time_s") or _TASK_TIME_S,
        audits=raw.get("audits") or "",
        category_file=raw["category_file"],
        public_workforce=bool(raw.get("public_workforce")),
        **_page(raw),
        **_limits(raw),
    )


def _page(raw: dict[str, Any]) -> dict[str, Any]:
    """What workers see."""
    ui = raw["ui"]
    return {
        "element": ui.get("element") or "",
        "element_name": ui.get("name") or "",
        "labels_attribute": ui.get("labels_attribute") or "",
        "ui_kind": ui["kind"],
        "human_task_ui": ui.get("human_task_ui") or "",
        "earlier": ui.get("earlier") or "",
        "fixes": bool(raw.get("audits")) and not ui.get("overlay"),
    }


def _limits(raw: dict[str, Any]) -> dict[str, Any]:
    """What is too much."""
    frames = raw["category_file"] == FRAMES
    return {
        "labels_min": raw["labels_min"],
        "labels_max": raw.get("labels_max_api"),
        "label_max": _FRAMES_LABEL_MAX if frames else _LABEL_MAX,
        "short_max": _FRAMES_SHORT_MAX if frames else 0,
        "full_max": _FRAMES_FULL_MAX if frames else 0,
        "time_limit_max_s": raw["time_limit_max_s"],
        "objects_max": raw.get("dataset_max_objects") or raw.get("sequences_max") or _OBJECTS_MAX,
        "file_bytes_max": (raw.get("max_file_mb") or 0) * 1024 * 1024,
        "auto_label": raw.get("auto_label") or "",
        "auto_label_labels_max": raw.get("labels_max_api_auto_label"),
        "auto_label_pixels_max": raw.get("auto_label_max_pixels") or 0,
    }


def _read(file: Traversable) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


def _families() -> Iterator[dict[str, Any]]:
    """The rows of every family's file."""
    for file in sorted(_HERE.joinpath("task_types").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            yield from _read(file).get("task_types", ())


_HERE = resources.files(__package__)

TASK_TYPES = TaskTypes(_row(raw) for raw in _families())

_ACCOUNTS: dict[str, str] = _read(_HERE.joinpath("regions.json"))["lambda_account_by_region"]
_PAGES_ACCOUNT = "394669845002"  # the owner of AWS's own worker pages, in every Region
_ALGORITHMS_ACCOUNT = "027400017018"  # the owner of the algorithms, in every Region

REGIONS: tuple[str, ...] = tuple(sorted(_ACCOUNTS))
"""The Regions that have the built-in Lambda functions."""


class RegionWithoutTypes(Refusal):
    """Ground Truth has no built-in task types in this Region. Ask an administrator to choose
    another one.
    """


def lambda_arn(region: str, name: str) -> str:
    """The ARN of a built-in Lambda function such as "PRE-BoundingBox".

    Raises: RegionWithoutTypes: AWS documents no account for this Region (no API returns it, so it
        is shipped as data).
    """
    if region not in _ACCOUNTS:
        raise RegionWithoutTypes(
            f"Ground Truth has no built-in task types in {region}. They exist in "
            f"{', '.join(REGIONS)}."
        )
    return f"arn:aws:lambda:{region}:{_ACCOUNTS[region]}:function:{name}"


def page_arn(region: str, name: str) -> str:
    """The ARN of one of AWS's own worker pages, such as "NamedEntityRecognition"."""
    return f"arn:aws:sagemaker:{region}:{_PAGES_ACCOUNT}:human-task-ui/{name}"


def algorithm_arn(region: str, name: str) -> str:
    """The ARN of an algorithm of automated labeling, such as "object-detection"."""
    resource = f"labeling-job-algorithm-specification/{name}"
    return f"arn:aws:sagemaker:{region}:{_ALGORITHMS_ACCOUNT}:{resource}"
