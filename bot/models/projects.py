"""The window on whole projects of Custom Labels: what is in one, and its deletion.

Answers are our own values; errors are renamed in `bot.base.aws`. What is gone already is deleted.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.base.aws import Aws, AwsBusy, AwsRefused, renamed
from bot.models.custom_labels import Models, NoProject

_NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")  # Rekognition: ProjectName
_NOT_FOUND, _IN_USE = "ResourceNotFoundException", "ResourceInUseException"
# what AWS will not delete a version in: it is trained, copied, or costs money
BUSY = frozenset({"TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "STARTING", "RUNNING", "STOPPING"})
_GOING = "DELETING"


@dataclass(frozen=True, slots=True)
class Version:
    """A model of a project, and AWS's status."""

    name: str
    arn: str
    status: str

    @property
    def is_busy(self) -> bool:
        """Whether it cannot be deleted now."""
        return self.status in BUSY

    @property
    def is_going(self) -> bool:
        """Whether it is being deleted."""
        return self.status == _GOING


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a project: its models, and the ARNs of its datasets with whether each changes."""

    arn: str
    versions: tuple[Version, ...]
    sets: tuple[tuple[str, bool], ...]

    @property
    def arns(self) -> frozenset[str]:
        """The ARNs of its models and datasets."""
        return frozenset([*(each.arn for each in self.versions), *(arn for arn, _ in self.sets)])


class Projects:
    """The projects of one account and Region."""

    def __init__(self, aws: Aws, models: Models) -> None:
        self._models = models
        self._form = aws.form("rekognition")
        self._act = aws.act("rekognition")

    def contents(self, name: str, *, hurried: bool = False) -> Contents:
        """What is in the project of that name.

        Raises:
            NoProject: there is none, or it is being deleted.

        """
        if not _NAME.fullmatch(name):
            raise NoProject
        project = self._models.project(name, hurried=hurried)
        client = self._form if hurried else self._act
        with renamed():
            pages = self._models.pages(client.describe_project_versions, ProjectArn=project.arn)
            versions = tuple(
                _version(each) for page in pages for each in page["ProjectVersionDescriptions"]
            )
        sets = tuple(
            (each.arn, each.changing) for each in (project.train, project.test) if each is not None
        )
        return Contents(project.arn, versions, sets)

    def delete_version(self, arn: str) -> None:
        """Begin to delete a model that rests."""
        _gone_or(lambda: self._act.delete_project_version(ProjectVersionArn=arn))

    def delete_set(self, arn: str) -> None:
        """Begin to delete a dataset that does not change."""
        _gone_or(lambda: self._act.delete_dataset(DatasetArn=arn))

    def delete_project(self, arn: str) -> None:
        """Begin to delete a project that has no model any more."""
        _gone_or(lambda: self._act.delete_project(ProjectArn=arn))


def _gone_or(call: Callable[[], Any]) -> None:
    """Ask for a deletion; nothing where it is gone.

    Raises:
        AwsRefused: AWS will not.
        AwsBusy: not now; ask again.

    """
    try:
        with renamed():
            call()
    except AwsRefused as error:
        if error.code == _IN_USE:
            raise AwsBusy from error
        if error.code != _NOT_FOUND:
            raise


def _version(found: dict[str, Any]) -> Version:
    """The name stands in an ARN `…:project/<name>/version/<version>/<epoch ms>`."""
    arn = str(found["ProjectVersionArn"])
    name = arn.partition("/version/")[2].partition("/")[0]
    return Version(name, arn, str(found.get("Status")))
