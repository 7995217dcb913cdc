"""The job story: its parts, joined, and what they do as time passes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.base.pool import Pool
from bot.base.questions import Questions
from bot.base.rounds import Round, simple
from bot.base.storage import Storage
from bot.brought.storing import Storing
from bot.delivery.dead_letters import Asker
from bot.delivery.message import Message
from bot.delivery.slack_files import SlackFiles
from bot.engines.protocol import Engine
from bot.ground import Ground
from bot.instructions.page_picture import PagePictures
from bot.jobs.accept import Accept
from bot.jobs.all_labels import AllLabels
from bot.jobs.answered.people import People
from bot.jobs.answered.reading import Readings
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.begin import Begin
from bot.jobs.cards import export_card, results_card
from bot.jobs.chains import Chains
from bot.jobs.checks import CHECKS
from bot.jobs.checks.check import Known
from bot.jobs.checks.checker import Checker
from bot.jobs.data.takes import takes_of_any
from bot.jobs.ends import Ends
from bot.jobs.exports.exports import Exports
from bot.jobs.exports.records import ExportRecords
from bot.jobs.exports.reporting import Reporting
from bot.jobs.facts import Facts
from bot.jobs.follow import Follow
from bot.jobs.form.pages import job_form
from bot.jobs.giving import A, AskedRecords, Giving
from bot.jobs.held import Account, HeldByUs
from bot.jobs.job_facts import JobFacts
from bot.jobs.launch import Launch
from bot.jobs.log import Logs
from bot.jobs.members import Members
from bot.jobs.open_review import Reviews
from bot.jobs.orders import Orders
from bot.jobs.own_page import OwnPages
from bot.jobs.preflight import Preflight
from bot.jobs.preflight_records import PreflightRecords
from bot.jobs.preview import Previews
from bot.jobs.preview_of_job import JobPreviews
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.jobs.results.records import ResultsRecords
from bot.jobs.results.results import Results
from bot.jobs.retry import Retry
from bot.jobs.standing import Standing
from bot.jobs.status import Status
from bot.jobs.stop import Stop
from bot.jobs.store import JobStore
from bot.jobs.store_data import StoreData, Work
from bot.jobs.store_window import Tells
from bot.jobs.stream.asking import Sends
from bot.jobs.stream.feeds import Feeds
from bot.jobs.stream.idle import Idle
from bot.jobs.stream.records import Sendings
from bot.jobs.stream.send import Reading, Send
from bot.jobs.watch import Watch
from bot.jobs.why_unlabeled import WhyUnlabeled
from bot.people.workers import Workers

_AT_ONCE = 4  # launches, and reviews, of one worker: a long one leaves room for the others


@dataclass(frozen=True, slots=True)
class JobStory:
    """Everything that can be done with labeling jobs."""

    begin: Begin
    accept: Accept
    preflight: Preflight
    launch: Launch
    watch: Watch
    stop: Stop
    retry: Retry
    follow: Follow
    chains: Chains
    queue: Queue
    members: Members
    people: People
    readings: Readings
    status: Status
    logs: Logs
    previews: Previews
    job_previews: JobPreviews
    store_data: StoreData
    own_pages: OwnPages
    feeds: Feeds
    sends: Sends
    send: Send
    idle: Idle
    results: Results
    exports: Exports
    standing: Standing
    store: JobStore
    engine: Engine
    ground: Ground

    def askers(self) -> dict[str, Asker]:
        """Who is to hear what cannot be said of a job, or to a labeling team, in its channel."""
        team_id = self.ground.access.team_id
        return {"job": self.status.asker, "team": partial(self.queue.asker, team_id)}

    def rounds(self) -> list[Round]:
        """What a worker does for jobs, in the order in which one thing follows from another."""
        gaps, team_id = self.ground.settings, self.ground.access.team_id
        quick = gaps.quick_gap
        return [
            Round("preflight", quick, self.preflight.round, Pool("preflight", _AT_ONCE)),
            Round("previews", quick, self.job_previews.round, Pool("previews", _AT_ONCE)),
            Round("store", quick, self.store_data.round, Pool("store", _AT_ONCE)),
            Round("launch", quick, self.launch.round, Pool("launch", _AT_ONCE)),
            Round("stop", quick, simple(self.stop.round)),
            *self._of_streams(),
            Round("watch", gaps.poll_gap, self.watch.round, Pool("ends", _AT_ONCE, waits=False)),
            Round("results", quick, self.results.round, Pool("results", _AT_ONCE)),
            Round("answers", gaps.poll_gap, self.readings.round, Pool("answers", 1, waits=False)),
            Round("exports", quick, self.exports.round, Pool("exports", _AT_ONCE)),
            Round("teams", gaps.teams_gap, simple(lambda: self.queue.refresh(team_id))),
            Round("queues", quick, simple(lambda: self.queue.round(team_id))),
        ]

    def _of_streams(self) -> list[Round]:
        """What is done for streaming jobs alone."""
        gaps = self.ground.settings
        return [
            Round("send", gaps.quick_gap, self.send.round, Pool("send", _AT_ONCE)),
            Round("feeds", gaps.quick_gap, simple(self.feeds.round)),
            Round("idle", gaps.poll_gap, simple(self.idle.round)),
        ]


def job_story(ground: Ground, engine: Engine, account: Account) -> JobStory:
    """Join the parts of the story."""
    parts = _Parts(ground, engine, account)
    accept, queue = parts.accept(), parts.queue()
    return JobStory(
        begin=Begin(records=parts.records, held=parts.held),
        accept=accept,
        preflight=parts.preflight(accept),
        launch=parts.launch(),
        watch=parts.watch(),
        stop=parts.stop(),
        retry=Retry(records=parts.records, store=parts.store, access=ground.access),
        follow=parts.follow(),
        chains=parts.chains(),
        queue=queue,
        members=parts.members(queue),
        people=parts.people(),
        readings=parts.readings(),
        status=parts.status(),
        logs=parts.logs(),
        previews=parts.previews,
        job_previews=parts.job_previews(),
        store_data=parts.store_data(),
        own_pages=parts.own_pages(),
        feeds=parts.feeds,
        sends=parts.sends(),
        send=parts.send(),
        idle=parts.idle(),
        results=parts.results(),
        exports=parts.exports(),
        standing=parts.standing(),
        store=parts.store,
        engine=engine,
        ground=ground,
    )


class _Parts:
    """What several parts of the story share, and each part made of it."""

    def __init__(self, ground: Ground, engine: Engine, account: Account) -> None:
        self._ground = ground
        self._engine = engine
        self._account = account
        self._in_a_form = Storage.for_form(ground.aws, ground.settings.allowed)
        self._at_work = Storage.for_work(ground.aws, ground.settings.allowed)
        self._facts = Facts(ground.teams, engine, ground.access.told)
        self.records = Records(ground.db, ground.clock, ground.new_id)
        self.answers = AnswerRecords(ground.db, self.records)
        self.held = HeldByUs(self.records, account)
        self._storing = Storing(self._at_work, ground.files)
        self._sendings = Sendings(ground.db)
        self._orders = Orders(
            engine=engine,
            checker=self._checker(self._at_work),
            storage=self._at_work,
            open_places=ground.settings.open_places,
            access=ground.access,
            teams=ground.teams,
            storing=self._storing,
        )
        self.previews = Previews(
            engine,
            self._orders,
            ground.uploads,
            PagePictures.of(ground.settings.chromium, ground.settings.crowd_elements),
        )
        self.store = JobStore(
            db=ground.db,
            records=self.records,
            outbox=ground.outbox,
            facts=self._facts,
            clock=ground.clock,
            gap=ground.settings.card_gap,
        )

        self.feeds = Feeds(
            db=ground.db,
            records=self.records,
            store=self.store,
            facts=self._facts,
            engine=engine,
            access=ground.access,
            tries=ground.tries,
        )

    def accept(self) -> Accept:
        return Accept(
            records=self.records,
            store=self.store,
            teams=self._ground.teams,
            checker=self._checker(self._in_a_form),
            held=self.held,
            engine=self._engine,
            clock=self._ground.clock,
            new_id=self._ground.new_id,
        )

    def preflight(self, accept: Accept) -> Preflight:
        ground = self._ground
        return Preflight(
            wanted=PreflightRecords(ground.db),
            records=self.records,
            reviews=Reviews(ground.windows, accept, ground.new_id, self.previews.offered),
            previews=self.previews,
            checker=self._checker(self._at_work, ground.files),
            access=ground.access,
            tries=ground.tries,
        )

    def launch(self) -> Launch:
        ground = self._ground
        return Launch(
            records=self.records,
            store=self.store,
            facts=self._facts,
            engine=self._engine,
            orders=self._orders,
            feeds=self.feeds,
            tries=ground.tries,
            clock=ground.clock,
        )

    def watch(self) -> Watch:
        return Watch(
            records=self.records,
            store=self.store,
            facts=self._facts,
            engine=self._engine,
            ends=self.ends(),
            tries=self._ground.tries,
            clock=self._ground.clock,
            settings=self._ground.settings,
        )

    def ends(self) -> Ends:
        places = self._ground.settings.open_places
        return Ends(
            engine=self._engine,
            why_unlabeled=WhyUnlabeled(
                engine=self._engine,
                storage=self._at_work,
                open_places=places,
                facts=self._facts,
            ),
            all_labels=AllLabels(storage=self._at_work, open_places=places, facts=self._facts),
            show=self.results().at_end,
        )

    def stop(self) -> Stop:
        return Stop(
            records=self.records,
            store=self.store,
            facts=self._facts,
            access=self._ground.access,
            engine=self._engine,
            tries=self._ground.tries,
            clock=self._ground.clock,
        )

    def follow(self) -> Follow:
        return Follow(
            records=self.records,
            store=self.store,
            teams=self._ground.teams,
            access=self._ground.access,
            engine=self._engine,
            account=self._account,
            clock=self._ground.clock,
            new_id=self._ground.new_id,
        )

    def chains(self) -> Chains:
        settings = self._ground.settings
        return Chains(
            records=self.records,
            held=self.held,
            facts=self._facts,
            engine=self._engine,
            storage=self._in_a_form,
            open_places=settings.open_places,
            questions=Questions(settings.form_wait),
        )

    def queue(self) -> Queue:
        ground = self._ground
        return Queue(
            db=ground.db,
            records=self.records,
            outbox=ground.outbox,
            teams=ground.teams,
            facts=self._facts,
            engine=self._engine,
            clock=ground.clock,
            gap=ground.settings.card_gap,
        )

    def members(self, queue: Queue) -> Members:
        ground = self._ground
        return Members(
            db=ground.db,
            records=self.records,
            outbox=ground.outbox,
            teams=ground.teams,
            queue=queue,
            workers=Workers(ground.db, ground.access),
            engine=self._engine,
            new_id=ground.new_id,
        )

    def people(self) -> People:
        ground = self._ground
        return People(
            records=self.records,
            answers=self.answers,
            workers=Workers(ground.db, ground.access),
            facts=self._facts,
            access=ground.access,
            uploads=ground.uploads,
            settings=ground.settings,
        )

    def readings(self) -> Readings:
        ground = self._ground
        return Readings(
            records=self.answers,
            engine=self._engine,
            workers=Workers(ground.db, ground.access),
            tries=ground.tries,
            people=ground.settings.people != "off",
            give_up=ground.settings.set_aside_after,
            also=self.results().agreement_known,
        )

    def status(self) -> Status:
        ground = self._ground
        return Status(
            db=ground.db,
            records=self.records,
            outbox=ground.outbox,
            facts=self._facts,
            teams=ground.teams,
            storage=self._in_a_form,
            clock=ground.clock,
            settings=ground.settings,
        )

    def job_previews(self) -> JobPreviews:
        ground = self._ground
        return JobPreviews(
            wanted=PreflightRecords(ground.db),
            records=self.records,
            previews=self.previews,
            db=ground.db,
            outbox=ground.outbox,
            new_id=ground.new_id,
            tries=ground.tries,
        )

    def store_data(self) -> StoreData:
        ground = self._ground
        return StoreData(
            wanted=PreflightRecords(ground.db),
            records=self.records,
            tells=Tells(ground.windows, ground.db, ground.outbox),
            in_a_form=self._in_a_form,
            work=Work(self._at_work, self._storing, takes_of_any(self._engine.task_types.values())),
            settings=ground.settings,
            access=ground.access,
            tries=ground.tries,
        )

    def own_pages(self) -> OwnPages:
        settings = self._ground.settings
        return OwnPages(
            files=self._ground.files,
            storage=self._in_a_form,
            open_places=settings.open_places,
            questions=Questions(settings.form_wait),
            types=self._engine.task_types,
        )

    def logs(self) -> Logs:
        return Logs(self._engine, self._facts)

    def sends(self) -> Sends:
        ground = self._ground
        return Sends(
            db=ground.db,
            records=self.records,
            sendings=self._sendings,
            engine=self._engine,
            access=ground.access,
            open_places=ground.settings.open_places,
            new_id=ground.new_id,
        )

    def send(self) -> Send:
        ground = self._ground
        return Send(
            db=ground.db,
            records=self.records,
            sendings=self._sendings,
            store=self.store,
            facts=self._facts,
            engine=self._engine,
            reading=Reading(self._at_work, ground.settings.open_places, self._storing, self.feeds),
            tries=ground.tries,
        )

    def idle(self) -> Idle:
        return Idle(
            records=self.records,
            sendings=self._sendings,
            store=self.store,
            facts=self._facts,
            tries=self._ground.tries,
            clock=self._ground.clock,
        )

    def results(self) -> Results:
        ground, wanted = self._ground, ResultsRecords(self._ground.db)
        return Results(
            giving=self._giving("results", "showing results", results_card.not_made, wanted),
            wanted=wanted,
            answers=self.answers,
            people=self.people(),
            facts=self._facts,
            storage=self._at_work,
            open_places=ground.settings.open_places,
            uploads=ground.uploads,
        )

    def exports(self) -> Exports:
        ground, wanted = self._ground, ExportRecords(self._ground.db)
        return Exports(
            giving=self._giving("export", "exporting labels", export_card.not_made, wanted),
            wanted=wanted,
            facts=self._facts,
            reporting=Reporting(self._facts, self.answers),
            storage=self._at_work,
            in_a_form=self._in_a_form,
            open_places=ground.settings.open_places,
            questions=Questions(ground.settings.form_wait),
            link_life=ground.settings.link_life,
        )

    def _giving(
        self,
        name: str,
        what: str,
        not_made: Callable[[JobFacts, str], Message],
        wanted: AskedRecords[A],
    ) -> Giving[A]:
        ground = self._ground
        return Giving(
            name=name,
            what=what,
            not_made=not_made,
            wanted=wanted,
            records=self.records,
            facts=self._facts,
            outbox=ground.outbox,
            access=ground.access,
            tries=ground.tries,
            db=ground.db,
        )

    def standing(self) -> Standing:
        ground = self._ground
        return Standing(
            db=ground.db,
            records=self.records,
            outbox=ground.outbox,
            teams=ground.teams,
            access=ground.access,
        )

    def _checker(self, storage: Storage, files: SlackFiles | None = None) -> Checker:
        """The same checks, by a storage that fits whoever waits; `files` where they wait for files
        of Slack.
        """
        settings = self._ground.settings
        return Checker(
            CHECKS,
            job_form(self._engine, files=self._ground.files.may_read),
            engine=self._engine,
            storage=storage,
            known=Known(self.held, self._ground.teams, self._ground.access.mentioned),
            open_places=settings.open_places,
            questions=Questions(settings.form_wait),
            files=files,
        )
