"""What a task type is, for every engine, and the task types of one (pure)."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bot.base.blocks import count
from bot.instructions.page import Tool

CLASSIFY, BOXES, MASKS, TEXT = "classify", "boxes", "masks", "text"
VIDEO, CLOUDS, CHECK, MORE = "video", "3d", "check", "more"
TILES = (CLASSIFY, BOXES, MASKS, TEXT, VIDEO, CLOUDS, CHECK, MORE)

# The shapes of the file that holds the labels.
STANDARD, SPANS, FRAMES = "standard", "ner", "video-pointcloud"

_NOUNS = {"Image": "picture", "Text": "text", "Video": "video", "3D": "scene"}


class TaskType(msgspec.Struct, frozen=True, kw_only=True):
    """One task type: all that is particular to a kind of work, as data.

    `labels_max` is the API's limit, None for none. `ref_suffix` is "must" or "must-not": whether
    the label attribute has to end with -ref. `makes_dataset` tells whether Rekognition Custom
    Labels takes the result (as it is, or after a transform of ours), `rekognition` in words.
    `media` are the file endings that the type reads; `offered` its place on the form, 0 where it
    cannot be launched yet.

    `tile` is where a form shows it (one of `TILES`), `asks` which members of
    `bot.engines.particulars.Particulars` it needs or takes, and no others; `several` tells whether
    one object may get several labels, `annotation_types` which shapes can be drawn (the first where
    nobody says), and `task_time_s` how many seconds one task takes at most where nobody says.

    An audit names the task type whose labels it looks at (`audits`), what workers see of them
    (`earlier`: "boxes" or "mask" on our page, "" on one of AWS), and whether they may correct them
    (`fixes`).

    `label_max` is how many characters a label has at most, `short_max` and `full_max` how many the
    instructions have with their marks (0 where the worker page alone limits them), and
    `file_bytes_max` how large one object's file is at most (0 where nobody says).

    `auto_label` is the algorithm of automated labeling, "" where there is none; it takes
    `auto_label_labels_max` labels (None for any number) and pictures of `auto_label_pixels_max`.

    An engine whose worker pages are ours names the crowd element in `element`, what it is called
    there in `element_name`, and its attribute for the labels in `labels_attribute` ("" where the
    element needs more than an object and labels: we have no page for those). Ground Truth's own are
    `pre` and `acs`, the names of its Lambda functions (give them to `lambda_arn`; "" where they are
    the requester's own), `ui_kind`: "template" (a page in S3) or "arn" (a page of AWS,
    `human_task_ui`), and `category_file`, the shape of the file that holds the labels.
    """

    id: str
    title: str
    category: str
    summary: str
    source_key: str
    media: tuple[str, ...]
    labels_min: int
    labels_max: int | None
    ref_suffix: str
    time_limit_max_s: int
    objects_max: int
    makes_dataset: bool
    offered: int
    tile: str = MORE
    asks: tuple[str, ...] = ()
    several: bool = False
    annotation_types: tuple[str, ...] = ()
    task_time_s: int = 300
    label_max: int = 256
    short_max: int = 0
    full_max: int = 0
    file_bytes_max: int = 0
    audits: str = ""
    earlier: str = ""
    fixes: bool = False
    element: str = ""
    element_name: str = ""
    labels_attribute: str = ""
    ui_kind: str = ""
    human_task_ui: str = ""
    pre: str = ""
    acs: str = ""
    default_title: str = ""
    default_description: str = ""
    default_keywords: tuple[str, ...] = ()
    metadata_type: str = ""
    console_default_workers: int = 3
    category_file: str = STANDARD
    auto_label: str = ""
    auto_label_labels_max: int | None = None
    auto_label_pixels_max: int = 0
    rekognition: str = "not importable"
    public_workforce: bool = False
    jobs_max: int = 1

    @property
    def limit(self) -> int:
        """The most objects of one request, in one job of the engine or in several."""
        return self.objects_max * self.jobs_max

    @property
    def has_frames(self) -> bool:
        """Whether an object is a sequence of video frames, which a file lists."""
        return self.category == "Video" and self.media == (".json",)

    @property
    def needs_manifest(self) -> bool:
        """Whether only a manifest tells what to label: an audit's holds the earlier labels, that of
        a page of one's own what the page shows.
        """
        return bool(self.audits) or (self.source_key != "source" and not self.media)

    @property
    def noun(self) -> str:
        """What one object of this type is called: picture, text, video, sequence (of frames) or
        scene.
        """
        if self.has_frames:
            return "sequence"
        return _NOUNS.get(self.category, "object")

    @property
    def has_positions(self) -> bool:
        """Whether a label has its place in the picture (a box, a mask), not the picture as a
        whole.
        """
        return self.category == "Image" and "classifier" not in self.element

    @property
    def tool(self) -> Tool:
        """What stands in the middle of its worker page."""
        return Tool(
            self.element,
            self.element_name,
            self.labels_attribute,
            shows=self.noun,
            earlier=self.earlier,
            fixes=self.fixes,
        )

    @property
    def own_page(self) -> bool:
        """Whether the worker page is the requester's own."""
        return "template" in self.asks

    @property
    def label_limits(self) -> str:
        """How many labels the type takes, in words: "2 labels or more", "1 to 50 labels"."""
        if self.labels_max is None and not self.labels_min:
            return "any number of labels"
        if self.labels_max is None:
            return f"{count(self.labels_min, 'label')} or more"
        return f"{self.labels_min} to {self.labels_max} labels"


class TaskTypes(Mapping[str, TaskType]):
    """The task types of one engine, by their ids.

    `categories` and `tiles` are those of the offered ones, in the order in which a form shows them.
    """

    def __init__(self, rows: Iterable[TaskType]) -> None:
        self._rows = {row.id: row for row in rows}
        shown = [row for row in self._rows.values() if row.offered]
        self._offered = sorted(shown, key=lambda row: row.offered)
        self.categories = tuple(dict.fromkeys(row.category for row in self._offered))
        used = {row.tile for row in self._offered}
        self.tiles = tuple(tile for tile in TILES if tile in used)

    def __getitem__(self, task_type: str) -> TaskType:
        return self._rows[task_type]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def offered(self, category: str) -> list[TaskType]:
        """The types of a category ("Image", "Text") that can be launched, in the order in which a
        form shows them; nothing else is shown. Empty for any other word.
        """
        return [row for row in self._offered if row.category == category]

    def of_tile(self, tile: str) -> list[TaskType]:
        """The types of a tile ("classify", "boxes") that can be launched, in the order in which a
        form shows them. Empty for any other word.
        """
        return [row for row in self._offered if row.tile == tile]
