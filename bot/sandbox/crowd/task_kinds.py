"""What each built-in task type asks of a worker and writes into the output manifest.

Promised to the simulated workers, the worker pages and the consolidation: one row per consolidation
function that Ground Truth ships, found by the name at the end of its ARN
(``…:function:ACS-ImageMultiClass``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.crowd.functions import PRACTICE_POST

Shape = Literal["one", "several", "boxes", "mask", "spans", "scene", "points", "any"]
Media = Literal["image", "text", "video", "frames", "cloud", "clouds"]
Audit = Literal["", "verification", "adjustment"]


@dataclass(frozen=True)
class TaskKind:
    """A task type: the shape of an answer, the medium shown, and the ``type`` written into the
    metadata.
    """

    name: str
    shape: Shape
    media: Media
    written_type: str
    audit: Audit = ""

    @property
    def element(self) -> str:
        """The name of the crowd element on the service's own page for this task type: the key of an
        answer.
        """
        if self.shape == "boxes":
            return "boundingBox"
        if self.shape == "mask":
            return "crowd-semantic-segmentation"
        if self.shape == "spans":
            return "crowd-entity-annotation"
        classifier = "crowd-image-classifier" if self.media == "image" else "crowd-classifier"
        return f"{classifier}-multi-select" if self.shape == "several" else classifier

    @property
    def is_scene(self) -> bool:
        """Whether it is done in the service's own tool for video frames or point clouds, which this
        stand-in does not have: only simulated people answer.
        """
        return self.shape in {"scene", "points"}

    @property
    def is_sequence(self) -> bool:
        """Whether one object is a file that lists frames."""
        return self.media in {"frames", "clouds"}

    @property
    def follows(self) -> bool:
        """Whether a thing is the same one in all frames, with an id of its own."""
        return "Tracking" in self.name


def _frames(name: str, written_type: str, media: Media, shape: Shape = "scene") -> list[TaskKind]:
    """A task type of frames or point clouds, and the one that audits it."""
    return [
        TaskKind(name, shape, media, written_type),
        TaskKind(f"Adjustment{name}", shape, media, written_type, "adjustment"),
    ]


# UNSURE: the metadata type of video classification is in no document; a real account can correct it
# here.
_KINDS = (
    TaskKind("ImageMultiClass", "one", "image", "groundtruth/image-classification"),
    TaskKind(
        "ImageMultiClassMultiLabel",
        "several",
        "image",
        "groundtruth/image-classification-multilabel",
    ),
    TaskKind("BoundingBox", "boxes", "image", "groundtruth/object-detection"),
    TaskKind("SemanticSegmentation", "mask", "image", "groundtruth/semantic-segmentation"),
    TaskKind(
        "VerificationBoundingBox", "one", "image", "groundtruth/label-verification", "verification"
    ),
    TaskKind(
        "VerificationSemanticSegmentation",
        "one",
        "image",
        "groundtruth/label-verification",
        "verification",
    ),
    TaskKind(
        "AdjustmentBoundingBox", "boxes", "image", "groundtruth/object-detection", "adjustment"
    ),
    TaskKind(
        "AdjustmentSemanticSegmentation",
        "mask",
        "image",
        "groundtruth/semantic-segmentation",
        "adjustment",
    ),
    TaskKind("TextMultiClass", "one", "text", "groundtruth/text-classification"),
    TaskKind(
        "TextMultiClassMultiLabel", "several", "text", "groundtruth/text-classification-multilabel"
    ),
    TaskKind("NamedEntityRecognition", "spans", "text", "groundtruth/text-span"),
    TaskKind("VideoMultiClass", "one", "video", "groundtruth/video-classification"),
    *_frames("VideoObjectDetection", "groundtruth/video-object-detection", "frames"),
    *_frames("VideoObjectTracking", "groundtruth/video-object-tracking", "frames"),
    *_frames("3DPointCloudObjectDetection", "groundtruth/point_cloud_object_detection", "cloud"),
    *_frames("3DPointCloudObjectTracking", "groundtruth/point_cloud_object_tracking", "clouds"),
    *_frames(
        "3DPointCloudSemanticSegmentation",
        "groundtruth/point_cloud_single_frame_semantic_segmentation",
        "cloud",
        "points",
    ),
)
_BY_NAME = {kind.name: kind for kind in _KINDS}
CUSTOM = TaskKind("Custom", "any", "text", "groundtruth/custom")
MERGED = TaskKind("Merged", "any", "text", "groundtruth/custom")
"""A custom job whose answers this stand-in's practice function makes one."""


def kind_named(name: str) -> TaskKind:
    """One of the service's own task types by the end of its functions' names; raises KeyError."""
    return _BY_NAME[name]


def kind_of(request: Mapping[str, Any]) -> TaskKind:
    """The task type of a CreateLabelingJob request.

    A consolidation function that is not one of the service's own, and PassThrough, make a custom
    job.
    """
    task = request.get("HumanTaskConfig", {})
    arn = str(
        task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn", "")
    )
    name = arn.rpartition(":function:")[2].partition(":")[0].removeprefix("ACS-")
    return MERGED if name == PRACTICE_POST else _BY_NAME.get(name, CUSTOM)
