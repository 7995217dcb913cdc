"""What each built-in task type asks of a worker and writes into the output manifest.

Promised to the simulated workers, the worker pages and the consolidation: one row per consolidation
function that Ground Truth ships, found by the name at the end of its ARN
(``…:function:ACS-ImageMultiClass``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Shape = Literal["one", "several", "boxes", "mask", "spans", "any"]
Media = Literal["image", "text", "video"]
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
)
_BY_NAME = {kind.name: kind for kind in _KINDS}
CUSTOM = TaskKind("Custom", "any", "text", "groundtruth/custom")
# Their pages are the service's own, with tools for frame sequences and point clouds that this
# stand-in does not have.
_NOT_HERE = ("VideoObject", "3DPointCloud")


def kind_named(name: str) -> TaskKind:
    """One of the service's own task types by the end of its functions' names; raises KeyError."""
    return _BY_NAME[name]


def kind_of(request: Mapping[str, Any]) -> TaskKind | None:
    """The task type of a CreateLabelingJob request, or None for one whose tool this stand-in does
    not have.

    A consolidation function that is not one of the service's own, and PassThrough, make a custom
    job.
    """
    task = request.get("HumanTaskConfig", {})
    arn = str(
        task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn", "")
    )
    name = arn.rpartition(":function:")[2].partition(":")[0].removeprefix("ACS-")
    if name in _BY_NAME:
        return _BY_NAME[name]
    if "ACS-" in arn and any(part in name for part in _NOT_HERE):
        return None
    return CUSTOM
