"""A CreateLabelingJob request for each task type, as somebody with AWS's guide writes it, and the
sample data that it labels.
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_practice import BUCKET, FUNCTIONS, Practice, labeling_job, picture

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import sample_scenes

HUMAN_UI = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
SEED = 7
FRUIT, RIPENESS = ("apple", "pear", "orange", "lemon"), ("unripe", "ripe", "overripe")
ROW = ("tree", "crate")
TELLING = [
    {"name": "hidden", "type": "string", "enum": ["no", "partly", "mostly"]},
    {"name": "sure", "type": "number", "minimum": 1, "maximum": 5},
    {"name": "remark", "type": "string"},
]
LIGHT = {"name": "light", "type": "string", "enum": ["dim", "bright"], "description": "How light?"}
TOLD = {"shortInstruction": "<p>Look</p>", "fullInstruction": "<p>Look well</p>"}
_PAGE = "<crowd-form><crowd-input name='remark'></crowd-input></crowd-form>"
_OWN_PAGE = "page.liquid.html"

# Task type: the end of its functions' names, its labels, its manifest, and what it audits.
PLAIN: dict[str, tuple[str, tuple[str, ...], str]] = {
    "image-classification": ("ImageMultiClass", RIPENESS, "pictures.manifest"),
    "image-classification-multilabel": ("ImageMultiClassMultiLabel", FRUIT, "pictures.manifest"),
    "bounding-box": ("BoundingBox", FRUIT, "pictures.manifest"),
    "semantic-segmentation": ("SemanticSegmentation", FRUIT, "pictures.manifest"),
    "text-classification": ("TextMultiClass", ("kind", "mixed", "harsh"), "texts.manifest"),
    "text-classification-multilabel": ("TextMultiClassMultiLabel", FRUIT, "texts.manifest"),
    "named-entity-recognition": ("NamedEntityRecognition", ("Person", "Place"), "texts.manifest"),
    "video-classification": ("VideoMultiClass", FRUIT, sample_scenes.CLIPS),
    "video-object-detection": ("VideoObjectDetection", FRUIT, sample_scenes.BELTS),
    "video-object-tracking": ("VideoObjectTracking", FRUIT, sample_scenes.BELTS),
    "3d-object-detection": ("3DPointCloudObjectDetection", ROW, sample_scenes.CLOUDS),
    "3d-object-tracking": ("3DPointCloudObjectTracking", ROW, sample_scenes.ROWS),
    "3d-semantic-segmentation": ("3DPointCloudSemanticSegmentation", ROW, sample_scenes.CLOUDS),
    "passthrough": ("PassThrough", (), "pictures.manifest"),
    "custom": ("", (), "pictures.manifest"),
}
AUDITS: dict[str, tuple[str, str]] = {
    "bounding-box-verification": ("VerificationBoundingBox", "bounding-box"),
    "bounding-box-adjustment": ("AdjustmentBoundingBox", "bounding-box"),
    "semantic-segmentation-verification": (
        "VerificationSemanticSegmentation",
        "semantic-segmentation",
    ),
    "semantic-segmentation-adjustment": ("AdjustmentSemanticSegmentation", "semantic-segmentation"),
    **{
        f"{name}-adjustment": (f"Adjustment{PLAIN[name][0]}", name)
        for name in PLAIN
        if name.startswith(("video-object", "3d"))
    },
}
_REF = {
    *("semantic-segmentation", "video-object-detection", "video-object-tracking"),
    *("3d-object-tracking", "3d-semantic-segmentation"),
}


def furnish(aws: Practice) -> None:
    """Pictures, texts, frames, clips and clouds, and the pages."""
    listed = []
    shape = picture(sample_truth.WIDTH, sample_truth.HEIGHT, "JPEG")
    for scene in list(sample_truth.scenes(SEED))[38:44]:
        aws.put(scene.name, shape)  # the workers know by its name what it shows
        listed.append({"source-ref": f"s3://{BUCKET}/{scene.name}"})
    aws.put("pictures.manifest", as_lines(listed))
    texts = ["Ana met Noor in Lyon.", "The pears from Kent came late.", "No apples, said Ben."]
    aws.put("texts.manifest", as_lines([{"source": text} for text in texts]))
    for key, content in sample_scenes.files(BUCKET, SEED):
        aws.put(key, content)
    aws.put(_OWN_PAGE, _PAGE)


def as_lines(entries: list[dict[str, Any]]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def attribute(task_type: str) -> str:
    """A label attribute name that the task type takes."""
    base = task_type.removesuffix("-adjustment")
    own = task_type.replace("3d", "cloud")
    return f"{own}-ref" if base in _REF else own


def categories(task_type: str, **more: Any) -> dict[str, Any]:
    """A label category file of the right kind; `more` replaces members of it."""
    audited = AUDITS[task_type][1] if task_type in AUDITS else ""
    base = audited or task_type
    names = PLAIN[base][1]
    if task_type.endswith("-verification"):
        names = ("good", "bad")
    labels: list[dict[str, Any]] = [{"label": name} for name in names]
    if not base.startswith(("video-object", "3d")):
        told = {"instructions": TOLD} if base == "named-entity-recognition" else {}
        return {"document-version": "2018-11-28", "labels": labels, **told, **more}
    content: dict[str, Any] = {
        "documentVersion": "2020-03-01",
        "labels": labels,
        "frameAttributes": [LIGHT],
        "instructions": TOLD,
    }
    if base != "3d-semantic-segmentation":
        content["categoryGlobalAttributes"] = TELLING
    if audited:
        content["auditLabelAttributeName"] = attribute(audited)
    return content | more


def request(
    aws: Practice,
    team: str,
    task_type: str,
    *,
    name: str = "",
    source: str = "",
    file: Mapping[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """A request for this task type; its label category file is put."""
    name = name or f"every-{task_type}"
    aws.put(f"{name}/labels.json", json.dumps(file or categories(task_type)))
    function, audited = AUDITS.get(task_type) or (PLAIN[task_type][0], task_type)
    ends = {
        "PreHumanTaskLambdaArn": f"{FUNCTIONS}PRE-{function}",
        "AnnotationConsolidationConfig": {
            "AnnotationConsolidationLambdaArn": f"{FUNCTIONS}ACS-{function}"
        },
    }
    if task_type == "custom":
        own = "arn:aws:lambda:us-east-1:111122223333:function:SageMaker-practice-"
        ends = {
            "PreHumanTaskLambdaArn": f"{own}pre",
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{own}post"},
        }
    page: dict[str, str] = {"UiTemplateS3Uri": f"s3://{BUCKET}/{_OWN_PAGE}"}
    if audited == "named-entity-recognition":
        page = {"HumanTaskUiArn": f"{HUMAN_UI}NamedEntityRecognition"}
    elif audited.startswith(("video-object", "3d")):
        page = {"HumanTaskUiArn": HUMAN_UI + PLAIN[audited][0].removeprefix("3D")}
    manifest = source or f"s3://{BUCKET}/{PLAIN[audited][2]}"
    return labeling_job(
        name,
        team,
        UiConfig=page,
        LabelAttributeName=attribute(task_type),
        LabelCategoryConfigS3Uri=f"s3://{BUCKET}/{name}/labels.json",
        InputConfig={"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}},
        **(ends | changes),
    )
