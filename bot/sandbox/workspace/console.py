"""What somebody does in the AWS console, behind the bot's back: a labeling job of their own."""

from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.addresses import ROLE

_FUNCTIONS = "arn:aws:lambda:us-east-1:432418664414:function"


def classification_job(
    name: str, team: str, *, attribute: str, manifest: str, title: str
) -> dict[str, Any]:
    """CreateLabelingJob's members for pictures that get one word each; `team` is an ARN, `manifest`
    an S3 address.
    """
    return {
        "LabelingJobName": name,
        "LabelAttributeName": attribute,
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}},
        "OutputConfig": {"S3OutputPath": f"s3://{seed.OUT}/labels"},
        "RoleArn": ROLE,
        "LabelCategoryConfigS3Uri": f"s3://{seed.RAW}/spring/labels.json",
        "HumanTaskConfig": {
            "WorkteamArn": team,
            "UiConfig": {"UiTemplateS3Uri": f"s3://{seed.RAW}/spring/page.liquid.html"},
            "PreHumanTaskLambdaArn": f"{_FUNCTIONS}:PRE-ImageMultiClass",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": f"{_FUNCTIONS}:ACS-ImageMultiClass",
            },
            "TaskTitle": title,
            "TaskDescription": "Choose one word for the picture",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
        },
    }
