"""The AWS stand-in: one endpoint for SageMaker, Cognito, Rekognition, Logs, SNS, SQS, STS, IAM and
S3, for unchanged AWS clients.

Promises whoever starts it: `create_app(config)` gives the ASGI application and the parts behind it;
nothing leaves the folder in the configuration, and everything in it survives a kill. The thread
that moves jobs and imports on runs between `start` and `stop`.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import anyio.to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.aws.cognito import Cognito
from bot.sandbox.aws.dialects import (
    PAGE,
    addressed,
    fault_answer,
    internal,
    journal_name,
    unknown_service,
)
from bot.sandbox.aws.iam import Iam
from bot.sandbox.aws.logs import Logs, append_log
from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.aws.messaging.sns import Sns
from bot.sandbox.aws.messaging.sqs import Sqs, SqsService
from bot.sandbox.aws.messaging.topics import Topics
from bot.sandbox.aws.rekognition.service import CustomLabels
from bot.sandbox.aws.s3 import page as s3_page
from bot.sandbox.aws.s3.notifications import Notifications
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.service import S3, S3Rules
from bot.sandbox.aws.s3.situations import CONTROL, Situation, Situations, control
from bot.sandbox.aws.sagemaker.labeling_jobs import LabelingJobs
from bot.sandbox.aws.sagemaker.role_objects import RoleObjects
from bot.sandbox.aws.sagemaker.rules import Place
from bot.sandbox.aws.sagemaker.vendors import Vendors
from bot.sandbox.aws.sagemaker.work_teams import TemplatePreview, WorkTeams
from bot.sandbox.aws.sts import Sts
from bot.sandbox.aws.tables import SCHEMA
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import (
    Caller,
    JsonService,
    caller,
    calling,
    request_id,
)
from bot.sandbox.aws.wire.query_protocol import QueryService
from bot.sandbox.aws.wire.request import AwsRequest
from bot.sandbox.aws.wire.signature import Credentials, Dialect, Signatures, presigned_url
from bot.sandbox.aws.wire.xml import Reply
from bot.sandbox.crowd.workers import Behaviours, Crew
from bot.sandbox.faults import Faults
from bot.sandbox.http import LoopbackOnly
from bot.sandbox.store import Store

__all__ = ["Aws", "AwsConfig", "create_app"]

_log = logging.getLogger(__name__)
LINK_SECONDS = 3600


@dataclass(frozen=True)
class AwsConfig:
    """One practice account.

    `access_keys` maps key ids to secrets. `pace` is objects per second and simulated team,
    `import_seconds` how long a dataset import, a training and a model's start each take.
    `worker_pages_url` is the address of the worker pages, `public_url` the one of this endpoint as
    a browser reaches it (default: as the last caller did), `home_url` the one that the pages for
    people lead back to. The rest puts buckets into situations: `denied_buckets` refuse everybody,
    `other_region_buckets` maps buckets to the region they are in, `other_account_buckets` to the
    account that owns them, and the objects of `sealed_buckets` are encrypted with a key that nobody
    here may use. `identity_provider` makes the private workforce one of an OIDC provider, whose
    groups nobody here sees into.
    """

    folder: Path
    access_keys: Mapping[str, str]
    account: str = "111122223333"
    region: str = "us-east-1"
    pace: float = 1.0
    import_seconds: float = 2.0
    seed: int = 7
    worker_pages_url: str = ""
    tick_seconds: float = 0.2
    denied_buckets: frozenset[str] = frozenset()
    other_region_buckets: Mapping[str, str] = field(default_factory=dict)
    other_account_buckets: Mapping[str, str] = field(default_factory=dict)
    sealed_buckets: frozenset[str] = frozenset()
    identity_provider: str = ""
    public_url: str = ""
    home_url: str = ""
    clock: Callable[[], float] = time.time
    behaviours: Behaviours = field(default_factory=Behaviours)


class Aws:
    """The parts of a practice account. `app` is the ASGI application; `grant` makes links for the
    worker pages.
    """

    def __init__(self, config: AwsConfig) -> None:
        self.config = config
        self.clock = config.clock
        self.store = Store(config.folder / "aws.db", SCHEMA)
        self.objects = ObjectStore(self.store, config.folder / "objects", config.clock)
        self.situations = Situations(_seeded(config), region=config.region, account=config.account)
        self.queues = Queues(self.store, config.clock)
        self.topics = Topics(self.store, self.queues, config.clock)
        self.crew = Crew(
            self.store,
            RoleObjects(self.objects, self.situations),
            self.log,
            config.clock,
            topics=self.topics,
            pace=config.pace,
            seed=config.seed,
            behaviours=config.behaviours,
        )
        self._service_key = Credentials(
            f"AKIASERVICE{secrets.token_hex(5).upper()}",
            secrets.token_urlsafe(30),
            f"arn:aws:sts::{config.account}:assumed-role/GroundTruth/service",
            "AROASERVICE",
        )
        self._sts = Sts(self.store, account=config.account, clock=config.clock)
        self._signatures = Signatures(self._credentials, config.region, config.clock)
        self.custom_labels = CustomLabels(
            self.store,
            self.objects,
            arn=f"arn:aws:rekognition:{config.region}:{config.account}",
            clock=config.clock,
            seconds=config.import_seconds,
            situations=self.situations,
        )
        self.vendors = Vendors(self.store, region=config.region, clock=config.clock)
        self._services = {service.prefix: service for service in self._json_services()}
        sns = Sns(self.store, self.topics, account=config.account, region=config.region)
        self._forms = {"sts": QueryService("sts", [self._sts], refusal="ValidationError")}
        self._forms["sns"] = QueryService("sns", [sns], refusal="ValidationError")
        iam = Iam(self.situations, account=config.account)
        self._forms["iam"] = QueryService("iam", [iam], refusal="ValidationError")
        rules = S3Rules(config.account, config.region, self.situations)
        told = Notifications(
            self.store,
            self.objects,
            self.topics,
            config.clock,
            account=config.account,
            region=config.region,
        )
        self._s3 = S3(
            self.store, self.objects, self._signatures, rules, config.clock, notifications=told
        )
        self._seen_url = config.public_url
        self.faults = Faults(self._serve, journal_name, answer=fault_answer, home=config.home_url)
        self.app: ASGIApp = LoopbackOnly(self.faults)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Let time pass: jobs, imports and trainings move on."""
        if self._thread is None:
            self._stopping.clear()
            self.queues.close(closed=False)
            self._thread = threading.Thread(target=self._run, name="aws-ticks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let time stand still; what was done stays in the folder."""
        self._stopping.set()
        self.queues.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def tick(self) -> None:
        """One step of everything that happens by itself."""
        self.crew.tick()
        self.custom_labels.tick()

    def log(self, group: str, stream: str, at_ms: int, message: str) -> None:
        """Write one event to CloudWatch Logs."""
        append_log(self.store, group, stream, at_ms, message)

    def grant(self, uri: str, seconds: int = LINK_SECONDS) -> str:
        """A short-lived link to an object, as the service makes for workers; raises ValueError for
        what is no URI.
        """
        bucket, slash, key = uri.removeprefix("s3://").partition("/")
        if not uri.startswith("s3://") or not bucket or not slash or not key:
            raise ValueError(f"{uri!r} is not an S3 URI like s3://bucket/key")
        return presigned_url(
            self._service_key,
            self.config.region,
            self._base_url(),
            bucket,
            key,
            now=self.clock(),
            seconds=seconds,
        )

    def _base_url(self) -> str:
        if self.config.public_url:
            return self.config.public_url.rstrip("/")
        try:
            return caller().base_url
        except LookupError:
            return self._seen_url

    def _json_services(self) -> list[JsonService]:
        config = self.config
        teams = WorkTeams(
            self.store,
            region=config.region,
            account=config.account,
            portal=config.worker_pages_url,
            issuer=config.identity_provider,
            clock=self.clock,
        )
        place = Place(config.region, config.account, teams.exists, self.situations.elsewhere)
        jobs = LabelingJobs(self.store, place, self.clock, config.seed)
        logs = Logs(
            self.store, arn=f"arn:aws:logs:{config.region}:{config.account}", clock=self.clock
        )
        return [
            JsonService("sagemaker", [jobs, teams, self.vendors, TemplatePreview(self.grant)]),
            JsonService("rekognition", self.custom_labels.subjects),
            JsonService(
                "cognito-idp",
                [Cognito(self.store, region=config.region, clock=self.clock)],
                refusal="InvalidParameterException",
            ),
            JsonService("logs", [logs], refusal="InvalidParameterException"),
            SqsService([Sqs(self.queues, account=config.account, region=config.region)]),
        ]

    def _credentials(self, access_key: str) -> Credentials | None:
        if access_key == self._service_key.access_key:
            return self._service_key
        secret = self.config.access_keys.get(access_key)
        if secret is not None:
            return Credentials(
                access_key,
                secret,
                f"arn:aws:iam::{self.config.account}:user/practice",
                "AIDAPRACTICE",
            )
        return self._sts.session(access_key)

    def _run(self) -> None:
        while not self._stopping.wait(self.config.tick_seconds):
            try:
                self.tick()
            except Exception:  # noqa: BLE001 - the stand-in has to go on, and the log says why
                _log.exception("a tick of the AWS stand-in failed; the next one runs")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        request = AwsRequest.from_scope(scope, bytes(body))
        reply = await anyio.to_thread.run_sync(self.answer, request)
        response = Response(reply.body, reply.status)
        # S3 says the length of an object in a HEAD answer without its bytes: headers are written as
        # they are.
        length = reply.headers.pop("content-length", str(len(reply.body)))
        date = formatdate(self.clock(), usegmt=True)
        headers = {"date": date, **reply.headers, "content-length": length}
        response.raw_headers = [
            (name.encode("latin-1"), _header_bytes(value)) for name, value in headers.items()
        ]
        await response(scope, receive, send)

    def answer(self, request: AwsRequest) -> Reply:
        """Answer one request of any service."""
        self._seen_url = self._seen_url or request.base_url
        if request.path == PAGE or request.path.startswith(f"{PAGE}/"):
            return s3_page.answer(self.objects, request, self.config.home_url)
        if request.path == CONTROL:
            return control(self.situations, request)
        try:
            return unknown_service(request) or self._answered(request)
        except Exception:  # noqa: BLE001 - as above: the caller gets an internal error, as from AWS
            _log.exception("the AWS stand-in broke on %s %s", request.method, request.path)
            return internal(addressed(request)[0])

    def _answered(self, request: AwsRequest) -> Reply:
        dialect, service, operation = addressed(request)
        if dialect == "s3":
            return self._s3.answer(request)
        if dialect == "query":
            return self._form_answered(request, self._forms[service])
        return self._json_answered(request, service, operation)

    def _form_answered(self, request: AwsRequest, service: QueryService) -> Reply:
        try:
            with self._caller(request, service.model.signing_name, "query"):
                return service.answer(request.body)
        except AwsError as error:
            return service.error(error)

    def _json_answered(self, request: AwsRequest, prefix: str, operation: str) -> Reply:
        service = self._services[prefix]
        try:
            with self._caller(request, service.model.signing_name, "json"):
                body = service.answer(operation, request.body)
        except AwsError as error:
            return service.error(error)
        return Reply(
            200, body, {"content-type": service.content_type, "x-amzn-requestid": request_id()}
        )

    def _caller(
        self, request: AwsRequest, signing_name: str, dialect: Dialect
    ) -> AbstractContextManager[None]:
        """The block in which the request of whoever signed it is answered; raises AwsError."""
        who = self._signatures.check(request, signing_name, dialect).credentials
        return calling(Caller(who.arn, who.user_id, request.base_url))


def _seeded(config: AwsConfig) -> dict[str, Situation]:
    return {
        **{bucket: Situation("denied") for bucket in config.denied_buckets},
        **{
            bucket: Situation("elsewhere", region)
            for bucket, region in config.other_region_buckets.items()
        },
        **{
            bucket: Situation("stranger", account)
            for bucket, account in config.other_account_buckets.items()
        },
        **{bucket: Situation("sealed", f"{bucket}-key") for bucket in config.sealed_buckets},
    }


def create_app(config: AwsConfig) -> Aws:
    """The practice account of `config`; nothing moves in it until `start`."""
    return Aws(config)


def _header_bytes(value: str) -> bytes:
    return value.encode("latin-1", "replace").replace(b"\r", b" ").replace(b"\n", b" ")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
