"""The only place where the parts are joined.

`build(settings)` returns one frozen object; `serve` runs it as the web role (people), the worker role (time), or
both. Nothing here decides anything.
"""

import logging
import multiprocessing
import os
import random
import re
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import Interfaces
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import commands.dataset
import commands.labeljob
import commands.labelteam
from bot import health, home
from bot.base import log as logs
from bot.base import settings as settings_of
from bot.base.aws import Aws
from bot.base.clock import new_id, system_clock
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.base.leases import Leases
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.datasets import accept as dataset_accept
from bot.datasets import load as dataset_load
from bot.datasets import records as dataset_records
from bot.datasets import status as dataset_status
from bot.datasets import tell as dataset_tell
from bot.datasets import watch as dataset_watch
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.verbs import DatasetVerbs
from bot.delivery.claims import Claims
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Sender
from bot.health import Check, Health, HealthPort, Pulse
from bot.jobs.accept import Accept, Account
from bot.jobs.control import Control
from bot.jobs.facts import Facts
from bot.jobs.ground_truth import GroundTruth
from bot.jobs.launch import Launch
from bot.jobs.questions import Questions
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.jobs.status import Status
from bot.jobs.task_types import TASK_TYPES
from bot.jobs.tell import Tell
from bot.jobs.undelivered import Undelivered
from bot.jobs.verbs import JobVerbs
from bot.jobs.watch import Watch
from bot.people.access import Access
from bot.people.teams import Teams
from bot.scheduler import Round, Scheduler
from bot.slack_app import Door
from bot.slack_http import SignedHttp
from bot.slack_manifest import EVENTS_PATH
from bot.slack_socket import Socket

_ANSWER_TIMEOUT = 2  # seconds that Slack's own API may take while a person waits for an answer
_ACK_BUSY_WAIT = 2.0  # seconds that an answer to Slack may wait for the database; the worker has ten
_SENDERS = 3  # senders of one worker: a slow channel does not hold up the others
_HTTP_THREADS = 32  # requests answered at once; the database takes them one by one
_ENDING_ANSWERS = 5  # seconds after SIGTERM that requests may still take; Slack waits for 3
_ENDING_ROUNDS = 7  # seconds that rounds may take then; both together stay below the 15 that a process is given

log = logging.getLogger(__name__)


class NoRole(Refusal):
    """LABELJOB_EXECUTION_ROLE_ARN must name the role of Ground Truth: arn:aws:iam::<account>:role/<name>."""


class BadSlack(Refusal):
    """Slack does not answer. Check LABELJOB_SLACK_API_URL and the network."""


@dataclass(frozen=True, slots=True)
class Bot:
    """The joined parts of one process."""

    settings: Settings
    db: Database
    slack: WebClient
    outbox: Outbox
    access: Access
    teams: Teams
    jobs: JobVerbs
    datasets: DatasetVerbs
    team_id: str

    def app(self) -> Door:
        """The Slack app with every listener."""
        secret = self.settings.slack_signing_secret.get_secret_value()
        door = Door(self.slack, signing_secret=secret, inbox=Inbox(self.db))
        commands.labeljob.register(door, jobs=self.jobs, access=self.access, new_id=new_id)
        commands.labelteam.register(door, queue=self.jobs.queue, teams=self.teams, access=self.access)
        commands.dataset.register(
            door, datasets=self.datasets, access=self.access, finished_job=self._finished_job, new_id=new_id
        )
        home.register(door, jobs=self.jobs, teams=self.teams, access=self.access)
        return door

    def scheduler(self, pulse: Pulse) -> Scheduler:
        """The worker's rounds, watched by `pulse`."""
        gaps, jobs, datasets = self.settings, self.jobs, self.datasets
        quick = min(gaps.poll_gap, 2 * gaps.send_gap)
        rounds = pulse.watched(
            [
                *(Round(f"send {n}", gaps.send_gap, partial(self._send, self._sender())) for n in range(_SENDERS)),
                Round("launch", quick, jobs.launch.round),
                Round("stop", quick, jobs.control.round),
                Round("watch", gaps.poll_gap, jobs.watch.round),
                Round("queues", quick, lambda: jobs.queue.round(self.team_id)),
                Round("teams", gaps.teams_gap, lambda: jobs.queue.refresh(self.team_id)),
                Round("load datasets", quick, datasets.load.round),
                Round("watch datasets", gaps.poll_gap, datasets.watch.round),
            ]
        )
        return Scheduler(rounds)

    def _sender(self) -> Sender:
        """A sender of its own name, so that two never take each other's rows for their own."""
        return Sender(
            db=self.db,
            claims=Claims(self.db, lease=self.settings.lease),
            budget=RateBudget(self.db, self.settings.post_pace),
            slack=_slack(self.settings, int(self.settings.slack_timeout)),
            settings=self.settings,
            owner=f"{socket.gethostname()}:{os.getpid()}:{new_id()}",
            chance=random.SystemRandom(),
        )

    def _send(self, sender: Sender) -> None:
        """Send what is due; what can never be said is told to the asker."""
        for death in sender.drain():
            self.jobs.undelivered.tell(death)

    def _finished_job(self, job_id: str) -> commands.dataset.FinishedJob:
        """What the dataset story may know of a job."""
        result = self.jobs.status.result(self.jobs.status.job(job_id))
        job, kind = result.job, TASK_TYPES.get(result.job.draft.task_type)
        return commands.dataset.FinishedJob(
            job_id=job.id,
            name=job.name,
            team_id=job.team_id,
            channel=job.channel,
            asked_by="" if job.followed else job.asked_by,
            output_manifest=result.manifest,
            label_attribute=result.attribute,
            task_type_title=kind.title if kind else "labeling",
            importable=result.importable,
            why_not=result.why_not,
        )


def build(settings: Settings, *, answering: bool = True) -> Bot:
    """Join the parts. `answering` shortens every wait to what Slack's three seconds leave.

    Raises:
        NoRole: the execution role is missing or no role.
        BadSlack: Slack does not take the bot's token, or does not answer.

    """
    slack = _slack(settings, _ANSWER_TIMEOUT if answering else int(settings.slack_timeout))
    db = Database(settings.database_url, busy_wait=_ACK_BUSY_WAIT if answering else 10.0)
    aws = Aws(settings)
    outbox = Outbox(db, new_id)
    leases = Leases(db, f"{socket.gethostname()}:{os.getpid()}")
    access = Access(slack, settings.managers, system_clock)
    teams = Teams(db)
    return Bot(
        settings=settings,
        db=db,
        slack=slack,
        outbox=outbox,
        access=access,
        teams=teams,
        jobs=_jobs(settings, db, aws, outbox, leases, access, teams),
        datasets=_datasets(settings, db, aws, outbox, leases, access),
        team_id=_team_id(slack),
    )


def _jobs(  # noqa: PLR0913, PLR0917 - the parts it joins
    settings: Settings, db: Database, aws: Aws, outbox: Outbox, leases: Leases, access: Access, teams: Teams
) -> JobVerbs:
    """The job story."""
    records = Records(db, system_clock, new_id)
    facts = Facts(teams)
    ground_truth = GroundTruth(aws)
    account = Account(_account(settings), settings.aws_region)
    allowed = settings.allowed
    now: dict[str, Any] = {"clock": system_clock}
    tell = Tell(db=db, records=records, outbox=outbox, facts=facts, gap=settings.card_gap, **now)
    told: dict[str, Any] = {"db": db, "records": records, "outbox": outbox, "teams": teams, "facts": facts, **now}
    work: dict[str, Any] = {"records": records, "tell": tell, "facts": facts, "ground_truth": ground_truth, **now}
    return JobVerbs(
        accept=Accept(
            **told,
            ground_truth=ground_truth,
            storage=Storage.for_form(aws, allowed),
            allowed=allowed,
            questions=Questions(settings.form_wait),
            account=account,
            new_id=new_id,
        ),
        launch=Launch(
            **work,
            teams=teams,
            access=access,
            storage=Storage.for_work(aws, allowed),
            allowed=allowed,
            leases=leases,
            settings=settings,
            chance=random.SystemRandom(),
        ),
        watch=Watch(**work, leases=leases, settings=settings),
        control=Control(
            **told, tell=tell, access=access, ground_truth=ground_truth, leases=leases, account=account, new_id=new_id
        ),
        queue=Queue(**told, ground_truth=ground_truth, gap=settings.card_gap),
        status=Status(**told, storage=Storage.for_form(aws, allowed), allowed=allowed, link_life=settings.link_life),
        undelivered=Undelivered(db, records, outbox),
    )


def _datasets(  # noqa: PLR0913, PLR0917 - the parts it joins
    settings: Settings, db: Database, aws: Aws, outbox: Outbox, leases: Leases, access: Access
) -> DatasetVerbs:
    """The dataset story."""
    records = dataset_records.Records(db, system_clock)
    tell = dataset_tell.Tell(db=db, records=records, outbox=outbox, gap=settings.card_gap)
    work: dict[str, Any] = {
        "records": records,
        "tell": tell,
        "custom_labels": CustomLabels(aws),
        "storage": Storage.for_work(aws, settings.allowed),
        "leases": leases,
        "settings": settings,
        "clock": system_clock,
    }
    return DatasetVerbs(
        accept=dataset_accept.Accept(
            db=db, records=records, outbox=outbox, allowed=settings.allowed, clock=system_clock, new_id=new_id
        ),
        load=dataset_load.Load(**work, access=access, allowed=settings.allowed, chance=random.SystemRandom()),
        watch=dataset_watch.Watch(**work),
        status=dataset_status.Status(records=records),
    )


def serve(settings: Settings, role: str) -> None:
    """Run a role until SIGTERM or SIGINT; what is being done is finished first, within 15 seconds."""
    logs.start(settings.log_level, settings.log_format, secrets=settings.secrets)
    db = Database(settings.database_url)
    if db.is_sqlite:
        db.migrate()  # one machine: nobody else could have done it; PostgreSQL has `labeljob migrate`
    db.close()
    scheduler = pulse = None
    if role in {"worker", "both"}:
        working = build(settings, answering=False)
        pulse = Pulse(working.db)
        scheduler = working.scheduler(pulse)
        scheduler.start()
    try:
        if role == "worker":
            with _health_port(settings, pulse):
                _until_the_end()
        elif settings.slack_transport == "socket":
            _serve_socket(settings, pulse)
        else:
            with _health_port(settings, pulse):
                _serve_http(settings)
    finally:
        if scheduler is not None:
            _end(scheduler)


def _end(scheduler: Scheduler) -> None:
    """Finish the rounds that run. One that waits for AWS or Slack too long is left as a kill would leave it."""
    ending = threading.Thread(target=scheduler.stop, daemon=True)
    ending.start()
    ending.join(_ENDING_ROUNDS)
    if ending.is_alive():
        log.warning("a round did not end in %s s; whatever it was doing is taken up at the next start", _ENDING_ROUNDS)
        os._exit(0)  # the interpreter would wait for the round's thread


def _serve_socket(settings: Settings, pulse: Pulse | None) -> None:
    """Socket Mode: Slack's requests come through a connection of ours."""
    slack = Socket(build(settings).app(), settings.slack_app_token.get_secret_value())
    with _health_port(settings, pulse, socket=slack.connected):
        slack.connect()  # type: ignore[no-untyped-call]
        _until_the_end()
        slack.end(_ENDING_ANSWERS)


@contextmanager
def _health_port(settings: Settings, pulse: Pulse | None, **more: Check) -> Iterator[None]:
    """Health on a port of its own, where one is set."""
    if not settings.health_port:
        yield
        return
    port = HealthPort(_health(settings, pulse, **more), settings.host, settings.health_port)
    port.start()
    try:
        yield
    finally:
        port.stop()


def _health(settings: Settings, pulse: Pulse | None, **more: Check) -> Health:
    """What is looked at, by clients that give up quickly."""
    db = Database(settings.database_url, busy_wait=_ACK_BUSY_WAIT)
    found = health.checks(db, _slack(settings, _ANSWER_TIMEOUT), Aws(settings), pulse)
    return Health(db, {**found, **more})


def _serve_http(settings: Settings) -> None:
    """Signed HTTP on a production server; its worker process makes the application by `wsgi`."""
    # A fork would copy the locks of the scheduler's threads as they are at that moment, and wait for them for ever.
    multiprocessing.set_start_method("spawn")
    Granian(
        "bot.wiring:wsgi",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=_HTTP_THREADS,
        workers_kill_timeout=_ENDING_ANSWERS,
        log_enabled=False,
    ).serve()


def _until_the_end() -> None:
    """Wait for SIGTERM or SIGINT."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    log.info("labeljob is ready")
    ending.wait()


def wsgi() -> WSGIApplication:
    """The WSGI application, made in the web server's own process from the environment's settings."""
    settings = settings_of.read(os.environ.get(settings_of.ENV_FILE))
    logs.start(settings.log_level, settings.log_format, secrets=settings.secrets)
    return _health(settings, None).beside(SignedHttp(build(settings).app(), EVENTS_PATH))


def _slack(settings: Settings, timeout: int) -> WebClient:
    """A client that never tries again by itself: that alone can double a post."""
    token = settings.slack_bot_token.get_secret_value()
    context = ssl.create_default_context() if settings.slack_api_url.startswith("https") else None
    return WebClient(token, base_url=settings.slack_api_url, timeout=timeout, ssl=context, retry_handlers=[])


def _team_id(slack: WebClient) -> str:
    """The workspace that the token belongs to."""
    try:
        return str(slack.auth_test()["team_id"])
    except SlackApiError as error:
        raise BadSlack(
            f"Slack does not take SLACK_BOT_TOKEN ({error.response['error']}). Install the app anew."
        ) from error
    except OSError as error:
        raise BadSlack from error


def _account(settings: Settings) -> str:
    """The AWS account, from the execution role (it must be the same)."""
    match = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+", settings.execution_role_arn)
    if match is None:
        raise NoRole
    return match[1]
