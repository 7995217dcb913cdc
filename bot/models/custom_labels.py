"""The window on Rekognition Custom Labels' models: trained, looked at, started, stopped, deleted.

Answers are our own values; errors are renamed in `bot.base.aws`. Nothing here has a client token:
a version is known by its name within its project, so what an unclear try made is found again by it,
and a start or stop is judged by what the model does afterwards.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.base.aws import Aws, AwsBusy, AwsRefused, Unclear, answered_at, renamed
from bot.base.errors import Refusal
from bot.base.failpoints import failpoint
from bot.base.s3_uri import BadAddress, S3Uri

_PAGE = 100  # Rekognition: 100 projects or versions a page at most
_PAGES_MAX = 200  # a list that never ends must not hold a worker for ever
_IN_USE, _NOT_FOUND = "ResourceInUseException", "ResourceNotFoundException"
_EXISTS = "ResourceAlreadyExistsException"
TRAIN, TEST = "TRAIN", "TEST"
_CHANGING = "_IN_PROGRESS"  # how the status of a set ends while it changes
RUNNING = "RUNNING"


class NoProject(Refusal):
    """There is no such project in Rekognition. Choose one of the list."""

    field = "project"


class VersionTaken(Refusal):
    """The project has a version of this name already. Choose another name."""

    field = "version_name"


@dataclass(frozen=True, slots=True)
class DataSet:
    """A training or test set of a project: its ARN and AWS's status."""

    arn: str
    status: str

    @property
    def changing(self) -> bool:
        """Whether nothing can be done with it for now."""
        return self.status.endswith(_CHANGING)


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its sets, None for one that it has not."""

    arn: str
    name: str
    train: DataSet | None
    test: DataSet | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What AWS says of a version, and when, by its own clock (`at`, None where it did not tell).

    `f1` is None before it is evaluated; `checked` is the summary of what AWS found wrong with the
    data; `summary` is the file of its evaluation, `tested` those
    that say what came out of each test picture; `billed` are the seconds of training that AWS
    bills.
    """

    arn: str
    name: str
    status: str
    at: float | None
    message: str = ""
    f1: float | None = None
    summary: S3Uri | None = None
    checked: S3Uri | None = None
    tested: tuple[S3Uri, ...] = ()
    billed: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A model that costs money now."""

    project: str
    arn: str
    version_name: str
    units: int


class Models:
    """The models of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._form = aws.form("rekognition")
        self._act = aws.act("rekognition")
        self._create = aws.create("rekognition")
        self._poll = aws.poll("rekognition")

    def projects(self, *, hurried: bool = False) -> Iterator[str]:
        """The names of the account's projects, newest first; `hurried` for a form that waits."""
        client = self._form if hurried else self._poll
        for found in self._projects(client):
            yield _project_name(found)

    def project(self, name: str, *, hurried: bool = False) -> Project:
        """The project of that name.

        Raises:
            NoProject: there is none, or it is being deleted.

        """
        client = self._form if hurried else self._act
        with renamed():
            listed = client.describe_projects(ProjectNames=[name], MaxResults=_PAGE)
            found = [
                each
                for each in listed["ProjectDescriptions"]
                if _project_name(each) == name and each.get("Status") != "DELETING"
            ]
        if not found:
            raise NoProject
        sets = {each["DatasetType"]: each for each in found[0].get("Datasets") or ()}
        return Project(found[0]["ProjectArn"], name, _set(sets.get(TRAIN)), _set(sets.get(TEST)))

    def entries(self, set_arn: str, *, hurried: bool = False) -> int:
        """How many entries a set has."""
        client = self._form if hurried else self._act
        with renamed():
            found = client.describe_dataset(DatasetArn=set_arn)["DatasetDescription"]
        return int((found.get("DatasetStats") or {}).get("TotalEntries", 0))

    def a_picture(self, set_arn: str) -> S3Uri | None:
        """Where one of a set's pictures lies; None for an empty set, or an address that is none."""
        with renamed():
            found = self._act.list_dataset_entries(DatasetArn=set_arn, MaxResults=1)
        for entry in found["DatasetEntries"]:
            with suppress(ValueError, KeyError, TypeError, BadAddress):
                return S3Uri.parse(str(json.loads(entry)["source-ref"]))
        return None

    def version(self, project_arn: str, name: str, *, hurried: bool = False) -> Seen | None:
        """What AWS says of a version; None where the project has none of that name, or is gone."""
        client = self._form if hurried else self._act
        try:
            with renamed():
                answer = client.describe_project_versions(
                    ProjectArn=project_arn, VersionNames=[name], MaxResults=_PAGE
                )
                found = answer["ProjectVersionDescriptions"]
        except AwsRefused as error:
            if error.code == _NOT_FOUND:
                return None
            raise
        at = answered_at(answer)
        return next((_seen(each, at) for each in found if _version_name(each) == name), None)

    def make_test_set(self, project_arn: str) -> None:
        """An empty test set; nothing where there is one."""
        try:
            with renamed():
                self._create.create_dataset(ProjectArn=project_arn, DatasetType=TEST)
        except AwsRefused as error:
            if error.code != _EXISTS:
                raise

    def split(self, train_arn: str, test_arn: str) -> None:
        """A fifth of the training set becomes the test set, which must be empty."""
        try:
            with renamed():
                self._create.distribute_dataset_entries(
                    Datasets=[{"Arn": train_arn}, {"Arn": test_arn}]
                )
        except AwsRefused as error:
            if error.code in {_IN_USE, "ResourceNotReadyException"}:
                raise AwsBusy from error
            raise

    def train(
        self,
        project_arn: str,
        version_name: str,
        output: S3Uri,
        *,
        tags: dict[str, str],
        kms_key: str = "",
    ) -> str:
        """The ARN of the version, whose training begins now or was begun by an earlier try.

        Raises:
            AwsRefused: AWS will not do it as asked, and this call made nothing.
            AwsBusy, Unclear: unknown; call again with the same arguments.

        """
        wanted = _wanted(version_name, output, tags, kms_key)
        call = partial(self._create.create_project_version, ProjectArn=project_arn, **wanted)
        return self._made(call, project_arn, version_name)

    def copy(  # noqa: PLR0913 - a copy has that many parts
        self,
        source: tuple[str, str],
        project_arn: str,
        version_name: str,
        output: S3Uri,
        *,
        tags: dict[str, str],
        kms_key: str = "",
    ) -> str:
        """The ARN of the version that `source` (the ARNs of a project and of a model in it) is
        copied to, now or by an earlier try. Raises what `train` raises.
        """
        project, version = source
        wanted = _wanted(version_name, output, tags, kms_key)
        call = partial(
            self._create.copy_project_version,
            SourceProjectArn=project,
            SourceProjectVersionArn=version,
            DestinationProjectArn=project_arn,
            **wanted,
        )
        return self._made(call, project_arn, version_name)

    def let_copy(self, project_arn: str, name: str, document: str) -> None:
        """Put a policy on the project; nothing where it has one of that name.

        UNSURE: what AWS answers to a name that is there; its list of errors has
        ResourceAlreadyExistsException, and InvalidPolicyRevisionIdException for a change without a
        revision.
        """
        try:
            with renamed():
                self._form.put_project_policy(
                    ProjectArn=project_arn, PolicyName=name, PolicyDocument=document
                )
        except AwsRefused as error:
            if error.code not in {_EXISTS, "InvalidPolicyRevisionIdException"}:
                raise

    def _made(self, call: Callable[[], Any], project_arn: str, version_name: str) -> str:
        """The ARN of the version that this call makes, or that an earlier one has made."""
        try:
            with renamed():
                failpoint("before-train")
                answer = call()
                failpoint("after-train")
            return str(answer["ProjectVersionArn"])
        except AwsRefused as error:
            if error.code != _IN_USE:
                raise
            refused = error
        try:
            there = self.version(project_arn, version_name)
        except AwsRefused as error:
            raise Unclear(error.words) from error
        if there is None:  # in use is a set that changes, or a version that is not listed yet
            raise AwsBusy from refused
        return there.arn

    def start(self, arn: str, units: int) -> None:
        """Start a model on so many inference units.

        Raises:
            AwsRefused: AWS will not.
            AwsBusy: it is not known; a look tells. So does a model that is not at rest.

        """
        try:
            with renamed():
                failpoint("before-start")
                self._create.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=units)
                failpoint("after-start")
        except AwsRefused as error:
            if error.code == _IN_USE:
                raise AwsBusy from error
            raise

    def stop(self, arn: str) -> None:
        """Stop a model; one that does not run (any more, or yet) is looked at again.

        Raises:
            AwsRefused: AWS will not.
            AwsBusy: it is not known, or the model does not run; a look tells.

        """
        try:
            with renamed():
                failpoint("before-stop")
                self._act.stop_project_version(ProjectVersionArn=arn)
                failpoint("after-stop")
        except AwsRefused as error:
            if error.code in {_IN_USE, _NOT_FOUND}:
                raise AwsBusy from error
            raise

    def delete(self, arn: str) -> None:
        """Delete a version that does not run; nothing where it is gone."""
        try:
            with renamed():
                self._act.delete_project_version(ProjectVersionArn=arn)
        except AwsRefused as error:
            if error.code != _NOT_FOUND:
                raise

    def running(self) -> Iterator[RunningModel]:
        """Every model of the account that runs, whoever started it."""
        for project in self._projects(self._poll):
            pages = self.pages(
                self._poll.describe_project_versions, ProjectArn=project["ProjectArn"]
            )
            for page in pages:
                for each in page["ProjectVersionDescriptions"]:
                    if each.get("Status") == RUNNING:
                        yield RunningModel(
                            _project_name(project),
                            each["ProjectVersionArn"],
                            _version_name(each),
                            int(each.get("MinInferenceUnits") or 1),
                        )

    def _projects(self, client: Any) -> Iterator[dict[str, Any]]:
        for page in self.pages(client.describe_projects):
            yield from page["ProjectDescriptions"]

    @staticmethod
    def pages(call: Any, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Every page of what a call lists."""
        token: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            with renamed():
                page = call(MaxResults=_PAGE, **wanted, **token)
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}


def _project_name(found: dict[str, Any]) -> str:
    """The name in an ARN `…:project/<name>/<epoch ms>`."""
    return str(found["ProjectArn"]).partition(":project/")[2].partition("/")[0]


def _version_name(found: dict[str, Any]) -> str:
    """The name in an ARN `…:project/<name>/version/<version>/<epoch ms>`."""
    return str(found["ProjectVersionArn"]).partition("/version/")[2].partition("/")[0]


def _wanted(version_name: str, output: S3Uri, tags: dict[str, str], kms_key: str) -> dict[str, Any]:
    """What a training and a copy have in common."""
    wanted: dict[str, Any] = {
        "VersionName": version_name,
        "OutputConfig": {"S3Bucket": output.bucket, "S3KeyPrefix": output.key},
    }
    if kms_key:
        wanted["KmsKeyId"] = kms_key
    if tags:
        wanted["Tags"] = tags
    return wanted


def _set(found: dict[str, Any] | None) -> DataSet | None:
    return DataSet(found["DatasetArn"], str(found.get("Status"))) if found else None


def _seen(found: dict[str, Any], at: float | None) -> Seen:
    evaluated = found.get("EvaluationResult") or {}
    score = evaluated.get("F1Score")
    return Seen(
        arn=found["ProjectVersionArn"],
        name=_version_name(found),
        status=str(found.get("Status")),
        at=at,
        message=str(found.get("StatusMessage") or ""),
        f1=None if score is None else float(score),
        summary=_object((evaluated.get("Summary") or {}).get("S3Object")),
        checked=_object((found.get("ManifestSummary") or {}).get("S3Object")),
        tested=_tested(found),
        billed=int(found.get("BillableTrainingTimeInSeconds") or 0),
        units=int(found.get("MinInferenceUnits") or 0),
    )


def _tested(found: dict[str, Any]) -> tuple[S3Uri, ...]:
    """The evaluation manifests of a version's test pictures."""
    output = (found.get("TestingDataResult") or {}).get("Output") or {}
    manifests = [each.get("GroundTruthManifest") or {} for each in output.get("Assets") or ()]
    there = [_object(each.get("S3Object")) for each in manifests]
    return tuple(each for each in there if each is not None)


def _object(place: dict[str, Any] | None) -> S3Uri | None:
    if not place or not place.get("Bucket") or not place.get("Name"):
        return None
    return S3Uri(str(place["Bucket"]), str(place["Name"]))
