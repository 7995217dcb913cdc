"""The only place where the parts are joined.

`build(settings)` returns one frozen object, which `bot.runtime.serving` runs. Nothing here decides
anything: stories bring their parts, their listeners and their rounds.
"""

import random
from dataclasses import dataclass
from functools import partial

from bot.base.aws import Aws
from bot.base.clock import Clock, new_id, system_clock
from bot.base.db import ANSWER_BUSY_WAIT, Database
from bot.base.rounds import Round
from bot.base.settings import Settings
from bot.base.slack_client import SlackClient, client_of
from bot.datasets.story import DatasetStory, dataset_story
from bot.delivery.dead_letters import DeadLetters
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.delivery.senders import Senders
from bot.delivery.slack_files import SCOPE, SlackFiles
from bot.delivery.uploads import Uploads
from bot.delivery.windows import Windows
from bot.engines.campaigns import Campaigns
from bot.engines.ground_truth.engine import GroundTruth
from bot.engines.protocol import Engine
from bot.ground import Ground
from bot.jobs.held import Account
from bot.jobs.story import JobStory, job_story
from bot.models.story import ModelStory, model_story
from bot.people.access import Access
from bot.people.teams import Teams
from bot.slack.app import SlackApp
from bot.slack.installation import Installation, installation_of, showing_the_token
from bot.work.leases import Leases
from bot.work.tries import Tries
from commands import dataset, home, labeljob, labelteam
from commands.actions import RULES
from commands.doing import Stories


@dataclass(frozen=True, slots=True)
class Bot:
    """The joined parts of one process."""

    settings: Settings
    slack: SlackClient
    ground: Ground
    jobs: JobStory
    datasets: DatasetStory
    models: ModelStory
    senders: Senders
    installation: Installation

    def app(self) -> SlackApp:
        """The Slack app with every listener; BadSlack, where Slack does not take the bot's token or
        does not answer Bolt.
        """
        secret, inbox = self.settings.slack_signing_secret.get_secret_value(), Inbox(self.ground.db)
        with showing_the_token():
            door = SlackApp(
                self.slack, signing_secret=secret, inbox=inbox, installation=self.installation
            )
        stories = Stories(self.jobs, self.datasets, self.models)
        for each in (labeljob, labelteam, dataset, home):
            each.register(door, stories)
        return door

    def rounds(self) -> list[Round]:
        """Everything that a worker does, in the order in which one thing follows from another."""
        stories = (self.jobs, self.datasets, self.models, self.senders)
        return [each for story in stories for each in story.rounds()]


def build(
    settings: Settings,
    *,
    answering: bool = True,
    clock: Clock = system_clock,
    aws: Aws | None = None,
    engine: Engine | None = None,
) -> Bot:
    """Join the parts. `answering` shortens every wait to what Slack's three seconds leave; two bots
    of one process can share `aws`; `engine` is Ground Truth unless given.

    Raises:
        NoRole: the execution role is missing or no role.
        BadSlack: Slack does not take the bot's token, or does not answer.

    """
    slack = client_of(settings, answering=answering)
    db = Database(settings.database_url, busy_wait=ANSWER_BUSY_WAIT if answering else 10.0)
    aws = aws or Aws(settings)
    engine = engine or Campaigns.of(GroundTruth.of(settings, aws), settings, aws)
    installation = installation_of(slack)
    patient = partial(client_of, settings, answering=False)
    ground = Ground(
        settings=settings,
        db=db,
        aws=aws,
        outbox=Outbox(db, new_id),
        windows=Windows(patient),
        files=SlackFiles(settings, patient, may_read=installation.may(SCOPE)),
        uploads=Uploads(patient, may=installation.may(Uploads.scope)),
        tries=Tries(db, Leases.of_process(db), settings, random.SystemRandom()),
        access=Access(slack, settings.managers, installation.team_id, RULES),
        teams=Teams(db, engine.names.place),
        clock=clock,
        new_id=new_id,
    )
    jobs = job_story(ground, engine, Account.of(settings))
    datasets = dataset_story(ground, jobs.store.note_dataset)
    models = model_story(ground, datasets.delete.with_project, jobs.results.shows)
    askers = {**jobs.askers(), "dataset": datasets.status.asker, **models.askers()}
    dead_letters = DeadLetters(db, ground.outbox, askers, ground.access.told)
    senders = Senders(db, settings, patient, dead_letters, new_id)
    return Bot(settings, slack, ground, jobs, datasets, models, senders, installation)
