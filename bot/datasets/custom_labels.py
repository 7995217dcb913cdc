"""The window on Rekognition Custom Labels: projects and datasets, made or adopted, and what AWS
says of them.

Answers are our own values; errors are renamed in `bot.base.aws`. CreateDataset has no client token,
and AWS does not tell what a dataset was made of: `check_free` before the first try and
`create_or_adopt` after it together mean that an adopted dataset appeared while we were making ours;
whether it is ours is decided by its pictures (see `watch`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.base.aws import Aws, AwsBusy, AwsRefused, Unclear, renamed
from bot.base.errors import Refusal
from bot.base.failpoints import failpoint
from bot.base.s3_uri import S3Uri
from bot.datasets.gallery.entry import Entry, codes_of, entry_of
from bot.datasets.lifecycle import GONE, LabelCount, Report
from bot.datasets.source import TYPE_WORDS
from bot.manifests.json_lines import written

_PAGE = 100  # Rekognition: 100 entries, labels or projects a page at most
# 250,000 lines are 2,500 pages; a list that never ends must not hold the worker for ever
_PAGES_MAX = 10_000
_READY = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED"}
_ADDED = {"cl-metadata", "cl-errors"}  # what AWS adds to the line of an entry
_BUSY = {"ResourceInUseException", "ResourceNotReadyException"}


class DatasetExists(Refusal):
    """This project has such a dataset already."""

    field = "project"


class ProjectLeaving(Refusal):
    """This project is being deleted. Choose another name."""

    field = "project"


class NoSuchSet(Refusal):
    """There is no such dataset to copy. Choose another project, or its other set."""

    field = "copied_project"


class SetUnready(Refusal):
    """This dataset is being made or changed, or its import failed. It can be copied once it is
    ready.
    """

    field = "copied_project"


class ManifestUnread(Refusal):
    """AWS could not read the manifest."""

    field = "manifest_uri"


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that AWS lists with errors: its picture and the codes, each once."""

    source_ref: str
    codes: tuple[str, ...]


class CustomLabels:
    """Projects and datasets of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._form = aws.form("rekognition")
        self._act = aws.act("rekognition")
        self._create = aws.create("rekognition")
        self._poll = aws.poll("rekognition")

    def project(self, name: str) -> str:
        """The ARN of the project of that name, made now or found.

        Raises:
            ProjectLeaving: it is being deleted.
            AwsRefused, AwsBusy: see `bot.base.aws`.

        """
        try:
            with renamed():
                return str(self._create.create_project(ProjectName=name)["ProjectArn"])
        except AwsRefused as error:
            # an earlier try may have made it, whatever this one is refused for
            found = self._project(name)
            if found is None and error.code != "ResourceInUseException":
                raise
        if found is None or found.get("Status") == "CREATING":
            raise AwsBusy
        if found.get("Status") == "DELETING":
            raise ProjectLeaving
        return str(found["ProjectArn"])

    def check_free(self, project: str, dataset_type: str) -> None:
        """Refuse a project that has a dataset of that type (it takes one of each).

        Raises:
            DatasetExists: with the way out.

        """
        there = self._dataset(project, dataset_type)
        if there is not None:
            raise DatasetExists(
                taken_words(project, dataset_type, failed=there.get("Status") == "CREATE_FAILED")
            )

    def find(self, project: str, dataset_type: str) -> str | None:
        """The ARN of the project's dataset of that type, if there is one: what became of an unclear
        try.

        Raises:
            AwsBusy, Unclear: AWS does not say; not to be let look is no answer either.

        """
        try:
            there = self._dataset(project, dataset_type)
        except AwsRefused as error:
            raise Unclear(error.words) from error
        return str(there["DatasetArn"]) if there else None

    def ready_set(self, project: str, dataset_type: str, *, hurried: bool = False) -> str:
        """The ARN of a set that can be copied; `hurried` for a form that waits.

        Raises:
            NoSuchSet: there is none.
            SetUnready: it changes, or was never made.

        """
        there = self._dataset(project, dataset_type, hurried=hurried)
        if there is None:
            raise NoSuchSet
        if there.get("Status") not in _READY:
            raise SetUnready
        return str(there["DatasetArn"])

    def lines(self, project: str, dataset_type: str, *, hurried: bool = False) -> Iterator[bytes]:
        """The entries of a set as lines of a manifest, without what AWS adds to them; `hurried` for
        a form that waits.

        Raises: as `ready_set`.

        """
        arn = self.ready_set(project, dataset_type, hurried=hurried)
        for entry in self._entries(arn, hurried=hurried):
            yield written({key: entry[key] for key in entry if key not in _ADDED}) + b"\n"

    def create_or_adopt(
        self, project: str, project_arn: str, dataset_type: str, data: S3Uri | str
    ) -> tuple[str, bool]:
        """The ARN of the project's dataset of that type, and whether it was adopted instead of made
        by this call. `data` is a manifest, or the ARN of the dataset that is copied.

        UNSURE: whether a copy may come from another project, and from a set of the other type, is
        documented nowhere; AWS's own words are told where it refuses.

        Raises:
            ManifestUnread: AWS cannot read what was written for it.
            AwsRefused: AWS will not do it as asked, and this call made nothing.
            AwsBusy, Unclear: unknown; call again with the same arguments.

        """
        try:
            with renamed():
                failpoint("before-import")
                answer = self._create.create_dataset(
                    ProjectArn=project_arn,
                    DatasetType=dataset_type,
                    DatasetSource=_source_of(data),
                )
                failpoint("after-import")
            return str(answer["DatasetArn"]), False
        except AwsRefused as error:
            if error.code in _BUSY:
                raise AwsBusy from error
            if error.code == "InvalidS3ObjectException":
                raise ManifestUnread(
                    f"AWS could not read the manifest that the bot wrote at {data}. "
                    "Give the bot's role s3:GetObject and s3:GetBucketLocation on that bucket, "
                    "then ask again."
                ) from error
            if error.code != "ResourceAlreadyExistsException":
                raise
        there = self.find(project, dataset_type)
        if there is None:  # exists, yet is not listed: the listing lags behind
            raise AwsBusy
        return there, True

    def update(self, dataset_arn: str, lines: bytes) -> bool:
        """Send lines to a dataset: those of a picture that it has replace its entry, the others are
        new. False while AWS changes it: nothing was sent. What becomes of them `report` says.

        Raises:
            AwsRefused: AWS will not take them.
            AwsBusy: unknown; the same lines may be sent again.

        """
        try:
            with renamed():
                failpoint("before-update")
                self._act.update_dataset_entries(
                    DatasetArn=dataset_arn, Changes={"GroundTruth": lines}
                )
                failpoint("after-update")
        except AwsRefused as error:
            if error.code in _BUSY:
                return False
            raise
        return True

    def delete(self, dataset_arn: str) -> None:
        """Delete a dataset; nothing where it is gone.

        Raises: AwsBusy: it is changing.

        """
        try:
            with renamed():
                self._act.delete_dataset(DatasetArn=dataset_arn)
        except AwsRefused as error:
            if error.code in _BUSY:
                raise AwsBusy from error
            if error.code != "ResourceNotFoundException":
                raise

    def report(self, dataset_arn: str) -> Report:
        """How far the import is."""
        try:
            with renamed():
                found = self._poll.describe_dataset(DatasetArn=dataset_arn)["DatasetDescription"]
        except AwsRefused as error:
            if error.code == "ResourceNotFoundException":
                return Report(GONE)
            raise
        stats = found.get("DatasetStats") or {}
        return Report(
            aws_status=found.get("Status") or "",
            total=stats.get("TotalEntries", 0),
            labeled=stats.get("LabeledEntries", 0),
            labels=stats.get("TotalLabels", 0),
            errors=stats.get("ErrorEntries", 0),
            message=found.get("StatusMessage") or "",
            counted="TotalEntries" in stats,
        )

    def labels(self, dataset_arn: str) -> tuple[LabelCount, ...]:
        """Pictures and boxes per label, most pictures first."""
        found = [
            LabelCount(
                label["LabelName"],
                (label.get("LabelStats") or {}).get("EntryCount", 0),
                (label.get("LabelStats") or {}).get("BoundingBoxCount", 0),
            )
            for page in self._pages(self._poll.list_dataset_labels, DatasetArn=dataset_arn)
            for label in page.get("DatasetLabelDescriptions", ())
        ]
        return tuple(sorted(found, key=lambda label: (-label.pictures, label.name)))

    def bad_entries(self, dataset_arn: str) -> Iterator[BadEntry]:
        """Every entry that AWS lists with errors."""
        for entry in self._entries(dataset_arn, HasErrors=True):
            yield BadEntry(str(entry.get("source-ref", "")), tuple(dict.fromkeys(codes_of(entry))))

    def pictures(self, dataset_arn: str) -> Iterator[str]:
        """The picture of every entry."""
        for entry in self._entries(dataset_arn):
            yield str(entry.get("source-ref", ""))

    def entries(self, dataset_arn: str, filters: Mapping[str, Any]) -> Iterator[Entry]:
        """The entries that fit the filters of ListDatasetEntries, as AWS orders them; each page is
        asked for when it is wanted.

        UNSURE: the order is not documented; it is taken to be the same as long as nothing changes.
        """
        for number, entry in enumerate(self._entries(dataset_arn, **filters), 1):
            yield entry_of(number, entry)

    def _entries(
        self, dataset_arn: str, *, hurried: bool = False, **wanted: Any
    ) -> Iterator[dict[str, Any]]:
        """Entries are JSON texts; one that is no object is passed over."""
        client = self._form if hurried else self._poll
        for page in self._pages(client.list_dataset_entries, DatasetArn=dataset_arn, **wanted):
            for text in page.get("DatasetEntries", ()):
                entry = json.loads(text)
                if isinstance(entry, dict):
                    yield entry

    def _pages(self, call: Any, **wanted: Any) -> Iterator[dict[str, Any]]:
        """The pages of a list; a dataset that is busy cannot be listed, which may pass."""
        token: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            try:
                with renamed():
                    page = call(MaxResults=_PAGE, **wanted, **token)
            except AwsRefused as error:
                if error.code in _BUSY:
                    raise AwsBusy from error
                raise
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _project(self, name: str, *, hurried: bool = False) -> dict[str, Any] | None:
        """The description of the project of that name."""
        client = self._form if hurried else self._act
        with renamed():
            found = client.describe_projects(ProjectNames=[name], MaxResults=_PAGE)[
                "ProjectDescriptions"
            ]
        return next((one for one in found if f":project/{name}/" in one["ProjectArn"]), None)

    def _dataset(
        self, project: str, dataset_type: str, *, hurried: bool = False
    ) -> dict[str, Any] | None:
        """The project's dataset of that type, as the project lists it."""
        datasets = (self._project(project, hurried=hurried) or {}).get("Datasets") or ()
        return next((one for one in datasets if one["DatasetType"] == dataset_type), None)


def _source_of(data: S3Uri | str) -> dict[str, Any]:
    """What CreateDataset is told of where the data come from."""
    if isinstance(data, str):
        return {"DatasetArn": data}
    where = {"S3Object": {"Bucket": data.bucket, "Name": data.key}}
    return {"GroundTruthManifest": where}


def taken_words(project: str, dataset_type: str, *, failed: bool = False) -> str:
    """Why nothing can be made there, and the way out."""
    remains = " Its import failed, so it may be deleted in the AWS console." if failed else ""
    return (
        f"Project “{project}” has a {TYPE_WORDS[dataset_type]} set already, and a project takes "
        "one of each kind."
        f"{remains} Name another project."
    )
