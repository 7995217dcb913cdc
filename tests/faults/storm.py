"""Row 1: the whole bot is killed again and again while people ask for jobs; nothing is lost,
doubled or out of order.

Four replicas live at any time: two that do everything, one that only answers and one that only
works, as an administrator would run them. Each dies by kill -9, at a random moment or at a named
step, and another takes its place. Meanwhile Slack answers 5 % of the posts with 429 and 5 % with
500 and drops 10 % of the replies after posting, and AWS drops 10 % of the replies after creating a
job. At the end a replica started as an administrator starts it says what is left to say. A death at
a step counts only when the process ended itself there; one that lived past it is tried again. A
replica that ends unasked is one more death, and the end of its log is printed. So that every step
is soon reached, jobs are also taken in by this process, as many as keep the workers busy.
"""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.base.errors import LabeljobError
from bot.base.failpoints import STEPS
from bot.sandbox.workspace.person import Person, PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.forked import Nursery, Replica, nursery
from tests.faults.forked_bot import REFUSED
from tests.faults.near import Near
from tests.faults.oracle import (
    Calls,
    Verdict,
    completed_jobs,
    fresh_datasets,
    fresh_jobs,
    judge,
    judge_datasets,
    open_jobs,
    settled,
)
from tests.faults.world import CHANNEL, World, ask, ask_for_dataset, order, running, until

_STEP_LIFE = 8.0  # seconds that a replica has to reach the step at which it is to die
_RANDOM_LIFE = (0.1, 1.8)
_TRIES = 40  # replicas that may live past one step before it counts as never reached
_SETTLE = 240.0  # seconds that everything may take to be told once nobody is killed any more
_OPEN = 30  # jobs that are asked for and not over: more would only slow the replicas down
_BUSY = 2  # jobs that shall wait for a worker at any time
_PER_STEP = 20
_ANSWERING = ("inbox-opened", "before-ack", "before-job-commit", "after-job-commit")
_WORKING = tuple(step for step in STEPS if step not in _ANSWERING[:2])
_SLOTS = {"one": "both", "two": "both", "front": "web", "back": "worker"}
_STEPS = {"both": STEPS, "web": _ANSWERING, "worker": _WORKING}
_SHORTER: dict[str, Any] = {
    "LABELJOB_LEASE": "2",
    "LABELJOB_DUPLICATE_WAIT": "2",
    "LABELJOB_SEND_GAP": "0.2",
}


@dataclass
class Deaths:
    """What is still to be done, and what was: a random death is the empty step."""

    todo: list[str]
    done: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: int = 0

    @property
    def over(self) -> bool:
        """Whether there is nothing left to be done by anybody."""
        with self.lock:
            return not self.todo and not self.busy

    def wanted(self, possible: tuple[str, ...]) -> bool:
        """Whether there is a death for a replica that can die at these steps."""
        with self.lock:
            return any(not step or step in possible for step in self.todo)

    def take(self, possible: tuple[str, ...]) -> str | None:
        """The next death for such a replica; None when there is none for it now."""
        with self.lock:
            for step in self.todo:
                if not step or step in possible:
                    self.todo.remove(step)
                    self.busy += 1
                    return step
            return None

    def note(self, step: str, *, died: bool) -> None:
        """One of these is done; or the replica lived past its step, and another has to die
        there.
        """
        with self.lock:
            self.busy -= 1
            if died:
                self.done[step] += 1
                return
            self.missed[step] += 1
            if not step or self.missed[step] < _TRIES * max(1, self.done[step]):
                self.todo.append(step)


@dataclass
class Asked:
    """The names people used, those of which they were told that they were taken, and the end of
    asking.

    Datasets: the project of each by the name of the finished job.
    """

    names: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    datasets: dict[str, str] = field(default_factory=dict)
    datasets_taken: dict[str, str] = field(default_factory=dict)
    ending: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def new_dataset(self, finished: Iterable[str]) -> tuple[str, str] | None:
        """The first finished job that nobody has made a dataset of, and a project for that."""
        with self.lock:
            name = next(
                (name for name in finished if name in self.names and name not in self.datasets),
                None,
            )
            if name is None:
                return None
            self.datasets[name] = f"set-of-{name}"
            return name, self.datasets[name]


def run(place: Place) -> Figures:
    """The storm, and what came of it."""
    chance = random.Random(place.seed)
    per_step = place.of(_PER_STEP, 1)
    todo = [*STEPS * per_step, *[""] * place.kills]
    chance.shuffle(todo)
    deaths = Deaths(todo)
    with (
        nursery() as births,
        running(place.folder, place.database_url) as world,
        Calls(world) as calls,
    ):
        jobs, datasets = _storm(place, world, births, deaths)
        calls.read()
    reached = {step: deaths.done[step] for step in STEPS}
    findings = [
        *jobs.findings,
        *datasets.findings,
        *deaths.crashed,
        *(f"{s}: reached {n}" for s, n in reached.items() if n < per_step),
    ]
    counts: dict[str, int | float | str] = {
        "kills": deaths.done.total(),
        "rows": jobs.rows,
        "lost": jobs.lost + datasets.lost,
        "duplicates": jobs.duplicates + datasets.duplicates,
        "out_of_order": jobs.out_of_order + datasets.out_of_order,
        "jobs": jobs.jobs,
        "datasets": datasets.jobs,
        "at_random": deaths.done[""],
        "at_steps": ",".join(f"{step}:{number}" for step, number in reached.items()),
        "dropped_replies": calls.dropped("chat.postMessage"),
        "look_ups": calls.seen["conversations.replies"] + calls.seen["conversations.history"],
        "duplicates_removed": calls.seen["chat.delete"],
        "ended_unasked": len(deaths.crashed),
    }
    return Figures(
        counts,
        jobs.clean and datasets.clean and min(reached.values()) >= per_step,
        tuple(findings),
    )


def _storm(place: Place, world: World, births: Nursery, deaths: Deaths) -> tuple[Verdict, Verdict]:
    """Kill until nothing is left to be killed; let everything be told; judge."""
    asked = Asked()
    near = Near(world)  # lists the labeling teams
    lin = Person(world.services.slack_url, "U0LIN")
    lin.ask("join", channel=CHANNEL)
    _spoil(world, place.seed)
    people = [
        threading.Thread(target=_keep_asking, args=(world, person, asked, number), daemon=True)
        for number, person in enumerate((world.mara, world.sam, lin))
    ]
    people.append(threading.Thread(target=_keep_busy, args=(near, asked), daemon=True))
    slots = [
        threading.Thread(
            target=_slot,
            args=(world, births, name, deaths, random.Random(f"{place.seed} {name}")),
            daemon=True,
        )
        for name in _SLOTS
    ]
    wanted = len(deaths.todo)
    for each in (*people, *slots):
        each.start()
    while any(slot.is_alive() for slot in slots):
        slots[0].join(0.5)
        place.tell(f"{deaths.done.total()} of {wanted} deaths, {len(asked.taken)} jobs taken")
    asked.ending.set()
    last = world.start("last", **_SHORTER)
    for each in people:
        each.join()
    near.bot.ground.db.close()
    world.no_faults()
    place.tell("letting everything be told")
    with suppress(PracticeError):
        until(lambda: settled(world, asked.names), _SETTLE, "everything to be told")
    jobs = judge(world, asked.taken, asked.names)
    datasets = judge_datasets(world, asked.datasets_taken, asked.datasets)
    last.stop()
    return jobs, datasets


def _slot(world: World, births: Nursery, name: str, deaths: Deaths, chance: random.Random) -> None:
    """One replica after another, until there is no death left to die."""
    role = _SLOTS[name]
    while not deaths.over:
        step = deaths.take(_STEPS[role])
        # the others are enough to ask and to launch, and reach their steps sooner
        if step is None and role == "both":
            time.sleep(0.3)
            continue
        nth = chance.choice((1, 1, 2))
        more: dict[str, Any] = {"LABELJOB_FAILPOINT": f"{step}:{nth}"} if step else {}
        bot = world.forked(births, name, role=role, **_SHORTER, **more)
        bot.start()
        if step is None:
            while not deaths.over and not deaths.wanted(_STEPS[role]):
                bot.wait(0.3)
        else:
            _live(bot, step, deaths, chance)
        bot.kill()


def _live(bot: Replica, step: str, deaths: Deaths, chance: random.Random) -> None:
    """Let it live until its step, or for a random moment."""
    by_itself = bot.wait(_STEP_LIFE if step else chance.uniform(*_RANDOM_LIFE))
    at_step = by_itself and bool(step) and bot.status == -signal.SIGKILL
    # Slack did not answer in time while it started, as on a busy machine
    if by_itself and bot.status == REFUSED:
        deaths.note(step, died=False)
        return
    if by_itself and not at_step:
        deaths.crashed.append(
            f"a replica ended by itself ({bot.status}): {bot.log.read_text()[-3000:]}"
        )
    deaths.note(step, died=at_step or not step)


def _spoil(world: World, seed: int) -> None:
    """The weather during the storm."""
    for operation, fault, share in (
        ("chat.postMessage", "drop_after", 0.10),
        ("chat.*", "throttle", 0.05),
        ("chat.*", "error_500", 0.05),
    ):
        world.fault(operation, fault, probability=share, seed=seed, retry_after=1)
    for operation in ("*CreateLabelingJob", "*CreateDataset"):
        world.fault(operation, "drop_after", aws=True, probability=0.10, seed=seed)


def _keep_asking(world: World, person: Person, asked: Asked, number: int) -> None:
    """One person who wants one job after another, unless very many are open."""
    count = 0
    while not asked.ending.wait(0.2):
        with suppress(
            LabeljobError, PracticeError, OSError
        ):  # the machine is very busy: the person asks for another
            if open_jobs(world) > _OPEN:
                continue
            if person.user == "U0SAM" and _asked_for_dataset(person, asked):
                continue
            count += 1
            name = f"storm-{number}-{count}"
            asked.names.append(name)
            if ask(person, order(name), patience=20):
                asked.taken.append(name)


def _asked_for_dataset(person: Person, asked: Asked) -> bool:
    """Make a dataset of the newest finished job that has none; False when there is none such."""
    cards = [
        message["text"]
        for message in person.messages(CHANNEL)
        if ": Completed" in message.get("text", "")
    ]
    new = asked.new_dataset(text.rpartition("job ")[2] for text in reversed(cards))
    if new is None:
        return False
    name, project = new
    if ask_for_dataset(person, name, project, patience=20):
        asked.datasets_taken[name] = project
    return True


def _keep_busy(near: Near, asked: Asked) -> None:
    """Take in a job whenever few wait for a worker, unless very many are open; and a dataset when
    none waits.
    """
    count = 0
    while not asked.ending.wait(0.1):
        with suppress(
            LabeljobError, OSError
        ):  # the machine is very busy: whether it was taken is not known
            if fresh_jobs(near.world) < _BUSY and open_jobs(near.world) < _OPEN:
                count += 1
                name = f"storm-busy-{count}"
                asked.names.append(name)
                near.accept(name)
                asked.taken.append(name)
            if not fresh_datasets(near.world) and (
                new := asked.new_dataset(completed_jobs(near.world))
            ):
                near.accept_dataset(*new)
                asked.datasets_taken[new[0]] = new[1]


ROW = Row(
    1,
    "kills",
    "What was acknowledged is told once and in order, wherever a process is killed",
    run,
    busy=True,
)
