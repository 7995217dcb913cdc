"""A model of the whole: whatever people do and whatever breaks, three things hold in the end.

A thread says what became of its job, once and in order; there are as many jobs as were asked for;
and nothing at AWS is without a job of ours. MODEL_EXAMPLES and MODEL_STEPS make the long form.
"""

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.base.clock import system_clock
from bot.base.errors import LabeljobError
from bot.jobs.records import Job
from tests.faults.conftest import TEAM, Near
from tests.faults.world import CHANNEL, World, running

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "3"))
STEPS = int(os.environ.get("MODEL_STEPS", "10"))
_WHICH = st.randoms(use_true_random=False)


class Life(RuleBasedStateMachine):
    """People, a bot that dies, Slack and AWS in bad weather."""

    world: World
    count = 0

    def __init__(self) -> None:
        super().__init__()
        self.near = Near(self.world)
        self.forms: dict[str, str] = {}  # the draft's id of each name that was asked for

    @rule()
    def create(self) -> None:
        Life.count += 1
        name = f"model-{Life.count:05}"
        self.forms[name] = self.near.fill(name)
        self.near.confirm(self.forms[name])

    @precondition(lambda self: self.forms)
    @rule(chance=_WHICH)
    def redeliver(self, chance: random.Random) -> None:
        name = chance.choice(sorted(self.forms))
        assert self.near.confirm(self.forms[name]).name == name

    @precondition(lambda self: self.forms)
    @rule(chance=_WHICH)
    def stop(self, chance: random.Random) -> None:
        job = self.jobs()[chance.choice(sorted(self.forms))]
        with suppress(LabeljobError):
            self.near.bot.jobs.stop.stop(
                job.id, self.near.bot.ground.access.who(TEAM, "U0MARA", CHANNEL)
            )

    @rule()
    def progress(self) -> None:
        self.near.rounds()

    @rule(cut=st.integers(0, 3), ahead=st.sampled_from([0, 600, -600]))
    def crash(self, cut: int, ahead: int) -> None:
        """The bot dies after some of its rounds; another takes its place, whose clock is `ahead`
        seconds ahead.
        """
        jobs = self.near.bot.jobs
        works: list[Callable[[], None]] = [jobs.launch.round, jobs.stop.round, jobs.watch.round]
        for work in works[:cut]:
            with suppress(LabeljobError):
                work()
        self.near.bot.ground.db.close()
        self.near = Near(self.world, clock=lambda: system_clock() + timedelta(seconds=ahead))

    @rule(what=st.sampled_from(["throttle", "drop_after", "error_500"]), times=st.integers(1, 3))
    def bad_weather(self, what: str, times: int) -> None:
        self.world.fault("*LabelingJob*", what, aws=True, times=times)
        self.world.fault("chat.postMessage", what, times=1, retry_after=1)

    def teardown(self) -> None:
        self.world.no_faults()
        assert self.near.until(self.told, 200), self.findings()
        self.near.bot.ground.db.close()

    def jobs(self) -> dict[str, Job]:
        """The jobs of this life by name, as the bot has them; each name once."""
        every = [
            job
            for job in self.near.bot.jobs.status._records.in_channel(TEAM, CHANNEL)
            if job.name in self.forms
        ]
        assert sorted(job.name for job in every) == sorted(self.forms), "jobs are intents"
        return {job.name: job for job in every}

    def told(self) -> bool:
        return not self.findings()

    def findings(self) -> list[str]:
        """What does not hold yet."""
        jobs, at_aws, found = self.jobs(), set(self.world.labeling_jobs()), []
        for name, job in jobs.items():
            told, happened = self.world.lines(name), _history(job)
            if told != happened:
                found.append(f"{name}: told {told}, happened {happened}")
            if not job.ended and (not job.arn or job.stop_wanted):
                found.append(f"{name}: {job.state.state} is no rest")
            if (name in at_aws) != bool(job.arn):
                found.append(f"{name}: at AWS or not, the bot thinks otherwise")
        return found


def _history(job: Job) -> list[str]:
    """The lines that a job deserves."""
    ends = {"completed": "Completed", "stopped": "Stopped", "failed": "Failed", "refused": "Not"}
    lines = ["Launched"] if job.arn else []
    return lines + ([ends[job.state.state]] if job.ended else [])


def test_whatever_happens_threads_tell_it_and_jobs_are_what_was_asked_for(
    tmp_path: Path, migrated: Path
) -> None:
    """Without this, a mixture of mishaps that nobody thought of could double, lose or orphan a paid
    job.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        machine: Any = type("LifeHere", (Life,), {"world": world})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=EXAMPLES < 10,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
