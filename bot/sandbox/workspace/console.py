"""What somebody does in the AWS console, behind the bot's back: labeling jobs of their own."""

import json
from typing import Any

from bot.sandbox.workspace import every_type, seed
from bot.sandbox.workspace.addresses import ACCOUNT, REGION, ROLE, Addresses

__all__ = ["EVERY_OUTPUT", "OVER", "Console", "classification_job"]

EVERY_OUTPUT = f"s3://{seed.OUT}/every-type/"
OVER = {"Completed", "Failed", "Stopped"}
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


class Console:
    """Somebody in the AWS console of the practice account, with requests of every task type."""

    def __init__(self, addresses: Addresses) -> None:
        import boto3  # noqa: PLC0415 - the bot is started before it is read
        from botocore.config import Config  # noqa: PLC0415 - as above

        keys, url = addresses.keys, addresses.aws_url
        session = boto3.Session(
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            region_name=REGION,
        )
        path = Config(s3={"addressing_style": "path"})
        self.sagemaker: Any = session.client("sagemaker", endpoint_url=url)
        self.sns: Any = session.client("sns", endpoint_url=url)
        self._s3: Any = session.client("s3", endpoint_url=url, config=path)

    def put(self, key: str, text: str) -> str:
        """Store a text in the practice bucket; its address."""
        self._s3.put_object(Bucket=seed.RAW, Key=key, Body=text.encode())
        return f"s3://{seed.RAW}/{key}"

    def copy(self, key: str, to: str) -> None:
        """Copy an object of the practice bucket."""
        self._s3.copy_object(Bucket=seed.RAW, Key=to, CopySource={"Bucket": seed.RAW, "Key": key})

    def keys(self, folder: str) -> list[str]:
        """What lies in a folder of the practice bucket: a thousand keys at most."""
        listed = self._s3.list_objects_v2(Bucket=seed.RAW, Prefix=folder)
        return [str(each["Key"]) for each in listed.get("Contents", ())]

    def read(self, uri: str) -> bytes:
        """The bytes under an S3 address."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def answers(self, folder: str) -> list[list[dict[str, Any]]]:
        """What each person answered, object by object, in a job whose results lie there."""
        bucket, _, key = f"{folder}/annotations/worker-response/".removeprefix("s3://").partition(
            "/"
        )
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        found: dict[str, list[dict[str, Any]]] = {}
        for each in (each for page in pages for each in page.get("Contents", ())):
            answers = json.loads(self.read(f"s3://{bucket}/{each['Key']}"))["answers"]
            found.setdefault(each["Key"].rpartition("/")[0], []).extend(answers)
        return list(found.values())

    def create(self, task_type: str, name: str, *, source: str = "", **more: Any) -> None:
        """Make a labeling job for the team that works by itself; `more` are members of the request
        beside those that the task type needs.
        """
        account = every_type.Account(seed.RAW, EVERY_OUTPUT, ROLE, REGION, ACCOUNT, self.put)
        team = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/{seed.AUTOMATIC_TEAM}"
        asked = every_type.request(account, team, task_type, name=name, source=source)
        self.sagemaker.create_labeling_job(**asked | more)

    def job(self, name: str) -> dict[str, Any]:
        """The job as AWS has it."""
        found: dict[str, Any] = self.sagemaker.describe_labeling_job(LabelingJobName=name)
        return found

    def status(self, name: str) -> str:
        """Its status."""
        return str(self.job(name)["LabelingJobStatus"])

    def labeled(self, name: str) -> int:
        """How many objects have their label."""
        return int(self.job(name)["LabelCounters"]["TotalLabeled"])

    def told(self, name: str) -> dict[str, Any]:
        """What a demo tells of the job."""
        return {
            "labeled": self.labeled(name),
            "status": self.status(name),
            "output_manifest": self.output(name),
        }

    def over(self) -> set[str]:
        """The names of the jobs that have ended, of the first hundred."""
        listed = self.sagemaker.list_labeling_jobs(MaxResults=100)["LabelingJobSummaryList"]
        return {job["LabelingJobName"] for job in listed if job["LabelingJobStatus"] in OVER}

    def output(self, name: str) -> str:
        """The address of its output manifest; "" for none."""
        return str((self.job(name).get("LabelingJobOutput") or {}).get("OutputDatasetS3Uri", ""))
