"""The job story: its parts, joined, and what they do as time passes."""

from dataclasses import dataclass

from bot.base.pool import Pool
from bot.base.rounds import Round, simple
from bot.base.storage import Storage
from bot.engines.protocol import Engine
from bot.ground import Ground
from bot.jobs.accept import Accept
from bot.jobs.checks import CHECKS
from bot.jobs.checks.checker import Checker
from bot.jobs.facts import Facts
from bot.jobs.follow import Follow
from bot.jobs.form.pages import job_form
from bot.jobs.held import Account, HeldByUs
from bot.jobs.launch import Launch
from bot.jobs.orders import Orders
from bot.jobs.questions import Questions
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.jobs.retry import Retry
from bot.jobs.standing import Standing
from bot.jobs.status import Status
from bot.jobs.stop import Stop
from bot.jobs.store import JobStore
from bot.jobs.watch import Watch

_AT_ONCE = 4  # launches of one worker: a long one leaves room for the others


@dataclass(frozen=True, slots=True)
class JobStory:
    """Everything that can be done with labeling jobs."""

    accept: Accept
    launch: Launch
    watch: Watch
    stop: Stop
    retry: Retry
    follow: Follow
    queue: Queue
    status: Status
    standing: Standing
    store: JobStore
    ground: Ground

    def rounds(self) -> list[Round]:
        """What a worker does for jobs, in the order in which one thing follows from another."""
        gaps, team_id = self.ground.settings, self.ground.access.team_id
        quick = gaps.quick_gap
        return [
            Round("launch", quick, self.launch.round, Pool("launch", _AT_ONCE)),
            Round("stop", quick, simple(self.stop.round)),
            Round("watch", gaps.poll_gap, simple(self.watch.round)),
            Round("teams", gaps.teams_gap, simple(lambda: self.queue.refresh(team_id))),
            Round("queues", quick, simple(lambda: self.queue.round(team_id))),
        ]


def job_story(ground: Ground, engine: Engine, account: Account) -> JobStory:
    """Join the parts of the story."""
    settings, db, outbox = ground.settings, ground.db, ground.outbox
    access, teams, tries, clock = ground.access, ground.teams, ground.tries, ground.clock
    records = Records(db, clock, ground.new_id)
    facts = Facts(teams, engine, access.told)
    store = JobStore(
        db=db, records=records, outbox=outbox, facts=facts, clock=clock, gap=settings.card_gap
    )
    held = HeldByUs(records, account)
    form = job_form(engine.abilities)
    in_a_form = Storage.for_form(ground.aws, settings.allowed)
    at_work = Storage.for_work(ground.aws, settings.allowed)
    asked, launched = (
        Checker(
            CHECKS,
            form,
            engine=engine,
            storage=storage,
            held=held,
            open_places=settings.open_places,
            questions=Questions(settings.form_wait),
        )
        for storage in (in_a_form, at_work)
    )
    orders = Orders(
        engine=engine,
        checker=launched,
        storage=at_work,
        open_places=settings.open_places,
        access=access,
        teams=teams,
    )
    return JobStory(
        accept=Accept(
            records=records,
            store=store,
            teams=teams,
            checker=asked,
            held=held,
            engine=engine,
            clock=clock,
            new_id=ground.new_id,
        ),
        launch=Launch(
            records=records,
            store=store,
            facts=facts,
            engine=engine,
            orders=orders,
            tries=tries,
            clock=clock,
        ),
        watch=Watch(
            records=records,
            store=store,
            facts=facts,
            engine=engine,
            tries=tries,
            clock=clock,
            settings=settings,
        ),
        stop=Stop(
            records=records,
            store=store,
            facts=facts,
            access=access,
            engine=engine,
            tries=tries,
            clock=clock,
        ),
        retry=Retry(records=records, store=store, access=access),
        follow=Follow(
            records=records,
            store=store,
            teams=teams,
            access=access,
            engine=engine,
            account=account,
            clock=clock,
            new_id=ground.new_id,
        ),
        queue=Queue(
            db=db,
            records=records,
            outbox=outbox,
            teams=teams,
            facts=facts,
            engine=engine,
            clock=clock,
            gap=settings.card_gap,
        ),
        status=Status(
            db=db,
            records=records,
            outbox=outbox,
            facts=facts,
            teams=teams,
            storage=in_a_form,
            clock=clock,
            settings=settings,
        ),
        standing=Standing(db=db, records=records, outbox=outbox, teams=teams, access=access),
        store=store,
        ground=ground,
    )
