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
from bot.engines.task_type import TaskType, TaskTypes

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

_SUMMARIES = {
    "image-classification": "One label for the whole picture",
    "image-classification-multilabel": "Every label that fits the picture",
    "bounding-box": "A box round every object, with its label",
    "semantic-segmentation": "Every pixel gets a label",
    "text-classification": "One label for the whole text",
    "text-classification-multilabel": "Every label that fits the text",
    "named-entity-recognition": "Words and phrases marked with labels",
}


def _row(raw: dict[str, Any]) -> TaskType:
    """A catalogue row in our words; members that a type lacks are empty."""
    ui = raw["ui"]
    return TaskType(
        id=raw["id"],
        title=raw["title"],
        category=_CATEGORIES[raw["family"]],
        summary=_SUMMARIES.get(raw["id"], raw.get("default_description") or raw["title"]),
        element=ui.get("element") or "",
        element_name=ui.get("name") or "",
        labels_attribute=ui.get("labels_attribute") or "",
        ui_kind=ui["kind"],
        human_task_ui=ui.get("human_task_ui") or "",
        pre=raw.get("pre") or "",
        acs=raw.get("acs") or "",
        source_key=raw["source_key"],
        media=tuple(raw.get("media") or ()),
        labels_min=raw["labels_min"],
        labels_max=raw.get("labels_max_api"),
        ref_suffix=raw["ref_suffix"],
        time_limit_max_s=raw["time_limit_max_s"],
        objects_max=raw.get("dataset_max_objects") or _OBJECTS_MAX,
        default_title=raw.get("default_title") or raw["title"],
        default_description=raw.get("default_description") or raw["title"],
        default_keywords=tuple(raw.get("default_keywords") or ()),
        metadata_type=raw.get("metadata_type") or "",
        console_default_workers=raw.get("console_default_workers") or 3,
        auto_label=raw.get("auto_label") or "",
        rekognition=raw.get("rekognition") or "not importable",
        makes_dataset=raw["makes_dataset"],
        offered=raw.get("offered") or 0,
        tile=raw["tile"],
        asks=tuple(raw.get("asks") or ()),
        several=bool(raw.get("several")),
        audits=raw.get("audits") or "",
        public_workforce=bool(raw.get("public_workforce")),
    )


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
