"""Ground Truth as an engine: files into S3, create or adopt, report, stop."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.base.aws import Aws, AwsRefused
from bot.base.encryption import kms_key
from bot.base.errors import LabeljobError
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.engines.ground_truth.answers import WorkerAnswers
from bot.engines.ground_truth.catalogue import TASK_TYPES, page_arn
from bot.engines.ground_truth.categories import category_file
from bot.engines.ground_truth.execution_role import ExecutionRole
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.job_log import JobLog
from bot.engines.ground_truth.preview import Previewer
from bot.engines.ground_truth.private_workforce import PrivateWorkforce
from bot.engines.ground_truth.public_workforce import PublicWorkforce
from bot.engines.ground_truth.request import place_of, request
from bot.engines.ground_truth.streams import TopicStreams
from bot.engines.particulars import Extras
from bot.engines.protocol import (
    INITIALIZING,
    Abilities,
    Answered,
    Described,
    Known,
    Log,
    Names,
    Order,
    Previewed,
    Report,
    Rights,
    Steps,
    Submitted,
    TeamGone,
)
from bot.engines.streams import Streams
from bot.engines.task_type import TaskType
from bot.engines.workforce import Workforce
from bot.instructions.page import PAGE_LIMIT, PageTooLarge, worker_page
from bot.people.work_team import WorkTeam

_OWN_PAGE_BYTES = 4 * PAGE_LIMIT + 1  # as many as so many characters can have, and one more
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beside:
    """What an account has beside its jobs: people of one's own, where they are managed, the public,
    and topics that bring objects.
    """

    own: Workforce | None
    public: PublicWorkforce
    streams: Streams | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What AWS keeps of a job beside its results: its log, and everybody's answers."""

    log: JobLog
    answers: WorkerAnswers


class GroundTruth:
    """Labeling jobs of one AWS account and Region (see `bot.engines.protocol.Engine`).

    Every method may raise what `bot.base.aws` names: AwsRefused, AwsBusy, Lapsed, Unclear,
    AwsGarbled.
    """

    names = Names(
        place="AWS",
        service="Ground Truth",
        teams_made="in the AWS console (SageMaker, Ground Truth, Labeling workforces)",
        teams_hired=(
            "in the AWS Marketplace (AWS console: SageMaker, Ground Truth, Labeling workforces, "
            "Vendor, Find data labeling services)"
        ),
    )
    abilities = Abilities()
    task_types = TASK_TYPES

    def __init__(  # noqa: PLR0913 - what an engine is made of
        self,
        gateway: Gateway,
        storage: Storage,
        role: ExecutionRole,
        kept: Kept,
        previewer: Previewer,
        *,
        region: str,
        kms_key: str = "",
        beside: Beside | None = None,
    ) -> None:
        self._gateway = gateway
        self._storage = storage
        self._role = role
        self._kept_of_jobs = kept
        self._previewer = previewer
        self._region = region
        self._kms_key = kms_key
        beside = beside or Beside(None, PublicWorkforce(region, 0))
        self.workforce, self._public = beside.own, beside.public
        self.streams = beside.streams

    @classmethod
    def of(cls, settings: Settings, aws: Aws) -> "GroundTruth":
        """Make the engine of the account, Region and execution role that the settings name."""
        storage = Storage.for_work(aws, settings.allowed)
        role = ExecutionRole(aws, settings.execution_role_arn)
        key = kms_key(settings.s3_encryption)
        return cls(
            Gateway(aws),
            storage,
            role,
            Kept(JobLog(aws), WorkerAnswers(aws, storage)),
            Previewer(aws, role.arn),
            region=settings.aws_region,
            kms_key=key,
            beside=Beside(
                PrivateWorkforce(aws),
                PublicWorkforce(settings.aws_region, settings.public_task_price),
                TopicStreams(aws),
            ),
        )

    def check_name(self, name: str) -> None:
        """Refuse a name that is taken, for ever: names are unique, capitals aside."""
        self._gateway.check_name(name)

    def taken_names(self, beginning: str) -> set[str]:
        """The first 100 names in use that hold `beginning`."""
        return self._gateway.taken_names(beginning)

    def check_team(self, workteam: str, kind: TaskType, extras: Extras) -> None:
        """Refuse what Mechanical Turk does not do, or not without a declaration."""
        self._public.check(workteam, kind, extras)

    def rights(self, reads: Iterable[S3Uri], writes: S3Uri) -> Rights:
        """What IAM tells of the execution role."""
        return self._role.rights(reads, writes)

    def made_before(self, name: str, request_key: str, _steps: Steps) -> Submitted | None:
        """The job of that name, if it bears our request's tag."""
        return self._gateway.made_before(name, request_key)

    def submit(self, order: Order, steps: Steps) -> Submitted:
        """Write page and labels under keys that hold their hash, then create the job or adopt our
        own.
        """
        template, labels = self._files(order, steps)
        asked = request(
            self._public.priced(order),
            region=self._region,
            role_arn=self._role.arn,
            template=template,
            labels=labels,
            kms_key=self._kms_key,
        )
        steps.confirm()
        try:
            arn = self._gateway.create_or_adopt(asked)
        except AwsRefused as refusal:
            if order.workteam not in {team.arn for team in self.teams()}:
                # deleted since the cache was filled: AWS only names the ARN
                raise TeamGone from refusal
            raise
        return Submitted(arn, self._first_report(order.name))

    def preview(self, order: Order, line: Mapping[str, Any]) -> Previewed:
        """What SageMaker renders of the page and the labels that `submit` would write."""
        page = self._page(order)
        if page is not None:
            return self._previewer.of_template(page.decode("utf-8", "replace"), order, line)
        arn = page_arn(self._region, order.task_type.human_task_ui)
        categories = category_file(order.task_type, order.instructions, order.particulars)
        return self._previewer.of_own_page(arn, order, line, categories or b"{}")

    def withdraw(self, name: str, request_key: str, steps: Steps) -> None:
        """Nothing to do: one call makes the whole job."""

    def running(self) -> dict[str, Report]:
        """Every job that is not over, by ARN."""
        return self._gateway.active()

    def report(self, job: Known) -> Report:
        """How one job stands."""
        return self._gateway.describe(job.name).report

    def gather(self, job: Known, alive: Callable[[], None]) -> str:
        """Nothing to do: AWS has put them there."""
        del job, alive
        return ""

    def answers(self, job: Known, output: str, alive: Callable[[], None]) -> Iterator[Answered]:
        """The files that AWS keeps of each answer."""
        return self._kept_of_jobs.answers.of(output, job.name, alive)

    def declined(self, job: Known) -> Mapping[str, int]:
        """What the log of workers' activity tells."""
        return self._kept_of_jobs.answers.declined(job.id)

    def describe(self, name: str) -> Described:
        """A job that was made in the console or by a script."""
        return self._gateway.describe(name, waiting=True)

    def stop(self, job: Known) -> None:
        """Ask AWS to stop the job."""
        self._gateway.stop(job.name)

    def log(self, job: Known, wanted: Sequence[str]) -> Log:
        """What CloudWatch has of the job."""
        return self._kept_of_jobs.log.newest(job.name, wanted)

    def teams(self) -> list[WorkTeam]:
        """Every private work team, and those of the vendors that the account subscribed to."""
        return [*self._gateway.work_teams(), *self._public.teams()]

    def results(self, output: str, name: str) -> str:
        """Where Ground Truth writes the final manifest: it adds the job's name to the output folder
        by itself.
        """
        return f"{output.rstrip('/')}/{name}/manifests/output/output.manifest"

    def _files(self, order: Order, steps: Steps) -> tuple[S3Uri | None, S3Uri | None]:
        """Worker page and label file in S3, under keys that hold their hash.

        Each try writes them: that changes nothing, and heals what was deleted since the last one.
        """
        page = self._page(order)
        template = self._kept(order, page, ".liquid.html", "text/html; charset=utf-8")
        categories = category_file(order.task_type, order.instructions, order.particulars)
        labels = self._kept(order, categories, ".labels.json", "application/json")
        written = {"template": template, "labels": labels}
        steps.keep(**{step: str(place) for step, place in written.items() if place})
        return template, labels

    def _page(self, order: Order) -> bytes | None:
        """The worker page; None where it is AWS's own. The requester's own page is copied, so that
        the job keeps it as it was.
        """
        kind = order.task_type
        if kind.ui_kind != "template":
            return None
        if kind.own_page:
            return self._own_page(order)
        return worker_page(
            kind.tool,
            order.instructions,
            audited=order.particulars.audited,
            allowed=order.allowed.text,
        ).encode()

    def _own_page(self, order: Order) -> bytes:
        place = S3Uri.parse(order.particulars.template)
        page = self._storage.limited_to(order.allowed).beginning(place, _OWN_PAGE_BYTES)
        if len(page.decode("utf-8", "replace")) > PAGE_LIMIT:
            raise PageTooLarge(
                f"{place} is too long: Ground Truth takes a page of {PAGE_LIMIT:,} characters.",
                field="template",
            )
        return page

    def _kept(
        self, order: Order, content: bytes | None, ending: str, content_type: str
    ) -> S3Uri | None:
        if content is None:
            return None
        place = place_of(order, content, ending)
        self._storage.put(place, content, content_type)
        return place

    def _first_report(self, name: str) -> Report:
        """How the new job stands; where AWS does not say, the watcher finds out."""
        try:
            return self._gateway.describe(name).report
        except LabeljobError as error:
            log.info("%s was taken by AWS, which says no more for now: %s", name, error.words)
            return Report(INITIALIZING)
