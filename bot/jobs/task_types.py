"""The built-in Ground Truth task types as data (pure; package data is read once at import).

Promises to the form, the launch and the cards: one row per task type with everything that differs between types, so
that a new type is a row and an id in `OFFERED`, never another path through the code.
"""

import json
from importlib import resources
from typing import Any

import msgspec

from bot.base.blocks import count
from bot.base.errors import Refusal


class TaskType(msgspec.Struct, frozen=True):
    """One built-in task type.

    `pre` and `acs` are the names of the Lambda functions (give them to `lambda_arn`); `element` is the crowd element
    of the worker page and `labels_attribute` its attribute for the labels. `labels_max` is the API's limit, None for
    none. `ref_suffix` is "must" or "must-not": whether the label attribute has to end with -ref. `ui_kind` is
    "template" (our page in S3) or "arn" (a page of AWS, `human_task_ui`). `rekognition` tells whether Custom Labels
    takes the result ("as is", "needs …" or "not importable …"). `media` are the file endings that the type reads.
    """

    id: str
    title: str
    category: str
    summary: str
    element: str
    labels_attribute: str
    ui_kind: str
    human_task_ui: str
    pre: str
    acs: str
    source_key: str
    media: tuple[str, ...]
    labels_min: int
    labels_max: int | None
    labels_max_console: int | None
    ref_suffix: str
    time_limit_max_s: int
    objects_max: int
    default_title: str
    default_description: str
    default_keywords: tuple[str, ...]
    metadata_type: str
    console_default_workers: int
    auto_label: str
    rekognition: str
    public_workforce: bool

    @property
    def noun(self) -> str:
        """What one object of this type is called: picture, text, video or scene."""
        return _NOUNS.get(self.category, "object")

    @property
    def makes_dataset(self) -> bool:
        """Whether Rekognition Custom Labels takes the output (as it is, or after a transform that we do)."""
        return self.rekognition.startswith(("as is", "needs"))

    @property
    def label_limits(self) -> str:
        """How many labels the type takes, in words: "2 labels or more", "1 to 50 labels"."""
        if self.labels_max is None:
            return f"{count(self.labels_min, 'label')} or more"
        return f"{self.labels_min} to {self.labels_max} labels"


_CATEGORIES = {
    "image": "Image",
    "text": "Text",
    "video": "Video",
    "point-cloud": "3D",
    "generative-or-custom": "Custom",
    "custom": "Custom",
}
_NOUNS = {"Image": "picture", "Text": "text", "Video": "video", "3D": "scene"}
_OBJECTS_MAX = 100_000  # Ground Truth: objects per manifest, where a type has no lower limit of its own

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
        labels_attribute=ui.get("labels_attribute") or "",
        ui_kind=ui["kind"],
        human_task_ui=ui.get("human_task_ui") or "",
        pre=raw.get("pre") or "",
        acs=raw.get("acs") or "",
        source_key=raw["source_key"],
        media=tuple(raw.get("media") or ()),
        labels_min=raw["labels_min"],
        labels_max=raw.get("labels_max_api"),
        labels_max_console=raw.get("labels_max_console"),
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
        public_workforce=bool(raw.get("public_workforce")),
    )


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return data


TASK_TYPES: dict[str, TaskType] = {raw["id"]: _row(raw) for raw in _read("ground_truth_task_types.json")["task_types"]}

OFFERED: tuple[str, ...] = ("image-classification", "bounding-box", "text-classification")
"""The types that can really be launched from the form; nothing else is shown."""

CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(TASK_TYPES[one].category for one in OFFERED))

_ACCOUNTS: dict[str, str] = _read("ground_truth_regions.json")["lambda_account_by_region"]

REGIONS: tuple[str, ...] = tuple(sorted(_ACCOUNTS))
"""The Regions that have the built-in Lambda functions."""


class RegionWithoutTypes(Refusal):
    """Ground Truth has no built-in task types in this Region. Ask an administrator to choose another one."""


def offered(category: str) -> list[TaskType]:
    """The task types that the form shows for a category ("Image", "Text"); empty for any other word."""
    return [TASK_TYPES[one] for one in OFFERED if TASK_TYPES[one].category == category]


def lambda_arn(region: str, name: str) -> str:
    """The ARN of a built-in Lambda function such as "PRE-BoundingBox".

    Raises:
        RegionWithoutTypes: AWS documents no account for this Region (no API returns it, so it is shipped as data).
    """
    if region not in _ACCOUNTS:
        raise RegionWithoutTypes(
            f"Ground Truth has no built-in task types in {region}. They exist in {', '.join(REGIONS)}."
        )
    return f"arn:aws:lambda:{region}:{_ACCOUNTS[region]}:function:{name}"
