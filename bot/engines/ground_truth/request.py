"""What is sent to Ground Truth for an order (pure): the files' places, tags and the
CreateLabelingJob request.
"""

import hashlib
import json
from typing import Any

from bot.base.s3_uri import S3Uri
from bot.engines.ground_truth.catalogue import algorithm_arn, lambda_arn, page_arn
from bot.engines.particulars import Extras
from bot.engines.protocol import Order

REQUEST_TAG, DIGEST_TAG = "labeljob:request", "labeljob:digest"


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
    labels: S3Uri | None,
    kms_key: str = "",
) -> dict[str, Any]:
    """The arguments of CreateLabelingJob; `template` is None for a task type with a page of AWS's
    own, `labels` for a page of one's own without labels, `kms_key` is what the results are
    encrypted with ("" for nothing said).

    Two of the tags are the request's key and the digest of the request, which tells an
    administrator whether AWS has what the bot would ask for now.
    """
    extras = order.extras
    asked: dict[str, Any] = {
        "LabelingJobName": order.name,
        "LabelAttributeName": order.label_attribute,
        "InputConfig": _input(order),
        "OutputConfig": {
            "S3OutputPath": str(order.output).rstrip("/"),
            **_said(KmsKeyId=extras.output_key or kms_key, SnsTopicArn=extras.output_topic),
        },
        "RoleArn": role_arn,
        **_said(LabelCategoryConfigS3Uri=str(labels or "")),
        **_said(StoppingConditions=_stopping(extras)),
        **_said(LabelingJobAlgorithmsConfig=_algorithms(order, region)),
        "HumanTaskConfig": _task(order, region, template),
    }
    digest = _sha256(json.dumps(asked, sort_keys=True).encode())
    tags = {**extras.tags, REQUEST_TAG: order.request_key, DIGEST_TAG: digest}
    return {**asked, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _said(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value}


def _input(order: Order) -> dict[str, Any]:
    manifest = _said(ManifestS3Uri=str(order.manifest or ""))
    topic = _said(SnsTopicArn=order.extras.input_topic)
    return {
        "DataSource": _said(S3DataSource=manifest, SnsDataSource=topic),
        **_said(DataAttributes=_said(ContentClassifiers=list(order.extras.declarations))),
    }


def _stopping(extras: Extras) -> dict[str, int]:
    """When the job stops by itself; a job that is fed by a topic takes no such conditions."""
    if extras.input_topic:
        return {}
    return _said(
        MaxHumanLabeledObjectCount=extras.stop_at_objects,
        MaxPercentageOfInputDatasetLabeled=extras.stop_at_percent,
    )


def _algorithms(order: Order, region: str) -> dict[str, Any]:
    """Automated labeling, where it was asked for and the task type has it."""
    extras, algorithm = order.extras, order.task_type.auto_label
    if not (extras.auto_label and algorithm):
        return {}
    return {
        "LabelingJobAlgorithmSpecificationArn": algorithm_arn(region, algorithm),
        **_said(InitialActiveLearningModelArn=extras.first_model),
        **_said(LabelingJobResourceConfig=_said(VolumeKmsKeyId=extras.volume_key)),
    }


def _task(order: Order, region: str, template: S3Uri | None) -> dict[str, Any]:
    kind, told, extras = order.task_type, order.instructions, order.extras
    ui = {"UiTemplateS3Uri": str(template)}
    if template is None:
        ui = {"HumanTaskUiArn": page_arn(region, kind.human_task_ui)}
    before, after = order.particulars.pre_function, order.particulars.post_function
    if kind.pre:
        before, after = lambda_arn(region, kind.pre), lambda_arn(region, kind.acs)
    consolidation = _said(AnnotationConsolidationLambdaArn=after)
    return {
        "WorkteamArn": order.workteam,
        "UiConfig": ui,
        **_said(PreHumanTaskLambdaArn=before, AnnotationConsolidationConfig=consolidation),
        "TaskTitle": told.task_title,
        "TaskDescription": told.description,
        **_said(TaskKeywords=list(extras.keywords or kind.default_keywords)),
        "NumberOfHumanWorkersPerDataObject": order.workers_per_object,
        "TaskTimeLimitInSeconds": order.task_time_limit_s,
        "TaskAvailabilityLifetimeInSeconds": order.availability_s,
        **_said(
            MaxConcurrentTaskCount=extras.concurrent_tasks,
            PublicWorkforceTaskPrice=_price(order),
        ),
    }


def _price(order: Order) -> dict[str, Any]:
    """What a worker of the public workforce gets: only that workforce takes a price."""
    if "/public-crowd/" not in order.workteam or not order.extras.task_price:
        return {}
    dollars, tenths = divmod(order.extras.task_price, 1000)
    amount = {"Dollars": dollars, "Cents": tenths // 10, "TenthFractionsOfACent": tenths % 10}
    return {"AmountInUsd": amount}


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
