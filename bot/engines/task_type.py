"""What a task type is, for every engine (pure)."""

import msgspec

from bot.base.blocks import count
from bot.instructions.page import Tool

_NOUNS = {"Image": "picture", "Text": "text", "Video": "video", "3D": "scene"}


class TaskType(msgspec.Struct, frozen=True):
    """One task type: all that is particular to a kind of work, as data.

    `pre` and `acs` are the names of Ground Truth's Lambda functions (give them to `lambda_arn`);
    `element` is the crowd element of the worker page, `element_name` what it is called there,
    `labels_attribute` its attribute for the labels. `labels_max` is the API's limit, None for none.
    `ref_suffix` is "must" or "must-not": whether the label attribute has to end with -ref.
    `ui_kind` is "template" (our page in S3) or "arn" (a page of AWS, `human_task_ui`).
    `makes_dataset` tells whether Rekognition Custom Labels takes the result (as it is, or after a
    transform of ours), `rekognition` in words. `media` are the file endings that the type reads;
    `offered` its place on the form, 0 where it cannot be launched yet.
    """

    id: str
    title: str
    category: str
    summary: str
    element: str
    element_name: str
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
    makes_dataset: bool
    offered: int
    public_workforce: bool

    @property
    def noun(self) -> str:
        """What one object of this type is called: picture, text, video or scene."""
        return _NOUNS.get(self.category, "object")

    @property
    def tool(self) -> Tool:
        """What stands in the middle of its worker page."""
        return Tool(
            self.element,
            self.element_name,
            self.labels_attribute,
            shows_text=self.source_key == "source",
        )

    @property
    def label_limits(self) -> str:
        """How many labels the type takes, in words: "2 labels or more", "1 to 50 labels"."""
        if self.labels_max is None:
            return f"{count(self.labels_min, 'label')} or more"
        return f"{self.labels_min} to {self.labels_max} labels"
