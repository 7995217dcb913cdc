"""A CreateLabelingJob request for each of Ground Truth's task types, as somebody in the AWS console
makes it from the samples, behind the bot's back.

Promised to the demo of all types and to the tests: task types go by the ids of the catalogue; an
audit names the type whose results it begins with. Data, and one function.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace import sample_scenes

__all__ = ["AUDITS", "LIGHT", "PAGE", "PLAIN", "TELLING", "Account", "Plain", "attribute"]
__all__ += ["audited_by", "categories", "request"]

_SERVICE = "394669845002"
_FUNCTIONS = "arn:aws:lambda:{region}:432418664414:function:"
OWN_FUNCTION = "arn:aws:lambda:{region}:{account}:function:SageMaker-practice-"
"""Functions of one's own that the stand-in has: the beginning of their names."""
PICTURES, TEXTS = "boxes/boxes.manifest", "texts/reviews.manifest"
FRUIT, RIPENESS = ("apple", "pear", "orange", "lemon"), ("unripe", "ripe", "overripe")
ROW, TONES = ("tree", "crate"), ("kind", "mixed", "harsh")
TELLING = [
    {"name": "hidden", "type": "string", "enum": ["no", "partly", "mostly"]},
    {"name": "sure", "type": "number", "minimum": 1, "maximum": 5},
    {"name": "remark", "type": "string"},
]
LIGHT = {"name": "light", "type": "string", "enum": ["dim", "bright"], "description": "How light?"}
_TOLD = {"shortInstruction": "<p>Look</p>", "fullInstruction": "<p>Look well</p>"}
PAGE = "every-type/page.liquid.html"
"""Where the worker page of these jobs lies."""
PAGE_TEXT = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-input name="remark" label="What do you see?"></crowd-input></crowd-form>
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the jobs are made: bucket of the samples, folder of the results, role, region, id, and
    how a file is put (key, text).
    """

    bucket: str
    output: str
    role: str
    region: str
    account: str
    put: Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Plain:
    """A task type that labels: the end of its functions' names, its labels, its manifest."""

    name: str
    labels: tuple[str, ...]
    manifest: str


PLAIN: Mapping[str, Plain] = {
    "image-classification": Plain("ImageMultiClass", RIPENESS, PICTURES),
    "image-classification-multilabel": Plain("ImageMultiClassMultiLabel", FRUIT, PICTURES),
    "bounding-box": Plain("BoundingBox", FRUIT, PICTURES),
    "semantic-segmentation": Plain("SemanticSegmentation", FRUIT, PICTURES),
    "text-classification": Plain("TextMultiClass", TONES, TEXTS),
    "text-classification-multilabel": Plain("TextMultiClassMultiLabel", FRUIT, TEXTS),
    "named-entity-recognition": Plain("NamedEntityRecognition", ("Person", "Place"), TEXTS),
    "video-classification": Plain("VideoMultiClass", FRUIT, sample_scenes.CLIPS),
    "video-object-detection": Plain("VideoObjectDetection", FRUIT, sample_scenes.BELTS),
    "video-object-tracking": Plain("VideoObjectTracking", FRUIT, sample_scenes.BELTS),
    "3d-object-detection": Plain("3DPointCloudObjectDetection", ROW, sample_scenes.CLOUDS),
    "3d-object-tracking": Plain("3DPointCloudObjectTracking", ROW, sample_scenes.ROWS),
    "3d-semantic-segmentation": Plain(
        "3DPointCloudSemanticSegmentation", ROW, sample_scenes.CLOUDS
    ),
    "passthrough": Plain("PassThrough", (), PICTURES),
    "custom": Plain("", (), PICTURES),
}
_IN_FRAMES = ("video-object", "3d")
_CHECKED = {"bounding-box": "BoundingBox", "semantic-segmentation": "SemanticSegmentation"}
AUDITS: Mapping[str, str] = {
    **{f"{audited}-verification": f"Verification{name}" for audited, name in _CHECKED.items()},
    **{f"{audited}-adjustment": f"Adjustment{name}" for audited, name in _CHECKED.items()},
    **{
        f"{audited}-adjustment": f"Adjustment{plain.name}"
        for audited, plain in PLAIN.items()
        if audited.startswith(_IN_FRAMES)
    },
}
"""Each audit with the end of its functions' names."""
_REF = {
    *("semantic-segmentation", "video-object-detection", "video-object-tracking"),
    *("3d-object-tracking", "3d-semantic-segmentation"),
}


def audited_by(task_type: str) -> str:
    """The task type whose labels an audit looks at; "" for a type that labels."""
    return task_type.rpartition("-")[0] if task_type in AUDITS else ""


def attribute(task_type: str) -> str:
    """A label attribute name that the task type takes."""
    own = task_type.replace("3d", "cloud")
    return f"{own}-ref" if task_type.removesuffix("-adjustment") in _REF else own


def categories(task_type: str, **more: Any) -> dict[str, Any]:
    """A label category file of the right kind; `more` replaces members of it."""
    audited = audited_by(task_type)
    base = audited or task_type
    names = ("good", "bad") if task_type.endswith("-verification") else PLAIN[base].labels
    labels: list[dict[str, Any]] = [{"label": name} for name in names]
    if not base.startswith(_IN_FRAMES):
        told = {"instructions": _TOLD} if base == "named-entity-recognition" else {}
        return {"document-version": "2018-11-28", "labels": labels, **told, **more}
    content: dict[str, Any] = {
        "documentVersion": "2020-03-01",
        "labels": labels,
        "frameAttributes": [LIGHT],
        "instructions": _TOLD,
    }
    if base != "3d-semantic-segmentation":
        content["categoryGlobalAttributes"] = TELLING
    if audited:
        content["auditLabelAttributeName"] = attribute(audited)
    return content | more


def request(  # noqa: PLR0913 - what can be chosen of a request
    account: Account,
    team: str,
    task_type: str,
    *,
    name: str = "",
    source: str = "",
    file: Mapping[str, Any] | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """A request for this task type to the work team (an ARN); its label category file and its page
    are put. `source` is the address of another manifest than the sample's.
    """
    name = name or f"every-{task_type}"
    labels = f"every-type/{name}/labels.json"
    account.put(labels, json.dumps(file or categories(task_type)))
    account.put(PAGE, PAGE_TEXT)
    base = audited_by(task_type) or task_type
    manifest = source or f"s3://{account.bucket}/{PLAIN[base].manifest}"
    before, after = _functions(account, task_type)
    return {
        "LabelingJobName": name,
        "LabelAttributeName": attribute(task_type),
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}},
        "OutputConfig": {"S3OutputPath": account.output},
        "RoleArn": account.role,
        "LabelCategoryConfigS3Uri": f"s3://{account.bucket}/{labels}",
        "HumanTaskConfig": {
            "WorkteamArn": team,
            "UiConfig": _page(account, task_type),
            "PreHumanTaskLambdaArn": before,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": after},
            "TaskTitle": task_type,
            "TaskDescription": "Look and answer",
            "NumberOfHumanWorkersPerDataObject": workers,
            "TaskTimeLimitInSeconds": 300,
        },
    }


def _functions(account: Account, task_type: str) -> tuple[str, str]:
    """The functions before and after the task; custom jobs name the stand-in's practice ones."""
    if task_type == "custom":
        own = OWN_FUNCTION.format(region=account.region, account=account.account)
        return f"{own}pre", f"{own}post"
    name = AUDITS.get(task_type) or PLAIN[task_type].name
    functions = _FUNCTIONS.format(region=account.region)
    return f"{functions}PRE-{name}", f"{functions}ACS-{name}"


def _page(account: Account, task_type: str) -> dict[str, str]:
    base = audited_by(task_type) or task_type
    if base == "named-entity-recognition" or base.startswith(_IN_FRAMES):
        tool = PLAIN[base].name.removeprefix("3D")
        service = f"arn:aws:sagemaker:{account.region}:{_SERVICE}:human-task-ui/"
        return {"HumanTaskUiArn": service + tool}
    return {"UiTemplateS3Uri": f"s3://{account.bucket}/{PAGE}"}
