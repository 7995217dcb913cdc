"""What is sent to Ground Truth for an order (pure): the files' places, tags and the
CreateLabelingJob request.
"""

import hashlib
import json
from typing import Any

from bot.base.s3_uri import S3Uri
from bot.engines.ground_truth.catalogue import lambda_arn, page_arn
from bot.engines.protocol import Order

REQUEST_TAG = "labeljob:request"


def place_of(order: Order, content: bytes, ending: str) -> S3Uri:
    """Where a file of the job lies: its key holds the hash of its content, so that it never
    changes.
    """
    return order.folder.join(f"{_sha256(content)}{ending}")


def request(  # noqa: PLR0913 - an order and where it goes
    order: Order,
    *,
    region: str,
    role_arn: str,
    template: S3Uri | None,
    labels: S3Uri,
    kms_key: str = "",
) -> dict[str, Any]:
    """The arguments of CreateLabelingJob; `template` is None for a task type with a page of AWS's
    own, `kms_key` is what the results are encrypted with ("" for nothing said).

    The tags are the request's key and one more: the digest of the request, which tells an
    administrator whether AWS has what the bot would ask for now.
    """
    kind, told = order.task_type, order.instructions
    ui = {"UiTemplateS3Uri": str(template)}
    if template is None:
        ui = {"HumanTaskUiArn": page_arn(region, kind.human_task_ui)}
    key = {"KmsKeyId": kms_key} if kms_key else {}
    asked: dict[str, Any] = {
        "LabelingJobName": order.name,
        "LabelAttributeName": order.label_attribute,
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": str(order.manifest)}}},
        "OutputConfig": {"S3OutputPath": str(order.output).rstrip("/"), **key},
        "RoleArn": role_arn,
        "LabelCategoryConfigS3Uri": str(labels),
        "HumanTaskConfig": {
            "WorkteamArn": order.workteam,
            "UiConfig": ui,
            "PreHumanTaskLambdaArn": lambda_arn(region, kind.pre),
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": lambda_arn(region, kind.acs)
            },
            "TaskTitle": told.task_title,
            "TaskDescription": told.description,
            "TaskKeywords": list(kind.default_keywords),
            "NumberOfHumanWorkersPerDataObject": order.workers_per_object,
            "TaskTimeLimitInSeconds": order.task_time_limit_s,
            "TaskAvailabilityLifetimeInSeconds": order.availability_s,
        },
    }
    digest = _sha256(json.dumps(asked, sort_keys=True).encode())
    tags = {REQUEST_TAG: order.request_key, "labeljob:digest": digest}
    return {**asked, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
