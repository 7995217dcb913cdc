"""The only place where the parts are joined.

`build(settings)` returns one frozen object, which `bot.serving` runs. Nothing here decides anything.
"""

import os
import random
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

import commands.dataset
import commands.labeljob
import commands.labelteam
from bot import health, home
from bot.base.aws import Aws
from bot.base.clock import Clock, new_id, system_clock
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.base.leases import Leases
from bot.base.pool import Pool
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.base.tries import Tries
from bot.datasets import accept as dataset_accept
from bot.datasets import load as dataset_load
from bot.datasets import records as dataset_records
from bot.datasets import status as dataset_status
from bot.datasets import tell as dataset_tell
from bot.datasets import watch as dataset_watch
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.lifecycle import READY as DATASET_READY
from bot.datasets.source import TEST, TRAIN
from bot.datasets.verbs import DatasetVerbs
from bot.delivery.claims import Claims
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Sender
from bot.delivery.undelivered import Undelivered
from bot.health import Check, Health, Pulse
from bot.installation import Installation, learn
from bot.jobs.accept import Accept, Account
from bot.jobs.control import Control
from bot.jobs.facts import Facts
from bot.jobs.ground_truth import GroundTruth
from bot.jobs.launch import Launch
from bot.jobs.lifecycle import NOT_MADE, READY, UNDER_WAY, MadeDataset
from bot.jobs.made_datasets import MadeDatasets
from bot.jobs.questions import Questions
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.jobs.standing import Standing
from bot.jobs.status import Status
from bot.jobs.task_types import TASK_TYPES
from bot.jobs.tell import Tell
from bot.jobs.verbs import JobVerbs
from bot.jobs.watch import Watch
from bot.people.access import Access
from bot.people.teams import Teams
from bot.scheduler import Round, Scheduler
from bot.slack_app import Door
from bot.slack_client import SlackClient
from bot.slack_failures import NO_ANSWER, outcome_unknown, slack_code

_ANSWER_TIMEOUT = 2  # seconds that Slack's own API may take while a person waits for an answer
_ACK_BUSY_WAIT = 2.0  # seconds that an answer to Slack may wait for the database; the worker has ten
_AT_ONCE = 4  # launches, and imports, of one worker: a long one leaves room for the others
_SENDERS = 3  # senders of one worker: a slow channel does not hold up the others


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
    undelivered: Undelivered
    team_id: str
    installation: Installation

    def app(self) -> Door:
        """The Slack app with every listener.

        Raises:
            BadSlack: Slack does not take the bot's token, or does not answer (Bolt asks it once more).

        """
        secret = self.settings.slack_signing_secret.get_secret_value()
        with _showing_the_token():
            door = Door(self.slack, signing_secret=secret, inbox=Inbox(self.db), installation=self.installation)
        commands.labeljob.register(door, jobs=self.jobs, access=self.access, new_id=new_id)
        commands.labelteam.register(door, queue=self.jobs.queue, teams=self.teams, access=self.access)
        commands.dataset.register(
            door,
            datasets=self.datasets,
            access=self.access,
            finished_job=self._finished_job,
            stands=self._stands,
            new_id=new_id,
        )
        home.register(door, jobs=self.jobs, teams=self.teams, access=self.access)
        return door

    def scheduler(self, pulse: Pulse) -> Scheduler:
        """The worker's rounds, watched by `pulse`."""
        gaps, jobs, datasets = self.settings, self.jobs, self.datasets
        quick = min(gaps.poll_gap, 2 * gaps.send_gap)
        launches, loads = Pool("launch", _AT_ONCE), Pool("load", _AT_ONCE)
        rounds = pulse.watched(
            [
                *(Round(f"send {n}", gaps.send_gap, self._sender().drain) for n in range(_SENDERS)),
                Round("launch", quick, lambda: jobs.launch.round(launches.start)),
                Round("stop", quick, jobs.control.round),
                Round("watch", gaps.poll_gap, jobs.watch.round),
                Round("queues", quick, lambda: jobs.queue.round(self.team_id)),
                Round("teams", gaps.teams_gap, lambda: jobs.queue.refresh(self.team_id)),
                Round("load datasets", quick, lambda: datasets.load.round(loads.start)),
                Round("watch datasets", gaps.poll_gap, datasets.watch.round),
            ]
        )
        return Scheduler(rounds, [launches, loads])

    def _sender(self) -> Sender:
        """A sender of its own name, so that two never take each other's rows for their own."""
        return Sender(
            db=self.db,
            claims=Claims(self.db, lease=self.settings.lease, twin_wait=self.settings.twin_wait),
            budget=RateBudget(self.db, self.settings.post_pace),
            slack=_slack(self.settings, int(self.settings.slack_timeout)),
            settings=self.settings,
            owner=f"{socket.gethostname()}:{os.getpid()}:{new_id()}",
            chance=random.SystemRandom(),
            tell=self.undelivered.tell,
        )

    def _stands(self, job_id: str, user_id: str, channel: str) -> None:
        """Refuse a press on a button of a job that has none there."""
        self.jobs.standing.job(job_id, user_id, channel)

    def _finished_job(self, job_id: str) -> commands.dataset.FinishedJob:
        """What the dataset story may know of a job."""
        result = self.jobs.status.result(self.jobs.status.job(job_id))
        job, kind = result.job, TASK_TYPES.get(result.job.draft.task_type)
        other = result.made[-1] if result.made else None
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
            dataset_type=TEST if other is not None and other.kind == "training" else TRAIN,
            project=other.project if other is not None else "",
            other_set=other.kind if other is not None else "",
        )


def build(settings: Settings, *, answering: bool = True, clock: Clock = system_clock, aws: Aws | None = None) -> Bot:
    """Join the parts. `answering` shortens every wait to what Slack's three seconds leave.

    Two bots of one process can share `aws`, whose clients suit whoever waits.

    Raises:
        NoRole: the execution role is missing or no role.
        BadSlack: Slack does not take the bot's token, or does not answer.

    """
    slack = _slack(settings, _ANSWER_TIMEOUT if answering else int(settings.slack_timeout))
    db = Database(settings.database_url, busy_wait=_ACK_BUSY_WAIT if answering else 10.0)
    aws = aws or Aws(settings)
    outbox = Outbox(db, new_id)
    leases = Leases(db, f"{socket.gethostname()}:{os.getpid()}")
    tries = Tries(db, leases, settings, random.SystemRandom())
    installation = _installation(slack)
    access = Access(slack, settings.managers, installation.team_id)
    teams = Teams(db)
    jobs = _jobs(settings, db, aws, outbox, tries, access, teams, clock)
    datasets = _datasets(settings, db, aws, outbox, tries, access, clock, jobs.made_datasets)
    return Bot(
        settings=settings,
        db=db,
        slack=slack,
        outbox=outbox,
        access=access,
        teams=teams,
        jobs=jobs,
        datasets=datasets,
        undelivered=Undelivered(db, outbox, {"job": jobs.status.asker, "dataset": datasets.status.asker}, access.told),
        team_id=installation.team_id,
        installation=installation,
    )


def _jobs(  # noqa: PLR0913, PLR0917 - the parts it joins
    settings: Settings,
    db: Database,
    aws: Aws,
    outbox: Outbox,
    tries: Tries,
    access: Access,
    teams: Teams,
    clock: Clock,
) -> JobVerbs:
    """The job story."""
    records = Records(db, clock, new_id)
    facts = Facts(teams, access.told)
    ground_truth = GroundTruth(aws)
    account = Account(_account(settings), settings.aws_region)
    allowed = settings.allowed
    now: dict[str, Any] = {"clock": clock}
    tell = Tell(db=db, records=records, outbox=outbox, facts=facts, gap=settings.card_gap, **now)
    told: dict[str, Any] = {"db": db, "records": records, "outbox": outbox, "teams": teams, "facts": facts, **now}
    work: dict[str, Any] = {"records": records, "tell": tell, "facts": facts, "ground_truth": ground_truth, **now}
    return JobVerbs(
        accept=Accept(
            **told,
            ground_truth=ground_truth,
            storage=Storage.for_form(aws, allowed),
            open_places=settings.open_places,
            questions=Questions(settings.form_wait),
            account=account,
            new_id=new_id,
        ),
        launch=Launch(
            **work,
            teams=teams,
            access=access,
            storage=Storage.for_work(aws, allowed),
            open_places=settings.open_places,
            tries=tries,
            settings=settings,
        ),
        watch=Watch(**work, tries=tries, settings=settings),
        control=Control(
            **told, tell=tell, access=access, ground_truth=ground_truth, tries=tries, account=account, new_id=new_id
        ),
        queue=Queue(**told, ground_truth=ground_truth, gap=settings.card_gap),
        status=Status(
            **told,
            storage=Storage.for_form(aws, allowed),
            open_places=settings.open_places,
            link_life=settings.link_life,
        ),
        standing=Standing(db=db, records=records, outbox=outbox, teams=teams, access=access),
        made_datasets=MadeDatasets(records=records, outbox=outbox, facts=facts, **now),
    )


def _datasets(  # noqa: PLR0913, PLR0917 - the parts it joins
    settings: Settings,
    db: Database,
    aws: Aws,
    outbox: Outbox,
    tries: Tries,
    access: Access,
    clock: Clock,
    made: MadeDatasets,
) -> DatasetVerbs:
    """The dataset story."""
    records = dataset_records.Records(db)
    told: dict[str, Any] = {"db": db, "records": records, "outbox": outbox, "noted": partial(_note, made)}
    work: dict[str, Any] = {
        "records": records,
        "tell": dataset_tell.Tell(**told, gap=settings.card_gap, told=access.told),
        "custom_labels": CustomLabels(aws),
        "storage": Storage.for_work(aws, settings.allowed),
        "tries": tries,
        "clock": clock,
    }
    return DatasetVerbs(
        accept=dataset_accept.Accept(**told, open_places=settings.open_places, clock=clock, new_id=new_id),
        load=dataset_load.Load(**work, access=access, open_places=settings.open_places, settings=settings),
        watch=dataset_watch.Watch(**work),
        status=dataset_status.Status(records=records),
    )


def _note(made: MadeDatasets, session: Session, dataset: dataset_records.Dataset) -> None:
    """What the job story may know of a dataset that was made of a job."""
    kind, job_id = dataset.source.told_below or ("", "")
    if kind != "job":
        return
    state = READY if dataset.state.state == DATASET_READY else UNDER_WAY
    if dataset.quarantine_reason or (dataset.state.ended and state != READY):
        state = NOT_MADE
    source = dataset.source
    made.note(session, job_id, MadeDataset(dataset.id, source.called, source.project, source.type_words, state))


def make_health(settings: Settings, aws: Aws, pulse: Pulse | None, **more: Check) -> Health:
    """What is looked at, by clients that give up quickly."""
    db = Database(settings.database_url, busy_wait=_ACK_BUSY_WAIT)
    found = health.checks(db, _slack(settings, _ANSWER_TIMEOUT), aws, pulse)
    return Health(db, {**found, **more})


def _slack(settings: Settings, timeout: int) -> SlackClient:
    """A client that never tries again by itself: that alone can double a post."""
    return SlackClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, timeout)


def _installation(slack: WebClient) -> Installation:
    """The workspace and the app that the token belongs to."""
    with _showing_the_token():
        return learn(slack)


@contextmanager
def _showing_the_token() -> Iterator[None]:
    """Inside, Slack is asked whose the token is; whatever it does not like becomes words."""
    try:
        yield
    except SlackApiError as error:
        if outcome_unknown(error):
            raise BadSlack from error
        raise BadSlack(f"Slack does not take SLACK_BOT_TOKEN ({slack_code(error)}). Install the app anew.") from error
    except (BoltError, *NO_ANSWER) as error:
        raise BadSlack from error


def _account(settings: Settings) -> str:
    """The AWS account, from the execution role (it must be the same)."""
    match = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+", settings.execution_role_arn)
    if match is None:
        raise NoRole
    return match[1]
