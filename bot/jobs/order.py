"""What is sent to Ground Truth for an accepted job (pure): places, tags and the CreateLabelingJob request."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.base.s3_uri import S3Uri, read
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.task_types import TASK_TYPES, lambda_arn


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of a job lies. Files of ours have the hash of their content in the key: they never change."""

    folder: S3Uri

    @classmethod
    def of(cls, draft: Draft) -> "Places":
        """The places of a job: below `<output>/<job>/labeljob/`."""
        return cls(read(draft.output_uri).join(draft.job_name, "labeljob"))

    def template(self, page: bytes) -> S3Uri:
        """The worker page."""
        return self.folder.join(f"{_sha256(page)}.liquid.html")

    def labels(self, category_file: bytes) -> S3Uri:
        """The label category file."""
        return self.folder.join(f"{_sha256(category_file)}.labels.json")

    def manifest(self, sha256: str) -> S3Uri:
        """The input manifest that was made from a folder."""
        return self.folder.join(f"{sha256}.manifest")


def request(  # noqa: PLR0913 - each is a fact about the order
    draft: Draft, *, region: str, role_arn: str, manifest: S3Uri, template: S3Uri, labels: S3Uri, tags: dict[str, str]
) -> dict[str, Any]:
    """The arguments of CreateLabelingJob.

    The tags are the caller's and one more: the digest of the request, which tells an administrator whether AWS has what
    the bot would ask for now.
    """
    kind = TASK_TYPES[draft.task_type]
    asked: dict[str, Any] = {
        "LabelingJobName": draft.job_name,
        "LabelAttributeName": final_attribute(draft),
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": str(manifest)}}},
        "OutputConfig": {"S3OutputPath": draft.output_uri.rstrip("/")},
        "RoleArn": role_arn,
        "LabelCategoryConfigS3Uri": str(labels),
        "HumanTaskConfig": {
            "WorkteamArn": draft.workteam_arn,
            "UiConfig": {"UiTemplateS3Uri": str(template)},
            "PreHumanTaskLambdaArn": lambda_arn(region, kind.pre),
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": lambda_arn(region, kind.acs)},
            "TaskTitle": draft.title or draft.job_name,
            "TaskDescription": draft.description,
            "TaskKeywords": list(kind.default_keywords),
            "NumberOfHumanWorkersPerDataObject": draft.workers_per_object,
            "TaskTimeLimitInSeconds": draft.task_time_limit_s,
            "TaskAvailabilityLifetimeInSeconds": draft.availability_s,
        },
    }
    digest = _sha256(json.dumps(asked, sort_keys=True).encode())
    marks = {**tags, "labeljob:digest": digest}
    return {**asked, "Tags": [{"Key": key, "Value": value} for key, value in marks.items()]}


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
