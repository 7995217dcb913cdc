"""The window on SageMaker Ground Truth: create or adopt, report, stop, work teams.

Answers are our own values; errors are renamed in `bot.base.aws`. Nothing here is idempotent at AWS
(there is no client token), so `create_or_adopt` recognises our own job by its tag after every
unclear answer and never takes another name.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bot.base.aws import Aws, AwsBusy, AwsRefused, Unclear, renamed
from bot.base.failpoints import failpoint
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.request import REQUEST_TAG
from bot.engines.ground_truth.team_sizes import TeamSizes
from bot.engines.protocol import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    INITIALIZING,
    NO_TIME,
    STOPPED,
    STOPPING,
    Described,
    JobGone,
    NameTaken,
    Report,
    Submitted,
)
from bot.people.work_team import WorkTeam

_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")  # Ground Truth: LabelingJobName
ACTIVE = ("Initializing", "InProgress", "Stopping")
log = logging.getLogger(__name__)

# seen: lists that answer empty pages with a next token without end; 200 pages are 20,000 jobs
_PAGES_MAX = 200


class Gateway:
    """Labeling jobs and work teams of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._form = aws.form("sagemaker")
        self._act = aws.act("sagemaker")
        self._create = aws.create("sagemaker")
        self._poll = aws.poll("sagemaker")
        self._aws = aws

    def check_name(self, name: str) -> None:
        """Refuse a name that is taken; one question, 1.5 s at most (names are unique for ever,
        capitals aside).

        Raises:
            NameTaken: it exists.
            AwsBusy: AWS did not answer in time; nothing is known.

        """
        found = self._describe(self._form, name)
        if found is not None:
            raise _taken(name, found)

    def taken_names(self, beginning: str) -> set[str]:
        """Names in use that contain `beginning` (for a free one to offer); the first 100."""
        with renamed():
            answer = self._form.list_labeling_jobs(NameContains=beginning[:63], MaxResults=100)
            return {job["LabelingJobName"].lower() for job in answer["LabelingJobSummaryList"]}

    def create_or_adopt(self, request: dict[str, Any]) -> str:
        """The ARN of the job that `request` describes, made now or by an earlier try of ours.

        Raises:
            NameTaken: the name belongs to a job that is not this one.
            AwsRefused: AWS will not do it as asked, and this call made nothing.
            AwsBusy, Lapsed, Unclear: unknown; call again with the same request.

        """
        name, tags = (
            request["LabelingJobName"],
            {tag["Key"]: tag["Value"] for tag in request["Tags"]},
        )
        try:
            with renamed():
                failpoint("before-create")
                arn = str(self._create.create_labeling_job(**request)["LabelingJobArn"])
                failpoint("after-create")
                return arn
        except AwsRefused as error:
            if error.code != "ResourceInUse":
                raise
        except AwsBusy as busy:
            log.info("creating %s: %s", name, busy.words)
        found = self._look(name)
        if found is None:  # not taken; or in use, yet not there: the listing lags behind
            raise AwsBusy
        if not _is_ours(found, tags[REQUEST_TAG]):
            raise _taken(found["LabelingJobName"], found)
        return str(found["LabelingJobArn"])

    def made_before(self, name: str, request_key: str) -> Submitted | None:
        """The job that an earlier try made for this request, if AWS took it.

        Raises:
            AwsBusy, Unclear: AWS does not say.

        """
        found = self._look(name)
        if found is None or not _is_ours(found, request_key):
            return None
        return Submitted(found["LabelingJobArn"], _report(found))

    def active(self) -> dict[str, Report]:
        """Every job that is not over, by its ARN: one list call per 100 jobs and status."""
        return {arn: report for status in ACTIVE for arn, report in self._summaries(status)}

    def describe(self, name: str, *, waiting: bool = False) -> Described:
        """The job of that name; `waiting` when a person waits (1.5 s, one try).

        Raises:
            JobGone: AWS knows none, or no job can have this name.

        """
        if not _NAME.fullmatch(name):
            raise JobGone(
                f"AWS knows no labeling job “{name[:63]}”: names there have letters a to z, digits "
                "and hyphens, 1 to 63 of them."
            )
        found = self._describe(self._form if waiting else self._act, name)
        if found is None:
            raise JobGone(f"AWS knows no labeling job “{name[:63]}” in this account and Region.")
        return _described(found)

    def stop(self, name: str) -> None:
        """Ask AWS to stop the job; a job that is over already is left alone."""
        try:
            with renamed():
                self._act.stop_labeling_job(LabelingJobName=name)
        except AwsRefused:
            # UNSURE: what AWS answers to Stop on a finished job is undocumented; the state decides.
            if self.describe(name).report.state in {INITIALIZING, IN_PROGRESS}:
                raise

    def work_teams(self) -> list[WorkTeam]:
        """Every private work team of the account and Region, and the vendors' that it subscribed
        to; without the right to list those, the private ones alone.
        """
        sizes = TeamSizes(self._aws)
        own = _listed(
            self._poll.list_workteams,
            "Workteams",
            lambda team: replace(work_team(team), members=sizes.of(team)),
        )
        try:
            hired = self.vendor_teams()
        except AwsRefused as refusal:
            log.info("vendors' work teams are not listed: %s", refusal.words)
            return own
        return own + hired

    def vendor_teams(self) -> list[WorkTeam]:
        """The work teams of the vendors that the account subscribed to.

        Raises:
            AwsRefused: the bot may not list them.

        """
        return _listed(self._poll.list_subscribed_workteams, "SubscribedWorkteams", _vendor_team)

    def _summaries(self, status: str) -> Iterator[tuple[str, Report]]:
        token: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            with renamed():
                page = self._poll.list_labeling_jobs(
                    StatusEquals=status, MaxResults=100, SortBy="CreationTime", **token
                )
                found = [
                    (job["LabelingJobArn"], _report(job)) for job in page["LabelingJobSummaryList"]
                ]
            yield from found
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _describe(self, client: Any, name: str) -> dict[str, Any] | None:
        """DescribeLabelingJob, or None when there is no such job."""
        try:
            with renamed():
                failpoint("before-describe")
                found = dict(client.describe_labeling_job(LabelingJobName=name))
                failpoint("after-describe")
                return found
        except AwsRefused as error:
            # UNSURE: the model says ResourceNotFound; a controller in the field met
            # ValidationException instead.
            missing = any(
                words in error.words.lower()
                for words in ("not found", "does not exist", "not exist")
            )
            if error.code in {"ResourceNotFound", "ResourceNotFoundException"} or missing:
                return None
            raise

    def _look(self, name: str) -> dict[str, Any] | None:
        """As `_describe`, after an unclear answer: not to be let look is no answer either."""
        try:
            return self._describe(self._act, name)
        except AwsRefused as error:
            raise Unclear(error.words) from error


def _is_ours(job: dict[str, Any], request_key: str) -> bool:
    """Whether the job was made for that request: keys are ours alone, and no two requests share
    one.

    UNSURE: that a description has its tags from the first moment on.
    """
    return any(
        tag["Key"] == REQUEST_TAG and tag["Value"] == request_key for tag in job.get("Tags", ())
    )


def _taken(name: str, found: dict[str, Any]) -> NameTaken:
    """The refusal of a name; AWS never frees one."""
    since = found["CreationTime"]
    when = f" since {since.day} {since:%B %Y}"
    words = (
        f"This name is taken{when} (upper and lower case count as the same), and AWS never frees "
        "a name."
    )
    return NameTaken(name, since, words)


_STATES = {
    "Initializing": INITIALIZING,
    "InProgress": IN_PROGRESS,
    "Stopping": STOPPING,
    "Stopped": STOPPED,
    "Completed": COMPLETED,
    "Failed": FAILED,
}


def _report(job: dict[str, Any]) -> Report:
    """The part that a summary and a description share; a state that AWS does not document is passed
    on as it is.
    """
    counters = job.get("LabelCounters") or {}
    status = job["LabelingJobStatus"]
    return Report(
        state=_STATES.get(status, status),
        labeled=counters.get("TotalLabeled", 0),
        human=counters.get("HumanLabeled", 0),
        machine=counters.get("MachineLabeled", 0),
        failed=counters.get("FailedNonRetryableError", 0),
        unlabeled=counters.get("Unlabeled", 0),
        cause=job.get("FailureReason") or "",
        output_uri=(job.get("LabelingJobOutput") or {}).get("OutputDatasetS3Uri") or "",
        modified=job.get("LastModifiedTime") or NO_TIME,
    )


def _described(job: dict[str, Any]) -> Described:
    task = job["HumanTaskConfig"]
    ui = task.get("UiConfig") or {}
    source = job["InputConfig"]["DataSource"].get("S3DataSource") or {}
    return Described(
        id=job["LabelingJobArn"],
        name=job["LabelingJobName"],
        report=_report(job),
        created=job["CreationTime"],
        label_attribute=job.get("LabelAttributeName") or "",
        title=task.get("TaskTitle") or "",
        description=task.get("TaskDescription") or "",
        workteam=task["WorkteamArn"],
        workers_per_object=task.get("NumberOfHumanWorkersPerDataObject") or 1,
        task_type=_task_type(str(task.get("PreHumanTaskLambdaArn") or "").rpartition(":")[2]),
        manifest_uri=source.get("ManifestS3Uri") or "",
        output_folder=job["OutputConfig"]["S3OutputPath"],
        template_uri=ui.get("UiTemplateS3Uri") or "",
        availability_s=task.get("TaskAvailabilityLifetimeInSeconds") or 0,
    )


def _task_type(pre_lambda: str) -> str:
    """The id of the built-in type that uses this Lambda function, or of custom jobs, whose function
    is the requester's own or none; "" for one of AWS's that the catalogue does not know.
    """
    for kind in TASK_TYPES.values():
        if kind.pre and kind.pre == pre_lambda:
            return kind.id
    return "" if pre_lambda.startswith("PRE-") else "custom"


def _listed(
    ask: Callable[..., dict[str, Any]], member: str, made: Callable[[dict[str, Any]], WorkTeam]
) -> list[WorkTeam]:
    """What stands under `member` on every page of a list."""
    found: list[WorkTeam] = []
    token: dict[str, str] = {}
    for _ in range(_PAGES_MAX):
        with renamed():
            page = ask(MaxResults=100, **token)
            found += [made(each) for each in page[member]]
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    return found


def _vendor_team(team: dict[str, Any]) -> WorkTeam:
    """A vendor's team; AWS promises no more of it than its ARN."""
    arn = team["WorkteamArn"]
    return WorkTeam(
        arn=arn,
        name=team.get("MarketplaceTitle") or arn.rpartition("/")[2],
        description=team.get("MarketplaceDescription") or "",
        seller=team.get("SellerName") or "vendor",
    )


def work_team(team: dict[str, Any]) -> WorkTeam:
    """A work team as SageMaker describes it."""
    # AWS gives a bare host in SubDomain; an address with its scheme is taken as it is.
    host = str(team.get("SubDomain") or "")
    return WorkTeam(
        arn=team["WorkteamArn"],
        name=team["WorkteamName"],
        description=team.get("Description") or "",
        portal=host if "://" in host or not host else f"https://{host}",
    )
